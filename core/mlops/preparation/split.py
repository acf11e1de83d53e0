"""Share scenes out to training and validation, seeking each class's proportion."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.errors import InputError

__all__ = ["split_scenes"]

_RESTARTS = 8
_MOST_STEPS = 3000
#: Weight of a class within a source against a class as a whole; assumption.
_SOURCE_WEIGHT = 0.25
#: Cost of a class that has several scenes and is missing on one side.
_MISSING = 4.0


def split_scenes(
    scene_of: Sequence[int],
    classes: Sequence[Counter[str]],
    sources: Sequence[str],
    *,
    validation_share: float,
    seed: int,
) -> npt.NDArray[np.bool_]:
    """Choose the scenes of the validation side.

    Scenes are moved one at a time from several random starts as long as that brings
    the share of every class, and of every class within every source, nearer to what
    was asked. A class with one scene only is left to training.

    Parameters
    ----------
    scene_of : sequence of int, shape (n,)
        Scene of each picture, from 0 without gaps.
    classes : sequence of Counter, length n
        How often each class is in each picture.
    sources : sequence of str, length n
        Source of each picture.
    validation_share : float
        Share of each class wanted in validation, in (0, 1).
    seed : int
        Decides among equally good splits.

    Returns
    -------
    ndarray of bool, shape (n_scenes,)
        True for validation.

    Raises
    ------
    InputError
        If the share is outside (0, 1).
    """
    if not 0.0 < validation_share < 1.0:
        raise InputError(f"validation share {validation_share} outside (0, 1)")
    counts, weights, n_class_columns = _counts(scene_of, classes, sources)
    if not len(counts):
        return np.zeros(0, dtype=bool)
    target = counts.sum(axis=0) * validation_share
    scale = weights / np.maximum(target, 1.0) ** 2
    in_scenes = (counts[:, :n_class_columns] > 0).sum(axis=0)
    is_fixed = np.any(counts[:, :n_class_columns][:, in_scenes == 1] > 0, axis=1)
    rng = np.random.default_rng(seed)
    best: npt.NDArray[np.bool_] = np.zeros(len(counts), dtype=bool)
    best_cost = np.inf
    for _ in range(_RESTARTS):
        chosen = np.asarray((rng.random(len(counts)) < validation_share) & ~is_fixed)
        _descend(chosen, counts, target, scale, is_fixed, rng)
        _share_out(chosen, counts, target, scale, n_class_columns)
        excess = counts[chosen].sum(axis=0) - target
        cost = float((excess**2 * scale).sum())
        cost += _MISSING * _n_one_sided(chosen, counts[:, :n_class_columns])
        if cost < best_cost:
            best, best_cost = chosen, cost
    return best


def _counts(
    scene_of: Sequence[int], classes: Sequence[Counter[str]], sources: Sequence[str]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], int]:
    """Count each class, each class in a source, and pictures at all, by scene."""
    names = sorted({name for counter in classes for name in counter})
    pairs = sorted({(n, s) for c, s in zip(classes, sources, strict=True) for n in c})
    columns: dict[object, int] = {name: k for k, name in enumerate(names)}
    columns |= {pair: len(names) + k for k, pair in enumerate(pairs)}
    n_scenes = max(scene_of, default=-1) + 1
    counts = np.zeros((n_scenes, len(columns) + 1))
    for scene, counter, source in zip(scene_of, classes, sources, strict=True):
        counts[scene, -1] += 1  # pictures without any class are shared out too
        for name, number in counter.items():
            counts[scene, columns[name]] += number
            counts[scene, columns[name, source]] += number
    weights = np.ones(counts.shape[1])
    weights[len(names) : -1] = _SOURCE_WEIGHT
    return counts, weights, len(names)


def _descend(
    chosen: npt.NDArray[np.bool_],
    counts: npt.NDArray[np.float64],
    target: npt.NDArray[np.float64],
    scale: npt.NDArray[np.float64],
    is_fixed: npt.NDArray[np.bool_],
    rng: np.random.Generator,
) -> None:
    """Flip the best scene, in place, until no flip helps."""
    order = rng.permutation(len(counts))  # ties fall to another scene each start
    counts = counts[order]
    picked, fixed = chosen[order], is_fixed[order]
    excess = counts[picked].sum(axis=0) - target
    square = (counts**2) @ scale
    for _ in range(_MOST_STEPS):
        sign = np.where(picked, -1.0, 1.0)
        change = 2.0 * sign * (counts @ (excess * scale)) + square
        change[fixed] = np.inf
        at = int(np.argmin(change))
        if not change[at] < -1e-12:
            break
        excess += sign[at] * counts[at]
        picked[at] = not picked[at]
    chosen[order] = picked


def _share_out(
    chosen: npt.NDArray[np.bool_],
    counts: npt.NDArray[np.float64],
    target: npt.NDArray[np.float64],
    scale: npt.NDArray[np.float64],
    n_class_columns: int,
) -> None:
    """Give a class of several scenes one on each side, in place, at the least cost."""
    for column in range(n_class_columns):
        holders = np.flatnonzero(counts[:, column] > 0)
        if len(holders) < 2 or len(set(chosen[holders].tolist())) == 2:
            continue
        costs = []
        for scene in holders:
            chosen[scene] = not chosen[scene]
            is_lost = _n_one_sided(chosen, counts[:, :n_class_columns])
            excess = counts[chosen].sum(axis=0) - target
            costs.append(_MISSING * is_lost + float((excess**2 * scale).sum()))
            chosen[scene] = not chosen[scene]
        best = holders[int(np.argmin(costs))]
        chosen[best] = not chosen[best]


def _n_one_sided(chosen: npt.NDArray[np.bool_], counts: npt.NDArray[np.float64]) -> int:
    """Count classes that are missing where they should not be."""
    holds = counts > 0
    in_val, in_train = holds[chosen].any(axis=0), holds[~chosen].any(axis=0)
    several = holds.sum(axis=0) > 1
    return int((several & ~(in_val & in_train)).sum() + (~several & ~in_train).sum())
