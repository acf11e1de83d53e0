"""Temperature scaling: one number that makes confidence mean what it says.

References
----------
.. [1] C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.classification import softmax

__all__ = ["cross_fitted_probabilities", "fit_temperature"]

_LOG_RANGE = (np.log(0.1), np.log(10.0))
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


def fit_temperature(
    logits: npt.NDArray[np.floating], truth: npt.NDArray[np.int64]
) -> float:
    """Find the temperature of least negative log-likelihood, between 0.1 and 10.

    The loss has one minimum in the inverse temperature, so a golden-section search
    on its logarithm finds it.
    """

    def loss(log_temperature: float) -> float:
        shares = softmax(logits, temperature=float(np.exp(log_temperature)))
        hit = shares[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(hit, 1e-300)).mean())

    low, high = _LOG_RANGE
    while high - low > 1e-5:
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def cross_fitted_probabilities(
    logits: npt.NDArray[np.floating],
    truth: npt.NDArray[np.int64],
    groups: Sequence[str],
    *,
    n_folds: int = 5,
    seed: int = 0,
) -> npt.NDArray[np.float64]:
    """Probabilities of each photo at a temperature fitted on other scenes.

    Parameters
    ----------
    logits : ndarray of float, shape (n, n_categories)
        Of the photos.
    truth : ndarray of int, shape (n,)
        True category.
    groups : sequence of str
        Scene of each photo; a scene stays in one fold.
    n_folds, seed : int
        How scenes are dealt out.
    """
    names, inverse = np.unique(list(groups), return_inverse=True)
    fold_of = np.random.default_rng(seed).permutation(len(names)) % n_folds
    folds = fold_of[inverse]
    out = np.empty(logits.shape, dtype=np.float64)
    for fold in np.unique(folds):
        held = folds == fold
        temperature = fit_temperature(logits[~held], truth[~held])
        out[held] = softmax(logits[held], temperature=temperature)
    return out
