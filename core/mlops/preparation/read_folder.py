"""Read sets of one folder a class, and tables of boxes in our own layout."""

import math
from pathlib import Path
from typing import Any

from core.mlops.preparation.paths import (
    PICTURE_SUFFIXES,
    inside,
    manifest_rows,
    split_of,
    walk,
)
from core.mlops.preparation.records import (
    BOXES,
    CLASSES,
    SourceBox,
    Sourced,
    SourceSet,
    extra_of,
)

__all__ = ["read_boxes_table", "read_folder_set"]

_SCENE_COLUMNS = ("scene_group", "scene", "clip", "sequence", "site")
_SIDECARS = frozenset(
    (".csv", ".json", ".txt", ".md", ".yaml", ".yml", ".xml", ".html")
)


def read_folder_set(root: Path) -> SourceSet:
    """Read ``[<split>/]<class>/**``; ``manifest.csv`` beside may tell more.

    Parameters
    ----------
    root : Path
        Holds a folder a class, or folders of splits that do. A manifest has the
        column ``file`` and may have ``label, source, scene_group, …``.
    """
    found = SourceSet(root=root, layout="folder", kind=CLASSES)
    told = _manifest(root)
    for entry in sorted(root.iterdir()):
        if entry.name.startswith("."):
            continue
        split = split_of(entry.name)
        if not entry.is_dir():
            if entry.suffix.lower() not in _SIDECARS:
                found.find("stray_file", entry.name, "lies outside the class folders")
        elif split == "test":
            n_files = sum(1 for _ in walk(entry))
            found.find("test_split", f"{entry.name}/", f"{n_files} files left alone")
        elif split:
            _read_classes(found, entry, split, told)
        else:
            _read_class(found, entry, "", told)
    return found


def _read_classes(
    found: SourceSet, folder: Path, split: str, told: dict[str, dict[str, Any]]
) -> None:
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.name.startswith("."):
            _read_class(found, entry, split, told)
        elif entry.is_file() and entry.suffix.lower() not in _SIDECARS:
            name = entry.relative_to(found.root).as_posix()
            found.find("stray_file", name, "lies outside the class folders")


def _read_class(
    found: SourceSet, folder: Path, split: str, told: dict[str, dict[str, Any]]
) -> None:
    for path in walk(folder):
        name = path.relative_to(found.root).as_posix()
        if path.suffix.lower() in _SIDECARS:
            continue
        if inside(found.root, name) is None:
            found.find("unsafe_path", name, "a link that leaves the set's folder")
            continue
        row = told.get(name, {})
        label = str(row.get("label") or folder.name)
        if label != folder.name:
            found.find(
                "label_conflict",
                name,
                f"the manifest says {label}, the folder {folder.name}",
            )
            continue
        found.pictures.append(_sourced(path, name, row, split=split, label=label))


def read_boxes_table(root: Path) -> SourceSet:
    """Read ``boxes.csv`` (file, xmin, ymin, xmax, ymax, label[, source, split, …]).

    Pictures without a row are read too: nothing is boxed in them.
    """
    found = SourceSet(root=root, layout="boxes", kind=BOXES)
    told = _manifest(root)
    boxes: dict[str, list[SourceBox]] = {}
    rows: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(manifest_rows(root / "boxes.csv"), start=2):
        name = row.get("file")
        record = f"boxes.csv row {number}"
        if inside(root, name) is None:
            found.find("unsafe_path", record, f"file {name!r} leaves the set")
            continue
        corners = [_number(row.get(key)) for key in ("xmin", "ymin", "xmax", "ymax")]
        rows.setdefault(str(name), row)
        boxes.setdefault(str(name), []).append(
            SourceBox(
                label=str(row.get("label") or ""),
                corners=(corners[0], corners[1], corners[2], corners[3]),
                record=f"{record} ({name})",
                sublabel=str(row.get("sublabel") or ""),
            )
        )
    for path in walk(root):
        name = path.relative_to(root).as_posix()
        if path.suffix.lower() in PICTURE_SUFFIXES and _is_frame(name, told):
            boxes.setdefault(name, [])
    for name, listed in sorted(boxes.items()):
        row = told.get(name, {}) | rows.get(name, {})
        split = split_of(str(row.get("split") or name.split("/")[0]))
        if split == "test":
            found.find("test_split", name, "left alone")
            continue
        if inside(root, name) is None:
            found.find("unsafe_path", name, "a link that leaves the set's folder")
            continue
        found.pictures.append(
            _sourced(root / name, name, row, split=split, boxes=tuple(listed))
        )
    return found


def _is_frame(name: str, told: dict[str, dict[str, Any]]) -> bool:
    """Pictures that a manifest labels as a whole are no frames of the boxes."""
    return not told.get(name, {}).get("label")


def _manifest(root: Path) -> dict[str, dict[str, Any]]:
    path = root / "manifest.csv"
    if not path.is_file():
        return {}
    return {str(row["file"]): row for row in manifest_rows(path) if row.get("file")}


def _sourced(
    path: Path,
    name: str,
    row: dict[str, Any],
    *,
    split: str,
    label: str = "",
    boxes: tuple[SourceBox, ...] = (),
) -> Sourced:
    scene = next((str(row[key]) for key in _SCENE_COLUMNS if row.get(key)), "")
    return Sourced(
        path=path,
        name=name,
        label=label,
        source=str(row.get("source") or ""),
        split=split,
        scene=scene,
        boxes=boxes,
        extra=extra_of(row),
    )


def _number(text: object) -> float:
    try:
        return float(str(text))
    except ValueError:
        return math.nan
