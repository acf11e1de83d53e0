"""Make confidence mean what it says, and say from where a person need not look.

One temperature divides the logits [1]_, or one that follows the entropy of the answer
[3]_; a bias for each category may be added [2]_. Which of them ships is decided on
scenes that were not used to fit it (``docs/doubt.md``): with some five hundred photos
one number more helps, ten fit noise.

References
----------
.. [1] C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
.. [2] A. Alexandari, A. Kundaje and A. Shrikumar, "Maximum Likelihood with
   Bias-Corrected Calibration is Hard-To-Beat at Label Shift Adaptation", ICML 2020.
.. [3] S. Balanya, J. Maronas and D. Ramos, "Adaptive Temperature Scaling for Robust
   Calibration of Deep Neural Networks", 2022 (arXiv 2208.00461).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.classification import calibrated, softmax
from core.errors import InputError
from core.mlops.evaluation import expected_calibration_error, threshold_for_accuracy

__all__ = [
    "AcceptedPhotos",
    "Scaling",
    "compare_scalings",
    "cross_fitted_probabilities",
    "fit_accepted",
    "fit_biased_temperature",
    "fit_entropy_temperature",
    "fit_temperature",
]

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
_LOG_RANGE = (np.log(0.1), np.log(10.0))
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
_LEAST = 1e-300


@dataclass(frozen=True)
class Scaling:
    """What is done to logits before the softmax, as a manifest's ``calibration``.

    Attributes
    ----------
    temperature : float
        Divides the logits.
    bias : tuple of float
        Added then, one a category; empty if there is none.
    entropy_power : float
        Lets the temperature grow with the entropy of the answer; zero if it does not.
    """

    temperature: float
    bias: tuple[float, ...] = ()
    entropy_power: float = 0.0

    def probabilities(self, logits: npt.NDArray[np.floating]) -> Floats:
        """Calibrated probabilities of logits along the last axis."""
        return calibrated(
            logits,
            temperature=self.temperature,
            bias=self.bias,
            entropy_power=self.entropy_power,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the entry of a manifest, rounded to four decimals."""
        entry: dict[str, Any] = {
            "method": "temperature",
            "temperature": round(self.temperature, 4),
        }
        if self.entropy_power:
            power = round(self.entropy_power, 4)
            entry |= {"method": "entropy", "entropy_power": power}
        if self.bias:
            bias = [round(value, 4) for value in self.bias]
            entry |= {"method": "vector", "bias": bias}
        return entry


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
        return float(-np.log(np.maximum(hit, _LEAST)).mean())

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
    fit: Callable[[npt.NDArray[np.floating], Labels], Scaling] | None = None,
) -> npt.NDArray[np.float64]:
    """Probabilities of each photo at a calibration fitted on other scenes.

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
    fit : callable, optional
        Takes logits and truth, gives a `Scaling`; one temperature if not given.
    """
    names, inverse = np.unique(list(groups), return_inverse=True)
    fold_of = np.random.default_rng(seed).permutation(len(names)) % n_folds
    folds = fold_of[inverse]
    out = np.empty(logits.shape, dtype=np.float64)
    for fold in np.unique(folds):
        held = folds == fold
        if fit is None:
            scaling = Scaling(fit_temperature(logits[~held], truth[~held]))
        else:
            scaling = fit(logits[~held], truth[~held])
        out[held] = scaling.probabilities(logits[held])
    return out


def fit_entropy_temperature(
    logits: npt.NDArray[np.floating], truth: Labels, *, penalty: float = 0.003
) -> Scaling:
    """Find a temperature that follows the entropy of the answer.

    Parameters
    ----------
    logits : ndarray of float, shape (n, n_categories)
        Of the photos.
    truth : ndarray of int, shape (n,)
        True category.
    penalty : float, default 0.003
        Times the squared power, added to the mean negative log-likelihood.
    """
    from scipy.optimize import minimize

    rows = np.arange(len(truth))

    def loss(x: Floats) -> float:
        scaling = Scaling(float(np.exp(x[0])), entropy_power=float(x[1]))
        hit = np.maximum(scaling.probabilities(logits)[rows, truth], _LEAST)
        return float(-np.log(hit).mean() + penalty * x[1] ** 2)

    start = np.array([np.log(fit_temperature(logits, truth)), 0.1])
    bounds = [_LOG_RANGE, (-1.0, 1.0)]
    found = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    return Scaling(float(np.exp(found[0])), entropy_power=float(found[1]))


def fit_biased_temperature(
    logits: npt.NDArray[np.floating], truth: Labels, *, penalty: float = 0.1
) -> Scaling:
    """Find temperature and biases of least penalised negative log-likelihood.

    Parameters
    ----------
    logits : ndarray of float, shape (n, n_categories)
        Of the photos.
    truth : ndarray of int, shape (n,)
        True category.
    penalty : float, default 0.1
        Times the sum of squared biases, added to the mean loss.
    """
    from scipy.optimize import minimize

    n, n_classes = logits.shape
    hot = np.eye(n_classes)[truth]

    def loss(x: Floats) -> tuple[float, Floats]:
        scaled = logits * np.exp(-x[0])
        shares = softmax(scaled, bias=x[1:].tolist())
        hit = np.maximum((shares * hot).sum(axis=1), _LEAST)
        gap = (shares - hot) / n
        slope = np.concatenate(
            [[-(gap * scaled).sum()], gap.sum(axis=0) + 2 * penalty * x[1:]]
        )
        value = -np.log(hit).mean() + penalty * (x[1:] ** 2).sum()
        return float(value), slope

    start = np.concatenate(
        [[np.log(fit_temperature(logits, truth))], np.zeros(n_classes)]
    )
    bounds = [_LOG_RANGE] + [(-5.0, 5.0)] * n_classes
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Scaling(float(np.exp(found[0])), tuple(float(b) for b in found[1:]))


def compare_scalings(
    logits: npt.NDArray[np.floating],
    truth: Labels,
    groups: Sequence[str],
    *,
    n_folds: int = 5,
    n_deals: int = 6,
) -> dict[str, dict[str, float]]:
    """Judge ways to calibrate on scenes that did not fit them.

    Parameters
    ----------
    logits : ndarray of float, shape (n, n_categories)
        Of the photos.
    truth : ndarray of int, shape (n,)
        True category.
    groups : sequence of str
        Scene of each photo; a scene stays in one fold.
    n_folds, n_deals : int
        Folds, and how often scenes are dealt out anew.

    Returns
    -------
    dict
        For ``none``, ``temperature``, ``entropy`` and ``vector`` the mean ``nll``,
        ``ece`` and ``accuracy`` over the deals.
    """
    ways: dict[str, Callable[..., Scaling]] = {
        "none": lambda _, __: Scaling(1.0),
        "temperature": lambda z, y: Scaling(fit_temperature(z, y)),
        "entropy": fit_entropy_temperature,
        "vector": fit_biased_temperature,
    }
    found = {}
    for name, fit in ways.items():
        rows = []
        for deal in range(n_deals):
            shares = cross_fitted_probabilities(
                logits, truth, groups, n_folds=n_folds, seed=deal, fit=fit
            )
            hit = shares[np.arange(len(truth)), truth]
            is_right = shares.argmax(axis=1) == truth
            rows.append(
                (
                    -np.log(np.maximum(hit, _LEAST)).mean(),
                    expected_calibration_error(shares.max(axis=1), is_right),
                    is_right.mean(),
                )
            )
        means = np.mean(rows, axis=0)
        keys = ("nll", "ece", "accuracy")
        found[name] = {k: round(float(v), 4) for k, v in zip(keys, means, strict=True)}
    return found


@dataclass(frozen=True, kw_only=True)
class AcceptedPhotos:
    """The threshold above which no person need look, and what may be expected.

    Attributes
    ----------
    threshold : float
        Photos of at least this confidence are accepted.
    target : float
        Accuracy asked of the accepted.
    share, accuracy : float
        Of the photos it was chosen on; ``accuracy`` is NaN if none is accepted.
    threshold_interval, share_interval, accuracy_interval : tuple of float
        2.5 and 97.5 percentiles over resamples of scenes. The threshold is chosen
        anew on each; the accuracy and share are those of the scenes the resample
        left out, at its threshold, so they are what other scenes may show.
    """

    threshold: float
    target: float
    share: float
    accuracy: float
    threshold_interval: tuple[float, float]
    share_interval: tuple[float, float]
    accuracy_interval: tuple[float, float]


def fit_accepted(
    confidence: Floats,
    is_right: npt.NDArray[np.bool_],
    groups: Sequence[str],
    *,
    target: float = 0.85,
    n_resamples: int = 500,
    seed: int = 0,
) -> AcceptedPhotos:
    """Choose the confidence from which predictions need no person.

    Parameters
    ----------
    confidence : ndarray of float, shape (n,)
        Calibrated probability of the predicted category.
    is_right : ndarray of bool, shape (n,)
        Whether the prediction was right.
    groups : sequence of str
        Scene of each photo; resamples draw whole scenes.
    target : float, default 0.85
        Accuracy that the accepted photos must reach.
    n_resamples, seed : int
        Of the bootstrap.

    Raises
    ------
    InputError
        If there is no photo or lengths differ.
    """
    n = len(confidence)
    if n == 0 or len(is_right) != n or len(groups) != n:
        raise InputError(
            f"{n} confidences, {len(is_right)} answers, {len(groups)} scenes"
        )
    threshold = threshold_for_accuracy(confidence, is_right, target)
    taken = confidence >= threshold
    names, scene = np.unique(list(groups), return_inverse=True)
    members = [np.flatnonzero(scene == k) for k in range(len(names))]
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(n_resamples):
        drawn = rng.integers(0, len(names), len(names))
        index = np.concatenate([members[k] for k in drawn])
        at = threshold_for_accuracy(confidence[index], is_right[index], target)
        left = ~np.isin(scene, drawn)
        chosen = left & (confidence >= at)
        share = chosen.sum() / left.sum() if left.any() else np.nan
        accuracy = is_right[chosen].mean() if chosen.any() else np.nan
        rows.append((at, share, accuracy))

    def interval(column: int) -> tuple[float, float]:
        values = np.array(rows)[:, column]
        values = values[np.isfinite(values)]
        if len(values) == 0:
            return float("nan"), float("nan")
        low, high = np.percentile(values, [2.5, 97.5])
        return round(float(low), 4), round(float(high), 4)

    return AcceptedPhotos(
        threshold=threshold,
        target=target,
        share=float(taken.mean()),
        accuracy=float(is_right[taken].mean()) if taken.any() else float("nan"),
        threshold_interval=interval(0),
        share_interval=interval(1),
        accuracy_interval=interval(2),
    )
