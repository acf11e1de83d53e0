"""The detector's card, written from the manifest so that the two never disagree."""

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["detector_card"]

_LIMITS = """\
- Three of four pictures are frames of remotely operated vehicles on the deep-sea
  floor; the rest are streets and grass (TACO), one beach, and canals. No open ocean,
  no drone, no aircraft and no sargassum: performance there is unknown.
- Rubber, textile and most fishing gear occur in one source only, in few scenes. Their
  figures rest on a handful of objects; see the numbers beside them.
- `debris_other` mixes debris nobody could name with every object of the source
  `floatscene`, which has one label. Recognising that camera helps the figure.
- Boxes of `aquatrash` are incomplete and those of `okinawa` loose: some boxes counted
  as wrong are right.
- The pictures used for measuring also chose the threshold and the settings of the
  prediction; expect somewhat less on new scenes.
- Intervals treat pictures as independent; pictures of one scene are not, so they are
  rather too narrow.
- Objects under about 12 pixels at the network's size are mostly missed unless the
  photo is large enough to be tiled.
"""


def detector_card(content: Mapping[str, Any]) -> str:
    """Write the card of a detector.

    Parameters
    ----------
    content : mapping
        The manifest.

    Returns
    -------
    str
        Markdown.
    """
    val, training = content["metrics"]["val"], content["training"]
    counts = val["counts"]
    second = content["detector"].get("rescore")
    parts = [
        f"# {content['name']}, version {content['version']}",
        _licence_notice(content),
        "## What it does\n\n"
        f"Finds objects in a photo and names each as one of "
        f"{len(content['categories'])} categories: "
        f"{', '.join(content['categories'])}.\n"
        f"{content['architecture']}; {content['input']['side_px']} px, "
        f"{content['input']['resize']}; made {content['created_at'][:10]}."
        + (
            f" The likeliest {second.get('max_boxes', 20)} objects of a photo are "
            "looked at again, with their surroundings, by a classifier of crops "
            f"({second.get('file') or second.get('model')}), which names them."
            if second
            else ""
        ),
        f"## How well\n\nOn {val['n']} validation pictures with {val['n_boxes']} "
        "boxes, of scenes that training never saw; 95 % bootstrap intervals over "
        "pictures in brackets, by pycocotools.\n\n"
        + _table(
            ("score", "value"),
            [
                (label, _number(val[key], val["intervals"][key]))
                for key, label in (
                    ("ap50_any", "AP at IoU 0.5, category ignored"),
                    ("map50", "mean over categories of AP at IoU 0.5"),
                    ("map50_95", "mean over categories of AP at IoU 0.50 to 0.95"),
                    ("ap50", "AP at IoU 0.5, all categories in one ranking"),
                )
            ],
        )
        + f"\n\nFrom a score of {counts['threshold']:.2f} on, {counts['found']} "
        f"objects are counted where there are {counts['true']}; on a single picture "
        f"the count is wrong by {counts['mean_absolute_error']:.2f} on average.",
        "### By category\n\n"
        + _table(
            ("category", "boxes", "pictures", "AP at IoU 0.5"),
            [
                (
                    code,
                    str(entry["n_boxes"]),
                    str(entry["n_pictures"]),
                    _number(entry["ap50"], entry["ap50_interval"]),
                )
                for code, entry in val["per_category"].items()
            ],
        ),
        "### By source\n\n"
        + _table(
            ("source", "pictures", "boxes", "category ignored", "mean over categories"),
            [
                (
                    source,
                    str(entry["n"]),
                    str(entry["n_boxes"]),
                    _number(entry["ap50_any"], (None, None)),
                    _number(entry["map50"], (None, None)),
                )
                for source, entry in val["per_source"].items()
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
                for entry in training["sources"]
            ],
        )
        + f"\n\n{training['n_boxes']} boxes. The backbone began with the weights of "
        f"{training['started_from'] or 'an ImageNet classifier (Apache-2.0)'}. "
        "No photo is part of this repository.",
        "## Limits\n\n" + _LIMITS.rstrip(),
    ]
    return "\n\n".join(parts) + "\n"


def _licence_notice(content: Mapping[str, Any]) -> str:
    closed = [
        f"`{entry['source']}` ({entry['licence_class']})"
        for entry in content["training"]["sources"]
        if entry["licence_class"] not in ("open", "own")
    ]
    if not content["research_use"]:
        return "All training data carry an open licence."
    return (
        "**Research use.** Part of the training pictures, or of those of the "
        "classifier that the weights began with, are not openly licensed: "
        f"{', '.join(closed) or 'see that classifier'}. For any commercial use ask the "
        "holders of the rights first, or train on the sources marked `open` alone."
    )


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
