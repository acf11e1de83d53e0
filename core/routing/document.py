"""A stored plan document back into a plan, for exports on a later visit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from core.errors import RouteInputError
from core.routing.outcome import LeftOut, Partial, PlanDrift, PlanLimit
from core.routing.rejected import Rejected
from core.routing.schedule import CleanupPlan, Leg, PlannedTrip, PlannedVessel, Stop

__all__ = ["left_something", "plan_from_dict"]


def plan_from_dict(document: Mapping[str, Any]) -> CleanupPlan:
    """Read a plan from the document that :meth:`CleanupPlan.to_dict` returned.

    Documents of before drift, waiting and rejected records are read as well.

    Raises
    ------
    RouteInputError
        If a field is missing or of another kind.
    """
    try:
        drift = document.get("drift")
        parent = document.get("parent")
        return CleanupPlan(
            start_at=_time(document["start_at"]),
            horizon_h=float(document["horizon_h"]),
            seed=int(document["seed"]),
            solver=str(document["solver"]),
            vessels=tuple(_vessel(one) for one in document["vessels"]),
            unassigned=tuple(LeftOut(**one) for one in document["unassigned"]),
            partial=tuple(Partial(**one) for one in document.get("partial", ())),
            prize=float(document["prize"]),
            prize_bound=float(document["prize_bound"]),
            notes=tuple(document.get("notes", ())),
            simulated=bool(document.get("simulated", False)),
            rejected=tuple(Rejected(**one) for one in document.get("rejected", ())),
            drift=None if drift is None else PlanDrift.from_dict(drift),
            limits=tuple(PlanLimit.from_dict(x) for x in document.get("limits", ())),
            closed_areas=tuple(dict(x) for x in document.get("closed_areas", ())),
            request=document.get("request"),
            parent=None if parent is None else str(parent),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise RouteInputError(f"plan document cannot be read: {error}") from error


def left_something(document: Mapping[str, Any]) -> bool:
    """Whether a plan document says of any debris that it may stay behind.

    False only if every site of the inputs is visited, none is emptied in part, and
    no stop may be missed. Even then a site may hold more than was expected.
    """
    stops = [
        stop
        for vessel in document["vessels"]
        for trip in vessel["trips"]
        for stop in trip["stops"]
    ]
    return any(document.get(k) for k in ("unassigned", "partial", "rejected")) or any(
        stop.get("miss_chance") for stop in stops
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _vessel(one: Mapping[str, Any]) -> PlannedVessel:
    return PlannedVessel(
        name=one["name"],
        speed_kn=float(one["speed_kn"]),
        cost_per_h=float(one["cost_per_h"]),
        trips=tuple(_trip(trip) for trip in one["trips"]),
    )


def _trip(one: Mapping[str, Any]) -> PlannedTrip:
    free = one.get("free")
    return PlannedTrip(
        start_name=one["start"],
        end_name=one["end"],
        depart=_time(one["depart"]),
        end=_time(one["return"]),
        stops=tuple(_stop(stop) for stop in one["stops"]),
        legs=tuple(_leg(leg) for leg in one["legs"]),
        load_kg=one["load_kg"],
        load_kg_low=one["load_kg_low"],
        load_kg_high=one["load_kg_high"],
        hours=one["hours"],
        unload_h=one["unload_h"],
        free=None if free is None else _time(free),  # type: ignore[arg-type]
        carried_kg=one.get("carried_kg", 0.0),
        spent_h=one.get("spent_h", 0.0),
    )


def _stop(one: Mapping[str, Any]) -> Stop:
    times = {k: _time(one[k]) for k in ("arrive", "start", "leave") if k in one}
    return Stop(**{**one, **times})


def _leg(one: Mapping[str, Any]) -> Leg:
    return Leg(
        path=np.array([[lat, lon] for lon, lat in one["path"]]),
        depart=_time(one["depart"]),
        distance_km=one["distance_km"],
        hours=one["hours"],
        fuel_l=one["fuel_l"],
        speed_kn=one.get("speed_kn"),
    )
