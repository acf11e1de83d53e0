"""A stored plan document back into a plan, for exports on a later visit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from core.errors import RouteInputError
from core.routing.schedule import (
    CleanupPlan,
    LeftOut,
    Leg,
    Partial,
    PlannedTrip,
    PlannedVessel,
    Stop,
)

__all__ = ["plan_from_dict"]


def plan_from_dict(document: Mapping[str, Any]) -> CleanupPlan:
    """Read a plan from the document that :meth:`CleanupPlan.to_dict` returned.

    Raises
    ------
    RouteInputError
        If a field is missing or of another kind.
    """
    try:
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
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RouteInputError(f"plan document cannot be read: {error}") from error


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
    legs = tuple(
        Leg(
            path=np.array([[lat, lon] for lon, lat in leg["path"]]),
            depart=_time(leg["depart"]),
            distance_km=leg["distance_km"],
            hours=leg["hours"],
            fuel_l=leg["fuel_l"],
        )
        for leg in one["legs"]
    )
    stops = tuple(
        Stop(**{**s, "arrive": _time(s["arrive"]), "leave": _time(s["leave"])})
        for s in one["stops"]
    )
    return PlannedTrip(
        start_name=one["start"],
        end_name=one["end"],
        depart=_time(one["depart"]),
        end=_time(one["return"]),
        stops=stops,
        legs=legs,
        load_kg=one["load_kg"],
        load_kg_low=one["load_kg_low"],
        load_kg_high=one["load_kg_high"],
        hours=one["hours"],
        unload_h=one["unload_h"],
    )
