"""The planning problem in numbers: nodes, prizes, vessels, and a plan for them."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError

__all__ = ["RoutePlan", "RoutingProblem", "Trip", "Vessel"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Vessel:
    """A vessel of a routing problem.

    Parameters
    ----------
    capacity_kg : float
        Load it can carry on one trip; may be infinite.
    endurance_h : float
        Hours at sea between two calls at a port; without a horizon also the limit
        of all its trips together.
    depot : int
        Node where it starts.
    end : int, optional
        Node where it ends; the depot when not given.
    reload_at : tuple of int, optional
        Nodes where it may unload between trips; the depot when not given.
    name : str
        How messages name it.
    """

    capacity_kg: float
    endurance_h: float
    depot: int = 0
    end: int | None = None
    reload_at: tuple[int, ...] | None = None
    name: str = ""

    def __post_init__(self) -> None:
        """Refuse limits that are no positive numbers."""
        for what in ("capacity_kg", "endurance_h"):
            value = getattr(self, what)
            if not value > 0.0:
                raise RouteInputError(
                    f"vessel {self.name or 'without a name'}: {what} is {value}, "
                    "expected a number above 0"
                )

    @property
    def last(self) -> int:
        """Node where the vessel ends."""
        return self.depot if self.end is None else self.end

    @property
    def ports(self) -> tuple[int, ...]:
        """Nodes where the vessel may unload between trips."""
        return (self.depot,) if self.reload_at is None else self.reload_at


@dataclass(frozen=True, eq=False)
class RoutingProblem:
    """Which sites to visit with a fleet, and in which order.

    Every array runs over the same nodes. A node that some vessel uses as its start,
    end or port is a depot, every other node is a site that may be visited once.

    Parameters
    ----------
    travel_h : array_like of float, shape (n, n) or (n_vessels, n, n)
        Hours from node to node, for all vessels alike or for each; infinity where
        there is no way.
    prize : array_like of float, shape (n,)
        Worth of a visit, zero or more.
    service_h : array_like of float, shape (n,) or (n_vessels, n)
        Hours spent at a site.
    demand_kg : array_like of float, shape (n,)
        Load taken aboard at a site.
    vessels : sequence of Vessel
        The fleet.
    horizon_h : float, optional
        Hours until every vessel must have ended and unloaded. With it, endurance
        limits each trip; without it, endurance limits all trips of a vessel together.
    unload_h : array_like of float, shape (n,), optional
        Hours a port call takes at the end of a trip; zero when not given.

    Raises
    ------
    RouteInputError
        If shapes disagree or a number cannot be used.
    """

    travel_h: FloatArray
    prize: FloatArray
    service_h: FloatArray
    demand_kg: FloatArray
    vessels: tuple[Vessel, ...]
    horizon_h: float | None = None
    unload_h: FloatArray | None = None
    sites: npt.NDArray[np.intp] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check and freeze the arrays."""
        put = object.__setattr__
        put(self, "vessels", tuple(self.vessels))
        for name in ("travel_h", "prize", "service_h", "demand_kg"):
            put(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        n = self.travel_h.shape[-1] if self.travel_h.ndim in (2, 3) else 0
        unload = np.zeros(n) if self.unload_h is None else self.unload_h
        put(self, "unload_h", np.asarray(unload, dtype=np.float64))
        self._check_shapes(n)
        self._check_numbers()
        used = {node for v in self.vessels for node in (v.depot, v.last, *v.ports)}
        outside = sorted(node for node in used if not 0 <= node < n)
        if outside:
            raise RouteInputError(
                f"a vessel uses node {outside[0]}, but there are nodes 0 to {n - 1}"
            )
        put(self, "sites", np.setdiff1d(np.arange(n), sorted(used)))

    def _check_shapes(self, n: int) -> None:
        n_vessels = len(self.vessels)
        if n_vessels == 0:
            raise RouteInputError("the problem has no vessels")
        allowed: dict[str, set[tuple[int, ...]]] = {
            "travel_h": {(n, n), (n_vessels, n, n)},
            "prize": {(n,)},
            "service_h": {(n,), (n_vessels, n)},
            "demand_kg": {(n,)},
            "unload_h": {(n,)},
        }
        for name, shapes in allowed.items():
            shape = getattr(self, name).shape
            if n == 0 or shape not in shapes:
                expected = " or ".join(str(one) for one in sorted(shapes))
                raise RouteInputError(
                    f"{name} has shape {shape}, expected {expected}; arrays run over "
                    "every node of travel_h, depots included"
                )

    def _check_numbers(self) -> None:
        for name in ("travel_h", "prize", "service_h", "demand_kg", "unload_h"):
            values = getattr(self, name)
            wrong = ~(values >= 0.0)
            if name != "travel_h":
                wrong |= np.isinf(values)
            if wrong.any():
                at = tuple(int(i) for i in np.argwhere(wrong)[0])
                raise RouteInputError(
                    f"{name} at node {at} is {values[at]}, expected zero or more"
                )
        if self.horizon_h is not None and not 0.0 < self.horizon_h < np.inf:
            raise RouteInputError(
                f"horizon_h is {self.horizon_h}, expected a number above 0"
            )

    def travel_of(self, vessel: int) -> FloatArray:
        """Hours from node to node for a vessel, (n, n)."""
        return self.travel_h if self.travel_h.ndim == 2 else self.travel_h[vessel]

    def service_of(self, vessel: int) -> FloatArray:
        """Hours at each node for a vessel, (n,)."""
        return self.service_h if self.service_h.ndim == 1 else self.service_h[vessel]

    def limit_h(self, vessel: int) -> float:
        """Hours that all trips of a vessel may take together, port calls included."""
        endurance = self.vessels[vessel].endurance_h
        return endurance if self.horizon_h is None else self.horizon_h

    def name_of(self, vessel: int) -> str:
        """Name of a vessel in messages."""
        return self.vessels[vessel].name or f"vessel {vessel + 1}"


@dataclass(frozen=True)
class Trip:
    """From a start over sites to an end, with no port call between."""

    start: int
    sites: tuple[int, ...]
    end: int

    @property
    def nodes(self) -> tuple[int, ...]:
        """Every node in order, ends included."""
        return (self.start, *self.sites, self.end)


@dataclass(frozen=True)
class RoutePlan:
    """Trips chosen for each vessel.

    Attributes
    ----------
    trips : list of list of Trip
        For each vessel its trips in order; none if it stays.
    prize : float
        Sum of the prizes of visited sites.
    unassigned : dict of int to str
        Reason for every site that no trip visits, from the closed list.
    details : dict of int to str
        The same in a sentence with figures.
    prize_bound : float
        No plan can reach more than this (a relaxation, often loose).
    iterations : int
        Search steps made.
    """

    trips: list[list[Trip]]
    prize: float
    unassigned: dict[int, str]
    details: dict[int, str]
    prize_bound: float
    seed: int
    solver: str
    iterations: int = 0

    @property
    def routes(self) -> list[list[list[int]]]:
        """For each vessel a list of trips, each a list of site nodes."""
        return [[list(trip.sites) for trip in trips] for trips in self.trips]
