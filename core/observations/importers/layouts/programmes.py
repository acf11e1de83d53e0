"""Every layout of a monitoring programme or exchange format."""

from core.observations.importers.base import Profile
from core.observations.importers.layouts.datras import DatrasLitter

__all__ = ["PROGRAMME_PROFILES"]

PROGRAMME_PROFILES: tuple[Profile, ...] = (DatrasLitter(),)
