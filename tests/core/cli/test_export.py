"""``export``: what is stored comes out whole, under the names of every list."""

import json
import zipfile

import pandas as pd
import pytest
from typer.testing import CliRunner

from core.cli._app import app, exit_code_of
from core.errors import NotFoundError, ObservationError
from core.observations.crosswalk import LIST_COLUMNS

RUNNER = CliRunner()
HEAD = "lat,lon,observed_at,category,count,effort_km2,survey\n"
ROWS = (
    "31.0,-141.0,2026-06-01T10:00:00Z,plastic,3,0.5,A\n"
    "31.0,-141.0,2026-06-01T10:00:00Z,other,2,0.5,A\n"
    "31.5,-141.5,2026-06-02T10:00:00Z,fishing_gear,1,,B\n"
)
#: Made up for this test.
BEACH = (
    "lat,lon,observed_at,quantity,medium,category,item_list,item_code,count,effort,"
    "survey,event\n"
    "50.0,-4.6,2025-04-02,items_per_100m,shore,plastic,TSG-ML,G7,4,100,Bay,walk\n"
    "50.0,-4.6,2025-04-02,items_per_100m,shore,other,,,2,100,Bay,walk\n"
)


@pytest.fixture
def store_dir(tmp_path, monkeypatch):
    monkeypatch.setenv("GYRE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("GYRE_DATABASE_URL", raising=False)
    table = tmp_path / "counts.csv"
    table.write_text(HEAD + ROWS, encoding="utf-8")
    assert RUNNER.invoke(app, ["import", str(table)]).exit_code == 0
    return tmp_path


def test_every_item_is_exported_with_its_lists(store_dir):
    out = store_dir / "out.csv"
    done = RUNNER.invoke(app, ["export", "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["observations"] == 3
    frame = pd.read_csv(out)
    assert frame["count"].sum() == 6
    for column in LIST_COLUMNS:
        assert frame[column].notna().all(), column


def test_one_survey_can_be_chosen(store_dir):
    out = store_dir / "out.parquet"
    done = RUNNER.invoke(app, ["export", "--out", str(out), "--survey", "B"])
    assert done.exit_code == 0, done.output
    assert pd.read_parquet(out)["survey"].tolist() == ["B"]


def test_a_survey_without_records_is_named(store_dir):
    done = RUNNER.invoke(
        app, ["export", "--out", str(store_dir / "x.csv"), "--survey", "C"]
    )
    assert isinstance(done.exception, NotFoundError)
    assert "of survey C" in str(done.exception)
    assert exit_code_of(done.exception) == 3


def test_a_beach_table_keeps_what_its_list_does_not_know(store_dir):
    table = store_dir / "beach.csv"
    table.write_text(BEACH, encoding="utf-8")
    read = RUNNER.invoke(app, ["import", str(table)])
    assert read.exit_code == 0, read.output
    out = store_dir / "ospar.csv"
    done = RUNNER.invoke(app, ["export", "--out", str(out), "--beach", "OSPAR"])
    assert done.exit_code == 0, done.output
    frame = pd.read_csv(out)
    assert frame["OSPAR_4"].tolist() == [4]  # OSPAR 4: drink bottles
    assert frame["sum"].tolist() == [6]


def test_an_unknown_list_names_the_known_ones(store_dir):
    done = RUNNER.invoke(
        app, ["export", "--out", str(store_dir / "x.csv"), "--beach", "ABC"]
    )
    assert isinstance(done.exception, ObservationError)
    assert "OSPAR" in str(done.exception)


def test_an_archive_holds_events_and_measurements(store_dir):
    out = store_dir / "records.zip"
    command = ["export", "--out", str(out), "--publisher", "Test crew"]
    done = RUNNER.invoke(app, command)
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(out) as archive:
        assert {"meta.xml", "eml.xml"} <= set(archive.namelist())


@pytest.mark.parametrize("name", ["x.xlsx", "x", "x.zip"])
def test_wrong_names_and_a_missing_publisher_are_wrong_usage(store_dir, name):
    done = RUNNER.invoke(app, ["export", "--out", str(store_dir / name)])
    assert done.exit_code == 2
    assert not (store_dir / name).exists()


def test_without_a_database_nothing_is_made(tmp_path, monkeypatch):
    monkeypatch.setenv("GYRE_DATA_DIR", str(tmp_path / "none"))
    monkeypatch.delenv("GYRE_DATABASE_URL", raising=False)
    done = RUNNER.invoke(app, ["export", "--out", str(tmp_path / "x.csv")])
    assert isinstance(done.exception, NotFoundError)
    assert not (tmp_path / "none").exists()
