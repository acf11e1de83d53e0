"""What a preparation found, counted: the content of its report."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.mlops.preparation.balance import balance_findings, entanglement
from core.mlops.preparation.items import Item
from core.mlops.preparation.labels import Meaning
from core.mlops.preparation.records import BOXES, SourceSet, plain
from core.mlops.preparation.scenes import Scenes

__all__ = ["report_alike", "summarise"]

#: Share of pictures of no known scene from which on the split is not to be trusted.
_MOST_ALONE = 0.5


def report_alike(found: SourceSet, items: Sequence[Item], scenes: Scenes) -> int:
    """Name pictures that look alike; count pairs across the set's own split."""
    n_leaks = 0
    for a, b in scenes.near:
        one, other = items[a].sourced, items[b].sourced
        is_leak = {one.split, other.split} == {"train", "validation"}
        n_leaks += is_leak
        reason = f"looks like {other.name}"
        if is_leak:
            reason += f": one is in {one.split}, the other in {other.split}"
        found.find("leak" if is_leak else "near_duplicate", one.name, reason)
    return n_leaks


def summarise(
    found: SourceSet,
    options: dict[str, Any],
    meanings: dict[str, Meaning],
    items: Sequence[Item],
    scenes: Scenes,
    sources: Sequence[str],
    in_validation: npt.NDArray[np.bool_],
) -> dict[str, Any]:
    """Count what was kept, by class, source and side, and add what that warns of.

    Parameters
    ----------
    found : SourceSet
        The set; findings are added to it.
    options : dict
        As chosen.
    meanings : dict
        Meaning of each label.
    items, scenes, sources
        Pictures kept, their scenes, and the source of each.
    in_validation : ndarray of bool, shape (n_scenes,)
        Side of each scene.
    """
    sides: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    by_source: dict[str, Counter[str]] = {}
    in_scenes: dict[str, set[int]] = {}
    pairs: list[tuple[str, str]] = []
    for item, scene, source in zip(items, scenes.of, sources, strict=True):
        for name, n in item.classes.items():
            sides[bool(in_validation[scene])][name] += n
            by_source.setdefault(name, Counter())[source] += n
            in_scenes.setdefault(name, set()).add(scene)
            pairs += [(name, source)] * n
    told = entanglement([c for c, _ in pairs], [s for _, s in pairs])
    scene_sizes = Counter(scenes.of)
    largest = max(scene_sizes.values())
    n_scenes = Counter({name: len(held) for name, held in in_scenes.items()})
    found.findings += balance_findings(
        told,
        sides[False],
        sides[True],
        n_scenes,
        Counter(sources),
        largest / len(items),
    )
    n_alone = sum(
        1
        for item, scene in zip(items, scenes.of, strict=True)
        if scene_sizes[scene] == 1 and not item.sourced.scene
    )
    if n_alone > _MOST_ALONE * len(items) and not options["keep_split"]:
        reason = f"{n_alone} of {len(items)} pictures are in no scene that is known"
        found.find("scenes_unnamed", "the whole set", reason)
    n_val = sum(bool(in_validation[scene]) for scene in scenes.of)
    n_named = Counter(
        label
        for p in found.pictures
        for label in (
            [box.label for box in p.boxes] if found.kind == BOXES else [p.label]
        )
    )
    classes = {
        name: {
            "train": sides[False][name],
            "validation": sides[True][name],
            "validation_share": round(
                sides[True][name] / (sides[True][name] + sides[False][name]), 3
            ),
            "scenes": n_scenes[name],
            "by_source": dict(by_source[name].most_common()),
        }
        for name in sorted(by_source)
    }
    return {
        "source": plain(found.root.resolve().name),
        "layout": found.layout,
        "kind": found.kind,
        "options": options,
        "n_found": len(found.pictures),
        "n_accepted": len(items),
        "n_rejected": len(found.pictures) - len(items),
        "labels": [
            {"label": plain(name), "n": n_named[name]}
            | {"category": meaning.category, "rule": plain(meaning.rule)}
            for name, meaning in meanings.items()
        ],
        "classes": classes,
        "sources": dict(Counter(sources).most_common()),
        "entanglement": told,
        "scenes": {
            "n": len(scenes.names),
            "largest": largest,
            "joined_by": scenes.joined_by,
        },
        "near_duplicates": {"pairs": len(scenes.near)},
        "split": {
            "train": len(items) - n_val,
            "validation": n_val,
            "share": round(n_val / len(items), 4),
            "seed": options["seed"],
            "rule": "the set's own" if options["keep_split"] else "by scene",
        },
        "findings": [finding.as_dict() for finding in found.findings],
    }
