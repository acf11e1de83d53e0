"""Which photos people decided, and what stands for each."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.observations import CATEGORY_CODES, DEBRIS_CODES, RECORD_DEBRIS_CODES

if TYPE_CHECKING:
    from core.storage import Store

__all__ = ["Decided", "DecidedPhoto", "decided_photos", "source_names"]

Record = dict[str, Any]
_CLEAN = "clean"
#: Photos taken at most this long after one another show one scene (assumption: a
#: camera on a moving platform has left the scene after two minutes).
_SCENE_GAP = timedelta(minutes=2)
#: Painted photos are never mixed into figures of real ones; training knows the name.
_SIMULATED = "simulated"
_SLUG_CHARS = 40


@dataclass(frozen=True, kw_only=True)
class DecidedPhoto:
    """A photo with its label, and its boxes where a person left them.

    Attributes
    ----------
    photo : dict
        Record of the store.
    category : str
        One of the classifier's categories.
    decided_by : tuple of str
        Everyone whose decision on it stands, the one that counts first; a model's
        ``NAME@VERSION`` for a label that nobody looked at.
    decided_at : datetime
        When it was decided.
    by_person : bool
        Whether a person decided.
    boxes : tuple of dict, or None
        ``category`` and ``bbox`` (x, y, width, height in px of the upright photo).
        None if nobody said where things are; empty if there is nothing to box.
    source : str
        Short name of the survey, ``simulated`` for painted photos.
    scene : str
        Photos of one scene must not be split.
    """

    photo: Record
    category: str
    decided_by: tuple[str, ...]
    decided_at: datetime
    by_person: bool
    boxes: tuple[Record, ...] | None
    source: str
    scene: str


@dataclass(kw_only=True)
class Decided:
    """The photos, and how many were left out and why."""

    photos: list[DecidedPhoto] = field(default_factory=list)
    n_undecided: int = 0
    n_disputed: int = 0
    n_contradicting: int = 0


def decided_photos(
    store: "Store",
    *,
    survey: str | None = None,
    include_machine: bool = False,
    include_disputed: bool = False,
) -> Decided:
    """Collect the photos that people decided.

    Parameters
    ----------
    store : Store
        Where they are kept.
    survey : str, optional
        Only photos of this survey.
    include_machine : bool, default False
        Take photos too that nobody looked at and the model is sure of; a network
        that learns from its own word repeats its own mistakes.
    include_disputed : bool, default False
        Take photos too on which people disagree and nobody has settled it.

    Returns
    -------
    Decided
        In the order photos were added. ``n_contradicting`` photos keep their label
        without boxes, because the two say different things.
    """
    found = Decided()
    photos = store.photos.listing(survey=survey)
    sources = source_names(photos)
    scenes = _scenes(photos, sources)
    reviews = _by_photo(store.reviews.listing(survey=survey))
    stands = store.reviews.standing_by_photo(survey=survey)
    boxes = store.box_reviews.standing_by_photo(survey=survey)
    said = {r["photo_sha256"]: r for r in store.predictions.listing(survey=survey)}
    for photo in photos:
        sha256 = photo["sha256"]
        if _is_disputed(reviews[sha256]) and not include_disputed:
            found.n_disputed += 1
            continue
        label, left = stands.get(sha256), boxes.get(sha256)
        marked = None if left is None else _plain(left["boxes"])
        category = str(label["category"]) if label else _most(marked)
        where = {"source": sources[sha256], "scene": scenes[sha256]}
        if category not in CATEGORY_CODES:
            guess = said.get(sha256)
            if not (include_machine and guess and guess["status"] == "ok"):
                found.n_undecided += 1
                continue
            found.photos.append(
                DecidedPhoto(
                    photo=photo,
                    category=str(guess["category"]),
                    decided_by=(str(guess["model"]),),
                    decided_at=guess["created_at"],
                    by_person=False,
                    boxes=None,
                    **where,
                )
            )
            continue
        marked, contradicts = _agreeing(category, marked)
        found.n_contradicting += contradicts
        standing = [row for row in (label, left) if row]
        found.photos.append(
            DecidedPhoto(
                photo=photo,
                category=category,
                decided_by=_people(standing, reviews[sha256]),
                decided_at=max(row["at"] for row in standing),
                by_person=True,
                boxes=marked,
                **where,
            )
        )
    return found


def source_names(photos: Sequence[Record]) -> dict[str, str]:
    """Return the source of each photo by SHA-256: its survey's name for files.

    Two surveys whose names become the same get a number.
    """
    names: dict[str, str] = {}
    used: set[str] = {_SIMULATED}
    for survey in dict.fromkeys(str(photo["survey"]) for photo in photos):
        text = unicodedata.normalize("NFKD", survey).encode("ascii", "ignore").decode()
        short = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_SLUG_CHARS]
        short = short.strip("-") or "survey"
        name, number = short, 1
        while name in used:
            number += 1
            name = f"{short}-{number}"
        used.add(name)
        names[survey] = name
    return {
        photo["sha256"]: _SIMULATED if photo["simulated"] else names[photo["survey"]]
        for photo in photos
    }


def _scenes(photos: Sequence[Record], sources: Mapping[str, str]) -> dict[str, str]:
    """Photos of a survey in a row in time are one scene; those without time are too."""
    scenes: dict[str, str] = {}
    by_survey: dict[str, list[Record]] = defaultdict(list)
    for photo in photos:
        by_survey[str(photo["survey"])].append(photo)
    for number, (_, group) in enumerate(sorted(by_survey.items())):
        timed = [photo for photo in group if photo["taken_at"] is not None]
        timed.sort(key=lambda photo: photo["taken_at"])
        scene, last = 0, None
        for photo in timed:
            if last is not None and photo["taken_at"] - last > _SCENE_GAP:
                scene += 1
            last = photo["taken_at"]
            name = f"{sources[photo['sha256']]}:{number}-{scene}"
            scenes[photo["sha256"]] = name
        for photo in group:
            untimed = f"{sources[photo['sha256']]}:{number}-no-time"
            scenes.setdefault(photo["sha256"], untimed)
    return scenes


def _by_photo(reviews: Sequence[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for review in reviews:
        if review["undone_at"] is None:
            found[str(review["photo_sha256"])].append(review)
    return found


def _is_disputed(reviews: Sequence[Record]) -> bool:
    """Whether a blind opinion differs and nobody decided since with both in view."""
    last = {review["actor"]: review["category"] for review in reviews}
    return len(set(last.values())) > 1 and bool(reviews[-1]["blind"])


def _people(standing: Sequence[Record], reviews: Sequence[Record]) -> tuple[str, ...]:
    names = [str(row["actor"]) for row in (*standing, *reviews)]
    return tuple(dict.fromkeys(names))


def _plain(boxes: Sequence[Record]) -> tuple[Record, ...]:
    return tuple({"category": b["category"], "bbox": list(b["bbox"])} for b in boxes)


def _most(boxes: Sequence[Record] | None) -> str:
    """Category of a photo by its boxes alone; empty if nobody marked any."""
    if boxes is None:
        return ""
    if not boxes:
        return _CLEAN
    counts = Counter(str(box["category"]) for box in boxes)
    debris = {code: n for code, n in counts.items() if code in DEBRIS_CODES}
    return max(debris or counts, key=lambda code: (counts[code], code))


def _agreeing(
    category: str, boxes: tuple[Record, ...] | None
) -> tuple[tuple[Record, ...] | None, bool]:
    """Return the boxes if they say what the label says, and whether they contradict."""
    if boxes is None:
        return ((), False) if category == _CLEAN else (None, False)
    named = {str(box["category"]) for box in boxes}
    is_debris = category in DEBRIS_CODES
    if (is_debris and category not in named) or (
        not is_debris and named & set(RECORD_DEBRIS_CODES)
    ):
        return None, True
    return boxes, False
