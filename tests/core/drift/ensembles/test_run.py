from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.drift.ensembles.coverage import covered_time, uncovered_seeds
from core.drift.ensembles.draws import (
    normals,
    stream_ids,
    truncated_normals,
    uniforms,
)
from core.drift.ensembles.run import (
    CURRENT_ERROR,
    DRIFT_COLUMNS,
    MAX_HOURS,
    run_ensemble,
)
from core.drift.field import VelocityField
from core.drift.noise import RandomFlight
from core.drift.seeds import read_seeds
from core.drift.windage import Windage
from core.errors import CleanupError, InputError, SourceError
from core.geo import great_circle_distance_km

TREX = (
    Path(__file__).resolve().parents[5]
    / "shared/datasets/ocean/drifters_trex2020_with_currents_winds.parquet"
)
START = datetime(2024, 3, 1, tzinfo=UTC)
START_S = START.timestamp()


def uniform_field(u, v, *, hours=100, lat=(-5, 5), lon=(-5, 5), n=21, land=None):
    """Same velocity everywhere, float64; ``land`` marks nodes by ``(lat, lon)``."""
    y, x = np.linspace(lat[0], lat[1], n), np.linspace(lon[0], lon[1], n)
    shape = (2, n, n)
    east, north = np.full(shape, float(u)), np.full(shape, float(v))
    if land is not None:
        lons, lats = np.meshgrid(x, y)
        east[:, land(lats, lons)] = north[:, land(lats, lons)] = np.nan
    times = START_S + np.array([0.0, hours * 3600.0])
    return VelocityField(times, y, x, east, north, mesh="spherical")


CURRENT = uniform_field(0.5, 0.0)
WIND = uniform_field(10.0, 0.0, lat=(-6, 6), lon=(-6, 6))
ONE = pd.DataFrame({"lat": [0.0], "lon": [0.0], "category": ["net"]})
CALM: dict[str, Any] = {"position_error_m": 0.0, "random_flight": None}


def last(frame):
    return frame[frame["hour"].abs() == frame["hour"].abs().max()]


def east_km(frame):
    return np.radians(frame["lon"].to_numpy()) * 6371.0


def test_layout_is_that_of_the_contract():
    frame = run_ensemble(ONE, current=CURRENT, hours=3, members=2)
    assert tuple(frame.columns) == DRIFT_COLUMNS
    assert DRIFT_COLUMNS[:6] == ("seed", "member", "time", "lat", "lon", "status")
    assert len(frame) == 2 * 4
    assert frame["time"].dtype == "datetime64[us, UTC]"
    assert list(frame["time"][:4]) == list(pd.date_range(START, periods=4, freq="h"))
    assert list(frame["hour"][:4]) == [0, 1, 2, 3]
    assert set(frame["status"]) == {"afloat"}


# 0.5 m/s for 10 h is 18 km; along the equator a degree is R pi / 180.
def test_member_0_goes_with_the_water_alone():
    frame = run_ensemble(ONE, current=CURRENT, hours=10, members=20)
    first = last(frame[frame["member"] == 0])
    assert east_km(first) == pytest.approx([18.0], rel=1e-9)
    assert first["lat"].to_numpy() == pytest.approx([0.0], abs=1e-9)
    others = last(frame[frame["member"] > 0])
    assert others["lat"].std() > 0


# Rope takes 0.5 % of 10 m/s: 0.05 m/s more.
def test_wind_moves_member_0_by_the_factor_of_its_category():
    frame = run_ensemble(ONE, current=CURRENT, wind=WIND, hours=10, members=1)
    assert east_km(last(frame)) == pytest.approx([0.55 * 36.0], rel=1e-6)


# A bottle takes 3.64 % of the wind; beside a Stokes field of its own, 1.3 % less.
def test_stokes_field_replaces_its_share_of_the_wind():
    bottle = ONE.assign(category="bottle")
    stokes = uniform_field(0.13, 0.0, lat=(-6, 6), lon=(-6, 6))
    frame = run_ensemble(
        bottle, current=CURRENT, wind=WIND, stokes=stokes, hours=10, members=1
    )
    assert east_km(last(frame)) == pytest.approx([(0.5 + 0.234 + 0.13) * 36], rel=1e-6)
    without = run_ensemble(bottle, current=CURRENT, wind=WIND, hours=10, members=1)
    assert east_km(last(without)) == pytest.approx([(0.5 + 0.364) * 36], rel=1e-6)


def test_a_fitted_windage_takes_the_place_of_the_table():
    fitted = Windage(category="net", factor=0.02, low=0.02, high=0.02,
                     deflection_deg=90.0, source="fitted in this test")  # fmt: skip
    frame = run_ensemble(ONE, current=CURRENT, wind=WIND, hours=10, members=3,
                         windages={"net": fitted}, **CALM)  # fmt: skip
    # All of the wind's share goes 90 degrees to its left, which is north.
    assert np.radians(last(frame)["lat"]).to_numpy() * 6371 == pytest.approx(
        0.2 * 36, rel=1e-4
    )


def test_start_positions_spread_by_the_position_error():
    frame = run_ensemble(ONE, current=CURRENT, hours=1, members=4001,
                         position_error_m=3000.0, random_flight=None)  # fmt: skip
    start = frame[(frame["hour"] == 0) & (frame["member"] > 0)]
    for name in ("lat", "lon"):
        km = np.radians(start[name].to_numpy()) * 6371.0
        # Chi-square interval of the standard deviation of 4000 draws, 0.9999.
        assert km.std() == pytest.approx(3.0, rel=0.045)
        assert stats.kstest(km / 3.0, "norm").pvalue > 1e-4


def test_radius_of_a_seed_takes_the_place_of_the_position_error():
    seeds = pd.DataFrame(
        {"lat": [0.0, 1.0], "lon": [0.0, 0.0], "radius_m": [0.0, np.nan]}
    )
    frame = run_ensemble(seeds, current=CURRENT, hours=1, members=50)
    start = frame[frame["hour"] == 0].groupby("seed")["lat"].std()
    assert start[0] == 0.0
    assert start[1] > 0.0


# Spread of a random flight after time t: 2 s^2 T (t - T (1 - exp(-t/T))) an axis.
def test_current_error_spreads_the_cloud_as_a_random_flight_does():
    frame = run_ensemble(ONE, current=uniform_field(0.0, 0.0), hours=24, members=3001,
                         position_error_m=0.0)  # fmt: skip
    t, T = 24 * 3600.0, CURRENT_ERROR.time_scale_s  # noqa: N806 - as in the formula
    variance = 2 * CURRENT_ERROR.sigma_m_s**2 * T * (t - T * (1 - np.exp(-t / T)))
    drawn = last(frame[frame["member"] > 0])
    for name in ("lat", "lon"):
        sd = (np.radians(drawn[name].to_numpy()) * 6371e3).std()
        assert sd == pytest.approx(np.sqrt(variance), rel=0.05)


# The law was chosen on CIOPS-E; GSL500 is another model of the same sea. Around the end
# of the model's path (water and 2 % of the wind, along the observed track) a circle of
# 1.177 standard deviations should hold half of the observed ends, one of 2.146 90 %.
@pytest.mark.validation
@pytest.mark.parametrize("model", ["ciopse", "gsl500"])
def test_default_current_error_holds_real_drifters_at_its_level(model):
    if not TREX.exists():
        pytest.skip("the shared drifters are not at hand")
    hours = 24
    rows = pd.read_parquet(TREX).sort_values(["drifter_id", "time"])
    t, T = hours * 3600.0, CURRENT_ERROR.time_scale_s  # noqa: N806 - as in the formula
    sd = np.sqrt(2 * CURRENT_ERROR.sigma_m_s**2 * T * (t - T * (1 - np.exp(-t / T))))
    away = []
    for _, run in rows.groupby("drifter_id"):
        clock = run["time"].to_numpy().astype("datetime64[s]").astype(int)
        for first in range(0, len(run) - hours, hours):
            part = run.iloc[first : first + hours + 1]
            if clock[first + hours] - clock[first] != t:
                continue
            model_m = [
                np.trapezoid(
                    part[f"{c}_ocean_{model}"] + 0.02 * part[f"{c}_wind"], dx=3600.0
                )
                for c in "uv"
            ]
            across = np.cos(np.radians(part["lat"].mean()))
            places = np.radians(part[["lon", "lat"]].to_numpy())
            true_m = (places[-1] - places[0]) * 6371e3 * np.array([across, 1.0])
            away.append(np.hypot(*(true_m - model_m)))
    known = np.array(away)[np.isfinite(away)]
    assert len(known) > 1000
    assert np.mean(known < 1.1774 * sd) == pytest.approx(0.5, abs=0.05)
    assert np.mean(known < 2.1460 * sd) == pytest.approx(0.9, abs=0.05)


def test_windage_of_members_stays_within_its_bracket():
    frame = run_ensemble(ONE.assign(category="wood"), current=uniform_field(0, 0),
                         wind=WIND, hours=1, members=500, **CALM)  # fmt: skip
    end = last(frame)
    share = np.hypot(east_km(end), np.radians(end["lat"]) * 6371) / (10.0 * 3.6)
    assert share.min() >= 0.01 - 1e-6
    assert share.max() <= 0.03 + 1e-6
    assert share.std() == pytest.approx(0.005 * 0.88, rel=0.15)
    # Members go to both sides of the wind at even odds.
    north = end[end["member"] > 0]["lat"] > 0
    assert stats.binomtest(int(north.sum()), len(north)).pvalue > 1e-4


def test_a_member_is_the_same_whatever_the_number_of_members():
    few = run_ensemble(ONE, current=CURRENT, wind=WIND, hours=12, members=5)
    many = run_ensemble(ONE, current=CURRENT, wind=WIND, hours=12, members=80)
    pd.testing.assert_frame_equal(
        many[many["member"] < 5].reset_index(drop=True), few, rtol=0, atol=1e-9
    )


def test_adding_seeds_changes_nothing_before():
    two = pd.concat([ONE, ONE.assign(lat=1.0, category="foam")], ignore_index=True)
    alone = run_ensemble(ONE, current=CURRENT, wind=WIND, hours=12, members=6)
    both = run_ensemble(two, current=CURRENT, wind=WIND, hours=12, members=6)
    pd.testing.assert_frame_equal(
        both[both["seed"] == 0].reset_index(drop=True), alone, rtol=0, atol=1e-9
    )


def test_a_seed_number_keeps_its_draws_when_another_row_is_refused():
    read = read_seeds(pd.DataFrame({"lat": ["x", 0.0, 1.0], "lon": [0.0, 0.0, 0.0]}))
    mended = read_seeds(pd.DataFrame({"lat": [2.0, 0.0, 1.0], "lon": [0.0] * 3}))
    some = run_ensemble(read.accepted, current=CURRENT, hours=3, members=4)
    every = run_ensemble(mended.accepted, current=CURRENT, hours=3, members=4)
    assert sorted(some["seed"].unique()) == [1, 2]
    pd.testing.assert_frame_equal(
        every[every["seed"] > 0].reset_index(drop=True), some, rtol=0, atol=1e-9
    )


def test_the_same_seed_repeats_a_run_and_another_does_not():
    runs = [run_ensemble(ONE, current=CURRENT, hours=3, members=4, seed=seed)
            for seed in (7, 7, 8)]  # fmt: skip
    pd.testing.assert_frame_equal(runs[0], runs[1])
    assert not np.allclose(runs[0]["lat"][4:], runs[2]["lat"][4:], atol=1e-9)


def test_releases_at_different_times_are_each_followed_their_own_hours():
    times = pd.to_datetime(["2024-03-01T06:00Z", "", "2024-03-01T09:30Z"])
    seeds = pd.DataFrame({"lat": 0.0, "lon": 0.0, "time": times})
    frame = run_ensemble(seeds, current=CURRENT, hours=4, members=2, **CALM)
    assert frame.groupby("seed").size().tolist() == [10, 10, 10]
    starts = frame[frame["hour"] == 0].groupby("seed")["time"].first()
    assert list(starts) == [pd.Timestamp("2024-03-01T06:00Z"), pd.Timestamp(START),
                            pd.Timestamp("2024-03-01T09:30Z")]  # fmt: skip
    chosen = run_ensemble(seeds, current=CURRENT, hours=4, members=1,
                          start=datetime(2024, 3, 2))  # fmt: skip
    assert chosen[chosen["seed"] == 1]["time"].iloc[0] == pd.Timestamp(
        "2024-03-02T00:00Z"
    )


# The current rises from 0 to 1 m/s over T = 100 h, so from time a to time b a particle
# goes (b^2 - a^2) / 2T.
def test_each_release_meets_the_current_of_its_own_time():
    y = x = np.linspace(-5, 5, 11)
    shape = np.ones((1, 11, 11))
    field = VelocityField(
        START_S + np.array([0, 360_000.0]), y, x,
        np.concatenate([0 * shape, shape]), np.zeros((2, 11, 11)), mesh="spherical",
    )  # fmt: skip
    times = pd.to_datetime(["2024-03-01T00:00Z", "2024-03-02T00:00Z"])
    seeds = pd.DataFrame({"lat": 0.0, "lon": 0.0, "time": times})
    frame = run_ensemble(seeds, current=field, hours=10, members=1)
    hours = np.array([[0, 10], [24, 34]]) * 3600.0
    true_km = (hours[:, 1] ** 2 - hours[:, 0] ** 2) / (2 * 360_000.0) / 1000.0
    assert east_km(last(frame)) == pytest.approx(true_km, rel=1e-6)


def test_members_strand_on_land_and_stay_there():
    wall = uniform_field(1.0, 0.0, land=lambda lat, lon: lon > 0.9)
    frame = run_ensemble(ONE, current=wall, hours=48, members=10)
    end = last(frame)
    assert set(end["status"]) == {"stranded"}
    for _, run in frame.groupby("member"):
        ashore = run[run["status"] == "stranded"]
        assert np.ptp(ashore["lon"]) == 0.0
        assert list(run["status"].astype(str)) == sorted(run["status"].astype(str))


def test_starts_are_drawn_anew_where_they_fall_on_land():
    wall = uniform_field(0.0, 0.0, land=lambda lat, lon: lon > 0.9)
    near = pd.DataFrame({"lat": [0.0], "lon": [0.85], "radius_m": [8000.0]})
    frame = run_ensemble(near, current=wall, hours=1, members=300, random_flight=None)
    start = frame[frame["hour"] == 0]
    assert (start["status"] == "afloat").all()
    assert start["lon"].std() > 0


def test_leaving_the_area_is_told_and_not_extrapolated():
    frame = run_ensemble(ONE.assign(lon=4.5), current=uniform_field(1.0, 0.0),
                         hours=48, members=3, **CALM)  # fmt: skip
    assert set(last(frame)["status"]) == {"out_of_domain"}
    assert frame["lon"].max() <= 5.0 + 0.01
    assert np.isfinite(frame[["lat", "lon"]].to_numpy()).all()


def test_a_run_crosses_180_degrees():
    field = uniform_field(1.0, 0.0, lon=(175, 185))
    frame = run_ensemble(ONE.assign(lon=179.9), current=field, hours=24, members=3,
                         **CALM)  # fmt: skip
    assert frame["lon"].between(-180, 180, inclusive="left").all()
    assert last(frame)["lon"].to_numpy() == pytest.approx(
        179.9 - 360 + np.degrees(86.4 / 6371.0), abs=1e-6
    )


def test_backward_run_returns_where_it_came_from():
    rng = np.random.default_rng(3)
    y = x = np.linspace(-5, 5, 21)
    u, v = rng.normal(0, 0.3, size=(2, 5, 21, 21))
    field = VelocityField(START_S + np.arange(5) * 86400.0, y, x, u, v,
                          mesh="spherical")  # fmt: skip
    there = last(run_ensemble(ONE, current=field, hours=72, members=1))
    found = there[["lat", "lon", "time"]].reset_index(drop=True)
    back = last(run_ensemble(found, current=field, hours=72, members=1, backward=True))
    assert back["hour"].iloc[0] == -72
    assert back["time"].iloc[0] == pd.Timestamp(START)
    away = great_circle_distance_km(
        lat1=0, lon1=0, lat2=back["lat"].iloc[0], lon2=back["lon"].iloc[0]
    )
    assert away < 0.01


def test_backward_run_without_times_starts_at_the_end_of_the_forcing():
    frame = run_ensemble(ONE, current=CURRENT, hours=2, members=1, backward=True)
    assert frame["time"].iloc[0] == pd.Timestamp(START) + pd.Timedelta(100, "h")


def test_seeds_outside_time_or_area_are_named_and_refused():
    times = pd.to_datetime(["2024-03-01T00:00Z", "2024-03-04T00:00Z",
                            "2024-02-28T00:00Z", "2024-03-01T00:00Z"])  # fmt: skip
    seeds = pd.DataFrame({"lat": [0.0, 0.0, 0.0, 50.0], "lon": 0.0, "time": times})
    issues = uncovered_seeds(seeds, current=CURRENT, hours=48)
    assert [issue.row for issue in issues] == [2, 3, 4]
    assert "runs from 2024-03-01T00:00:00Z to 2024-03-05T04:00:00Z" in issues[0].reason
    assert "outside the current: latitude -5 to 5" in issues[2].reason
    with pytest.raises(InputError, match=r"row 2.*row 3.*row 4"):
        run_ensemble(seeds, current=CURRENT, hours=48)


def test_a_smaller_wind_field_bounds_the_area_and_the_time():
    wind = uniform_field(5.0, 0.0, lat=(-1, 1), hours=10)
    issues = uncovered_seeds(ONE.assign(lat=2.0), current=CURRENT, wind=wind, hours=2)
    assert "outside the wind" in issues[0].reason
    assert covered_time([CURRENT, wind])[1] == START_S + 36_000
    assert uncovered_seeds(ONE, current=CURRENT, wind=wind, hours=11)


def test_fields_without_a_common_time_are_refused():
    wind = uniform_field(5.0, 0.0)
    wind.time_s = wind.time_s + 1e7
    with pytest.raises(InputError, match="no time in common"):
        run_ensemble(ONE, current=CURRENT, wind=wind, hours=2)


def test_steady_field_needs_a_start():
    y = x = np.linspace(-1, 1, 3)
    steady = VelocityField([0.0], y, x, np.ones((1, 3, 3)), np.zeros((1, 3, 3)),
                           mesh="spherical")  # fmt: skip
    with pytest.raises(InputError, match="give the start"):
        run_ensemble(ONE, current=steady, hours=2)
    assert len(run_ensemble(ONE, current=steady, hours=2, start=START, members=1)) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hours": 0}, "hours 0"),
        ({"hours": 2.5}, "hours 2.5"),
        ({"hours": MAX_HOURS + 1}, "hours 2401"),
        ({"members": 0}, "members 0"),
        ({"members": 2**20}, "members 1048576"),
        ({"position_error_m": -1.0}, "position error"),
        ({"hours": 2000, "members": 1_000_000}, "rows; at most"),
        ({"scheduler": "quantum"}, "dask scheduler 'quantum'"),
    ],
)
def test_what_cannot_be_run_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        run_ensemble(ONE, current=CURRENT, **({"hours": 2} | options))


def test_seeds_that_are_none_or_no_numbers_are_refused():
    for seeds, message in [
        (ONE.head(0), "no seeds"),
        (ONE.assign(lat=np.nan), "lat is not a number"),
        (pd.concat([ONE, ONE]).assign(seed=1), "same number"),
    ]:
        with pytest.raises(InputError, match=message):
            run_ensemble(seeds, current=CURRENT, hours=2)


def test_flat_mesh_is_refused():
    flat = VelocityField([0.0], [0, 1], [0, 1], np.ones((1, 2, 2)), np.ones((1, 2, 2)))
    with pytest.raises(InputError, match="flat mesh"):
        run_ensemble(ONE, current=flat, hours=2, start=START)


def test_progress_reaches_the_total_and_cancelling_stops(monkeypatch):
    monkeypatch.setattr("core.drift.ensembles.run._CHUNK", 10)
    told = []
    run_ensemble(ONE, current=CURRENT, hours=1, members=41, scheduler="synchronous",
                 progress=lambda done, total: told.append((done, total)))  # fmt: skip
    assert told == [(1, 41), (11, 41), (21, 41), (31, 41), (41, 41)]
    asked = []

    def cancel():
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(CleanupError, match="cancelled"):
        run_ensemble(ONE, current=CURRENT, hours=1, members=41, cancelled=cancel,
                     scheduler="synchronous")  # fmt: skip
    assert len(asked) == 3


def test_every_scheduler_gives_the_same_result(monkeypatch):
    from distributed import LocalCluster

    monkeypatch.setattr("core.drift.ensembles.run._CHUNK", 16)
    options: dict[str, Any] = {
        "current": CURRENT,
        "wind": WIND,
        "hours": 6,
        "members": 40,
    }
    plain = run_ensemble(ONE, scheduler="synchronous", **options)
    pd.testing.assert_frame_equal(run_ensemble(ONE, **options), plain)
    with LocalCluster(processes=False, n_workers=1, threads_per_worker=2,
                      dashboard_address=None) as cluster:  # fmt: skip
        told = []
        spread = run_ensemble(
            ONE, scheduler=cluster.scheduler_address,
            progress=lambda done, total: told.append(done), **options,
        )  # fmt: skip
        pd.testing.assert_frame_equal(spread, plain)
        assert told[-1] == 40
        with pytest.raises(CleanupError, match="cancelled"):
            run_ensemble(ONE, scheduler=cluster.scheduler_address,
                         cancelled=lambda: True, **options)  # fmt: skip


@pytest.mark.slow
def test_processes_give_the_same_result():
    from distributed import LocalCluster

    options: dict[str, Any] = {
        "current": CURRENT,
        "wind": WIND,
        "hours": 6,
        "members": 40,
    }
    plain = run_ensemble(ONE, scheduler="synchronous", **options)
    spread = run_ensemble(ONE, scheduler="processes", **options)
    pd.testing.assert_frame_equal(spread, plain)
    with LocalCluster(processes=True, n_workers=2, threads_per_worker=1,
                      dashboard_address=None) as cluster:  # fmt: skip
        address = cluster.scheduler_address
        pd.testing.assert_frame_equal(
            run_ensemble(ONE, scheduler=address, **options), plain
        )


def test_scheduler_that_does_not_answer_is_a_source_error(monkeypatch):
    monkeypatch.setattr("core.drift.ensembles.scheduler._CONNECT_S", 0.5)
    with pytest.raises(SourceError, match="does not answer"):
        run_ensemble(ONE, current=CURRENT, hours=1, scheduler="tcp://127.0.0.1:9")
    with pytest.raises(SourceError, match="does not answer"):
        run_ensemble(ONE, current=CURRENT, hours=1, scheduler="nonsense://:x")


def test_draws_are_uniform_and_streams_independent():
    streams = stream_ids(np.repeat(np.arange(100), 200), np.tile(np.arange(200), 100))
    first, second = (uniforms(3, streams, counter) for counter in (0, 1))
    for u in (first, second):
        assert stats.kstest(u, "uniform").pvalue > 1e-3
        assert ((u > 0) & (u < 1)).all()
    # Correlations of 20,000 independent pairs: standard deviation 0.007.
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03
    assert abs(np.corrcoef(first[:-1], first[1:])[0, 1]) < 0.03
    assert abs(np.corrcoef(first, uniforms(4, streams, 0))[0, 1]) < 0.03
    assert stats.kstest(normals(3, streams, 5), "norm").pvalue > 1e-3


def test_truncated_normals_follow_their_law():
    u = uniforms(1, np.arange(20_000), 0)
    drawn = truncated_normals(u, mean=0.02, sd=0.01, low=0.0, high=0.05)
    law = stats.truncnorm(-2.0, 3.0, loc=0.02, scale=0.01)
    assert stats.kstest(drawn, law.cdf).pvalue > 1e-3
    assert truncated_normals(u[:3], mean=0.02, sd=0.0, low=0.02, high=0.02) == (
        pytest.approx([0.02] * 3)
    )


def test_diffusivity_spreads_as_2kt():
    frame = run_ensemble(ONE, current=uniform_field(0, 0), hours=20, members=3001,
                         diffusivity_m2_s=50.0, **CALM)  # fmt: skip
    sd = np.radians(last(frame)["lat"].to_numpy()[1:]).std() * 6371e3
    assert sd == pytest.approx(np.sqrt(2 * 50 * 72_000), rel=0.05)


def test_random_flight_of_ones_own_is_used():
    weak = RandomFlight(sigma_m_s=0.01, time_scale_s=3600.0)
    spread = []
    for flight in (weak, CURRENT_ERROR):
        frame = run_ensemble(ONE, current=CURRENT, hours=6, members=50,
                             random_flight=flight, position_error_m=0.0)  # fmt: skip
        spread.append(last(frame)["lat"].std())
    assert spread[0] < 0.1 * spread[1]


def test_scheduler_lost_on_the_way_is_a_source_error(monkeypatch):
    from distributed import LocalCluster

    monkeypatch.setattr("core.drift.ensembles.run._CHUNK", 4)
    cluster = LocalCluster(processes=False, n_workers=1, threads_per_worker=1,
                           dashboard_address=None)  # fmt: skip

    def close_it(done, total):
        cluster.close()

    with pytest.raises(SourceError, match="was lost before"):
        run_ensemble(ONE, current=CURRENT, hours=48, members=2000,
                     scheduler=cluster.scheduler_address,
                     progress=close_it)  # fmt: skip
