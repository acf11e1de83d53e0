"""Feature vectors of photos, by which near neighbours are found."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert

from core.errors import StorageError
from core.storage._rows import table_of
from core.storage.database import Database
from core.storage.photo_schema import PhotoFeature
from core.storage.schema import Photo

__all__ = ["Features"]

_FEATURE = table_of(PhotoFeature)
_PHOTO = table_of(Photo)
_STORED = np.dtype("<f2")


class Features:
    """Feature vectors; one for each photo and model, kept with 11 bits a number."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self,
        photo_sha256: str,
        model: str,
        vector: Sequence[float] | npt.NDArray[np.floating],
    ) -> None:
        """Keep the features of a photo; a second vector of a model replaces the first.

        Parameters
        ----------
        photo_sha256 : str
            A photo of the store.
        model : str
            ``NAME@VERSION``.
        vector : array_like of float, shape (D,)
            Finite, and below 65,504, the largest float16.

        Raises
        ------
        StorageError
            If the vector is empty or cannot be kept, or the photo is not stored.
        """
        with np.errstate(over="ignore"):
            stored = np.asarray(vector, dtype=np.float64).astype(_STORED)
        if stored.ndim != 1 or stored.size == 0:
            raise StorageError(
                f"features of photo {photo_sha256[:12]} have the shape "
                f"{stored.shape}, expected (D,)"
            )
        if not np.isfinite(stored).all():
            raise StorageError(
                f"features of photo {photo_sha256[:12]} are not finite float16 numbers"
            )
        row = {
            "photo_sha256": photo_sha256,
            "model": model,
            "vector": stored.tobytes(),
        }
        with self._database.write() as connection:
            change = insert(_FEATURE).values(row)
            connection.execute(
                change.on_conflict_do_update(
                    index_elements=["photo_sha256", "model"],
                    set_={"vector": row["vector"]},
                )
            )

    def of(self, photo_sha256: str, model: str) -> npt.NDArray[np.float32] | None:
        """Return the features of a photo, shape (D,); None if there are none."""
        query = select(_FEATURE.c.vector).where(
            _FEATURE.c.photo_sha256 == photo_sha256, _FEATURE.c.model == model
        )
        with self._database.read() as connection:
            found: bytes | None = connection.scalar(query)
        return None if found is None else _vector(found)

    def count(self, model: str) -> int:
        """Return of how many photos the features of a model are kept."""
        query = select(func.count()).where(_FEATURE.c.model == model)
        with self._database.read() as connection:
            return int(connection.scalar(query) or 0)

    def many(
        self, model: str, *, survey: str | None = None
    ) -> tuple[list[str], npt.NDArray[np.float32]]:
        """Return the features of all photos that a model looked at.

        Parameters
        ----------
        model : str
            ``NAME@VERSION``; vectors of different models cannot be compared.
        survey : str, optional
            Only photos of this survey.

        Returns
        -------
        photos : list of str
            SHA-256 of each photo, in alphabetical order.
        vectors : ndarray of float32, shape (n_photos, D)
            Shape (0, 0) if there are none.
        """
        query = (
            select(_FEATURE.c.photo_sha256, _FEATURE.c.vector)
            .where(_FEATURE.c.model == model)
            .order_by(_FEATURE.c.photo_sha256)
        )
        if survey is not None:
            query = query.join(
                _PHOTO, _PHOTO.c.sha256 == _FEATURE.c.photo_sha256
            ).where(_PHOTO.c.survey == survey)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return [], np.zeros((0, 0), dtype=np.float32)
        length = len(rows[0].vector)
        if any(len(row.vector) != length for row in rows):
            raise StorageError(f"features of model {model} differ in length")
        together = _vector(b"".join(row.vector for row in rows))
        return [row.photo_sha256 for row in rows], together.reshape(len(rows), -1)


def _vector(stored: bytes) -> npt.NDArray[np.float32]:
    return np.frombuffer(stored, dtype=_STORED).astype(np.float32)
