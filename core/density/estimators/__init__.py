"""Estimators of density from counts and effort."""

from core.density.estimators.effort_density import (
    METHODS,
    CountForecast,
    EffortDensity,
    Method,
)

__all__ = ["METHODS", "CountForecast", "EffortDensity", "Method"]
