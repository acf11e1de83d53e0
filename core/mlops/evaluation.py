"""Scores of a photo classifier, each with a bootstrap interval.

Definitions: F1 of a category is ``2 tp / (2 tp + fp + fn)``, zero if it was never
hit; macro-F1 is its mean over the categories that occur in the truth. ECE is the
expected calibration error over fifteen equal bins of confidence [1]_. Few photos give
an ECE above zero by chance however right the confidence is; ``ece_by_chance`` is the
mean of it over answers drawn at the confidences themselves [3]_. ``auroc_debris``
is the chance that a debris photo gets a higher debris probability than a photo of
biota or of a clean scene. Intervals are the 2.5 and 97.5 percentiles over resamples
of the photos [2]_; photos of one scene are alike, so they are rather too narrow.

References
----------
.. [1] C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
.. [2] B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993.
.. [3] J. Vaicenavicius et al., "Evaluating model calibration in classification",
   AISTATS 2019.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import InputError

__all__ = [
    "N_CALIBRATION_BINS",
    "Interval",
    "auroc",
    "bootstrap_interval",
    "calibration_error_by_chance",
    "confusion_matrix",
    "expected_calibration_error",
    "macro_f1",
    "photo_scores",
    "threshold_for_accuracy",
]

Labels = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
N_CALIBRATION_BINS = 15
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """Bounds of a score; both None where resamples cannot tell."""

    low: float | None
    high: float | None

    def to_list(self) -> list[float | None]:
        """Return both bounds for JSON."""
        return [self.low, self.high]


def confusion_matrix(
    truth: Labels, predicted: Labels, n_classes: int
) -> npt.NDArray[np.int64]:
    """Count photos by true (row) and predicted (column) category."""
    pairs = np.bincount(truth * n_classes + predicted, minlength=n_classes**2)
    return pairs.reshape(n_classes, n_classes).astype(np.int64)


def _f1(confusion: npt.NDArray[np.int64]) -> Floats:
    hits = np.diag(confusion)
    sizes = confusion.sum(axis=0) + confusion.sum(axis=1)
    return np.asarray(2.0 * hits / np.maximum(sizes, 1))


def macro_f1(confusion: npt.NDArray[np.int64]) -> float:
    """Mean F1 over the categories that occur in the truth; NaN if none does."""
    present = confusion.sum(axis=1) > 0
    return float(_f1(confusion)[present].mean()) if present.any() else float("nan")


def expected_calibration_error(
    confidence: Floats, is_right: npt.NDArray[np.bool_]
) -> float:
    """Mean gap between confidence and accuracy, weighted by photos a bin."""
    edges = np.linspace(0.0, 1.0, N_CALIBRATION_BINS + 1)
    # A bin holds its upper edge, so that a confidence of one is in the last bin.
    bins = np.clip(np.digitize(confidence, edges, right=True) - 1, 0, None)
    gaps = np.bincount(
        bins, weights=is_right - confidence, minlength=N_CALIBRATION_BINS
    )
    return float(np.abs(gaps).sum() / max(len(confidence), 1))


def calibration_error_by_chance(
    confidence: Floats, *, n_resamples: int = 200, seed: int = 0
) -> float:
    """Mean ECE of answers that are right exactly as often as the confidence says."""
    rng = np.random.default_rng(seed)
    return float(
        np.mean(
            [
                expected_calibration_error(
                    confidence, rng.random(len(confidence)) < confidence
                )
                for _ in range(n_resamples)
            ]
        )
    )


def auroc(score: Floats, is_positive: npt.NDArray[np.bool_]) -> float:
    """Area under the ROC curve by ranks, ties shared; NaN with one class only."""
    n_positive = int(is_positive.sum())
    n_negative = len(score) - n_positive
    if n_positive == 0 or n_negative == 0:
        return float("nan")
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    mean_ranks = np.cumsum(counts) - (counts - 1) / 2
    rank_sum = mean_ranks[inverse][is_positive].sum()
    wins = rank_sum - n_positive * (n_positive + 1) / 2
    return float(wins / (n_positive * n_negative))


def bootstrap_interval(
    score: Callable[[npt.NDArray[np.int64]], float],
    n: int,
    *,
    n_resamples: int = 1000,
    seed: int = 0,
) -> Interval:
    """Percentile interval of a score over resamples of the photos.

    Parameters
    ----------
    score : callable
        Takes indices of photos, drawn with replacement, and gives the score.
    n : int
        Number of photos.
    n_resamples, seed : int
        How many resamples, and their seed.
    """
    if n == 0:
        return Interval(None, None)
    rng = np.random.default_rng(seed)
    values = np.array([score(rng.integers(0, n, n)) for _ in range(n_resamples)])
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return Interval(None, None)
    tail = 50 * (1 - _CONFIDENCE)
    low, high = np.percentile(values, [tail, 100 - tail])
    return Interval(round(float(low), 4), round(float(high), 4))


def threshold_for_accuracy(
    confidence: Floats, is_right: npt.NDArray[np.bool_], target: float
) -> float:
    """Find the lowest confidence from which the accepted reach an accuracy.

    Parameters
    ----------
    confidence : ndarray of float
        Probability of the predicted category.
    is_right : ndarray of bool
        Whether the prediction was right.
    target : float
        Accuracy that the accepted photos must reach.

    Returns
    -------
    float
        Photos at or above it are accepted; one if no threshold reaches the target.
    """
    order = np.argsort(-confidence, kind="stable")
    accuracy = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)
    ranked = confidence[order]
    # Photos of equal confidence are accepted together, so only the last counts.
    is_last = np.append(ranked[1:] != ranked[:-1], True)
    fitting = np.flatnonzero((accuracy >= target) & is_last)
    return float(ranked[fitting[-1]]) if len(fitting) else 1.0


def photo_scores(
    probabilities: Floats,
    truth: Labels,
    sources: Sequence[str],
    categories: Sequence[str],
    debris: Sequence[str],
    *,
    n_resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Score predictions in the form of the contract's ``evaluate photos``.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, n_categories)
        Calibrated probabilities.
    truth : ndarray of int, shape (n,)
        Index of the true category.
    sources : sequence of str
        Source of each photo.
    categories : sequence of str
        Names, in the order of the columns.
    debris : sequence of str
        Those that are debris.
    n_resamples, seed : int
        Of the bootstrap.

    Returns
    -------
    dict
        ``accuracy, macro_f1, per_category, per_source, ece, ece_by_chance,
        auroc_debris, confusion, n``, and ``intervals`` with the same names; a score
        that the photos cannot give is None.

    Raises
    ------
    InputError
        If there is no photo or the lengths differ.
    """
    n = len(truth)
    if n == 0 or len(probabilities) != n or len(sources) != n:
        raise InputError(f"nothing to score: {n} photos, {len(probabilities)} rows")
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    is_right = predicted == truth
    columns = [index for index, code in enumerate(categories) if code in set(debris)]
    p_debris = probabilities[:, columns].sum(axis=1)
    is_debris = np.isin(truth, columns)
    n_classes = len(categories)

    def f1_of(index: int) -> Callable[[npt.NDArray[np.int64]], float]:
        def score(i: npt.NDArray[np.int64]) -> float:
            if not (truth[i] == index).any():
                return float("nan")
            return float(
                _f1(confusion_matrix(truth[i], predicted[i], n_classes))[index]
            )

        return score

    scores: Mapping[str, Callable[[npt.NDArray[np.int64]], float]] = {
        "accuracy": lambda i: float(is_right[i].mean()),
        "macro_f1": lambda i: macro_f1(
            confusion_matrix(truth[i], predicted[i], n_classes)
        ),
        "ece": lambda i: expected_calibration_error(confidence[i], is_right[i]),
        "auroc_debris": lambda i: auroc(p_debris[i], is_debris[i]),
    }
    everything = np.arange(n)
    confusion = confusion_matrix(truth, predicted, n_classes)
    bootstrap = {"n_resamples": n_resamples, "seed": seed}
    result: dict[str, Any] = {
        name: _json_number(score(everything)) for name, score in scores.items()
    }
    result["ece_by_chance"] = _json_number(calibration_error_by_chance(confidence))
    result["n"] = n
    result["per_category"] = _per_category(confusion, categories)
    for index, code in enumerate(categories):
        entry = result["per_category"][code]
        entry["f1_interval"] = (
            bootstrap_interval(f1_of(index), n, **bootstrap).to_list()
            if entry["support"]
            else [None, None]
        )
    result["per_source"] = _per_source(is_right, sources, bootstrap)
    result["confusion"] = {
        "rows": "truth",
        "columns": "predicted",
        "categories": list(categories),
        "counts": confusion.tolist(),
    }
    result["intervals"] = {
        name: bootstrap_interval(score, n, **bootstrap).to_list()
        for name, score in scores.items()
    }
    result["bootstrap"] = bootstrap | {"confidence": _CONFIDENCE, "unit": "photo"}
    return result


def _per_category(
    confusion: npt.NDArray[np.int64], categories: Sequence[str]
) -> dict[str, dict[str, Any]]:
    hits, f1 = np.diag(confusion), _f1(confusion)
    n_true, n_predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    return {
        code: {
            "precision": _json_number(
                hits[k] / n_predicted[k] if n_predicted[k] else 0
            ),
            "recall": _json_number(hits[k] / n_true[k] if n_true[k] else 0),
            "f1": _json_number(f1[k]),
            "support": int(n_true[k]),
        }
        for k, code in enumerate(categories)
    }


def _per_source(
    is_right: npt.NDArray[np.bool_],
    sources: Sequence[str],
    bootstrap: Mapping[str, int],
) -> dict[str, dict[str, Any]]:
    names = np.array(sources)
    result = {}
    for name in sorted(set(sources)):
        right = is_right[names == name]
        interval = bootstrap_interval(
            lambda i, right=right: float(right[i].mean()),  # type: ignore[misc]
            len(right),
            **bootstrap,
        )
        result[name] = {
            "accuracy": _json_number(right.mean()),
            "accuracy_interval": interval.to_list(),
            "n": len(right),
        }
    return result


def _json_number(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
