"""Read COCO sets: one or more json files, and the pictures they name."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.mlops.preparation.paths import inside, split_of
from core.mlops.preparation.records import (
    BOXES,
    CLASSES,
    SourceBox,
    Sourced,
    SourceSet,
    extra_of,
    plain,
)

__all__ = ["coco_files", "read_coco_set"]

_SCENE_FIELDS = ("scene_group", "scene", "video_id", "sequence_id", "seq_id", "clip")
#: Largest label file read, in bytes; it is held in memory as a whole.
_MAX_BYTES = 1_500_000_000


def coco_files(root: Path) -> list[Path]:
    """List json files of a set that hold ``images`` and ``annotations``.

    Looked for in the folder, in ``annotations`` and one folder down.
    """
    if root.is_file():
        return [root]
    found = [
        path
        for path in sorted([*root.glob("*.json"), *root.glob("*/*.json")])
        if path.is_file() and not path.name.startswith(".")
    ]
    return [path for path in found if _looks_like_coco(path)]


def _looks_like_coco(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(1)
        file.seek(0)
        if start not in (b"{", b"\xef", b" ", b"\n"):
            return False
        # Large files are not parsed twice: the keys are looked for as text.
        overlap = b""
        seen: set[bytes] = set()
        while block := file.read(1 << 20):
            text = overlap + block
            seen |= {k for k in (b'"images"', b'"annotations"') if k in text}
            if len(seen) == 2:
                return True
            overlap = block[-16:]
    return False


def read_coco_set(root: Path) -> SourceSet:
    """Read every COCO file of a folder.

    A set whose annotations have no ``bbox`` labels whole pictures.

    Raises
    ------
    InputError
        If there is no COCO file, or one is no JSON.
    """
    files = coco_files(root)
    if not files:
        raise InputError(f"{root} holds no COCO file (json with images, annotations)")
    folder = root.parent if root.is_file() else root
    found = SourceSet(root=folder, layout="coco", kind=BOXES)
    documents = [(path, _document(path)) for path in files]
    has_boxes = any(
        "bbox" in a for _, doc in documents for a in _dicts(doc.get("annotations"))
    )
    n_labels = sum(1 for _, doc in documents for _ in _dicts(doc.get("annotations")))
    found.kind = BOXES if has_boxes or not n_labels else CLASSES
    for path, document in documents:
        split = split_of(path.stem.split("_")[-1]) or split_of(path.parent.name)
        if not split:
            split = next(filter(None, map(split_of, path.stem.split("_"))), "")
        if split == "test":
            found.find("test_split", path.relative_to(folder), "left alone")
            continue
        _read(found, path, document, split)
    return found


def _document(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"{path.name} has over {_MAX_BYTES / 1e9:g} GB")
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"cannot read {path.name}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path.name} is no JSON: {plain(error)}") from error
    if not isinstance(document, dict):
        raise InputError(f"{path.name} is no COCO file: not an object")
    return document


def _read(found: SourceSet, path: Path, document: dict[str, Any], split: str) -> None:
    where = path.relative_to(found.root).as_posix()
    names = {
        c["id"]: str(c.get("name", ""))
        for c in _dicts(document.get("categories"))
        if isinstance(c.get("id"), int | str)
    }
    labels: dict[Any, list[SourceBox]] = {}
    known = {
        i["id"]
        for i in _dicts(document.get("images"))
        if isinstance(i.get("id"), int | str)
    }
    for number, a in enumerate(_dicts(document.get("annotations"))):
        record = f"{where} annotation {plain(a.get('id', f'number {number}'))}"
        image_id = a.get("image_id")
        if not isinstance(image_id, int | str) or image_id not in known:
            found.find("bad_labels", record, f"names no image: {plain(image_id)}")
            continue
        if a.get("iscrowd") in (1, True):
            found.find("crowd_box", record, "boxes a crowd, not one thing")
            continue
        category = a.get("category_id")
        label = names.get(category, "") if isinstance(category, int | str) else ""
        labels.setdefault(image_id, []).append(
            SourceBox(
                label=label or f"category_id {plain(category)}",
                corners=_corners(a.get("bbox")),
                record=record,
            )
        )
    seen: set[Any] = set()
    for number, image in enumerate(_dicts(document.get("images"))):
        record = f"{where} image {plain(image.get('id', f'number {number}'))}"
        image_id = image.get("id")
        if not isinstance(image_id, int | str) or image_id in seen:
            found.find("bad_labels", record, "its id is missing or used twice")
            continue
        seen.add(image_id)
        _add(found, path, image, labels.get(image_id, []), split, record)


def _add(
    found: SourceSet,
    path: Path,
    image: dict[str, Any],
    labels: list[SourceBox],
    split: str,
    record: str,
) -> None:
    name = image.get("file_name")
    places = list(_places(found.root, path.parent, split))
    options = [inside(place, name) for place in places]
    safe = [
        p for p in options if p and p.resolve().is_relative_to(found.root.resolve())
    ]
    if not safe:
        found.find("unsafe_path", record, f"file_name {plain(name)!r} leaves the set")
        return
    file = next((p for p in safe if p.is_file()), None)
    if file is None:
        found.find("missing_file", record, f"no file {plain(name)!r}")
        return
    label = ""
    if found.kind == CLASSES:
        told = sorted({box.label for box in labels})
        if len(told) != 1:
            reason = f"has {len(told)} labels, expected one: {', '.join(told)}"
            found.find("bad_labels", f"{record} ({plain(name)})", reason)
            return
        label, labels = told[0], []
    size = _size(image.get("width"), image.get("height"))
    scene = next((plain(image[f]) for f in _SCENE_FIELDS if image.get(f)), "")
    found.pictures.append(
        Sourced(
            path=file,
            name=file.relative_to(found.root).as_posix(),
            label=label,
            source=plain(image.get("source") or ""),
            split=split,
            scene=scene,
            boxes=tuple(labels),
            size=size,
            extra=extra_of(image),
        )
    )


def _size(width: object, height: object) -> tuple[int, int] | None:
    """Size that the labels state, or None where they state none."""
    sides = [
        int(side)
        for side in (width, height)
        if isinstance(side, int | float) and math.isfinite(side) and side > 0
    ]
    return (sides[0], sides[1]) if len(sides) == 2 else None


def _places(root: Path, beside: Path, split: str) -> Iterator[Path]:
    """Folders in which sets of this kind keep their pictures."""
    yield beside
    yield root
    yield root / "images"
    yield beside / "images"
    for name in {"train": ("train",), "validation": ("val", "valid", "validation")}.get(
        split, ()
    ):
        yield root / name
        yield root / "images" / name
        yield root / f"{name}2017"


def _corners(bbox: object) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of COCO's left, top, width, height."""
    if not isinstance(bbox, list) or len(bbox) != 4:
        return (math.nan,) * 4
    numbers = [
        float(v) if isinstance(v, int | float) and not isinstance(v, bool) else math.nan
        for v in bbox
    ]
    left, top, width, height = numbers
    return left, top, left + width, top + height


def _dicts(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))
