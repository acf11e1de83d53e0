"""The registry: which models are deployed, what they promise, are they whole."""

from pathlib import Path
from typing import Any

from core.classification.manifest import (
    deployed_models,
    find_model,
    read_manifest,
    verify_model,
)
from core.errors import ModelError

__all__ = ["list_models", "show_model", "verify_deployed"]


def list_models(models_dir: Path) -> list[dict[str, Any]]:
    """List deployed models with their main figures.

    Parameters
    ----------
    models_dir : Path
        Folder of deployed models.

    Returns
    -------
    list of dict
        ``model, created_at, accuracy, macro_f1, n, research_use, size_mb, problem``;
        a model whose manifest cannot be read is listed with the problem.
    """
    rows = []
    for name, versions in deployed_models(models_dir).items():
        for version in versions:
            rows.append(_row(models_dir / name / str(version)))
    return rows


def _row(folder: Path) -> dict[str, Any]:
    model_id = f"{folder.parent.name}@{folder.name}"
    try:
        manifest = read_manifest(folder)
    except ModelError as error:
        return {"model": model_id, "problem": str(error)}
    val = manifest.content.get("metrics", {}).get("val", {})
    return {
        "model": model_id,
        "created_at": manifest.content.get("created_at"),
        "accuracy": val.get("accuracy"),
        "accuracy_interval": val.get("intervals", {}).get("accuracy"),
        "macro_f1": val.get("macro_f1"),
        "macro_f1_interval": val.get("intervals", {}).get("macro_f1"),
        "n": val.get("n"),
        "research_use": manifest.content.get("research_use"),
        "size_mb": round(sum(entry.n_bytes for entry in manifest.files) / 1e6, 1),
        "problem": None,
    }


def show_model(models_dir: Path, spec: str) -> dict[str, Any]:
    """Return the whole manifest of a model and the folder it lies in.

    Raises
    ------
    NotFoundError
        If there is no such model.
    ModelError
        If its manifest cannot be used.
    """
    folder = find_model(models_dir, spec)
    manifest = read_manifest(folder)
    return {"model": manifest.model_id, "folder": str(folder), **manifest.content}


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
            verify_model(folder)
        except ModelError as error:
            found.append({"model": model_id, "problem": str(error)})
        else:
            found.append({"model": model_id, "problem": None})
    return found
