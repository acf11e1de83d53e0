"""Pictures that passed: mapped labels, sound boxes, one copy of each."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from core.mlops.preparation.labels import IGNORE, LabelMap, Meaning
from core.mlops.preparation.pictures import Look, LookBook
from core.mlops.preparation.records import CLASSES, SourceBox, Sourced, SourceSet

__all__ = ["Box", "Item", "check_pictures", "label_meanings"]

#: A box may stand out of its picture by this much (labels are rounded), in pixels.
_ROUNDING_PX = 1.0
_LEAST_SIDE_PX = 1.0


@dataclass(frozen=True, kw_only=True)
class Box:
    """A sound box: left, top, right, bottom in pixels of the upright picture."""

    category: str
    corners: tuple[float, float, float, float]
    sublabel: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A picture that passed every check.

    Attributes
    ----------
    sourced : Sourced
        As the set gave it.
    look : Look
        What it looks like.
    category : str
        Its category; empty in a set of boxes.
    boxes : tuple of Box
        Its sound boxes.
    """

    sourced: Sourced
    look: Look
    category: str = ""
    boxes: tuple[Box, ...] = ()

    @property
    def classes(self) -> Counter[str]:
        """How often each category is in it; what the split seeks to share out."""
        if self.category:
            return Counter([self.category])
        return Counter(box.category for box in self.boxes)


def label_meanings(found: SourceSet, labels: LabelMap) -> dict[str, Meaning]:
    """Look every label of a set up once."""
    of_box = found.kind != CLASSES
    names = (
        {box.label for p in found.pictures for box in p.boxes}
        if of_box
        else {p.label for p in found.pictures}
    )
    return {name: labels.meaning(name, of_box=of_box) for name in sorted(names)}


def check_pictures(
    found: SourceSet,
    meanings: dict[str, Meaning],
    book: LookBook,
    *,
    min_side_px: int,
    progress: Callable[[int, int], None] | None = None,
) -> list[Item]:
    """Look at every picture of a set and keep the sound ones; name all others.

    Parameters
    ----------
    found : SourceSet
        The set; findings are added to it.
    meanings : dict
        Meaning of each label.
    book : LookBook
        Looks at pictures.
    min_side_px : int
        Least shorter side.
    progress : callable, optional
        Called with pictures done and total.
    """
    items: list[Item] = []
    total = len(found.pictures)
    for number, picture in enumerate(found.pictures, start=1):
        item = _checked(found, picture, meanings, book, min_side_px)
        if item is not None:
            items.append(item)
        if progress is not None:
            progress(number, total)
    return _one_copy_each(found, items)


def _checked(
    found: SourceSet,
    picture: Sourced,
    meanings: dict[str, Meaning],
    book: LookBook,
    min_side_px: int,
) -> Item | None:
    meaning = meanings.get(picture.label)
    if found.kind == CLASSES and meaning is not None:
        if meaning.category == IGNORE:
            return None
        if not meaning.category:
            reason = f"label {picture.label!r}: {meaning.rule}"
            found.find("unknown_label", picture.name, reason)
            return None
    unknown = sorted(
        {box.label for box in picture.boxes if not meanings[box.label].category}
    )
    if unknown:
        reason = f"holds boxes of {', '.join(map(repr, unknown))}, which no list names"
        found.find("unknown_label", picture.name, reason)
        return None
    look = book.look(picture.path)
    if look.problem:
        found.find("unreadable", picture.name, look.problem)
        return None
    if min(look.width, look.height) < min_side_px:
        reason = f"{look.width} x {look.height} pixels, least side {min_side_px}"
        found.find("too_small", picture.name, reason)
        return None
    if picture.size not in (None, (look.width, look.height)):
        stated = f"{picture.size[0]} x {picture.size[1]}" if picture.size else ""
        reason = f"labels say {stated}, the upright file has {look.width} x "
        found.find("size_mismatch", picture.name, f"{reason}{look.height}")
        return None
    if look.turned and picture.boxes:
        reason = "EXIF turns it; its boxes are taken as drawn on the upright picture"
        found.find("turned", picture.name, reason)
    category = meaning.category if found.kind == CLASSES and meaning else ""
    boxes = tuple(_sound_boxes(found, picture, look, meanings))
    return Item(sourced=picture, look=look, category=category, boxes=boxes)


def _sound_boxes(
    found: SourceSet, picture: Sourced, look: Look, meanings: dict[str, Meaning]
) -> list[Box]:
    kept: dict[tuple[object, ...], Box] = {}
    for box in picture.boxes:
        category = meanings[box.label].category
        if category == IGNORE:
            continue
        corners = _sound_corners(found, box, look)
        if corners is None:
            continue
        key = (category, *corners)
        if key in kept:
            found.find("box_repeated", box.record, "the same box stands twice")
            continue
        kept[key] = Box(category=category, corners=corners, sublabel=box.sublabel)
    return list(kept.values())


def _sound_corners(
    found: SourceSet, box: SourceBox, look: Look
) -> tuple[float, float, float, float] | None:
    if not all(map(math.isfinite, box.corners)):
        found.find("box_not_finite", box.record, "a side is no finite number")
        return None
    scale = (look.width, look.height) if box.relative else (1, 1)
    left, top, right, bottom = (
        value * scale[k % 2] for k, value in enumerate(box.corners)
    )
    said = f"{left:.6g}, {top:.6g} to {right:.6g}, {bottom:.6g}"
    where = f"box {said} in a picture of {look.width} x {look.height}"
    if min(right - left, bottom - top) < _LEAST_SIDE_PX:
        found.find("box_zero_size", box.record, f"{where}: under one pixel")
        return None
    inside = (
        min(max(left, 0.0), look.width),
        min(max(top, 0.0), look.height),
        min(max(right, 0.0), look.width),
        min(max(bottom, 0.0), look.height),
    )
    if min(inside[2] - inside[0], inside[3] - inside[1]) < _LEAST_SIDE_PX:
        found.find("box_outside", box.record, where)
        return None
    moved = (
        abs(a - b) for a, b in zip(inside, (left, top, right, bottom), strict=True)
    )
    if max(moved) > _ROUNDING_PX:
        found.find("box_cut", box.record, where)
    return inside


def _one_copy_each(found: SourceSet, items: list[Item]) -> list[Item]:
    """Keep one of equal files; of files labelled differently keep none."""
    by_hash: dict[str, list[Item]] = {}
    for item in items:
        by_hash.setdefault(item.look.sha256, []).append(item)
    kept = []
    for copies in by_hash.values():
        first = copies[0]
        said = {_said(copy) for copy in copies}
        if len(said) > 1:
            names = ", ".join(copy.sourced.name for copy in copies)
            for copy in copies:
                reason = f"the same file is labelled in different ways: {names}"
                found.find("label_conflict", copy.sourced.name, reason)
            continue
        splits = {copy.sourced.split for copy in copies} - {""}
        for copy in copies[1:]:
            across = " on the other side of the split" if len(splits) > 1 else ""
            reason = f"the same file as {first.sourced.name}{across}"
            found.find("duplicate", copy.sourced.name, reason)
        scenes = [copy.sourced.scene for copy in copies if copy.sourced.scene]
        if scenes and not first.sourced.scene:
            first = replace(first, sourced=replace(first.sourced, scene=scenes[0]))
        kept.append(first)
    return kept


def _said(item: Item) -> object:
    return item.category or tuple(sorted((b.category, b.corners) for b in item.boxes))
