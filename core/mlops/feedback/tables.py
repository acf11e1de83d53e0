"""The tables of exported labels: a manifest, ``boxes.csv`` and COCO."""

import csv
import json
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from core.mlops.feedback.decided import DecidedPhoto
from core.observations import RECORD_CATEGORIES

__all__ = ["boxes_table", "coco_document", "frames_table", "manifest_table"]

#: One's own photos; a data source of this class trains open variants too.
LICENCE_CLASS = "own"
_LICENCE = "photos of one's own survey"
_MANIFEST = (
    "split",
    "file",
    "label",
    "source",
    "subtype",
    "view",
    "scene_group",
    "domain",
    "licence_class",
    "licence",
    "survey",
    "decided_by",
    "decided_at",
    "by_person",
    "sha256",
)
_BOXES = (
    *("file", "xmin", "ymin", "xmax", "ymax", "label", "source", "sublabel", "split"),
    *("scene_group", "licence_class", "licence"),
)
_FRAMES = tuple(name for name in _MANIFEST if name != "label")
Files = Sequence[tuple[str, DecidedPhoto]]


def manifest_table(files: Files) -> str:
    """Return the manifest of labelled photos as CSV, a row a photo."""
    return _csv(_MANIFEST, [_row(name, photo) for name, photo in files])


def frames_table(files: Files) -> str:
    """Return the manifest of boxed photos as CSV; without a label for the whole."""
    rows = [_row(name, photo) for name, photo in files]
    return _csv(_FRAMES, [{key: row[key] for key in _FRAMES} for row in rows])


def boxes_table(files: Files) -> str:
    """Return ``boxes.csv``, a row a box in px of the upright photo."""
    rows = []
    for name, photo in files:
        told = _row(name, photo)
        for box in photo.boxes or ():
            x, y, width, height = box["bbox"]
            rows.append(
                {
                    **{key: told.get(key, "") for key in _BOXES},
                    "xmin": round(x, 2),
                    "ymin": round(y, 2),
                    "xmax": round(x + width, 2),
                    "ymax": round(y + height, 2),
                    "label": box["category"],
                    "sublabel": "",
                }
            )
    return _csv(_BOXES, rows)


def coco_document(files: Files, *, info: Mapping[str, Any]) -> str:
    """Return boxed photos as a COCO document; photos without a box are images too."""
    numbers = {c.code: n for n, c in enumerate(RECORD_CATEGORIES, start=1)}
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image_id, (name, photo) in enumerate(files, start=1):
        taken = photo.photo["taken_at"]
        images.append(
            {
                "id": image_id,
                "file_name": name,
                "width": photo.photo["width"],
                "height": photo.photo["height"],
                "license": 1,
                "date_captured": taken.isoformat() if taken else "",
                "source": photo.source,
                "scene_group": photo.scene,
                "licence_class": LICENCE_CLASS,
                "reviewed_by": list(photo.decided_by),
                "reviewed_at": photo.decided_at.isoformat(),
            }
        )
        for box in photo.boxes or ():
            width, height = box["bbox"][2:]
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image_id,
                    "category_id": numbers[box["category"]],
                    "bbox": [round(side, 2) for side in box["bbox"]],
                    "area": round(width * height, 2),
                    "iscrowd": 0,
                }
            )
    document = {
        "info": dict(info),
        "licenses": [{"id": 1, "name": _LICENCE, "url": ""}],
        "images": images,
        "annotations": annotations,
        "categories": [
            {
                "id": numbers[c.code],
                "name": c.code,
                "supercategory": "debris" if c.is_debris else "no debris",
            }
            for c in RECORD_CATEGORIES
            if c.code != "clean"
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _row(name: str, photo: DecidedPhoto) -> dict[str, Any]:
    return {
        "split": "",  # by scene, when the set is prepared for training
        "file": name,
        "label": photo.category,
        "source": photo.source,
        "subtype": "",
        "view": "frame",
        "scene_group": photo.scene,
        "domain": "simulated" if photo.photo["simulated"] else "survey photo",
        "licence_class": LICENCE_CLASS,
        "licence": _LICENCE,
        "survey": _safe(str(photo.photo["survey"])),
        "decided_by": _safe("; ".join(photo.decided_by)),
        "decided_at": photo.decided_at.isoformat(),
        "by_person": str(photo.by_person).lower(),
        "sha256": photo.photo["sha256"],
    }


def _safe(text: str) -> str:
    """Keep a name that a person gave from being read as a formula by a spreadsheet."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    out = StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
