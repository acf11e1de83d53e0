"""Plan anew in the middle of a plan, or behind stops that are locked.

There is one mechanism for both, and for a vessel that drops out, new sites and a new
forecast: what is done is kept, every vessel starts where it then is, visited sites are
gone, and the rest is planned like any other plan.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from core.errors import InfeasibleError, RouteInputError
from core.routing.asked import request_of
from core.routing.fleet import Fleet
from core.routing.joined import join_plans
from core.routing.planner import plan_request
from core.routing.progress import Progress, progress_after, progress_at
from core.routing.rejected import Rejected
from core.routing.request import PlanRequest
from core.routing.rules import SiteRules
from core.routing.schedule import CleanupPlan
from core.routing.sites import accept_sites
from core.routing.states import VesselState

__all__ = ["Replanned", "lock_first", "replan_from"]

Planner = Callable[[PlanRequest], CleanupPlan]

#: Less than this share of a site is nothing left of it.
_NOTHING = 1e-6


@dataclass(frozen=True, eq=False)
class Replanned:
    """A plan made anew from some point on.

    Attributes
    ----------
    plan : CleanupPlan
        The whole: what is kept, and what is planned after it.
    ahead : CleanupPlan, optional
        Only what is planned after it; none where every stop is made and no site left
        can be visited: the vessels then end as planned.
    states : mapping of str to VesselState
        Where the vessels that had left their start go on from.
    done_kg, aboard_kg, lost_kg : float
        Mass collected in what is kept; of it still aboard; and aboard of vessels that
        dropped out, which is not counted in the plan.
    """

    plan: CleanupPlan
    ahead: CleanupPlan | None
    states: Mapping[str, VesselState]
    done_kg: float
    aboard_kg: float
    lost_kg: float


def replan_from(
    plan: CleanupPlan,
    at: datetime,
    *,
    lost_vessels: Sequence[str] = (),
    new_sites: pd.DataFrame | None = None,
    states: Mapping[str, VesselState] | None = None,
    changes: Mapping[str, object] | None = None,
    planner: Planner | None = None,
) -> Replanned:
    """Keep what a plan has done up to a time and plan the rest anew.

    A stop at which work has begun is finished; a vessel on a leg goes on from where it
    is. A vessel that drops out gives its sites back; its load is not counted until it
    lands.

    Parameters
    ----------
    plan : CleanupPlan
        A plan that holds its request.
    at : datetime
        The time, within the plan, with a time zone.
    lost_vessels : sequence of str
        Vessels that take no further part.
    new_sites : DataFrame, optional
        Sites to add; one with the name of a site that is not visited yet replaces
        it, one with the name of a visited site is refused.
    states : mapping of str to VesselState, optional
        Where vessels really are, instead of where the plan has them. What is aboard
        then is theirs to say.
    changes : mapping of str to object, optional
        Other fields of the request to change, such as ``seconds``, ``rules``,
        ``closed_areas`` or ``parent``.
    planner : callable, optional
        Plans a request; with a new forecast, one that knows it. Without it the rest
        of the plan is where the search begins from.

    Raises
    ------
    RouteInputError
        If the plan holds no request, or counts a forecast and no planner is given; if
        the time lies outside it, or a name is unknown.
    InfeasibleError
        If no vessel is left, or none can visit what is left.
    """
    request = request_of(plan, otherwise=None if planner else "a planner")
    at = _within(at, request)
    _check_names(plan, [*lost_vessels, *(states or {})])
    ports = {port.name for port in request.fleet.ports}
    begun = dict(request.states)
    done = {
        one.name: progress_at(one, at, ports=ports, state=begun.get(one.name))
        for one in plan.vessels
    }
    for name, state in (states or {}).items():
        done[name] = replace(done[name], state=state)
    kept, rejected = _with_new_sites(request.sites, new_sites, done)
    whole = request.changed(
        sites=kept, fleet=_without(request.fleet, lost_vessels), **(changes or {})
    )
    whole = replace(whole, rejected=(*whole.rejected, *rejected))
    return _plan_rest(plan, whole, done, at, lost_vessels, planner)


def lock_first(
    plan: CleanupPlan,
    vessel: str,
    n_stops: int,
    *,
    changes: Mapping[str, object] | None = None,
    planner: Planner | None = None,
) -> Replanned:
    """Keep the first stops of a vessel as they are and plan all else anew.

    Parameters
    ----------
    plan : CleanupPlan
        A plan that holds its request.
    vessel : str
        Whose stops are locked.
    n_stops : int
        How many, over all its trips.
    changes, planner
        See :func:`replan_from`.

    Raises
    ------
    RouteInputError
        If there is no such vessel, or it has fewer stops.
    """
    request = request_of(plan, otherwise=None if planner else "a planner")
    _check_names(plan, [vessel])
    done = {}
    for one in plan.vessels:
        state = request.states.get(one.name)
        locked = n_stops if one.name == vessel else 0
        done[one.name] = progress_after(one, locked, state=state)
    whole = request.changed(**(changes or {}))
    return _plan_rest(plan, whole, done, request.start_at, (), planner)


def _plan_rest(
    plan: CleanupPlan,
    whole: PlanRequest,
    done: Mapping[str, Progress],
    at: datetime,
    lost: Sequence[str],
    planner: Planner | None,
) -> Replanned:
    if not whole.fleet.vessels:
        raise InfeasibleError("no vessel is left to plan for")
    taken = _taken(done)
    left, emptied = _left(whole.sites, plan, done)
    going = {vessel.name for vessel in whole.fleet.vessels}
    states = {
        name: one.state
        for name, one in done.items()
        if one.state is not None and name in going
    }
    ahead = None
    if len(left):
        rest = whole.changed(
            sites=left,
            start_at=at,
            hours=(whole.end_at - at) / timedelta(hours=1),
            states=states,
            rules=_open_rules(whole.rules, emptied),
        )
        try:
            ahead = _begin_from(plan)(rest) if planner is None else planner(rest)
        except InfeasibleError:
            if _n_stops(plan) > sum(len(one.stops) for one in done.values()):
                raise
    joined = join_plans(plan, whole, done, ahead, at=at, taken=taken, lost=lost)
    aboard = {name: one.aboard_kg for name, one in done.items()}
    return Replanned(
        plan=joined,
        ahead=ahead,
        states=states,
        done_kg=sum(taken.values()),
        aboard_kg=sum(kg for name, kg in aboard.items() if name not in lost),
        lost_kg=sum(aboard[name] for name in lost),
    )


def _n_stops(plan: CleanupPlan) -> int:
    return sum(len(trip.stops) for _, trip in plan.trips())


def _begin_from(plan: CleanupPlan) -> Planner:
    return lambda request: plan_request(request, start=plan)


def _within(at: datetime, request: PlanRequest) -> datetime:
    if at.tzinfo is None:
        raise RouteInputError(f"time {at} has no time zone, expected UTC")
    at = at.astimezone(UTC).replace(microsecond=0)
    if not request.start_at <= at < request.end_at:
        raise RouteInputError(
            f"time {at} lies outside the plan, expected from {request.start_at} to "
            f"before {request.end_at}"
        )
    return at


def _check_names(plan: CleanupPlan, names: Sequence[str]) -> None:
    known = [vessel.name for vessel in plan.vessels]
    for name in names:
        if name not in known:
            raise RouteInputError(
                f"the plan has no vessel {name!r}; it has {', '.join(known)}"
            )


def _without(fleet: Fleet, lost: Sequence[str]) -> Fleet:
    vessels = tuple(one for one in fleet.vessels if one.name not in lost)
    return replace(fleet, vessels=vessels)


def _taken(done: Mapping[str, Progress]) -> dict[str, float]:
    """Mass taken from each site in what is kept."""
    taken: dict[str, float] = {}
    for one in done.values():
        for stop in one.stops:
            taken[stop.site] = taken.get(stop.site, 0.0) + stop.mass_kg
    return taken


def _with_new_sites(
    sites: pd.DataFrame, new: pd.DataFrame | None, done: Mapping[str, Progress]
) -> tuple[pd.DataFrame, list[Rejected]]:
    if new is None or not len(new):
        return sites, []
    read = accept_sites(new)
    visited = {stop.site for one in done.values() for stop in one.stops}
    rejected = [
        *read.rejected,
        *(
            Rejected(
                f"site {name}",
                "site",
                name,
                "was visited before the new plan begins; give what is there now "
                "another name",
            )
            for name in read.frame["site"].tolist()
            if name in visited
        ),
    ]
    added = read.frame[~read.frame["site"].isin(list(visited))]
    kept = sites[~sites["site"].isin(added["site"].tolist())]
    return pd.concat([kept, added], ignore_index=True), rejected


def _left(
    sites: pd.DataFrame, plan: CleanupPlan, done: Mapping[str, Progress]
) -> tuple[pd.DataFrame, set[str]]:
    """Sites with what is left of them, and the names of those that are empty.

    What a stop takes is what is expected afloat by then, so what is left of a site is
    counted against what the plan takes from it in all, not against its whole mass.
    """
    got = _taken(done)
    planned = {one.site: one.left_kg for one in plan.partial}
    for _, trip in plan.trips():
        for stop in trip.stops:
            planned[stop.site] = planned.get(stop.site, 0.0) + stop.mass_kg
    share = np.array(
        [
            1.0 - got[name] / planned[name] if name in got else 1.0
            for name in sites["site"].tolist()
        ]
    )
    left = sites.copy()
    for column in ("mass_kg", "mass_kg_low", "mass_kg_high", "service_h"):
        left[column] = left[column] * share
    is_left = share > _NOTHING
    emptied = set(sites["site"][~is_left].tolist())
    return left[is_left].reset_index(drop=True), emptied


def _open_rules(rules: SiteRules, emptied: set[str]) -> SiteRules:
    """Rules about sites that still hold something."""
    return SiteRules(
        pinned=tuple(name for name in rules.pinned if name not in emptied),
        forbidden=rules.forbidden,
        vessel_of={k: v for k, v in rules.vessel_of.items() if k not in emptied},
    )
