"""Estimators of density from counts and effort."""

from core.density.estimators.diagnostics import HeldOutScores, held_out_scores
from core.density.estimators.effort_density import (
    METHODS,
    CountForecast,
    EffortDensity,
    Method,
)

__all__ = [
    "METHODS",
    "CountForecast",
    "EffortDensity",
    "HeldOutScores",
    "Method",
    "held_out_scores",
]
