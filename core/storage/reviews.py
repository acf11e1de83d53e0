"""What people decided about photos."""

from datetime import UTC, datetime

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.sqlite import insert

from core.errors import StorageError
from core.storage._rows import Record, fetch, fetch_one, table_of
from core.storage.database import Database
from core.storage.schema import Photo, Review

__all__ = ["Reviews"]

_REVIEW = table_of(Review)
_PHOTO = table_of(Photo)


class Reviews:
    """Reviews; the last one that is not undone stands.

    A blind second opinion stands only where no other review does.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        *,
        photo_sha256: str,
        category: str,
        previous: str,
        actor: str,
        at: datetime | None = None,
        blind: bool = False,
    ) -> int:
        """Record a decision; returns its number.

        Repeating the newest decision, or one's own blind one, changes nothing and
        returns its number.
        """
        with self._database.write() as connection:
            query = _standing().where(_REVIEW.c.photo_sha256 == photo_sha256)
            if blind:
                query = query.where(_REVIEW.c.actor == actor, _REVIEW.c.blind)
            rows = fetch(connection, query)
            said = {"category": category, "actor": actor, "blind": blind}
            # A second opinion given since is answered by saying it again.
            is_newest = rows and rows[-1]["review_id"] == max(
                row["review_id"] for row in rows
            )
            if is_newest and said.items() <= rows[-1].items():
                return int(rows[-1]["review_id"])
            added = connection.execute(
                insert(_REVIEW).returning(_REVIEW.c.review_id),
                {
                    "photo_sha256": photo_sha256,
                    "category": category,
                    "previous": previous,
                    "actor": actor,
                    "at": at or datetime.now(UTC),
                    "blind": blind,
                    "undone_by": "",
                },
            )
            return int(added.scalar_one())

    def undo(self, review_id: int, *, actor: str) -> None:
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
                select(_REVIEW).where(_REVIEW.c.review_id == review_id),
                missing=f"no review {review_id}",
            )
            if found["undone_at"] is not None:
                raise StorageError(f"review {review_id} is undone already")
            connection.execute(
                update(_REVIEW)
                .where(_REVIEW.c.review_id == review_id)
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

    def categories(self, *, survey: str) -> dict[str, str]:
        """Return the category that stands for each photo that a person decided."""
        rows = self.standing_by_photo(survey=survey)
        return {sha256: str(row["category"]) for sha256, row in rows.items()}

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
            .order_by(_REVIEW.c.review_id.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            found = fetch(connection, query)
        return found[0] if found else None

    def get(self, review_id: int) -> Record:
        """Return a review.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        query = select(_REVIEW).where(_REVIEW.c.review_id == review_id)
        with self._database.read() as connection:
            return fetch_one(connection, query, missing=f"no review {review_id}")

    def listing(
        self, *, photo_sha256: str | None = None, survey: str | None = None
    ) -> list[Record]:
        """Return reviews in the order they were made, undone ones too."""
        query = select(_REVIEW).order_by(_REVIEW.c.review_id)
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
        .order_by(_REVIEW.c.blind.desc(), _REVIEW.c.review_id)
    )
