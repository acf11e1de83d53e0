"""What the detector says: a box an object, and the boxes of one photo."""

from dataclasses import dataclass, replace
from typing import Any

__all__ = ["OK", "REJECTED", "UNKNOWN_DEBRIS", "Detection", "PhotoDetections"]


OK = "ok"
REJECTED = "rejected"
#: Debris that nobody could name, as sets of boxes call it; a record's ``other``.
UNKNOWN_DEBRIS = "debris_other"


@dataclass(frozen=True, kw_only=True)
class Detection:
    """One object in a photo.

    Attributes
    ----------
    category : str
        One of the detector's: a code of `core.observations`, or ``debris_other``.
    x_px, y_px : float
        Left and top edge, in pixels of the full upright photo.
    w_px, h_px : float
        Width and height; greater than zero.
    score : float
        Confidence in [0, 1] that there is such an object.
    """

    category: str
    x_px: float
    y_px: float
    w_px: float
    h_px: float
    score: float

    def scaled(self, by_x: float, by_y: float) -> "Detection":
        """Return the same object in pixels of a photo of another size."""
        return replace(
            self,
            x_px=self.x_px * by_x,
            y_px=self.y_px * by_y,
            w_px=self.w_px * by_x,
            h_px=self.h_px * by_y,
        )

    def to_coco(self) -> dict[str, Any]:
        """Return ``category``, ``bbox`` ``[x, y, w, h]`` and ``score`` for JSON."""
        return {
            "category": self.category,
            "bbox": [
                round(value, 2)
                for value in (self.x_px, self.y_px, self.w_px, self.h_px)
            ],
            "score": round(self.score, 4),
        }


@dataclass(frozen=True, kw_only=True)
class PhotoDetections:
    """Everything the detector found in one file, or why it could not look.

    Attributes
    ----------
    file : str
        As it was given.
    status : str
        ``ok`` or ``rejected``.
    reason : str
        Why the file was refused, or what is odd about it.
    detections : tuple of Detection
        Highest score first.
    width, height : int or None
        Of the full upright photo.
    sha256 : str
        Of the content; empty if it could not be read.
    model : str
        ``NAME@VERSION``.
    """

    file: str
    status: str
    reason: str = ""
    detections: tuple[Detection, ...] = ()
    width: int | None = None
    height: int | None = None
    sha256: str = ""
    model: str = ""
