"""Rules of what is said of an import."""

from core.imports import check_file, in_words, preview_document, report
from core.imports.reports import by_reason, rare_first
from tests.core.imports.conftest import BAD, GOOD, HEAD

NORTH = "9{},-140,2026-06-01T10:00:00Z,plastic,1,north\n"
LAND = "48.85,2.35,2026-06-01T10:00:00Z,plastic,3,north\n"


def document(write):
    text = HEAD + GOOD + LAND + BAD + "".join(NORTH.format(i) for i in range(1, 9))
    return report(check_file(write("field.csv", text)))


def test_reasons_alike_but_for_their_figures_are_one(write):
    found = by_reason(document(write))
    assert [(g["outcome"], g["field"], g["records"]) for g in found] == [
        ("refused", "lat", 9),
        ("refused", "count", 1),
        ("kept", "lat, lon", 1),
    ]
    assert found[0]["first_row"] == 4
    assert found[0]["reason"] == "latitude 95 outside [-90, 90]"


def test_rare_reasons_come_before_frequent_ones(write):
    ordered = rare_first(document(write)["reasons"])
    assert ordered[0]["field"] == "count"
    assert [one["row"] for one in ordered[1:]] == list(range(4, 13))


def test_records_in_doubt_are_counted_once_each(write):
    old = "48.85,2.35,1850-06-01T10:00:00Z,plastic,3,north\n"
    preview = check_file(write("old.csv", HEAD + GOOD + LAND + old))
    told = preview_document(preview)["report"]
    assert (told["n_doubts"], told["n_doubted"]) == (3, 2)


def test_a_person_reads_what_was_refused_and_how_to_undo(write):
    said = in_words({**document(write), "state": "kept"})
    assert said.splitlines()[:2] == [
        "field.csv: 12 rows, 3 kept, 9 refused, 0 duplicates",
        "  layout gyre; 3 observations",
    ]
    assert "row 4, lat: latitude 95 outside [-90, 90] (got '95" in said
    assert "1 record kept with a doubt" in said
    assert "undo with: python -m core import --undo " in said


def test_a_count_of_items_keeps_every_digit(write):
    totals = {"items": 2377133.0, "mass (kg)": 13490.79601983244, "area": None}
    said = in_words({**document(write), "totals": totals})
    assert "items: 2,377,133" in said
    assert "mass (kg): 13,490.8" in said
    assert "area: not known" in said
