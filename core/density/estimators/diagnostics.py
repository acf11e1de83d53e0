"""How well a fit foretells counts that it did not see."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from core.density.estimators._survey import checked_effort
from core.density.estimators.effort_density import EffortDensity
from core.errors import InputError

__all__ = ["HeldOutScores", "held_out_scores"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class HeldOutScores:
    """Scores of counts, each foretold from the others.

    Attributes
    ----------
    log_score : ndarray of float, shape (n_rows,)
        Log probability of each count, nats; NaN where it was not held out.
    pit : ndarray of float, shape (n_rows,)
        Randomised probability integral transform [1]_: uniform on (0, 1) where the
        fit is calibrated.
    fold : ndarray of object, shape (n_rows,)
        What each row was left out with.
    confidence : float
        Of the intervals.

    References
    ----------
    .. [1] C. Czado, T. Gneiting, L. Held, "Predictive model assessment for count
       data", Biometrics 65 (2009) 1254-1261.
    """

    log_score: FloatArray
    pit: FloatArray
    fold: npt.NDArray[np.object_]
    confidence: float

    @property
    def mean_log_score(self) -> float:
        """Mean log score of the rows that were held out, nats a count."""
        return float(np.nanmean(self.log_score))

    @property
    def coverage(self) -> float:
        """Share of held-out counts in the central interval at ``confidence``."""
        return float(np.mean(self._inside()[np.isfinite(self.pit)]))

    def by_fold(self) -> pd.DataFrame:
        """Rows, mean log score and coverage of each fold, the worst first."""
        frame = pd.DataFrame(
            {
                "fold": self.fold,
                "log_score": self.log_score,
                "coverage": self._inside(),
            }
        )
        frame = frame.loc[np.isfinite(self.log_score)]
        grouped = frame.groupby("fold", sort=True)
        table = grouped[["log_score", "coverage"]].mean()
        table.insert(0, "n", grouped.size())
        return table.sort_values("log_score").reset_index()

    def _inside(self) -> npt.NDArray[np.bool_]:
        tail = (1.0 - self.confidence) / 2.0
        return np.asarray((self.pit >= tail) & (self.pit <= 1.0 - tail))


def held_out_scores(
    X: Any,  # noqa: N803
    counts: npt.ArrayLike,
    effort_km2: npt.ArrayLike | None = None,
    *,
    model: EffortDensity | None = None,
    groups: npt.ArrayLike | None = None,
    n_folds: int = 5,
    seed: int = 0,
) -> HeldOutScores:
    """Leave out folds in turn, fit the rest, and score the counts left out.

    Parameters
    ----------
    X : array_like of float, shape (n_rows, n_features)
        As in :meth:`EffortDensity.fit`.
    counts, effort_km2 : array_like of float, shape (n_rows,)
        Rows without effort are in no fold.
    model : EffortDensity, optional
        Cloned for each fold; one with default settings unless given.
    groups : array_like, shape (n_rows,), optional
        What is left out together, such as the survey of each row. Unless given, the
        different positions are dealt out to ``n_folds`` folds by chance, so that two
        searches of one place are never on both sides.
    n_folds : int, default 5
    seed : int, default 0
        For the folds and for the randomised transform.

    Returns
    -------
    HeldOutScores

    Raises
    ------
    InputError
        If there are fewer than two folds.
    """
    table = np.asarray(X, dtype=np.float64)
    y = np.asarray(counts, dtype=np.float64)
    effort = checked_effort(effort_km2, len(y))
    rng = np.random.default_rng(seed)
    fold = _folds(table, groups, n_folds, rng)
    names = pd.unique(pd.Series(fold[effort > 0.0]))
    if len(names) < 2:
        raise InputError(f"{len(names)} folds with effort, expected at least 2")
    chosen = EffortDensity() if model is None else model
    score, pit = np.full(len(y), np.nan), np.full(len(y), np.nan)
    for name in names:
        out = (fold == name) & (effort > 0.0)
        kept = (fold != name) & (effort > 0.0)
        fitted = clone(chosen).fit(table[kept], y[kept], effort[kept])
        score[out] = fitted.log_score(table[out], y[out], effort[out])
        below, at_most = fitted.count_pit(table[out], y[out], effort[out])
        pit[out] = below + rng.uniform(size=out.sum()) * (at_most - below)
    return HeldOutScores(score, pit, fold, float(chosen.confidence))


def _folds(
    table: FloatArray,
    groups: npt.ArrayLike | None,
    n_folds: int,
    rng: np.random.Generator,
) -> npt.NDArray[np.object_]:
    if groups is not None:
        fold = np.asarray(groups, dtype=object)
        if fold.shape != (len(table),):
            raise InputError(
                f"groups have shape {fold.shape}, expected ({len(table)},)"
            )
        return fold
    place = np.unique(table[:, :2], axis=0, return_inverse=True)[1].ravel()
    dealt = rng.permutation(place.max() + 1) % n_folds
    return np.asarray(dealt[place], dtype=object)
