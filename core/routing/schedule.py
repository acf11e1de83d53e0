"""A cleanup plan: who sails where and when, what it brings and what it costs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from core.routing.emissions import co2_kg

__all__ = [
    "CleanupPlan",
    "LeftOut",
    "Leg",
    "Partial",
    "PlannedTrip",
    "PlannedVessel",
    "Stop",
    "iso_utc",
]


def iso_utc(moment: datetime) -> str:
    """Write a UTC time to the second, as ISO 8601 with a Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Stop:
    """Work at one site."""

    site: str
    lat: float
    lon: float
    arrive: datetime
    leave: datetime
    mass_kg: float
    mass_kg_low: float
    mass_kg_high: float
    service_h: float
    fuel_l: float
    category: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the stop of the contract's plan document."""
        return {
            "site": self.site,
            "lat": round(self.lat, 6),
            "lon": round(self.lon, 6),
            "arrive": iso_utc(self.arrive),
            "leave": iso_utc(self.leave),
            "mass_kg": round(self.mass_kg, 3),
            "mass_kg_low": round(self.mass_kg_low, 3),
            "mass_kg_high": round(self.mass_kg_high, 3),
            "service_h": round(self.service_h, 4),
            "fuel_l": round(self.fuel_l, 3),
            "category": self.category,
        }


@dataclass(frozen=True, eq=False)
class Leg:
    """Transit between two places; ``path`` holds latitude and longitude."""

    path: npt.NDArray[np.float64]
    depart: datetime
    distance_km: float
    hours: float
    fuel_l: float

    def to_dict(self) -> dict[str, Any]:
        """Return the leg of the contract's plan document."""
        return {
            "path": [[round(lon, 6), round(lat, 6)] for lat, lon in self.path.tolist()],
            "depart": iso_utc(self.depart),
            "distance_km": round(self.distance_km, 3),
            "hours": round(self.hours, 4),
            "fuel_l": round(self.fuel_l, 3),
        }


@dataclass(frozen=True, eq=False)
class PlannedTrip:
    """Legs and the stops between them, then a port call; one leg more than stops."""

    start_name: str
    end_name: str
    depart: datetime
    end: datetime
    stops: tuple[Stop, ...]
    legs: tuple[Leg, ...]
    load_kg: float
    load_kg_low: float
    load_kg_high: float
    hours: float
    unload_h: float

    @property
    def fuel_l(self) -> float:
        """Fuel for legs and stops."""
        return sum(x.fuel_l for x in self.legs) + sum(x.fuel_l for x in self.stops)

    @property
    def distance_km(self) -> float:
        """Length of the legs."""
        return sum(leg.distance_km for leg in self.legs)

    def to_dict(self) -> dict[str, Any]:
        """Return the trip of the contract's plan document."""
        return {
            "start": self.start_name,
            "end": self.end_name,
            "depart": iso_utc(self.depart),
            "return": iso_utc(self.end),
            "stops": [stop.to_dict() for stop in self.stops],
            "legs": [leg.to_dict() for leg in self.legs],
            "load_kg": round(self.load_kg, 3),
            "load_kg_low": round(self.load_kg_low, 3),
            "load_kg_high": round(self.load_kg_high, 3),
            "hours": round(self.hours, 4),
            "unload_h": round(self.unload_h, 4),
            "fuel_l": round(self.fuel_l, 3),
        }


@dataclass(frozen=True)
class PlannedVessel:
    """Trips of one vessel, in order."""

    name: str
    speed_kn: float
    cost_per_h: float
    trips: tuple[PlannedTrip, ...]

    @property
    def hours(self) -> float:
        """Hours at sea."""
        return sum(trip.hours for trip in self.trips)

    @property
    def unload_h(self) -> float:
        """Hours unloading in port."""
        return sum(trip.unload_h for trip in self.trips)

    @property
    def cost(self) -> float:
        """Cost of the hours at sea and unloading."""
        return self.cost_per_h * (self.hours + self.unload_h)


@dataclass(frozen=True)
class LeftOut:
    """A site that no vessel visits, and why."""

    site: str
    reason: str
    detail: str


@dataclass(frozen=True)
class Partial:
    """A site that is visited and not emptied."""

    site: str
    collected_kg: float
    left_kg: float
    reason: str
    detail: str


@dataclass(frozen=True)
class CleanupPlan:
    """What a fleet does within a horizon.

    Attributes
    ----------
    vessels : tuple of PlannedVessel
        Every vessel of the fleet; one without trips stays in port.
    unassigned : tuple of LeftOut
        Sites that are not visited.
    partial : tuple of Partial
        Sites larger than a hold of which something stays behind.
    notes : tuple of str
        Assumptions, and what was moved or guessed.
    simulated : bool
        Whether the sites come from simulated observations.
    """

    start_at: datetime
    horizon_h: float
    seed: int
    solver: str
    vessels: tuple[PlannedVessel, ...]
    unassigned: tuple[LeftOut, ...]
    partial: tuple[Partial, ...]
    prize: float
    prize_bound: float
    notes: tuple[str, ...] = ()
    simulated: bool = False

    def trips(self) -> Iterator[tuple[PlannedVessel, PlannedTrip]]:
        """Every trip with its vessel."""
        for vessel in self.vessels:
            for trip in vessel.trips:
                yield vessel, trip

    @property
    def totals(self) -> dict[str, float]:
        """Sums over the fleet.

        The interval of the mass adds up the lows and the highs, as if every site
        were low or high at once: the widest reading.
        """
        trips = [trip for _, trip in self.trips()]
        fuel_l = sum(trip.fuel_l for trip in trips)
        return {
            "mass_kg": sum(trip.load_kg for trip in trips),
            "mass_kg_low": sum(trip.load_kg_low for trip in trips),
            "mass_kg_high": sum(trip.load_kg_high for trip in trips),
            "fuel_l": fuel_l,
            "co2_kg": co2_kg(fuel_l),
            "cost": sum(vessel.cost for vessel in self.vessels),
            "hours": sum(vessel.hours for vessel in self.vessels),
            "unload_h": sum(vessel.unload_h for vessel in self.vessels),
            "distance_km": sum(trip.distance_km for trip in trips),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the plan document of the contract."""
        gap = 1.0 - self.prize / self.prize_bound if self.prize_bound else None
        return {
            "seed": self.seed,
            "solver": self.solver,
            "start_at": iso_utc(self.start_at),
            "horizon_h": self.horizon_h,
            "simulated": self.simulated,
            "prize": round(self.prize, 3),
            "prize_bound": round(self.prize_bound, 3),
            "gap_bound": None if gap is None else round(max(gap, 0.0), 4),
            "totals": {name: round(value, 3) for name, value in self.totals.items()},
            "vessels": [
                {
                    "name": vessel.name,
                    "speed_kn": vessel.speed_kn,
                    "cost_per_h": vessel.cost_per_h,
                    "trips": [trip.to_dict() for trip in vessel.trips],
                }
                for vessel in self.vessels
            ],
            "unassigned": [
                {"site": one.site, "reason": one.reason, "detail": one.detail}
                for one in self.unassigned
            ],
            "partial": [
                {
                    "site": one.site,
                    "collected_kg": round(one.collected_kg, 3),
                    "left_kg": round(one.left_kg, 3),
                    "reason": one.reason,
                    "detail": one.detail,
                }
                for one in self.partial
            ],
            "notes": list(self.notes),
        }
