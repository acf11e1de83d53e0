"""Rules of looking at a file before anything is stored."""

import json

import pytest

from core.errors import InputError, NotFoundError, ObservationError
from core.imports import (
    check_file,
    choose_layout,
    layout_titles,
    map_points,
    preview_document,
    report,
    save_layout,
)
from core.observations.importers import open_tables
from tests.core.imports.conftest import BAD, GOOD, HEAD


def test_the_report_holds_the_keys_of_the_contract(file, store):
    told = report(check_file(file, store=store))
    assert [told[k] for k in ("rows", "accepted", "rejected", "duplicates")] == [
        3,
        2,
        1,
        0,
    ]
    assert {reason["field"] for reason in told["reasons"]} == {"lat", "count"}
    assert set(told["reasons"][0]) == {"row", "field", "value", "reason"}
    assert told["mapping"]["lat"] == "lat"
    assert told["flags"]["quality_1"] == 2
    assert (told["profile"], told["kinds"]) == ("gyre", {"observations": 2})
    json.dumps(told, allow_nan=False)


def test_looking_stores_nothing(file, store):
    check_file(file, store=store)
    assert set(store.counts().values()) == {0}
    assert list(store.files.names()) == []


def test_a_layout_nobody_knows_says_what_it_lacks(nets, store):
    with pytest.raises(ObservationError, match=r"in no layout Gyre knows.*lacks"):
        check_file(nets, store=store)


def test_a_mapping_reads_what_no_layout_does(nets, mapping):
    preview = check_file(nets, mapping=mapping)
    assert preview.layout == "mapping"
    assert preview.imported.measurements["value"].tolist() == [1200.0, 0.0]
    assert [fault.row for fault in preview.imported.rejected] == [3]
    assert preview.mapping == mapping.to_document()


def test_a_saved_layout_reads_the_next_file_of_its_kind(nets, mapping, store):
    assert save_layout(store, "our nets", mapping, "mia") == 1
    assert save_layout(store, "our nets", mapping, "mia") == 1
    assert check_file(nets, store=store).layout == "our nets"
    assert check_file(nets, profile="our nets", store=store).layout == "our nets"
    assert layout_titles(store)["our nets"] == "our nets (saved here)"
    (entry,) = store.audit.entries()
    assert (entry["action"], entry["subject"]) == ("layout.save", "layout:our nets")


def test_two_saved_layouts_that_fit_are_both_named(nets, mapping, store):
    for name in ("a", "b"):
        save_layout(store, name, mapping, "mia")
    with pytest.raises(ObservationError, match="fits the saved layouts a and b"):
        check_file(nets, store=store)


def test_a_saved_layout_does_not_take_a_file_that_lacks_its_columns(
    write, mapping, store
):
    save_layout(store, "our nets", mapping, "mia")
    with pytest.raises(ObservationError, match="in no layout"):
        check_file(write("x.csv", "Breite;Laenge\n1;2\n"), store=store)


@pytest.mark.parametrize("name", ["", " ", "gyre", "x" * 61, "a\x00b"])
def test_names_that_cannot_be_used_are_refused(store, mapping, name):
    with pytest.raises(InputError, match="name"):
        save_layout(store, name, mapping, "mia")


def test_an_unknown_layout_is_named_with_the_known_ones(file, store):
    with pytest.raises(NotFoundError, match=r"no layout 'x'; known: .*gyre"):
        check_file(file, profile="x", store=store)
    assert choose_layout(open_tables(file)) == ("gyre", None)


def test_a_position_in_doubt_is_marked_on_the_map(write):
    land = "48.85,2.35,2026-06-01T10:00:00Z,plastic,3,north\n"
    preview = check_file(write("land.csv", HEAD + GOOD + land + BAD))
    points = map_points(preview)
    assert points[["lat", "lon"]].to_numpy().tolist()[0] == [48.85, 2.35]
    assert points["doubtful"].tolist() == [True, False, False]
    assert len(map_points(preview, limit=2)) == 2


def test_a_doubt_about_something_else_marks_no_position(write):
    old = "30,-140,1850-06-01T10:00:00Z,plastic,3,north\n"
    preview = check_file(write("old.csv", HEAD + GOOD + old))
    assert not map_points(preview)["doubtful"].any()


def test_what_a_page_shows_is_bounded(write):
    bad = "95,-140,2026-06-01T10:00:00Z,plastic,1,north\n"
    preview = check_file(write("bad.csv", HEAD + GOOD + bad * 1500))
    document = preview_document(preview)
    assert len(document["report"]["reasons"]) == 1000
    assert document["report"]["n_reasons"] == document["report"]["rejected"] == 1500
    json.dumps(document, allow_nan=False)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    for path in (tmp_path / "gone.csv", tmp_path):
        with pytest.raises(InputError, match=path.name):
            check_file(path)
