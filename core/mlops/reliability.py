"""How often predictions of a confidence are right, bin by bin."""

from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.mlops.evaluation import N_CALIBRATION_BINS

__all__ = ["reliability_bins"]


def reliability_bins(
    confidence: npt.NDArray[np.float64], is_right: npt.NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """Count predictions by confidence, in the bins of the calibration error.

    The sum over bins of ``n |accuracy - confidence|`` over all predictions is
    `core.mlops.evaluation.expected_calibration_error`.

    Parameters
    ----------
    confidence : ndarray of float, shape (n,)
        Probability of the predicted category.
    is_right : ndarray of bool, shape (n,)
        Whether it was right.

    Returns
    -------
    list of dict
        ``low, high`` (a bin holds its upper edge), ``n``, and the mean ``confidence``
        and ``accuracy`` of each bin that holds a prediction.

    Raises
    ------
    InputError
        If the lengths differ or a confidence is outside [0, 1].
    """
    if len(confidence) != len(is_right):
        raise InputError(f"{len(confidence)} confidences, {len(is_right)} answers")
    if not ((confidence >= 0) & (confidence <= 1)).all():
        raise InputError("a confidence is outside [0, 1]")
    edges = np.linspace(0.0, 1.0, N_CALIBRATION_BINS + 1)
    places = np.clip(np.digitize(confidence, edges, right=True) - 1, 0, None)
    return [
        {
            "low": round(float(edges[k]), 4),
            "high": round(float(edges[k + 1]), 4),
            "n": int((places == k).sum()),
            "confidence": round(float(confidence[places == k].mean()), 4),
            "accuracy": round(float(is_right[places == k].mean()), 4),
        }
        for k in np.unique(places)
    ]
