from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from core.distribution import FEATURES, feature_table
from core.errors import InputError

JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def one(lat=0.0, lon=-30.0, time=JUNE, **more):
    return feature_table(lat=[lat], lon=[lon], time=time, **more).iloc[0]


def test_every_feature_has_a_meaning_and_a_column():
    assert list(feature_table(lat=[0.0], lon=[0.0], time=JUNE)) == list(FEATURES)


def test_at_a_pole_the_longitude_says_nothing():
    east, west = one(lat=90.0, lon=0.0), one(lat=90.0, lon=-150.0)
    for name in ("x", "y", "z", "abs_lat", "land_km"):
        assert east[name] == pytest.approx(west[name], abs=1e-9)


def test_180_degrees_east_and_west_are_one_place():
    east, west = one(lat=-10.0, lon=180.0), one(lat=-10.0, lon=-180.0)
    pd.testing.assert_series_equal(east, west)
    assert one(lat=-10.0, lon=350.0)["x"] == pytest.approx(one(lat=-10, lon=-10)["x"])


def test_land_has_distance_zero_and_a_basin():
    assert one(lat=47.0, lon=8.0)["land_km"] == 0.0
    assert np.isfinite(one(lat=47.0, lon=8.0)["basin"])


def test_the_season_is_turned_by_half_a_year_in_the_south():
    north, south = one(lat=1.0), one(lat=-1.0)
    assert north["season_sin"] == pytest.approx(-south["season_sin"])
    assert north["season_cos"] == pytest.approx(-south["season_cos"])


def test_what_nobody_knows_is_missing_not_zero():
    assert np.isnan(one()["wind_m_s"])
    assert np.isnan(one()["current_m_s"])
    assert one(wind_m_s=7.5)["wind_m_s"] == 7.5
    assert np.isnan(one(day_known=False)["season_sin"])
    assert one(day_known=False)["year"] == pytest.approx(2026.41, abs=0.01)


@pytest.mark.parametrize(
    "wrong",
    [
        {"lat": 90.1},
        {"lat": np.nan},
        {"lon": np.inf},
        {"lon": 1e9},
        {"time": datetime(2026, 6, 1)},
        {"time": "soon"},
        {"time": datetime(1500, 1, 1, tzinfo=UTC)},
        {"wind_m_s": -1.0},
        {"wind_m_s": np.inf},
        {"mesh_mm": "fine"},
        {"current_m_s": [1.0, 2.0]},
    ],
)
def test_hostile_values_are_refused_and_named(wrong):
    with pytest.raises(InputError):
        one(**wrong)


def test_the_row_at_fault_is_named():
    with pytest.raises(InputError, match="row 1"):
        feature_table(lat=[0.0, 95.0], lon=[0.0, 0.0], time=JUNE)
