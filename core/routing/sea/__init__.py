"""Ways by sea: distances and paths clear of land, its margin and closed areas."""

from core.routing.sea.check_paths import path_faults
from core.routing.sea.closed import (
    ClosedArea,
    ClosedAreasRead,
    closed_during,
    parse_closed_areas,
)
from core.routing.sea.network import MAX_MARGIN_KM, SeaNetwork
from core.routing.sea.shore import SeaPosition, nearest_sea

__all__ = [
    "MAX_MARGIN_KM",
    "ClosedArea",
    "ClosedAreasRead",
    "SeaNetwork",
    "SeaPosition",
    "closed_during",
    "nearest_sea",
    "parse_closed_areas",
    "path_faults",
]
