"""What became of each photo, as rows of the contract's table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FOREIGN_REASON",
    "LOW_CONFIDENCE",
    "OK",
    "REJECTED",
    "PhotoResult",
    "result_columns",
    "results_frame",
]

OK: Literal["ok"] = "ok"
LOW_CONFIDENCE: Literal["low_confidence"] = "low_confidence"
REJECTED: Literal["rejected"] = "rejected"
#: Begins the reason of a photo unlike those the model knows.
FOREIGN_REASON = "the photo does not look like those the model knows"
_DECIMALS = 6


@dataclass(frozen=True, kw_only=True)
class PhotoResult:
    """What became of one photo.

    Attributes
    ----------
    file : str
        Name or path as given.
    status : str
        ``ok``, ``low_confidence`` or ``rejected``.
    reason : str
        Why it was refused or is doubtful, for a person; empty if all is well.
    category : str
        The likeliest category; empty if refused.
    confidence : float or None
        Its probability.
    probabilities : tuple of float
        One for each category, in the model's order; empty if refused.
    width, height : int or None
        Pixels of the full upright picture.
    taken_at : datetime or None
        UTC.
    lat, lon : float or None
        WGS 84 degrees, both or neither.
    position_is_doubtful : bool
        The position should be looked at before it counts.
    sha256 : str
        Identity of the file's content; empty if it could not be read.
    same_as : str
        File of the same content earlier in the batch; empty if there is none.
    model : str
        Model name and version.
    is_foreign : bool
        The photo does not look like those the model knows, so what it says of it
        counts for nothing before a person has looked.
    """

    file: str
    status: Literal["ok", "low_confidence", "rejected"]
    reason: str = ""
    category: str = ""
    confidence: float | None = None
    probabilities: tuple[float, ...] = ()
    width: int | None = None
    height: int | None = None
    taken_at: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    position_is_doubtful: bool = False
    sha256: str = ""
    same_as: str = ""
    model: str
    is_foreign: bool = False

    def to_row(self, categories: Sequence[str]) -> dict[str, Any]:
        """Return the contract's columns with plain values; unknown is None."""
        shares = self.probabilities or (None,) * len(categories)
        taken_at = self.taken_at
        return {
            "file": self.file,
            "status": self.status,
            "reason": self.reason,
            "category": self.category or None,
            "confidence": _rounded(self.confidence),
            **{
                f"p_{code}": _rounded(share)
                for code, share in zip(categories, shares, strict=True)
            },
            "width": self.width,
            "height": self.height,
            "taken_at": _iso(taken_at) if taken_at is not None else None,
            "lat": self.lat,
            "lon": self.lon,
            "sha256": self.sha256 or None,
            "model": self.model,
        }


def result_columns(categories: Sequence[str]) -> tuple[str, ...]:
    """Columns of the contract's table for a model's categories."""
    return tuple(PhotoResult(file="", status=REJECTED, model="").to_row(categories))


def results_frame(
    results: Iterable[PhotoResult], categories: Sequence[str]
) -> "pd.DataFrame":
    """Collect results in a frame: the contract's columns and three more.

    Parameters
    ----------
    results : iterable of PhotoResult
        One a photo.
    categories : sequence of str
        The model's categories.

    Returns
    -------
    DataFrame
        The contract's columns in order (``taken_at`` as UTC times, missing numbers
        as NaN, missing text as ``""``), then ``position_is_doubtful``, ``same_as``
        and ``is_foreign``.
    """
    import pandas as pd

    results = list(results)
    columns = result_columns(categories)
    frame = pd.DataFrame(
        [result.to_row(categories) for result in results], columns=list(columns)
    )
    for name in ("file", "status", "reason", "category", "sha256", "model"):
        frame[name] = frame[name].fillna("").astype("str")
    for name in ("confidence", "width", "height", "lat", "lon"):
        frame[name] = frame[name].astype("float64")
    for code in categories:
        frame[f"p_{code}"] = frame[f"p_{code}"].astype("float64")
    frame["taken_at"] = pd.to_datetime(
        frame["taken_at"], utc=True, format="ISO8601"
    ).astype("datetime64[us, UTC]")
    frame["position_is_doubtful"] = pd.Series(
        [result.position_is_doubtful for result in results], dtype="bool"
    )
    frame["same_as"] = pd.Series([result.same_as for result in results], dtype="str")
    frame["is_foreign"] = pd.Series(
        [result.is_foreign for result in results], dtype="bool"
    )
    return frame


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), _DECIMALS)
