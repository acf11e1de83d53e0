"""A second opinion on a finished plan: from its own figures and the coastline."""

from collections import defaultdict
from datetime import datetime
from itertools import pairwise

import numpy as np
import pandas as pd

from core.errors import PlanningError
from core.geo import great_circle_distance_km
from core.routing.fleet import Fleet, FleetVessel
from core.routing.schedule import CleanupPlan, Leg, PlannedTrip
from core.routing.sea.map_lines import crosses_land

__all__ = ["check_plan"]

_SLACK = 1e-6
#: A leg's drawn path may be this much longer or shorter than its stated distance.
_PATH_SHARE = 1e-3


def check_plan(plan: CleanupPlan, sites: pd.DataFrame, fleet: Fleet) -> None:
    """Refuse a plan that breaks a constraint or crosses land.

    Raises
    ------
    PlanningError
        Names the first constraint broken.
    """
    mass_of = dict(zip(sites["site"], sites["mass_kg"], strict=True))
    taken: dict[str, float] = defaultdict(float)
    vessel_of = {vessel.name: vessel for vessel in fleet.vessels}
    for planned in plan.vessels:
        vessel = vessel_of[planned.name]
        clock = plan.start_at
        for trip in planned.trips:
            _check_trip(vessel, trip, clock)
            clock = trip.end
            for stop in trip.stops:
                taken[stop.site] += stop.mass_kg
        spent = planned.hours + planned.unload_h
        if spent > plan.horizon_h + _SLACK:
            raise PlanningError(
                f"{vessel.name} needs {spent:.2f} of {plan.horizon_h:.2f} h"
            )
    for site, mass in taken.items():
        if mass > mass_of[site] * (1.0 + _SLACK):
            raise PlanningError(f"plan takes {mass:.1f} kg from {site}")
    missing = set(mass_of) - set(taken) - {one.site for one in plan.unassigned}
    if missing:
        raise PlanningError(f"plan says nothing about {sorted(missing)[0]}")


def _check_trip(vessel: FleetVessel, trip: PlannedTrip, ready: datetime) -> None:
    if trip.depart < ready:
        raise PlanningError(f"{vessel.name} departs before it is ready")
    if trip.load_kg > vessel.hold_kg * (1.0 + _SLACK):
        raise PlanningError(f"{vessel.name} carries {trip.load_kg:.1f} kg")
    if trip.hours > vessel.endurance_h + _SLACK:
        raise PlanningError(f"{vessel.name} is {trip.hours:.2f} h at sea on one trip")
    if len(trip.legs) != len(trip.stops) + 1:
        raise PlanningError(f"{vessel.name} has stops and legs that do not match")
    for leg in trip.legs:
        _check_leg(vessel, leg)
    for a, b in pairwise(trip.legs):
        if not np.allclose(a.path[-1], b.path[0]):
            raise PlanningError(f"{vessel.name} jumps between two legs")


def _check_leg(vessel: FleetVessel, leg: Leg) -> None:
    a, b = leg.path[:-1], leg.path[1:]
    length = great_circle_distance_km(
        lat1=a[:, 0], lon1=a[:, 1], lat2=b[:, 0], lon2=b[:, 1]
    ).sum()
    if abs(length - leg.distance_km) > _PATH_SHARE * leg.distance_km + 1e-3:
        raise PlanningError(
            f"{vessel.name} sails {length:.1f} km on a leg of {leg.distance_km:.1f} km"
        )
    if leg.distance_km > 0.0 and crosses_land(leg.path):
        raise PlanningError(f"a leg of {vessel.name} crosses land")
