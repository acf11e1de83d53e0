"""Models of every kind side by side, and the scores of detectors and forests."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import services
from dashboard.components import model_charts
from dashboard.components.formats import number
from dashboard.components.page import Figure, metric_row
from dashboard.components.tables import Column, table

__all__ = [
    "classifier_dots",
    "detector_scores",
    "forest_scores",
    "limits_note",
    "score_words",
    "source_table",
]

_SHORT = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "map50": "mAP50",
    "ap50_any": "AP50 of any",
}
_DETECTOR = {
    "map50": ("mAP50", "Mean AP at IoU 0.5 over the categories that occur"),
    "ap50_any": ("AP50 of any", "AP at IoU 0.5 with the category left out"),
    "ap50": ("AP50", "AP at IoU 0.5 of all boxes in one ranking"),
    "map50_95": ("mAP50-95", "Mean AP over IoU 0.5 to 0.95"),
}
_HELD_OUT = {"region": "unseen waters", "basin": "unseen ocean", "time": "later years"}


def score_words(row: Mapping[str, Any]) -> str:
    """Write the main scores of a model of any kind with their intervals."""
    scores = row.get("scores") or {}
    if row.get("kind") == "forest":
        better = [
            name
            for name in scores
            if not name.endswith("_mean_baseline")
            and scores[name]["value"]
            > scores.get(f"{name}_mean_baseline", {"value": 1.0})["value"]
        ]
        n = sum(not name.endswith("_mean_baseline") for name in scores)
        return f"better than the mean in unseen waters: {len(better)} of {n} targets"
    parts = []
    for name, label in _SHORT.items():
        entry = scores.get(name)
        if entry:
            low, high = entry.get("interval") or (None, None)
            limits = "" if low is None else f" ({low:.2f} to {high:.2f})"
            parts.append(f"{label} {entry['value']:.2f}{limits}")
    return ", ".join(parts) or "no scores"


def limits_note(limits: list[float | None] | None, *, places: int = 2) -> str:
    """Write an interval below a figure; empty where it is not known."""
    low, high = limits or [None, None]
    return (
        "" if low is None or high is None else f"{low:.{places}f} to {high:.{places}f}"
    )


def _known(value: float | None) -> float:
    return float("nan") if value is None else value


def classifier_dots(models: list[dict[str, Any]]) -> None:
    """Draw the macro-F1 of each classifier with its interval, where there are two."""
    rows = [
        {
            "name": row["model"],
            "score": row["macro_f1"],
            "low": _known(row["macro_f1_interval"][0]),
            "high": _known(row["macro_f1_interval"][1]),
            "photos": row["n"],
        }
        for row in models
        if row.get("macro_f1") is not None and row.get("macro_f1_interval")
    ]
    if len(rows) < 2:
        return
    frame = pd.DataFrame(rows).sort_values("score", ascending=False, ignore_index=True)
    model_charts.score_dots(
        frame,
        score="Macro-F1",
        title="Classifiers by macro-F1",
        name="models-macro-f1",
        source="validation photos, from the manifests",
        n=int(frame["photos"].max()),
    )


def source_table(per_source: Mapping[str, Mapping[str, Any]]) -> None:
    """Draw the accuracy on each source, a column a classifier, where there are two."""
    if len(per_source) < 2:
        return
    sources = sorted({name for scores in per_source.values() for name in scores})
    frame = pd.DataFrame(
        {
            "source": source,
            "photos": max(s.get(source, {}).get("n", 0) for s in per_source.values()),
            **{
                model: scores.get(source, {}).get("accuracy")
                for model, scores in per_source.items()
            },
        }
        for source in sources
    )
    columns = {"source": Column("Source"), "photos": Column("Photos", "number")}
    columns |= {model: Column(model, "number", 2) for model in per_source}
    table(
        frame, columns, name="models-sources", title="Accuracy by source, side by side"
    )


def detector_scores(manifest: Mapping[str, Any]) -> None:
    """Draw the figures of a detector and its AP by category and source."""
    scores = manifest["metrics"]["val"]
    metric_row(
        [
            Figure(
                label,
                number(scores.get(key), digits=2),
                note=limits_note(scores["intervals"].get(key)),
                help=f"{told}; 95 % bootstrap interval, n = {scores['n']}.",
            )
            for key, (label, told) in _DETECTOR.items()
            if scores.get(key) is not None
        ]
    )
    labels = services.category_labels(debris_only=False)
    rows = pd.DataFrame(
        {
            "name": labels.get(code, code),
            "score": entry["ap50"],
            "low": _known(entry["ap50_interval"][0]),
            "high": _known(entry["ap50_interval"][1]),
            "photos": entry["n_boxes"],
        }
        for code, entry in scores["per_category"].items()
        if entry["ap50"] is not None
    )
    if not rows.empty:
        model_charts.score_dots(
            rows.sort_values("score", ascending=False, ignore_index=True),
            score="AP50",
            title="AP50",
            name="detector-categories",
            source=f"validation pictures, {manifest['model']}; boxes in brackets",
            n=scores["n"],
        )
    frame = pd.DataFrame(
        {"source": source, **entry} for source, entry in scores["per_source"].items()
    )
    columns = {
        "source": Column("Source"),
        "n": Column("Pictures", "number"),
        "n_boxes": Column("Boxes", "number"),
        "map50": Column("mAP50", "number", 2),
        "ap50_any": Column("AP50 of any", "number", 2),
    }
    shown = {key: column for key, column in columns.items() if key in frame}
    table(frame, shown, name="detector-sources", title="Scores by source")


def forest_scores(manifest: Mapping[str, Any]) -> None:
    """Draw what a forest tells beyond the mean, by target and way of holding out."""
    rows = []
    for one in manifest["targets"].values():
        for split, found in one["metrics"].items():
            ours, mean = (
                found["scores"][method]["macro_f1"] for method in ("forest", "mean")
            )
            rows.append(
                {
                    "target": one["label"],
                    "held_out": _HELD_OUT.get(split, split),
                    "n": found["n"],
                    "forest": _limits(ours),
                    "mean": _limits(mean),
                }
            )
    columns = {
        "target": Column("Target"),
        "held_out": Column("Held out"),
        "n": Column("Rows", "number"),
        "forest": Column("Macro-F1 (95 % interval)"),
        "mean": Column("Macro-F1 of the mean"),
    }
    table(
        pd.DataFrame(rows),
        columns,
        name="forest-scores",
        title="What the forest tells beyond the mean",
    )
    st.caption("A forest foretells where nobody searched; it is never a measurement.")


def _limits(entry: Mapping[str, Any]) -> str:
    if entry["value"] is None:
        return "not measurable"
    if entry.get("low") is None:
        return f"{entry['value']:.2f}"
    return f"{entry['value']:.2f} ({entry['low']:.2f} to {entry['high']:.2f})"
