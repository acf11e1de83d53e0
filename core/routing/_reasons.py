"""Why a site is left out: what binds, found by trying to insert it.

First the site is tried alone with an idle fleet, then in the finished plan, with
one constraint relaxed at a time. The reason is the single constraint whose
relaxation lets the site in with the smallest share of its limit exceeded.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.routing._timing import TOLERANCE, Insertions, insertions
from core.routing.problem import RoutingProblem, Trip

__all__ = ["REASONS", "explain", "is_servable"]

#: The closed list of the contract.
REASONS = (
    "endurance",
    "hold",
    "time_window",
    "weather",
    "not_worth",
    "unreachable",
    "on_land",
    "closed_area",
    "forbidden",
)


@dataclass(frozen=True)
class _Verdict:
    reason: str
    detail: str


def _idle(problem: RoutingProblem) -> list[list[Trip]]:
    return [[] for _ in problem.vessels]


def is_servable(problem: RoutingProblem, site: int) -> bool:
    """Whether some vessel could visit this site if it visited nothing else."""
    return bool(insertions(problem, _idle(problem), site).fits().any())


def explain(
    problem: RoutingProblem, plan: list[list[Trip]], site: int
) -> tuple[str, str]:
    """Say why a site is not in a plan.

    Returns
    -------
    reason, detail : str
        A word of the closed list, and a sentence with figures.
    """
    idle = insertions(problem, _idle(problem), site)
    if not np.isfinite(idle.added_h).any():
        verdict = _Verdict("unreachable", "No vessel has a way by sea to it and back.")
    elif problem.prize[site] <= 0.0:
        verdict = _Verdict("not_worth", "A visit has no worth: its prize is 0.")
    elif not idle.fits().any():
        verdict = _binding(problem, idle, alone=True)
    else:
        places = insertions(problem, plan, site)
        if places.fits().any():
            added = float(np.min(places.added_h[places.fits()]))
            verdict = _Verdict(
                "not_worth",
                f"It would fit with {added:.1f} h more, and brings "
                f"{problem.prize[site] / max(added, TOLERANCE):.3g} an hour.",
            )
        else:
            verdict = _binding(problem, places, alone=False)
    return verdict.reason, verdict.detail


def _shares(
    problem: RoutingProblem, places: Insertions
) -> dict[str, npt.NDArray[np.float64]]:
    """How far each place exceeds each limit, as a share of the limit."""
    vessels = [problem.vessels[v] for v in places.vessel]
    limit = np.array([problem.limit_h(v) for v in places.vessel.tolist()])
    endurance = np.array([vessel.endurance_h for vessel in vessels])
    hold = np.array([vessel.capacity_kg for vessel in vessels])
    shares = {
        "hold": np.maximum(places.over_hold_kg, 0.0) / hold,
        "endurance": np.maximum(places.over_endurance_h, 0.0) / endurance,
        "time_window": np.maximum(places.over_limit_h, 0.0) / limit,
    }
    if problem.horizon_h is None:  # endurance is the only limit of time
        shares["endurance"] = np.maximum(shares["endurance"], shares["time_window"])
        shares["time_window"] = np.zeros_like(limit)
    return shares


def _binding(problem: RoutingProblem, places: Insertions, *, alone: bool) -> _Verdict:
    shares = _shares(problem, places)
    reachable = np.isfinite(places.added_h)
    exceeded = {name: share > TOLERANCE for name, share in shares.items()}
    n_exceeded = np.sum(list(exceeded.values()), axis=0)
    total = np.sum(list(shares.values()), axis=0)
    total[~reachable] = np.inf
    # A place where one constraint alone is in the way beats one with two.
    order = np.lexsort((total, np.where(reachable, n_exceeded, 9)))
    chosen = int(order[0])
    names = [name for name in shares if exceeded[name][chosen]]
    # Alone, more horizon would not help where the vessel itself cannot do it.
    reason = names[0] if alone else max(names, key=lambda name: shares[name][chosen])
    return _Verdict(reason, _sentence(problem, places, chosen, names, alone=alone))


def _sentence(
    problem: RoutingProblem,
    places: Insertions,
    chosen: int,
    names: list[str],
    *,
    alone: bool,
) -> str:
    v = int(places.vessel[chosen])
    vessel = problem.vessels[v]
    over_endurance = float(places.over_endurance_h[chosen])
    over_limit = float(places.over_limit_h[chosen])
    if problem.horizon_h is None:
        over_endurance = max(over_endurance, over_limit)
    parts = {
        "hold": f"{places.over_hold_kg[chosen]:.0f} kg above its hold of "
        f"{vessel.capacity_kg:.0f} kg",
        "endurance": f"{over_endurance:.1f} h above its endurance of "
        f"{vessel.endurance_h:.1f} h",
        "time_window": f"{over_limit:.1f} h beyond the horizon of "
        f"{problem.limit_h(v):.1f} h",
    }
    what = " and ".join(parts[name] for name in names)
    if alone:
        return f"Even alone it would take {problem.name_of(v)} {what}."
    return f"Beside the planned stops it would take {problem.name_of(v)} {what}."
