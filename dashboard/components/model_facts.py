"""What pages know of deployed models: figures, hash checks, licences."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import services

if TYPE_CHECKING:
    from core.governance import ModelEvidence

__all__ = [
    "decided_by_model",
    "deployed",
    "evidence",
    "in_use",
    "manifest_of",
    "model_card",
    "per_source",
    "times",
]

_USUAL = {"detector": "debris_detector", "forest": "debris_forest"}


def deployed() -> list[dict[str, Any]]:
    """Return deployed models with figures, and what is wrong with their files."""
    folder = services.settings().models_dir
    return _deployed(str(folder), _mark(folder))


def in_use(models: list[dict[str, Any]]) -> dict[str, str]:
    """Name the model of each kind that is used where none is named."""
    from core.classification import champions, classifier_in_use

    settings = services.settings()
    best = champions(settings.models_dir)
    wanted = {"classifier": classifier_in_use(settings)} | {
        kind: best.get(kind, usual) for kind, usual in _USUAL.items()
    }
    found = {}
    for row in models:  # in the order of versions, so the newest stays
        name = row["model"].partition("@")[0]
        kind = row.get("kind", "classifier")
        exact = best.get(kind, "")
        chosen = wanted.get(kind, "")
        if chosen == name and exact.partition("@")[0] == name:
            chosen = exact
        if chosen in (row["model"], name):
            found[kind] = row["model"]
    return found


def per_source(models: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the scores by source of each classifier that can be read."""
    found = {}
    for row in models:
        if row.get("kind") == "classifier" and not row["problem"]:
            val = manifest_of(row["model"]).get("metrics", {}).get("val", {})
            found[row["model"]] = val.get("per_source", {})
    return found


def times(models: list[dict[str, Any]]) -> dict[str, float]:
    """Measure one prediction of each model that is whole, in ms, turn by turn."""
    from core.errors import ModelError
    from core.mlops.comparison import side_by_side

    whole = [row["model"] for row in models if not row["problem"]]
    if not whole:
        return {}
    try:
        rows = side_by_side(services.settings().models_dir, whole, rounds=9)
    except ModelError:  # changed since the page looked
        return {}
    return {row["model"]: row["ms"] for row in rows if row.get("ms") is not None}


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
