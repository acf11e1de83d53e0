"""The classifier of crops that a detector names its boxes with."""

from dataclasses import replace
from pathlib import Path

from core.classification import (
    ModelManifest,
    PhotoClassifier,
    find_model,
    read_manifest,
)
from core.classification.manifest import read_verified
from core.detection.options import read_options

__all__ = ["second_stage"]


def second_stage(
    folder: Path, manifest: ModelManifest, *, models_dir: Path, threads: int = 1
) -> PhotoClassifier | None:
    """Load the second stage: a file of the detector's own folder, or a classifier.

    Parameters
    ----------
    folder : Path
        Of the detector.
    manifest : ModelManifest
        Of the detector.
    models_dir : Path
        Deployed models, among them the classifier that the manifest may name.
    threads : int, default 1
        For a batch of crops.

    Returns
    -------
    PhotoClassifier or None
        None if the detector names its boxes alone.

    Raises
    ------
    NotFoundError
        If there is no such classifier.
    ModelIntegrityError
        If a file differs from its manifest.
    ModelError
        If the manifest or the model cannot be used.
    """
    options = read_options(manifest).rescore
    if options is None:
        return None
    if options.file:
        own = replace(
            manifest,
            categories=tuple(options.categories),
            input_px=options.input_px,
            temperature=options.temperature,
            low_confidence=0.0,
            prediction_file=options.file,
        )
        data = read_verified(folder, manifest, options.file)
        return PhotoClassifier(own, data, threads=threads)
    place = find_model(models_dir, options.model)
    found = read_manifest(place)
    data = read_verified(place, found, found.prediction_file)
    return PhotoClassifier(found, data, threads=threads)
