"""Trees as plain arrays: kept without pickle, asked without scikit-learn.

Every leaf holds how many training rows of each bin (a class, or a step of density)
fell into it. A forest's answer is the mean over its trees of the shares in the leaf a
place falls into: class probabilities, or the whole distribution of the density, from
which quantiles follow (Meinshausen, J. Mach. Learn. Res. 7 (2006) 983-999).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.errors import ModelError

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

__all__ = ["Trees", "pack_trees"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_TYPES: dict[str, type[np.generic]] = {
    "root": np.int32,
    "feature": np.int8,
    "threshold": np.float32,
    "skip": np.uint16,
    "missing_left": np.bool_,
    "counts": np.uint16,
}
#: A file that asks for more is no forest of ours.
_MAX_NODES, _MAX_DEPTH = 5_000_000, 200
_CHUNK_ROWS = 4_096


@dataclass(frozen=True, eq=False)
class Trees:
    """Binary trees in one row of nodes; the left child is the next node.

    Attributes
    ----------
    root : ndarray of int, shape (n_trees,)
        First node of each tree.
    feature : ndarray of int, shape (n_nodes,)
        Column asked; -1 in a leaf.
    threshold : ndarray of float32, shape (n_nodes,)
        Left where the value is at most this.
    skip : ndarray of uint16, shape (n_nodes,)
        How many nodes on the right child lies.
    missing_left : ndarray of bool, shape (n_nodes,)
        Whether a missing value goes left.
    counts : ndarray of uint16, shape (n_leaves, n_bins)
        Training rows by bin in each leaf, leaves in the order of the nodes.
    """

    root: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int8]
    threshold: npt.NDArray[np.float32]
    skip: npt.NDArray[np.uint16]
    missing_left: npt.NDArray[np.bool_]
    counts: npt.NDArray[np.uint16]

    def shares(self, table: npt.ArrayLike) -> FloatArray:
        """Mean share of each bin over the trees.

        Parameters
        ----------
        table : array_like of float, shape (n, n_features)
            Features in the order of training; NaN is missing.

        Returns
        -------
        ndarray of float, shape (n, n_bins)
        """
        rows = np.asarray(table, dtype=np.float32)
        share = self.counts / self.counts.sum(axis=1, keepdims=True, dtype=np.float64)
        found = np.empty((len(rows), share.shape[1]))
        for start in range(0, len(rows), _CHUNK_ROWS):
            chunk = rows[start : start + _CHUNK_ROWS]
            at = self._leaves(chunk)
            total = np.zeros((len(chunk), share.shape[1]))
            for k in range(at.shape[1]):
                total += share[at[:, k]]
            found[start : start + _CHUNK_ROWS] = total / at.shape[1]
        return found

    def _leaves(self, rows: npt.NDArray[np.float32]) -> IntArray:
        """Leaf of each row in each tree, shape (n, n_trees)."""
        node = np.tile(self.root.astype(np.int64), (len(rows), 1))
        which = np.arange(len(rows))[:, None]
        leaf = np.cumsum(self.feature < 0) - 1
        for _ in range(_MAX_DEPTH):
            column = self.feature[node].astype(np.int64)
            inner = column >= 0
            if not inner.any():
                return np.asarray(leaf[node], dtype=np.int64)
            value = rows[which, np.maximum(column, 0)]
            left = np.where(
                np.isnan(value), self.missing_left[node], value <= self.threshold[node]
            )
            below = node + np.where(left, 1, self.skip[node])
            node = np.where(inner, below, node)
        raise ModelError(f"a tree is deeper than {_MAX_DEPTH} nodes")

    def arrays(self, prefix: str) -> dict[str, npt.NDArray[np.generic]]:
        """Arrays by name, for a file."""
        return {f"{prefix}_{name}": getattr(self, name) for name in _TYPES}

    @classmethod
    def from_arrays(
        cls,
        arrays: Mapping[str, npt.NDArray[np.generic]],
        prefix: str,
        *,
        n_features: int,
        n_bins: int,
    ) -> "Trees":
        """Take trees from a file's arrays, each held against the others.

        Raises
        ------
        ModelError
            If an array is missing, of another type, or points nowhere.
        """
        found = {}
        for name, kind in _TYPES.items():
            array = arrays.get(f"{prefix}_{name}")
            if array is None or array.dtype != kind:
                raise ModelError(f"the forest lacks {prefix}_{name} as {kind.__name__}")
            if array.ndim != (2 if name == "counts" else 1):
                raise ModelError(f"{prefix}_{name} has {array.ndim} dimensions")
            found[name] = array
        trees = cls(**found)  # type: ignore[arg-type]
        trees._check(prefix, n_features, n_bins)
        return trees

    def _check(self, prefix: str, n_features: int, n_bins: int) -> None:
        n = len(self.feature)
        inner = self.feature >= 0
        right = np.arange(n) + self.skip if len(self.skip) == n else np.zeros(n)
        ok = (
            0 < n <= _MAX_NODES
            and {len(self.threshold), len(self.skip), len(self.missing_left)} == {n}
            and len(self.root) > 0
            and bool(((self.root >= 0) & (self.root < n)).all())
            and bool((self.feature < n_features).all())
            and bool(np.isfinite(self.threshold[inner]).all())
            # Children lie after their parent, so no walk goes round in a ring.
            and bool(((self.skip[inner] > 1) & (right[inner] < n)).all())
            and self.counts.shape == (n - int(inner.sum()), n_bins)
            and bool((self.counts.sum(axis=1, dtype=np.int64) > 0).all())
        )
        if not ok:
            raise ModelError(f"the trees {prefix} contradict themselves")


def pack_trees(
    forest: "RandomForestClassifier | RandomForestRegressor",
    table: FloatArray,
    bins: IntArray,
    n_bins: int,
) -> Trees:
    """Turn a fitted scikit-learn forest into plain arrays.

    Parameters
    ----------
    forest : RandomForestClassifier or RandomForestRegressor
        Fitted on ``table``, grown without ``max_leaf_nodes``.
    table : ndarray of float, shape (n, n_features)
        What it was fitted on.
    bins : ndarray of int, shape (n,)
        Bin of each training row.
    n_bins : int
        Number of bins.
    """
    parts: dict[str, list[npt.NDArray[np.generic]]] = {name: [] for name in _TYPES}
    n_nodes = 0
    samples = forest.estimators_samples_
    for member, drawn in zip(forest.estimators_, samples, strict=True):
        tree = member.tree_
        is_leaf = tree.children_left < 0
        here = np.arange(tree.node_count)
        if not (tree.children_left[~is_leaf] == here[~is_leaf] + 1).all():
            raise ModelError("the trees were not grown depth first")
        skip = np.where(is_leaf, 0, tree.children_right - here)
        number = np.cumsum(is_leaf) - 1
        fallen = number[tree.apply(table[drawn].astype(np.float32))]
        counts = np.zeros((int(is_leaf.sum()), n_bins), dtype=np.int64)
        np.add.at(counts, (fallen, bins[drawn]), 1)
        most = np.iinfo(np.uint16).max
        if max(int(skip.max()), int(counts.max())) > most:
            raise ModelError(f"a tree has more than {most} nodes or rows in a leaf")
        held = {
            "root": np.array([n_nodes]),
            "feature": np.where(is_leaf, -1, tree.feature),
            "threshold": _rounded_down(np.where(is_leaf, 0.0, tree.threshold)),
            "skip": skip,
            "missing_left": tree.missing_go_to_left.astype(np.bool_),
            "counts": counts,
        }
        for name, kind in _TYPES.items():
            parts[name].append(held[name].astype(kind))
        n_nodes += tree.node_count
    joined = {name: np.concatenate(arrays) for name, arrays in parts.items()}
    return Trees(**joined)


def _rounded_down(threshold: FloatArray) -> npt.NDArray[np.float32]:
    """Largest float32 not above; values are float32, so no comparison changes."""
    near = threshold.astype(np.float32)
    above = near.astype(np.float64) > threshold
    return np.where(above, np.nextafter(near, np.float32(-np.inf)), near)
