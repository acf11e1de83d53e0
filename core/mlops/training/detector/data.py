"""Pictures with boxes, decoded once and kept in memory."""

import csv
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.errors import ImageError, InputError, NotFoundError
from core.imagery import decode_photo
from core.mlops.training.data import Pixels, read_photo_folder

__all__ = [
    "BoxPicture",
    "picture_weights",
    "read_box_pictures",
    "read_category_names",
    "read_donors",
]

_log = logging.getLogger(__name__)
_COLUMNS = ("file", "xmin", "ymin", "xmax", "ymax", "label", "source", "split")
_CLEAN = "clean"
#: Share of a photo's sides that its object is guessed to fill.
_OBJECT_SHARE = 0.6


@dataclass(frozen=True, kw_only=True)
class BoxPicture:
    """One picture and its objects.

    Attributes
    ----------
    name, source : str
        File relative to the folder; where it comes from.
    pixels : ndarray of uint8, shape (h, w, 3)
        RGB.
    boxes : ndarray of float32, shape (n, 4)
        Left, top, right, bottom in pixels.
    labels : ndarray of int64, shape (n,)
        Index into the categories.
    is_placed : bool
        False if only the category is known and the box is a guess.
    """

    name: str
    source: str
    pixels: Pixels
    boxes: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]
    is_placed: bool = True


def _rows(folder: Path) -> list[dict[str, str]]:
    listing = folder / "boxes.csv"
    if not listing.is_file():
        raise NotFoundError(f"no such file: {listing}")
    try:
        with listing.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read {listing}") from error
    if rows and (missing := sorted(set(_COLUMNS) - set(rows[0]))):
        raise InputError(f"{listing} lacks the columns {', '.join(missing)}")
    return rows


def read_category_names(folder: Path) -> tuple[str, ...]:
    """List the labels of the training boxes, in alphabetical order."""
    names = {row["label"] for row in _rows(folder) if row["split"] == "train"}
    return tuple(sorted(names))


def read_box_pictures(
    folder: Path, categories: Sequence[str], split: str
) -> list[BoxPicture]:
    """Read the pictures of one split with their boxes, in the order of their names.

    Parameters
    ----------
    folder : Path
        Holds ``boxes.csv`` (file, xmin, ymin, xmax, ymax, label, source, split) and
        the pictures it names.
    categories : sequence of str
        Order of the labels; boxes with another label are refused.
    split : str
        Rows to use.

    Raises
    ------
    NotFoundError
        If there is no ``boxes.csv``.
    InputError
        If it is malformed, a box is no rectangle within its picture, or a picture
        lies outside the folder. A picture that cannot be decoded is passed over.
    """
    index = {code: k for k, code in enumerate(categories)}
    by_file: dict[str, list[dict[str, str]]] = {}
    for row in _rows(folder):
        if row["split"] == split:
            by_file.setdefault(row["file"], []).append(row)
    pictures = []
    for name, rows in sorted(by_file.items()):
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise InputError(f"picture {name[:80]!r} lies outside {folder}")
        try:
            pixels = decode_photo(path.read_bytes(), name=name).pixels
        except (OSError, ImageError) as error:
            _log.warning("passed over %s: %s", name[:80], error)
            continue
        if unknown := {row["label"] for row in rows} - set(index):
            raise InputError(f"unknown label {sorted(unknown)[0][:80]!r} for {name}")
        pictures.append(
            BoxPicture(
                name=name,
                source=rows[0]["source"],
                pixels=pixels,
                boxes=np.array([_box(row, pixels) for row in rows], dtype=np.float32),
                labels=np.array([index[row["label"]] for row in rows], dtype=np.int64),
            )
        )
    return pictures


def _box(row: dict[str, str], pixels: Pixels) -> tuple[float, float, float, float]:
    height, width = pixels.shape[:2]
    try:
        values = [float(row[key]) for key in ("xmin", "ymin", "xmax", "ymax")]
    except (TypeError, ValueError) as error:
        raise InputError(f"a box of {row['file'][:80]} is no number") from error
    if not all(map(math.isfinite, values)):
        raise InputError(f"a box of {row['file'][:80]} is not finite")
    left, right = (min(max(v, 0.0), float(width)) for v in values[0::2])
    top, bottom = (min(max(v, 0.0), float(height)) for v in values[1::2])
    if right <= left or bottom <= top:
        raise InputError(f"a box of {row['file'][:80]} has no area: {values}")
    return left, top, right, bottom


def read_donors(
    photos: Path, categories: Sequence[str]
) -> tuple[list[BoxPicture], list[BoxPicture]]:
    """Read classified photos as further tiles of mosaics.

    Parameters
    ----------
    photos : Path
        Holds ``train/<class>/``; may be missing.
    categories : sequence of str
        Categories of boxes.

    Returns
    -------
    with_object, clean : list of BoxPicture
        Photos of one category, the place of the object guessed; photos without any.
    """
    if not (photos / "train").is_dir():
        return [], []
    present = {path.name for path in (photos / "train").iterdir() if path.is_dir()}
    names = sorted(present & {*categories, _CLEAN})
    if not names:
        return [], []
    found = read_photo_folder(photos / "train", tuple(names))
    with_object: list[BoxPicture] = []
    clean: list[BoxPicture] = []
    index = {code: k for k, code in enumerate(categories)}
    for pixels, label, source, name in zip(
        found.photos, found.labels, found.sources, found.names, strict=True
    ):
        height, width = pixels.shape[:2]
        margin = np.array((width, height) * 2) * 0.5
        reach = np.array((-width, -height, width, height)) * 0.5 * _OBJECT_SHARE
        is_clean = names[label] == _CLEAN
        picture = BoxPicture(
            name=name,
            source=source,
            pixels=pixels,
            boxes=np.zeros((0, 4), np.float32)
            if is_clean
            else (margin + reach).astype(np.float32)[None],
            labels=np.array([] if is_clean else [index[names[label]]], dtype=np.int64),
            is_placed=is_clean,
        )
        (clean if is_clean else with_object).append(picture)
    return with_object, clean


def picture_weights(
    pictures: Sequence[BoxPicture], n_categories: int, balance: float
) -> npt.NDArray[np.float64]:
    """Share of each picture in the sample: that of its rarest category.

    Parameters
    ----------
    pictures : sequence of BoxPicture
        A picture without boxes counts as of the commonest category.
    n_categories : int
        Number of categories.
    balance : float
        Exponent of a category's pictures; 1 keeps natural shares.
    """
    holds = np.zeros((len(pictures), n_categories), dtype=bool)
    for k, picture in enumerate(pictures):
        holds[k, picture.labels] = True
    n_of = np.maximum(holds.sum(axis=0), 1)
    each = n_of.astype(np.float64) ** (balance - 1.0)
    weights = np.where(holds, each, each.min()).max(axis=1)
    shares: npt.NDArray[np.float64] = weights / weights.sum()
    return shares
