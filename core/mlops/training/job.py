"""Train a classifier as the settings file says, log the run, and deploy it."""

import csv
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.classification import ModelManifest, find_model, read_manifest
from core.errors import InputError, ModelError, NotFoundError
from core.mlops.provenance import data_hash
from core.mlops.tracking import RunLog
from core.mlops.training.config import Recipe, TrainingConfig, read_recipe
from core.mlops.training.data import PhotoSet, Pixels, validation_folder
from core.mlops.training.export import export_model
from core.mlops.training.follow import HistoryFollower
from core.mlops.training.run import (
    Renders,
    gather_training_photos,
    run_training,
)
from core.mlops.training.sources import read_data_sources, sources_under
from core.mlops.training.teacher import load_teacher
from core.mlops.training.tracked import Tracking, final_metrics, watcher

__all__ = [
    "DEPLOYED_NAMES",
    "average_networks",
    "photos_of",
    "train_and_deploy",
]

#: Models whose deployed name differs from the recipe's.
DEPLOYED_NAMES = {"resnet_model": "resnet_model_v1"}
_UNSEEN_PER_KIND = 40


def average_networks(networks: Sequence[Any], recipe: Recipe) -> Any:
    """Average the weights of the runs by their shares, into the last network."""
    weights = [network.get_weights() for network in networks]
    shares = [run.share for run in recipe.runs]
    averaged = networks[-1]
    averaged.set_weights(
        [
            sum(share * part for share, part in zip(shares, parts, strict=True))
            for parts in zip(*weights, strict=True)
        ]
    )
    return averaged


def photos_of(
    recipe: Recipe,
    photos: Path,
    categories: tuple[str, ...],
    renders: Renders,
    *,
    sources: Collection[str] | None = None,
) -> PhotoSet:
    """Gather every picture that some run of a recipe was trained on, once."""
    rows: dict[tuple[str, str], tuple[Pixels, int, str, str]] = {}
    for run in recipe.runs:
        part = gather_training_photos(
            run.config, photos, categories, renders, sources=sources
        )
        for row in zip(
            part.photos, part.labels.tolist(), part.sources, part.names, strict=True
        ):
            rows.setdefault((row[2], row[3]), row)
    return PhotoSet.of(rows.values())


def train_and_deploy(
    name: str,
    version: int,
    *,
    config_file: Path,
    photos: Path,
    folder: Path,
    models_dir: Path,
    categories: tuple[str, ...],
    renders: Renders,
    licence: str = "any",
    seed: int | None = None,
    tracking: Tracking | None = None,
) -> ModelManifest:
    """Train as ``config_file`` says and deploy the outcome.

    Parameters
    ----------
    name, version : str, int
        Of the recipe, and of the new model.
    config_file : Path
        Training settings and data sources.
    photos : Path
        Holds ``train/`` and ``val/`` (or ``validation/``).
    folder : Path
        Checkpoints and history; a second call goes on from there.
    models_dir : Path
        Folder of deployed models.
    categories : tuple of str
        Output order.
    renders : Renders
        Paints simulated photos.
    licence : str, default "any"
        ``open`` trains and calibrates on sources with an open licence alone.
    seed : int, optional
        Seed of the first run, the others follow by one; as in the settings if not
        given.
    tracking : Tracking, optional
        Where the run is logged.

    Raises
    ------
    NotFoundError
        If the photos are not there.
    InputError
        If the settings do not fit, or a teacher of an open model is not open.
    ModelError
        If the folder holds a training of other data or settings.
    """
    recipe = _seeded(read_recipe(config_file, name), seed)
    _check_photos(photos)
    known = read_data_sources(config_file)
    sources = sources_under(licence, known, _listed_classes(photos))
    if licence == "open":
        _check_teachers(recipe, models_dir)
    tracking = tracking or Tracking()
    deployed = DEPLOYED_NAMES.get(name, name)
    tags = {
        "model": f"{deployed}@{version}",
        "kind": "classifier",
        "licence": licence,
        "data_sha256": data_hash([photos / "train", validation_folder(photos)]),
        "seed": " ".join(str(run.config.seed) for run in recipe.runs),
    }
    _check_same_job(folder / "job.json", tags)

    def train_one(config: TrainingConfig, place: Path) -> Any:
        teacher = load_teacher(models_dir, config.teacher) if config.teacher else None
        return run_training(
            config,
            photos,
            place,
            categories,
            renders,
            sources=sources,
            teacher=teacher,
        )

    log = tracking.open(
        folder, name=tags["model"], parameters=recipe.to_dict(), tags=tags
    )
    try:
        networks = _run_all(recipe, folder, train_one, log, tracking)
        is_one = recipe.combine == "weights"
        manifest = export_model(
            [average_networks(networks, recipe)] if is_one else networks,
            recipe,
            photos_of(recipe, photos, categories, renders, sources=sources),
            renders.unseen(categories, _UNSEEN_PER_KIND),
            categories=categories,
            photos=photos,
            models_dir=models_dir,
            name=deployed,
            version=version,
            sources=known,
            shares=None if is_one else [run.share for run in recipe.runs],
            saved_model=recipe.saved_model,
            calibrate_on=sources,
            more={"licence": licence, "tags": tags, "commit": tracking.commit}
            | ({"mlflow_run": log.run_id} if log and log.run_id else {}),
        )
    except BaseException as error:
        if log is not None:
            log.fail(f"{type(error).__name__}: {error}")
        raise
    if log is not None:
        log.finish(final_metrics(manifest.content["metrics"]))
    return manifest


def _run_all(
    recipe: Recipe,
    folder: Path,
    train_one: Callable[[TrainingConfig, Path], Any],
    log: RunLog | None,
    tracking: Tracking,
) -> list[Any]:
    """Do the runs one after the other, each watched through its history."""
    networks = []
    epochs = [run.config.last_epoch for run in recipe.runs]
    for number, run in enumerate(recipe.runs, start=1):
        is_alone = len(epochs) == 1
        watch = watcher(
            log,
            tracking,
            label="training" if is_alone else f"run {number} of {len(epochs)}",
            prefix="" if is_alone else f"run_{number}/",
            n_epochs=epochs[number - 1],
            n_later=sum(epochs[number:]),
        )
        place = folder / f"run_{number}"
        with HistoryFollower(place / "history.jsonl", watch):
            networks.append(train_one(run.config, place))
    return networks


def _check_photos(photos: Path) -> None:
    for folder in (photos / "train", validation_folder(photos)):
        if not folder.is_dir():
            raise NotFoundError(
                f"no such folder: {folder}; --photos takes a folder with train/ and "
                "val/ or validation/, as models prepare writes it"
            )


def _seeded(recipe: Recipe, seed: int | None) -> Recipe:
    if seed is None:
        return recipe
    runs = tuple(
        replace(run, config=replace(run.config, seed=seed + number))
        for number, run in enumerate(recipe.runs)
    )
    return replace(recipe, runs=runs)


def _listed_classes(photos: Path) -> dict[str, frozenset[str]]:
    """Licence classes of each source by the manifest of the photos, if there is one."""
    found: dict[str, set[str]] = {}
    listing = photos / "manifest.csv"
    if listing.exists():
        with listing.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row.get("source") and row.get("licence_class"):
                    found.setdefault(row["source"], set()).add(row["licence_class"])
    return {source: frozenset(classes) for source, classes in found.items()}


def _check_teachers(recipe: Recipe, models_dir: Path) -> None:
    """Refuse that an open model learns from one that is not."""
    for run in recipe.runs:
        if not run.config.teacher:
            continue
        teacher = read_manifest(find_model(models_dir, run.config.teacher))
        if teacher.content.get("research_use", True):
            raise InputError(
                f"{teacher.model_id} is for research use; an open model may not be "
                "distilled from it"
            )


def _check_same_job(path: Path, tags: Mapping[str, str]) -> None:
    """Refuse to resume on other photos, seeds or licences than the run began with."""
    told = {key: tags[key] for key in ("licence", "data_sha256", "seed")}
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(told), encoding="utf-8")
        return
    if differing := [key for key in told if before.get(key) != told[key]]:
        raise ModelError(
            f"{path.parent} holds a training with another {', '.join(differing)}; "
            "take another version, or delete that folder"
        )
