"""The numbers of a routing problem, from places, loads and distances."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.routing.fleet import FleetVessel
from core.routing.problem import RoutingProblem, Vessel
from core.routing.request import PlanRequest
from core.routing.setup.hours import Hours, preferences
from core.routing.setup.loads import Load, service_hours
from core.routing.setup.places import Places, place_name, used_places

__all__ = ["pose_problem"]

FloatArray = npt.NDArray[np.float64]


def pose_problem(
    request: PlanRequest,
    places: Places,
    loads: Sequence[Load],
    travel_h: FloatArray,
    hours: Hours,
) -> RoutingProblem:
    """Pose the routing problem.

    Parameters
    ----------
    request : PlanRequest
        Sites, fleet and wishes; its rules name known sites and vessels only.
    places : Places
        Places within reach.
    loads : sequence of Load
        The other nodes.
    travel_h : ndarray of float, shape (n, n) or (n_vessels, n, n)
        Hours between the nodes: the places used, then the loads.
    hours : Hours
        When work goes on at the nodes.
    """
    used = used_places(places)
    vessels = [request.fleet.vessels[berth.vessel] for berth in places.berths]
    mass = np.array([load.mass_kg for load in loads])
    rows = [load.row for load in loads]
    names = request.sites["site"].to_numpy(str)[rows]
    priority = request.sites["priority"].to_numpy(float)[rows]
    first = len(used)
    service = np.zeros((len(vessels), first + len(loads)))
    service[:, first:] = service_hours(
        request.sites, loads, vessels, request.collection
    )
    ports = {port.name: port.unload_h for port in request.fleet.ports}
    unload = np.zeros(first + len(loads))
    unload[:first] = [ports.get(places.positions[p].port or "", 0.0) for p in used]
    preferred, penalty = preferences(request, loads, first)
    return RoutingProblem(
        travel_h=travel_h,
        prize=np.concatenate([np.zeros(first), mass * priority]),
        service_h=service,
        demand_kg=np.concatenate([np.zeros(first), mass]),
        vessels=_vessels(request, places, used),
        horizon_h=request.hours,
        unload_h=unload,
        calendars=hours.calendars,
        calendar_of=hours.calendar_of,
        preferred_h=preferred,
        penalty_per_h=penalty,
        pinned=_pinned(request, names, first),
        may_serve=_may_serve(request, vessels, names, first),
        node_names=(*(place_name(places.positions[p]) for p in used), *names.tolist()),
    )


def _vessels(
    request: PlanRequest, places: Places, used: list[int]
) -> tuple[Vessel, ...]:
    node = {place: i for i, place in enumerate(used)}
    made = []
    for berth in places.berths:
        vessel = request.fleet.vessels[berth.vessel]
        state = request.states.get(vessel.name)
        ready_h = spent_h = load_kg = 0.0
        if state is not None:
            late = (state.ready_at - request.start_at).total_seconds() / 3600.0
            # Waiting at sea until the plan starts counts as hours at sea.
            ready_h = max(late, 0.0)
            spent_h = state.spent_h + max(-late, 0.0) * (state.spent_h > 0.0)
            load_kg = state.load_kg
        made.append(
            Vessel(
                capacity_kg=vessel.hold_kg,
                endurance_h=vessel.endurance_h,
                depot=node[berth.start],
                end=node[berth.end],
                reload_at=tuple(node[port] for port in places.ports),
                name=vessel.name,
                ready_h=ready_h,
                spent_h=spent_h,
                load_kg=load_kg,
            )
        )
    return tuple(made)


def _pinned(
    request: PlanRequest, names: npt.NDArray[np.str_], first: int
) -> npt.NDArray[np.bool_] | None:
    if not request.rules.pinned:
        return None
    return np.concatenate(
        [np.zeros(first, dtype=bool), np.isin(names, list(request.rules.pinned))]
    )


def _may_serve(
    request: PlanRequest,
    vessels: Sequence[FleetVessel],
    names: npt.NDArray[np.str_],
    first: int,
) -> npt.NDArray[np.bool_] | None:
    wished = request.rules.vessel_of
    if not wished:
        return None
    only = np.array([wished.get(name, "") for name in names.tolist()])
    may = np.ones((len(vessels), first + len(names)), dtype=bool)
    for v, vessel in enumerate(vessels):
        may[v, first:] = (only == "") | (only == vessel.name)
    return may
