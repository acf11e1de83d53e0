"""Pictures of one scene: named, told by file names, taken together, or alike.

A split by image puts neighbouring frames of one thing on both sides, and the score
then says how well the network remembers. A scene is the smallest group that may not
be torn apart.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.errors import InputError
from core.mlops.preparation.items import Item
from core.mlops.preparation.near import Groups, near_pairs

__all__ = ["Scenes", "find_scenes", "scene_pattern"]

#: What tools add to a file name for each copy or frame they make: Roboflow's copies,
#: and frame numbers of a clip.
_NAME_RULES = (
    re.compile(r"^(?P<scene>.+)\.rf\.[0-9a-f]{32}$", re.IGNORECASE),
    re.compile(r"^(?P<scene>.+?)[_-]?frame[_-]?\d+$", re.IGNORECASE),
)


@dataclass(frozen=True, kw_only=True)
class Scenes:
    """Which pictures belong together.

    Attributes
    ----------
    of : tuple of int
        Scene of each picture, numbered from 0 in order of appearance.
    names : tuple of str
        Name of each scene.
    near : tuple of (int, int)
        Pairs of pictures that look alike.
    joined_by : dict of str to int
        How many joins each rule made: ``named, file_name, time, near_duplicate``.
    """

    of: tuple[int, ...]
    names: tuple[str, ...]
    near: tuple[tuple[int, int], ...]
    joined_by: dict[str, int]


def scene_pattern(text: str) -> re.Pattern[str]:
    """Compile a person's pattern for file names.

    Raises
    ------
    InputError
        If it is no regular expression, or has no group.
    """
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise InputError(f"scene pattern {text!r} is no pattern: {error}") from error
    if not pattern.groups:
        raise InputError(f"scene pattern {text!r} needs a group, such as ^(dive\\d+)_")
    return pattern


def find_scenes(
    items: Sequence[Item],
    *,
    pattern: re.Pattern[str] | None = None,
    gap_s: float = 10.0,
) -> Scenes:
    """Group pictures into scenes.

    Parameters
    ----------
    items : sequence of Item
        The pictures.
    pattern : re.Pattern, optional
        Searched in the file name without suffix; its group ``scene``, or else its
        first, names the scene.
    gap_s : float, default 10
        Pictures of one folder taken within so many seconds of each other are one
        scene; 0 leaves times alone.
    """
    groups = Groups(len(items))
    joined: Counter[str] = Counter()
    by_name: dict[tuple[str, str], int] = {}
    for k, item in enumerate(items):
        for rule, name in _told(item, pattern):
            first = by_name.setdefault((rule, name), k)
            joined[rule] += groups.join(first, k) if first != k else 0
    joined["time"] = sum(groups.join(a, b) for a, b in _neighbours(items, gap_s))
    near = near_pairs([item.look for item in items])
    joined["near_duplicate"] = sum(groups.join(a, b) for a, b in near)
    numbers: dict[int, int] = {}
    of = tuple(
        numbers.setdefault(groups.find(k), len(numbers)) for k in range(len(items))
    )
    names = _names(items, of, len(numbers))
    return Scenes(of=of, names=names, near=tuple(near), joined_by=dict(joined))


def _told(item: Item, pattern: re.Pattern[str] | None) -> list[tuple[str, str]]:
    """Names that a picture's scene is known by."""
    sourced = item.sourced
    told = []
    if sourced.scene:
        told.append(("named", sourced.scene))
    stem = sourced.path.stem
    if pattern is not None and (match := pattern.search(stem)):
        groups = match.groupdict()
        name = groups.get("scene") if "scene" in groups else match.group(1)
        if name:
            told.append(("file_name", name))
    for rule in _NAME_RULES:
        if match := rule.match(stem):
            told.append(("file_name", match["scene"]))
    return told


def _neighbours(items: Sequence[Item], gap_s: float) -> list[tuple[int, int]]:
    if gap_s <= 0:
        return []
    timed: dict[str, list[tuple[float, int]]] = {}
    for k, item in enumerate(items):
        if item.look.time is not None:
            where = f"{item.sourced.source}\0{item.sourced.path.parent}"
            timed.setdefault(where, []).append((item.look.time.timestamp(), k))
    pairs = []
    for rows in timed.values():
        rows.sort()
        pairs += [
            (a, b) for (start, a), (end, b) in pairwise(rows) if end - start <= gap_s
        ]
    return pairs


def _names(items: Sequence[Item], of: Sequence[int], n_scenes: int) -> tuple[str, ...]:
    """First name told in each scene, or its number."""
    names = [""] * n_scenes
    for item, scene in zip(items, of, strict=True):
        if not names[scene] and item.sourced.scene:
            names[scene] = item.sourced.scene
    return tuple(name or f"scene-{k + 1:05d}" for k, name in enumerate(names))
