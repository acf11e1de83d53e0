"""Recognise the layout of a set, and read it."""

from collections.abc import Callable
from pathlib import Path

from core.errors import InputError, NotFoundError
from core.mlops.preparation.read_coco import coco_files, read_coco_set
from core.mlops.preparation.read_folder import read_boxes_table, read_folder_set
from core.mlops.preparation.read_yolo import read_yolo_set, yolo_names
from core.mlops.preparation.records import SourceSet

__all__ = ["LAYOUTS", "read_set", "recognise"]

_READERS: dict[str, Callable[[Path], SourceSet]] = {
    "folder": read_folder_set,
    "coco": read_coco_set,
    "yolo": read_yolo_set,
    "boxes": read_boxes_table,
}
LAYOUTS = tuple(_READERS)


def recognise(root: Path) -> str:
    """Name the layout of a set.

    Raises
    ------
    InputError
        If it is none that is known; the message says what was looked for.
    """
    if root.is_file() and root.suffix.lower() != ".json":
        raise InputError(f"{root.name} is a file; unpack it and give the folder")
    if coco_files(root):
        return "coco"
    if (root / "boxes.csv").is_file():
        return "boxes"
    if root.is_dir() and yolo_names(root) is not None:
        return "yolo"
    if root.is_dir() and any(
        entry.is_dir() and not entry.name.startswith(".") for entry in root.iterdir()
    ):
        return "folder"
    raise InputError(
        f"{root} is no set that is known: no folder a class, no COCO json (images, "
        "annotations), no YOLO names (data.yaml, classes.txt), no boxes.csv"
    )


def read_set(root: Path, layout: str | None = None) -> SourceSet:
    """Read a set without looking at its pictures yet.

    Parameters
    ----------
    root : Path
        Its folder, or one COCO file.
    layout : str, optional
        One of `LAYOUTS`; recognised if not given.

    Raises
    ------
    NotFoundError
        If there is no such folder or file.
    InputError
        If the layout is not known, or the set holds no picture.
    """
    if not root.exists():
        raise NotFoundError(f"no such file or folder: {root}")
    layout = layout or recognise(root)
    if layout not in _READERS:
        raise InputError(f"layout {layout!r} is none of {', '.join(LAYOUTS)}")
    if layout != "coco" and not root.is_dir():
        raise InputError(f"layout {layout} needs a folder, got the file {root.name}")
    found = _READERS[layout](root)
    if not found.pictures and not found.findings:
        raise InputError(f"{root} holds no picture in the layout {layout}")
    return found
