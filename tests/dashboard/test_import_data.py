"""Import data page: dropped, checked, kept, mapped by hand, withdrawn, restored."""

import io
import json

import numpy as np
import pandas as pd
import pytest

from core.errors import StorageError
from core.imports import check_file, keep
from core.jobs import JobState
from dashboard import import_files

PAGE = "import_data"
HEAD = "lat,lon,observed_at,category,count,survey\n"
GOOD = (
    "30,-140,2026-06-01T10:00:00Z,plastic,3,north\n"
    "31,-140,2026-06-02T10:00:00Z,glass,1,north\n"
)
BAD = "95,-140,2026-06-01T10:00:00Z,plastic,1,north\n"
LAND = "48.85,2.35,2026-06-01T10:00:00Z,plastic,3,north\n"
NETS = (
    "Breite;Laenge;Tag;Stueck je km2\n"
    "31,5;-140,2;02.06.2020;1200\n"
    "31,6;-140,3;03.06.2020;0\n"
)


def words(app):
    kinds = (
        app.markdown,
        app.caption,
        app.info,
        app.error,
        app.warning,
        app.success,
        app.title,
    )
    return "\n".join(str(one.value) for kind in kinds for one in kind)


def drop(app, *files):
    for name, data in files:
        app.file_uploader[0].upload(name, data, "text/csv")
    return app.run()


def press(app, label):
    (button,) = (b for b in app.button if b.label == label)
    return button.click().run()


def button(app, label):
    (found,) = (b for b in app.button if b.label == label)
    return found


def reasons(app):
    return next(t.value for t in app.dataframe if "row" in t.value.columns)


def figures(app):
    return {m.label: m.value for m in app.metric}


def test_an_empty_store_asks_for_a_table(empty_store, open_app):
    app = open_app(PAGE)
    assert not app.exception
    assert "No field data yet. Drop a table" in words(app)
    assert "Nothing is stored before you keep it" in words(app)


def test_a_dropped_file_is_checked_and_nothing_is_stored(empty_store, open_app):
    text = (HEAD + GOOD + LAND + BAD).encode()
    app = drop(open_app(PAGE), ("field.csv", text))
    assert not app.exception
    assert figures(app) == {
        "Records in the file": "4",
        "New records": "3",
        "Refused": "1",
        "In doubt or read otherwise": "1",
    }
    told = reasons(app)
    assert told["outcome"].tolist() == ["Refused", "Kept, see reason"]
    assert told["row"].tolist() == [4, 3]
    assert "latitude 95 outside [-90, 90]" in told["reason"][0]
    assert empty_store.observations.count() == 0
    assert list(empty_store.files.names()) == []
    assert "1 in doubt" in words(app)


def test_doubtful_places_have_a_mark_of_their_own(empty_store, open_app):
    app = drop(open_app(PAGE), ("field.csv", (HEAD + GOOD + LAND).encode()))
    (chart,) = app.get("deck_gl_json_chart")
    layers = {one["id"]: one for one in json.loads(chart.proto.json)["layers"]}
    assert [mark["at"] for mark in layers["doubtful"]["data"]] == [[2.35, 48.85]]
    assert len(layers["good"]["data"]) == 2
    assert layers["doubtful"]["filled"] is False
    assert layers["doubtful"]["stroked"] is True
    assert "in doubt" in layers["doubtful"]["data"][0]["tip"]


def test_kept_records_are_stored_audited_and_listed(empty_store, open_app):
    app = drop(open_app(PAGE), ("field.csv", (HEAD + GOOD + BAD).encode()))
    app = press(app, "Keep these records")
    assert not app.exception
    assert empty_store.observations.count() == 2
    (entry,) = empty_store.audit.entries(action="observations.import")
    assert entry["actor"] == "tester"
    assert "**1 file in use** with 2 observations" in words(app)
    assert not list((empty_store.data_dir / "inbox").glob("*/*"))
    listed = next(t.value for t in app.dataframe if "state" in t.value.columns)
    assert listed["state"].tolist() == ["In use"]
    assert "Keep these records" not in {b.label for b in app.button}


def test_the_same_file_again_has_nothing_to_keep(empty_store, open_app):
    app = drop(open_app(PAGE), ("field.csv", (HEAD + GOOD).encode()))
    app = press(app, "Keep these records")
    app = drop(app, ("copy.csv", (HEAD + GOOD).encode()))
    assert figures(app)["New records"] == "0"
    assert button(app, "Keep these records").disabled


def test_several_files_are_kept_at_once(empty_store, open_app):
    other = "32,-140,2026-06-03T10:00:00Z,wood,1,south\n"
    app = drop(
        open_app(PAGE),
        ("a.csv", (HEAD + GOOD).encode()),
        ("b.csv", (HEAD + other).encode()),
        ("bad.csv", b"x,y\n1,2\n"),
    )
    assert not app.exception
    states = next(t.value for t in app.dataframe if "State" in t.value.columns)
    assert states["State"].tolist() == ["Can be kept", "Can be kept", "Needs a look"]
    app = press(app, "Keep all 2 files")
    assert empty_store.observations.count() == 3
    assert "in no layout Gyre knows" in words(app).replace("\\", "")


def test_a_file_left_out_is_gone(empty_store, open_app):
    app = drop(open_app(PAGE), ("field.csv", (HEAD + GOOD).encode()))
    app = press(app, "Leave out")
    assert not app.exception
    assert not list((empty_store.data_dir / "inbox").glob("*/*"))
    assert "Nothing is stored before you keep it" in words(app)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("report.csv", b"%PDF-1.7", "a PDF; ask its author for the table"),
        ("empty.csv", b"", "is empty"),
        ("../../up.csv", b"PK\x03\x04broken", "up.csv"),
        ("<img src=x>.csv", b"a,b\n1,2\n", "in no layout Gyre knows"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(empty_store, open_app, name, data, said):
    app = drop(open_app(PAGE), (name, data))
    assert not app.exception
    (said_by,) = [*list(app.error), *list(app.warning)]
    shown = said_by.value.replace("\\", "")
    assert said in shown
    assert "<img" not in said_by.value.replace("\\<", "")
    if app.error:
        assert "Nothing of this file was kept" in shown
    assert button(app, "Keep these records").disabled


def mapped(app, **columns):
    """Choose columns and options in the mapping form."""
    for name, value in columns.items():
        (box,) = (b for b in app.selectbox if (b.key or "").endswith(f"_{name}"))
        box.set_value(value)
    return app.run()


def named(app):
    return mapped(
        app,
        col_lat="Breite",
        col_lon="Laenge",
        col_observed_at="Tag",
        quantity="items_per_km2",
    )


def test_an_unknown_layout_is_read_once_its_columns_are_named(empty_store, open_app):
    app = drop(open_app(PAGE), ("nets.csv", NETS.encode()))
    assert not app.exception
    assert "Still needed" in words(app)
    first = next(t.value for t in app.dataframe if "Breite" in t.value.columns)
    assert first["Stueck je km2"].tolist() == ["1200", "0"]
    app = named(app)
    app = mapped(app, col_value="Stueck je km2", medium="sea_surface")
    assert not app.exception
    assert figures(app)["New records"] == "2"
    assert empty_store.measurements.count() == 0
    app = press(app, "Keep these records")
    rows = empty_store.measurements.frame()
    assert rows["value"].tolist() == [1200.0, 0.0]
    assert rows["lat"].tolist() == [31.5, 31.6]


def test_a_mapping_is_saved_and_recognises_the_next_file(empty_store, open_app):
    app = named(drop(open_app(PAGE), ("nets.csv", NETS.encode())))
    app = mapped(app, col_value="Stueck je km2", medium="sea_surface")
    (name,) = (t for t in app.text_input if t.label == "Save as layout")
    app = name.set_value("Our nets").run()
    app = press(app, "Save layout")
    assert "Our nets is saved, version 1" in words(app)
    assert [r["name"] for r in empty_store.import_profiles.listing()] == ["Our nets"]
    again = drop(open_app(PAGE), ("next.csv", NETS.encode()))
    assert figures(again)["New records"] == "2"
    assert "Read as **Our nets (saved here)**" in words(again).replace("\\", "")


def test_kinds_are_named_for_the_words_of_a_column(empty_store, open_app):
    text = "lat,lon,date,what,items\n30,-140,2026-06-01,bottle,3\n"
    app = drop(open_app(PAGE), ("field.csv", text.encode()))
    assert not app.exception
    tables = [t.value for t in app.dataframe]
    assert any("what" in t.columns for t in tables)


def test_an_import_is_withdrawn_and_restored(empty_store, open_app, tmp_path):
    path = tmp_path / "field.csv"
    path.write_text(HEAD + GOOD, encoding="utf-8")
    told = keep(empty_store, check_file(path), "ana")
    row = empty_store.imports.get(told["import_id"])
    assert json.loads(import_files.report_of(row)) == told
    import_files.turn(row)
    assert empty_store.observations.count() == 0
    app = open_app(PAGE)
    assert "1 is withdrawn" in words(app)
    import_files.turn(empty_store.imports.get(told["import_id"]))
    assert empty_store.observations.count() == 2
    assert "**1 file in use**" in words(open_app(PAGE))


def test_a_store_that_fails_keeps_the_file_waiting(empty_store, open_app, monkeypatch):
    app = drop(open_app(PAGE), ("field.csv", (HEAD + GOOD).encode()))

    def fail(*_args, **_kwargs):
        raise StorageError("no room left on the disk")

    monkeypatch.setattr("core.imports.keep", fail)
    app = press(app, "Keep these records")
    assert not app.exception
    assert "No room left on the disk" in words(app)
    assert "Nothing of this file was kept" in words(app)
    monkeypatch.undo()
    assert figures(app.run())["New records"] == "2"


def test_simulated_imports_wear_the_badge(empty_store, open_app, tmp_path):
    head = HEAD.strip() + ",simulated\n"
    path = tmp_path / "sim.csv"
    path.write_text(head + GOOD.replace("north\n", "north,true\n"), encoding="utf-8")
    keep(empty_store, check_file(path), "ana")
    assert "Simulated data" in words(open_app(PAGE))


@pytest.fixture
def large(monkeypatch):
    """Any file counts as large."""
    monkeypatch.setattr("core.imports.is_large", lambda _path: True)


def ended():
    for job in import_files.jobs():
        import_files.runner().wait(job.job_id, timeout_s=30.0)


def test_a_large_file_is_checked_and_kept_by_jobs(empty_store, open_app, large):
    app = drop(open_app(PAGE), ("big.csv", (HEAD + GOOD + BAD).encode()))
    assert not app.exception
    ended()
    app = app.run()
    assert figures(app)["New records"] == "2"
    press(app, "Keep these records")
    ended()
    assert empty_store.observations.count() == 2
    fresh = open_app(PAGE)  # another visit sees it kept, and nothing waiting
    assert "**1 file in use**" in words(fresh)
    assert "Keep these records" not in {b.label for b in fresh.button}


def test_a_check_outlives_the_visit_that_asked_for_it(empty_store, open_app, large):
    drop(open_app(PAGE), ("big.csv", (HEAD + GOOD).encode()))
    ended()
    fresh = open_app(PAGE)
    assert figures(fresh)["New records"] == "2"
    press(fresh, "Leave out")
    assert "Nothing is stored before you keep it" in words(open_app(PAGE))


def test_a_large_file_nobody_knows_says_what_it_lacks(empty_store, open_app, large):
    app = drop(open_app(PAGE), ("big.csv", NETS.encode()))
    ended()
    assert import_files.jobs()[0].state is JobState.FAILED
    app = app.run()
    assert "in no layout Gyre knows" in words(app).replace("\\", "")
    assert "Still needed" in words(app)


def test_positions_far_from_the_rest_are_named(empty_store, open_app):
    rng = np.random.default_rng(3)
    rows = pd.DataFrame(
        {
            "lat": 31.0 + rng.normal(0, 0.3, 40),
            "lon": np.where(np.arange(40) == 4, 150.0, -140.0 + rng.normal(0, 0.3, 40)),
            "observed_at": "2026-06-01T10:00:00Z",
            "category": "plastic",
            "count": 1,
        }
    )
    out = io.BytesIO()
    rows.to_csv(out, index=False)
    app = drop(open_app(PAGE), ("north.csv", out.getvalue()))
    told = reasons(app)
    assert told["row"].tolist() == [5]
    assert "km from the middle of this file" in told["reason"][0]
