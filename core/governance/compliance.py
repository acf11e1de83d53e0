"""What the compliance officer reads: decisions of a period, and personal data kept."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from core.storage import Store

__all__ = ["PersonalData", "decisions", "personal_data"]

DECISION_COLUMNS = (
    "photo_sha256",
    "photo",
    "survey",
    "decided_at",
    "model",
    "model_category",
    "confidence",
    "status",
    "category",
    "reviewer",
    "reviewed_at",
    "simulated",
)


def decisions(
    store: Store,
    *,
    survey: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """Which model decided what, and who reviewed it; newest first.

    Parameters
    ----------
    store : Store
        Where decisions are kept.
    survey : str, optional
        Only this survey.
    since, until : datetime, optional
        Aware; bounds of the moment the model decided, ``until`` not included.

    Returns
    -------
    DataFrame
        A row for each photo and model. ``category`` is what counts: the reviewer's
        word where a review stands, else the model's.
    """
    predicted = store.predictions.frame(survey=survey)
    photos = store.photos.frame(survey=survey)
    if predicted.empty:
        return pd.DataFrame(columns=list(DECISION_COLUMNS))
    predicted["created_at"] = pd.to_datetime(predicted["created_at"], utc=True)
    if since is not None:
        predicted = predicted[predicted["created_at"] >= since]
    if until is not None:
        predicted = predicted[predicted["created_at"] < until]
    standing = pd.DataFrame(
        list(store.reviews.standing_by_photo(survey=survey).values()),
        columns=["photo_sha256", "category", "actor", "at"],
    )
    joined = predicted.rename(
        columns={"category": "model_category", "created_at": "decided_at"}
    ).merge(
        photos[["sha256", "name", "survey", "simulated"]].rename(
            columns={"sha256": "photo_sha256", "name": "photo"}
        ),
        on="photo_sha256",
    )
    joined = joined.merge(
        standing.rename(columns={"actor": "reviewer", "at": "reviewed_at"}),
        on="photo_sha256",
        how="left",
    )
    joined["category"] = joined["category"].fillna(joined["model_category"])
    joined["reviewer"] = joined["reviewer"].fillna("")
    joined["reviewed_at"] = pd.to_datetime(joined["reviewed_at"], utc=True)
    ordered = joined.sort_values(
        ["decided_at", "prediction_id"], ascending=False, ignore_index=True
    )
    return ordered[list(DECISION_COLUMNS)]


@dataclass(frozen=True)
class PersonalData:
    """One kind of personal data in the store."""

    what: str
    where: str
    amount: int
    why: str


def personal_data(store: Store) -> list[PersonalData]:
    """List what the store keeps about people, counted now."""
    photos = store.photos.listing()
    actors = {str(entry["actor"]) for entry in store.audit.entries()}
    reviewers = {str(review["actor"]) for review in store.reviews.listing()}
    located = sum(photo["lat"] is not None for photo in photos)
    return [
        PersonalData(
            "Names of people who acted",
            "audit log, reviews, plans",
            len(actors | reviewers),
            "to say who decided; the audit log cannot forget",
        ),
        PersonalData(
            "Original photos, with the camera's own data",
            "folder files/",
            len(photos),
            "evidence; a photo may show people or name a camera's owner",
        ),
        PersonalData(
            "Places where a photo was taken",
            "table photo",
            located,
            "to map debris; also tells where a person stood",
        ),
    ]
