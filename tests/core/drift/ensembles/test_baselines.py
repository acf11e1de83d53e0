from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drift.ensembles.baselines import (
    persistence,
    persistence_of_velocity,
    stays_put,
)
from core.drift.ensembles.run import DRIFT_COLUMNS
from core.errors import InputError
from core.geo import great_circle_distance_km

START = datetime(2024, 3, 1, tzinfo=UTC)
SEA = pd.DataFrame({"seed": [0, 4], "lat": [0.0, 10.0], "lon": [-150.0, 179.99],
                    "time": pd.to_datetime([str(START), ""], utc=True)})  # fmt: skip


def test_stays_put_repeats_the_position_in_the_layout_of_an_ensemble():
    frame = stays_put(SEA, hours=3, start=datetime(2024, 3, 2))
    assert tuple(frame.columns) == DRIFT_COLUMNS
    assert len(frame) == 8
    assert [list(run["lat"]) for _, run in frame.groupby("seed")] == [
        [0.0] * 4,
        [10.0] * 4,
    ]
    assert set(frame["status"]) == {"afloat"}
    assert frame["time"][3] == pd.Timestamp("2024-03-01T03:00Z")
    assert frame["time"][4] == pd.Timestamp("2024-03-02T00:00Z")
    assert frame["time"].dtype == "datetime64[us, UTC]"


def test_stays_put_on_land_is_no_stranding():
    inland = pd.DataFrame({"lat": [-25.0], "lon": [135.0]})
    assert set(stays_put(inland, hours=2, start=START)["status"]) == {"afloat"}


def test_seed_without_any_time_is_refused():
    with pytest.raises(InputError, match="no time"):
        stays_put(SEA, hours=3)
    with pytest.raises(InputError, match="hours 0"):
        stays_put(SEA, hours=0, start=START)


# 0.5 m/s is 1.8 km/h, on a great circle.
@given(st.floats(-2, 2), st.floats(-2, 2))
def test_velocity_goes_on_in_a_straight_line(u, v):
    frame = persistence_of_velocity(SEA, u_m_s=u, v_m_s=v, hours=24, start=START,
                                    strands=False)  # fmt: skip
    end = frame[frame["hour"] == 24]
    away = great_circle_distance_km(
        lat1=SEA["lat"].to_numpy(), lon1=SEA["lon"].to_numpy(),
        lat2=end["lat"].to_numpy(), lon2=end["lon"].to_numpy(),
    )  # fmt: skip
    assert away == pytest.approx(np.hypot(u, v) * 86.4, abs=1e-5)
    assert frame["lon"].between(-180, 180, inclusive="left").all()


def test_backward_persistence_is_where_it_came_from():
    frame = persistence_of_velocity(SEA, u_m_s=1.0, v_m_s=0.0, hours=10, start=START,
                                    backward=True)  # fmt: skip
    end = frame[(frame["seed"] == 0) & (frame["hour"] == -10)].iloc[0]
    assert end["lon"] == pytest.approx(-150 - np.degrees(36 / 6371), abs=1e-9)
    assert end["time"] == pd.Timestamp("2024-02-29T14:00Z")


def test_persistence_keeps_course_and_speed_of_member_0s_first_hour():
    hours = np.arange(5)
    rows = []
    for member, bend in ((0, 0.05), (1, 9.0)):
        lat = np.where(hours > 1, bend, 0.0)
        rows.append(pd.DataFrame(
            {"seed": 2, "member": member, "time": pd.Timestamp(START)
             + pd.to_timedelta(hours, unit="h"), "lat": lat, "lon": -150 + 0.01 * hours,
             "status": "afloat", "hour": hours}))  # fmt: skip
    frame = persistence(pd.concat(rows))
    assert list(frame["seed"]) == [2] * 5
    assert frame["lon"].to_numpy() == pytest.approx(-150 + 0.01 * hours, abs=1e-9)
    assert frame["lat"].to_numpy() == pytest.approx(0.0, abs=1e-9)


# Off Oregon, straight at the coast, 30 km away: 2 m/s is 7.2 km/h.
def test_a_line_that_meets_the_coast_ends_before_it():
    near = pd.DataFrame({"lat": [46.0], "lon": [-124.35]})
    frame = persistence_of_velocity(near, u_m_s=2.0, v_m_s=0.0, hours=24, start=START)
    ashore = frame["status"] == "stranded"
    assert list(ashore) == sorted(ashore)
    assert 3 <= ashore.to_numpy().argmax() <= 7
    assert np.ptp(frame["lon"][ashore]) == 0.0
    assert frame["lon"].max() < -123.9


def test_velocity_that_is_no_number_or_absurd_is_refused():
    with pytest.raises(InputError, match="not a number"):
        persistence_of_velocity(SEA, u_m_s=np.nan, v_m_s=0, hours=2, start=START)
    with pytest.raises(InputError, match="half-way round"):
        persistence_of_velocity(SEA, u_m_s=1e4, v_m_s=0, hours=2000, start=START)


def test_persistence_needs_the_unperturbed_run():
    frame = stays_put(SEA, hours=2, start=START)
    with pytest.raises(InputError, match="member 0"):
        persistence(frame.assign(member=3))
