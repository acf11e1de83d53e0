"""The registry: which models are deployed, what they promise, are they whole.

Three kinds lie side by side: photo ``classifier``, box ``detector``, density
``forest``; each says its kind in the manifest (none means classifier).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.classification.champions import champions
from core.classification.manifest import (
    MANIFEST_NAME,
    deployed_models,
    find_model,
    read_manifest,
    verify_model,
)
from core.distribution.manifest import read_forest_manifest, read_verified_file
from core.errors import ModelError, ModelIntegrityError

__all__ = [
    "FOREST_SCORE",
    "KINDS",
    "MEAN_SUFFIX",
    "DeployedModel",
    "list_models",
    "main_scores",
    "read_deployed",
    "show_model",
    "verify_deployed",
    "verify_folder",
]

KINDS = ("classifier", "detector", "forest")
#: End of the name of a forest's score, and of that of the mean it is held against.
FOREST_SCORE, MEAN_SUFFIX = "_macro_f1", "_mean_baseline"
_MAX_BYTES = 2_000_000
#: Headline figures of the kinds that are scored on validation photos.
_SCORES = {
    "classifier": ("accuracy", "macro_f1", "auroc_debris", "ece"),
    "detector": ("map50", "ap50_any", "ap50", "map50_95"),
}


@dataclass(frozen=True, kw_only=True)
class DeployedModel:
    """A deployed model of any kind.

    Attributes
    ----------
    model_id, kind : str
        ``NAME@VERSION``, and one of `KINDS`.
    folder : Path
        Where it lies.
    content : mapping
        Its whole manifest.
    """

    model_id: str
    kind: str
    folder: Path
    content: Mapping[str, Any]

    @property
    def size_mb(self) -> float:
        """Size of all its files, in MB of a million bytes."""
        return round(
            sum(_bytes(one) for one in self.content["files"].values()) / 1e6, 1
        )

    @property
    def predict_mb(self) -> float:
        """Size of the file that predicts."""
        name = self.content["prediction_file"]
        return round(_bytes(self.content["files"][name]) / 1e6, 1)


def _bytes(entry: Mapping[str, Any]) -> int:
    return int(entry["bytes"])


def read_deployed(folder: Path) -> DeployedModel:
    """Read and check the manifest of a model of any kind.

    Raises
    ------
    ModelError
        If it is missing, malformed, or of an unknown kind.
    """
    kind = _kind(folder)
    manifest = (
        read_forest_manifest(folder) if kind == "forest" else read_manifest(folder)
    )
    return DeployedModel(
        model_id=manifest.model_id, kind=kind, folder=folder, content=manifest.content
    )


def _kind(folder: Path) -> str:
    path = folder / MANIFEST_NAME
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(_MAX_BYTES).decode("utf-8"))
        kind = str(content.get("kind", "classifier"))
    except (OSError, ValueError, RecursionError, AttributeError) as error:
        raise ModelError(f"cannot read the model manifest {path}") from error
    if kind not in KINDS:
        raise ModelError(f"{path} describes a {kind[:40]!r}, not {', '.join(KINDS)}")
    return kind


def list_models(models_dir: Path) -> list[dict[str, Any]]:
    """List deployed models with their main figures.

    Parameters
    ----------
    models_dir : Path
        Folder of deployed models.

    Returns
    -------
    list of dict
        ``model, kind, created_at, scores, n, research_use, size_mb, predict_mb,
        is_champion, problem``, for classifiers also ``accuracy`` and ``macro_f1``
        with their ``…_interval``; a model whose manifest cannot be read is listed
        with the problem.

    Raises
    ------
    ModelError
        If the champions cannot be told.
    """
    best = champions(models_dir).values()
    return [
        _row(models_dir / name / str(version), best)
        for name, versions in deployed_models(models_dir).items()
        for version in versions
    ]


def _row(folder: Path, best: Any) -> dict[str, Any]:
    model_id = f"{folder.parent.name}@{folder.name}"
    try:
        model = read_deployed(folder)
        row = {
            "model": model_id,
            "kind": model.kind,
            "created_at": model.content.get("created_at"),
            "architecture": model.content.get("architecture", ""),
            "scores": main_scores(model),
            "n": model.content.get("metrics", {}).get("val", {}).get("n"),
            "research_use": model.content.get("research_use"),
            "size_mb": model.size_mb,
            "predict_mb": model.predict_mb,
            "is_champion": model_id in best,
            "problem": None,
        }
    except ModelError as error:
        return {"model": model_id, "problem": str(error)}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return {"model": model_id, "problem": f"its manifest is malformed: {error}"}
    if model.kind == "classifier":
        for key in ("accuracy", "macro_f1"):
            entry = row["scores"].get(key, {})
            row[key] = entry.get("value")
            row[f"{key}_interval"] = entry.get("interval")
    return row


def main_scores(model: DeployedModel) -> dict[str, dict[str, Any]]:
    """Headline figures of a model by name, each ``value`` and ``interval``.

    A forest has, for each target, the macro-F1 in waters it never saw and that of the
    mean of its training rows.
    """
    if model.kind == "forest":
        return _forest_scores(model.content["targets"])
    val = model.content.get("metrics", {}).get("val", {})
    return {
        name: {
            "value": val[name],
            "interval": val.get("intervals", {}).get(name),
        }
        for name in _SCORES[model.kind]
        if val.get(name) is not None
    }


def _forest_scores(targets: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found = {}
    for code, one in targets.items():
        scores = one["metrics"]["region"]["scores"]
        for method, suffix in (("forest", ""), ("mean", MEAN_SUFFIX)):
            entry = scores[method]["macro_f1"]
            if entry["value"] is not None:
                found[f"{code}{FOREST_SCORE}{suffix}"] = {
                    "value": entry["value"],
                    "interval": [entry["low"], entry["high"]],
                }
    return found


def show_model(models_dir: Path, spec: str) -> dict[str, Any]:
    """Return the whole manifest of a model and the folder it lies in.

    Raises
    ------
    NotFoundError
        If there is no such model.
    ModelError
        If its manifest cannot be used.
    """
    model = read_deployed(find_model(models_dir, spec))
    return {"model": model.model_id, "folder": str(model.folder), **model.content}


def verify_deployed(
    models_dir: Path, spec: str | None = None
) -> list[dict[str, str | None]]:
    """Compare every file of one model, or of all, with its manifest.

    Returns
    -------
    list of dict
        ``model`` and ``problem`` (None if every hash is as promised).

    Raises
    ------
    NotFoundError
        If the named model does not exist.
    """
    if spec is not None:
        folders = [find_model(models_dir, spec)]
    else:
        folders = [
            models_dir / name / str(version)
            for name, versions in deployed_models(models_dir).items()
            for version in versions
        ]
    found: list[dict[str, str | None]] = []
    for folder in folders:
        model_id = f"{folder.parent.name}@{folder.name}"
        try:
            verify_folder(folder)
        except ModelError as error:
            found.append({"model": model_id, "problem": str(error)})
        else:
            found.append({"model": model_id, "problem": None})
    return found


def verify_folder(folder: Path) -> DeployedModel:
    """Compare every file of a model of any kind with its manifest.

    Raises
    ------
    ModelIntegrityError
        If a file differs, is missing, or is not listed.
    ModelError
        If the manifest cannot be used.
    """
    model = read_deployed(folder)
    if model.kind != "forest":
        verify_model(folder)
        return model
    manifest = read_forest_manifest(folder)
    for name in manifest.hashes:
        read_verified_file(folder, manifest, name)
    present = {path.name for path in folder.rglob("*") if path.is_file()}
    if extra := sorted(present - {*manifest.hashes, MANIFEST_NAME}):
        raise ModelIntegrityError(
            f"{model.model_id} holds files its manifest does not list: {extra[0]}"
        )
    return model
