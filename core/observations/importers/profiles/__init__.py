"""Profiles of published data sets, one module a layout."""

from core.observations.importers.base import Profile
from core.observations.importers.profiles.surface_trawls import SurfaceTrawls

__all__ = ["DATASET_PROFILES"]

#: Every data set whose layout and traps are known.
DATASET_PROFILES: tuple[Profile, ...] = (SurfaceTrawls(),)
