"""Effort from what a crew knows: how much sea, water or shore was searched.

A count means nothing without it, and a search that found nothing is effort too. Every
function takes named values with units and refuses what cannot be true; how exact a
result is follows from how exact its inputs are (`with_uncertainty`).
"""

from core.observations.effort.photos import overlap_share, photo_footprint_km2
from core.observations.effort.transects import (
    beach_length_m,
    items_per_100m,
    strip_transect_km2,
    towed_distance_km,
    trawl_km2,
    trawl_m3,
)
from core.observations.effort.uncertainty import Effort, with_uncertainty

__all__ = [
    "Effort",
    "beach_length_m",
    "items_per_100m",
    "overlap_share",
    "photo_footprint_km2",
    "strip_transect_km2",
    "towed_distance_km",
    "trawl_km2",
    "trawl_m3",
    "with_uncertainty",
]
