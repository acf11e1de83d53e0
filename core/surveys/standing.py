"""What stands for a photo: its place, what models found, and what a person decided.

Observations of a photo are always worked out anew from these, so a correction, its
undo and a mended position all end in the same state whatever their order.

What counts, the first that applies:

1. boxes that a person left, an item a box; they stand until undone, unless a newer
   label of a person names a category that is not among them;
2. a person's label, as in a survey of photos: one item, or zero if it is no debris;
3. nothing, where the photo does not look like those the model knows: it waits for a
   person;
4. in a survey that counts objects, the detector's boxes above its threshold;
5. the classifier's label of the whole photo.

A person's label in a survey that counts objects confirms the detector's counts if it
is one of their categories, and replaces them if it is not.
"""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.classification import photo_observations
from core.detection import UNKNOWN_DEBRIS, Detection, counted
from core.observations import (
    RECORD_DEBRIS_CODES,
    Checked,
    Rejection,
    empty_observations,
)

if TYPE_CHECKING:
    from core.storage import Store

__all__ = [
    "COUNT_OBJECTS",
    "DOUBTFUL",
    "FROM_CAMERA",
    "FROM_PERSON",
    "THRESHOLDS",
    "Standing",
    "boxes_counted",
    "counts_objects",
    "observations_of",
    "score_thresholds",
    "standing_of",
    "standings_of",
    "write_observations",
]

#: Where a photo's position comes from, as stored with it.
FROM_CAMERA, DOUBTFUL, FROM_PERSON = "camera", "camera, doubtful", "person"
#: Parameters of a survey: whether objects count, and the score from which a box of
#: each detector does, by ``NAME@VERSION``. They are those of the day the photos came,
#: so that no new detector changes what an old survey says.
COUNT_OBJECTS, THRESHOLDS = "count_objects", "score_thresholds"

_CLEAN = "clean"
_FOREIGN = "the photo does not look like those the model knows; a person must look"

Record = dict[str, Any]


class Standing:
    """A photo with its newest findings and the decisions that stand, if any.

    Attributes
    ----------
    photo, prediction, review : dict or None
        Records of the store.
    boxes : dict or None
        Boxes that a person left, a record of the store.
    found : dict or None
        What the detector found, where the survey counts objects.
    threshold : float
        Score from which a box of that detector counts.
    """

    def __init__(
        self,
        photo: Record,
        prediction: Record | None,
        review: Record | None,
        *,
        boxes: Record | None = None,
        found: Record | None = None,
        threshold: float = 0.0,
    ) -> None:
        self.photo = photo
        self.prediction = prediction
        self.review = review
        self.boxes = boxes
        self.found = found
        self.threshold = threshold
        self.counts, self.counted_by = self._counts()

    def _counts(self) -> tuple[dict[str, int], str]:
        """Items a category, and by whom: ``person``, a detector's id, or nobody."""
        label = str(self.review["category"]) if self.review is not None else ""
        if (by_person := self._by_boxes(label)) is not None:
            return by_person, "person"
        if self.found is not None and (label or not self.is_foreign):
            counts = boxes_counted(self.found["boxes"], threshold=self.threshold)
            if counts and (not label or label in counts):
                return counts, str(self.found["model"])
        return {}, ""

    def _by_boxes(self, label: str) -> dict[str, int] | None:
        """Items in a person's boxes; None if there are none or a label counts."""
        if self.boxes is None:
            return None
        counts = boxes_counted(self.boxes["boxes"])
        if self.review is not None and self.review["at"] > self.boxes["at"]:
            says_more = any(counts.values()) or _is_debris(label)
            if label not in counts and says_more:
                return None
        if counts:
            return counts
        return {label if label and not _is_debris(label) else _CLEAN: 0}

    @property
    def is_decided(self) -> bool:
        """Whether a person decided what counts."""
        return self.review is not None or self.boxes is not None

    @property
    def decided_by(self) -> str:
        """The person who decided, the newest if several; empty if none."""
        said = [d for d in (self.review, self.boxes) if d is not None]
        return str(max(said, key=lambda d: d["at"])["actor"]) if said else ""

    @property
    def is_foreign(self) -> bool:
        """Whether the photo does not look like those the model knows."""
        return bool(self.prediction and self.prediction.get("is_foreign"))

    @property
    def category(self) -> str:
        """What counts, or most of what counts; empty if nothing is known."""
        if self.counts:
            return max(self.counts, key=lambda code: self.counts[code])
        if self.review is not None:
            return str(self.review["category"])
        return str(self.prediction["category"]) if self.prediction else ""

    def to_row(self) -> Record:
        """Return the row of a results table that observations are made from."""
        photo, prediction = self.photo, self.prediction
        by_model = not self.is_decided and prediction is not None
        return {
            "file": photo["name"],
            "status": prediction["status"] if by_model and prediction else "ok",
            "category": self.category,
            "confidence": prediction["confidence"] if by_model and prediction else None,
            "taken_at": photo["taken_at"],
            "lat": photo["lat"],
            "lon": photo["lon"],
            "sha256": photo["sha256"],
            "position_is_doubtful": photo["position_source"] == DOUBTFUL,
            # A row that a person decided names no model; who decided is in the review.
            "model": prediction["model"] if by_model and prediction else "",
        }

    def to_rows(self) -> list[Record]:
        """Return the rows that observations are made from; one a counted category."""
        row = self.to_row()
        if not self.counts:
            return [row]
        by_person = self.counted_by == "person"
        model = "" if by_person or self.is_decided else self.counted_by
        return [
            row
            | {
                "category": code,
                "count": n,
                "model": model,
                "confidence": None if not model else self._score(code),
            }
            for code, n in self.counts.items()
        ]

    def _score(self, category: str) -> float | None:
        """Mean score of the boxes of a category that count."""
        scores = [
            float(box["score"])
            for box in (self.found or {}).get("boxes", ())
            if box["category"] == category and box["score"] >= self.threshold
        ]
        return sum(scores) / len(scores) if scores else None


def _is_debris(category: str) -> bool:
    return category in RECORD_DEBRIS_CODES


def boxes_counted(
    boxes: list[Record] | tuple[Record, ...], *, threshold: float | None = None
) -> dict[str, int]:
    """Count the items in stored boxes.

    Parameters
    ----------
    boxes : list of dict
        ``category``, ``bbox`` and, where a detector found them, ``score``.
    threshold : float, optional
        Score from which a detector's box counts, and of several boxes on one object
        only the likeliest. A person's boxes all count.

    Returns
    -------
    dict of str to int
        Items a category of debris. If there are none, a zero for each other category
        seen; empty if no box counts.
    """
    if threshold is None:
        # A person may leave a detector's "unknown debris" as it is.
        known = (str(box["category"]) for box in boxes)
        counts = dict(Counter("other" if c == UNKNOWN_DEBRIS else c for c in known))
    else:
        counts = counted([_detection(box) for box in boxes], threshold)
    debris = {code: n for code, n in sorted(counts.items()) if _is_debris(code)}
    return debris or dict.fromkeys(sorted(counts), 0)


def _detection(box: Mapping[str, Any]) -> Detection:
    x, y, width, height = box["bbox"]
    return Detection(
        category=box["category"],
        x_px=x,
        y_px=y,
        w_px=width,
        h_px=height,
        score=box.get("score", 1.0),
    )


def counts_objects(survey: Mapping[str, Any]) -> bool:
    """Whether a stored survey counts objects and not photos."""
    return bool(survey["params"].get(COUNT_OBJECTS))


def standing_of(store: "Store", sha256: str) -> Standing:
    """Read what stands for a photo.

    Raises
    ------
    NotFoundError
        If there is no such photo.
    """
    photo = store.photos.get(sha256)
    predictions = store.predictions.for_photo(sha256)
    found, threshold = _found(store, photo)
    return Standing(
        photo,
        predictions[0] if predictions else None,
        store.reviews.standing(sha256),
        boxes=store.box_reviews.standing(sha256),
        found=found,
        threshold=threshold,
    )


def standings_of(store: "Store", survey: str) -> list[Standing]:
    """Read what stands for every photo of a survey, in the order they were added.

    Raises
    ------
    NotFoundError
        If there is no such survey.
    """
    thresholds = score_thresholds(store.surveys.get(survey))
    said = {
        row["photo_sha256"]: row for row in store.predictions.listing(survey=survey)
    }
    labels = store.reviews.standing_by_photo(survey=survey)
    boxes = store.box_reviews.standing_by_photo(survey=survey)
    found: dict[str, tuple[Record, float]] = {}
    for model, threshold in reversed(thresholds.items()):
        for row in store.detections.listing(survey=survey, model=model):
            found[row["photo_sha256"]] = row, threshold
    standings = []
    for photo in store.photos.listing(survey=survey):
        sha256 = photo["sha256"]
        seen, threshold = found.get(sha256, (None, 0.0))
        standings.append(
            Standing(
                photo,
                said.get(sha256),
                labels.get(sha256),
                boxes=boxes.get(sha256),
                found=seen,
                threshold=threshold,
            )
        )
    return standings


def score_thresholds(survey: Mapping[str, Any]) -> dict[str, float]:
    """Score from which a box counts, by detector, the one to ask first first."""
    if not counts_objects(survey):
        return {}
    known: Mapping[str, float] = survey["params"].get(THRESHOLDS, {})
    return {model: float(known[model]) for model in sorted(known, reverse=True)}


def _found(store: "Store", photo: Record) -> tuple[Record | None, float]:
    """Read the boxes that may count: of the newest detector the survey knows."""
    for model, threshold in score_thresholds(
        store.surveys.get(photo["survey"])
    ).items():
        found = store.detections.of(photo["sha256"], model)
        if found is not None:
            return found, threshold
    return None, 0.0


def observations_of(standing: Standing) -> Checked:
    """Work out the observations that follow from what stands; nothing is stored.

    Returns
    -------
    Checked
        ``accepted`` holds the rows that count; if it is empty, ``rejected`` says why
        the photo does not count yet.
    """
    photo = standing.photo
    if standing.is_foreign and not standing.is_decided:
        return Checked(
            accepted=empty_observations(),
            rejected=(Rejection(1, "", str(photo["name"])[:80], _FOREIGN),),
            n_rows=1,
        )
    rows = pd.DataFrame(standing.to_rows())
    rows["taken_at"] = pd.to_datetime(rows["taken_at"], utc=True)
    for name in ("lat", "lon", "confidence"):
        rows[name] = rows[name].astype("float64")
    return photo_observations(
        rows,
        survey=photo["survey"],
        effort_km2=photo["effort_km2"],
        simulated=photo["simulated"],
    )


def write_observations(store: "Store", standing: Standing) -> Checked:
    """Let the observations that follow from what stands replace the photo's others.

    Returns
    -------
    Checked
        As `observations_of`.
    """
    checked = observations_of(standing)
    sha256 = standing.photo["sha256"]
    store.observations.replace_for_photo(sha256, checked.accepted)
    return checked
