"""Evaluate a detector on a folder of pictures with labelled boxes."""

import csv
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.detection import REJECTED, UNKNOWN_DEBRIS, DebrisDetector, detect_files
from core.errors import InputError, NotFoundError
from core.imagery import find_photos
from core.mlops.box_evaluation import box_scores
from core.mlops.box_matching import PictureBoxes, TrueBox
from core.observations import RECORD_CATEGORY_CODES
from core.observations.quantities import OTHER_DEBRIS

__all__ = ["LabelledBoxes", "evaluate_box_folder", "read_labelled_boxes"]

_TABLE = "boxes.csv"
_COLUMNS = ("file", "xmin", "ymin", "xmax", "ymax", "label", "source")
_CORNERS = _COLUMNS[1:5]
_LABELS = {*RECORD_CATEGORY_CODES, UNKNOWN_DEBRIS} - {"clean"}
_MAX_TABLE_BYTES = 200_000_000
#: Files beside labelled pictures that are pictures too, though without boxes.
_SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".heic"))


@dataclass(frozen=True)
class LabelledBoxes:
    """Pictures of a folder with their labelled boxes.

    Attributes
    ----------
    true : dict
        Boxes of each picture, by its path; pictures without boxes have none.
    sources : dict
        Source of each picture.
    skipped : list of dict
        ``file`` and ``reason`` of every row and file that cannot be used.
    """

    true: dict[Path, list[TrueBox]] = field(default_factory=dict)
    sources: dict[Path, str] = field(default_factory=dict)
    skipped: list[dict[str, str]] = field(default_factory=list)


def read_labelled_boxes(folder: Path, *, split: str | None = None) -> LabelledBoxes:
    """Read ``boxes.csv`` and find its pictures.

    Rows name a picture by its path below the folder, or by its file name alone if
    only one picture has it. A row whose four corners are empty says that the picture
    holds no box; so does a picture that no row names.

    Parameters
    ----------
    folder : Path
        Holds ``boxes.csv`` (file, xmin, ymin, xmax, ymax, label, source, and split
        where `split` is given) and the pictures, in folders or not.
    split : str, optional
        Take only rows of this split, and only the pictures they name.

    Raises
    ------
    NotFoundError
        If there is no such folder or table.
    InputError
        If the table cannot be read or lacks a column.
    """
    if not folder.is_dir():
        raise NotFoundError(f"no such folder: {folder}")
    labelled = LabelledBoxes()
    pictures = [p for p in find_photos([folder]) if p.suffix.lower() in _SUFFIXES]
    find = _Finder(folder, pictures)
    for line, row in _rows(folder / _TABLE, needs_split=split is not None):
        if split is not None and row["split"] != split:
            continue
        name = row["file"] or ""
        path = find(name)
        if path is None:
            reason = f"line {line}: no such picture, or more than one"
            labelled.skipped.append({"file": name[:200], "reason": reason})
            continue
        labelled.true.setdefault(path, [])
        labelled.sources.setdefault(path, row["source"] or "unknown")
        try:
            box = _box(row)
        except InputError as error:
            reason = f"line {line}: {error}"
            labelled.skipped.append({"file": name[:200], "reason": reason})
        else:
            labelled.true[path] += [box] if box else []
    if split is None:
        for path in pictures:
            labelled.true.setdefault(path, [])
            source = path.stem.rpartition("_")[0] or "unknown"
            labelled.sources.setdefault(path, source)
    return labelled


class _Finder:
    """Finds a picture by the name a table gives it, below one folder only."""

    def __init__(self, folder: Path, pictures: Iterable[Path]) -> None:
        self._by_path: dict[str, Path] = {}
        self._by_name: dict[str, list[Path]] = {}
        for path in pictures:
            self._by_path[path.relative_to(folder).as_posix()] = path
            self._by_name.setdefault(path.name, []).append(path)

    def __call__(self, name: str) -> Path | None:
        plain = name.strip().replace("\\", "/").removeprefix("./")
        if plain in self._by_path:
            return self._by_path[plain]
        same = self._by_name.get(plain.rpartition("/")[2], [])
        return same[0] if len(same) == 1 else None


def _rows(
    table: Path, *, needs_split: bool
) -> Iterable[tuple[int, dict[str, str | None]]]:
    try:
        if table.stat().st_size > _MAX_TABLE_BYTES:
            raise InputError(f"{table} is larger than {_MAX_TABLE_BYTES // 10**6} MB")
        with table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            wanted = (*_COLUMNS, "split") if needs_split else _COLUMNS
            lacking = sorted(set(wanted) - set(reader.fieldnames or ()))
            if lacking:
                raise InputError(f"{table} lacks the columns {', '.join(lacking)}")
            return [(reader.line_num, row) for row in reader]
    except FileNotFoundError as error:
        raise NotFoundError(f"{table.parent} holds no {_TABLE}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{table} cannot be read as a UTF-8 table") from error


def _box(row: dict[str, str | None]) -> TrueBox | None:
    """Read one box; None if the row says that there is none."""
    texts = [(row[name] or "").strip() for name in _CORNERS]
    if not any(texts):
        return None
    try:
        left, top, right, bottom = (float(text) for text in texts)
    except ValueError:
        raise InputError(f"corners {', '.join(texts)[:80]} are no numbers") from None
    if not all(math.isfinite(value) for value in (left, top, right, bottom)):
        raise InputError("a corner is no finite number")
    if right <= left or bottom <= top:
        raise InputError(
            f"the box has no area: {left:g} to {right:g}, {top:g} to {bottom:g}"
        )
    label = (row["label"] or "").strip()
    if label == OTHER_DEBRIS:  # as records call it
        label = UNKNOWN_DEBRIS
    if label not in _LABELS:
        raise InputError(f"{label[:60]!r} is no category of objects")
    return TrueBox(label, (left, top, right - left, bottom - top))


def evaluate_box_folder(
    folder: Path,
    detector: DebrisDetector,
    *,
    split: str | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Score a detector on pictures with labelled boxes.

    Parameters
    ----------
    folder : Path
        As for `read_labelled_boxes`.
    detector : DebrisDetector
        What to score.
    split : str, optional
        Take only this split.
    n_resamples, seed : int
        Of the bootstrap.
    progress : callable, optional
        Called with pictures done and total.

    Returns
    -------
    dict
        As `core.mlops.box_evaluation.box_scores`, with ``model`` and ``skipped``
        (file and reason of what could not be scored).

    Raises
    ------
    NotFoundError
        If there is no such folder or table.
    InputError
        If the table cannot be used, or no picture with a box can be scored.
    """
    labelled = read_labelled_boxes(folder, split=split)
    paths = sorted(labelled.true)
    skipped = list(labelled.skipped)
    pictures = []
    results = detect_files(paths, detector, progress=progress)
    for path, result in zip(paths, results, strict=True):
        if result.status == REJECTED:
            name = path.relative_to(folder).as_posix()
            skipped.append({"file": name, "reason": result.reason})
            continue
        pictures.append(
            PictureBoxes(labelled.sources[path], labelled.true[path], result.detections)
        )
    if not any(picture.true for picture in pictures):
        raise InputError(
            f"{folder} holds no picture with a box that can be scored; expected "
            f"{_TABLE} with {', '.join(_COLUMNS)} and the pictures it names"
        )
    scores = box_scores(
        pictures,
        detector.categories,
        count_threshold=detector.score_threshold,
        n_resamples=n_resamples,
        seed=seed,
    )
    return scores | {"model": detector.model_id, "skipped": skipped}
