"""Plans for debris that drifts: met where it then is, and scored by execution."""

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.geo import great_circle_distance_km
from core.routing.drift_forecast import DriftForecast
from core.routing.plan_edits import PlanEditor
from core.routing.planner import plan_cleanup
from core.routing.request import PlanRequest
from core.routing.sea import parse_closed_areas
from core.routing.setup import make_setup
from tests.plan_inputs import START, fleet_of, sites_of

KM_PER_DEG = 111.19493
HOURS = 72


def forecast(sites, *, east_km_h, north_km_h=0.0, stranded_from=None):
    """Members drift evenly, each with its own speeds; some strand at an hour."""
    members = np.broadcast_arrays(east_km_h, north_km_h)
    hours = np.arange(HOURS + 1)
    rows = []
    for seed, site in enumerate(sites.itertuples()):
        for member, (east, north) in enumerate(zip(*members, strict=True)):
            strands = (stranded_from or {}).get(member, np.inf)
            rows.append(
                pd.DataFrame(
                    {
                        "seed": seed,
                        "member": member,
                        "time": [START + timedelta(hours=int(h)) for h in hours],
                        "lat": site.lat + north * hours / KM_PER_DEG,
                        "lon": site.lon + east * hours / KM_PER_DEG,
                        "status": np.where(hours >= strands, "stranded", "afloat"),
                    }
                )
            )
    frame = pd.concat(rows, ignore_index=True)
    return DriftForecast(frame, {s: i for i, s in enumerate(sites["site"])}, "f-1")


def plan(sites, drift, fleet=None, **options):
    wish: dict[str, Any] = {"hours": float(HOURS), "start_at": START}
    wish |= {"iterations": 150, **options}
    return plan_cleanup(sites, fleet or fleet_of(), drift=drift, **wish)


def test_a_patch_that_drifts_off_is_met_where_the_chase_ends():
    """0.5 degrees ahead at 18.52 km/h, drifting off at 1.5: 55.6 / 17.02 h."""
    sites = sites_of(("a", 0.0, -29.5, 400.0))
    made = plan(sites, forecast(sites, east_km_h=[1.5]))
    trip = made.vessels[0].trips[0]
    stop = trip.stops[0]
    chase_h = 0.5 * KM_PER_DEG / (18.52 - 1.5)
    assert trip.legs[0].hours == pytest.approx(chase_h, rel=1e-4)
    assert stop.drift_km == pytest.approx(1.5 * chase_h, rel=1e-3)
    assert stop.lon == pytest.approx(-29.5 + 1.5 * chase_h / KM_PER_DEG, abs=1e-5)
    away_km = 0.5 * KM_PER_DEG + 1.5 * (chase_h + stop.service_h)
    assert trip.legs[1].distance_km == pytest.approx(away_km, rel=1e-4)
    assert made.drift.mass_kg == made.totals["mass_kg"] == 400.0
    assert (made.drift.members, made.drift.forecast_id) == (1, "f-1")
    assert stop.miss_chance == 0.0


def test_a_patch_that_strands_in_some_members_is_missed_in_these():
    """In one of four members it strands before any vessel can be there."""
    sites = sites_of(("a", 0.0, -29.5, 400.0))
    drift = forecast(sites, east_km_h=[0.0] * 4, stranded_from={2: 1})
    made = plan(sites, drift)
    stop = made.vessels[0].trips[0].stops[0]
    assert stop.miss_chance == 0.25
    assert stop.mass_kg == made.drift.mass_kg == 300.0
    assert (made.drift.p10, made.drift.p90) == (
        pytest.approx(np.quantile([0, 400, 400, 400], 0.1)),
        400.0,
    )


def test_doubt_about_the_mass_widens_the_quantiles_and_keeps_the_mean():
    sites = sites_of(("a", 0.0, -29.5, 400.0), mass_kg_low=100.0, mass_kg_high=900.0)
    made = plan(sites, forecast(sites, east_km_h=[0.0] * 20))
    assert made.drift.mass_kg == pytest.approx(400.0, rel=1e-6)
    assert made.drift.p10 < 250.0 < 600.0 < made.drift.p90
    assert made.totals["mass_kg_low"] == made.drift.p10
    assert any("evenly below and above" in note for note in made.notes)


def test_without_tracking_a_plan_brings_less_and_both_are_told():
    """Members that part at 2 km/h are 20 km from the mean when the vessel comes."""
    sites = sites_of(("a", 0.0, -28.5, 400.0))
    drift = forecast(sites, east_km_h=[0.0] * 3, north_km_h=[-2.0, 0.0, 2.0])
    made = plan(sites, drift)
    assert made.drift.mode == "tracked"
    assert made.drift.mass_kg == pytest.approx(400.0)
    assert made.drift.untracked_mass_kg == pytest.approx(400.0 / 3, abs=1e-3)


def test_still_debris_is_said_to_be_taken_as_still():
    sites = sites_of(("a", 0.0, -29.5, 400.0))
    made = plan(sites, None)
    assert made.drift is None
    assert made.vessels[0].trips[0].stops[0].miss_chance is None
    assert any("lying still" in note for note in made.notes)


def test_debris_that_drifts_into_a_closed_area_is_left():
    """It is outside at the start and inside from hour 2 to the end."""
    ring = b"[[-29.8, -1.0], [-29.0, -1.0], [-29.0, 1.0], [-29.8, 1.0], [-29.8, -1.0]]"
    closed = parse_closed_areas(
        b'{"type": "Feature", "properties": {"name": "Park"}, "geometry": '
        b'{"type": "Polygon", "coordinates": [' + ring + b"]}}"
    ).areas
    sites = sites_of(("a", 0.0, -29.83, 40.0), ("b", 0.0, -30.5, 40.0))
    drift = forecast(sites, east_km_h=[2.0])
    made = plan(sites, drift, closed_areas=closed, hours=40.0)
    left = {one.site: one.reason for one in made.unassigned}
    stops = {s.site: s for _, t in made.trips() for s in t.stops}
    assert "b" in stops
    if "a" in stops:  # met before it drifts in
        assert stops["a"].lon < -29.8
    else:
        assert left == {"a": "closed_area"}


def test_land_between_moving_ends_is_gone_round_and_the_plan_holds():
    """Debris drifts from the south of Oahu to its west; the port lies east of it."""
    sites = sites_of(("a", 21.2, -157.9, 300.0), ("b", 21.9, -158.0, 300.0))
    drift = forecast(sites, east_km_h=[-1.0, -1.2], north_km_h=[0.3, 0.5])
    fleet = fleet_of(start={"lat": 21.5, "lon": -157.5}, endurance_h=24.0)
    made = plan(sites, drift, fleet)
    for _, trip in made.trips():
        assert trip.hours <= 24.0 + 1e-3
        for stop, leg in zip(trip.stops, trip.legs, strict=False):
            away = great_circle_distance_km(
                lat1=stop.lat, lon1=stop.lon, lat2=leg.path[-1, 0], lon2=leg.path[-1, 1]
            )
            assert away < 0.001
    assert made.totals["mass_kg"] > 0.0


def test_sites_without_a_seed_stand_still_and_are_named():
    sites = sites_of(("a", 0.0, -29.5, 400.0), ("b", 0.0, -30.5, 300.0))
    drift = forecast(sites.iloc[:1], east_km_h=[1.0])
    made = plan(sites, drift)
    stop = next(s for _, t in made.trips() for s in t.stops if s.site == "b")
    assert stop.drift_km == 0.0
    assert any("does not follow b" in note for note in made.notes)


def test_a_robust_plan_takes_the_sure_site_and_an_expecting_one_the_larger():
    """Time for one of two: 900 kg in two of four members, or 400 kg in all."""
    sites = sites_of(("large", 0.0, -29.0, 900.0), ("sure", 0.0, -31.0, 400.0))
    large = forecast(
        sites.iloc[:1], east_km_h=[0.0] * 4, stranded_from={0: 1, 1: 1}
    ).frame
    sure = forecast(sites.iloc[1:], east_km_h=[0.0] * 4).frame.assign(seed=1)
    both = DriftForecast(
        pd.concat([large, sure], ignore_index=True), {"large": 0, "sure": 1}
    )
    found = {}
    for quantile in (None, 0.1):
        made = plan(sites, both, hours=24.0, quantile=quantile)
        found[quantile] = [s.site for _, t in made.trips() for s in t.stops]
        assert made.drift.p10 == (0.0 if quantile is None else 400.0)
    assert found == {None: ["large"], 0.1: ["sure"]}


def test_a_plan_moved_by_hand_is_executed_again_in_every_member():
    """Of two stops one strands in one of four members; the other is taken out."""
    sites = sites_of(("a", 0.0, -29.5, 400.0), ("b", 0.0, -29.4, 200.0))
    drift = forecast(sites, east_km_h=[0.0] * 4, stranded_from={2: 1})
    made = plan(sites, drift)
    setup = make_setup(PlanRequest.from_dict(made.request), drift=drift)
    editor = PlanEditor(made, setup)
    begun = editor.begin()
    assert begun.drift == made.drift
    names = [stop.site for stop in begun.vessels[0].trips[0].stops]
    name = begun.vessels[0].name
    changed = editor.remove_stop(begun, (name, 0, names.index("b")))
    kept = editor.as_plan(changed)
    assert kept.drift is not None
    assert kept.drift.mass_kg == kept.totals["mass_kg"] == 0.75 * 400.0
    assert kept.drift.forecast_id == "f-1"
    assert kept.vessels[0].trips[0].stops[0].miss_chance == 0.25
