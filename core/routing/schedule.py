"""A cleanup plan: who sails where and when, what it brings and what it costs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.routing.emissions import co2_kg
from core.routing.outcome import LeftOut, Partial, PlanDrift, PlanLimit
from core.routing.rejected import Rejected
from core.routing.stops import Leg, Stop, iso_utc, settle
from core.routing.weighting import weighted_totals

__all__ = [
    "CleanupPlan",
    "LeftOut",
    "Leg",
    "Partial",
    "PlanDrift",
    "PlanLimit",
    "PlannedTrip",
    "PlannedVessel",
    "Rejected",
    "Stop",
    "iso_utc",
]


@dataclass(frozen=True, eq=False)
class PlannedTrip:
    """Legs and the stops between them, then a port call; one leg more than stops.

    Attributes
    ----------
    depart, end : datetime
        Leaving the start, and arriving at the end.
    hours : float
        Hours at sea from ``depart`` to ``end``, waiting and pauses included.
    load_kg : float
        Mass taken on this trip.
    unload_h : float
        Hours of work in port at the end.
    free : datetime
        When the vessel can leave again; ``unload_h`` after the end when not given.
    carried_kg, spent_h : float
        Load aboard and hours at sea already when this trip begins, for a vessel
        that is planned anew on the way.
    """

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
    free: datetime = None  # type: ignore[assignment]  # see above, when not given
    carried_kg: float = 0.0
    spent_h: float = 0.0

    def __post_init__(self) -> None:
        """Settle the figures; find when the vessel is free when it is not given."""
        settle(self, "depart", "end", "load_kg", "load_kg_low", "load_kg_high")
        settle(self, "hours", "unload_h", "carried_kg", "spent_h")
        if self.free is None:
            free = self.end + timedelta(hours=self.unload_h)
            object.__setattr__(self, "free", free)
        settle(self, "free")

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
            "free": iso_utc(self.free),
            "stops": [stop.to_dict() for stop in self.stops],
            "legs": [leg.to_dict() for leg in self.legs],
            "load_kg": self.load_kg,
            "load_kg_low": self.load_kg_low,
            "load_kg_high": self.load_kg_high,
            "carried_kg": self.carried_kg,
            "hours": self.hours,
            "spent_h": self.spent_h,
            "unload_h": self.unload_h,
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

    def to_dict(self) -> dict[str, Any]:
        """Return the vessel of the contract's plan document."""
        return {
            "name": self.name,
            "speed_kn": self.speed_kn,
            "cost_per_h": self.cost_per_h,
            "trips": [trip.to_dict() for trip in self.trips],
        }


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
    rejected : tuple of Rejected
        Records of the inputs that could not be used.
    drift : PlanDrift, optional
        How the plan fares in the members of a drift forecast; none where the debris
        is taken as lying still.
    limits : tuple of PlanLimit
        What a little more of one thing would bring; empty if nobody asked.
    closed_areas : tuple of mapping
        GeoJSON features of the areas kept out of.
    request : mapping, optional
        Document of the request the plan answers, enough to plan again.
    parent : str, optional
        Plan it was made from.
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
    rejected: tuple[Rejected, ...] = ()
    drift: PlanDrift | None = None
    limits: tuple[PlanLimit, ...] = ()
    closed_areas: tuple[Mapping[str, Any], ...] = ()
    request: Mapping[str, Any] | None = None
    parent: str | None = None

    def __post_init__(self) -> None:
        """Keep the figures as the document does."""
        for name in ("prize", "prize_bound"):
            object.__setattr__(self, name, round(float(getattr(self, name)), 3))

    def trips(self) -> Iterator[tuple[PlannedVessel, PlannedTrip]]:
        """Every trip with its vessel."""
        for vessel in self.vessels:
            for trip in vessel.trips:
                yield vessel, trip

    @property
    def totals(self) -> dict[str, float]:
        """Sums over the fleet.

        Without drift the interval of the mass adds up the lows and the highs, as if
        every site were low or high at once: the widest reading. With drift it is the
        10 and 90 % quantiles of the plan executed in every member. A plan by priority
        has its weighted mass beside it, see
        :func:`core.routing.weighting.weighted_totals`.
        """
        trips = [trip for _, trip in self.trips()]
        fuel_l = sum(trip.fuel_l for trip in trips)
        mass_kg = (
            (
                sum(trip.load_kg for trip in trips),
                sum(trip.load_kg_low for trip in trips),
                sum(trip.load_kg_high for trip in trips),
            )
            if self.drift is None
            else (self.drift.mass_kg, self.drift.p10, self.drift.p90)
        )
        return {
            "mass_kg": mass_kg[0],
            "mass_kg_low": mass_kg[1],
            "mass_kg_high": mass_kg[2],
            "fuel_l": fuel_l,
            "co2_kg": co2_kg(fuel_l),
            "cost": sum(vessel.cost for vessel in self.vessels),
            "hours": sum(vessel.hours for vessel in self.vessels),
            "unload_h": sum(vessel.unload_h for vessel in self.vessels),
            "distance_km": sum(trip.distance_km for trip in trips),
            **weighted_totals(
                # What is aboard a vessel that dropped out does not land.
                (stop for trip in trips if trip.load_kg > 0.0 for stop in trip.stops),
                self.request,
            ),
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
            "prize": self.prize,
            "prize_bound": self.prize_bound,
            "gap_bound": None if gap is None else round(max(gap, 0.0), 4),
            "totals": {name: round(value, 3) for name, value in self.totals.items()},
            "vessels": [vessel.to_dict() for vessel in self.vessels],
            "unassigned": [one.to_dict() for one in self.unassigned],
            "partial": [one.to_dict() for one in self.partial],
            "rejected": [one.to_dict() for one in self.rejected],
            "drift": None if self.drift is None else self.drift.to_dict(),
            "limits": [one.to_dict() for one in self.limits],
            "closed_areas": [dict(one) for one in self.closed_areas],
            "notes": list(self.notes),
            "request": None if self.request is None else dict(self.request),
            "parent": self.parent,
        }
