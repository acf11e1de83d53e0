"""Train a model as the settings file says, and deploy it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from core.classification import ModelManifest
from core.errors import InputError, NotFoundError
from core.mlops.training.config import Recipe, read_recipe
from core.mlops.training.data import PhotoSet, Pixels
from core.mlops.training.export import export_model
from core.mlops.training.run import Renders, gather_training_photos, run_training

__all__ = ["average_networks", "photos_of", "read_data_sources", "train_and_deploy"]

_UNSEEN_PER_KIND = 40


def read_data_sources(path: Path) -> list[dict[str, str]]:
    """Read what is known of each data source from the settings file.

    Raises
    ------
    InputError
        If the file cannot be read or an entry lacks a field.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"cannot read data sources from {path}") from error
    entries: Any = content.get("data_sources") if isinstance(content, dict) else None
    needed = {"source", "licence_class", "licence", "origin", "relevance"}
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and needed <= set(entry) for entry in entries
    ):
        raise InputError(
            f"{path} needs data_sources, each with {', '.join(sorted(needed))}"
        )
    return [{key: str(entry[key]) for key in needed} for entry in entries]


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
    recipe: Recipe, photos: Path, categories: tuple[str, ...], renders: Renders
) -> PhotoSet:
    """Gather every picture that some run of a recipe was trained on, once."""
    rows: dict[tuple[str, str], tuple[Pixels, int, str, str]] = {}
    for run in recipe.runs:
        part = gather_training_photos(run.config, photos, categories, renders)
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
) -> ModelManifest:
    """Train as ``config_file`` says and deploy the outcome.

    Parameters
    ----------
    name, version : str, int
        Of the new model.
    config_file : Path
        Training settings and data sources.
    photos : Path
        Holds ``train/`` and ``val/``.
    folder : Path
        Checkpoints and history; a second call goes on from there.
    models_dir : Path
        Folder of deployed models.
    categories : tuple of str
        Output order.
    renders : Renders
        Paints simulated photos.

    Raises
    ------
    NotFoundError
        If the photos are not there.
    InputError
        If the settings do not fit.
    """
    for split in ("train", "val"):
        if not (photos / split).is_dir():
            raise NotFoundError(f"no such folder: {photos / split}")
    recipe = read_recipe(config_file, name)
    sources = read_data_sources(config_file)
    networks = [
        run_training(run.config, photos, folder / f"run_{number}", categories, renders)
        for number, run in enumerate(recipe.runs, start=1)
    ]
    return export_model(
        [average_networks(networks, recipe)],
        recipe,
        photos_of(recipe, photos, categories, renders),
        renders.unseen(categories, _UNSEEN_PER_KIND),
        categories=categories,
        photos=photos,
        models_dir=models_dir,
        name=name,
        version=version,
        sources=sources,
    )
