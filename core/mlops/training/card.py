"""The model card, written from the manifest so that the two never disagree."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.mlops.training.sources import OPEN_CLASSES

__all__ = ["model_card"]

#: Source of the frames from the deep-sea floor.
_DEEP_SEA = "trashcan"

_LIMITS = """\
- No photo of the open ocean, none from a drone or an aircraft, and no sargassum was
  available for training or for measuring. Performance there is unknown.
- More than half of the real photos are frames of remotely operated vehicles on the
  deep-sea floor (200 to 6,000 m); few distinct objects were filmed many times.
- Rubber, textile and most fishing gear occur in that one source only. A high score
  there may in part be a score for recognising the camera.
- Glass is known almost only from studio photos on a white board. Read the score for
  `studio` apart from the others.
- Floating litter is known from rivers and canals (plastic and metal only) and from
  simulated renders. Renders are no evidence of performance on real photos.
- The photos used for measuring also served to choose between training runs, to set
  the calibration temperature and the threshold; expect somewhat less on new scenes.
- Labels are wrong in an estimated 2 to 5 % of photos, and material can often not be
  told from a picture.
- One category a photo: a photo of several kinds of debris gets one of them.
"""


def model_card(content: Mapping[str, Any]) -> str:
    """Write the card of a model.

    Parameters
    ----------
    content : mapping
        The manifest.

    Returns
    -------
    str
        Markdown.
    """
    val = content["metrics"]["val"]
    simulated = content["metrics"]["simulated_unseen"]
    parts = [
        f"# {content['name']}, version {content['version']}",
        _licence_notice(content),
        "## What it does\n\n"
        f"Gives one photo a probability for each of {len(content['categories'])} "
        f"categories: {', '.join(content['categories'])}.\n"
        f"{content['architecture']}, {content['input']['side_px']} px, "
        f"{content['input']['resize']}; made {content['created_at'][:10]}.",
        "## How well\n\n"
        f"On {val['n']} validation photos of scenes that training never saw; "
        "95 % bootstrap intervals over photos in brackets. "
        f"{_runs(content)}\n\n"
        + _table(
            ("score", "validation", f"{simulated['n']} unseen simulated renders"),
            [
                (label, _scored(val, key), _scored(simulated, key))
                for key, label in (
                    ("accuracy", "accuracy"),
                    ("macro_f1", "macro-F1"),
                    ("auroc_debris", "AUROC debris against biota and clean"),
                    ("ece", "expected calibration error"),
                )
            ],
        )
        + "\n\nWith the temperature fitted on other scenes than those scored, the "
        f"calibration error is {val['ece_cross_fitted']:.3f}. Knowing only the source "
        "of a photo gives an accuracy of 0.41.\n\n" + _threshold(content),
        "### By source\n\n"
        + _table(
            ("source", "photos", "accuracy"),
            [
                (
                    source,
                    str(entry["n"]),
                    _number(entry["accuracy"], entry["accuracy_interval"]),
                )
                for source, entry in val["per_source"].items()
            ],
        ),
        "### By category\n\n"
        + _table(
            ("category", "photos", "precision", "recall", "F1"),
            [
                (
                    code,
                    str(entry["support"]),
                    f"{entry['precision']:.2f}",
                    f"{entry['recall']:.2f}",
                    _number(entry["f1"], entry["f1_interval"]),
                )
                for code, entry in val["per_category"].items()
            ],
        ),
        "## What it was trained on\n\n"
        + _table(
            ("source", "pictures", "licence class", "licence as found", "origin"),
            [
                (
                    entry["source"],
                    str(entry["n_train"]),
                    entry["licence_class"],
                    entry["licence"],
                    entry["origin"],
                )
                for entry in content["training"]["sources"]
            ],
        )
        + "\n\nPictures are photos, crops about labelled boxes of the same scenes, "
        "and (source `simulated`) renders. No photo is part of this repository.",
        *_made(content),
        "### How near each source is to the task\n\n"
        + "\n".join(
            f"- `{entry['source']}`: {entry['relevance']}"
            for entry in content["training"]["sources"]
        ),
        "## Limits\n\n" + _limits(content),
    ]
    return "\n\n".join(parts) + "\n"


def _limits(content: Mapping[str, Any]) -> str:
    """Tell what is known to be missing; more for a model that saw no deep-sea frame."""
    sources = {entry["source"] for entry in content["training"]["sources"]}
    if _DEEP_SEA in sources:
        return _LIMITS.rstrip()
    return (
        f"{_LIMITS.rstrip()}\n"
        f"- It was not trained on `{_DEEP_SEA}`, so what is said above of the deep sea "
        "holds for the photos it was measured on alone. Categories that occur only "
        "there were learned from renders, if at all."
    )


def _made(content: Mapping[str, Any]) -> list[str]:
    """Say what a second training needs to give the same figures."""
    training = content["training"]
    tags = training.get("tags")
    if not tags:
        return []
    return [
        "### How to make it again\n\n"
        f"Seeds {tags['seed']}; sources under `--licence {training['licence']}`; code "
        f"at commit `{training['commit']}`; photos with SHA-256 "
        f"`{tags['data_sha256'][:16]}` over all files. The settings of each run stand "
        "in the manifest."
    ]


def _runs(content: Mapping[str, Any]) -> str:
    recipe = content["training"]["recipe"]
    n = len(recipe["runs"])
    if n == 1:
        return "These photos served to choose the settings; expect somewhat less."
    what = "logits" if recipe.get("combine") == "logits" else "weights"
    return (
        f"The {what} are the average of {n} training runs, and these photos served to "
        "choose that average, so expect somewhat less elsewhere."
    )


def _threshold(content: Mapping[str, Any]) -> str:
    """Say from where a person need not look, how it is calibrated, what is foreign."""
    thresholds, accepted = content["thresholds"], content["metrics"]["val"]["accepted"]
    parts = [
        f"A prediction below {thresholds['low_confidence']:.2f} is marked "
        f"`low_confidence`. {accepted['share']:.0%} of the validation photos reach "
        "that confidence"
    ]
    if accepted["accuracy"] is not None:
        parts[0] += f", and {accepted['accuracy']:.0%} of these are right"
    parts[0] += "."
    low, high = thresholds.get("accuracy_interval") or (None, None)
    if low is not None and high is not None:
        parts.append(
            f"On scenes left out when it was chosen anew, {low:.0%} to {high:.0%} of "
            "those above it were right."
        )
    calibration = content["calibration"]
    if isinstance(calibration.get("sources"), list):
        parts.append(
            f"Temperature and threshold were fitted on {calibration['n']} of the "
            f"photos, those of {', '.join(calibration['sources'])}."
        )
    if "domain" in content:
        parts.append(
            "A photo unlike those it knows is marked foreign: "
            f"{content['domain']['rule']}."
        )
    return " ".join(parts)


def _licence_notice(content: Mapping[str, Any]) -> str:
    sources = content["training"]["sources"]
    closed = [
        f"`{entry['source']}` ({entry['licence_class']})"
        for entry in sources
        if entry["licence_class"] not in OPEN_CLASSES
    ]
    if not closed:
        return (
            "**Open data.** All training data carry an open licence or are one's own."
            if content["training"].get("licence") == "open"
            else "All training data carry an open licence."
        )
    return (
        "**Research use.** Part of the training photos are not openly licensed: "
        f"{', '.join(closed)}. These weights are published for research; for any "
        "commercial use ask the holders of the rights first, or train on the sources "
        "marked `open` alone."
    )


def _scored(scores: Mapping[str, Any], key: str) -> str:
    return _number(scores[key], scores["intervals"][key])


def _number(value: float | None, interval: Sequence[float | None]) -> str:
    if value is None:
        return "not measurable"
    low, high = interval
    if low is None or high is None:
        return f"{value:.3f}"
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
