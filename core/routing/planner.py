"""Plan a cleanup: from sites and a fleet to a schedule in UTC."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from core.errors import InfeasibleError
from core.routing._check_plan import check_plan
from core.routing.assemble import planned_vessels
from core.routing.conditions import Conditions
from core.routing.drift_forecast import DriftForecast
from core.routing.emissions import CollectionModel
from core.routing.expectation import expect
from core.routing.fleet import Fleet
from core.routing.homeward import with_ways_home
from core.routing.left import left_behind
from core.routing.mend import Mended, make_good
from core.routing.notes import plan_notes
from core.routing.planned_trips import planned_trips
from core.routing.rejected import Rejected
from core.routing.request import PlanRequest, area_to_feature
from core.routing.rules import SiteRules
from core.routing.schedule import CleanupPlan
from core.routing.sea import ClosedArea
from core.routing.setup import Setup, make_setup
from core.routing.sites import accept_sites
from core.routing.solver import solve
from core.routing.states import VesselState
from core.routing.work_hours import WorkHours

__all__ = ["plan_cleanup", "plan_request"]

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

#: Share of the seconds a plan is searched for once more where its legs take longer
#: than the search took them for.
_AGAIN_SHARE = 0.25


def plan_cleanup(
    sites: pd.DataFrame,
    fleet: Fleet,
    *,
    hours: float,
    start_at: datetime,
    seconds: float = 10.0,
    seed: int = 1,
    iterations: int | None = None,
    collection: CollectionModel | None = None,
    least_kg_per_h: float = 0.0,
    simulated: bool = False,
    rules: SiteRules | None = None,
    states: Mapping[str, VesselState] | None = None,
    drift: DriftForecast | None = None,
    conditions: Conditions | None = None,
    work_hours: WorkHours | None = None,
    closed_areas: Sequence[ClosedArea] = (),
    margin_km: float = 0.0,
    quantile: float | None = None,
    rejected: Sequence[Rejected] = (),
    parent: str | None = None,
    weighting: Mapping[str, Any] | None = None,
    cache_dir: Path | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> CleanupPlan:
    """Plan which vessel collects what, where and when.

    Sites heavier than the smallest hold are split into equal loads, so several
    vessels or trips may share one. Endurance limits the hours between two port
    calls, the horizon the hours until every vessel has ended and unloaded.

    Parameters
    ----------
    sites, fleet, hours, start_at, seconds, seed, iterations, collection
        See :class:`core.routing.PlanRequest`.
    least_kg_per_h, simulated, rules, states, work_hours, closed_areas, margin_km
        See there too.
    drift : DriftForecast, optional
        Where the debris drifts; it is taken as lying still when not given.
    conditions : Conditions, optional
        Current, wind and waves; a calm sea when not given.
    quantile, rejected, parent, weighting
        See :class:`core.routing.PlanRequest`.
    cache_dir : Path, optional
        Folder where what is found about a coast is kept for later plans.
    progress : callable, optional
        Told ``(done, total)``.
    cancelled : callable, optional
        Asked now and then; once true, planning ends with a PlanningError.

    Returns
    -------
    CleanupPlan
        Checked again, leg by leg, against every constraint and the coastline.

    Raises
    ------
    RouteInputError
        If the sites, the fleet, the horizon or the start cannot be used.
    InfeasibleError
        If no vessel can serve any site; it lists what binds.
    """
    request = PlanRequest(
        sites=sites,
        fleet=fleet,
        hours=hours,
        start_at=start_at,
        seconds=seconds,
        seed=seed,
        iterations=iterations,
        collection=collection or CollectionModel(),
        least_kg_per_h=least_kg_per_h,
        simulated=simulated,
        rules=rules or SiteRules(),
        states=states or {},
        work_hours=work_hours or WorkHours(daylight=False),
        closed_areas=tuple(closed_areas),
        margin_km=margin_km,
        quantile=quantile,
        rejected=tuple(rejected),
        parent=parent,
        weighting=weighting,
    )
    return plan_request(
        request,
        drift=drift,
        conditions=conditions,
        cache_dir=cache_dir,
        progress=progress,
        cancelled=cancelled,
    )


def plan_request(
    request: PlanRequest,
    *,
    drift: DriftForecast | None = None,
    conditions: Conditions | None = None,
    start: CleanupPlan | None = None,
    cache_dir: Path | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> CleanupPlan:
    """Plan what a request asks for, as :func:`plan_cleanup` does.

    The plan carries the request, so that it can be made again. The search begins from
    ``start``, an earlier plan, as far as its stops are still to be made.
    """
    request = _accepted(request, drift)
    setup = make_setup(request, drift=drift, conditions=conditions, cache_dir=cache_dir)
    effort = partial(
        solve,
        seed=request.seed,
        iterations=request.iterations,
        least_prize_per_h=request.least_kg_per_h,
        causes=setup.causes or None,
        quantile=None if setup.drift is None else request.quantile,
        cancelled=cancelled,
    )
    found = effort(
        setup.problem,
        seconds=request.seconds,
        start=None if start is None else planned_trips(setup, start),
        progress=progress,
    )
    briefly = partial(effort, seconds=_AGAIN_SHARE * request.seconds)
    mended = make_good(setup, found, briefly, conditions=conditions)
    mended = with_ways_home(setup, mended, conditions)
    plan = _plan(setup, mended, conditions)
    check_plan(plan, request, drift=setup.drift, open_hours=setup.open_hours)
    return plan


def _accepted(request: PlanRequest, drift: DriftForecast | None) -> PlanRequest:
    """Set aside wrong rows; keep the name of the forecast."""
    read = accept_sites(request.sites)
    return replace(
        request,
        sites=read.frame,
        rejected=(*request.rejected, *read.rejected),
        forecast_id=request.forecast_id if drift is None else drift.forecast_id,
    )


def _plan(setup: Setup, mended: Mended, conditions: Conditions | None) -> CleanupPlan:
    request, found = setup.request, mended.found
    unassigned, partly = left_behind(setup, found)
    if not any(found.trips):
        raise InfeasibleError(
            f"no vessel can serve any of the {len(request.sites)} sites within "
            f"{request.hours:g} h",
            [f"{one.site}: {one.reason}, {one.detail}" for one in unassigned[:20]],
        )
    expectation = None
    if setup.drift is not None:
        expectation = expect(setup, found.trips, forecast_id=request.forecast_id)
    vessels = planned_vessels(setup, mended.voyages, expectation)
    return CleanupPlan(
        start_at=request.start_at,
        horizon_h=request.hours,
        seed=request.seed,
        solver=found.solver,
        vessels=vessels,
        unassigned=unassigned,
        partial=partly,
        prize=mended.prize,
        prize_bound=max(found.prize_bound, mended.prize),
        notes=plan_notes(
            setup, mended, vessels, expectation=expectation, conditions=conditions
        ),
        simulated=request.simulated,
        rejected=setup.rejected,
        drift=None if expectation is None else expectation.drift,
        closed_areas=tuple(area_to_feature(area) for area in setup.closed),
        request=request.to_dict(),
        parent=request.parent,
    )
