"""Which photos wait for a person, in what order, and what is shown of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import TYPE_CHECKING, Any

from core.observations import DEBRIS_CODES
from core.surveys.agreement import open_disagreements
from core.surveys.standing import THRESHOLDS

if TYPE_CHECKING:
    from core.storage import Store

__all__ = [
    "PhotoForReview",
    "ReviewFilter",
    "ReviewOrder",
    "ReviewProgress",
    "review_progress",
    "review_queue",
    "to_review",
]

Record = dict[str, Any]
#: Score from which a detector's box is shown where the survey names no threshold
#: (assumption: a reviewer rather removes a box than misses an object).
_SHOWN_SCORE = 0.25


class ReviewFilter(StrEnum):
    """Which photos of a survey."""

    WAITING = "waiting"
    LOW_CONFIDENCE = "low_confidence"
    FOREIGN = "foreign"
    DISAGREE = "disagree"
    DECIDED = "decided"


class ReviewOrder(StrEnum):
    """In what order."""

    DOUBT = "doubt"
    TIME = "time"
    NAME = "name"


@dataclass(frozen=True, kw_only=True)
class PhotoForReview:
    """A photo with what a reviewer may see of it.

    Attributes
    ----------
    photo : dict
        Record of the store.
    prediction : dict or None
        Newest word of a classifier.
    review : dict or None
        Decision that stands; of a blind second reviewer only their own.
    boxes : tuple of dict
        ``category, bbox`` and perhaps ``score``: as a person left them, else as the
        detector found them.
    boxes_by : str
        Person or detector behind the boxes; empty if nobody looked for any.
    boxes_decided : bool
        Whether a person left the boxes so.
    opinions : tuple of dict
        Last decision of each person, oldest first; only one's own if blind.
    """

    photo: Record
    prediction: Record | None = None
    review: Record | None = None
    boxes: tuple[Record, ...] = ()
    boxes_by: str = ""
    boxes_decided: bool = False
    opinions: tuple[Record, ...] = field(default=())

    @property
    def category(self) -> str:
        """The person's word, else the model's; empty if neither."""
        said = self.review or self.prediction
        return str(said["category"]) if said else ""

    def boxes_under(self, category: str) -> tuple[Record, ...] | None:
        """Boxes that a person confirms who calls the photo ``category``.

        Parameters
        ----------
        category : str
            What the person calls the photo.

        Returns
        -------
        tuple of dict, or None
            No debris on the photo leaves no box of debris. A single box takes the
            photo's category. None if the boxes stay undecided: several that say
            something else, or none where there should be one.
        """
        if not self.boxes_by:
            return None
        if category not in DEBRIS_CODES:
            return tuple(box for box in self.boxes if box["category"] == category)
        if len(self.boxes) == 1:
            (box,) = self.boxes
            return ({**box, "category": category},)
        named = {str(box["category"]) for box in self.boxes}
        return self.boxes if category in named else None

    @property
    def is_doubtful(self) -> bool:
        """Whether the model itself asks for a person."""
        return self.prediction is not None and self.prediction["status"] != "ok"

    @property
    def is_foreign(self) -> bool:
        """Whether it does not look like the photos the model knows."""
        return bool(self.prediction and self.prediction["is_foreign"])


@dataclass(frozen=True, kw_only=True)
class ReviewProgress:
    """Photos of a survey, those a person decided, those where the model agrees."""

    n_photos: int
    n_reviewed: int
    n_agreed: int


def review_queue(
    store: "Store",
    survey: str,
    *,
    show: ReviewFilter = ReviewFilter.WAITING,
    category: str | None = None,
    order: ReviewOrder = ReviewOrder.DOUBT,
    blind_for: str | None = None,
) -> list[str]:
    """List the photos of a survey that a reviewer goes through.

    Parameters
    ----------
    store : Store
        Where they are kept.
    survey : str
        Name of the survey.
    show : ReviewFilter
        Which photos; ``waiting`` are those no person decided, ``low_confidence`` and
        ``foreign`` those among them the model doubts.
    category : str, optional
        Only photos that count as this category; for a blind reviewer, that the model
        takes for it.
    order : ReviewOrder
        ``doubt`` puts foreign photos first, then the least sure.
    blind_for : str, optional
        A second reviewer: photos that others decided and this person has not, whatever
        ``show`` says but for ``low_confidence`` and ``foreign``, which hold too.

    Returns
    -------
    list of str
        SHA-256 of each photo.
    """
    photos = store.photos.listing(survey=survey)
    said = {r["photo_sha256"]: r for r in store.predictions.listing(survey=survey)}
    stands = store.reviews.standing_by_photo(survey=survey)
    if blind_for is not None:
        open_for = _decided_by_others(store, survey, blind_for)
        stands = {}
    elif show is ReviewFilter.DISAGREE:
        open_for = open_disagreements(store, survey)
    elif show is ReviewFilter.DECIDED:
        open_for = set(stands)
    else:
        open_for = {p["sha256"] for p in photos} - set(stands)
    rows = []
    for photo in photos:
        sha256 = photo["sha256"]
        prediction: Record = said.get(sha256, {})
        counts_as = (stands.get(sha256) or prediction).get("category", "")
        if (
            sha256 in open_for
            and _is_wanted(show, prediction)
            and (category is None or counts_as == category)
        ):
            rows.append((_rank(order, photo, prediction), photo["name"], sha256))
    return [sha256 for *_, sha256 in sorted(rows)]


def review_progress(store: "Store", survey: str) -> ReviewProgress:
    """Count photos, decided ones, and those where person and model agree."""
    decided = store.reviews.categories(survey=survey)
    said = store.predictions.categories(survey=survey)
    return ReviewProgress(
        n_photos=store.photos.count(survey=survey),
        n_reviewed=len(decided),
        n_agreed=sum(said.get(photo) == code for photo, code in decided.items()),
    )


def _is_wanted(show: ReviewFilter, prediction: Mapping[str, Any]) -> bool:
    if show is ReviewFilter.LOW_CONFIDENCE:
        return bool(prediction.get("status", "") != "ok")
    return show is not ReviewFilter.FOREIGN or bool(prediction.get("is_foreign"))


def _rank(
    order: ReviewOrder, photo: Mapping[str, Any], prediction: Mapping[str, Any]
) -> tuple[float, float]:
    if order is ReviewOrder.NAME:
        return 0.0, 0.0
    if order is ReviewOrder.TIME:
        taken = photo["taken_at"]
        return 0.0, inf if taken is None else taken.timestamp()
    sure = prediction.get("confidence")
    first = 0.0 if prediction.get("is_foreign") else 1.0
    return first, -1.0 if sure is None else float(sure)


def _decided_by_others(store: "Store", survey: str, person: str) -> set[str]:
    """Photos that somebody else decided and this person has not."""
    own: set[str] = set()
    others: set[str] = set()
    for review in store.reviews.listing(survey=survey):
        if review["undone_at"] is None:
            (own if review["actor"] == person else others).add(review["photo_sha256"])
    return others - own


def to_review(
    store: "Store", sha256: str, *, blind_for: str | None = None
) -> PhotoForReview:
    """Read what a reviewer is shown of a photo.

    Parameters
    ----------
    store : Store
        Where it is kept.
    sha256 : str
        The photo.
    blind_for : str, optional
        A second reviewer, who is shown no decision but their own.

    Raises
    ------
    NotFoundError
        If there is no such photo.
    """
    photo = store.photos.get(sha256)
    predictions = store.predictions.for_photo(sha256)
    last = {
        row["actor"]: row
        for row in store.reviews.listing(photo_sha256=sha256)
        if row["undone_at"] is None and blind_for in (None, row["actor"])
    }
    opinions = sorted(last.values(), key=lambda row: row["review_id"])
    person = store.box_reviews.standing(sha256, actor=blind_for)
    boxes, by = _boxes(store, photo, person)
    return PhotoForReview(
        photo=photo,
        prediction=predictions[0] if predictions else None,
        review=store.reviews.standing(sha256, actor=blind_for),
        boxes=boxes,
        boxes_by=by,
        boxes_decided=person is not None,
        opinions=tuple(opinions),
    )


def _boxes(
    store: "Store", photo: Record, person: Record | None
) -> tuple[tuple[Record, ...], str]:
    if person is not None:
        return tuple(person["boxes"]), str(person["actor"])
    found = store.detections.of(photo["sha256"])
    if found is None:
        return (), ""
    params = store.surveys.get(photo["survey"])["params"]
    thresholds = params.get(THRESHOLDS, {})
    least = float(thresholds.get(found["model"], _SHOWN_SCORE))
    wide, high = float(photo["width"]), float(photo["height"])
    kept = []
    for box in found["boxes"]:
        x, y, w, h = box["bbox"]
        w, h = min(w, wide - x), min(h, high - y)
        if box.get("score", 1.0) >= least and w > 0 and h > 0:
            kept.append({**box, "bbox": [x, y, w, h]})
    return tuple(kept), str(found["model"])
