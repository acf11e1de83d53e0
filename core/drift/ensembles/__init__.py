"""Many members of a drift: where debris may be, strand, or have come from."""

from core.drift.ensembles.baselines import (
    persistence,
    persistence_of_velocity,
    stays_put,
)
from core.drift.ensembles.coverage import uncovered_seeds
from core.drift.ensembles.run import CURRENT_ERROR, DRIFT_COLUMNS, run_ensemble

__all__ = [
    "CURRENT_ERROR",
    "DRIFT_COLUMNS",
    "persistence",
    "persistence_of_velocity",
    "run_ensemble",
    "stays_put",
    "uncovered_seeds",
]
