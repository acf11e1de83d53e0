"""Rules of forecasts and hindcasts; the flow is uniform, so the drift is u times t."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import CleanupError, InputError, NotFoundError, StorageError
from core.forecasts import make_forecast, read_forecast
from core.governance import verify_chain
from core.storage import Store
from tests.core.forecasts.flows import START

#: Degrees along the equator that 0.5 m/s makes in a day, on the sphere of 6,371 km.
DAY_DEG = np.degrees(0.5 * 86_400.0 / 6_371_000.0)


@pytest.fixture
def make(store: Store, seeds: pd.DataFrame) -> Callable[..., str]:
    """Return a function that makes a forecast without any uncertainty."""

    def make_one(**changes: Any) -> str:
        values: dict[str, Any] = {
            "seeds": seeds,
            "hours": 48,
            "members": 12,
            "name": "two days",
            "actor": "mia",
            "current_error": None,
        }
        values |= changes
        return str(make_forecast(store, values.pop("seeds"), **values))

    return make_one


def test_a_uniform_current_carries_every_member_the_same_way(
    store: Store, add: Callable[..., str], make: Callable[..., str]
) -> None:
    forecast = read_forecast(store, make(current_id=add()))
    assert len(forecast.frame) == 2 * 12 * 49
    day = forecast.frame.query("hour == 24 and seed == 0")
    assert day["lon"].to_numpy() == pytest.approx(-158.0 + DAY_DEG, abs=2e-5)
    assert day["lat"].to_numpy() == pytest.approx(0.0, abs=2e-5)
    assert set(day["status"]) == {"afloat"}
    assert forecast.summary["hours"] == [24, 48]
    a = forecast.summary["seeds"][0]
    assert a["days"][1]["lon"] == pytest.approx(-158.0 + 2 * DAY_DEG, abs=2e-5)
    assert (a["days"][1]["region"], a["days"][1]["share_afloat"]) == ("one_point", 1.0)
    assert a["days"][1]["time"] == "2026-06-03T00:00:00Z"


def test_expected_mass_is_the_seeds_where_it_is_known(
    store: Store, add: Callable[..., str], make: Callable[..., str]
) -> None:
    summary = read_forecast(store, make(current_id=add())).summary
    a, b = summary["seeds"]
    assert a["days"][0]["expected_kg_afloat"] == 100.0
    assert b["days"][0]["expected_kg_afloat"] is None
    assert summary["totals"][0] == {
        "hour": 24,
        "n_seeds": 2,
        "n_without_mass": 1,
        "expected_kg_afloat": 100.0,
        "expected_kg_stranded": 0.0,
    }


def test_wind_carries_by_the_windage_of_the_category(
    store: Store, add: Callable[..., str], make: Callable[..., str]
) -> None:
    """Member 0 has the category's own factor: nets 0.5 % of 10 m/s is 0.05 m/s."""
    forecast = read_forecast(
        store, make(current_id=add(u=0.0), wind_id=add("wind", u=10.0))
    )
    net = forecast.frame.query("hour == 24 and seed == 0 and member == 0")
    assert float(net["lon"].iloc[0]) == pytest.approx(-158 + DAY_DEG / 10, abs=2e-5)
    spread = forecast.frame.query("hour == 24 and seed == 1")["lon"]
    assert spread.std() > 0.02  # plastic takes up 1 to 3.6 %


def test_a_hindcast_goes_back_to_where_it_came_from(
    store: Store, add: Callable[..., str], make: Callable[..., str]
) -> None:
    forecast = read_forecast(store, make(current_id=add(), hindcast=True))
    assert forecast.kind == "hindcast"
    last = forecast.frame.query("hour == -48 and seed == 0")
    assert last["lon"].to_numpy() == pytest.approx(-158.0 - 2 * DAY_DEG, abs=2e-5)
    assert set(last["time"]) == {pd.Timestamp(START + timedelta(hours=48))}
    assert forecast.summary["hours"] == [-24, -48]
    assert [day["hour"] for day in forecast.summary["seeds"][0]["days"]] == [-24, -48]


def test_the_same_question_is_answered_from_the_store(
    store: Store, add: Callable[..., str], make: Callable[..., str]
) -> None:
    current_id = add()
    first = make(current_id=current_id)
    asked: list[int] = []
    again = make(current_id=current_id, progress=lambda *_: asked.append(1))
    assert again == first
    assert asked == []
    other = make(current_id=current_id, seed=2)
    back = make(current_id=current_id, hindcast=True, start=START + timedelta(hours=72))
    assert len({first, other, back}) == 3
    assert store.counts()["forecast"] == 3


def test_a_forecast_is_audited_with_what_it_was_made_from(
    store: Store, add: Callable[..., str], make: Callable[..., str]
) -> None:
    current_id, wind_id = add(), add("wind")
    forecast_id = make(current_id=current_id, wind_id=wind_id)
    (entry,) = store.audit.entries(action="forecast.created")
    detail = json.loads(entry["detail"])
    assert entry["subject"] == f"forecast:{forecast_id}"
    assert detail["forcing"] == {
        "current": store.forcings.get(current_id)["sha256"],
        "wind": store.forcings.get(wind_id)["sha256"],
    }
    row = store.forecasts.get(forecast_id)
    assert detail["result_sha256"] == row["result_sha256"]
    assert len(detail["seeds_sha256"]) == 64
    assert row["forcing_ids"] == [current_id, wind_id]
    assert verify_chain(store).length == store.audit.count()


def test_simulated_seeds_or_forcing_make_a_simulated_forecast(
    store: Store,
    add: Callable[..., str],
    make: Callable[..., str],
    seeds: pd.DataFrame,
) -> None:
    real, made_up = add(), add(simulated=True, u=0.25)
    assert not read_forecast(store, make(current_id=real)).simulated
    assert read_forecast(store, make(current_id=made_up)).simulated
    marked = seeds.assign(simulated=[False, True], lat=[0.5, 0.5])
    forecast = read_forecast(store, make(current_id=real, seeds=marked))
    assert forecast.simulated
    assert forecast.summary["simulated"]


def test_seeds_that_cannot_be_followed_are_named_and_the_rest_is_run(
    store: Store,
    add: Callable[..., str],
    make: Callable[..., str],
    seeds: pd.DataFrame,
) -> None:
    more = pd.concat(
        [
            seeds,
            pd.DataFrame(
                {
                    "seed_id": ["far", "wrong", "late"],
                    "lat": [30.0, 91.0, 0.0],
                    "lon": [-158.0] * 3,
                    "category": ["net"] * 3,
                    "time": [None, None, "2026-06-04T12:00:00Z"],
                }
            ),
        ],
        ignore_index=True,
    )
    forecast = read_forecast(store, make(current_id=add(), seeds=more))
    assert sorted(forecast.frame["seed"].unique()) == [0, 1]
    reasons = {row["row"]: row["reason"] for row in forecast.summary["refused"]}
    assert set(reasons) == {3, 4, 5}
    assert "outside the current" in reasons[3]
    assert "latitude" in reasons[4]
    assert "not covered" in reasons[5]


def test_a_seed_out_of_time_is_told_the_whole_cover_and_widens_no_area(
    store: Store,
    add: Callable[..., str],
    make: Callable[..., str],
    seeds: pd.DataFrame,
) -> None:
    """The forcing runs for 96 h from 1 June; only a part of it is loaded."""
    current_id = add()
    day = pd.Timestamp("2026-06-02T00:00:00Z")
    early = pd.DataFrame({"lat": [4.5], "lon": [-151.0], "time": [day.replace(day=1)]})
    early["time"] -= pd.Timedelta(hours=1)
    both = pd.concat([seeds.assign(time=day), early], ignore_index=True)
    forecast = read_forecast(store, make(current_id=current_id, seeds=both))
    assert sorted(forecast.frame["seed"].unique()) == [0, 1]
    (refused,) = forecast.summary["refused"]
    assert refused["row"] == 3
    assert "2026-06-01T00:00:00Z to 2026-06-05T00:00:00Z" in refused["reason"]
    with pytest.raises(InputError, match=r"runs from 2026-06-01T00:00:00Z"):
        make(current_id=current_id, seeds=seeds.assign(time=day), hours=97)


@pytest.mark.parametrize(("hindcast", "hour"), [(False, 96), (True, 0)])
def test_the_last_frame_does_not_go_on_beyond_the_forcing(
    hindcast: bool,
    hour: int,
    store: Store,
    add: Callable[..., str],
    make: Callable[..., str],
) -> None:
    """A period that touches the forcing with one frame leaves a field of one time."""
    start = START + timedelta(hours=hour)
    with pytest.raises(InputError, match=r"not covered by the forcing"):
        make(current_id=add(), hindcast=hindcast, start=start)
    assert store.counts()["forecast"] == 0


def test_without_a_seed_to_follow_nothing_is_kept(
    store: Store,
    add: Callable[..., str],
    make: Callable[..., str],
    seeds: pd.DataFrame,
) -> None:
    current_id = add()
    with pytest.raises(InputError, match=r"no seed can be used.*latitude"):
        make(current_id=current_id, seeds=seeds.assign(lat=95.0))
    with pytest.raises(InputError, match=r"outside"):
        make(current_id=current_id, seeds=seeds.assign(lat=40.0))
    with pytest.raises(InputError, match=r"not covered|outside"):
        make(current_id=current_id, hours=97)
    assert store.counts()["forecast"] == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hours": 0}, "hours"),
        ({"members": 0}, "members"),
        ({"name": " "}, "needs a name"),
        ({"start": datetime(2026, 6, 1)}, "no time zone"),
    ],
)
def test_impossible_wishes_are_refused(
    add: Callable[..., str],
    make: Callable[..., str],
    changes: dict[str, Any],
    words: str,
) -> None:
    with pytest.raises(InputError, match=words):
        make(current_id=add(), **changes)


def test_forcing_of_another_kind_or_unknown_is_refused(
    add: Callable[..., str], make: Callable[..., str]
) -> None:
    current_id, wind_id = add(), add("wind")
    with pytest.raises(InputError, match="is a wind, expected a current"):
        make(current_id=wind_id)
    with pytest.raises(InputError, match="is a current, expected a wind"):
        make(current_id=current_id, wind_id=current_id)
    with pytest.raises(NotFoundError, match="no forcing"):
        make(current_id="current-000000000000")


def test_a_cancelled_forecast_leaves_nothing(
    store: Store, add: Callable[..., str], make: Callable[..., str]
) -> None:
    with pytest.raises(CleanupError):
        make(current_id=add(), cancelled=lambda: True)
    assert store.counts()["forecast"] == 0
    assert store.audit.entries(action="forecast.created") == []


def test_seeds_across_180_degrees_are_followed(
    store: Store, add: Callable[..., str], make: Callable[..., str]
) -> None:
    seeds = pd.DataFrame({"lat": [0.0, 0.0], "lon": [179.9, -179.5], "radius_m": 0.0})
    forecast = read_forecast(
        store, make(current_id=add(west=175.0), seeds=seeds, hours=24)
    )
    ends = forecast.frame.query("hour == 24 and member == 0")["lon"]
    assert ends.tolist() == pytest.approx(
        [179.9 + DAY_DEG - 360.0, -179.5 + DAY_DEG], abs=2e-5
    )


def test_a_changed_result_is_not_shown(
    store: Store, add: Callable[..., str], make: Callable[..., str]
) -> None:
    forecast_id = make(current_id=add())
    sha256 = store.forecasts.get(forecast_id)["result_sha256"]
    store.files.path(sha256).write_bytes(b"PAR1")
    with pytest.raises(StorageError, match="damaged"):
        read_forecast(store, forecast_id)
    with pytest.raises(NotFoundError, match="no forecast"):
        read_forecast(store, "nothing")


def test_regions_and_stranding_are_made_from_what_was_kept(
    store: Store, add: Callable[..., str], make: Callable[..., str]
) -> None:
    forecast = read_forecast(
        store, make(current_id=add(), diffusivity_m2_s=10.0, members=40)
    )
    areas = forecast.regions(hour=24)
    assert areas["level"].tolist() == [0.5, 0.9, 0.5, 0.9]
    assert (areas["geometry"].map(lambda g: g.area) > 0).all()
    assert forecast.stranding()["probability"].tolist() == [0.0, 0.0]
    day = forecast.summary["seeds"][0]["days"][0]
    assert day["area_90_km2"] == pytest.approx(areas["area_km2"].iloc[1], rel=0.01)


def test_baselines_stand_beside_the_forecast(
    store: Store, add: Callable[..., str], make: Callable[..., str]
) -> None:
    """In a uniform current going on is right; staying put is off by the way made."""
    forecast = read_forecast(store, make(current_id=add()))
    day = forecast.summary["seeds"][0]["days"][1]
    assert day["persistence"]["distance_km"] == pytest.approx(0.0, abs=0.05)
    assert day["stays_put"] == {
        "lat": 0.0,
        "lon": -158.0,
        "distance_km": pytest.approx(86.4, abs=0.01),
    }
    frames = forecast.baselines()
    assert frames["stays_put"].query("seed == 0")["lon"].unique().tolist() == [-158.0]
    goes_on = frames["persistence"].query("seed == 0 and hour == 48")["lon"]
    assert float(goes_on.iloc[0]) == pytest.approx(-158.0 + 2 * DAY_DEG, abs=1e-3)


def test_the_start_of_a_forecast_is_that_of_its_first_seed(
    store: Store, add: Callable[..., str], make: Callable[..., str], seeds: pd.DataFrame
) -> None:
    hours = [timedelta(hours=5), timedelta(hours=2)]
    timed = seeds.assign(time=[START + after for after in hours])
    current_id = add()
    starts = [
        read_forecast(store, make(current_id=current_id, **changes)).params["start"]
        for changes in ({}, {"seeds": timed})
    ]
    assert starts == ["2026-06-01T00:00:00+00:00", "2026-06-01T02:00:00+00:00"]
