"""One plan from what is done of another and what is planned after it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from core.routing.outcome import LeftOut, Partial
from core.routing.progress import Begun, Progress
from core.routing.request import PlanRequest
from core.routing.schedule import CleanupPlan, PlannedTrip, PlannedVessel
from core.routing.stops import Leg, iso_utc

__all__ = ["join_plans"]


def join_plans(
    plan: CleanupPlan,
    request: PlanRequest,
    done: Mapping[str, Progress],
    ahead: CleanupPlan | None,
    *,
    at: datetime,
    taken: Mapping[str, float],
    lost: Sequence[str] = (),
) -> CleanupPlan:
    """Put a plan together.

    Parameters
    ----------
    plan : CleanupPlan
        The plan so far.
    request : PlanRequest
        What the whole answers, with every site, visited ones too.
    done : mapping of str to Progress
        By vessel, what is kept.
    ahead : CleanupPlan, optional
        What is planned after it; without it vessels do the rest of ``plan``.
    at : datetime
        When the new plan begins.
    taken : mapping of str to float
        Mass taken from each site in what is kept.
    lost : sequence of str
        Vessels that take no further part.
    """
    after = {} if ahead is None else {one.name: one for one in ahead.vessels}
    vessels = tuple(
        _vessel(one, done[one.name], after, is_lost=one.name in lost)
        for one in plan.vessels
    )
    unassigned, partial = _left(plan if ahead is None else ahead, taken)
    priority = dict(zip(request.sites["site"], request.sites["priority"], strict=True))
    gained = sum(kg * float(priority[site]) for site, kg in taken.items())
    gained -= sum(_lost_prize(done[name], priority) for name in lost)
    last = plan if ahead is None else ahead
    bound = plan.prize_bound if ahead is None else gained + ahead.prize_bound
    return CleanupPlan(
        start_at=plan.start_at,
        horizon_h=plan.horizon_h,
        seed=last.seed,
        solver=last.solver,
        vessels=vessels,
        unassigned=unassigned,
        partial=partial,
        prize=gained + (0.0 if ahead is None else ahead.prize),
        prize_bound=bound,
        notes=(*_notes(at, done, lost), *last.notes),
        simulated=last.simulated,
        rejected=last.rejected,
        closed_areas=last.closed_areas,
        request=request.to_dict(),
        parent=request.parent,
    )


def _lost_prize(progress: Progress, priority: Mapping[str, float]) -> float:
    """Worth of what is aboard a vessel that dropped out."""
    if progress.begun is None:
        return 0.0
    return sum(s.mass_kg * float(priority[s.site]) for s in progress.begun.stops)


def _notes(
    at: datetime, done: Mapping[str, Progress], lost: Sequence[str]
) -> list[str]:
    notes = [f"Planned anew from {iso_utc(at)} on; what was done before is kept."]
    for name in lost:
        aboard_kg = done[name].aboard_kg
        load = (
            f"; its load of {aboard_kg:.0f} kg is not counted until it lands"
            if aboard_kg > 0.0
            else ""
        )
        notes.append(f"{name} takes no further part{load}.")
    return notes


def _left(
    last: CleanupPlan, taken: Mapping[str, float]
) -> tuple[tuple[LeftOut, ...], tuple[Partial, ...]]:
    """Sites left, of which some may be visited in part before."""
    mass = _masses(last)
    unassigned = tuple(one for one in last.unassigned if one.site not in taken)
    partial = [
        replace(one, collected_kg=one.collected_kg + taken.get(one.site, 0.0))
        for one in last.partial
    ]
    partial += [
        Partial(
            one.site,
            taken[one.site],
            mass.get(one.site, 0.0),
            one.reason,
            one.detail,
            one.remedy,
        )
        for one in last.unassigned
        if one.site in taken
    ]
    return unassigned, tuple(partial)


def _masses(last: CleanupPlan) -> dict[str, float]:
    rows = [] if last.request is None else last.request["sites"]
    return {str(row["site"]): float(row["mass_kg"]) for row in rows}


def _vessel(
    planned: PlannedVessel,
    progress: Progress,
    after: Mapping[str, PlannedVessel],
    *,
    is_lost: bool,
) -> PlannedVessel:
    begun = progress.begun
    if is_lost:
        last = () if begun is None else (_broken_off(begun),)
        return replace(planned, trips=(*progress.trips, *last))
    if not after:
        return planned
    rest = after[planned.name].trips if planned.name in after else ()
    if begun is None:
        return replace(planned, trips=(*progress.trips, *rest))
    if not rest:
        return replace(planned, trips=(*progress.trips, _broken_off(begun)))
    joined = _joined(begun, rest[0])
    return replace(planned, trips=(*progress.trips, joined, *rest[1:]))


def _joined(begun: Begun, rest: PlannedTrip) -> PlannedTrip:
    """Go on with a trip otherwise than it was begun."""
    trip = begun.trip
    first = rest.legs[0] if begun.sailed is None else _one_leg(begun.sailed, rest)
    return replace(
        rest,
        start_name=trip.start_name,
        depart=trip.depart,
        stops=(*begun.stops, *rest.stops),
        legs=(*begun.legs, first, *rest.legs[1:]),
        load_kg=_sum(begun, "mass_kg") + rest.load_kg,
        load_kg_low=_sum(begun, "mass_kg_low") + rest.load_kg_low,
        load_kg_high=_sum(begun, "mass_kg_high") + rest.load_kg_high,
        hours=(rest.end - trip.depart) / timedelta(hours=1),
        carried_kg=trip.carried_kg,
        spent_h=trip.spent_h,
    )


def _sum(begun: Begun, name: str) -> float:
    return sum(float(getattr(stop, name)) for stop in begun.stops)


def _one_leg(sailed: Leg, rest: PlannedTrip) -> Leg:
    """Leg that changes its course on the way; hours until the next stop."""
    leg = rest.legs[0]
    arrive = rest.stops[0].arrive if rest.stops else rest.end
    return Leg(
        path=np.vstack([sailed.path, leg.path[1:]]),
        depart=sailed.depart,
        distance_km=sailed.distance_km + leg.distance_km,
        hours=(arrive - sailed.depart) / timedelta(hours=1),
        fuel_l=sailed.fuel_l + leg.fuel_l,
    )


def _broken_off(begun: Begun) -> PlannedTrip:
    """End a trip where the vessel is; its load does not land."""
    trip, sailed = begun.trip, begun.sailed
    end = begun.stops[-1].leave if begun.stops else trip.depart
    if sailed is not None:
        end = sailed.depart + timedelta(hours=sailed.hours)
    at = (sailed or trip.legs[len(begun.stops)]).path
    place = at[-1] if sailed is not None else at[0]
    last = sailed or Leg(np.vstack([place, place]), end, 0.0, 0.0, 0.0)
    lat, lon = place.tolist()
    return replace(
        trip,
        end_name=f"{lat:.4f}, {lon:.4f}",
        end=end,
        free=end,
        stops=begun.stops,
        legs=(*begun.legs, last),
        load_kg=0.0,
        load_kg_low=0.0,
        load_kg_high=0.0,
        hours=(end - trip.depart) / timedelta(hours=1),
        unload_h=0.0,
    )
