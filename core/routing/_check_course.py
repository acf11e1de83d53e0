"""A second opinion on one leg: its length, land, margin and closed areas."""

from collections.abc import Sequence

from core.errors import PlanningError
from core.geo import great_circle_distance_km
from core.routing.sea import ClosedArea, path_faults
from core.routing.stops import Leg

__all__ = ["check_course"]

#: A leg's drawn path may be this much longer or shorter than its stated distance.
_PATH_SHARE = 1e-3
_SLACK_KM = 2e-3


def check_course(
    name: str, leg: Leg, *, closed: Sequence[ClosedArea], margin_km: float
) -> None:
    """Refuse a leg of another length, over land, or through what it keeps out of.

    Raises
    ------
    PlanningError
        Says what is wrong.
    """
    a, b = leg.path[:-1], leg.path[1:]
    length_km = great_circle_distance_km(
        lat1=a[:, 0], lon1=a[:, 1], lat2=b[:, 0], lon2=b[:, 1]
    ).sum()
    if not abs(length_km - leg.distance_km) <= _PATH_SHARE * length_km + _SLACK_KM:
        raise PlanningError(
            f"{name} sails {length_km:.1f} km on a leg of {leg.distance_km:.1f} km"
        )
    if leg.distance_km == 0.0:
        return
    faults = path_faults(leg.path, closed=closed, margin_km=margin_km)
    if faults:
        raise PlanningError(f"a leg of {name} cannot be sailed: {faults[0]}")
