"""Layouts of exchange formats and monitoring programmes, as profiles."""

from core.observations.importers.base import Profile
from core.observations.importers.layouts.gyre import GyreProfile
from core.observations.importers.layouts.gyre_measurements import (
    GyreMeasurementsProfile,
)

__all__ = ["LAYOUT_PROFILES"]

LAYOUT_PROFILES: tuple[Profile, ...] = (GyreProfile(), GyreMeasurementsProfile())
