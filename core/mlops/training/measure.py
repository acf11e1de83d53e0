"""Figures of an exported model, taken from its file by the code that predicts later.

Temperature, threshold and the statistics of the photos it knows are fitted here too,
so they hold for what ships.
"""

import csv
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.classification import PhotoClassifier, PhotoResult, classify_files
from core.classification.domain import DOMAIN_NAME
from core.classification.manifest import read_manifest, read_verified
from core.errors import InputError, ModelError
from core.mlops.calibration import (
    AcceptedPhotos,
    Scaling,
    cross_fitted_probabilities,
    fit_accepted,
    fit_entropy_temperature,
)
from core.mlops.domain_fit import (
    domain_entry,
    early_features,
    fit_domain,
    foreign_pictures,
)
from core.mlops.evaluation import expected_calibration_error
from core.mlops.photo_folder import labelled_photos, scores_of_results
from core.mlops.reliability import reliability_bins
from core.mlops.training.data import PhotoSet, read_photo_folder, validation_folder

__all__ = ["fit_known_photos", "measure"]

_log = logging.getLogger(__name__)
#: Accuracy that predictions above the confidence threshold must reach on val.
_TARGET_ACCURACY = 0.85


def fit_known_photos(
    folder: Path, train: PhotoSet, photos: Path, sources: Collection[str] | None
) -> dict[str, Any] | None:
    """Write the statistics of the photos that the model in a folder knows.

    Parameters
    ----------
    folder : Path
        Of the exported model, with its manifest; receives ``domain.npz``.
    train : PhotoSet
        What it was trained on.
    photos : Path
        Holds ``val/``, whose photos set the threshold.
    sources : collection of str, optional
        Sources of those photos; all if not given.

    Returns
    -------
    dict or None
        For the manifest's ``domain``; None for a network without early features.
    """
    classifier = _classifier(folder)
    held = read_photo_folder(validation_folder(photos), classifier.categories)
    if sources is not None:
        held = held.of_sources(sources)
    try:
        unseen = early_features(classifier, held.photos)
    except ModelError as error:
        _log.warning("no statistics of known photos: %s", error)
        return None
    known = early_features(classifier, train.photos)
    statistics = fit_domain(known, train.sources, unseen)
    (folder / DOMAIN_NAME).write_bytes(statistics.to_bytes())
    strangers = foreign_pictures()
    foreign = early_features(classifier, strangers) if strangers else None
    return domain_entry(statistics, unseen, foreign)


def _classifier(folder: Path) -> PhotoClassifier:
    manifest = read_manifest(folder)
    model = read_verified(folder, manifest, manifest.prediction_file)
    return PhotoClassifier(manifest, model)


def measure(
    folder: Path,
    photos: Path,
    unseen: PhotoSet,
    calibrate_on: Collection[str] | None,
) -> dict[str, Any]:
    """Fit temperature and threshold on val, then score val and unseen renders.

    Parameters
    ----------
    folder : Path
        Of the exported model, with its manifest.
    photos : Path
        Holds ``val/`` and ``manifest.csv`` with the scene of each photo.
    unseen : PhotoSet
        Renders that it was not trained on.
    calibrate_on : collection of str, optional
        Sources whose photos decide temperature and threshold; all if not given.

    Returns
    -------
    dict
        ``calibration, thresholds, metrics`` for the manifest.

    Raises
    ------
    InputError
        If no photo is left to calibrate on.
    """
    classifier = _classifier(folder)
    manifest = classifier.manifest
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
    entry = fit_entropy_temperature(logits[used], truth[used]).to_dict()
    scaling = Scaling(entry["temperature"], entropy_power=entry.get("entropy_power", 0))
    shares = scaling.probabilities(logits)
    is_right = shares.argmax(axis=1) == truth
    scenes = np.array(_scenes(photos, [path for path, _, _ in labelled]))
    accepted = fit_accepted(
        shares.max(axis=1)[used],
        is_right[used],
        scenes[used].tolist(),
        target=_TARGET_ACCURACY,
    )
    threshold = float(np.floor(accepted.threshold * 1000) / 1000)
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
        logits[used],
        truth[used],
        scenes[used].tolist(),
        fit=fit_entropy_temperature,
    )
    val["ece_cross_fitted"] = round(
        expected_calibration_error(
            crossed.max(axis=1), crossed.argmax(axis=1) == truth[used]
        ),
        4,
    )
    val["reliability"] = reliability_bins(shares.max(axis=1), is_right)
    painted = scaling.probabilities(np.log(classifier.predict(unseen.photos)))
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
            **entry,
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
            "target_accuracy": _TARGET_ACCURACY,
            **_intervals(accepted),
        },
        "metrics": {"val": val, "simulated_unseen": simulated},
    }


def _intervals(accepted: AcceptedPhotos) -> dict[str, list[float | None]]:
    """Tell what other scenes may show at the threshold; None where none can."""
    return {
        name: [
            float(value) if np.isfinite(value) else None
            for value in getattr(accepted, name)
        ]
        for name in ("threshold_interval", "share_interval", "accuracy_interval")
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
