"""Train the detector as the settings file says, and deploy it."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.classification import find_model, read_manifest
from core.classification.manifest import ModelManifest
from core.errors import InputError
from core.mlops.training.detector.config import (
    DetectorConfig,
    read_crops_config,
    read_detector_config,
    read_prediction,
)
from core.mlops.training.detector.data import (
    BoxPicture,
    read_box_pictures,
    read_category_names,
    read_donors,
)
from core.mlops.training.detector.export import export_detector
from core.mlops.training.detector.fit import fit_detector
from core.mlops.training.detector.measure import find_boxes, quick_scores
from core.mlops.training.detector.network import load_classifier_weights
from core.mlops.training.detector.second_stage import train_second_stage
from core.mlops.training.detector.views import ViewMaker
from core.mlops.training.sources import read_data_sources

__all__ = ["train_detector"]

_log = logging.getLogger(__name__)
_NAME = "debris_detector"
_IMAGENET = "imagenet"
#: Where the data sources stand if the settings of the detector do not name them.
_SOURCES_FILE = "model_config.yaml"

Report = Callable[[dict[str, Any]], None]


def train_detector(
    config_path: Path,
    boxes_dir: Path,
    *,
    version: int,
    runs_dir: Path,
    models_dir: Path,
    seed: int | None = None,
    name: str = _NAME,
    report: Report | None = None,
    more: Mapping[str, Any] | None = None,
) -> ModelManifest:
    """Train on the split ``train``, score the split ``val``, deploy the outcome.

    The same call after a kill goes on from the last epoch.

    Parameters
    ----------
    config_path : Path
        Sections ``detector``, ``prediction`` and, if there is a second stage,
        ``crops``; ``data_sources`` there, or in ``model_config.yaml`` beside it.
    boxes_dir : Path
        Holds ``boxes.csv`` and the pictures; classified photos in a folder ``photos``
        beside it serve as further mosaic tiles.
    version : int
        Of the new model.
    runs_dir : Path
        Checkpoints and history go to ``<name>_<version>`` in it, those of the second
        stage to ``crops`` in that.
    models_dir : Path
        Deployed models: the new one, the classifier whose weights the backbone starts
        from, and that of the second stage.
    seed : int, optional
        Instead of the one in the settings.
    name : str, default "debris_detector"
        Of the new model.
    report : callable, optional
        Called after each epoch with ``epoch``, ``epochs``, and scores on ``val``
        where they were taken.
    more : mapping, optional
        Further entries for ``training`` in the manifest.

    Raises
    ------
    NotFoundError
        If the pictures or a model to start from are missing.
    InputError
        If the settings or the boxes do not fit.
    ModelError
        If the folder of the run holds another run, or the version exists.
    """
    config = read_detector_config(config_path)
    if seed is not None:
        config = replace(config, seed=seed)
    crops_config = read_crops_config(config_path)
    if seed is not None and crops_config is not None:
        crops_config = replace(crops_config, seed=seed)
    prediction = read_prediction(config_path)
    sources = _sources(config_path)
    categories = read_category_names(boxes_dir)
    train = read_box_pictures(boxes_dir, categories, "train")
    if not train:
        raise InputError(f"{boxes_dir} holds no training picture with boxes")
    val = read_box_pictures(boxes_dir, categories, "val")
    with_object, clean = read_donors(boxes_dir.parent / "photos", categories)
    _log.info(
        "%d pictures, %d photos, %d without objects",
        len(train),
        len(with_object),
        len(clean),
    )
    start = (
        None
        if config.start_from == _IMAGENET
        else find_model(models_dir, config.start_from)
    )
    network = fit_detector(
        config,
        ViewMaker(train, with_object, clean, len(categories), config),
        load_classifier_weights(start),
        len(categories),
        runs_dir / f"{name}_{version}",
        after_epoch=_scorer(config, val, categories, report),
    )
    second = None
    if crops_config is not None:
        second = train_second_stage(
            crops_config,
            train,
            boxes_dir.parent / "photos",
            categories,
            runs_dir / f"{name}_{version}" / "crops",
        )
    donors = [
        *(with_object if config.photo_share else ()),
        *(clean if config.clean_share else ()),
    ]
    return export_detector(
        network,
        config,
        categories,
        train=[*train, *donors],
        val=val,
        models_dir=models_dir,
        name=name,
        version=version,
        sources=sources,
        prediction=prediction,
        crops_network=second,
        crops_config=crops_config,
        started_from=None if start is None else read_manifest(start).content,
        more=more,
    )


def _sources(config_path: Path) -> list[dict[str, str]]:
    try:
        return read_data_sources(config_path)
    except InputError:
        return read_data_sources(config_path.with_name(_SOURCES_FILE))


def _scorer(
    config: DetectorConfig,
    val: list[BoxPicture],
    categories: tuple[str, ...],
    report: Report | None,
) -> Callable[[int, Any], dict[str, Any]]:
    def score(epoch: int, network: Any) -> dict[str, Any]:
        scores: dict[str, Any] = {}
        if val and (epoch % config.score_every == 0 or epoch == config.epochs):
            found = find_boxes(network, val, categories, config.predict_px)
            scores = {f"val_{k}": v for k, v in quick_scores(found).items()}
        if report is not None:
            report({"epoch": epoch, "epochs": config.epochs} | scores)
        return scores

    return score
