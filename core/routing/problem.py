"""The planning problem in numbers: nodes, prizes, vessels, and a plan for them."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError
from core.routing.targets import DriftingTargets

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
    ready_h : float, default 0
        Hours after the plan's start when it can leave its depot.
    spent_h, load_kg : float, default 0
        Hours at sea since its last port call and load aboard at the start, for a
        vessel that is planned anew on the way; they count on its first trip.
    """

    capacity_kg: float
    endurance_h: float
    depot: int = 0
    end: int | None = None
    reload_at: tuple[int, ...] | None = None
    name: str = ""
    ready_h: float = 0.0
    spent_h: float = 0.0
    load_kg: float = 0.0

    def __post_init__(self) -> None:
        """Refuse limits that are no positive numbers."""
        for what in ("capacity_kg", "endurance_h"):
            value = getattr(self, what)
            if not value > 0.0:
                raise RouteInputError(
                    f"vessel {self.name or 'without a name'}: {what} is {value}, "
                    "expected a number above 0"
                )
        for what in ("ready_h", "spent_h", "load_kg"):
            value = getattr(self, what)
            if not 0.0 <= value < np.inf:
                raise RouteInputError(
                    f"vessel {self.name or 'without a name'}: {what} is {value}, "
                    "expected zero or more"
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
    calendars : sequence of array_like of float, shape (n_intervals, 2)
        Hours during which work may go on: opening and closing, in hours after the
        start, ascending and apart. Work pauses while its calendar is closed.
    calendar_of : array_like of int, shape (n,) or (n_vessels, n), optional
        Which calendar holds at each node, -1 for none.
    preferred_h : array_like of float, shape (n, 2), optional
        Earliest and latest hour at which work had best begin; infinite where any
        will do.
    penalty_per_h : array_like of float, shape (n,), optional
        Prize lost for each hour that work begins outside ``preferred_h``.
    pinned, forbidden : array_like of bool, shape (n,), optional
        Sites that go before all others, and sites that no trip may visit.
    may_serve : array_like of bool, shape (n_vessels, n), optional
        Which vessel may visit which site; all may when not given.
    targets : DriftingTargets, optional
        Where the nodes are over time. ``travel_h`` then holds the legs between their
        positions at one time, as a start for the search.
    node_names : sequence of str, optional
        How messages name the nodes; their numbers when not given.

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
    calendars: tuple[FloatArray, ...] = ()
    calendar_of: npt.NDArray[np.intp] | None = None
    preferred_h: FloatArray | None = None
    penalty_per_h: FloatArray | None = None
    pinned: npt.NDArray[np.bool_] | None = None
    forbidden: npt.NDArray[np.bool_] | None = None
    may_serve: npt.NDArray[np.bool_] | None = None
    targets: DriftingTargets | None = None
    node_names: tuple[str, ...] | None = None
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
        self._freeze_rules(n)
        self._check_shapes(n)
        self._check_numbers()
        used = {node for v in self.vessels for node in (v.depot, v.last, *v.ports)}
        outside = sorted(node for node in used if not 0 <= node < n)
        if outside:
            raise RouteInputError(
                f"a vessel uses node {outside[0]}, but there are nodes 0 to {n - 1}"
            )
        put(self, "sites", np.setdiff1d(np.arange(n), sorted(used)))

    def _freeze_rules(self, n: int) -> None:
        """Turn what limits visits into arrays; fill in what was not given."""
        put = object.__setattr__
        put(self, "calendars", tuple(_calendar(one) for one in self.calendars))
        kinds: dict[str, type] = {
            "calendar_of": np.intp,
            "preferred_h": np.float64,
            "penalty_per_h": np.float64,
            "pinned": np.bool_,
            "forbidden": np.bool_,
            "may_serve": np.bool_,
        }
        for name, kind in kinds.items():
            value = getattr(self, name)
            if value is not None:
                put(self, name, np.asarray(value, dtype=kind))
        if self.preferred_h is not None and self.penalty_per_h is None:
            raise RouteInputError("preferred_h needs penalty_per_h")
        if self.calendar_of is not None:
            wrong = (self.calendar_of < -1) | (self.calendar_of >= len(self.calendars))
            if wrong.any():
                raise RouteInputError(
                    f"calendar_of names calendar {self.calendar_of[wrong][0]}, there "
                    f"are {len(self.calendars)}"
                )
        if self.node_names is not None:
            put(self, "node_names", tuple(str(name) for name in self.node_names))
            if len(self.node_names) != n:
                raise RouteInputError(
                    f"node_names holds {len(self.node_names)} names, travel_h {n} nodes"
                )
        if self.targets is not None and self.targets.position_km.shape[2] != n:
            raise RouteInputError(
                f"targets hold {self.targets.position_km.shape[2]} nodes, travel_h {n}"
            )

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
            "calendar_of": {(n,), (n_vessels, n)},
            "preferred_h": {(n, 2)},
            "penalty_per_h": {(n,)},
            "pinned": {(n,)},
            "forbidden": {(n,)},
            "may_serve": {(n_vessels, n)},
        }
        for name, shapes in allowed.items():
            value = getattr(self, name)
            if value is None:
                continue
            shape = value.shape
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

    def open_hours(self, vessel: int, node: int) -> FloatArray | None:
        """Hours during which a vessel may work at a node; None for always."""
        if self.calendar_of is None:
            return None
        rows = self.calendar_of
        which = int(rows[node] if rows.ndim == 1 else rows[vessel, node])
        return None if which < 0 else self.calendars[which]

    def is_allowed(self, vessel: int, node: int) -> bool:
        """Whether a vessel may visit a site at all."""
        if self.forbidden is not None and self.forbidden[node]:
            return False
        return self.may_serve is None or bool(self.may_serve[vessel, node])

    def limit_h(self, vessel: int) -> float:
        """Hours that all trips of a vessel may take together, port calls included."""
        endurance = self.vessels[vessel].endurance_h
        return endurance if self.horizon_h is None else self.horizon_h

    def deadline_h(self, vessel: int) -> float:
        """Hour by which a vessel must have ended and unloaded."""
        if self.horizon_h is not None:
            return self.horizon_h
        return self.vessels[vessel].ready_h + self.limit_h(vessel)

    def name_of(self, vessel: int) -> str:
        """Name of a vessel in messages."""
        return self.vessels[vessel].name or f"vessel {vessel + 1}"

    def site_name(self, node: int) -> str:
        """Name of a site in messages."""
        return f"site {node}" if self.node_names is None else self.node_names[node]


def _calendar(hours: npt.ArrayLike) -> FloatArray:
    """Check the open hours of a calendar."""
    made = np.asarray(hours, dtype=np.float64).reshape(-1, 2)
    if not (made[:, 1] > made[:, 0]).all() or not (made[1:, 0] > made[:-1, 1]).all():
        raise RouteInputError(
            "hours of a calendar must ascend and lie apart, each closing after it opens"
        )
    return made


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
    remedies : dict of int to str
        What would bring each of them in, in a sentence with figures.
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
    remedies: dict[int, str] = field(default_factory=dict)

    @property
    def routes(self) -> list[list[list[int]]]:
        """For each vessel a list of trips, each a list of site nodes."""
        return [[list(trip.sites) for trip in trips] for trips in self.trips]
