"""Read YOLO sets: a text file of boxes beside each picture, and a list of names."""

import math
from pathlib import Path

import yaml

from core.errors import InputError
from core.mlops.preparation.paths import PICTURE_SUFFIXES, inside, split_of, walk
from core.mlops.preparation.records import (
    BOXES,
    SourceBox,
    Sourced,
    SourceSet,
    plain,
)

__all__ = ["read_yolo_set", "yolo_names"]

_NAME_FILES = ("data.yaml", "data.yml", "dataset.yaml", "classes.txt", "obj.names")
#: Larger files are no lists of names and no labels of one picture.
_MAX_BYTES = 4_000_000


def yolo_names(root: Path) -> tuple[str, dict[int, str]] | None:
    """Find the file with the names of the classes, and read it.

    Paths inside it are not followed.

    Returns
    -------
    (str, dict) or None
        Its name, and the name of each class by number.

    Raises
    ------
    InputError
        If a file of names cannot be understood.
    """
    for name in _NAME_FILES:
        for path in (root / name, root / "labels" / name):
            if path.is_file() and path.stat().st_size <= _MAX_BYTES:
                names = _names(path)
                if names:
                    return name, names
    return None


def _names(path: Path) -> dict[int, str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix not in (".yaml", ".yml"):
            lines = [line.strip() for line in text.splitlines()]
            return {k: line for k, line in enumerate(lines) if line}
        document = yaml.safe_load(text)
    except OSError as error:
        raise InputError(f"cannot read {path.name}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise InputError(f"{path.name} is no YAML: {plain(error)}") from error
    names = document.get("names") if isinstance(document, dict) else None
    if isinstance(names, list):
        return {k: str(name) for k, name in enumerate(names)}
    if isinstance(names, dict) and all(str(k).isdigit() for k in names):
        return {int(k): str(name) for k, name in names.items()}
    return {}


def read_yolo_set(root: Path) -> SourceSet:
    """Read every picture below a folder with its text file.

    The text file lies beside the picture, or in ``labels`` where the picture lies in
    ``images``. A line is ``class x y w h`` or ``class x1 y1 x2 y2 …`` in shares of
    the picture; of an outline the surrounding box is taken.

    Raises
    ------
    InputError
        If there is no list of names.
    """
    listed = yolo_names(root)
    if listed is None:
        raise InputError(
            f"{root} holds no list of names; expected data.yaml with names, "
            "or classes.txt"
        )
    _, names = listed
    found = SourceSet(root=root, layout="yolo", kind=BOXES)
    n_test = 0
    for path in walk(root):
        if path.suffix.lower() not in PICTURE_SUFFIXES:
            continue
        name = path.relative_to(root).as_posix()
        if inside(root, name) is None:
            found.find("unsafe_path", name, "a link that leaves the set's folder")
            continue
        split = next(filter(None, map(split_of, Path(name).parts[:-1])), "")
        if split == "test":
            n_test += 1
            continue
        boxes = _boxes(found, _label_file(root, path), names)
        found.pictures.append(
            Sourced(path=path, name=name, split=split, boxes=tuple(boxes))
        )
    if n_test:
        found.find("test_split", "test/", f"{n_test} pictures left alone")
    return found


def _label_file(root: Path, picture: Path) -> Path:
    parts = list(picture.relative_to(root).parts)
    at = [k for k, part in enumerate(parts[:-1]) if part == "images"]
    if at:
        parts[at[-1]] = "labels"
        apart = root.joinpath(*parts).with_suffix(".txt")
        if apart.is_file():
            return apart
    return picture.with_suffix(".txt")


def _boxes(found: SourceSet, path: Path, names: dict[int, str]) -> list[SourceBox]:
    """Boxes of one picture; a picture without a file has none."""
    where = path.relative_to(found.root).as_posix()
    if not path.is_file():
        return []
    if inside(found.root, where) is None or path.stat().st_size > _MAX_BYTES:
        found.find("bad_labels", where, "too large, or a link that leaves the set")
        return []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        found.find("bad_labels", where, f"cannot be read: {plain(error)}")
        return []
    boxes = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        record = f"{where} line {number}"
        fields = line.split()
        corners = _corners(fields[1:])
        if corners is None or not fields[0].isdigit() or len(fields[0]) > 6:
            found.find("bad_labels", record, f"is no box: {plain(line, most=60)!r}")
            continue
        label = names.get(int(fields[0]), f"class {fields[0]}")
        boxes.append(
            SourceBox(label=label, corners=corners, record=record, relative=True)
        )
    return boxes


def _corners(fields: list[str]) -> tuple[float, float, float, float] | None:
    try:
        numbers = [float(field) for field in fields]
    except ValueError:
        return None
    if len(numbers) == 4:
        x, y, w, h = numbers
        return x - w / 2, y - h / 2, x + w / 2, y + h / 2
    if len(numbers) >= 6 and len(numbers) % 2 == 0:
        if not all(map(math.isfinite, numbers)):
            return (math.nan,) * 4
        xs, ys = numbers[::2], numbers[1::2]
        return min(xs), min(ys), max(xs), max(ys)
    return None
