"""Targets from a drift ensemble: positions, shares, pace, and bad frames."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from core.errors import RouteInputError
from core.geo import great_circle_distance_km
from core.routing import DriftForecast, drift_of_sites, targets_from_drift

START = datetime(2026, 5, 1, 6, tzinfo=UTC)


def frame(seed=7, *, members=2, hours=24, lon_per_h=0.02, begin=START, stranded=None):
    """A patch at 10 N, 20 E that runs east, member 1 twice as fast as member 0."""
    rows = [
        {
            "seed": seed,
            "member": m,
            "time": begin + timedelta(hours=h),
            "lat": 10.0,
            "lon": 20.0 + (1 + m) * lon_per_h * h,
            "status": "afloat"
            if stranded is None or (m, h) < stranded or m != stranded[0]
            else "stranded",
            "hour": h,
        }
        for m in range(members)
        for h in range(hours + 1)
    ]
    made = pd.DataFrame(rows)
    return made.assign(time=pd.to_datetime(made["time"], utc=True))


def read(made, *, seeds=None, start_at=START, hours=20.0, site=("a",)):
    given = {"a": 7} if seeds is None else seeds
    return drift_of_sites(
        DriftForecast(made, given),
        site=list(site),
        lat=[10.0] * len(site),
        lon=[20.0] * len(site),
        start_at=start_at,
        hours=hours,
    )


def test_positions_are_those_of_the_frame_at_its_hours():
    drift = read(frame())
    lat, lon = drift.mean_at(10.0)
    assert (lat[0], lon[0]) == pytest.approx((10.0, 20.3), abs=1e-4)
    assert drift.position_km.shape[:3] == (2, 22, 1)
    assert drift.notes == ()


def test_between_two_hours_a_patch_is_between_its_two_positions():
    begin = START - timedelta(minutes=30)
    drift = read(frame(begin=begin))
    assert drift.mean_at(3.0)[1][0] == pytest.approx(20.0 + 1.5 * 0.02 * 3.5, abs=1e-6)


def test_what_has_stranded_has_no_share_in_that_member():
    drift = read(frame(stranded=(1, 5)))
    np.testing.assert_array_equal(drift.share[0, :, 0], 1.0)
    np.testing.assert_array_equal(drift.share[1, :5, 0], 1.0)
    np.testing.assert_array_equal(drift.share[1, 5:, 0], 0.0)


def test_a_forecast_that_ends_early_is_named_and_the_position_kept():
    drift = read(frame(hours=6))
    assert drift.mean_at(6.0)[1] == pytest.approx(drift.mean_at(20.0)[1])
    (note,) = drift.notes
    assert "ends 6.0 h after" in note and "a" in note


def test_a_site_without_a_seed_stands_still_and_is_named():
    drift = read(frame(), site=("a", "b"))
    np.testing.assert_array_equal(
        drift.position_km[:, 0, 1], drift.position_km[:, 9, 1]
    )
    (note,) = drift.notes
    assert "does not follow b" in note


def test_longitudes_beyond_180_degrees_are_no_jump():
    made = frame()
    made["lon"] = (made["lon"] - 20.0 + 179.9 + 180.0) % 360.0 - 180.0
    drift = read(made)
    steps = np.linalg.norm(np.diff(drift.position_km, axis=1), axis=3)
    assert steps[:, :20].max() < 5.0  # 0.04 degrees at 10 N is 4.4 km


def _without(column):
    return lambda made: made.drop(columns=column)


def _set(column, value):
    def change(made):
        return made.assign(
            **{column: made[column].astype(object).where(made.index != 30, value)}
        )

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_without("status"), "lacks the column status"),
        (lambda made: made.iloc[:0], "is empty"),
        (_set("lat", np.nan), "a position is none .seed 7, member 1, 2026-05-01 11:00"),
        (_set("lat", 91.0), "a position is none .seed 7, member 1"),
        (_set("lon", "east"), "a position is none .seed 7, member 1"),
        (_set("status", "sunk"), "status is none of .* status sunk"),
        (lambda made: made.drop(index=3), "seed 7 do not hold the same times"),
        (lambda made: pd.concat([made, made]), "do not hold the same times"),
        (lambda made: made.assign(time=made["hour"]), "time is int64, expected"),
        (lambda made: made.assign(seed=8), "site a: seed 7 is not in the drift"),
    ],
)
def test_a_bad_frame_is_refused_with_its_record(change, message):
    with pytest.raises(RouteInputError, match=message):
        read(change(frame()))


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (-3, "ends at 2026-04-29 06:00 UTC for seed 7"),
        (2, "site a begins 48.0 h after"),
    ],
)
def test_a_forecast_that_misses_the_plan_is_refused(days, message):
    with pytest.raises(RouteInputError, match=message):
        read(frame(begin=START + timedelta(days=days)))


def test_seeds_with_other_numbers_of_members_are_refused():
    made = pd.concat([frame(), frame(8, members=1)])
    with pytest.raises(RouteInputError, match="seed 8 has 1 members, others have 2"):
        read(made, seeds={"a": 7, "b": 8}, site=("a", "b"))


def test_the_pace_holds_the_way_round_land_and_loads_share_a_track():
    drift = read(frame())
    # A port 1 degree north, and two loads of the one site; the leg is 20 % longer
    # than the great circle, at 20 km/h.
    lat, lon = [11.0, 10.0, 10.0], [20.3, 20.3, 20.3]
    way = 1.2 * great_circle_distance_km(lat1=11.0, lon1=20.3, lat2=10.0, lon2=20.3)
    hours = np.array([[0, way, way], [way, 0, 0], [way, 0, 0]]) / 20.0
    targets = targets_from_drift(
        drift, site_of_node=[-1, 0, 0], lat=lat, lon=lon, travel_h=hours
    )
    np.testing.assert_allclose(targets.pace_h_per_km, 1.2 / 20.0, rtol=1e-9)
    assert targets.meeting_h(0, 1, 2, 5.0) == 0.0
    # The port stands still, and at mid-horizon the leg takes the hours it was measured
    # with: the mean patch is then where the leg was measured to, less the rise of a
    # great circle between two members over their parallel.
    np.testing.assert_array_equal(
        targets.position_km[:, 0, 0], targets.position_km[:, -1, 0]
    )
    back = targets.mean().meeting_h(0, 1, 0, 10.0)
    assert back == pytest.approx(way / 20.0, rel=1e-4)


def test_hours_by_vessel_give_a_pace_by_vessel_and_no_way_stays_no_way():
    drift = read(frame())
    hours = np.array([[0.0, 4.0], [4.0, 0.0]])
    targets = targets_from_drift(
        drift,
        site_of_node=[-1, 0],
        lat=[11.0, 10.0],
        lon=[20.3, 20.3],
        travel_h=[hours, np.where(hours > 0, np.inf, 0.0)],
    )
    assert np.isfinite(targets.pace_of(0)).all()
    assert np.isinf(targets.meeting_h(1, 0, 1, 0.0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"site_of_node": [-1, 1]}, "names site 1, there are 1"),
        ({"lat": [11.0]}, "do not fit together"),
        ({"lat": [95.0, 10.0]}, "node 0"),
    ],
)
def test_nodes_that_do_not_fit_are_refused(change, message):
    given = {
        "site_of_node": [-1, 0],
        "lat": [11.0, 10.0],
        "lon": [20.3, 20.3],
        "travel_h": np.ones((2, 2)),
        **change,
    }
    with pytest.raises(ValueError, match=message):
        targets_from_drift(read(frame()), **given)
