"""What every format carries of a plan: trips, port calls, stops, times, positions.

Exports are written from a plan and read back as an outline; that the two agree is the
test of both.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError
from core.geo import great_circle_distance_km
from core.routing.export.identifiers import stop_id, trip_id
from core.routing.schedule import (
    CleanupPlan,
    Leg,
    PlannedTrip,
    PlannedVessel,
    Stop,
    iso_utc,
)

__all__ = [
    "PlanOutline",
    "PortCall",
    "StopOutline",
    "TripOutline",
    "east_of_180",
    "numbered_trips",
    "outline",
    "point_times",
    "stop_fields",
    "stop_from_fields",
]


@dataclass(frozen=True)
class PortCall:
    """Where and when a trip begins or ends."""

    name: str
    lat: float
    lon: float
    at: datetime


@dataclass(frozen=True)
class StopOutline:
    """A stop, with the fields of :class:`core.routing.schedule.Stop`."""

    id: str
    site: str
    lat: float
    lon: float
    arrive: datetime
    start: datetime
    leave: datetime
    mass_kg: float
    mass_kg_low: float
    mass_kg_high: float
    miss_chance: float | None
    drift_km: float
    category: str


@dataclass(frozen=True)
class TripOutline:
    """A trip; a table of stops carries no port calls."""

    id: str
    vessel: str
    number: int
    stops: tuple[StopOutline, ...]
    start: PortCall | None = None
    end: PortCall | None = None


@dataclass(frozen=True)
class PlanOutline:
    """Trips of a plan in order; vessels that stay in port are not in it."""

    trips: tuple[TripOutline, ...]
    simulated: bool

    def stops_only(self) -> "PlanOutline":
        """Return what a table of stops carries: trips with stops, no port calls."""
        trips = tuple(
            replace(trip, start=None, end=None) for trip in self.trips if trip.stops
        )
        return PlanOutline(trips, self.simulated if trips else False)


def outline(plan: CleanupPlan) -> PlanOutline:
    """Return the outline of a plan."""
    return PlanOutline(
        tuple(
            _trip(plan, vessel, trip, number)
            for vessel, trip, number in numbered_trips(plan)
        ),
        plan.simulated,
    )


def numbered_trips(
    plan: CleanupPlan,
) -> Iterator[tuple[PlannedVessel, PlannedTrip, int]]:
    """Every trip with its vessel and its number, from 1 for each vessel."""
    for vessel in plan.vessels:
        for number, trip in enumerate(vessel.trips, start=1):
            yield vessel, trip, number


def _trip(
    plan: CleanupPlan, vessel: PlannedVessel, trip: PlannedTrip, number: int
) -> TripOutline:
    key = trip_id(vessel=vessel.name, start_at=plan.start_at, number=number)
    first, last = trip.legs[0].path[0], trip.legs[-1].path[-1]
    visits: Counter[str] = Counter()
    stops = []
    for stop in trip.stops:
        visits[stop.site] += 1
        one = stop_id(trip=key, site=stop.site, visit=visits[stop.site])
        stops.append(_stop(stop, one))
    return TripOutline(
        id=key,
        vessel=vessel.name,
        number=number,
        stops=tuple(stops),
        start=_port_call(trip.start_name, first, trip.depart),
        end=_port_call(trip.end_name, last, trip.end),
    )


def _stop(stop: Stop, key: str) -> StopOutline:
    return StopOutline(
        id=key,
        site=stop.site,
        lat=stop.lat,
        lon=east_of_180(stop.lon),
        arrive=stop.arrive,
        start=stop.start,
        leave=stop.leave,
        mass_kg=stop.mass_kg,
        mass_kg_low=stop.mass_kg_low,
        mass_kg_high=stop.mass_kg_high,
        miss_chance=stop.miss_chance,
        drift_km=stop.drift_km,
        category=stop.category,
    )


def _port_call(name: str, place: npt.NDArray[np.float64], at: datetime) -> PortCall:
    return PortCall(name, float(place[0]), east_of_180(float(place[1])), at)


def east_of_180(lon: float) -> float:
    """Bring a longitude into [-180, 180): GPX and RTZ have no 180."""
    return lon - 360.0 if lon >= 180.0 else lon


def point_times(trip: PlannedTrip, k: int) -> list[datetime]:
    """Compute the times at the points of a trip's leg ``k``, at an even speed."""
    leg = trip.legs[k]
    arrive = trip.stops[k].arrive if k < len(trip.stops) else trip.end
    span = arrive - leg.depart
    times = [leg.depart + span * share for share in _shares(leg)]
    second = timedelta(microseconds=500_000)
    return [(time + second).replace(microsecond=0) for time in times]


def _shares(leg: Leg) -> list[float]:
    """Part of a leg's length that lies behind each of its points."""
    steps = [
        float(great_circle_distance_km(lat1=a[0], lon1=a[1], lat2=b[0], lon2=b[1]))
        for a, b in pairwise(leg.path)
    ]
    along = np.concatenate([[0.0], np.cumsum(steps)])
    whole = along[-1]
    even = np.linspace(0.0, 1.0, len(along))
    return [float(share) for share in (along / whole if whole > 0.0 else even)]


def stop_fields(stop: StopOutline) -> dict[str, str]:
    """Write a stop as texts, for attributes and tables."""
    chance = "" if stop.miss_chance is None else repr(stop.miss_chance)
    return {
        "id": stop.id,
        "site": stop.site,
        "lat": repr(stop.lat),
        "lon": repr(stop.lon),
        "arrive": iso_utc(stop.arrive),
        "start": iso_utc(stop.start),
        "leave": iso_utc(stop.leave),
        "mass_kg": repr(stop.mass_kg),
        "mass_kg_low": repr(stop.mass_kg_low),
        "mass_kg_high": repr(stop.mass_kg_high),
        "miss_chance": chance,
        "drift_km": repr(stop.drift_km),
        "category": stop.category,
    }


def stop_from_fields(fields: Mapping[str, str]) -> StopOutline:
    """Read a stop that :func:`stop_fields` wrote.

    Raises
    ------
    RouteInputError
        If a field is missing or of another kind.
    """
    try:
        chance = fields["miss_chance"]
        return StopOutline(
            id=fields["id"],
            site=fields["site"],
            lat=float(fields["lat"]),
            lon=float(fields["lon"]),
            arrive=_utc(fields["arrive"]),
            start=_utc(fields["start"]),
            leave=_utc(fields["leave"]),
            mass_kg=float(fields["mass_kg"]),
            mass_kg_low=float(fields["mass_kg_low"]),
            mass_kg_high=float(fields["mass_kg_high"]),
            miss_chance=float(chance) if chance else None,
            drift_km=float(fields["drift_km"]),
            category=fields["category"],
        )
    except KeyError as error:
        raise RouteInputError(f"a stop lacks the field {error}") from error
    except ValueError as error:
        raise RouteInputError(f"a stop cannot be read: {error}") from error


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
