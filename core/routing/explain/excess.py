"""How far each place for a site goes beyond each limit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.routing.explain.places import Place
from core.routing.explain.still import TOLERANCE
from core.routing.problem import RoutingProblem

__all__ = ["LIMITS", "Excess", "allowed_at", "still_excess"]

FloatArray = npt.NDArray[np.float64]

#: In the order in which they are named where several are in the way.
LIMITS = ("hold", "endurance", "time_window")


@dataclass(frozen=True, eq=False)
class Excess:
    """For each site (row) and place (column), what a visit adds and exceeds.

    Attributes
    ----------
    added_h : ndarray of shape (n_sites, n_places)
        Hours a visit adds; infinite where there is no way, no permission, or no end
        of the work.
    over_hold_kg, over_endurance_h, over_limit_h : ndarray, same shape
        How far the fullest trip, the longest trip and the last return lie beyond
        their limits; zero or less within.
    gain : ndarray, same shape
        What the visit brings to the plan's prize.
    """

    added_h: FloatArray
    over_hold_kg: FloatArray
    over_endurance_h: FloatArray
    over_limit_h: FloatArray
    gain: FloatArray

    def shares(self, problem: RoutingProblem, places: Sequence[Place]) -> FloatArray:
        """Excess as a share of each limit, shape (3, n_sites, n_places)."""
        vessels = [problem.vessels[place.vessel] for place in places]
        limit = np.array([problem.limit_h(place.vessel) for place in places])
        endurance = np.array([vessel.endurance_h for vessel in vessels])
        hold = np.array([vessel.capacity_kg for vessel in vessels])
        shares = np.stack(
            [
                _beyond(self.over_hold_kg) / hold,
                _beyond(self.over_endurance_h) / endurance,
                _beyond(self.over_limit_h) / limit,
            ]
        )
        if problem.horizon_h is None:  # endurance is the only limit of time
            shares[1] = np.maximum(shares[1], shares[2])
            shares[2] = 0.0
        shares[:, ~np.isfinite(self.added_h)] = np.inf
        return shares

    def fits(self) -> npt.NDArray[np.bool_]:
        """Whether a place meets every limit."""
        return (
            np.isfinite(self.added_h)
            & (self.over_hold_kg <= TOLERANCE)
            & (self.over_endurance_h <= TOLERANCE)
            & (self.over_limit_h <= TOLERANCE)
        )


def _beyond(over: FloatArray) -> FloatArray:
    return np.where(over > TOLERANCE, over, 0.0)


def allowed_at(
    problem: RoutingProblem, places: Sequence[Place], sites: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """Whether the vessel of each place may visit each site."""
    if problem.may_serve is None:
        return np.ones((len(sites), len(places)), dtype=np.bool_)
    vessels = np.array([place.vessel for place in places], dtype=np.intp)
    return np.asarray(problem.may_serve[vessels][:, sites].T)


def still_excess(
    problem: RoutingProblem, places: Sequence[Place], sites: npt.NDArray[np.intp]
) -> Excess:
    """Count every place for every site at once; legs and work as on a still sea."""
    added = np.empty((len(sites), len(places)))
    vessel = np.array([place.vessel for place in places], dtype=np.intp)
    before = np.array([place.before for place in places], dtype=np.intp)
    after = np.array([place.after for place in places], dtype=np.intp)
    for v in np.unique(vessel).tolist():
        here = np.flatnonzero(vessel == v)
        travel = problem.travel_of(v)
        added[:, here] = (
            travel[np.ix_(before[here], sites)].T
            + travel[np.ix_(sites, after[here])]
            + problem.service_of(v)[sites][:, None]
        )
    other = np.array([place.other_h for place in places])
    sea = np.array([place.sea_h for place in places])
    spare = np.array([place.spare_h for place in places])
    room = np.array([p.load_kg - problem.vessels[p.vessel].capacity_kg for p in places])
    endurance = np.array([problem.vessels[p.vessel].endurance_h for p in places])
    replaced = np.array([place.replaces for place in places], dtype=np.intp)
    worth = np.where(replaced >= 0, problem.prize[replaced], 0.0)
    return Excess(
        added_h=added + other,
        over_hold_kg=problem.demand_kg[sites][:, None] + room,
        over_endurance_h=added + (sea - endurance),
        over_limit_h=added + (other - spare),
        gain=problem.prize[sites][:, None] - worth,
    )
