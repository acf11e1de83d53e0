"""What a survey holds: figures, a row a photo, and the table for download."""

from dataclasses import dataclass
from datetime import datetime
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.classification import LOW_CONFIDENCE, OK, REJECTED, result_columns
from core.observations import CATEGORY_CODES, RECORD_DEBRIS_CODES
from core.surveys.standing import Standing, counts_objects, standings_of

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
    "is_foreign",
    "objects",
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
    n_foreign : int
        Photos unlike those the model knows, which no person has looked at; they do
        not count, neither as debris nor as clear.
    n_refused : int
        Files refused.
    effort_km2 : float
        Sea shown by the photos that count; NaN if unknown for any of them.
    first_at, last_at : datetime or None
        UTC.
    models : tuple of str
        Models whose word the photos carry.
    counts_objects : bool
        Each object found counts, and not each photo once.
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
    n_foreign: int = 0
    n_refused: int
    effort_km2: float
    first_at: datetime | None
    last_at: datetime | None
    models: tuple[str, ...]
    counts_objects: bool = False


def survey_photos(store: "Store", survey: str) -> pd.DataFrame:
    """Return a row a photo, the most doubtful first.

    Doubt is one minus the model's confidence, one for a photo unlike those the model
    knows, and zero once a person decided.

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
        doubt, reviewed_by, counts, is_foreign, objects, taken_at, lat, lon,
        position_source, width, height, thumbnail_sha256, warnings, simulated``.
        ``category`` is what counts, or most of it, ``counts`` whether an observation
        of it stands, ``objects`` the items counted in it, such as ``metal 1; plastic
        2``, and ``is_foreign`` whether it waits for a person because it does not look
        like photos the model knows.
    """
    standings = standings_of(store, survey)
    # Read last: a batch that runs adds photos with what they count for.
    counting = set(store.observations.frame(survey=survey)["photo_sha256"])
    rows: list[dict[str, Any]] = []
    for standing in standings:
        photo, prediction = standing.photo, standing.prediction or {}
        is_pending = standing.is_foreign and not standing.is_decided
        confidence = prediction.get("confidence", nan)
        rows.append(
            {
                **{key: photo[key] for key in _PHOTO_COLUMNS if key in photo},
                "category": standing.category,
                "model_category": prediction.get("category", ""),
                "confidence": confidence,
                "status": prediction.get("status", ""),
                "model": prediction.get("model", ""),
                "doubt": _doubt(standing, confidence),
                "reviewed_by": standing.decided_by,
                "counts": photo["sha256"] in counting,
                "is_foreign": is_pending,
                "objects": _objects(standing),
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
    is_foreign = rows["is_foreign"].astype("bool")
    is_debris = rows["category"].isin(RECORD_DEBRIS_CODES)
    times = observed["observed_at"]
    return SurveySummary(
        survey=survey,
        simulated=bool(found["simulated"]),
        n_photos=len(rows),
        n_debris=int((is_debris & ~is_foreign).sum()),
        n_clear=int((~is_debris & ~is_foreign).sum()),
        n_doubtful=int(((rows["status"] == LOW_CONFIDENCE) & ~reviewed).sum()),
        n_reviewed=int(reviewed.sum()),
        n_agreed=int((reviewed & (rows["category"] == rows["model_category"])).sum()),
        n_waiting=int((~rows["counts"].astype("bool") & ~is_foreign).sum()),
        n_foreign=int(is_foreign.sum()),
        n_refused=len(store.photos.refused(survey=survey)),
        effort_km2=_effort_km2(observed),
        first_at=None if times.empty else times.min().to_pydatetime(),
        last_at=None if times.empty else times.max().to_pydatetime(),
        models=tuple(sorted({model for model in rows["model"] if model})),
        counts_objects=counts_objects(found),
    )


def _doubt(standing: Standing, confidence: float) -> float:
    if standing.is_decided:
        return 0.0
    return 1.0 if standing.is_foreign else 1.0 - confidence


def _objects(standing: Standing) -> str:
    """Items counted in boxes, in words; empty where the photo counts as one."""
    return "; ".join(f"{code} {n}" for code, n in sorted(standing.counts.items()) if n)


def _effort_km2(observed: pd.DataFrame) -> float:
    """Sea shown by the photos; the rows of one photo share its area."""
    is_photo = observed["photo_sha256"] != ""
    again = is_photo & observed.duplicated("photo_sha256")
    return float(np.sum(observed.loc[~again, "effort_km2"].to_numpy()))


def survey_results(store: "Store", survey: str) -> pd.DataFrame:
    """Return the contract's table of classified files, with reviews beside it.

    Columns are those of ``classify`` (``file, status, reason, category, confidence,
    p_..., width, height, taken_at, lat, lon, sha256, model``), then ``reviewed_as``,
    ``reviewed_by``, ``objects``, ``survey``, ``simulated``. Refused files are rows
    too.
    """
    simulated = bool(store.surveys.get(survey)["simulated"])
    rows: list[dict[str, Any]] = []
    for standing in standings_of(store, survey):
        photo, prediction = standing.photo, standing.prediction or {}
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
                "sha256": photo["sha256"],
                "model": prediction.get("model", ""),
                "reviewed_as": standing.category if standing.is_decided else "",
                "reviewed_by": standing.decided_by,
                "objects": _objects(standing),
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
    more = ("reviewed_as", "reviewed_by", "objects")
    columns = [*result_columns(CATEGORY_CODES), *more]
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("category", "model", "sha256", *more):
        frame[name] = frame[name].fillna("")
    frame["taken_at"] = pd.to_datetime(frame["taken_at"], utc=True)
    return frame.assign(survey=survey, simulated=simulated)
