"""The problem in arrays as the careful evaluator reads it."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.routing.problem import RoutingProblem
from core.routing.targets import DriftingTargets

__all__ = ["World", "careful_world", "tracks_of"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]


class World(NamedTuple):
    """Arrays of the careful evaluator for all vessels and one member.

    Shapes are those of ``careful``, with a first axis over the vessels, or of length
    one where all are alike. ``scale`` holds the hours between two positions and the
    radius; ``plain`` says for each vessel that no calendar holds anywhere, ``splits``
    that it may need port calls on the way.
    """

    travel: FloatArray
    service: FloatArray
    node: FloatArray
    is_port: BoolArray
    cal_of: IntArray
    cal_at: IntArray
    open_h: FloatArray
    tracks: FloatArray
    share: FloatArray
    fastest: FloatArray
    scale: FloatArray
    plain: BoolArray
    splits: BoolArray


def careful_world(problem: RoutingProblem, *, member: int = 0) -> World:
    """Lay out a problem, its targets in one member."""
    n, n_vessels = len(problem.prize), len(problem.vessels)
    travel = problem.travel_h
    tracks, share = np.zeros((n, 0, 3)), np.zeros((n, 0))
    fastest, scale = np.zeros(n), np.array([1.0, np.inf])
    if problem.targets is not None:
        travel = problem.targets.pace_h_per_km
        made = tracks_of(problem.targets, slice(member, member + 1))
        tracks, share, fastest, scale = made[0][0], made[1][0], made[2][0], made[3]
    is_port = np.zeros((n_vessels, n), dtype=np.bool_)
    for v, vessel in enumerate(problem.vessels):
        is_port[v, list(vessel.ports)] = True
    cal_of, cal_at, open_h = _calendars(problem, n_vessels, n)
    return World(
        travel=np.ascontiguousarray(travel if travel.ndim == 3 else travel[None]),
        service=_by_vessel(problem.service_h, n_vessels),
        node=_nodes(problem, n),
        is_port=is_port,
        cal_of=cal_of,
        cal_at=cal_at,
        open_h=open_h,
        tracks=tracks,
        share=share,
        fastest=fastest,
        scale=scale,
        plain=np.all(cal_of < 0, axis=1),
        splits=_may_split(problem),
    )


def tracks_of(
    targets: DriftingTargets, members: slice = slice(None)
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Tracks (members, n, times, 3), shares, largest speeds, and the scale."""
    tracks = np.ascontiguousarray(targets.position_km[members].transpose(0, 2, 1, 3))
    share = np.ascontiguousarray(targets.share[members].transpose(0, 2, 1))
    step_h = float(targets.time_h[1])
    moved = np.linalg.norm(np.diff(tracks, axis=2), axis=3)
    radius = np.inf if targets.radius_km is None else targets.radius_km
    return tracks, share, moved.max(axis=2) / step_h, np.array([step_h, radius])


def _by_vessel(values: FloatArray, n_vessels: int) -> FloatArray:
    rows = values if values.ndim == 2 else np.tile(values, (n_vessels, 1))
    return np.ascontiguousarray(rows)


def _nodes(problem: RoutingProblem, n: int) -> FloatArray:
    node = np.zeros((n, 7))
    node[:, 0], node[:, 1] = problem.prize, problem.demand_kg
    node[:, 2] = problem.unload_h
    node[:, 3], node[:, 4] = -np.inf, np.inf
    if problem.preferred_h is not None and problem.penalty_per_h is not None:
        node[:, 3:5] = problem.preferred_h
        node[:, 5] = problem.penalty_per_h
    if problem.pinned is not None:
        # As in the model: one pinned site outweighs all that is not pinned.
        node[problem.pinned, 6] = problem.prize[problem.sites].sum() + 1.0
    return node


def _calendars(
    problem: RoutingProblem, n_vessels: int, n: int
) -> tuple[IntArray, IntArray, FloatArray]:
    cal_of = np.full((n_vessels, n), -1, dtype=np.int32)
    if problem.calendar_of is not None:
        cal_of[:] = problem.calendar_of
    lengths = [len(one) for one in problem.calendars]
    cal_at = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    open_h = np.concatenate([*problem.calendars, np.zeros((0, 2))])
    return cal_of, cal_at, np.ascontiguousarray(open_h)


def _may_split(problem: RoutingProblem) -> BoolArray:
    """Whether hold or endurance may end before the horizon does."""
    total = float(problem.demand_kg.sum())
    return np.array(
        [
            one.endurance_h < problem.limit_h(v)
            or total + one.load_kg > one.capacity_kg
            for v, one in enumerate(problem.vessels)
        ]
    )
