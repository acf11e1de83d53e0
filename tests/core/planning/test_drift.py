"""Drift of a plan's sites, against a uniform current's closed form."""

from datetime import timedelta
from math import pi

import pandas as pd
import pytest

from core.errors import InputError
from core.forecasts import SITE_RADIUS_M, velocity_field
from core.planning import (
    PlanForcing,
    covered_hours,
    drift_from_fields,
    drift_from_store,
    drifted_places,
)
from tests.core.forecasts.flows import START, uniform

KM_PER_DEGREE = 6371.0 * pi / 180.0


def test_hours_end_where_the_first_forcing_ends():
    spans = [(START, START + timedelta(hours=96)), (START, START + timedelta(hours=30))]
    assert covered_hours(spans, start_at=START, hours=72.0) == 30
    assert covered_hours(spans, start_at=START, hours=10.5) == 11
    assert covered_hours([], start_at=START, hours=72.0) == 72


@pytest.mark.parametrize("late_h", [-5, 96, 200])
def test_a_start_that_is_not_covered_is_refused_with_both_times(late_h):
    spans = [(START, START + timedelta(hours=96))]
    with pytest.raises(InputError, match="the plan starts"):
        covered_hours(spans, start_at=START + timedelta(hours=late_h), hours=24.0)


def test_sites_of_a_plan_are_followed_and_kept(store, add, plan_wish):
    current = add(u=0.5)
    found = drift_from_store(
        store,
        plan_wish.sites,
        start_at=plan_wish.start_at,
        hours=plan_wish.hours,
        current_id=current,
        members=4,
        name="test",
        actor="mia",
    )
    assert set(found.seed_of_site) == {"A", "B", "C"}
    assert store.forecasts.get(found.forecast_id)["created_by"] == "mia"
    run = found.frame[found.frame["seed"] == found.seed_of_site["A"]]
    assert run["time"].min() == pd.Timestamp(plan_wish.start_at)
    assert run["hour"].max() == 40


def test_without_doubt_a_site_moves_with_the_current(plan_wish):
    fields = {"current": velocity_field(uniform(u=0.5))}
    found = drift_from_fields(
        plan_wish.sites,
        fields,
        spans=[(START, START + timedelta(hours=96))],
        start_at=plan_wish.start_at,
        hours=10.0,
        members=1,
    )
    run = found.frame[found.frame["seed"] == found.seed_of_site["A"]]
    moved_km = (run["lon"].iloc[-1] - run["lon"].iloc[0]) * KM_PER_DEGREE
    assert moved_km == pytest.approx(0.5 * 3.6 * 10.0, rel=1e-3)


def test_places_follow_the_members_that_are_afloat(plan_wish):
    at = START + timedelta(hours=5)
    rows = [
        (7, member, START + timedelta(hours=hour), lat, lon, status)
        for hour in range(6)
        for member, lat, lon, status in (
            (0, 0.0, 179.9, "afloat"),
            (1, 0.0, -179.9, "afloat"),
            (2, 9.0, 9.0, "stranded"),
        )
    ]
    frame = pd.DataFrame(
        rows, columns=["seed", "member", "time", "lat", "lon", "status"]
    )
    from core.routing import DriftForecast

    moved = drifted_places(plan_wish.sites, DriftForecast(frame, {"B": 7}), at=at)
    by = {row["site"]: row for row in moved.to_dict("records")}
    assert abs(abs(by["B"]["lon"]) - 180.0) < 1e-6
    # Both 11.1 km off along one axis: 11.1 / sqrt(2) an axis.
    spread = 1000.0 * 0.1 * KM_PER_DEGREE / 2**0.5
    assert by["B"]["radius_m"] == pytest.approx(spread, rel=1e-3)
    assert (by["A"]["lat"], by["A"]["lon"]) == (0.0, -158.0)
    assert by["A"]["radius_m"] == SITE_RADIUS_M


def test_drift_needs_a_current():
    with pytest.raises(InputError, match="needs a current"):
        PlanForcing(drift=True)


def test_the_choice_of_forcing_survives_json():
    chosen = PlanForcing(current_id="a", waves_id="b", members=12)
    assert PlanForcing.from_dict(chosen.to_dict()) == chosen
    assert chosen.sailing_ids == ("b", "a")
    with pytest.raises(InputError, match="cannot be read"):
        PlanForcing.from_dict({"tide": 1})
