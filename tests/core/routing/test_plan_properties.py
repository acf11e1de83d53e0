"""What holds for every plan: limits, land, closed areas, names, a larger fleet.

Problems are small and searches are short, so that the examples are many kinds and not
many of one kind. Every plan passes the second opinion of ``check_plan`` inside
``plan_cleanup`` already; here it is held against plain recomputation.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.coastline import land_polygons
from core.errors import InfeasibleError
from core.geo import great_circle_distance_km
from core.routing import plan_cleanup
from core.routing.rules import SiteRules
from core.routing.sea import ClosedArea
from core.routing.states import VesselState
from core.routing.work_hours import WorkHours
from tests.plan_inputs import START, fleet_of, sites_of

HOUR = timedelta(hours=1)
#: A sea full of islands: the southern Aegean.
WEST, SOUTH, EAST, NORTH = 23.5, 36.0, 27.5, 38.0
PORTS = (
    {"name": "Piraeus", "lat": 37.93, "lon": 23.6, "unload_h": 3.0},
    {
        "name": "Heraklion",
        "lat": 35.36,
        "lon": 25.14,
        "unload_h": 2.0,
        "open": [["05:00", "20:00"]],
    },
)
AREA = ClosedArea("Cyclades box", shapely.box(24.8, 36.9, 25.2, 37.3), "breeding")
#: A failing example takes seconds, so it is shown as it is and not made smaller.
PLAIN: dict[str, Any] = {
    "deadline": None,
    "phases": [Phase.explicit, Phase.reuse, Phase.generate],
    "suppress_health_check": [HealthCheck.too_slow],
}
QUICK = settings(max_examples=4, **PLAIN)
#: Two searches may differ by chance; the same examples each time keep chance out.
FIXED = settings(max_examples=6, derandomize=True, **PLAIN)
#: What two searches of 5,000 steps over at most 8 sites may differ by. Measured on
#: four problems in two orders: none apart, one 3.2 % below 20,000 steps; with 1,000
#: steps two orders were 6 % apart once.
NOISE = 0.05


@st.composite
def aegean(draw):
    """Sites at sea and on land alike, and two vessels of different kinds."""
    n = draw(st.integers(3, 8))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    sites = sites_of(
        *[
            (
                f"s{i}",
                rng.uniform(SOUTH, NORTH),
                rng.uniform(WEST, EAST),
                float(rng.uniform(50.0, 2500.0)),
            )
            for i in range(n)
        ],
        open_until=[
            START + 24 * HOUR if k < 1 else None for k in rng.integers(0, 4, n)
        ],
    )
    fleet = fleet_of(
        {"name": "Alma", "start": {"port": "Piraeus"}, "end": {"port": "Heraklion"}},
        {"name": "Brisa", "start": {"port": "Heraklion"}, "speed_kn": 14.0,
         "hold_kg": 700.0, "endurance_h": 30.0,
         "crew_hours_per_day": draw(st.sampled_from([10.0, None]))},
        ports=PORTS,
    )  # fmt: skip
    return sites, fleet


@pytest.fixture(scope="module", autouse=True)
def _coast(tmp_path_factory):
    """Keep what is found about the coast from one example to the next."""
    CACHE.append(tmp_path_factory.mktemp("sea"))


CACHE: list[Path] = []


def plan(sites, fleet, **options):
    wish: dict[str, Any] = {"hours": 60.0, "start_at": START, "iterations": 150}
    wish |= {**options, "cache_dir": CACHE[0]}
    return plan_cleanup(sites, fleet, **wish)


def legs_of(made):
    return [leg for _, trip in made.trips() for leg in trip.legs]


def is_clear(path, polygons):
    line = shapely.LineString(path[:, ::-1])
    return not shapely.intersects(polygons, line).any()


@QUICK
@given(aegean(), st.booleans())
def test_no_plan_breaks_a_limit_or_crosses_land_or_a_closed_area(problem, by_day):
    sites, fleet = problem
    land = np.array(land_polygons("50m"), dtype=object)
    end = START + 60 * HOUR
    try:
        made = plan(
            sites, fleet, closed_areas=(AREA,), work_hours=WorkHours(daylight=by_day)
        )
    except InfeasibleError:
        return
    ships = {vessel.name: vessel for vessel in fleet.vessels}
    for vessel, trip in made.trips():
        ship = ships[vessel.name]
        loaded = sum(stop.mass_kg for stop in trip.stops)
        assert loaded <= ship.hold_kg + 1e-2
        assert (trip.end - trip.depart) / HOUR <= ship.endurance_h + 1e-3
        assert trip.depart >= START
        assert trip.free <= end + timedelta(seconds=2)
        for stop in trip.stops:
            closes = sites.set_index("site")["open_until"][stop.site]
            assert pd.isna(closes) or stop.leave <= closes + timedelta(seconds=2)
            assert stop.leave - stop.start >= stop.service_h * HOUR - 2 * HOUR / 3600
        for leg in trip.legs:
            sailed_km = leg.hours * ship.speed_kn * 1.852
            assert sailed_km == pytest.approx(leg.distance_km, abs=0.01)
            assert is_clear(leg.path, land)
            assert is_clear(leg.path, AREA.polygon)
    taken = pd.Series(0.0, index=sites["site"])
    for _, trip in made.trips():
        for stop in trip.stops:
            taken[stop.site] += stop.mass_kg
    assert (taken.to_numpy() <= sites["mass_kg"].to_numpy() + 1e-2).all()
    named = {one.site for one in made.unassigned} | set(taken.index[taken > 0.0])
    assert named == set(sites["site"])


@pytest.mark.slow
@FIXED
@given(aegean(), st.randoms(use_true_random=False))
def test_names_and_order_of_sites_do_not_change_what_is_collected(problem, random):
    """Few sites and 5,000 steps: both orders find as good a plan."""
    sites, fleet = problem
    order = list(range(len(sites)))
    random.shuffle(order)
    other = sites.iloc[order].reset_index(drop=True)
    other["site"] = [f"new{i}" for i in range(len(sites))]
    options = {"iterations": 5000, "seconds": 60.0}
    try:
        first = plan(sites, fleet, **options)
    except InfeasibleError:
        with pytest.raises(InfeasibleError):
            plan(other, fleet, **options)
        return
    second = plan(other, fleet, **options)
    assert second.totals["mass_kg"] == pytest.approx(first.totals["mass_kg"], rel=NOISE)


@pytest.mark.slow
@FIXED
@given(aegean())
def test_one_more_vessel_never_collects_less(problem):
    sites, fleet = problem
    alone = fleet.__class__(fleet.vessels[:1], fleet.ports)
    options = {"iterations": 1000, "seconds": 60.0}
    try:
        few = plan(sites, alone, **options).totals["mass_kg"]
    except InfeasibleError:
        few = 0.0
    try:
        many = plan(sites, fleet, **options).totals["mass_kg"]
    except InfeasibleError:
        many = 0.0
    assert many >= few * (1.0 - NOISE)


@QUICK
@given(aegean(), st.integers(0, 2**16))
def test_a_plan_from_the_middle_of_another_obeys_what_is_left(problem, seed):
    sites, fleet = problem
    rng = np.random.default_rng(seed)
    state = VesselState(
        36.2,  # open water south-west of the islands
        23.6,
        START + float(rng.uniform(0.0, 10.0)) * HOUR,
        load_kg=float(rng.uniform(0.0, 1000.0)),
        spent_h=float(rng.uniform(0.0, 90.0)),
    )
    try:
        made = plan(
            sites, fleet, states={"Alma": state}, rules=SiteRules(forbidden=("s0",))
        )
    except InfeasibleError:
        return
    assert all(s.site != "s0" for _, t in made.trips() for s in t.stops)
    trips = made.vessels[0].trips
    if trips:
        first = trips[0]
        assert first.depart >= state.ready_at
        assert state.load_kg + first.load_kg <= max(1000.0, state.load_kg) + 1e-2
        spent = state.spent_h + (first.end - first.depart) / HOUR
        assert spent <= 100.0 + 1e-3
        at = first.legs[0].path[0]
        off = great_circle_distance_km(
            lat1=at[0], lon1=at[1], lat2=state.lat, lon2=state.lon
        )
        assert off < 0.1
