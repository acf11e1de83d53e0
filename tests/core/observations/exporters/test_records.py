"""What is written is read back the same, and carries every list."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from core.errors import ObservationError
from core.observations import OBSERVATION_COLUMNS, make_observations
from core.observations.crosswalk import LIST_COLUMNS
from core.observations.exporters import EXPORT_SUFFIXES, export_records
from core.observations.importers import import_file
from tests.strategies import raw_observations

SUFFIXES = list(EXPORT_SUFFIXES)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_observations_come_back_the_same(suffix, observations, tmp_path):
    path = tmp_path / f"out{suffix}"
    export_records(observations, path)
    back = import_file(path)
    assert back.profile == "gyre"
    assert not back.rejected
    pd.testing.assert_frame_equal(back.observations, observations)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_measurements_come_back_the_same(suffix, measurements, tmp_path):
    path = tmp_path / f"out{suffix}"
    export_records(measurements, path)
    back = import_file(path)
    assert back.profile == "gyre-measurements"
    assert not back.rejected
    # A row's number is that of the file it was read from last.
    pd.testing.assert_frame_equal(
        back.measurements.drop(columns="source_row"),
        measurements.drop(columns="source_row"),
    )


@given(raw_observations())
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_observations_come_back_the_same_from_csv(tmp_path, raw):
    frame = make_observations(raw).accepted
    path = tmp_path / "any.csv"
    export_records(frame, path)
    back = import_file(path).observations
    pd.testing.assert_frame_equal(back[list(OBSERVATION_COLUMNS)], frame)


def test_every_list_is_a_column(observations, measurements, tmp_path):
    for frame in (observations, measurements):
        export_records(frame, tmp_path / "out.parquet")
        out = pd.read_parquet(tmp_path / "out.parquet")
        assert {*LIST_COLUMNS, "crosswalk"} <= set(out.columns)
        for column in LIST_COLUMNS:
            total = out.groupby(column)["count"].sum().sum()
            assert total == frame["count"].sum()


def test_no_cell_of_the_csv_is_a_formula(observations, measurements, tmp_path):
    for frame in (observations, measurements):
        path = tmp_path / "out.csv"
        export_records(frame, path)
        texts = pd.read_csv(path, dtype="str", keep_default_na=False)
        for name in texts.columns:
            for text in texts[name]:
                assert not text.startswith(("=", "+", "@", "\t", "\r"))
                if text.startswith("-"):  # a number, not a text
                    float(text)
    assert "'+1 more" in texts["note"].tolist()


def test_geojson_has_points_and_null_for_missing_numbers(observations, tmp_path):
    path = tmp_path / "out.geojson"
    observations.loc[0, "mass_kg"] = np.inf
    export_records(observations, path)
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    assert features[0]["geometry"] == {"type": "Point", "coordinates": [-140.0, 31.0]}
    assert features[0]["properties"]["mass_kg"] is None
    assert features[1]["properties"]["observed_at"] == "2026-05-01T10:00:00+00:00"
    assert features[3]["properties"]["simulated"] is True


def test_no_records_make_a_valid_empty_file(observations, tmp_path):
    for suffix in SUFFIXES:
        export_records(observations.iloc[:0], tmp_path / f"none{suffix}")
    document = json.loads((tmp_path / "none.geojson").read_text(encoding="utf-8"))
    assert document == {"type": "FeatureCollection", "features": []}


def test_other_endings_and_other_tables_are_refused(observations, tmp_path):
    with pytest.raises(ObservationError, match=r"out\.xls does not end in \.csv"):
        export_records(observations, tmp_path / "out.xls")
    with pytest.raises(ObservationError, match="lack the column category"):
        export_records(observations.drop(columns="category"), tmp_path / "out.csv")
