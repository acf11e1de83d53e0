"""A second opinion on a finished plan: from its own figures and the inputs.

Written apart from the search, the timing and the setup: it reads the schedule as a
crew would, and holds it against the fleet, the sites, the rules, the coastline and the
closed areas.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import PlanningError
from core.geo import great_circle_distance_km
from core.routing._check_course import check_course
from core.routing.drift_forecast import SiteDrift
from core.routing.explain import REASONS
from core.routing.fleet import FleetVessel
from core.routing.request import PlanRequest
from core.routing.schedule import CleanupPlan, PlannedTrip, PlannedVessel
from core.routing.sea import ClosedArea, closed_during, nearest_sea
from core.routing.stops import Stop

__all__ = ["check_plan"]

#: Times stand to the second; sums of a few of them may be off by as much.
_SECONDS = timedelta(seconds=2)
_SLACK_H = 2.0 / 3600.0
_SLACK = 1e-6
_SLACK_KG = 0.01
_HOUR = timedelta(hours=1)
_EVER_H = 1e5
FloatArray = npt.NDArray[np.float64]
OpenHours = Callable[[str, str], FloatArray | None]
#: A site is met where it is said to be, to 20 m.
_AT_SITE_KM = 0.02


def check_plan(
    plan: CleanupPlan,
    request: PlanRequest,
    *,
    drift: SiteDrift | None = None,
    open_hours: OpenHours | None = None,
) -> None:
    """Refuse a plan that breaks a constraint or crosses land or a closed area.

    Parameters
    ----------
    plan : CleanupPlan
        The plan.
    request : PlanRequest
        What was asked for.
    drift : SiteDrift, optional
        Where the sites are over time; they lie still when not given.
    open_hours : callable, optional
        Open hours of a vessel at a site, (n, 2) after the start, or None for always.

    Raises
    ------
    PlanningError
        Names the first constraint broken.
    """
    closed = closed_during(request.closed_areas, request.start_at, request.end_at)
    fleet = {vessel.name: vessel for vessel in request.fleet.vessels}
    for planned in plan.vessels:
        _check_vessel(planned, fleet[planned.name], request, closed)
    row_of = {name: row for row, name in enumerate(request.sites["site"].tolist())}
    for vessel, trip in plan.trips():
        for stop in trip.stops:
            site = request.sites.iloc[row_of[stop.site]]
            _check_stop(vessel.name, stop, site, request)
            hours = None if open_hours is None else open_hours(vessel.name, stop.site)
            if hours is not None:
                _check_hours(vessel.name, stop, request, hours)
        _check_meetings(vessel.name, trip, request, drift)
    _check_sites(plan, request)


def _check_vessel(
    planned: PlannedVessel,
    vessel: FleetVessel,
    request: PlanRequest,
    closed: tuple[ClosedArea, ...],
) -> None:
    state = request.states.get(vessel.name)
    free = request.start_at if state is None else max(request.start_at, state.ready_at)
    for number, trip in enumerate(planned.trips, start=1):
        name = f"{vessel.name}, trip {number}"
        if trip.depart < free:
            raise PlanningError(f"{name} departs before it is ready")
        _check_order(name, trip)
        _check_load(name, trip, vessel)
        _check_legs(name, trip, closed, request.margin_km)
        _check_port(name, trip, request)
        free = trip.free
    if free > request.end_at + _SECONDS and planned.trips:
        raise PlanningError(f"{vessel.name} ends at {free}, after {request.end_at}")
    for a, b in pairwise(planned.trips):
        if a.end_name != b.start_name:
            raise PlanningError(f"{vessel.name} leaves from where it did not arrive")


def _is_still(trip: PlannedTrip) -> bool:
    """Whether the stops of a trip lie still."""
    return all(stop.miss_chance is None for stop in trip.stops)


def _check_order(name: str, trip: PlannedTrip) -> None:
    """Hold the times of a trip against one another."""
    if len(trip.legs) != len(trip.stops) + 1:
        raise PlanningError(f"{name} has stops and legs that do not match")
    clock = trip.depart
    ends = [*(stop.arrive for stop in trip.stops), trip.end]
    leaves = [*(stop.leave for stop in trip.stops), trip.end]
    for leg, arrive, leave in zip(trip.legs, ends, leaves, strict=True):
        if abs(leg.depart - clock) > _SECONDS:
            raise PlanningError(f"{name} has a leg that begins at {leg.depart}")
        if abs(leg.depart + timedelta(hours=leg.hours) - arrive) > _SECONDS:
            raise PlanningError(f"{name} has a leg that does not end at {arrive}")
        clock = leave
    for stop in trip.stops:
        worked_h = (stop.leave - stop.start) / timedelta(hours=1)
        if not stop.arrive <= stop.start or worked_h < stop.service_h - _SLACK_H:
            raise PlanningError(f"{name} does not work its hours at {stop.site}")
    if abs((trip.end - trip.depart) / timedelta(hours=1) - trip.hours) > _SLACK_H:
        raise PlanningError(f"{name} does not take its {trip.hours:.2f} h")
    if (trip.free - trip.end) / timedelta(hours=1) < trip.unload_h - _SLACK_H:
        raise PlanningError(f"{name} leaves before it is unloaded")


def _check_load(name: str, trip: PlannedTrip, vessel: FleetVessel) -> None:
    aboard_kg = trip.carried_kg + trip.load_kg
    limit_kg = max(vessel.hold_kg, trip.carried_kg)
    if aboard_kg > limit_kg * (1.0 + _SLACK) + _SLACK_KG:
        raise PlanningError(f"{name} carries {aboard_kg:.1f} kg")
    if trip.spent_h + trip.hours > vessel.endurance_h + _SLACK_H and trip.stops:
        raise PlanningError(f"{name} is {trip.spent_h + trip.hours:.2f} h at sea")
    loaded = sum(stop.mass_kg for stop in trip.stops)
    if abs(loaded - trip.load_kg) > _SLACK_KG * (1 + len(trip.stops)):
        raise PlanningError(f"{name} loads {loaded:.1f}, not {trip.load_kg:.1f} kg")


def _check_legs(
    name: str, trip: PlannedTrip, closed: tuple[ClosedArea, ...], margin_km: float
) -> None:
    for leg in trip.legs:
        check_course(name, leg, closed=closed, margin_km=margin_km)
    for a, b in pairwise(trip.legs):
        if _is_still(trip) and not np.allclose(a.path[-1], b.path[0], atol=1e-5):
            raise PlanningError(f"{name} jumps between two legs")


def _check_stop(
    vessel: str,
    stop: Stop,
    site: pd.Series,
    request: PlanRequest,
) -> None:
    rules = request.rules
    if stop.site in rules.forbidden:
        raise PlanningError(f"{vessel} visits {stop.site}, which is forbidden")
    if rules.vessel_of.get(stop.site, vessel) != vessel:
        raise PlanningError(f"{vessel} visits {stop.site}, kept for another vessel")
    opens, closes = site["open_from"], site["open_until"]
    if not pd.isna(opens) and stop.start < opens - _SECONDS:
        raise PlanningError(f"{vessel} works at {stop.site} before it opens")
    if not pd.isna(closes) and stop.leave > closes + _SECONDS:
        raise PlanningError(f"{vessel} works at {stop.site} after it closes")


def _check_meetings(
    vessel: str, trip: PlannedTrip, request: PlanRequest, drift: SiteDrift | None
) -> None:
    """Hold each stop, and the leg that leaves it, against where the site is then."""
    for stop, there, onward in zip(trip.stops, trip.legs, trip.legs[1:], strict=False):
        at = [(stop.lat, stop.lon, stop.arrive)]
        at += [(*there.path[-1].tolist(), stop.arrive)]
        at += [(*onward.path[0].tolist(), stop.leave)]
        for lat, lon, time in at:
            site_lat, site_lon = _whereabouts(stop.site, time, request, drift)
            away_km = great_circle_distance_km(
                lat1=lat, lon1=lon, lat2=site_lat, lon2=site_lon
            )
            if away_km > _AT_SITE_KM:
                raise PlanningError(f"{vessel} meets {stop.site} {away_km:.2f} km off")


def _whereabouts(
    site: str, time: datetime, request: PlanRequest, drift: SiteDrift | None
) -> tuple[float, float]:
    """Where a site is expected at a time, or the sea nearest to it."""
    if drift is None:
        row = request.sites["site"].tolist().index(site)
        lat, lon = request.sites[["lat", "lon"]].to_numpy(float)[row].tolist()
        return lat, lon
    hour = (time - request.start_at) / timedelta(hours=1)
    every_lat, every_lon = drift.mean_at(hour)
    i = drift.sites.index(site)
    sea = nearest_sea(lat=float(every_lat[i]), lon=float(every_lon[i]))
    return sea.lat, sea.lon


def _check_hours(
    vessel: str, stop: Stop, request: PlanRequest, hours: FloatArray
) -> None:
    """Check that the work fits into the open hours between its begin and end."""
    spans = [
        (request.start_at + opens * _HOUR, request.start_at + closes * _HOUR)
        for opens, closes in np.clip(hours, -_EVER_H, _EVER_H).tolist()
    ]
    open_h = sum(_shared_h(stop.start, stop.leave, *span) for span in spans)
    if open_h < stop.service_h - _SLACK_H * (1 + len(spans)):
        raise PlanningError(
            f"{vessel} works {stop.service_h:.2f} h at {stop.site}, {open_h:.2f} h of "
            "them while it may"
        )


def _check_port(name: str, trip: PlannedTrip, request: PlanRequest) -> None:
    """Check that a port unloads while it is open."""
    port = next((one for one in request.fleet.ports if one.name == trip.end_name), None)
    if port is None or not request.work_hours.port_hours:
        return
    day = trip.end.replace(hour=0, minute=0, second=0) - timedelta(days=1)
    spans = [
        (day + (24.0 * k + opens) * _HOUR, day + (24.0 * k + closes) * _HOUR)
        for k in range((trip.free - day).days + 2)
        for opens, closes in port.open_hours()
    ]
    open_h = sum(_shared_h(trip.end, trip.free, *span) for span in spans)
    # Calendars are rounded to 0.01 h.
    if spans and open_h < trip.unload_h - 0.01 * len(spans):
        raise PlanningError(f"{name} unloads while {port.name} is closed")


def _shared_h(a: datetime, b: datetime, c: datetime, d: datetime) -> float:
    """Hours that two spans of time share."""
    return max((min(b, d) - max(a, c)) / _HOUR, 0.0)


def _check_sites(plan: CleanupPlan, request: PlanRequest) -> None:
    """Check that every site is visited, or left with a reason, and none overdrawn."""
    mass_of = dict(
        zip(request.sites["site"], request.sites["mass_kg"].tolist(), strict=True)
    )
    taken: dict[str, float] = defaultdict(float)
    for _, trip in plan.trips():
        for stop in trip.stops:
            taken[stop.site] += stop.mass_kg
    for site, mass in taken.items():
        if mass > mass_of[site] * (1.0 + _SLACK) + _SLACK_KG:
            raise PlanningError(f"plan takes {mass:.1f} kg from {site}")
    left = {one.site for one in plan.unassigned}
    if left & set(taken):
        raise PlanningError(f"plan visits and leaves {min(left & set(taken))}")
    missing = set(mass_of) - set(taken) - left
    if missing:
        raise PlanningError(f"plan says nothing about {min(missing)}")
    reasons = [(one.site, one.reason, one.detail) for one in plan.unassigned]
    reasons += [(one.site, one.reason, one.detail) for one in plan.partial]
    for site, reason, detail in reasons:
        if reason not in REASONS or not detail:
            raise PlanningError(f"plan gives no reason for leaving {site}")
