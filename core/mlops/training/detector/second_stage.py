"""The second stage: a classifier of crops, trained beside the detector.

It knows the detector's categories and `BACKGROUND`, learns from crops about the boxes
and from the classified photos, by the same loop as the photo classifiers, and ships
within the detector's folder.
"""

import csv
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.mlops.calibration import fit_temperature
from core.mlops.training.config import TrainingConfig
from core.mlops.training.data import PhotoSet, read_photo_folder
from core.mlops.training.detector.crops import BACKGROUND, crop_photos
from core.mlops.training.detector.data import BoxPicture
from core.mlops.training.fit import fit, predict_logits
from core.mlops.training.network_files import LITERT_NAME, combined, write_network

__all__ = [
    "SECOND_STAGE_FILE",
    "second_stage_settings",
    "train_second_stage",
    "write_second_stage",
]

_log = logging.getLogger(__name__)
_FOLDER = "crops"
SECOND_STAGE_FILE = f"{_FOLDER}/{LITERT_NAME}"
_WIDE = ((2.2, 150),)


def train_second_stage(
    config: TrainingConfig,
    pictures: Sequence[BoxPicture],
    photos: Path,
    categories: tuple[str, ...],
    folder: Path,
) -> Any:
    """Train the classifier of crops; the same call after a kill goes on.

    Parameters
    ----------
    config : TrainingConfig
        As for the photo classifiers.
    pictures : sequence of BoxPicture
        Cut into crops.
    photos : Path
        Classified photos that are learned too; may be missing.
    categories : tuple of str
        Of the detector.
    folder : Path
        Checkpoints and history.

    Returns
    -------
    keras.Model
        Returns logits of the categories and `BACKGROUND`.
    """
    known = (*categories, BACKGROUND)
    train = crop_photos(pictures, categories)
    groups = [name.rpartition("#")[0] for name in train.names]
    names = tuple(code for code in known if (photos / "train" / code).is_dir())
    if names:
        found = read_photo_folder(photos / "train", names)
        labels = np.array([known.index(names[k]) for k in found.labels])
        train = (
            PhotoSet(found.photos, labels.astype(np.int64), found.sources, found.names)
            + train
        )
        groups = [*_scenes(photos, found.names), *groups]
    _log.info("second stage: %d photos and crops", len(train))

    return fit(config, train, known, folder, groups=groups)


def _scenes(photos: Path, names: Sequence[str]) -> list[str]:
    scenes: dict[str, str] = {}
    listing = photos / "manifest.csv"
    if listing.exists():
        with listing.open(encoding="utf-8", newline="") as file:
            scenes = {row["file"]: row["scene_group"] for row in csv.DictReader(file)}
    return [scenes.get(f"train/{name}", name) for name in names]


def write_second_stage(network: Any, side_px: int, folder: Path) -> None:
    """Write the classifier of crops as LiteRT to `SECOND_STAGE_FILE` in a folder."""
    part = folder / _FOLDER
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    write_network(combined([network], side_px), side_px, part, saved_model=False)


def second_stage_settings(
    network: Any,
    config: TrainingConfig,
    val: Sequence[BoxPicture],
    categories: tuple[str, ...],
) -> dict[str, Any]:
    """Gather what the manifest must say of the classifier in ``detector.rescore``.

    The temperature is fitted on the crops of the validation boxes.
    """
    crops = crop_photos(val, categories, contexts=_WIDE)
    temperature = 1.0
    if len(crops):
        logits = predict_logits(network, crops, config.input_px).astype(np.float64)
        temperature = round(fit_temperature(logits, crops.labels), 4)
    return {
        "file": SECOND_STAGE_FILE,
        "categories": [*categories, BACKGROUND],
        "input_px": config.input_px,
        "temperature": temperature,
    }
