"""How far a plan has come: what is done, and where each vessel then is."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError
from core.geo import bearing_deg, destination, great_circle_distance_km
from core.routing.schedule import PlannedTrip, PlannedVessel
from core.routing.states import VesselState
from core.routing.stops import Leg, Stop

__all__ = ["Begun", "Progress", "progress_after", "progress_at", "split_leg"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Begun:
    """A trip under way.

    Attributes
    ----------
    trip : PlannedTrip
        The trip as it was planned.
    stops : tuple of Stop
        Those that are done.
    legs : tuple of Leg
        Those that led to them.
    sailed : Leg, optional
        What is sailed of the leg after them.
    """

    trip: PlannedTrip
    stops: tuple[Stop, ...]
    legs: tuple[Leg, ...]
    sailed: Leg | None

    @property
    def aboard_kg(self) -> float:
        """Load aboard, what it began with included."""
        return self.trip.carried_kg + sum(stop.mass_kg for stop in self.stops)


@dataclass(frozen=True, eq=False)
class Progress:
    """What one vessel has done of its trips.

    Attributes
    ----------
    trips : tuple of PlannedTrip
        Those that are over.
    begun : Begun, optional
        The one under way.
    state : VesselState, optional
        Where the vessel is free to go on, and when; none before it has left its
        start.
    """

    trips: tuple[PlannedTrip, ...]
    begun: Begun | None
    state: VesselState | None

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Every stop that is done, in order."""
        done = tuple(stop for trip in self.trips for stop in trip.stops)
        return done if self.begun is None else (*done, *self.begun.stops)

    @property
    def aboard_kg(self) -> float:
        """Load aboard."""
        return 0.0 if self.state is None else self.state.load_kg


def progress_at(
    vessel: PlannedVessel,
    at: datetime,
    *,
    ports: Collection[str],
    state: VesselState | None = None,
) -> Progress:
    """Follow a vessel up to a time.

    A stop at which work has begun is finished first; a vessel that waits at a stop is
    free at once. On a leg the vessel is as far along its path as its time is along
    the hours of the leg.

    Parameters
    ----------
    vessel : PlannedVessel
        Its trips.
    at : datetime
        The time, with a time zone.
    ports : collection of str
        Names of the ports where it unloads.
    state : VesselState, optional
        Where the vessel began, if the plan itself started on the way.
    """
    if at.tzinfo is None:
        raise RouteInputError(f"time {at} has no time zone, expected UTC")
    at = at.astimezone(UTC)
    for number, trip in enumerate(vessel.trips):
        if at < trip.free:
            done = vessel.trips[:number]
            if at <= trip.depart:
                return Progress(done, None, _before(done, ports, state))
            if at >= trip.end:
                return Progress((*done, trip), None, _arrived(trip, ports))
            n_stops = sum(_is_done(stop, at) for stop in trip.stops)
            return _under_way(done, trip, n_stops, at)
    return Progress(vessel.trips, None, _before(vessel.trips, ports, state))


def progress_after(
    vessel: PlannedVessel, n_stops: int, *, state: VesselState | None = None
) -> Progress:
    """Follow a vessel until it leaves its first stops.

    Raises
    ------
    RouteInputError
        If it has fewer stops.
    """
    total = sum(len(trip.stops) for trip in vessel.trips)
    if not 0 <= n_stops <= total:
        raise RouteInputError(
            f"{vessel.name} has {total} stops, expected 0 to {total}, got {n_stops}"
        )
    if n_stops == 0:
        return Progress((), None, state)
    for number, trip in enumerate(vessel.trips):
        if n_stops <= len(trip.stops):
            return _under_way(vessel.trips[:number], trip, n_stops, None)
        n_stops -= len(trip.stops)
    raise AssertionError("stops counted above")


def _is_done(stop: Stop, at: datetime) -> bool:
    """Whether work at a stop is over or has begun; it is then finished."""
    return stop.start < at or stop.leave <= at


def _before(
    done: tuple[PlannedTrip, ...], ports: Collection[str], state: VesselState | None
) -> VesselState | None:
    """State of a vessel that waits for its next trip."""
    return _arrived(done[-1], ports) if done else state


def _arrived(trip: PlannedTrip, ports: Collection[str]) -> VesselState:
    """State at the end of a trip; away from a port its load stays aboard."""
    lat, lon = trip.legs[-1].path[-1].tolist()
    if trip.end_name in ports:
        return VesselState(lat, lon, trip.free)
    load_kg = trip.carried_kg + trip.load_kg
    return VesselState(lat, lon, trip.free, load_kg, trip.spent_h + trip.hours)


def _under_way(
    done: tuple[PlannedTrip, ...], trip: PlannedTrip, n_stops: int, at: datetime | None
) -> Progress:
    """Cut a trip after some of its stops, and then at a time if one is given."""
    stops, legs = trip.stops[:n_stops], trip.legs[:n_stops]
    leg = trip.legs[n_stops]
    ready, (lat, lon), sailed = leg.depart, leg.path[0].tolist(), None
    if stops:
        ready = stops[-1].leave
    if at is not None and at > ready:
        ready = at
        hours = (at - leg.depart) / timedelta(hours=1)
        share = min(hours / leg.hours, 1.0) if leg.hours > 0.0 else 1.0
        sailed = split_leg(leg, share)
        lat, lon = sailed.path[-1].tolist()
    begun = Begun(trip, stops, legs, sailed)
    spent_h = trip.spent_h + (ready - trip.depart) / timedelta(hours=1)
    return Progress(done, begun, VesselState(lat, lon, ready, begun.aboard_kg, spent_h))


def split_leg(leg: Leg, share: float) -> Leg:
    """First part of a leg, as a share of its length in [0, 1]."""
    return replace(
        leg,
        path=_first_part(leg.path, share),
        distance_km=leg.distance_km * share,
        hours=leg.hours * share,
        fuel_l=leg.fuel_l * share,
    )


def _first_part(path: FloatArray, share: float) -> FloatArray:
    """Path up to a share of its length; each piece is a great circle."""
    a, b = path[:-1], path[1:]
    pieces = great_circle_distance_km(
        lat1=a[:, 0], lon1=a[:, 1], lat2=b[:, 0], lon2=b[:, 1]
    )
    along = np.concatenate([[0.0], np.cumsum(pieces)])
    wanted = share * along[-1]
    k = int(np.searchsorted(along, wanted, side="right")) - 1
    if k >= len(pieces):
        return path
    (lat1, lon1), (lat2, lon2) = path[k].tolist(), path[k + 1].tolist()
    course = bearing_deg(lat1=lat1, lon1=lon1, lat2=lat2, lon2=lon2)
    lat, lon = destination(
        lat=lat1, lon=lon1, bearing=course, distance_km=wanted - along[k]
    )
    return np.vstack([path[: k + 1], [[float(lat), float(lon)]]])
