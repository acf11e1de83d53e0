"""More training photos cut from a detection set: its boxes, and the sea between."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.imagery import decode_photo
from core.mlops.training.data import PhotoSet, Pixels

__all__ = ["Box", "context_window", "empty_window", "read_box_crops"]

#: Sources whose boxes are complete enough that an unboxed window is clean.
_COMPLETELY_BOXED = frozenset(("trashcan",))
_CLEAN = "clean"
_TRIES = 20


class Box(NamedTuple):
    """A labelled rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float
    label: str = ""

    def meets(self, other: "Box") -> bool:
        """Tell whether two rectangles share an area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def context_window(
    box: Box, *, width: int, height: int, context: float, min_side_px: int
) -> Box:
    """Place a window about a box, larger by a factor, inside the picture.

    Parameters
    ----------
    box : Box
        What the window shows.
    width, height : int
        Of the picture.
    context : float
        Window side as a multiple of the box side.
    min_side_px : int
        Least window side, where the picture has room.
    """
    spans = []
    for low, high, size in (
        (box.left, box.right, width),
        (box.top, box.bottom, height),
    ):
        length = min(max((high - low) * context, min_side_px), size)
        start = min(max((low + high - length) / 2, 0.0), size - length)
        end = max(start + length, high)  # rounding must not cut the box
        spans.append((int(start), min(int(np.ceil(end)), size)))
    (left, right), (top, bottom) = spans
    return Box(left, top, right, bottom)


def empty_window(
    boxes: Sequence[Box], rng: np.random.Generator, *, width: int, height: int
) -> Box | None:
    """Find a random window that meets no box, or None if the picture is too full."""
    for _ in range(_TRIES):
        side = int(min(width, height) * rng.uniform(0.45, 0.9))
        left = int(rng.integers(0, width - side + 1))
        top = int(rng.integers(0, height - side + 1))
        window = Box(left, top, left + side, top + side)
        if not any(window.meets(box) for box in boxes):
            return window
    return None


def read_box_crops(
    folder: Path,
    categories: Sequence[str],
    *,
    split: str = "train",
    context: float = 2.2,
    min_side_px: int = 150,
    clean_windows: bool = True,
    seed: int = 0,
) -> PhotoSet:
    """Cut the labelled boxes of a detection set out with their surroundings.

    A window that would show a box of another label is left out, as in the curated
    photos. Boxes whose label is no category still forbid a window. Where a source
    is boxed completely, one empty window a picture may be added as ``clean``.

    Parameters
    ----------
    folder : Path
        Holds ``boxes.csv`` (file, xmin, ymin, xmax, ymax, label, source, split) and
        the pictures it names.
    categories : sequence of str
        The model's categories.
    split : str, default "train"
        Rows of ``boxes.csv`` to use.
    context : float, default 2.2
        Window side as a multiple of the box side.
    min_side_px : int, default 150
        Least window side.
    clean_windows : bool, default True
        Add the empty windows.
    seed : int, default 0
        Places the empty windows.
    """
    by_file: dict[tuple[str, str], list[Box]] = {}
    with (folder / "boxes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["split"] == split:
                box = Box(
                    left=float(row["xmin"]),
                    top=float(row["ymin"]),
                    right=float(row["xmax"]),
                    bottom=float(row["ymax"]),
                    label=row["label"],
                )
                by_file.setdefault((row["file"], row["source"]), []).append(box)
    index = {code: label for label, code in enumerate(categories)}
    rng = np.random.default_rng(seed)
    rows = []
    for (name, source), boxes in sorted(by_file.items()):
        pixels = decode_photo((folder / name).read_bytes(), name=name).pixels
        height, width = pixels.shape[:2]
        windows = [
            context_window(
                box,
                width=width,
                height=height,
                context=context,
                min_side_px=min_side_px,
            )._replace(label=box.label)
            for box in boxes
            if box.label in index
        ]
        kept = list(_of_one_label(windows, boxes))
        if clean_windows and source in _COMPLETELY_BOXED:
            empty = empty_window(boxes, rng, width=width, height=height)
            kept += [empty._replace(label=_CLEAN)] if empty else []
        rows += [
            (_cut(pixels, window), index[window.label], source, f"{name}#{number}")
            for number, window in enumerate(kept)
        ]
    return PhotoSet.of(rows)


def _of_one_label(windows: Sequence[Box], boxes: Sequence[Box]) -> Iterator[Box]:
    for window in windows:
        others = (box for box in boxes if box.label != window.label)
        if not any(window.meets(box) for box in others):
            yield window


def _cut(pixels: Pixels, window: Box) -> Pixels:
    left, top, right, bottom = (int(side) for side in window[:4])
    return np.ascontiguousarray(pixels[top:bottom, left:right])
