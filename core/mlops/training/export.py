"""A trained network to a deployed model: files, calibration, metrics, manifest, card.

Calibration and metrics are taken from the exported LiteRT file on the photos as they
lie on disk, through the same code that predicts later, so they hold for what ships.
"""

import json
import logging
import shutil
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

from core.classification.manifest import (
    MANIFEST_NAME,
    ModelManifest,
    read_manifest,
)
from core.errors import InputError, ModelError
from core.mlops.training.card import model_card
from core.mlops.training.config import Recipe
from core.mlops.training.data import PhotoSet
from core.mlops.training.measure import fit_known_photos, measure
from core.mlops.training.network_files import LITERT_NAME, combined, write_network
from core.mlops.training.sources import OPEN_CLASSES

__all__ = ["export_model"]

_log = logging.getLogger(__name__)
_ARCHITECTURES = {
    "compact": "compact CNN of separable convolutions",
    "resnet18_half": "ResNet-18 of half the width",
}
_CARD_NAME = "model_card.md"


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
    architecture: str = "",
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
        Told in the manifest and the card; by the recipe if empty.
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
    is_joined = recipe.combine == "logits"
    whole = combined(
        networks,
        recipe.input_px,
        shares=shares,
        temperatures=temperatures,
        sides_px=[run.config.input_px for run in recipe.runs] if is_joined else None,
    )
    write_network(whole, recipe.input_px, folder, saved_model=saved_model)
    content = _first_content(name, version, categories, recipe, train, sources)
    content["architecture"] = architecture or _architecture(recipe)
    content["training"] |= dict(more or {})
    _write_manifest(folder, content)
    content |= measure(folder, photos, unseen, calibrate_on)
    domain = fit_known_photos(folder, train, photos, calibrate_on)
    if domain is not None:
        content["domain"] = domain
    _write_manifest(folder, content)
    (folder / _CARD_NAME).write_text(model_card(content), encoding="utf-8")
    _write_manifest(folder, content)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder.rename(target)
    shutil.rmtree(models_dir / f".{name}.new")
    return read_manifest(target)


def _architecture(recipe: Recipe) -> str:
    """Name the networks of a recipe, where their weights come from, and how joined."""
    told = []
    for run in recipe.runs:
        name = run.config.network
        if name in _ARCHITECTURES:
            words = f"{_ARCHITECTURES[name]}, trained from scratch"
        else:
            size = name.removeprefix("lite")
            words = f"EfficientNet-Lite{size}, fine-tuned from ImageNet weights"
            words += " (Apache-2.0)"
        if run.config.teacher:
            words += f", learning from {run.config.teacher}"
        told.append(words)
    networks = list(dict.fromkeys(told))
    if len(told) == 1:
        return networks[0]
    what = "weights" if recipe.combine == "weights" else "logits"
    return f"{'; '.join(networks)}; {what} of {len(told)} runs averaged"


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
        "research_use": any(
            known[source]["licence_class"] not in OPEN_CLASSES for source in counted
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
