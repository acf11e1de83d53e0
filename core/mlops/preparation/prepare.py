"""Prepare a foreign set for training: read, check, group, split, report, write."""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.mlops.preparation.items import Item, check_pictures, label_meanings
from core.mlops.preparation.labels import LabelMap
from core.mlops.preparation.layouts import read_set
from core.mlops.preparation.paths import walk
from core.mlops.preparation.pictures import LookBook
from core.mlops.preparation.plan import (
    Piece,
    boxes_csv,
    manifest_csv,
    pieces_of,
    safe_source,
)
from core.mlops.preparation.records import BOXES, SourceSet, plain
from core.mlops.preparation.report import report_html, report_json, report_markdown
from core.mlops.preparation.scenes import Scenes, find_scenes, scene_pattern
from core.mlops.preparation.split import split_scenes
from core.mlops.preparation.summary import report_alike, summarise
from core.mlops.preparation.write import (
    MARKER,
    check_free,
    read_marker,
    staged,
    write_pieces,
)

__all__ = ["Options", "Prepared", "prepare"]

#: Raised when the same input gives another result.
_VERSION = 1
_LOOKS = "looks.jsonl"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a person may choose.

    Parameters
    ----------
    layout : str or None
        ``folder``, ``coco``, ``yolo`` or ``boxes``; recognised if None.
    validation_share : float, default 0.15
        Share of each class wanted in validation, in (0, 1).
    seed : int, default 0
        Decides among equally good splits.
    min_side_px : int, default 32
        Least shorter side of a picture.
    pattern : str, default ""
        Regular expression whose group names the scene in a file name.
    gap_s : float, default 10
        Pictures taken within so many seconds are one scene; 0 leaves times alone.
    source_name : str, default ""
        Source of pictures that tell none; the folder's name if empty.
    keep_split : bool, default False
        Keep the set's own split; a scene on both sides goes where most of it is.
    crops : bool, default True
        Of a set of boxes, also cut each box out for training on photos.
    """

    layout: str | None = None
    validation_share: float = 0.15
    seed: int = 0
    min_side_px: int = 32
    pattern: str = ""
    gap_s: float = 10.0
    source_name: str = ""
    keep_split: bool = False
    crops: bool = True

    def __post_init__(self) -> None:
        if not 0.0 < self.validation_share < 1.0:
            raise InputError(f"validation share {self.validation_share} outside (0, 1)")
        if self.seed < 0:
            raise InputError(f"seed must be zero or more, got {self.seed}")
        if self.min_side_px < 1:
            raise InputError(f"least side must be 1 or more, got {self.min_side_px}")
        if not 0.0 <= self.gap_s < float("inf"):
            raise InputError(f"scene gap must be zero or more, got {self.gap_s} s")


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What a preparation gave.

    Attributes
    ----------
    report : dict
        The whole report.
    state : str
        ``written``, ``unchanged`` (it was prepared before), or ``checked`` (dry run).
    """

    report: dict[str, Any]
    state: str


def prepare(
    source: Path,
    target: Path | None,
    *,
    options: Options | None = None,
    labels: LabelMap | None = None,
    progress: Progress | None = None,
) -> Prepared:
    """Prepare a set of pictures for training.

    The target gets ``raw/images`` (unchanged copies), ``processed/train`` and
    ``processed/validation`` (a folder a class), ``processed/manifest.csv``, for boxes
    ``processed/boxes.csv``, and the report. The source is only read.

    Parameters
    ----------
    source : Path
        Folder of a set, or a COCO file.
    target : Path or None
        Where to write; None only checks.
    options : Options, optional
        Defaults if not given.
    labels : LabelMap, optional
        A person's map of labels.
    progress : callable, optional
        Called with what is done, how many and of how many.

    Raises
    ------
    NotFoundError
        If there is no such set.
    InputError
        If no picture can be used, or the target holds something else.
    StorageError
        If the target cannot be written, or another run writes it.
    """
    options, labels = options or Options(), labels or LabelMap()
    if options.pattern:
        scene_pattern(options.pattern)
    found = read_set(source, options.layout)
    if target is None:
        report, _ = _examined(found, options, labels, LookBook(None), progress)
        return Prepared(report=report, state="checked")
    _check_apart(found.root, target)
    mark = _fingerprint(found.root, options, labels)
    with staged(target) as stage:
        marker = read_marker(target)
        if marker is not None:
            _check_same(target, marker, mark)
            shutil.rmtree(stage)  # what a run that was killed at the very end left
            report = json.loads((target / "processed/report.json").read_text("utf-8"))
            return Prepared(report=report, state="unchanged")
        check_free(target, ["raw/images", "processed/train", "processed/validation"])
        book = LookBook(stage / _LOOKS)
        report, pieces = _examined(found, options, labels, book, progress)
        tables = {
            "processed/manifest.csv": manifest_csv(pieces),
            "processed/report.json": report_json(report),
            "processed/report.md": report_markdown(report),
            "processed/report.html": report_html(report),
        }
        if found.kind == BOXES:
            tables["processed/boxes.csv"] = boxes_csv(pieces)
        write_pieces(
            target,
            stage,
            pieces,
            tables,
            {"fingerprint": mark, "source": plain(source.resolve())},
            progress=_step(progress, "written"),
        )
    return Prepared(report=report, state="written")


def _check_apart(root: Path, target: Path) -> None:
    """Refuse to read what we would write."""
    root = root.resolve()
    for name in ("raw/images", "processed"):
        place = (target / name).resolve()
        if place.is_relative_to(root) or root.is_relative_to(place):
            raise InputError(f"{place} lies in the set {root}; give another --out")


def _check_same(target: Path, marker: dict[str, Any], mark: str) -> None:
    if marker.get("fingerprint") != mark:
        raise InputError(
            f"{target} holds a set prepared from {marker.get('source')} with other "
            f"files or choices ({MARKER}); undo it first, or give another folder"
        )


def _fingerprint(root: Path, options: Options, labels: LabelMap) -> str:
    digest = hashlib.sha256(
        json.dumps([_VERSION, asdict(options), labels.own], sort_keys=True).encode()
    )
    for path in walk(root):
        stat = path.lstat()
        name = path.relative_to(root).as_posix()
        line = f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n"
        digest.update(line.encode(errors="surrogateescape"))
    return digest.hexdigest()


def _step(progress: Progress | None, what: str) -> Callable[[int, int], None] | None:
    if progress is None:
        return None
    return lambda done, total: progress(what, done, total)


def _examined(
    found: SourceSet,
    options: Options,
    labels: LabelMap,
    book: LookBook,
    progress: Progress | None,
) -> tuple[dict[str, Any], list[Piece]]:
    """Check, group and split a set; return the report and what would be written."""
    meanings = label_meanings(found, labels)
    items = check_pictures(
        found,
        meanings,
        book,
        min_side_px=options.min_side_px,
        progress=_step(progress, "checked"),
    )
    if not items:
        reasons = Counter(finding.kind for finding in found.findings)
        first = "; ".join(f"{f.record}: {f.reason}" for f in found.findings[:3])
        told = ", ".join(f"{n} {kind}" for kind, n in reasons.most_common())
        raise InputError(f"no picture of {found.root} can be used ({told}): {first}")
    pattern = scene_pattern(options.pattern) if options.pattern else None
    scenes = find_scenes(items, pattern=pattern, gap_s=options.gap_s)
    default = safe_source(options.source_name or found.root.resolve().name)
    sources = [safe_source(item.sourced.source or default) for item in items]
    in_validation = _split(items, scenes, sources, options)
    n_leaks = report_alike(found, items, scenes)
    report = summarise(
        found, asdict(options), meanings, items, scenes, sources, in_validation
    )
    report["near_duplicates"]["across_own_split"] = n_leaks
    pieces = pieces_of(
        items,
        scenes,
        in_validation.tolist(),
        source_name=default,
        crops=options.crops,
    )
    return report, pieces


def _split(
    items: Sequence[Item], scenes: Scenes, sources: Sequence[str], options: Options
) -> npt.NDArray[np.bool_]:
    if options.keep_split:
        votes = np.zeros(len(scenes.names))
        for scene, item in zip(scenes.of, items, strict=True):
            votes[scene] += {"validation": 1, "train": -1}.get(item.sourced.split, -1)
        return np.asarray(votes > 0)
    return split_scenes(
        scenes.of,
        [item.classes for item in items],
        sources,
        validation_share=options.validation_share,
        seed=options.seed,
    )
