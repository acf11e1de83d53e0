"""Models side by side: figures of their manifests, cost now, differences on photos."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.classification import REJECTED, PhotoClassifier, classify_files
from core.classification.manifest import deployed_models, find_model, read_manifest
from core.classification.manifest import read_verified as read_file
from core.errors import InputError, ModelError
from core.mlops.paired import paired_difference, scenes_beside
from core.mlops.photo_folder import labelled_photos, scores_of_results
from core.mlops.registry import DeployedModel, list_models, read_deployed
from core.mlops.timing import milliseconds

__all__ = ["compare_on_photos", "side_by_side"]

Floats = npt.NDArray[np.float64]


def side_by_side(
    models_dir: Path, specs: Sequence[str] = (), *, rounds: int = 15
) -> list[dict[str, Any]]:
    """Put deployed models beside each other.

    Parameters
    ----------
    models_dir : Path
        Folder of deployed models.
    specs : sequence of str, optional
        ``NAME`` or ``NAME@VERSION``; every deployed version if empty.
    rounds : int, default 15
        Predictions timed of each model; 0 times none.

    Returns
    -------
    list of dict
        The rows of `core.mlops.registry.list_models` with ``ms`` (the fastest
        prediction on one thread, measured now, turn by turn), ``per_source`` and
        ``per_category`` as the manifest has them, and ``licence``.

    Raises
    ------
    NotFoundError
        If a named model does not exist.
    """
    if specs:
        folders = [find_model(models_dir, spec) for spec in specs]
    else:
        folders = [
            models_dir / name / str(version)
            for name, versions in deployed_models(models_dir).items()
            for version in versions
        ]
    wanted = [f"{folder.parent.name}@{folder.name}" for folder in folders]
    rows = {row["model"]: dict(row) for row in list_models(models_dir)}
    usable: list[DeployedModel] = []
    for model_id, folder in zip(wanted, folders, strict=True):
        if not rows[model_id]["problem"]:
            usable.append(read_deployed(folder))
    times = _times(usable, rows, rounds)
    for model in usable:
        val = model.content.get("metrics", {}).get("val", {})
        rows[model.model_id] |= {
            "ms": times.get(model.model_id),
            "per_source": val.get("per_source", {}),
            "per_category": val.get("per_category", {}),
            "licence": "research use" if model.content.get("research_use") else "open",
        }
    return [rows[model_id] for model_id in wanted]


def _times(
    models: Sequence[DeployedModel], rows: dict[str, dict[str, Any]], rounds: int
) -> dict[str, float]:
    """Time what can be loaded; the rest gets its problem told in its row."""
    if not rounds:
        return {}
    loadable = []
    for model in models:
        try:
            milliseconds([model], rounds=1)
        except ModelError as error:
            rows[model.model_id]["problem"] = str(error)
        else:
            loadable.append(model)
    return milliseconds(loadable, rounds=rounds)


@dataclass(frozen=True)
class _Judged:
    """What one classifier said of each photo; None where it could not be read."""

    scores: Callable[[npt.NDArray[np.bool_]], dict[str, Any]]
    probabilities: Floats
    is_read: npt.NDArray[np.bool_]


def compare_on_photos(
    models_dir: Path,
    specs: Sequence[str],
    folder: Path,
    *,
    n_resamples: int = 1000,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Score classifiers on the same photos and tell the first from each other.

    Parameters
    ----------
    models_dir : Path
        Folder of deployed models.
    specs : sequence of str
        Two or more models of the same categories.
    folder : Path
        ``<category>/<source>_<n>.jpg``; scenes come from the ``manifest.csv`` beside
        it, where there is one.
    n_resamples, seed : int
        Of the bootstrap.
    progress : callable, optional
        Called with photos done and total, over all models.

    Returns
    -------
    dict
        ``n``, ``resampled_by`` (scene or photo), ``models`` (the scores of each) and
        ``differences`` (each model less the first, see `paired_difference`).

    Raises
    ------
    InputError
        If fewer than two models are given, their categories differ, or no photo can
        be scored.
    NotFoundError
        If a model or the folder does not exist.
    """
    if len(specs) < 2:
        raise InputError("two models are needed to tell their difference")
    classifiers = [_load(models_dir, spec) for spec in specs]
    first = classifiers[0]
    for other in classifiers[1:]:
        if other.categories != first.categories:
            raise InputError(
                f"{other.model_id} and {first.model_id} tell other categories apart"
            )
    photos, _ = labelled_photos(folder, first.categories)
    judged = []
    for turn, classifier in enumerate(classifiers):
        judged.append(_judge(classifier, photos, turn, len(classifiers), progress))
    usable = np.logical_and.reduce([one.is_read for one in judged])
    if not usable.any():
        raise InputError(f"{folder} holds no photo that can be scored")
    index = {code: k for k, code in enumerate(first.categories)}
    truth = np.array([index[category] for _, category, _ in photos])[usable]
    names, scenes = scenes_beside(folder, [path for path, _, _ in photos])
    return {
        "n": int(usable.sum()),
        "resampled_by": names,
        "models": [
            one.scores(usable) | {"model": classifier.model_id}
            for one, classifier in zip(judged, classifiers, strict=True)
        ],
        "differences": [
            {"model": classifier.model_id, "less": first.model_id}
            | paired_difference(
                judged[0].probabilities[usable],
                one.probabilities[usable],
                truth,
                first.categories,
                groups=np.array(scenes)[usable].tolist(),
                n_resamples=n_resamples,
                seed=seed,
            )
            for one, classifier in zip(judged[1:], classifiers[1:], strict=True)
        ],
    }


def _load(models_dir: Path, spec: str) -> PhotoClassifier:
    folder = find_model(models_dir, spec)
    model = read_deployed(folder)
    if model.kind != "classifier":
        raise InputError(f"{model.model_id} is a {model.kind}, not a classifier")
    manifest = read_manifest(folder)
    return PhotoClassifier(
        manifest, read_file(folder, manifest, manifest.prediction_file)
    )


def _judge(
    classifier: PhotoClassifier,
    photos: Sequence[tuple[Path, str, str]],
    turn: int,
    n_turns: int,
    progress: Callable[[int, int], None] | None,
) -> _Judged:
    def told(done: int, total: int) -> None:
        if progress is not None:
            progress(turn * total + done, n_turns * total)

    paths = [path for path, _, _ in photos]
    results = list(classify_files(paths, classifier, progress=told))
    is_read = np.array([result.status != REJECTED for result in results], dtype=bool)
    blank = (np.nan,) * len(classifier.categories)

    def scores(usable: npt.NDArray[np.bool_]) -> dict[str, Any]:
        rows = [
            (result, category, source)
            for result, (_, category, source), kept in zip(
                results, photos, usable, strict=True
            )
            if kept
        ]
        return scores_of_results(rows, classifier)

    rows = [
        result.probabilities if read else blank
        for result, read in zip(results, is_read, strict=True)
    ]
    return _Judged(scores, np.array(rows, dtype=np.float64), is_read)
