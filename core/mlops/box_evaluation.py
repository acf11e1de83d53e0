"""Scores of a detector, each with a bootstrap interval.

Definitions. A found box is right at an IoU threshold if it takes a true box of its
category (`core.mlops.box_matching`, pycocotools). Average precision (AP) is the mean,
over the recalls 0, 0.01 … 1, of the best precision at that recall or more [1]_.

- ``map50``: mean AP at IoU 0.5 over the categories that occur in the truth. One that
  the detector cannot name counts as 0. ``map50_95``: the same, mean over the IoU
  thresholds 0.50, 0.55 … 0.95.
- ``ap50``: AP at 0.5 of all boxes in one ranking, whatever their category; a box is
  right only if its category is.
- ``ap50_any``: AP at 0.5 with the categories left out: is there anything, and where.
- ``map50_named``: ``map50`` without unknown debris. True boxes of ``debris_other`` then
  count neither way, and so does a box of any kind of debris that lies on one: nobody
  knows that it is not plastic.

Intervals are the 2.5 and 97.5 percentiles over resamples of the pictures [2]_; pictures
of one scene are alike, so they are rather too narrow.

References
----------
.. [1] T.-Y. Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014, and its
   evaluation code, pycocotools.
.. [2] B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.detection import UNKNOWN_DEBRIS, distinct_objects
from core.errors import InputError
from core.mlops.box_matching import Matches, PictureBoxes, match
from core.observations import RECORD_DEBRIS_CODES

__all__ = ["average_precision", "box_scores", "resampled_average_precision"]

Floats = npt.NDArray[np.float64]
_RECALLS = np.linspace(0.0, 1.0, 101)
#: Resamples worked out together; bounds the memory.
_CHUNK = 64


def average_precision(found: Matches, *, threshold: int = 0) -> float:
    """Average precision at one IoU threshold.

    Parameters
    ----------
    found : Matches
        Of one category, or of several pooled.
    threshold : int, default 0
        Index of the IoU threshold.

    Returns
    -------
    float
        From 0 to 1; NaN if there is no true box.
    """
    once = np.ones((1, len(found.n_true)), dtype=np.int64)
    return float(resampled_average_precision(found, once, threshold=threshold)[0])


def resampled_average_precision(
    found: Matches, weights: npt.NDArray[np.int64], *, threshold: int = 0
) -> Floats:
    """Average precision of many resamples of the pictures at once.

    Parameters
    ----------
    found : Matches
        Matched once, in the pictures as they are.
    weights : ndarray of int, shape (n_resamples, n_pictures)
        How often each picture is drawn.
    threshold : int, default 0
        Index of the IoU threshold.

    Returns
    -------
    ndarray of float, shape (n_resamples,)
        NaN where a resample holds no true box.
    """
    n_true = (weights @ found.n_true).astype(float)
    is_hit = found.is_hit[threshold]
    counts = ~found.is_ignored[threshold]
    values = np.zeros(len(weights))
    hits = np.flatnonzero(is_hit[counts])
    if len(hits):
        pictures = found.picture[counts]
        for start in range(0, len(weights), _CHUNK):
            drawn = weights[start : start + _CHUNK]
            values[start : start + _CHUNK] = _areas(
                np.cumsum(drawn[:, pictures], axis=1)[:, hits],
                np.cumsum(drawn[:, pictures[hits]], axis=1),
                n_true[start : start + _CHUNK],
            )
    return np.where(n_true > 0, values, np.nan)


def _areas(
    n_found: npt.NDArray[np.int64], n_hits: npt.NDArray[np.int64], n_true: Floats
) -> Floats:
    """Mean precision over the recalls; precision falls only where nothing is hit.

    So the places of the hits say it all: `n_found` boxes were looked at there, and
    `n_hits` were right.
    """
    precision = n_hits / np.maximum(n_found, 1)
    best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    recall = n_hits / np.maximum(n_true, 1)[:, None]
    n_reached = np.searchsorted(_RECALLS, recall.reshape(-1), side="right")
    gained = np.diff(n_reached.reshape(recall.shape), axis=1, prepend=0)
    return np.asarray((best * gained).sum(axis=1) / len(_RECALLS))


def box_scores(
    pictures: Sequence[PictureBoxes],
    known: Sequence[str],
    *,
    count_threshold: float,
    n_resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Score found boxes in the form of the contract's ``evaluate boxes``.

    Parameters
    ----------
    pictures : sequence of PictureBoxes
        True and found boxes of every picture, those without any included.
    known : sequence of str
        Categories that the detector can name.
    count_threshold : float
        Score from which a found box counts as an object.
    n_resamples, seed : int
        Of the bootstrap.

    Returns
    -------
    dict
        ``ap50, map50, map50_95, ap50_any, map50_named, per_category, per_source,
        counts, intervals, unknown_categories, n, n_boxes``.

    Raises
    ------
    InputError
        If there is no true box.
    """
    present = sorted({box.category for picture in pictures for box in picture.true})
    if not present:
        raise InputError("there is no true box, so nothing can be scored")
    rng = np.random.default_rng(seed)
    n = len(pictures)
    # The first row is the pictures as they are, the others are resamples.
    weights = np.concatenate(
        [np.ones((1, n), dtype=np.int64), rng.multinomial(n, [1 / n] * n, n_resamples)]
    )
    found = {code: match(pictures, code) for code in present}
    # Boxes of a category that never occurs are wrong in the common ranking too.
    strays = [code for code in known if code not in found]
    everything = [*found.values(), *(match(pictures, code) for code in strays)]
    ap50 = {code: resampled_average_precision(found[code], weights) for code in present}
    ap50_95 = {
        code: np.mean(
            [
                resampled_average_precision(found[code], weights, threshold=k)
                for k in range(len(found[code].is_hit))
            ],
            axis=0,
        )
        for code in present
    }
    samples = {
        "ap50": resampled_average_precision(Matches.pooled(everything), weights),
        "map50": _mean(list(ap50.values())),
        "map50_95": _mean(list(ap50_95.values())),
        "ap50_any": resampled_average_precision(match(pictures, None), weights),
        "map50_named": _map50_named(pictures, present, weights),
    }
    return {
        **{name: _rounded(values[0]) for name, values in samples.items()},
        "intervals": {name: _interval(values) for name, values in samples.items()},
        "per_category": {
            code: {
                "ap50": _rounded(ap50[code][0]),
                "ap50_interval": _interval(ap50[code]),
                "ap50_95": _rounded(ap50_95[code][0]),
                "n_boxes": int(found[code].n_true.sum()),
                "n_pictures": int((found[code].n_true > 0).sum()),
            }
            for code in present
        },
        "per_source": _per_source(pictures, known),
        "counts": _counts(pictures, sorted({*present, *known}), count_threshold),
        "unknown_categories": [code for code in present if code not in known],
        "n": n,
        "n_boxes": sum(len(picture.true) for picture in pictures),
        "n_resamples": n_resamples,
    }


def _map50_named(
    pictures: Sequence[PictureBoxes],
    present: Sequence[str],
    weights: npt.NDArray[np.int64],
) -> Floats:
    rows = [
        resampled_average_precision(
            match(
                pictures,
                code,
                thresholds=(0.5,),
                ignored_category=UNKNOWN_DEBRIS
                if code in RECORD_DEBRIS_CODES
                else None,
            ),
            weights,
        )
        for code in present
        if code != UNKNOWN_DEBRIS
    ]
    return _mean(rows) if rows else np.full(len(weights), np.nan)


def _per_source(
    pictures: Sequence[PictureBoxes], known: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """AP at 0.5 of each source alone; pictures without boxes belong to theirs."""
    scores = {}
    for source in sorted({picture.source for picture in pictures}):
        own = [picture for picture in pictures if picture.source == source]
        present = sorted({box.category for picture in own for box in picture.true})
        parts = {
            code: match(own, code, thresholds=(0.5,))
            for code in sorted({*present, *known})
        }
        each = [average_precision(parts[code]) for code in present]
        scores[source] = {
            "ap50": _rounded(average_precision(Matches.pooled(list(parts.values())))),
            "map50": _rounded(float(np.mean(each)) if each else float("nan")),
            "ap50_any": _rounded(
                average_precision(match(own, None, thresholds=(0.5,)))
            ),
            "n": len(own),
            "n_boxes": sum(len(picture.true) for picture in own),
        }
    return scores


def _counts(
    pictures: Sequence[PictureBoxes], categories: Sequence[str], threshold: float
) -> dict[str, Any]:
    """Compare how many objects there are with how many boxes reach the threshold."""
    true = [Counter(box.category for box in picture.true) for picture in pictures]
    found = [
        Counter(one.category for one in distinct_objects(picture.found, threshold))
        for picture in pictures
    ]
    gaps = [
        abs(there.total() - seen.total())
        for there, seen in zip(true, found, strict=True)
    ]
    return {
        "threshold": threshold,
        "true": sum(there.total() for there in true),
        "found": sum(seen.total() for seen in found),
        "mean_absolute_error": round(float(np.mean(gaps)), 4),
        "per_category": {
            code: {
                "true": sum(there[code] for there in true),
                "found": sum(seen[code] for seen in found),
            }
            for code in categories
        },
    }


def _mean(rows: Sequence[Floats]) -> Floats:
    """Mean over the categories that each resample holds; NaN if it holds none."""
    table = np.array(rows)
    is_there = np.isfinite(table)
    total = np.where(is_there, table, 0.0).sum(axis=0)
    n = is_there.sum(axis=0)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def _interval(values: Floats) -> list[float | None]:
    """Bounds over the resamples, the first row left out."""
    drawn = values[1:][np.isfinite(values[1:])]
    if not len(drawn):
        return [None, None]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return [round(float(low), 4), round(float(high), 4)]


def _rounded(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
