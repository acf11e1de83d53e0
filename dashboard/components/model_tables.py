"""Words, figures and tables about deployed models."""

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import services
from dashboard.components import model_charts, model_kinds
from dashboard.components.formats import number, share
from dashboard.components.page import Figure, metric_row
from dashboard.components.tables import Column, table

__all__ = [
    "decided_table",
    "model_answer",
    "model_figures",
    "model_scores",
    "model_table",
    "training_data_table",
]

_COLUMNS = {
    "model": Column("Model"),
    "kind": Column("Kind"),
    "in_use": Column("In use", "yes_no"),
    "scores_words": Column("Main scores (95 % interval)", width=330),
    "n": Column("Pictures", "number", help="Behind the scores"),
    "ms": Column(
        "Time (ms)",
        "number",
        1,
        help="Fastest of several predictions on one thread of this machine",
    ),
    "predict_mb": Column("File (MB)", "number", 1, help="What a prediction loads"),
    "size_mb": Column(
        "Folder (MB)", "number", 1, help="With every file of the version"
    ),
    "licence": Column("Training data"),
    "files": Column("Files"),
    "created_at": Column("Made", "date"),
}
_DECIDED = {
    "model": Column("Model"),
    "photos": Column("Photos judged", "number"),
    "unsure": Column("Low confidence", "share"),
    "reviewed": Column("Reviewed by a person", "number"),
    "agreed": Column("Reviews that agree", "share"),
    "last": Column("Last used", "time"),
    "simulated": Column("Simulated photos", "yes_no"),
}
_SOURCES = {
    "source": Column("Source"),
    "n_train": Column("Pictures", "number"),
    "licence_class": Column("Class"),
    "licence": Column("Licence as found"),
    "origin": Column("Origin"),
}


def model_answer(models: list[dict[str, Any]], row: Mapping[str, Any]) -> str:
    """Say in one sentence how well the chosen model does."""
    deployed = "1 model is" if len(models) == 1 else f"{len(models)} models are"
    if row.get("kind") in ("detector", "forest") and not row["problem"]:
        return (
            f"{deployed} deployed. **{row['model']}** ({row['kind']}): "
            f"{model_kinds.score_words(row)}."
        )
    if row.get("accuracy") is None:
        return f"{deployed} deployed; **{row['model']}** tells no scores."
    right = _percent(row["accuracy"], row["accuracy_interval"])
    return (
        f"{deployed} deployed. **{row['model']}** names the right one of ten "
        f"categories on {right} of {row['n']} validation photos; none of them shows "
        "the open sea, or was taken from the air."
    )


def _percent(value: float, limits: list[float | None] | None) -> str:
    low, high = limits or [None, None]
    if low is None or high is None:
        return share(value)
    return f"{share(value)} ({100 * low:.0f} to {100 * high:.0f})"


def model_figures(manifest: Mapping[str, Any]) -> None:
    """Draw the headline scores with their intervals."""
    scores = manifest["metrics"]["val"]
    names = {
        "accuracy": ("Accuracy", "Share of photos given the right category"),
        "macro_f1": ("Macro-F1", "Mean F1 over categories, rare ones count the same"),
        "auroc_debris": (
            "Debris or not (AUROC)",
            "Chance that a debris photo gets a higher debris probability than one "
            "without",
        ),
        "ece": (
            "Calibration error",
            "Mean gap between confidence and accuracy; resampling adds chance to it, "
            "so its interval lies high",
        ),
    }
    metric_row(
        [
            Figure(
                label,
                number(scores[key], digits=2),
                note=model_kinds.limits_note(
                    scores["intervals"].get(key), places=3 if key == "ece" else 2
                ),
                help=f"{told}; 95 % bootstrap interval, n = {scores['n']}.",
            )
            for key, (label, told) in names.items()
        ]
    )


def model_table(
    models: list[dict[str, Any]],
    in_use: Collection[str],
    times: Mapping[str, float] | None = None,
) -> None:
    """Draw the deployed models of every kind, a row each.

    Parameters
    ----------
    models : list of dict
        From the registry.
    in_use : collection of str
        The one of each kind that is used where none is named.
    times : mapping of str to float, optional
        Milliseconds of a prediction, where somebody measured them.
    """
    frame = pd.DataFrame(
        {
            **{key: value for key, value in row.items() if key != "scores"},
            "kind": str(row.get("kind", "unknown")).capitalize(),
            "in_use": row["model"] in in_use,
            "scores_words": model_kinds.score_words(row),
            "ms": (times or {}).get(row["model"]),
            "licence": "Research use" if row.get("research_use") else "Open",
            "files": "Changed or missing" if row["problem"] else "As promised",
            "created_at": pd.to_datetime(
                str(row.get("created_at"))[:10], errors="coerce"
            ),
        }
        for row in models
    )
    columns = _COLUMNS if times else {k: c for k, c in _COLUMNS.items() if k != "ms"}
    table(frame, columns, name="models", title="Deployed models")


def decided_table(rows: pd.DataFrame) -> None:
    """Draw what each model decided and what people said to it."""
    if rows.empty:
        st.caption("No model has judged a photo of this store yet.")
        return
    table(rows, _DECIDED, name="decided-by-model", title="What each model decided")


def model_scores(manifest: Mapping[str, Any]) -> None:
    """Draw scores by category and source, and the confusions."""
    scores = manifest["metrics"]["val"]
    labels = services.category_labels(debris_only=False)
    told = f"validation photos, {manifest['model']}"
    left, right = st.columns(2, gap="large")
    with left:
        model_charts.score_dots(
            model_charts.category_scores(scores, labels),
            score="F1",
            title="F1",
            name="model-categories",
            source=told,
            n=scores["n"],
        )
    with right:
        model_charts.score_dots(
            model_charts.source_scores(scores),
            score="Accuracy",
            title="Accuracy",
            name="model-sources",
            source=told,
            n=scores["n"],
        )
    model_charts.confusion_chart(scores, labels, source=told)


def training_data_table(manifest: Mapping[str, Any]) -> None:
    """Draw the training sources with their licences."""
    if manifest.get("kind") == "forest":
        rows = [
            {
                "source": one["file"],
                "n_train": one["n"],
                "licence_class": one["licence"],
                "licence": one["licence"],
                "origin": one["citation"],
            }
            for target in manifest["targets"].values()
            for one in target["tables"]
        ]
        sources = pd.DataFrame(rows)
    else:
        sources = pd.DataFrame(manifest["training"]["sources"])
    if sources.empty:
        return
    classes = sources["licence_class"].str.replace("_", " ")
    sources = sources.assign(licence_class=classes)
    table(sources, _SOURCES, name="training-data", title="What it was trained on")
