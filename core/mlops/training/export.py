"""A trained network to a deployed model: files, calibration, metrics, manifest, card.

Calibration and metrics are taken from the exported LiteRT file on the photos as they
lie on disk, through the same code that predicts later, so they hold for what ships.
"""

import csv
import json
import logging
import shutil
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.classification import PhotoClassifier, PhotoResult, classify_files, softmax
from core.classification.manifest import (
    MANIFEST_NAME,
    ModelManifest,
    read_manifest,
    read_verified,
)
from core.errors import InputError, ModelError
from core.mlops.calibration import cross_fitted_probabilities, fit_temperature
from core.mlops.evaluation import expected_calibration_error, threshold_for_accuracy
from core.mlops.photo_folder import labelled_photos, scores_of_results
from core.mlops.training.card import model_card
from core.mlops.training.config import Recipe
from core.mlops.training.data import PhotoSet, validation_folder
from core.mlops.training.network_files import LITERT_NAME, combined, write_network

__all__ = ["export_model"]

_log = logging.getLogger(__name__)
_ARCHITECTURE = "EfficientNet-Lite0, fine-tuned from ImageNet weights (Apache-2.0)"
_CARD_NAME = "model_card.md"
#: Accuracy that predictions above the confidence threshold must reach on val.
_TARGET_ACCURACY = 0.85


def export_model(
    networks: Sequence[Any],
    recipe: Recipe,
    train: PhotoSet,
    unseen: PhotoSet,
    *,
    categories: tuple[str, ...],
    photos: Path,
    models_dir: Path,
    name: str,
    version: int,
    sources: Sequence[Mapping[str, str]],
    architecture: str = _ARCHITECTURE,
    shares: Sequence[float] | None = None,
    temperatures: Sequence[float] | None = None,
    saved_model: bool = True,
    calibrate_on: Collection[str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> ModelManifest:
    """Write a model folder ready to predict with.

    Parameters
    ----------
    networks : sequence of keras.Model
        Each returns logits; several are averaged in one graph.
    recipe : Recipe
        How it was made.
    train : PhotoSet
        What it was trained on; counted by source in the manifest.
    unseen : PhotoSet
        Simulated photos it never saw.
    categories : tuple of str
        Output order.
    photos : Path
        Holds ``val/``, used for calibration, threshold and metrics, and
        ``manifest.csv`` with the scene of each photo.
    models_dir, name, version : Path, str, int
        Where the model goes: ``models_dir/name/version``.
    sources : sequence of mapping
        What is known of each data source: ``source, licence_class, licence, origin,
        relevance``.
    architecture : str
        Told in the manifest and the card.
    shares, temperatures : sequence of float, optional
        Of each network in the average of the logits, see
        `core.mlops.training.network_files.combined`.
    saved_model : bool, default True
        Write a SavedModel beside the LiteRT file that predicts.
    calibrate_on : collection of str, optional
        Sources whose photos decide temperature and threshold; all if not given.
    more : mapping, optional
        Further entries for ``training`` in the manifest, such as the seed's source
        or what the run was logged as.

    Returns
    -------
    ModelManifest
        As written.

    Raises
    ------
    ModelError
        If that version is deployed already; versions never change.
    """
    target = models_dir / name / str(version)
    if target.exists():
        raise ModelError(f"{name}@{version} is deployed already; take another version")
    folder = models_dir / f".{name}.new" / name / str(version)
    shutil.rmtree(models_dir / f".{name}.new", ignore_errors=True)
    folder.mkdir(parents=True)
    whole = combined(
        networks, recipe.input_px, shares=shares, temperatures=temperatures
    )
    write_network(whole, recipe.input_px, folder, saved_model=saved_model)
    content = _first_content(name, version, categories, recipe, train, sources)
    content["architecture"] = architecture
    content["training"] |= dict(more or {})
    _write_manifest(folder, content)
    content |= _measure(folder, photos, unseen, calibrate_on)
    _write_manifest(folder, content)
    (folder / _CARD_NAME).write_text(model_card(content), encoding="utf-8")
    _write_manifest(folder, content)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder.rename(target)
    shutil.rmtree(models_dir / f".{name}.new")
    return read_manifest(target)


def _first_content(
    name: str,
    version: int,
    categories: tuple[str, ...],
    recipe: Recipe,
    train: PhotoSet,
    sources: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    counted = Counter(train.sources)
    known = {entry["source"]: entry for entry in sources}
    if unknown := sorted(set(counted) - set(known)):
        raise InputError(f"no licence is known for data sources {', '.join(unknown)}")
    return {
        "format": 1,
        "name": name,
        "version": version,
        "kind": "classifier",
        "task": "photo classification",
        "architecture": _ARCHITECTURE,
        "research_use": any(
            known[source]["licence_class"] != "open" for source in counted
        ),
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "categories": list(categories),
        "input": {
            "side_px": recipe.input_px,
            "channels": "RGB",
            "values": "0 to 255 as float32; the model scales them: (x - 127) / 128",
            "resize": "whole upright photo squashed to the square, bilinear, smoothed",
        },
        "output": "logits",
        "prediction_file": LITERT_NAME,
        "calibration": {"method": "temperature", "temperature": 1.0},
        "thresholds": {"low_confidence": 0.0},
        "training": {
            "recipe": recipe.to_dict(),
            "sources": [
                dict(known[source]) | {"n_train": n}
                for source, n in sorted(counted.items())
            ],
            "packages": {
                package: package_version(package)
                for package in ("keras", "numpy", "pillow")
            },
        },
    }


def _write_manifest(folder: Path, content: dict[str, Any]) -> None:
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST_NAME
    )
    content["files"] = {
        path.relative_to(folder).as_posix(): {
            "sha256": sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
        }
        for path in files
    }
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST_NAME).write_text(text + "\n", encoding="utf-8")


def _measure(
    folder: Path,
    photos: Path,
    unseen: PhotoSet,
    calibrate_on: Collection[str] | None,
) -> dict[str, Any]:
    """Fit temperature and threshold on val, then score val and unseen renders."""
    manifest = read_manifest(folder)
    model = read_verified(folder, manifest, manifest.prediction_file)
    classifier = PhotoClassifier(manifest, model)
    labelled, _ = labelled_photos(validation_folder(photos), classifier.categories)
    results = list(classify_files([path for path, _, _ in labelled], classifier))
    index = {code: k for k, code in enumerate(classifier.categories)}
    truth = np.array([index[category] for _, category, _ in labelled])
    # At temperature one the log of a probability is its logit but for a constant.
    logits = np.log(np.array([result.probabilities for result in results]))
    used = np.array(
        [calibrate_on is None or source in calibrate_on for _, _, source in labelled]
    )
    if not used.any():
        raise InputError(f"no photo of {', '.join(sorted(calibrate_on or ()))} in val")
    temperature = round(fit_temperature(logits[used], truth[used]), 4)
    shares = softmax(logits, temperature=temperature)
    is_right = shares.argmax(axis=1) == truth
    threshold = threshold_for_accuracy(
        shares.max(axis=1)[used], is_right[used], _TARGET_ACCURACY
    )
    threshold = float(np.floor(threshold * 1000) / 1000)
    classifier.manifest = replace(manifest, low_confidence=threshold)
    val = scores_of_results(
        [
            (_with(result, row), category, source)
            for result, row, (_, category, source) in zip(
                results, shares, labelled, strict=True
            )
        ],
        classifier,
    )
    crossed = cross_fitted_probabilities(
        logits, truth, _scenes(photos, [path for path, _, _ in labelled])
    )
    val["ece_cross_fitted"] = round(
        expected_calibration_error(
            crossed.max(axis=1), crossed.argmax(axis=1) == truth
        ),
        4,
    )
    painted = softmax(
        np.log(classifier.predict(unseen.photos)), temperature=temperature
    )
    simulated = scores_of_results(
        [
            (_with(results[0], row), classifier.categories[label], source)
            for row, label, source in zip(
                painted, unseen.labels, unseen.sources, strict=True
            )
        ],
        classifier,
    )
    _log.info("val %s %s", val["accuracy"], val["macro_f1"])
    return {
        "calibration": {
            "method": "temperature",
            "temperature": temperature,
            "fitted_on": "val",
            "sources": sorted({row[2] for row in labelled} & set(calibrate_on))
            if calibrate_on is not None
            else "all",
            "n": int(used.sum()),
        },
        "thresholds": {
            "low_confidence": threshold,
            "rule": f"lowest confidence from which predictions on val are right in "
            f"{_TARGET_ACCURACY:.0%} of cases",
        },
        "metrics": {"val": val, "simulated_unseen": simulated},
    }


def _with(result: PhotoResult, row: npt.NDArray[np.float64]) -> PhotoResult:
    return replace(result, probabilities=tuple(float(value) for value in row))


def _scenes(photos: Path, paths: Sequence[Path]) -> list[str]:
    """Scene of each photo from ``manifest.csv``; a photo not listed is its own."""
    scenes: dict[str, str] = {}
    listing = photos / "manifest.csv"
    if listing.exists():
        with listing.open(encoding="utf-8", newline="") as file:
            scenes = {row["file"]: row["scene_group"] for row in csv.DictReader(file)}
    names = [path.relative_to(photos).as_posix() for path in paths]
    return [scenes.get(name, name) for name in names]
