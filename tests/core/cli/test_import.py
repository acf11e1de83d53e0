"""Rules of the ``import`` command."""

import json

import pytest
from typer.testing import CliRunner

from core.cli import app
from core.errors import InputError, NotFoundError, ObservationError
from core.governance import verify_chain
from core.storage import open_store

HEAD = "lat,lon,observed_at,category,count,survey\n"
GOOD = (
    "30,-140,2026-06-01T10:00:00Z,plastic,3,north\n"
    "31,-140,2026-06-02T10:00:00Z,glass,1,north\n"
)
BAD = "95,-140,2026-06-01T10:00:00Z,plastic,1.5,north\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("GYRE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("GYRE_ACTOR", "ana")

    def call(*arguments):
        return CliRunner().invoke(
            app, ["import", *map(str, arguments)], catch_exceptions=True
        )

    return call


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "field.csv"
    path.write_text(HEAD + GOOD + BAD, encoding="utf-8")
    return path


@pytest.fixture
def stored(tmp_path):
    def look():
        return open_store(f"sqlite:///{tmp_path / 'data' / 'gyre.db'}")

    return look


def test_good_rows_are_kept_and_bad_ones_reported(run, file, stored, tmp_path):
    result = run(file, "--report", tmp_path / "r.json", "--json")
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert report == json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    counts = [report[k] for k in ("rows", "accepted", "rejected", "duplicates")]
    assert counts == [3, 2, 1, 0]
    assert report["reasons"][0] == {
        "row": 3,
        "field": "lat",
        "value": "95.0",
        "reason": "latitude 95 outside [-90, 90]",
    }
    assert report["mapping"]["observed_at"] == "observed_at"
    with stored() as store:
        assert store.observations.count() == 2
        assert store.surveys.get("north")["platform"] == "table"
        entry = store.audit.entries()[0]
        assert (entry["action"], entry["actor"]) == ("observations.import", "ana")
        assert entry["subject"] == "file:field.csv"
        assert verify_chain(store).length == 1


def test_importing_again_adds_nothing_and_writes_no_audit_entry(run, file, stored):
    run(file)
    report = json.loads(run(file, "--json").stdout)
    counts = [report[k] for k in ("rows", "accepted", "rejected", "duplicates")]
    assert counts == [3, 0, 1, 2]
    with stored() as store:
        assert store.observations.count() == 2
        assert store.audit.count() == 1


def test_a_dry_run_keeps_nothing_and_makes_no_database(run, file, tmp_path):
    report = json.loads(run(file, "--dry-run", "--json").stdout)
    assert (report["accepted"], report["dry_run"]) == (2, True)
    assert not (tmp_path / "data").exists()


def test_a_dry_run_knows_what_is_stored(run, file):
    run(file)
    report = json.loads(run(file, "--dry-run", "--json").stdout)
    assert (report["accepted"], report["duplicates"]) == (0, 2)


def test_words_for_a_person(run, file):
    said = run(file).stdout
    assert "field.csv: 3 rows, 2 kept, 1 refused, 0 duplicates" in said
    assert "row 3, count: count is not a whole number" in said


def test_exit_3_only_if_no_row_could_be_used(run, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(HEAD + BAD, encoding="utf-8")
    assert run(path).exit_code == 3
    path.write_text(HEAD, encoding="utf-8")
    assert run(path).exit_code == 3


def test_a_file_that_is_not_understood_is_refused_and_says_what_it_lacks(run, tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    error = run(path).exception
    assert isinstance(error, ObservationError)
    assert "lacks" in str(error)
    assert not (tmp_path / "data").exists()


def test_a_withdrawn_import_comes_back(run, file, stored):
    import_id = json.loads(run(file, "--json").stdout)["import_id"]
    assert f"--undo {import_id}" in run(file).stdout
    assert run("--undo", import_id).stdout == "field.csv: 2 observations withdrawn\n"
    with stored() as store:
        assert store.observations.count() == 0
    done = json.loads(run("--redo", import_id, "--json").stdout)
    assert (done["state"], done["rows"]["observations"]) == ("brought back", 2)
    with stored() as store:
        assert store.observations.count() == 2
        assert store.audit.entries()[0]["actor"] == "ana"


def test_an_unknown_import_is_named_and_makes_no_database(run, file, tmp_path):
    assert isinstance(run("--undo", "x").exception, NotFoundError)
    assert not (tmp_path / "data").exists()
    run(file)
    assert "no import 'x'" in str(run("--redo", "x").exception)


def test_layouts_are_listed(run):
    titles = json.loads(run("--list-profiles", "--json").stdout)
    assert titles["gyre"] == "Gyre observations"
    assert "gyre " in run("--list-profiles").stdout


@pytest.mark.parametrize(
    "arguments", [(), ("--undo", "a", "--redo", "b"), ("f.csv", "--list-profiles")]
)
def test_one_thing_at_a_time(run, arguments):
    assert run(*arguments).exit_code == 2


def test_a_mapping_file_reads_an_unknown_layout(run, tmp_path):
    path, words = tmp_path / "nets.csv", tmp_path / "m.json"
    path.write_text("B,L,T,W\n31.5,-140,2020-06-01,12\n", encoding="utf-8")
    mapping = {
        "columns": {"lat": "B", "lon": "L", "observed_at": "T", "value": "W"},
        "quantity": "items_per_km2",
        "medium": "sea_surface",
    }
    words.write_text(json.dumps(mapping), encoding="utf-8")
    report = json.loads(run(path, "--mapping", words, "--json").stdout)
    assert (report["accepted"], report["kinds"]) == (1, {"measurements": 1})


@pytest.mark.parametrize("text", ["{", "[]", '{"columns": {}}', '{"no": 1}'])
def test_a_mapping_that_is_none_is_refused(run, file, tmp_path, text):
    words = tmp_path / "m.json"
    words.write_text(text, encoding="utf-8")
    assert isinstance(run(file, "--mapping", words).exception, InputError)
    gone = run(file, "--mapping", tmp_path / "gone.json").exception
    assert "cannot read" in str(gone)


def test_companions_that_are_missing_are_named(run, file, tmp_path):
    error = run(file, "--with", tmp_path / "gone.csv").exception
    assert isinstance(error, InputError)
    assert "gone.csv" in str(error)


BROKEN = {
    "empty.csv": b"",
    "nul.csv": b"\x00" * 4000,
    "cut.csv.gz": b"\x1f\x8b\x08\x00",
    "cut.parquet": b"PAR1\x00\x01PAR1",
    "cut.xlsx": b"PK\x03\x04 not a zip",
    "cut.nc": b"\x89HDF\r\n\x1a\n" + b"\x00" * 64,
    "cut.geojson": b'{"type": "FeatureCollection", "features": [',
    "deep.geojson": b"[" * 100_000,
    "quote.csv": b'lat,lon,observed_at,category,count\n"30,1,2\n',
    "bytes.csv": bytes(range(256)) * 20,
    "heads.csv": b"lat,lat,lat,lon,lon\n1,2,3,4,5\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_no_broken_file_brings_a_traceback(run, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(BROKEN[name])
    done = run(path)
    assert done.exit_code == 3 or isinstance(done.exception, InputError)
    assert not (tmp_path / "data").exists()


def test_an_unknown_profile_and_an_unwritable_report_are_refused(run, file, tmp_path):
    assert isinstance(run(file, "--profile", "x").exception, NotFoundError)
    assert isinstance(run(file, "--report", tmp_path).exception, InputError)
    assert not (tmp_path / "data").exists()


def test_a_report_that_cannot_be_written_keeps_nothing(run, file, tmp_path):
    done = run(file, "--report", tmp_path / "gone" / "r.json")
    assert isinstance(done.exception, InputError)
    assert not (tmp_path / "data").exists()
