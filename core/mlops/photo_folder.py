"""Evaluate a classifier on a folder of labelled photos."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from core.classification import REJECTED, PhotoClassifier, PhotoResult, classify_files
from core.errors import InputError, NotFoundError
from core.mlops.evaluation import photo_scores
from core.observations import DEBRIS_CODES

__all__ = ["evaluate_photo_folder", "labelled_photos", "scores_of_results"]


def labelled_photos(
    folder: Path, categories: tuple[str, ...]
) -> tuple[list[tuple[Path, str, str]], list[dict[str, str]]]:
    """List photos named ``<category>/<source>_<n>.jpg``.

    Parameters
    ----------
    folder : Path
        Holds one folder a category.
    categories : tuple of str
        The model's categories.

    Returns
    -------
    photos : list of tuple
        Path, category and source of each file in a category's folder.
    skipped : list of dict
        ``file`` and ``reason`` of everything else; hidden files are passed over.

    Raises
    ------
    NotFoundError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise NotFoundError(f"no such folder: {folder}")
    photos, skipped = [], []
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if not entry.is_dir():
            reason = "a file outside the category folders"
            skipped.append({"file": entry.name, "reason": reason})
        elif entry.name not in categories:
            n_files = sum(path.is_file() for path in entry.rglob("*"))
            reason = f"{n_files} files in a folder that is no category of the model"
            skipped.append({"file": f"{entry.name}/", "reason": reason})
        else:
            photos += [
                (path, entry.name, path.stem.rpartition("_")[0] or "unknown")
                for path in sorted(entry.iterdir())
                if path.is_file() and not path.name.startswith(".")
            ]
    return photos, skipped


def evaluate_photo_folder(
    folder: Path,
    classifier: PhotoClassifier,
    *,
    n_resamples: int = 1000,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Score a classifier on photos named ``<category>/<source>_<n>.jpg``.

    Parameters
    ----------
    folder : Path
        Holds one folder a category.
    classifier : PhotoClassifier
        What to score.
    n_resamples, seed : int
        Of the bootstrap.
    progress : callable, optional
        Called with photos done and total.

    Returns
    -------
    dict
        The contract's ``evaluate photos``, with ``intervals``, ``skipped`` (file and
        reason of what could not be scored) and ``accepted`` (share and accuracy of
        the photos at or above the confidence threshold).

    Raises
    ------
    NotFoundError
        If there is no such folder.
    InputError
        If no photo in it can be scored.
    """
    photos, skipped = labelled_photos(folder, classifier.categories)
    paths = [path for path, _, _ in photos]
    results = list(classify_files(paths, classifier, progress=progress))
    usable = []
    for (path, category, source), result in zip(photos, results, strict=True):
        if result.status == REJECTED:
            name = path.relative_to(folder).as_posix()
            skipped.append({"file": name, "reason": result.reason})
        else:
            usable.append((result, category, source))
    if not usable:
        raise InputError(
            f"{folder} holds no photo that can be scored; expected "
            f"<category>/<source>_<n>.jpg with {', '.join(classifier.categories)}"
        )
    scores = scores_of_results(usable, classifier, n_resamples=n_resamples, seed=seed)
    return scores | {"model": classifier.model_id, "skipped": skipped}


def scores_of_results(
    usable: list[tuple[PhotoResult, str, str]],
    classifier: PhotoClassifier,
    *,
    n_resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Score results whose true category and source are known.

    Parameters
    ----------
    usable : list of tuple
        Result, true category and source of each photo; none rejected.
    classifier : PhotoClassifier
        What gave the results.
    n_resamples, seed : int
        Of the bootstrap.
    """
    index = {code: k for k, code in enumerate(classifier.categories)}
    probabilities = np.array([result.probabilities for result, _, _ in usable])
    truth = np.array([index[category] for _, category, _ in usable], dtype=np.int64)
    scores = photo_scores(
        probabilities,
        truth,
        [source for _, _, source in usable],
        classifier.categories,
        DEBRIS_CODES,
        n_resamples=n_resamples,
        seed=seed,
    )
    threshold = classifier.manifest.low_confidence
    is_accepted = probabilities.max(axis=1) >= threshold
    is_right = probabilities.argmax(axis=1) == truth
    accuracy = float(is_right[is_accepted].mean()) if is_accepted.any() else None
    scores["accepted"] = {
        "threshold": threshold,
        "share": round(float(is_accepted.mean()), 4),
        "accuracy": None if accuracy is None else round(accuracy, 4),
    }
    return scores
