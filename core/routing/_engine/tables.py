"""A routing problem as the arrays of the search, and plans there and back."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from core.routing.problem import RoutingProblem, Trip

__all__ = [
    "Tables",
    "decode",
    "empty_plan",
    "encode",
    "limits_of",
    "make_tables",
    "with_sites",
]

#: Hours that stand for "no way": far above any limit, and sums stay exact to 1e-10.
FAR_H = 1e6
_NEAR = 64

Plan = tuple[npt.NDArray[Any], ...]


@dataclass(frozen=True, eq=False)
class Tables:
    """Arrays of a problem.

    Attributes
    ----------
    model : tuple of ndarray
        As the package's docstring lists them.
    sites : ndarray of int32
        Sites that some vessel can visit.
    near : ndarray of int32, shape (n_sites, k)
        For each of them the sites nearest by, itself first.
    row_of : ndarray of int32, shape (n,)
        Row of a site in ``near``.
    angle : ndarray of float, shape (n,)
        Direction of each node from the first depot, in turns.
    kind : ndarray of int32, shape (n_vessels,)
        Vessels that are alike in everything have the same number.
    width : int
        Columns of a plan's ``seq``.
    """

    model: Plan
    sites: npt.NDArray[np.int32]
    near: npt.NDArray[np.int32]
    row_of: npt.NDArray[np.int32]
    angle: npt.NDArray[np.float64]
    kind: npt.NDArray[np.int32]
    width: int


def make_tables(problem: RoutingProblem) -> Tables:
    """Lay out a problem, over the sites that are worth a visit."""
    travel = _stacked(problem.travel_h, 3)
    if not np.isfinite(travel).all():
        travel = np.where(np.isfinite(travel), travel, FAR_H)
    n = travel.shape[-1]
    is_site = np.zeros(n, dtype=np.bool_)
    is_site[problem.sites] = True
    service = _stacked(np.where(is_site, problem.service_h, 0.0), 2)
    pinned = np.zeros(n, bool) if problem.pinned is None else problem.pinned
    sites = problem.sites[(problem.prize > 0.0)[problem.sites] | pinned[problem.sites]]
    # One pinned site outweighs all that is not pinned.
    score = np.where(is_site, problem.prize, 0.0)
    score = score + np.where(pinned, score.sum() + 1.0, 0.0)
    model = (
        np.ascontiguousarray(travel),
        np.ascontiguousarray(service),
        score,
        np.where(is_site, problem.demand_kg, 0.0),
        np.ascontiguousarray(problem.unload_h, dtype=np.float64),
        _allowed(problem, sites),
        limits_of(problem),
        _ports(problem),
        is_site,
    )
    none = np.zeros(0, dtype=np.int32)
    return Tables(
        model=model,
        sites=sites.astype(np.int32),
        near=none[None],
        row_of=none,
        angle=_angles(travel[0], problem.vessels[0].depot),
        kind=_kinds(problem),
        width=len(sites) * 2 + 3,
    )


def with_sites(tables: Tables, sites: npt.NDArray[np.int32]) -> Tables:
    """Keep only these sites, and list for each the nearest."""
    near, row_of = _near(tables.model[0][0], sites)
    return replace(tables, sites=sites, near=near, row_of=row_of)


def _stacked(values: npt.NDArray[np.float64], dims: int) -> npt.NDArray[np.float64]:
    return values if values.ndim == dims else values[None]


def _allowed(
    problem: RoutingProblem, sites: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    n = problem.travel_h.shape[-1]
    allowed = np.zeros((len(problem.vessels), n), dtype=np.bool_)
    allowed[:, sites] = True
    if problem.forbidden is not None:
        allowed &= ~problem.forbidden
    if problem.may_serve is not None:
        allowed &= problem.may_serve
    return allowed


def limits_of(problem: RoutingProblem) -> npt.NDArray[np.float64]:
    rows = [
        (
            vessel.capacity_kg,
            vessel.endurance_h,
            problem.deadline_h(v) - vessel.ready_h,
            vessel.ready_h,
            vessel.spent_h,
            vessel.load_kg,
        )
        for v, vessel in enumerate(problem.vessels)
    ]
    return np.array(rows, dtype=np.float64)


def _ports(problem: RoutingProblem) -> npt.NDArray[np.int32]:
    most = max(1, *(len(vessel.ports) for vessel in problem.vessels))
    ports = np.full((len(problem.vessels), most), -1, dtype=np.int32)
    for v, vessel in enumerate(problem.vessels):
        ports[v, : len(vessel.ports)] = vessel.ports
    return ports


def _near(
    travel: npt.NDArray[np.float64], sites: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    row_of = np.full(len(travel), -1, dtype=np.int32)
    row_of[sites] = np.arange(len(sites))
    k = min(_NEAR, len(sites))
    near = np.empty((len(sites), k), dtype=np.int32)
    for row, site in enumerate(sites):
        hours = travel[site, sites] + travel[sites, site]
        hours[row] = -1.0
        few = np.argpartition(hours, k - 1)[:k]
        near[row] = sites[few[np.argsort(hours[few], kind="stable")]]
    return near, row_of


def _angles(travel: npt.NDArray[np.float64], depot: int) -> npt.NDArray[np.float64]:
    """Directions from a depot on a plane that hours at sea span about best.

    The problem has no map: positions come from hours to a few landmarks (landmark
    multidimensional scaling, de Silva and Tenenbaum 2004).
    """
    n = len(travel)
    marks = np.unique(np.linspace(0, n - 1, min(n, 48)).astype(np.intp))
    hours = np.minimum(travel[marks], travel[:, marks].T)
    near = hours[hours < FAR_H / 2.0]
    cap = 2.0 * float(near.max()) if near.size else 1.0
    square = np.minimum(hours, cap) ** 2
    between = square[:, marks]
    mean = between.mean(axis=0)
    centred = between - mean - mean[:, None] + mean.mean()
    values, vectors = np.linalg.eigh(-0.5 * (centred + centred.T) / 2.0)
    axes = vectors[:, -2:] / np.sqrt(np.maximum(values[-2:], 1e-12))
    place = -0.5 * (square - mean[:, None]).T @ axes
    place = place - place[depot]
    turns = np.arctan2(place[:, 0], place[:, -1]) / (2.0 * np.pi)
    return np.asarray(turns % 1.0)


def _kinds(problem: RoutingProblem) -> npt.NDArray[np.int32]:
    """Give vessels a number; those alike share one."""
    kinds: list[int] = []
    for v in range(len(problem.vessels)):
        same = (u for u in range(v) if _alike(problem, u, v))
        kinds.append(next(same, v))
    return np.array(kinds, dtype=np.int32)


def _alike(problem: RoutingProblem, u: int, v: int) -> bool:
    one, other = problem.vessels[u], problem.vessels[v]
    limits = ("capacity_kg", "endurance_h", "depot", "last", "ports", "ready_h")
    if any(
        getattr(one, what) != getattr(other, what)
        for what in (*limits, "spent_h", "load_kg")
    ):
        return False
    by_vessel = (
        (problem.travel_h, 3),
        (problem.service_h, 2),
        (problem.may_serve, 2),
        (problem.calendar_of, 2),
        (None if problem.targets is None else problem.targets.pace_h_per_km, 3),
    )
    return all(
        values is None or values.ndim < dims or np.array_equal(values[u], values[v])
        for values, dims in by_vessel
    )


def empty_plan(problem: RoutingProblem, tables: Tables) -> Plan:
    """Plan in which every vessel stays."""
    m, n = len(problem.vessels), problem.travel_h.shape[-1]
    seq = np.zeros((m, tables.width), dtype=np.int32)
    seq[:, 0] = [vessel.depot for vessel in problem.vessels]
    seq[:, 1] = [vessel.last for vessel in problem.vessels]
    return (
        seq,
        np.full(m, 2, dtype=np.int64),
        np.full(n, -1, dtype=np.int32),
        np.zeros((m, tables.width, 4)),
        np.zeros((m, 2)),
    )


def decode(problem: RoutingProblem, plan: Plan) -> list[list[Trip]]:
    """Trips of each vessel.

    A call in port without a trip before it empties a hold and rests a crew, and where
    the hour matters it delays what follows; it is kept then.
    """
    seq, length, is_site = plan[0], plan[1], set(problem.sites.tolist())
    timed = (problem.targets, problem.calendar_of, problem.preferred_h)
    has_hours = any(one is not None for one in timed)
    made: list[list[Trip]] = []
    for v, vessel in enumerate(problem.vessels):
        made.append([])
        if length[v] == 2:
            continue
        nodes = seq[v, : length[v]].tolist()
        start, sites, calls = nodes[0], list[int](), list[Trip]()
        for node in nodes[1:]:
            if node in is_site:
                sites.append(node)
                continue
            is_tired = not made[v] and (vessel.spent_h > 0.0 or vessel.load_kg > 0.0)
            if sites or start != node:
                made[v] += [*calls, Trip(start, tuple(sites), node)]
                calls = []
            elif has_hours or is_tired:
                calls.append(Trip(start, (), node))
            start, sites = node, []
    return made


def encode(problem: RoutingProblem, tables: Tables, trips: list[list[Trip]]) -> Plan:
    """Trips as a plan; what is kept of each vessel is not filled in."""
    plan = empty_plan(problem, tables)
    for v, own in enumerate(trips):
        nodes = [problem.vessels[v].depot]
        for trip in own:
            nodes += [*trip.sites, trip.end]
        if own:
            plan[0][v, : len(nodes)] = nodes
            plan[1][v] = len(nodes)
    return plan
