"""What a survey holds: figures, a row a photo, and the table for download."""

from dataclasses import dataclass
from datetime import datetime
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.classification import LOW_CONFIDENCE, OK, REJECTED, result_columns
from core.observations import CATEGORY_CODES, DEBRIS_CODES

if TYPE_CHECKING:
    from core.storage import Store

__all__ = ["SurveySummary", "survey_photos", "survey_results", "survey_summary"]

_PHOTO_COLUMNS = (
    "sha256",
    "name",
    "category",
    "model_category",
    "confidence",
    "status",
    "model",
    "doubt",
    "reviewed_by",
    "counts",
    "taken_at",
    "lat",
    "lon",
    "position_source",
    "width",
    "height",
    "thumbnail_sha256",
    "warnings",
    "simulated",
)


@dataclass(frozen=True, kw_only=True)
class SurveySummary:
    """Figures of a survey.

    Attributes
    ----------
    survey : str
        Its name.
    simulated : bool
        Painted by the simulated sea.
    n_photos, n_debris, n_clear : int
        Photos held; those with debris; those without (clean scene or biota).
    n_doubtful : int
        Photos below the model's threshold that no person has looked at.
    n_reviewed, n_agreed : int
        Photos a person decided; those where the person and the model agree.
    n_waiting : int
        Photos that do not count for want of a position or a time.
    n_refused : int
        Files refused.
    effort_km2 : float
        Sea shown by the photos that count; NaN if unknown for any of them.
    first_at, last_at : datetime or None
        UTC.
    models : tuple of str
        Models whose word the photos carry.
    """

    survey: str
    simulated: bool
    n_photos: int
    n_debris: int
    n_clear: int
    n_doubtful: int
    n_reviewed: int
    n_agreed: int
    n_waiting: int
    n_refused: int
    effort_km2: float
    first_at: datetime | None
    last_at: datetime | None
    models: tuple[str, ...]


def survey_photos(store: "Store", survey: str) -> pd.DataFrame:
    """Return a row a photo, the most doubtful first.

    Doubt is one minus the model's confidence, and zero once a person decided.

    Parameters
    ----------
    store : Store
        Where it is kept.
    survey : str
        Name of the survey.

    Returns
    -------
    DataFrame
        Columns ``sha256, name, category, model_category, confidence, status, model,
        doubt, reviewed_by, counts, taken_at, lat, lon, position_source, width,
        height, thumbnail_sha256, warnings, simulated``. ``category`` is what counts,
        ``counts`` whether an observation of it stands.
    """
    photos = store.photos.listing(survey=survey)
    said = {
        row["photo_sha256"]: row for row in store.predictions.listing(survey=survey)
    }
    stands = store.reviews.standing_by_photo(survey=survey)
    counting = set(store.observations.frame(survey=survey)["photo_sha256"])
    rows: list[dict[str, Any]] = []
    for photo in photos:
        sha256 = photo["sha256"]
        prediction, review = said.get(sha256, {}), stands.get(sha256)
        confidence = prediction.get("confidence", nan)
        rows.append(
            {
                **{key: photo[key] for key in _PHOTO_COLUMNS if key in photo},
                "category": (review or prediction).get("category", ""),
                "model_category": prediction.get("category", ""),
                "confidence": confidence,
                "status": prediction.get("status", ""),
                "model": prediction.get("model", ""),
                "doubt": 0.0 if review else 1.0 - confidence,
                "reviewed_by": review["actor"] if review else "",
                "counts": sha256 in counting,
                "warnings": "; ".join(photo["warnings"]),
            }
        )
    frame = pd.DataFrame(rows, columns=list(_PHOTO_COLUMNS))
    frame["taken_at"] = pd.to_datetime(frame["taken_at"], utc=True)
    for name in ("confidence", "doubt", "lat", "lon"):
        frame[name] = frame[name].astype("float64")
    return frame.sort_values(
        ["doubt", "name"], ascending=[False, True], kind="stable", ignore_index=True
    )


def survey_summary(
    store: "Store", survey: str, *, photos: pd.DataFrame | None = None
) -> SurveySummary:
    """Sum a survey up.

    Parameters
    ----------
    store : Store
        Where it is kept.
    survey : str
        Name of the survey.
    photos : DataFrame, optional
        From `survey_photos`, if it is at hand.

    Raises
    ------
    NotFoundError
        If there is no such survey.
    """
    found = store.surveys.get(survey)
    rows = survey_photos(store, survey) if photos is None else photos
    reviewed = rows["reviewed_by"] != ""
    observed = store.observations.frame(survey=survey)
    is_debris = rows["category"].isin(DEBRIS_CODES)
    times = observed["observed_at"]
    return SurveySummary(
        survey=survey,
        simulated=bool(found["simulated"]),
        n_photos=len(rows),
        n_debris=int(is_debris.sum()),
        n_clear=int((~is_debris).sum()),
        n_doubtful=int(((rows["status"] == LOW_CONFIDENCE) & ~reviewed).sum()),
        n_reviewed=int(reviewed.sum()),
        n_agreed=int((reviewed & (rows["category"] == rows["model_category"])).sum()),
        n_waiting=int((~rows["counts"].astype("bool")).sum()),
        n_refused=len(store.photos.refused(survey=survey)),
        effort_km2=float(np.sum(observed["effort_km2"].to_numpy())),
        first_at=None if times.empty else times.min().to_pydatetime(),
        last_at=None if times.empty else times.max().to_pydatetime(),
        models=tuple(sorted({model for model in rows["model"] if model})),
    )


def survey_results(store: "Store", survey: str) -> pd.DataFrame:
    """Return the contract's table of classified files, with reviews beside it.

    Columns are those of ``classify`` (``file, status, reason, category, confidence,
    p_..., width, height, taken_at, lat, lon, sha256, model``), then ``reviewed_as``,
    ``reviewed_by``, ``survey``, ``simulated``. Refused files are rows too.
    """
    photos = store.photos.listing(survey=survey)
    said = {
        row["photo_sha256"]: row for row in store.predictions.listing(survey=survey)
    }
    stands = store.reviews.standing_by_photo(survey=survey)
    simulated = bool(store.surveys.get(survey)["simulated"])
    rows: list[dict[str, Any]] = []
    for photo in photos:
        sha256 = photo["sha256"]
        prediction, review = said.get(sha256, {}), stands.get(sha256, {})
        shares = prediction.get("probabilities", {})
        rows.append(
            {
                "file": photo["name"],
                "status": prediction.get("status", OK),
                "reason": "; ".join(photo["warnings"]),
                "category": prediction.get("category", ""),
                "confidence": prediction.get("confidence"),
                **{f"p_{code}": shares.get(code) for code in CATEGORY_CODES},
                "width": photo["width"],
                "height": photo["height"],
                "taken_at": photo["taken_at"],
                "lat": photo["lat"],
                "lon": photo["lon"],
                "sha256": sha256,
                "model": prediction.get("model", ""),
                "reviewed_as": review.get("category", ""),
                "reviewed_by": review.get("actor", ""),
            }
        )
    rows += [
        {
            "file": refused["name"],
            "status": REJECTED,
            "reason": refused["reason"],
            "sha256": refused["sha256"],
        }
        for refused in store.photos.refused(survey=survey)
    ]
    columns = [*result_columns(CATEGORY_CODES), "reviewed_as", "reviewed_by"]
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("category", "model", "reviewed_as", "reviewed_by", "sha256"):
        frame[name] = frame[name].fillna("")
    frame["taken_at"] = pd.to_datetime(frame["taken_at"], utc=True)
    return frame.assign(survey=survey, simulated=simulated)
