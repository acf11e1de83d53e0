"""The part of a routing problem that one vessel's trips touch."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from core.routing.problem import RoutingProblem, Trip

__all__ = ["part_of", "renumbered"]


def part_of(problem: RoutingProblem, v: int, nodes: Sequence[int]) -> RoutingProblem:
    """Problem of one vessel over some nodes, numbered anew in their order.

    Parameters
    ----------
    problem : RoutingProblem
        The whole.
    v : int
        The vessel; number 0 in the part.
    nodes : sequence of int
        Nodes kept, each once; the vessel's start, end and ports among them.
    """
    at = np.asarray(nodes, dtype=np.intp)
    number = {node: i for i, node in enumerate(at.tolist())}
    vessel = problem.vessels[v]
    names = problem.node_names
    preferred, penalty = problem.preferred_h, problem.penalty_per_h
    targets = problem.targets
    if targets is not None:
        targets = replace(
            targets,
            position_km=targets.position_km[:, :, at],
            share=targets.share[:, :, at],
            pace_h_per_km=targets.pace_of(v)[np.ix_(at, at)],
        )
    return RoutingProblem(
        travel_h=problem.travel_of(v)[np.ix_(at, at)],
        prize=problem.prize[at],
        service_h=problem.service_of(v)[at],
        demand_kg=problem.demand_kg[at],
        vessels=(
            replace(
                vessel,
                depot=number[vessel.depot],
                end=number[vessel.last],
                reload_at=tuple(number[port] for port in vessel.ports),
            ),
        ),
        horizon_h=problem.horizon_h,
        unload_h=None if problem.unload_h is None else problem.unload_h[at],
        calendars=problem.calendars,
        calendar_of=_row(problem.calendar_of, v, at),
        preferred_h=None if preferred is None else preferred[at],
        penalty_per_h=None if penalty is None else penalty[at],
        targets=targets,
        node_names=None if names is None else tuple(names[i] for i in at.tolist()),
    )


def _row(
    values: npt.NDArray[np.intp] | None, v: int, at: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp] | None:
    if values is None:
        return None
    return values[at] if values.ndim == 1 else values[v, at]


def renumbered(trips: Sequence[Trip], nodes: Sequence[int]) -> list[Trip]:
    """Trips in the numbers of a part over the given nodes."""
    number = {node: i for i, node in enumerate(nodes)}
    return [
        Trip(
            number[trip.start],
            tuple(number[site] for site in trip.sites),
            number[trip.end],
        )
        for trip in trips
    ]
