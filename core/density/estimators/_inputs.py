"""Numbers given to an estimator, checked by scikit-learn and refused in our words."""

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import validate_data

from core.errors import ObservationError

__all__ = ["checked_counts", "checked_table", "refuse_no_effort", "standardiser"]

FloatArray = npt.NDArray[np.float64]


def checked_counts(
    model: Any,
    X: Any,  # noqa: N803
    y: Any,
    *,
    reset: bool = True,
) -> tuple[FloatArray, FloatArray]:
    """Table and counts of equal length; ``reset`` where the model is to be fitted."""
    if y is None:
        raise ObservationError(
            "EffortDensity requires y to be passed, but the target y is None"
        )
    try:
        table, target = validate_data(
            model, X, y, dtype=np.float64, y_numeric=True, reset=reset
        )
    except ValueError as error:
        raise ObservationError(str(error)) from error
    return np.asarray(table), np.asarray(target, dtype=np.float64)


def checked_table(model: Any, X: Any) -> FloatArray:  # noqa: N803
    """Table with the columns that the model was fitted to."""
    try:
        return np.asarray(validate_data(model, X, dtype=np.float64, reset=False))
    except ValueError as error:
        raise ObservationError(str(error)) from error


def refuse_no_effort(effort_km2: FloatArray) -> FloatArray:
    """Return the efforts, or raise ObservationError naming one that is not positive."""
    if (effort_km2 <= 0.0).any():
        row = int(np.flatnonzero(effort_km2 <= 0.0)[0])
        raise ObservationError(
            f"effort_km2 {effort_km2[row]:g} is not positive (row {row})"
        )
    return effort_km2


def standardiser(covariates: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of each column; 1 for a constant one."""
    scale = covariates.std(axis=0)
    return covariates.mean(axis=0), np.where(scale > 0.0, scale, 1.0)
