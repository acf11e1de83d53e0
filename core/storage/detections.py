"""What detectors found on photos."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from core.storage._boxes import checked_boxes
from core.storage._rows import Record, fetch, insert_new, table_of
from core.storage.database import Database
from core.storage.photo_schema import Detection
from core.storage.schema import Photo

__all__ = ["Detections"]

_DETECTION = table_of(Detection)
_PHOTO = table_of(Photo)


class Detections:
    """Detections; one list of boxes for each photo and detector."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self, photo_sha256: str, model: str, boxes: Iterable[Mapping[str, Any]]
    ) -> bool:
        """Keep what a detector found; a second list of the same one changes nothing.

        Parameters
        ----------
        photo_sha256 : str
            A photo of the store.
        model : str
            ``NAME@VERSION``.
        boxes : iterable of mapping
            ``category, bbox (x, y, w, h in px of the upright photo), score``; none
            where nothing was found.

        Returns
        -------
        bool
            Whether it is new.

        Raises
        ------
        StorageError
            If a box cannot be true, or the photo is not stored.
        """
        row = {
            "photo_sha256": photo_sha256,
            "model": model,
            "boxes": checked_boxes(boxes),
            "created_at": datetime.now(UTC),
        }
        with self._database.write() as connection:
            return insert_new(connection, _DETECTION, [row]).added == 1

    def of(self, photo_sha256: str, model: str | None = None) -> Record | None:
        """Return the newest list of boxes of a photo, if any.

        Parameters
        ----------
        photo_sha256 : str
            The photo.
        model : str, optional
            Only what this detector found.

        Returns
        -------
        dict or None
            ``photo_sha256, model, boxes, created_at``; None if no detector looked.
        """
        query = (
            select(_DETECTION)
            .where(_DETECTION.c.photo_sha256 == photo_sha256)
            .order_by(_DETECTION.c.detection_id.desc())
            .limit(1)
        )
        if model is not None:
            query = query.where(_DETECTION.c.model == model)
        with self._database.read() as connection:
            found = fetch(connection, query)
        return found[0] if found else None

    def listing(
        self, *, survey: str | None = None, model: str | None = None
    ) -> list[Record]:
        """Return detections in the order they were made."""
        query = select(_DETECTION).order_by(_DETECTION.c.detection_id)
        if survey is not None:
            query = query.join(
                _PHOTO, _PHOTO.c.sha256 == _DETECTION.c.photo_sha256
            ).where(_PHOTO.c.survey == survey)
        if model is not None:
            query = query.where(_DETECTION.c.model == model)
        with self._database.read() as connection:
            return fetch(connection, query)
