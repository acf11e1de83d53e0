"""The forest of one target: class probabilities and the distribution of the density.

A classification forest gives the class, a regression forest the distribution: its
leaves keep steps of density (bins), so a mean, a median and any quantile follow.
Two numbers found on rows held out calibrate it: a temperature on the class
probabilities, and the tails between which nine in ten values really fell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from core.distribution.targets import Target
from core.distribution.trees import Trees, pack_trees
from core.errors import ModelError

__all__ = ["CONFIDENCE", "Calibration", "DensityForest", "fit_density", "level_of"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Share of values that the interval is made to hold.
CONFIDENCE = 0.9
#: Steps of density: a quarter of a power of ten each, and none.
_EDGES = 10.0 ** np.arange(-3.0, 10.01, 0.25)
_LEAST_SHARE = 1e-6


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What held-out rows said about the forest.

    Attributes
    ----------
    temperature : float
        Class probabilities are raised to its inverse.
    low_tail, high_tail : float
        Share of the distribution below and above the interval.
    """

    temperature: float = 1.0
    low_tail: float = (1.0 - CONFIDENCE) / 2.0
    high_tail: float = (1.0 - CONFIDENCE) / 2.0


@dataclass(frozen=True, eq=False)
class DensityForest:
    """A fitted forest of one target.

    Attributes
    ----------
    target : Target
        What it predicts.
    features : tuple of str
        Columns it was fitted on, in order.
    classes, density : Trees
        Class counts, and counts of density steps.
    edges : ndarray of float, shape (n_bins + 1,)
        Bounds of the steps in the target's unit; the first step is exactly none.
    means : ndarray of float, shape (n_bins,)
        Mean value of the training rows in each step.
    calibration : Calibration
        Of class probabilities and interval.
    """

    target: Target
    features: tuple[str, ...]
    classes: Trees
    density: Trees
    edges: FloatArray
    means: FloatArray
    calibration: Calibration = Calibration()

    def class_shares(self, table: npt.ArrayLike) -> FloatArray:
        """Probability of each class, calibrated; shape (n, n_classes)."""
        raw = self.classes.shares(table)
        return with_temperature(raw, self.calibration.temperature)

    def distribution(self, table: npt.ArrayLike) -> FloatArray:
        """Share of each step of density, shape (n, n_bins)."""
        return self.density.shares(table)

    def mean(self, shares: FloatArray) -> FloatArray:
        """Arithmetic mean of the density, in the target's unit."""
        return np.asarray(shares @ self.means)

    def variance(self, shares: FloatArray) -> FloatArray:
        """Variance of the density of a single search, in the unit squared."""
        return np.asarray(shares @ self.means**2 - (shares @ self.means) ** 2)

    def level(self, shares: FloatArray) -> FloatArray:
        """Mean of log10(1 + density)."""
        return np.asarray(shares @ level_of(self.means))

    def quantile(self, shares: FloatArray, share: float) -> FloatArray:
        """Density below which a share of the distribution lies."""
        reached = np.minimum(np.cumsum(shares, axis=1), 1.0)
        step = np.minimum((reached < share).sum(axis=1), shares.shape[1] - 1)
        row = np.arange(len(shares))
        before = np.where(step > 0, reached[row, np.maximum(step - 1, 0)], 0.0)
        width = np.maximum(shares[row, step], 1e-12)
        part = np.clip((share - before) / width, 0.0, 1.0)
        low, high = level_of(self.edges[step]), level_of(self.edges[step + 1])
        value = 10.0 ** (low + part * (high - low)) - 1.0
        return np.where(step == 0, 0.0, value)

    def interval(self, shares: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Calibrated interval of what a search finds; ``CONFIDENCE`` of them did."""
        return (
            self.quantile(shares, self.calibration.low_tail),
            self.quantile(shares, 1.0 - self.calibration.high_tail),
        )

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Arrays by name, for a file."""
        code = self.target.code
        return {
            **self.classes.arrays(f"{code}_classes"),
            **self.density.arrays(f"{code}_density"),
            f"{code}_edges": self.edges,
            f"{code}_means": self.means,
        }

    @classmethod
    def from_arrays(
        cls,
        arrays: Mapping[str, npt.NDArray[np.generic]],
        target: Target,
        features: tuple[str, ...],
        calibration: Calibration,
    ) -> "DensityForest":
        """Take a forest from a file's arrays.

        Raises
        ------
        ModelError
            If arrays are missing or contradict each other.
        """
        edges, means = (
            _floats(arrays, f"{target.code}_{name}") for name in ("edges", "means")
        )
        if (
            len(edges) != len(means) + 1
            or (np.diff(edges) < 0.0).any()
            or edges[0] != 0.0
            or (means < 0.0).any()
        ):
            raise ModelError(f"the steps of {target.code} contradict themselves")
        n = len(features)
        return cls(
            target=target,
            features=features,
            classes=Trees.from_arrays(
                arrays, f"{target.code}_classes", n_features=n, n_bins=target.n_classes
            ),
            density=Trees.from_arrays(
                arrays, f"{target.code}_density", n_features=n, n_bins=len(means)
            ),
            edges=edges,
            means=means,
            calibration=calibration,
        )

    def calibrated(self, calibration: Calibration) -> "DensityForest":
        """Return the same trees with another calibration."""
        return replace(self, calibration=calibration)


def _floats(arrays: Mapping[str, npt.NDArray[np.generic]], name: str) -> FloatArray:
    array = arrays.get(name)
    if array is None or array.dtype != np.float64 or array.ndim != 1:
        raise ModelError(f"the forest lacks {name} as float64")
    if not np.isfinite(array).all():
        raise ModelError(f"{name} of the forest is not finite")
    return np.asarray(array, dtype=np.float64)


def level_of(values: npt.ArrayLike) -> FloatArray:
    """log10(1 + value)."""
    return np.log10(1.0 + np.asarray(values, dtype=np.float64))


def with_temperature(shares: FloatArray, temperature: float) -> FloatArray:
    """Class probabilities raised to 1 / temperature, summing to 1 again."""
    raised = np.maximum(shares, _LEAST_SHARE) ** (1.0 / temperature)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def fit_density(
    table: FloatArray,
    values: FloatArray,
    target: Target,
    features: tuple[str, ...],
    *,
    seed: int,
    n_trees: int,
    least_leaf: int,
    row_share: float,
    feature_share: float,
) -> DensityForest:
    """Fit both forests of a target; the same seed gives the same trees.

    Parameters
    ----------
    table : ndarray of float, shape (n, n_features)
    values : ndarray of float, shape (n,)
        In the target's unit, zero or more.
    target, features
        What is learnt, from which columns.
    seed, n_trees, least_leaf, row_share, feature_share
        Of the forests: number of trees, rows in a leaf at least, share of the rows a
        tree draws, share of the features tried at a split.
    """
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    options: dict[str, Any] = {
        "n_estimators": n_trees,
        "min_samples_leaf": least_leaf,
        "max_samples": row_share,
        "max_features": feature_share,
        "random_state": seed,
        "n_jobs": 1,
    }
    # Trees compare single-precision numbers; rounding first keeps fit and use alike.
    rows = table.astype(np.float32).astype(np.float64)
    classes = target.classes_of(values)
    edges = _edges_for(values)
    bins = _bins_of(values, edges)
    classifier = RandomForestClassifier(**options).fit(rows, classes)
    regressor = RandomForestRegressor(**options).fit(rows, level_of(values))
    held = np.bincount(bins, minlength=len(edges) - 1)
    total = np.bincount(bins, weights=values, minlength=len(edges) - 1)
    middle = np.sqrt(np.maximum(edges[:-1], _EDGES[0]) * np.maximum(edges[1:], 0.0))
    means = np.where(held > 0, total / np.maximum(held, 1), middle)
    means[0] = 0.0
    return DensityForest(
        target=target,
        features=features,
        classes=pack_trees(classifier, rows, classes, target.n_classes),
        density=pack_trees(regressor, rows, bins, len(edges) - 1),
        edges=edges,
        means=means,
    )


def _bins_of(values: FloatArray, edges: FloatArray) -> IntArray:
    """Step of each value; values beyond the last edge are in the last step."""
    step = 1 + np.searchsorted(edges[2:], values, side="right")
    step = np.minimum(step, len(edges) - 2)
    return np.where(values > 0.0, step, 0).astype(np.int64)


def _edges_for(values: FloatArray) -> FloatArray:
    """None, then steps as far as there are values."""
    found = values[values > 0.0]
    if not found.size:
        return np.array([0.0, 0.0, _EDGES[0]])
    first = max(int(np.searchsorted(_EDGES, found.min(), side="right")) - 1, 0)
    last = int(np.searchsorted(_EDGES, found.max(), side="right"))
    steps = _EDGES[first : min(last, len(_EDGES) - 1) + 1]
    # Bin 0 is none; bin 1 reaches from just above none to the second edge.
    return np.concatenate([[0.0, 0.0], steps[1:]])
