"""Where floating things go: velocity fields and the particles they carry."""

from core.drift.advect import advect
from core.drift.field import VelocityField
from core.drift.land import LandMask, coastline_mask
from core.drift.noise import RandomFlight
from core.drift.track import Track

__all__ = [
    "LandMask",
    "RandomFlight",
    "Track",
    "VelocityField",
    "advect",
    "coastline_mask",
]
