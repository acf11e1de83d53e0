"""What stands for a photo: its place, its prediction, and what a person decided.

Observations of a photo are always worked out anew from these, so a correction, its
undo and a mended position all end in the same state whatever their order.
"""

from typing import TYPE_CHECKING, Any

import pandas as pd

from core.classification import photo_observations
from core.observations import Checked

if TYPE_CHECKING:
    from core.storage import Store

__all__ = [
    "DOUBTFUL",
    "FROM_CAMERA",
    "FROM_PERSON",
    "Standing",
    "standing_of",
    "write_observations",
]

#: Where a photo's position comes from, as stored with it.
FROM_CAMERA, DOUBTFUL, FROM_PERSON = "camera", "camera, doubtful", "person"

Record = dict[str, Any]


class Standing:
    """A photo with its newest prediction and the review that stands, if any.

    Attributes
    ----------
    photo, prediction, review : dict or None
        Records of the store.
    """

    def __init__(
        self, photo: Record, prediction: Record | None, review: Record | None
    ) -> None:
        self.photo = photo
        self.prediction = prediction
        self.review = review

    @property
    def category(self) -> str:
        """What counts: the person's word, else the model's; empty if neither."""
        if self.review is not None:
            return str(self.review["category"])
        return str(self.prediction["category"]) if self.prediction else ""

    def to_row(self) -> Record:
        """Return the row of a results table that observations are made from."""
        photo, prediction = self.photo, self.prediction
        by_model = self.review is None and prediction is not None
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


def standing_of(store: "Store", sha256: str) -> Standing:
    """Read what stands for a photo.

    Raises
    ------
    NotFoundError
        If there is no such photo.
    """
    predictions = store.predictions.for_photo(sha256)
    return Standing(
        store.photos.get(sha256),
        predictions[0] if predictions else None,
        store.reviews.standing(sha256),
    )


def write_observations(store: "Store", standing: Standing) -> Checked:
    """Let the observation that follows from what stands replace the photo's others.

    Returns
    -------
    Checked
        ``accepted`` holds the row that counts; if it is empty, ``rejected`` says why
        the photo does not count yet.
    """
    photo = standing.photo
    row = pd.DataFrame([standing.to_row()])
    row["taken_at"] = pd.to_datetime(row["taken_at"], utc=True)
    for name in ("lat", "lon", "confidence"):
        row[name] = row[name].astype("float64")
    checked = photo_observations(
        row,
        survey=photo["survey"],
        effort_km2=photo["effort_km2"],
        simulated=photo["simulated"],
    )
    store.observations.replace_for_photo(photo["sha256"], checked.accepted)
    return checked
