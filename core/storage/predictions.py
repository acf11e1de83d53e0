"""What models said about photos."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import func, select

from core.storage._rows import AddResult, Record, as_frame, fetch, insert_new, table_of
from core.storage.database import Database
from core.storage.schema import Photo, Prediction

__all__ = ["Predictions"]

_PREDICTION = table_of(Prediction)
_PHOTO = table_of(Photo)


class Predictions:
    """Predictions; one for each photo and model."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, *records: Mapping[str, Any]) -> AddResult:
        """Add predictions; a second one of a model for a photo changes nothing.

        Parameters
        ----------
        *records : mapping
            ``photo_sha256, model`` (``NAME@VERSION``), ``category, confidence,
            probabilities`` (category to probability), ``status`` and, for a photo
            unlike those the model knows, ``is_foreign``.
        """
        now = datetime.now(UTC)
        rows = [{"created_at": now, **record} for record in records]
        with self._database.write() as connection:
            return insert_new(connection, _PREDICTION, rows)

    def for_photo(self, photo_sha256: str) -> list[Record]:
        """Return what each model said about a photo, newest first."""
        query = (
            select(_PREDICTION)
            .where(_PREDICTION.c.photo_sha256 == photo_sha256)
            .order_by(_PREDICTION.c.prediction_id.desc())
        )
        with self._database.read() as connection:
            return fetch(connection, query)

    def listing(
        self, *, survey: str | None = None, model: str | None = None
    ) -> list[Record]:
        """Return predictions in the order they were made."""
        query = select(_PREDICTION).order_by(_PREDICTION.c.prediction_id)
        if survey is not None:
            query = query.join(
                _PHOTO, _PHOTO.c.sha256 == _PREDICTION.c.photo_sha256
            ).where(_PHOTO.c.survey == survey)
        if model is not None:
            query = query.where(_PREDICTION.c.model == model)
        with self._database.read() as connection:
            return fetch(connection, query)

    def categories(self, *, survey: str) -> dict[str, str]:
        """Return the newest category of each photo that a model judged."""
        query = (
            select(_PREDICTION.c.photo_sha256, _PREDICTION.c.category)
            .join(_PHOTO, _PHOTO.c.sha256 == _PREDICTION.c.photo_sha256)
            .where(_PHOTO.c.survey == survey)
            .order_by(_PREDICTION.c.prediction_id)
        )
        with self._database.read() as connection:
            return {
                str(sha256): str(code) for sha256, code in connection.execute(query)
            }

    def frame(
        self, *, survey: str | None = None, model: str | None = None
    ) -> pd.DataFrame:
        """Return predictions as a frame."""
        return as_frame(self.listing(survey=survey, model=model), _PREDICTION)

    def counts_by_model(self) -> list[Record]:
        """Return per model: predictions, photos, first and last time."""
        query = (
            select(
                _PREDICTION.c.model,
                func.count().label("predictions"),
                func.min(_PREDICTION.c.created_at).label("first_at"),
                func.max(_PREDICTION.c.created_at).label("last_at"),
            )
            .group_by(_PREDICTION.c.model)
            .order_by(_PREDICTION.c.model)
        )
        with self._database.read() as connection:
            return fetch(connection, query)
