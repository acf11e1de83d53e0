"""The second opinion: a good plan passes, and each tampering is found."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from core.errors import PlanningError
from core.geo import great_circle_distance_km
from core.routing import plan_cleanup
from core.routing._check_plan import check_plan
from core.routing.request import PlanRequest
from core.routing.rules import SiteRules
from core.routing.sea import parse_closed_areas
from core.routing.stops import Leg
from tests.plan_inputs import PORT, START, fleet_of, sites_of

HOUR = timedelta(hours=1)
#: A closed square across the straight way from the port to site ``a``.
SQUARE = b"""{"type": "Feature", "properties": {"name": "Reserve"}, "geometry":
{"type": "Polygon", "coordinates": [[[-29.6, -0.1], [-29.4, -0.1], [-29.4, 0.1],
[-29.6, 0.1], [-29.6, -0.1]]]}}"""


@pytest.fixture(scope="module")
def made():
    """Two stops on one trip and one on the next, of one vessel."""
    sites = sites_of(
        ("a", 0.0, -29.0, 400.0), ("b", 0.2, -29.0, 500.0), ("c", 0.0, -30.5, 600.0)
    )
    return plan_cleanup(
        sites, fleet_of(), hours=72.0, start_at=START, iterations=200, seed=1
    )


@pytest.fixture(scope="module")
def request_of(made):
    return PlanRequest.from_dict(made.request)


def with_trip(plan, number, change):
    vessel = plan.vessels[0]
    trips = list(vessel.trips)
    trips[number] = change(trips[number])
    return replace(plan, vessels=(replace(vessel, trips=tuple(trips)),))


def with_stop(plan, change, *, trip=0, stop=0):
    def apply(one):
        stops = list(one.stops)
        stops[stop] = change(stops[stop])
        return replace(one, stops=tuple(stops))

    return with_trip(plan, trip, apply)


def with_leg(plan, change):
    return with_trip(
        plan, 0, lambda one: replace(one, legs=(change(one.legs[0]), *one.legs[1:]))
    )


def bent(leg, path):
    """The same leg along another path, its length told rightly."""
    path = np.array(path)
    km = great_circle_distance_km(
        lat1=path[:-1, 0], lon1=path[:-1, 1], lat2=path[1:, 0], lon2=path[1:, 1]
    )
    return Leg(path, leg.depart, float(km.sum()), leg.hours, leg.fuel_l)


def test_the_plan_itself_passes(made, request_of):
    assert sorted(len(trip.stops) for _, trip in made.trips()) == [1, 2]
    check_plan(made, request_of)


TAMPERINGS = {
    "departs before it is ready": lambda p: with_trip(
        p, 1, lambda t: replace(t, depart=t.depart - 30 * HOUR)
    ),
    "carries": lambda p: with_stop(
        with_trip(p, 0, lambda t: replace(t, load_kg=1500.0)),
        lambda s: replace(s, mass_kg=1500.0),
    ),
    "leg that does not end": lambda p: with_leg(p, lambda x: replace(x, hours=1.0)),
    "leg that begins": lambda p: with_leg(
        p, lambda x: replace(x, depart=x.depart + HOUR)
    ),
    "does not work its hours": lambda p: with_stop(
        p, lambda s: replace(s, start=s.leave - HOUR / 60)
    ),
    "does not take its": lambda p: with_trip(p, 0, lambda t: replace(t, hours=1.0)),
    "before it is unloaded": lambda p: with_trip(
        p, 0, lambda t: replace(t, free=t.end + HOUR)
    ),
    "do not match": lambda p: with_trip(p, 0, lambda t: replace(t, legs=t.legs[1:])),
    "crosses land": lambda p: with_leg(
        p, lambda x: bent(x, [x.path[0], (6.0, 0.0), (6.5, 5.0), x.path[-1]])
    ),
    "km on a leg of": lambda p: with_leg(p, lambda x: replace(x, distance_km=7.0)),
    "jumps between": lambda p: with_leg(
        p, lambda x: bent(x, [x.path[0], (0.5, -29.5)])
    ),
    "loads": lambda p: with_trip(p, 0, lambda t: replace(t, load_kg=1.0)),
    "km off": lambda p: with_stop(p, lambda s: replace(s, lat=s.lat + 0.01)),
    "says nothing about": lambda p: replace(
        p, vessels=(replace(p.vessels[0], trips=p.vessels[0].trips[:1]),)
    ),
}


@pytest.mark.parametrize("message", TAMPERINGS)
def test_each_tampering_is_found(made, request_of, message):
    with pytest.raises(PlanningError, match=message):
        check_plan(TAMPERINGS[message](made), request_of)


CHANGES: dict[str, Callable[[PlanRequest], dict[str, Any]]] = {
    "at sea": lambda r: {"fleet": fleet_of(endurance_h=5.0)},
    "ends at": lambda r: {"hours": 20.0},
    "forbidden": lambda r: {"rules": SiteRules(forbidden=("a",))},
    "kept for another": lambda r: {"rules": SiteRules(vessel_of={"a": "Brisa"})},
    "closed area Reserve": lambda r: {"closed_areas": parse_closed_areas(SQUARE).areas},
    "before it opens": lambda r: {"sites": r.sites.assign(open_from=START + 60 * HOUR)},
    "after it closes": lambda r: {"sites": r.sites.assign(open_until=START + HOUR)},
    "takes": lambda r: {"sites": r.sites.assign(mass_kg=1.0)},
}


@pytest.mark.parametrize("message", CHANGES)
def test_a_plan_made_for_another_request_is_refused(made, request_of, message):
    with pytest.raises(PlanningError, match=message):
        check_plan(made, replace(request_of, **CHANGES[message](request_of)))


def test_work_outside_the_hours_of_a_vessel_is_found(made, request_of):
    def closed_at_a(vessel, site):
        return np.array([[0.0, 1.0]]) if site == "a" else None

    check_plan(made, request_of, open_hours=lambda vessel, site: None)
    with pytest.raises(PlanningError, match="while it may"):
        check_plan(made, request_of, open_hours=closed_at_a)


def test_unloading_while_the_port_is_closed_is_found(made, request_of):
    """The first trip ends some 20 h after 04:00; unloading takes 4 h."""
    ends = made.vessels[0].trips[0].end
    opens, closes = f"{(ends + 6 * HOUR):%H:%M}", f"{(ends + 12 * HOUR):%H:%M}"
    fleet = fleet_of(ports=({**PORT, "open": [[opens, closes]]},))
    with pytest.raises(PlanningError, match="unloads while P is closed"):
        check_plan(made, replace(request_of, fleet=fleet))
