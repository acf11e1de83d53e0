"""What will lie where: names, tables and pictures of the prepared set."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.mlops.preparation.items import Box, Item
from core.mlops.preparation.records import EXTRA, plain
from core.mlops.preparation.scenes import Scenes
from core.mlops.training.boxes import Box as Window
from core.mlops.training.boxes import context_window
from core.observations import CATEGORY_CODES

__all__ = ["BOXED", "Piece", "boxes_csv", "manifest_csv", "pieces_of", "safe_source"]

#: Folder of whole pictures whose things are boxed; no category, so that nothing
#: takes a picture of many things for a photo of one.
BOXED = "boxed"
MANIFEST_COLUMNS = (
    *("split", "file", "label", "source", "subtype", "view", "scene_group"),
    *("domain", "licence_class", "licence", "sha256", "origin"),
)
BOX_COLUMNS = (
    *("file", "xmin", "ymin", "xmax", "ymax", "label", "source", "sublabel"),
    "split",
)
_CONTEXT = 2.2
_LEAST_WINDOW_PX = 150


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One picture of the prepared set.

    Attributes
    ----------
    path : str
        Relative to the target, such as ``processed/train/plastic/reef_12ab.jpg``.
    raw : str
        Relative path of the unchanged copy it is made from.
    item : Item
        The picture it comes from.
    split : str
        ``train`` or ``validation``.
    label : str
        Category; empty for a whole picture of a set of boxes.
    scene : str
        Name of its scene.
    source : str
        Source, as file names have it.
    window : tuple of int or None
        Part of the picture to cut out: left, top, right, bottom.
    subtype : str
        Finer name of what is shown.
    """

    path: str
    raw: str
    item: Item
    split: str
    label: str
    scene: str
    source: str
    window: tuple[int, int, int, int] | None = None
    subtype: str = ""


def safe_source(name: str) -> str:
    """Make a source's name fit for file names: letters, digits, hyphens.

    Examples
    --------
    >>> safe_source("../Reef Cam #2")
    'reef-cam-2'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:40].strip("-") or "unnamed"


def pieces_of(
    items: Sequence[Item],
    scenes: Scenes,
    in_validation: Sequence[bool],
    *,
    source_name: str,
    crops: bool,
) -> list[Piece]:
    """Lay out the prepared set.

    Parameters
    ----------
    items : sequence of Item
        Sound pictures.
    scenes : Scenes
        Their scenes.
    in_validation : sequence of bool
        For each scene.
    source_name : str
        Source of pictures that tell none.
    crops : bool
        Also cut each box out, with its surroundings, for training on photos.
    """
    pieces = []
    for k, item in enumerate(items):
        scene = scenes.of[k]
        split = "validation" if in_validation[scene] else "train"
        source = safe_source(item.sourced.source or source_name)
        name = f"{source}_{item.look.sha256[:12]}"
        suffix = {"JPEG": "jpg", "TIFF": "tif"}.get(
            item.look.format, item.look.format.lower()
        )
        common = {
            "raw": f"raw/images/{name}.{suffix}",
            "item": item,
            "split": split,
            "scene": scenes.names[scene],
            "source": source,
        }
        folder = item.category or BOXED
        path = f"processed/{split}/{folder}/{name}.jpg"
        pieces.append(
            Piece(
                path=path,
                label=item.category,
                subtype=item.sourced.extra.get("subtype", ""),
                **common,  # type: ignore[arg-type]
            )
        )
        if crops and not item.category:
            pieces += [
                Piece(
                    path=f"processed/{split}/{box.category}/{name}-{n}.jpg",
                    label=box.category,
                    window=window,
                    subtype=box.sublabel,
                    **common,  # type: ignore[arg-type]
                )
                for n, (box, window) in enumerate(_windows(item))
            ]
    return pieces


def _windows(item: Item) -> Iterator[tuple[Box, tuple[int, int, int, int]]]:
    """Find windows about the boxes that show no box of another class."""
    for box in item.boxes:
        if box.category not in CATEGORY_CODES:
            continue
        window = context_window(
            Window(*box.corners),
            width=item.look.width,
            height=item.look.height,
            context=_CONTEXT,
            min_side_px=_LEAST_WINDOW_PX,
        )
        others = (b for b in item.boxes if b.category != box.category)
        if not any(window.meets(Window(*other.corners)) for other in others):
            left, top, right, bottom = (int(v) for v in window[:4])
            yield box, (left, top, right, bottom)


def manifest_csv(pieces: Sequence[Piece]) -> str:
    """Tabulate every picture in ``processed``, a row a file."""
    rows = []
    for piece in pieces:
        extra = {key: piece.item.sourced.extra.get(key, "") for key in EXTRA}
        if piece.window is not None:
            extra["view"] = "crop"
        elif not piece.label:
            extra["view"] = extra["view"] or "frame"
        row = extra | {
            "split": piece.split,
            "file": piece.path.removeprefix("processed/"),
            "label": piece.label,
            "source": piece.source,
            "subtype": piece.subtype,
            "scene_group": piece.scene,
            "sha256": piece.item.look.sha256,
            "origin": piece.item.sourced.name,
        }
        rows.append({key: plain(row[key], most=400) for key in MANIFEST_COLUMNS})
    return _csv(MANIFEST_COLUMNS, rows)


def boxes_csv(pieces: Sequence[Piece]) -> str:
    """Tabulate every box, in pixels of the pictures in ``boxed``."""
    rows = []
    for piece in pieces:
        if piece.label:
            continue
        for box in piece.item.boxes:
            sides = dict(
                zip(
                    ("xmin", "ymin", "xmax", "ymax"),
                    (f"{value:.2f}" for value in box.corners),
                    strict=True,
                )
            )
            rows.append(
                sides
                | {
                    "file": piece.path.removeprefix("processed/"),
                    "label": box.category,
                    "source": piece.source,
                    "sublabel": plain(box.sublabel),
                    "split": piece.split,
                }
            )
    return _csv(BOX_COLUMNS, rows)


def _csv(columns: Sequence[str], rows: Sequence[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
