"""Comparisons as text for people and as Markdown for the documentation."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.mlops.registry import FOREST_SCORE, MEAN_SUFFIX

__all__ = [
    "LABELS",
    "comparison_lines",
    "difference_lines",
    "forest_targets",
    "markdown_tables",
    "scored",
]

#: How scores are called, in the order they are told.
LABELS = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "auroc_debris": "AUROC debris",
    "ece": "ECE",
    "map50": "mAP50",
    "ap50_any": "AP50 any",
    "ap50": "AP50",
    "map50_95": "mAP50-95",
}
_TITLES = {
    "classifier": "Photo classifiers",
    "detector": "Detectors",
    "forest": "Forests",
}


def scored(entry: Mapping[str, Any] | None) -> str:
    """Write a score with its interval, such as ``0.660 (0.617 to 0.703)``."""
    if not entry or entry.get("value") is None:
        return "not measured"
    low, high = entry.get("interval") or (None, None)
    if low is None or high is None:
        return f"{entry['value']:.3f}"
    return f"{entry['value']:.3f} ({low:.3f} to {high:.3f})"


def comparison_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write a block a model: figures, cost, licence, sources."""
    lines = []
    for row in rows:
        if row.get("problem"):
            lines.append(f"{row['model']}: {row['problem']}")
            continue
        mark = ", champion" if row["is_champion"] else ""
        lines.append(f"{row['model']} ({row['kind']}{mark})")
        if row["kind"] == "forest":
            lines += [
                f"  {target}: macro-F1 {scored(ours)}, of the mean {scored(mean)}"
                for target, ours, mean in forest_targets(row["scores"])
            ]
        else:
            lines += [
                f"  {LABELS[name]}: {scored(entry)}"
                for name, entry in row["scores"].items()
            ]
        cost = f"{row['predict_mb']} MB to predict, {row['size_mb']} MB in all"
        if row.get("ms") is not None:
            cost = f"{row['ms']:.1f} ms a prediction, {cost}"
        lines.append(f"  {cost}; {row['licence']}")
        sources = [
            f"{name} {_source_score(entry)}"
            for name, entry in row["per_source"].items()
        ]
        if sources:
            lines.append(f"  by source: {', '.join(sources)}")
    return lines


def _source_score(entry: Mapping[str, Any]) -> str:
    value = entry.get("accuracy", entry.get("ap50"))
    return "-" if value is None else f"{value:.2f}"


def difference_lines(result: Mapping[str, Any]) -> list[str]:
    """Write the scores of each model and the differences from the first."""
    lines = [f"{result['n']} photos, resampled by {result['resampled_by']}"]
    for scores in result["models"]:
        told = ", ".join(
            f"{label} {scored(_entry(scores, name))}"
            for name, label in LABELS.items()
            if name in scores
        )
        lines.append(f"{scores['model']}: {told}")
    for one in result["differences"]:
        lines.append(f"{one['model']} less {one['less']}:")
        lines += [
            f"  {label}: {_difference(one[name])}"
            for name, label in LABELS.items()
            if name in one
        ]
    return lines


def _entry(scores: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {"value": scores[name], "interval": scores["intervals"][name]}


def _difference(entry: Mapping[str, Any]) -> str:
    if entry["value"] is None:
        return "cannot be told from these photos"
    low, high = entry["interval"]
    return (
        f"{entry['value']:+.3f} ({low:+.3f} to {high:+.3f}), "
        f"better in {entry['share_better']:.0%} of resamples"
    )


def markdown_tables(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write a table a kind, and one of sources for classifiers and detectors."""
    parts = []
    for kind, title in _TITLES.items():
        own = [r for r in rows if not r.get("problem") and r["kind"] == kind]
        if not own:
            continue
        if kind == "forest":
            parts.append(f"### {title}\n\n{_forests(own)}")
            continue
        names = list(dict.fromkeys(name for row in own for name in row["scores"]))
        heading = [
            "model",
            *(LABELS.get(name, f"`{name}`") for name in names),
            "ms",
            "MB",
            "licence",
        ]
        lines = [[_named(row), *_cells(row, names)] for row in own]
        parts.append(f"### {title}\n\n{_table(heading, lines)}")
        sources = sorted({source for row in own for source in row["per_source"]})
        if sources:
            by_source = [
                [_named(row)]
                + [
                    _source_score(row["per_source"].get(source, {}))
                    for source in sources
                ]
                for row in own
            ]
            what = "Accuracy" if kind == "classifier" else "AP50"
            table = _table(["model", *sources], by_source)
            parts.append(f"{what} by source:\n\n{table}")
    return "\n\n".join(parts)


def _forests(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write a line a target, beside what the mean of the training rows gives."""
    heading = ["model", "target", "macro-F1", "of the mean", "ms", "MB", "licence"]
    lines = []
    for row in rows:
        for target, ours, mean in forest_targets(row["scores"]):
            cost = _cells(row, ())
            lines.append(
                [_named(row), f"`{target}`", scored(ours), scored(mean), *cost]
            )
    return _table(heading, lines)


def forest_targets(
    scores: Mapping[str, Mapping[str, Any]],
) -> list[tuple[str, Mapping[str, Any], Mapping[str, Any] | None]]:
    """Pair each target's score in unseen waters with that of the mean."""
    return [
        (
            name.removesuffix(FOREST_SCORE),
            entry,
            scores.get(f"{name}{MEAN_SUFFIX}"),
        )
        for name, entry in scores.items()
        if name.endswith(FOREST_SCORE)
    ]


def _named(row: Mapping[str, Any]) -> str:
    return f"**`{row['model']}`**" if row["is_champion"] else f"`{row['model']}`"


def _cells(row: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    ms = "" if row.get("ms") is None else f"{row['ms']:.1f}"
    scores = [scored(row["scores"].get(name)) for name in names]
    return [*scores, ms, f"{row['predict_mb']:.1f}", row["licence"]]


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
