"""What people marked on photos, box by box."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.sqlite import insert

from core.errors import StorageError
from core.storage._boxes import checked_boxes
from core.storage._rows import Record, fetch, fetch_one, table_of
from core.storage.database import Database
from core.storage.photo_schema import BoxReview
from core.storage.schema import Photo

__all__ = ["BoxReviews"]

_REVIEW = table_of(BoxReview)
_PHOTO = table_of(Photo)


class BoxReviews:
    """All boxes of a photo as a person left them; the last not undone stands.

    A blind second opinion stands only where no other review does.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        *,
        photo_sha256: str,
        boxes: Iterable[Mapping[str, Any]],
        actor: str,
        at: datetime | None = None,
        blind: bool = False,
    ) -> int:
        """Record all boxes of a photo; returns the number of the review.

        Raises
        ------
        StorageError
            If a box cannot be true, or the photo is not stored.
        """
        row = {
            "photo_sha256": photo_sha256,
            "boxes": checked_boxes(boxes),
            "actor": actor,
            "at": at or datetime.now(UTC),
            "blind": blind,
            "undone_by": "",
        }
        with self._database.write() as connection:
            added = connection.execute(
                insert(_REVIEW).returning(_REVIEW.c.box_review_id), row
            )
            return int(added.scalar_one())

    def undo(self, box_review_id: int, *, actor: str) -> None:
        """Mark a review as undone; it stays in the record.

        Raises
        ------
        NotFoundError
            If there is no such review.
        StorageError
            If it was undone before.
        """
        with self._database.write() as connection:
            found = fetch_one(
                connection,
                select(_REVIEW).where(_REVIEW.c.box_review_id == box_review_id),
                missing=f"no box review {box_review_id}",
            )
            if found["undone_at"] is not None:
                raise StorageError(f"box review {box_review_id} is undone already")
            connection.execute(
                update(_REVIEW)
                .where(_REVIEW.c.box_review_id == box_review_id)
                .values(undone_at=datetime.now(UTC), undone_by=actor)
            )

    def standing(self, photo_sha256: str, *, actor: str | None = None) -> Record | None:
        """Return the review that stands for a photo, or the last of one person."""
        query = _standing().where(_REVIEW.c.photo_sha256 == photo_sha256)
        if actor is not None:
            query = query.where(_REVIEW.c.actor == actor)
        with self._database.read() as connection:
            found = fetch(connection, query)
        return found[-1] if found else None

    def standing_by_photo(self, *, survey: str | None = None) -> dict[str, Record]:
        """Return the review that stands for each photo that has one."""
        query = _standing()
        if survey is not None:
            query = query.join(_PHOTO, _PHOTO.c.sha256 == _REVIEW.c.photo_sha256).where(
                _PHOTO.c.survey == survey
            )
        with self._database.read() as connection:
            return {row["photo_sha256"]: row for row in fetch(connection, query)}

    def latest(self, *, survey: str, actor: str, since: datetime) -> Record | None:
        """Return a person's newest review in a survey that is not undone, if any."""
        query = (
            select(_REVIEW)
            .join(_PHOTO, _PHOTO.c.sha256 == _REVIEW.c.photo_sha256)
            .where(
                _PHOTO.c.survey == survey,
                _REVIEW.c.actor == actor,
                _REVIEW.c.at >= since,
                _REVIEW.c.undone_at.is_(None),
            )
            .order_by(_REVIEW.c.box_review_id.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            found = fetch(connection, query)
        return found[0] if found else None

    def listing(
        self, *, photo_sha256: str | None = None, survey: str | None = None
    ) -> list[Record]:
        """Return reviews in the order they were made, undone ones too."""
        query = select(_REVIEW).order_by(_REVIEW.c.box_review_id)
        if photo_sha256 is not None:
            query = query.where(_REVIEW.c.photo_sha256 == photo_sha256)
        if survey is not None:
            query = query.join(_PHOTO, _PHOTO.c.sha256 == _REVIEW.c.photo_sha256).where(
                _PHOTO.c.survey == survey
            )
        with self._database.read() as connection:
            return fetch(connection, query)


def _standing() -> Select[tuple[object, ...]]:
    """Reviews that are not undone, the one that stands last."""
    return (
        select(_REVIEW)
        .where(_REVIEW.c.undone_at.is_(None))
        .order_by(_REVIEW.c.blind.desc(), _REVIEW.c.box_review_id)
    )
