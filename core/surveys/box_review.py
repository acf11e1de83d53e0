"""Boxes corrected by people, photo and boxes decided together, and undo."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from core.errors import InputError, NotFoundError
from core.governance import record
from core.observations import RECORD_CATEGORY_CODES
from core.surveys.review import correct_label
from core.surveys.standing import standing_of, write_observations

if TYPE_CHECKING:
    from core.storage import Store

__all__ = ["BOX_CATEGORY_CODES", "Undone", "decide_photo", "review_boxes", "undo_last"]

Record = dict[str, Any]
#: What a box can hold: everything but a scene without debris.
BOX_CATEGORY_CODES: tuple[str, ...] = tuple(
    code for code in RECORD_CATEGORY_CODES if code != "clean"
)
#: Two sides of a box this near are the same side, px; boxes are kept to 0.01 px.
_SAME_PX = 0.05
#: A detector's box may end this far beyond the photo's edge by rounding, px.
_EDGE_PX = 0.5


@dataclass(frozen=True)
class Undone:
    """What an undo took back: the photo, its label if any, whether its boxes."""

    sha256: str
    category: str
    boxes: bool


def review_boxes(
    store: "Store",
    sha256: str,
    boxes: Iterable[Mapping[str, Any]],
    *,
    actor: str,
    blind: bool = False,
    at: datetime | None = None,
) -> int:
    """Record all boxes of a photo as a person left them; they count from now on.

    Parameters
    ----------
    store : Store
        Where the photo is kept.
    sha256 : str
        The photo.
    boxes : iterable of mapping
        ``category``, ``bbox`` (x, y, width, height in px of the upright photo) and,
        where a detector found it, ``score``. None says that nothing is on it.
    actor : str
        Who decides.
    blind : bool, default False
        A second opinion, as in `correct_label`.
    at : datetime, optional
        When; now if not given.

    Returns
    -------
    int
        Number of the box review; that of the one before if it says the same.

    Raises
    ------
    NotFoundError
        If there is no such photo or category.
    InputError
        If a box leaves the photo.
    StorageError
        If a box is no box at all.
    """
    photo = store.photos.get(sha256)
    kept = [_checked(box, photo, n) for n, box in enumerate(boxes, start=1)]
    with store.transaction():
        stands = store.box_reviews.standing(sha256)
        last = store.box_reviews.standing(sha256, actor=actor) if blind else stands
        if (
            last
            and (last["actor"], bool(last["blind"])) == (actor, blind)
            and _same(last["boxes"], kept)
        ):
            return int(last["box_review_id"])
        number = store.box_reviews.add(
            photo_sha256=sha256, boxes=kept, actor=actor, at=at, blind=blind
        )
        write_observations(store, standing_of(store, sha256))
        detail: Record = {
            "box_review": number,
            "from": len(stands["boxes"]) if stands else None,
            "to": len(kept),
            "categories": sorted({box["category"] for box in kept}),
        }
        if blind:
            detail["blind"] = True
        record(store, "boxes.review", actor, f"photo:{sha256}", detail)
    return number


def decide_photo(
    store: "Store",
    sha256: str,
    category: str,
    *,
    actor: str,
    boxes: Sequence[Mapping[str, Any]] | None = None,
    blind: bool = False,
) -> None:
    """Record the category of a photo and, with it, the boxes that were shown.

    Both are one decision: they are kept and undone together.

    Parameters
    ----------
    store, sha256, category, actor, blind
        As in `correct_label`.
    boxes : sequence of mapping, optional
        As in `review_boxes`; None leaves the boxes undecided.

    Raises
    ------
    NotFoundError, InputError, StorageError
        As these two do; then neither is kept.
    """
    at = datetime.now(UTC)
    with store.transaction():
        correct_label(store, sha256, category, actor=actor, blind=blind, at=at)
        if boxes is not None:
            review_boxes(store, sha256, boxes, actor=actor, blind=blind, at=at)


def undo_last(
    store: "Store", survey: str, *, actor: str, since: datetime
) -> Undone | None:
    """Take back a person's newest decision in a survey; what stood before stands again.

    Parameters
    ----------
    store : Store
        Where it is kept.
    survey : str
        Name of the survey.
    actor : str
        Whose decision; nobody undoes another's by a key.
    since : datetime
        Older decisions are left alone.

    Returns
    -------
    Undone or None
        None if there is nothing to undo.
    """
    asked: Record = {"survey": survey, "actor": actor, "since": since}
    with store.transaction():
        label, boxes = store.reviews.latest(**asked), store.box_reviews.latest(**asked)
        if label and boxes and label["at"] != boxes["at"]:
            if label["at"] > boxes["at"]:
                boxes = None
            else:
                label = None
        found = label or boxes
        if found is None:
            return None
        sha256 = str(found["photo_sha256"])
        before = standing_of(store, sha256)
        detail: Record = {"from": before.category}
        if label:
            store.reviews.undo(int(label["review_id"]), actor=actor)
            detail["review"] = label["review_id"]
        if boxes:
            store.box_reviews.undo(int(boxes["box_review_id"]), actor=actor)
            detail["box_review"] = boxes["box_review_id"]
        now = standing_of(store, sha256)
        write_observations(store, now)
        action = "review.undo" if label else "boxes.undo"
        detail["to"] = now.category
        record(store, action, actor, f"photo:{sha256}", detail)
    return Undone(sha256, str(label["category"]) if label else "", boxes is not None)


def _checked(box: Mapping[str, Any], photo: Mapping[str, Any], number: int) -> Record:
    category = str(box.get("category", ""))
    if category not in BOX_CATEGORY_CODES:
        raise NotFoundError(
            f"box {number} cannot be labelled {category!r}; "
            f"known: {', '.join(BOX_CATEGORY_CODES)}"
        )
    try:
        x, y, width, height = (float(side) for side in box["bbox"])
    except (KeyError, TypeError, ValueError):
        raise InputError(f"box {number} has no four numbers as bbox") from None
    wide, high = photo["width"], photo["height"]
    leaves = (
        x < 0 or y < 0 or x + width > wide + _EDGE_PX or y + height > high + _EDGE_PX
    )
    if not isfinite(x + y + width + height) or leaves or width <= 0 or height <= 0:
        raise InputError(
            f"box {number} ({x:g}, {y:g}, {width:g} by {height:g} px) leaves the photo "
            f"of {wide} by {high} px, or is empty"
        )
    kept: Record = {"category": category, "bbox": [x, y, width, height]}
    if box.get("score") is not None:
        kept["score"] = float(box["score"])
    return kept


def _same(one: Sequence[Record], other: Sequence[Record]) -> bool:
    return len(one) == len(other) and all(
        a["category"] == b["category"]
        and all(
            abs(p - q) < _SAME_PX for p, q in zip(a["bbox"], b["bbox"], strict=True)
        )
        for a, b in zip(one, other, strict=True)
    )
