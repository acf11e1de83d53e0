"""The difference of two classifiers on the same photos, by a paired bootstrap.

Both are scored on each resample, and the interval is that of the difference [1]_.
Photos of one scene are alike, so scenes are drawn and not photos where they are known.

References
----------
.. [1] B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993, ch. 16.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.mlops.evaluation import (
    auroc,
    confusion_matrix,
    expected_calibration_error,
    macro_f1,
)
from core.observations import DEBRIS_CODES

__all__ = ["paired_difference", "scenes_beside"]

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Scorer = Callable[[Floats, Labels], float]
#: Scores where less is better.
_LESS_IS_BETTER = frozenset(("ece",))


def scenes_beside(folder: Path, paths: Sequence[Path]) -> tuple[str, list[str]]:
    """Scene of each photo by the ``manifest.csv`` beside its split's folder.

    Returns
    -------
    str
        ``scene``, or ``photo`` where no scene is known and each photo is its own.
    list of str
        A scene for each path.
    """
    listing = folder.parent / "manifest.csv"
    scenes: dict[str, str] = {}
    if listing.is_file():
        with listing.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row.get("file") and row.get("scene_group"):
                    scenes[row["file"]] = row["scene_group"]
    names = [path.relative_to(folder.parent).as_posix() for path in paths]
    known = sum(name in scenes for name in names)
    return ("scene" if known else "photo"), [scenes.get(name, name) for name in names]


def paired_difference(
    before: Floats,
    after: Floats,
    truth: Labels,
    categories: Sequence[str],
    *,
    groups: Sequence[str],
    n_resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Differences of scores on the same photos, with paired bootstrap intervals.

    Parameters
    ----------
    before, after : ndarray of float, shape (n, n_categories)
        Probabilities of two models.
    truth : ndarray of int, shape (n,)
        True category.
    categories : sequence of str
        Names, in the order of the columns.
    groups : sequence of str
        What is drawn with replacement: the scene of each photo.
    n_resamples, seed : int
        Of the bootstrap.

    Returns
    -------
    dict
        For ``accuracy, macro_f1, auroc_debris, ece``: ``value`` (after less before),
        ``interval`` (95 %) and ``share_better``, the share of resamples in which
        `after` is the better one. None where the photos cannot tell.
    """
    names, inverse = np.unique(list(groups), return_inverse=True)
    members = [np.flatnonzero(inverse == k) for k in range(len(names))]
    rng = np.random.default_rng(seed)
    draws = [
        np.concatenate([members[k] for k in rng.integers(0, len(names), len(names))])
        for _ in range(n_resamples)
    ]
    everything = np.arange(len(truth))
    out: dict[str, Any] = {}
    for name, score in _scorers(categories).items():
        value = score(after, truth) - score(before, truth)
        resampled = np.array(
            [score(after[i], truth[i]) - score(before[i], truth[i]) for i in draws]
        )
        resampled = resampled[np.isfinite(resampled)]
        if not (np.isfinite(value) and len(resampled) and len(everything)):
            out[name] = {"value": None, "interval": [None, None], "share_better": None}
            continue
        low, high = np.percentile(resampled, [2.5, 97.5])
        gain = -resampled if name in _LESS_IS_BETTER else resampled
        better = float((gain > 0).mean() + (gain == 0).mean() / 2)
        out[name] = {
            "value": round(float(value), 4),
            "interval": [round(float(low), 4), round(float(high), 4)],
            "share_better": round(better, 3),
        }
    return out


def _scorers(categories: Sequence[str]) -> Mapping[str, Scorer]:
    columns = [k for k, code in enumerate(categories) if code in set(DEBRIS_CODES)]

    def is_right(p: Floats, t: Labels) -> npt.NDArray[np.bool_]:
        return np.asarray(p.argmax(axis=1) == t)

    return {
        "accuracy": lambda p, t: float(is_right(p, t).mean()),
        "macro_f1": lambda p, t: macro_f1(
            confusion_matrix(t, p.argmax(axis=1), len(categories))
        ),
        "auroc_debris": lambda p, t: auroc(
            p[:, columns].sum(axis=1), np.isin(t, columns)
        ),
        "ece": lambda p, t: expected_calibration_error(p.max(axis=1), is_right(p, t)),
    }
