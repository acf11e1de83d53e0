"""Why a site is left out: what binds, found by trying to insert it.

First the site is tried alone with an idle fleet, then in the finished plan, with
one constraint relaxed at a time: the hold, the endurance, the end of the plan, and the
hours of work, of which what the weather closes by itself. The reason is the single
constraint whose relaxation lets the site in with the smallest share of its limit
exceeded; where none does by itself, alone the first of them, beside the planned stops
the one exceeded most.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.routing.explain.look import Best, Figures, look
from core.routing.explain.moving import one_member
from core.routing.explain.places import exchanges, idle_places, insertion_places
from core.routing.explain.relax import (
    Causes,
    Closed,
    closed_hours,
    relaxed_problems,
)
from core.routing.explain.sentences import Blocked, Verdict, blocked, fitting, plain
from core.routing.problem import RoutingProblem, Trip

__all__ = ["REASONS", "explain_all", "servable"]

Plan = Sequence[list[Trip]]

#: The closed list of the contract; the planner gives ``on_land`` and ``closed_area``.
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


def servable(
    problem: RoutingProblem, sites: Iterable[int] | None = None
) -> npt.NDArray[np.intp]:
    """Sites that some vessel could visit if it visited nothing else.

    Parameters
    ----------
    problem : RoutingProblem
        The problem.
    sites : iterable of int, optional
        Sites to try; all when not given.

    Returns
    -------
    ndarray of int, shape (n,)
        Those that are allowed, bring something and fit.
    """
    problem = one_member(problem)
    asked = problem.sites if sites is None else np.array([*sites], dtype=np.intp)
    asked = asked[problem.prize[asked] > 0.0]
    if problem.forbidden is not None:
        asked = asked[~problem.forbidden[asked]]
    idle: Plan = [[] for _ in problem.vessels]
    best = look(problem, idle, idle_places(problem), asked)
    return np.array(sorted(best.fitting()), dtype=np.intp)


def explain_all(
    problem: RoutingProblem,
    plan: Plan,
    sites: Iterable[int],
    causes: Causes | None = None,
) -> dict[int, Verdict]:
    """Say why sites are not in a plan, and what would bring each of them in.

    Drifting targets are taken at their mean over the members.

    Parameters
    ----------
    problem : RoutingProblem
        The problem.
    plan : sequence of list of Trip
        A plan within every limit, the trips of each vessel.
    sites : iterable of int
        Sites that it does not visit.
    causes : sequence of mapping of str to ndarray of shape (n, 2), optional
        For each calendar the open hours of each of its components alone; what
        ``weather`` closes by itself is told apart from the rest.

    Returns
    -------
    dict of int to Verdict

    Raises
    ------
    RouteInputError
        If ``causes`` does not fit the calendars.
    """
    inquiry = _Inquiry(one_member(problem), plan, causes)
    return inquiry.verdicts(np.array([*sites], dtype=np.intp))


@dataclass(frozen=True, eq=False)
class _Looks:
    """The best place of each site in the problem and in its relaxations."""

    plain: Best
    relaxed: dict[str, Best]

    def can_reach(self, site: int) -> bool:
        return any(site in best.of for best in (self.plain, *self.relaxed.values()))


class _Inquiry:
    """Looks at one plan, each made once for all sites that need it."""

    def __init__(
        self, problem: RoutingProblem, plan: Plan, causes: Causes | None
    ) -> None:
        self.problem, self.plan, self.causes = problem, plan, causes
        self.idle: Plan = [[] for _ in problem.vessels]
        self.relaxed = relaxed_problems(problem, causes)

    def verdicts(self, sites: npt.NDArray[np.intp]) -> dict[int, Verdict]:
        problem = self.problem
        alone = self._looks(self.idle, sites, alone=True)
        fits = alone.plain.fitting()
        inside = np.array([s for s in sites.tolist() if s in fits], dtype=np.intp)
        beside = self._looks(self.plan, inside, alone=False)
        swaps = look(problem, self.plan, exchanges(problem, self.plan), inside)
        without_rules = self._without_rules(
            [s for s in sites.tolist() if not alone.can_reach(s)]
        )
        made = {}
        for site in sites.tolist():
            swap, place = swaps.of.get(site), beside.plain.of.get(site)
            if not alone.can_reach(site):
                barred = site in without_rules
                made[site] = plain("barred" if barred else "no_way")
            elif problem.prize[site] <= 0.0:
                made[site] = plain("worthless")
            elif site not in fits:
                made[site] = self._blocked(alone, site, None, alone=True)
            elif place is not None and place.fits:
                made[site] = fitting(problem, site, place, swap)
            else:
                made[site] = self._blocked(beside, site, swap, alone=False)
            if problem.forbidden is not None and problem.forbidden[site]:
                made[site] = plain("forbidden", made[site])
        return made

    def _looks(self, plan: Plan, sites: npt.NDArray[np.intp], *, alone: bool) -> _Looks:
        problem = self.problem
        places = idle_places(problem) if alone else insertion_places(problem, plan)
        first = look(problem, plan, places, sites)
        fits = first.fitting()
        rest = np.array([s for s in sites.tolist() if s not in fits], dtype=np.intp)
        relaxed = {
            reason: look(other, plan, places, rest)
            for reason, other in self.relaxed.items()
        }
        return _Looks(first, relaxed)

    def _without_rules(self, sites: list[int]) -> set[int]:
        """Sites that a vessel could reach which may not visit them."""
        if self.problem.may_serve is None or not sites:
            return set()
        open_all = self.relaxed.get("time_window", self.problem)
        found = look(
            open_all,
            self.idle,
            idle_places(open_all),
            np.array(sites, dtype=np.intp),
            rules=False,
        )
        return set(found.of)

    def _blocked(
        self, looks: _Looks, site: int, swap: Figures | None, *, alone: bool
    ) -> Verdict:
        """Choose the constraint to name among the relaxations that let the site in."""
        ways: list[tuple[float, Blocked]] = []
        others: list[tuple[int, float, Blocked]] = []
        for reason, best in (("", looks.plain), *looks.relaxed.items()):
            figures = best.of.get(site)
            if figures is None:
                continue
            closed = self._closed(reason, figures, site, alone=alone)
            one = Blocked(figures, reason, closed)
            shares = one.shares(self.problem)
            if len(shares) == 1:
                ways.append((next(iter(shares.values())), one))
            others.append((len(shares), sum(shares.values()), one))
        if ways:
            chosen = min(ways, key=lambda way: way[0])[1]
        else:
            chosen = min(others, key=lambda way: way[:2])[2]
        return blocked(self.problem, site, chosen, swap, alone=alone)

    def _closed(
        self, reason: str, figures: Figures, site: int, *, alone: bool
    ) -> Closed | None:
        if not reason:
            return None
        v = figures.place.vessel
        trips = figures.place.applied([] if alone else self.plan[v], site)
        relaxed = self.relaxed[reason]
        return closed_hours(self.problem, relaxed, v, trips, self.causes)
