"""How good predictions are: classes, density, interval; with intervals by block.

Neighbouring tows are alike, so the bootstrap draws whole blocks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["METRICS", "N_DRAWS", "Predictions", "Scores", "auroc", "compare"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Metrics in the order they are listed; True where more is better.
METRICS: dict[str, bool] = {
    "macro_f1": True,
    "balanced_accuracy": True,
    "rps": False,
    "log_loss": False,
    "auroc_presence": True,
    "r2": True,
    "mae": False,
    "coverage": True,
}
N_DRAWS = 200
_TAIL = 0.025
_LEAST_SHARE = 1e-6


Entry = dict[str, float | None]


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of methods, and how far the first exceeds each other one.

    Attributes
    ----------
    scores : dict
        ``{method: {metric: {value, low, high}}}``.
    gains : dict
        The same for the first method's metric less that of another, on the same
        draws; below zero where less is better and the first is better.
    """

    scores: dict[str, dict[str, Entry]]
    gains: dict[str, dict[str, Entry]]


@dataclass(frozen=True, eq=False)
class Predictions:
    """What was foretold for rows, and what came.

    Attributes
    ----------
    shares : ndarray of float, shape (n, n_classes)
        Class probabilities.
    level, low, high : ndarray of float, shape (n,)
        log10(1 + density) and its interval; NaN where a method gives none.
    true_class, true_level : ndarray, shape (n,)
        What was measured.
    blocks : ndarray of int, shape (n,)
        Rows of one block are drawn together.
    """

    shares: FloatArray
    level: FloatArray
    low: FloatArray
    high: FloatArray
    true_class: IntArray
    true_level: FloatArray
    blocks: IntArray

    def rows(self, chosen: npt.NDArray[np.generic]) -> "Predictions":
        """Predictions of some rows, which may come twice."""
        return Predictions(
            *(
                getattr(self, name)[chosen]
                for name in (
                    "shares",
                    "level",
                    "low",
                    "high",
                    "true_class",
                    "true_level",
                    "blocks",
                )
            )
        )


def compare(
    methods: Mapping[str, Predictions], *, seed: int, n_draws: int = N_DRAWS
) -> Scores:
    """Score methods on the same rows, each metric with its bootstrap 95 % interval.

    Parameters
    ----------
    methods : mapping of str to Predictions
        Of the same rows in the same order; the first is held against each other one.
    seed, n_draws
        Of the bootstrap over blocks.
    """
    names = list(methods)
    first = methods[names[0]]
    value = np.array([_metrics(methods[name]) for name in names])
    draws = np.empty((n_draws, len(names), len(METRICS)))
    for i, rows in enumerate(_draws(first.blocks, seed, n_draws)):
        draws[i] = [_metrics(methods[name].rows(rows)) for name in names]
    return Scores(
        scores={name: _entries(value[k], draws[:, k]) for k, name in enumerate(names)},
        gains={
            name: _entries(value[0] - value[k], draws[:, 0] - draws[:, k])
            for k, name in enumerate(names)
            if k
        },
    )


def _entries(value: FloatArray, draws: FloatArray) -> dict[str, Entry]:
    return {name: _entry(value[j], draws[:, j]) for j, name in enumerate(METRICS)}


def _entry(value: float, draws: FloatArray) -> Entry:
    """Round for a file; a number that does not exist is None."""
    known = draws[np.isfinite(draws)]
    if not np.isfinite(value) or not known.size:
        return {"value": None, "low": None, "high": None}
    low, high = np.quantile(known, [_TAIL, 1.0 - _TAIL])
    return {
        "value": round(float(value), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
    }


def _draws(blocks: IntArray, seed: int, n_draws: int) -> Iterator[IntArray]:
    """Rows of blocks drawn with replacement."""
    order = np.argsort(blocks, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(blocks[order])) + 1)
    rng = np.random.default_rng(seed)
    for _ in range(n_draws):
        drawn = rng.integers(0, len(parts), len(parts))
        yield np.concatenate([parts[k] for k in drawn])


def _metrics(made: Predictions) -> FloatArray:
    """Metrics in the order of ``METRICS``."""
    n = len(made.true_class)
    n_classes = made.shares.shape[1]
    guess = made.shares.argmax(axis=1)
    table = np.bincount(made.true_class * n_classes + guess, minlength=n_classes**2)
    table = table.reshape(n_classes, n_classes).astype(np.float64)
    right, asked, given = np.diag(table), table.sum(axis=1), table.sum(axis=0)
    there = (asked + given) > 0
    f1 = 2.0 * right[there] / (asked + given)[there]
    recall = right[asked > 0] / asked[asked > 0]
    own = made.shares[np.arange(n), made.true_class]
    reached = np.cumsum(made.shares, axis=1)[:, :-1]
    happened = made.true_class[:, None] <= np.arange(n_classes - 1)
    error = made.true_level - made.level
    spread = ((made.true_level - made.true_level.mean()) ** 2).sum()
    inside = (made.true_level >= made.low) & (made.true_level <= made.high)
    has_interval = np.isfinite(made.low).all()
    found = {
        "macro_f1": f1.mean(),
        "balanced_accuracy": recall.mean(),
        "rps": ((reached - happened) ** 2).sum(axis=1).mean() / (n_classes - 1),
        "log_loss": -np.log(np.maximum(own, _LEAST_SHARE)).mean(),
        "auroc_presence": auroc(1.0 - made.shares[:, 0], made.true_class > 0),
        "r2": 1.0 - (error**2).sum() / spread if spread > 0 else np.nan,
        "mae": np.abs(error).mean(),
        "coverage": inside.mean() if has_interval else np.nan,
    }
    return np.array([found[name] for name in METRICS])


def auroc(score: FloatArray, positive: npt.NDArray[np.bool_]) -> float:
    """Chance that a positive scores above a negative; NaN without both."""
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if not n_positive or not n_negative:
        return float("nan")
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2.0)[place]
    above = rank[positive].sum() - n_positive * (n_positive + 1) / 2.0
    return float(above / (n_positive * n_negative))
