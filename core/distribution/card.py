"""The model card of a forest: what it does, how well, and where it does not help."""

from collections.abc import Mapping
from typing import Any

__all__ = ["model_card", "score_table"]

_SPLITS = {"region": "unseen waters", "basin": "unseen ocean", "time": "later years"}
_METHODS = {
    "forest": "forest",
    "neighbours": "25 nearest tows",
    "mean": "training mean",
}
_CHANCE = 0.5
_COLUMNS = {
    "macro_f1": "macro-F1",
    "balanced_accuracy": "balanced accuracy",
    "rps": "RPS (less is better)",
    "log_loss": "log loss (less)",
    "r2": "R2 of log10(1+d)",
    "mae": "MAE of log10(1+d) (less)",
    "coverage": "in the 90 % interval",
}


def model_card(content: Mapping[str, Any]) -> str:
    """Write the card from a manifest's content."""
    training = content["training"]
    lines = [
        f"# {content['name']}, version {content['version']}",
        "",
        *_licence(content),
        "## What it does",
        "",
        "Foretells what a search would find at a place and time where nobody looked: "
        "a class with its probabilities, and the density with a 90 % interval. "
        f"Random forests of {training['n_trees']} trees, kept as plain arrays with "
        "their SHA-256; prediction needs numpy only. It is a prior, not a "
        "measurement: whatever was searched replaces it.",
        "",
        "Four quantities, never mixed: pieces and grams per km² in surface nets (mesh "
        "about 0.3 mm), things over 200 mm seen from a deck or the air, and their "
        "mass. Only the last two say anything about what a vessel collects.",
        "",
        "## How well",
        "",
        "Rows held out in three ways; 95 % bootstrap intervals over blocks (H3 cells "
        "of 610,000 km²) in brackets. The baselines are the mean and class shares of "
        "all training rows, and of the 25 nearest ones.",
        "",
    ]
    for code, one in content["targets"].items():
        years = " to ".join(map(str, one["years"]))
        lines += [
            f"### {one['label']} (`{code}`, {one['unit']})",
            "",
            f"{one['n']:,} rows, {years}; classes {', '.join(one['class_labels'])}.",
            "",
            *score_table(one["metrics"]),
            "",
            *_verdicts(one),
            "",
            *_basins(one["by_basin"]),
        ]
    lines += _limits()
    return "\n".join(lines).rstrip() + "\n"


def _licence(content: Mapping[str, Any]) -> list[str]:
    if not content["research_use"]:
        return ["Trained on tables with an open licence only.", ""]
    files = ", ".join(f"`{name}`" for name in content["tables_without_licence"])
    return [
        f"**Research use.** {files} came without a licence file (its article is CC BY "
        "4.0). The targets that do not list it below are trained on open tables only.",
        "",
    ]


def score_table(metrics: Mapping[str, Any]) -> list[str]:
    """Rows of a table of scores, a row a way of holding out and method."""
    lines = [
        f"| held out | method | {' | '.join(_COLUMNS.values())} |",
        f"|---|---|{'---|' * len(_COLUMNS)}",
    ]
    for split, found in metrics.items():
        for method, label in _METHODS.items():
            scores = found["scores"][method]
            cells = " | ".join(_cell(scores[name]) for name in _COLUMNS)
            held = f"{_SPLITS[split]}, n = {found['n']:,}"
            lines.append(f"| {held} | {label} | {cells} |")
    return lines


def _cell(entry: Mapping[str, float | None]) -> str:
    if entry["value"] is None:
        return ""
    return f"{entry['value']:.3f} ({entry['low']:.3f} to {entry['high']:.3f})"


def _verdicts(one: Mapping[str, Any]) -> list[str]:
    lines = []
    for split, found in one["metrics"].items():
        said = found["verdict"]
        lines.append(
            f"- {_SPLITS[split]}: {said['mean']} than the training mean, "
            f"{said['neighbours']} than the nearest tows."
            + _against_chance(found["scores"]["forest"])
        )
    tables = "; ".join(
        f"{t['citation']} ({t['licence']}, {t['n']:,} rows)" for t in one["tables"]
    )
    return [*lines, f"- Trained on: {tables}."]


def _against_chance(scores: Mapping[str, Mapping[str, float | None]]) -> str:
    """Say where presence is ranked worse than at random."""
    ranked = scores["auroc_presence"]["value"]
    if ranked is None or ranked >= _CHANCE:
        return ""
    return f" Presence is ranked worse than by chance (AUROC {ranked:.2f})."


def _basins(rows: list[dict[str, Any]]) -> list[str]:
    if not rows:
        return []
    lines = [
        "Each ocean left out, RPS (less is better):",
        "",
        "| ocean | rows | forest | nearest tows | mean |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['basin']} | {r['n']:,} | {r['rps_forest']:.3f} | "
        f"{r['rps_neighbours']:.3f} | {r['rps_mean']:.3f} |"
        for r in rows
    ]
    return [*lines, ""]


def _limits() -> list[str]:
    return [
        "## Where it does not help",
        "",
        "- In an ocean without any training row the interval holds fewer values than "
        "it says; see `unseen ocean` above, and `n_near` of a prediction.",
        "- It knows years up to its last row and takes later ones as like that.",
        "- Tows are not spread evenly: most are of the western North Atlantic and the "
        "eastern Pacific, few near coasts of Asia and Africa, none under ice.",
        "- A tow that found nothing may have missed some 500 pieces per km².",
        "- Debris on the bottom, on shores or below the surface is not in it.",
    ]
