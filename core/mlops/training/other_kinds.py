"""Detector and forest, trained by their own code and logged like the classifiers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from core.classification import ModelManifest
from core.distribution import train_forest
from core.mlops.provenance import data_hash
from core.mlops.registry import main_scores, read_deployed
from core.mlops.tracking import RunLog
from core.mlops.training.detector import read_detector_config, train_detector
from core.mlops.training.tracked import Tracking, final_metrics

__all__ = ["train_tracked_detector", "train_tracked_forest"]

_T = TypeVar("_T")


def train_tracked_detector(
    config: Path,
    boxes: Path,
    *,
    version: int,
    runs_dir: Path,
    models_dir: Path,
    seed: int | None,
    tracking: Tracking,
    name: str = "debris_detector",
) -> ModelManifest:
    """Train a detector with `train_detector`, logged epoch by epoch.

    Parameters
    ----------
    config, boxes : Path
        Settings, and the folder of ``boxes.csv``.
    version, name : int, str
        Of the new model.
    runs_dir, models_dir : Path
        For checkpoints, and of deployed models.
    seed : int, optional
        Instead of the one in the settings.
    tracking : Tracking
        Where the run is logged.
    """
    settings = read_detector_config(config)
    if seed is not None:
        settings = replace(settings, seed=seed)
    tags = {
        "model": f"{name}@{version}",
        "kind": "detector",
        "licence": "any",
        "data_sha256": data_hash([boxes]),
        "seed": str(settings.seed),
    }
    log = tracking.open(
        runs_dir / f"{name}_{version}",
        name=tags["model"],
        parameters=settings.to_dict(),
        tags=tags,
    )

    def epoch(line: dict[str, Any]) -> None:
        scores = {k: v for k, v in line.items() if k not in ("epoch", "epochs")}
        told = "".join(f", {k.replace('_', ' ')} {v}" for k, v in scores.items())
        tracking.tell(f"training: epoch {line['epoch']} of {line['epochs']}{told}")
        if log is not None:
            log.epochs([{"epoch": line["epoch"]} | scores])

    more = {"licence": "any", "tags": tags, "commit": tracking.commit}
    manifest = _logged(
        log,
        lambda: train_detector(
            config,
            boxes,
            version=version,
            runs_dir=runs_dir,
            models_dir=models_dir,
            seed=seed,
            name=name,
            report=epoch,
            more=more | ({"mlflow_run": log.run_id} if log and log.run_id else {}),
        ),
    )
    if log is not None:
        log.finish(final_metrics(manifest.content["metrics"]))
    return manifest


def train_tracked_forest(
    observations: Path,
    *,
    version: int,
    folder: Path,
    models_dir: Path,
    licence: str,
    seed: int,
    tracking: Tracking,
    name: str = "debris_forest",
) -> Path:
    """Train a forest with `train_forest`, logged; return the folder of the model.

    Parameters
    ----------
    observations : Path
        Folder of the published tables.
    version, name : int, str
        Of the new model.
    folder, models_dir : Path
        Of the run log's memory, and of deployed models.
    licence : str
        ``any`` or ``open``.
    seed : int
        Of trees, folds and bootstrap.
    tracking : Tracking
        Where the run is logged.
    """
    tags = {
        "model": f"{name}@{version}",
        "kind": "forest",
        "licence": licence,
        "data_sha256": data_hash([observations]),
        "seed": str(seed),
    }
    log = tracking.open(
        folder, name=tags["model"], parameters={"seed": seed}, tags=tags
    )
    _logged(
        log,
        lambda: train_forest(
            observations,
            version=version,
            models_dir=models_dir,
            seed=seed,
            licence=licence,
            name=name,
            report=tracking.tell,
        ),
    )
    target = models_dir / name / str(version)
    if log is not None:
        log.finish(_values(main_scores(read_deployed(target))))
    return target


def _logged(log: RunLog | None, train: Callable[[], _T]) -> _T:
    try:
        return train()
    except BaseException as error:
        if log is not None:
            log.fail(f"{type(error).__name__}: {error}")
        raise


def _values(scores: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    out = {}
    for name, entry in scores.items():
        out[name] = float(entry["value"])
        for end, value in zip(("low", "high"), entry["interval"], strict=True):
            if value is not None:
                out[f"{name}_{end}"] = float(value)
    return out
