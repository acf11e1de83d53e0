"""Where floating things go: velocity fields, the particles they carry, ensembles.

Regions, stranding, baselines and hindcasts are in ``core.drift.ensembles``, what
drifters say of it in ``core.drift.skill``.
"""

from core.drift.advect import advect
from core.drift.ensembles.baselines import persistence, stays_put
from core.drift.ensembles.coverage import uncovered_seeds
from core.drift.ensembles.run import CURRENT_ERROR, DRIFT_COLUMNS, run_ensemble
from core.drift.field import VelocityField
from core.drift.land import LandMask, coastline_mask
from core.drift.noise import RandomFlight
from core.drift.seeds import SeedIssue, Seeds, read_seeds
from core.drift.track import Track
from core.drift.windage import WINDAGE, Windage, windage_of

__all__ = [
    "CURRENT_ERROR",
    "DRIFT_COLUMNS",
    "WINDAGE",
    "LandMask",
    "RandomFlight",
    "SeedIssue",
    "Seeds",
    "Track",
    "VelocityField",
    "Windage",
    "advect",
    "coastline_mask",
    "persistence",
    "read_seeds",
    "run_ensemble",
    "stays_put",
    "uncovered_seeds",
    "windage_of",
]
