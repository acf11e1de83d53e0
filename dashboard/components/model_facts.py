"""What pages know of deployed models: figures, hash checks, licences."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import services

if TYPE_CHECKING:
    from core.governance import ModelEvidence

__all__ = ["decided_by_model", "deployed", "evidence", "manifest_of", "model_card"]


def deployed() -> list[dict[str, Any]]:
    """Return deployed models with figures, and what is wrong with their files."""
    folder = services.settings().models_dir
    return _deployed(str(folder), _mark(folder))


def _mark(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what changes when a file of a model is written."""
    return tuple(
        (str(path), path.stat().st_mtime_ns, path.stat().st_size)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


@st.cache_data(show_spinner="Comparing model files with their manifests", max_entries=4)
def _deployed(
    folder: str, mark: tuple[tuple[str, int, int], ...]
) -> list[dict[str, Any]]:
    from core.mlops.registry import list_models, verify_deployed

    wrong = {row["model"]: row["problem"] for row in verify_deployed(Path(folder))}
    return [
        {**row, "problem": row.get("problem") or wrong.get(row["model"])}
        for row in list_models(Path(folder))
    ]


def manifest_of(model: str) -> dict[str, Any]:
    """Return the manifest of ``NAME@VERSION``; ModelError if it cannot be read."""
    from core.mlops.registry import show_model

    return show_model(services.settings().models_dir, model)


def model_card(manifest: Mapping[str, Any]) -> str:
    """Return the model card's text; empty if the model has none."""
    path = Path(str(manifest["folder"])) / "model_card.md"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def evidence(model: str) -> "ModelEvidence":
    """Say what a decision trail needs to know of a model."""
    from core.errors import CleanupError
    from core.governance import ModelEvidence

    problems = {row["model"]: row["problem"] for row in deployed()}
    if model not in problems:
        return ModelEvidence(model=model, problem="the model is not deployed any more")
    try:
        manifest = manifest_of(model)
    except CleanupError as error:
        return ModelEvidence(model=model, problem=str(error))
    sources = manifest.get("training", {}).get("sources", [])
    return ModelEvidence(
        model=model,
        files={name: entry["sha256"] for name, entry in manifest["files"].items()},
        problem=problems[model] or "",
        low_confidence=manifest["thresholds"]["low_confidence"],
        licence_classes={s["source"]: s["licence_class"] for s in sources},
    )


def decided_by_model() -> pd.DataFrame:
    """Return per model: photos judged, low confidence, reviewed, and agreement."""
    from core.governance import decisions

    rows = decisions(services.store())
    if rows.empty:
        return pd.DataFrame(
            columns=[
                "model",
                "photos",
                "unsure",
                "reviewed",
                "agreed",
                "last",
                "simulated",
            ]
        )
    reviewed = rows["reviewer"] != ""
    told = rows.assign(
        unsure=rows["status"] != "ok",
        reviewed=reviewed,
        agreed=(rows["category"] == rows["model_category"]).where(reviewed),
    )
    return (
        told.groupby("model")
        .agg(
            photos=("photo_sha256", "size"),
            unsure=("unsure", "mean"),
            reviewed=("reviewed", "sum"),
            agreed=("agreed", "mean"),
            last=("decided_at", "max"),
            simulated=("simulated", "any"),
        )
        .reset_index()
        .astype({"agreed": "float64", "last": "object"})
    )
