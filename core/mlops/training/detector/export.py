"""A trained detector to a deployed model: LiteRT file, threshold, metrics, card.

Threshold and metrics are taken from the exported file, through the same code that
detects later, so they hold for what ships.
"""

import json
import logging
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

import numpy as np

from core.classification import read_manifest
from core.classification.manifest import MANIFEST_NAME, ModelManifest, read_verified
from core.detection import DebrisDetector, distinct_objects
from core.detection.second_stage import second_stage
from core.errors import InputError, ModelError
from core.mlops.box_evaluation import box_scores
from core.mlops.box_matching import PictureBoxes
from core.mlops.training.config import TrainingConfig
from core.mlops.training.detector.card import detector_card
from core.mlops.training.detector.config import DetectorConfig
from core.mlops.training.detector.data import BoxPicture
from core.mlops.training.detector.measure import true_boxes
from core.mlops.training.detector.network import with_final_outputs
from core.mlops.training.detector.second_stage import (
    second_stage_settings,
    write_second_stage,
)

__all__ = ["LITERT_NAME", "export_detector", "least_biased_threshold", "write_litert"]

_log = logging.getLogger(__name__)
LITERT_NAME = "model_float16.tflite"
_CARD_NAME = "model_card.md"
_THRESHOLDS = np.round(np.arange(0.05, 0.9, 0.01), 2)


def write_litert(network: Any, side_px: int, path: Path) -> None:
    """Write a detector as LiteRT with float16 weights.

    The file takes ``pixels`` (1, side, side, 3) and gives ``boxes`` (1, n, 4) and
    ``scores`` (1, n, c) by name in the signature ``serving_default``.

    Parameters
    ----------
    network : keras.Model
        From `core.mlops.training.detector.network.build_detector`.
    side_px : int
        Side of the canvas, a multiple of 32.
    path : Path
        The file.
    """
    import tensorflow as tf

    final = with_final_outputs(network, side_px)
    spec = tf.TensorSpec((1, side_px, side_px, 3), tf.float32, name="pixels")
    holder = tf.Module()
    holder.weights = [weight.value for weight in final.weights]
    holder.serve = tf.function(
        lambda pixels: final(pixels, training=False), input_signature=[spec]
    )
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [holder.serve.get_concrete_function()], holder
    )
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    path.write_bytes(converter.convert())


def least_biased_threshold(pictures: Sequence[PictureBoxes]) -> float:
    """Score from which as many boxes are found as there are objects.

    Parameters
    ----------
    pictures : sequence of PictureBoxes
        True and found boxes.
    """
    n_true = sum(len(picture.true) for picture in pictures)
    scores = np.array(
        [
            one.score
            for picture in pictures
            for one in distinct_objects(picture.found, float(_THRESHOLDS[0]))
        ]
    )
    n_found = (scores[None, :] >= _THRESHOLDS[:, None]).sum(axis=1)
    return float(_THRESHOLDS[int(np.argmin(np.abs(n_found - n_true)))])


def export_detector(
    network: Any,
    config: DetectorConfig,
    categories: tuple[str, ...],
    *,
    train: Sequence[BoxPicture],
    val: Sequence[BoxPicture],
    models_dir: Path,
    name: str,
    version: int,
    sources: Sequence[Mapping[str, str]],
    prediction: Mapping[str, Any] | None = None,
    crops_network: Any = None,
    crops_config: TrainingConfig | None = None,
    started_from: Mapping[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
    n_resamples: int = 1000,
) -> ModelManifest:
    """Write a model folder ready to detect with.

    Parameters
    ----------
    network : keras.Model
        From `build_detector`.
    config : DetectorConfig
        How it was made.
    categories : tuple of str
        Order of the scores.
    train : sequence of BoxPicture
        What it was trained on, counted by source.
    val : sequence of BoxPicture
        Decides the threshold and gives the metrics.
    models_dir, name, version : Path, str, int
        Where the model goes: ``models_dir/name/version``.
    sources : sequence of mapping
        What is known of each data source.
    prediction : mapping, optional
        How boxes are read from the network's output, see
        `core.detection.options.DetectorOptions`: goes into ``detector`` of the
        manifest.
    crops_network, crops_config : keras.Model, TrainingConfig, optional
        The classifier of crops and how it was trained.
    started_from : mapping, optional
        Manifest of the classifier whose weights the backbone began with: what that
        was trained on counts here too.
    more : mapping, optional
        Further entries for ``training`` in the manifest.
    n_resamples : int, default 1000
        Of the bootstrap.

    Raises
    ------
    ModelError
        If that version is deployed already, or the classifier of the second stage
        is missing.
    InputError
        If a source has no known licence, or ``val`` has no box.
    """
    target = models_dir / name / str(version)
    if target.exists():
        raise ModelError(f"{name}@{version} is deployed already; take another version")
    if not any(len(picture.boxes) for picture in val):
        raise InputError("no validation picture has a box, so nothing can be scored")
    folder = models_dir / f".{name}.new" / name / str(version)
    shutil.rmtree(models_dir / f".{name}.new", ignore_errors=True)
    folder.mkdir(parents=True)
    prediction = dict(prediction or {})
    write_litert(network, config.predict_px, folder / LITERT_NAME)
    content = _first_content(
        name, version, config, categories, train, sources, started_from
    )
    content["training"] |= dict(more or {})
    content["detector"] |= prediction
    if crops_network is not None and crops_config is not None:
        write_second_stage(crops_network, crops_config.input_px, folder)
        content["training"]["crops"] = crops_config.to_dict()
        content["detector"]["rescore"] = {
            **content["detector"].get("rescore", {}),
            **second_stage_settings(crops_network, crops_config, val, categories),
        }
    _write_manifest(folder, content)
    pictures = _detected(folder, models_dir, val, categories)
    threshold = least_biased_threshold(pictures)
    content["detector"]["score_threshold"] = threshold
    content["thresholds"]["low_confidence"] = threshold
    content["metrics"] = {
        "val": box_scores(
            pictures, categories, count_threshold=threshold, n_resamples=n_resamples
        )
    }
    (folder / _CARD_NAME).write_text(detector_card(content), encoding="utf-8")
    _write_manifest(folder, content)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder.rename(target)
    shutil.rmtree(models_dir / f".{name}.new")
    return read_manifest(target)


def _detected(
    folder: Path,
    models_dir: Path,
    val: Sequence[BoxPicture],
    categories: tuple[str, ...],
) -> list[PictureBoxes]:
    manifest = read_manifest(folder)
    detector = DebrisDetector(
        manifest,
        read_verified(folder, manifest, manifest.prediction_file),
        threads=1,
        classifier=second_stage(folder, manifest, models_dir=models_dir),
    )
    return [
        PictureBoxes(
            picture.source,
            true_boxes(picture, categories),
            detector.detect(np.ascontiguousarray(picture.pixels)),
        )
        for picture in val
    ]


def _first_content(
    name: str,
    version: int,
    config: DetectorConfig,
    categories: tuple[str, ...],
    train: Sequence[BoxPicture],
    sources: Sequence[Mapping[str, str]],
    started_from: Mapping[str, Any] | None,
) -> dict[str, Any]:
    counted = Counter(picture.source for picture in train)
    known = {entry["source"]: entry for entry in sources}
    if unknown := sorted(set(counted) - set(known)):
        raise InputError(f"no licence is known for data sources {', '.join(unknown)}")
    own = [
        dict(known[source]) | {"n_train": n} for source, n in sorted(counted.items())
    ]
    is_closed = any(entry["licence_class"] not in ("open", "own") for entry in own)
    if started_from is not None:
        is_closed |= bool(started_from.get("research_use", True))
    return {
        "format": 1,
        "name": name,
        "version": version,
        "kind": "detector",
        "task": "object detection",
        "architecture": "EfficientNet-Lite0 with folded batch statistics, feature "
        "pyramid (strides 8, 16, 32), anchor-free head",
        "research_use": is_closed,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "categories": list(categories),
        "input": {
            "side_px": config.predict_px,
            "channels": "RGB",
            "values": "0 to 255 as float32; the model scales them: (x - 127) / 128",
            "resize": "upright photo scaled to fit, top left, the rest filled with 127",
        },
        "output": "boxes (left, top, right, bottom in input pixels) and scores",
        "prediction_file": LITERT_NAME,
        "calibration": {"method": "none", "temperature": 1.0},
        "thresholds": {
            "low_confidence": 0.0,
            "rule": "score from which as many boxes are found on val as there are",
        },
        "detector": {"input_px": config.predict_px, "score_threshold": 0.5},
        "training": {
            "recipe": config.to_dict(),
            "started_from": None
            if started_from is None
            else f"{started_from['name']}@{started_from['version']}",
            "sources": own,
            "n_boxes": int(sum(len(picture.boxes) for picture in train)),
            "packages": {
                package: package_version(package)
                for package in ("keras", "numpy", "pillow")
            },
        },
    }


def _write_manifest(folder: Path, content: dict[str, Any]) -> None:
    content["files"] = {
        path.relative_to(folder).as_posix(): {
            "sha256": sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST_NAME
    }
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST_NAME).write_text(text + "\n", encoding="utf-8")
