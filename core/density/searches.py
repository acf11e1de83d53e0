"""Which rows carry the effort of a search, so that one search is counted once.

A photo or a transect writes one row a category, and each of its rows carries the whole
area searched. That area was searched once. The rows of one search are found by this
rule:

- rows with a photo: one search a survey and photo;
- other rows: the same survey, time, position and effort are one search. A search has
  at most one row a category and size class, so a category that comes back under the
  same key is a further search of the same size.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import ObservationError

__all__ = ["Searches", "find_searches"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Searches:
    """The rows that carry the effort of a search.

    Attributes
    ----------
    carries : ndarray of bool, shape (n_rows,)
        One row of every search that has an effort.
    loose_rows, loose_searches : ndarray of int
        Rows of photos whose rows differ in time or place, and the number of their
        search. A filter may leave out the row that carries such an effort; then the
        next row of the search does.
    """

    carries: Bools
    loose_rows: Ints
    loose_searches: Ints

    def among(self, kept: Bools) -> Bools:
        """Rows that carry an effort when only some rows are kept."""
        carries = self.carries & kept
        if self.loose_rows.size:
            carries[self.loose_rows] = False
            here = kept[self.loose_rows]
            rows, searches = self.loose_rows[here], self.loose_searches[here]
            carries[rows[np.unique(searches, return_index=True)[1]]] = True
        return carries

    def reordered(self, order: Ints) -> "Searches":
        """Return the same for rows in another order."""
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        # The loose rows keep the order they had, which says whose turn is next.
        return Searches(
            self.carries[order], place[self.loose_rows], self.loose_searches
        )


def find_searches(
    *,
    survey: Ints,
    photo: Texts,
    time: Ints,
    lat: Floats,
    lon: Floats,
    effort_km2: Floats,
    kind: Ints,
    rows: Ints | None = None,
) -> Searches:
    """Find the rows that carry the effort of a search.

    Parameters
    ----------
    survey, kind : ndarray of int, shape (n_rows,)
        Codes of the survey, and of the category and size class together.
    photo : ndarray of str, shape (n_rows,)
        Names of photos; empty where there is none.
    time : ndarray of int, shape (n_rows,)
        Any number that tells times apart.
    lat, lon : ndarray of float, shape (n_rows,)
        Degrees, longitudes normalised.
    effort_km2 : ndarray of float, shape (n_rows,)
        NaN for sightings, which belong to no search.
    rows : ndarray of int, optional
        Numbers of the rows for the message; counted from 0 unless given.

    Raises
    ------
    ObservationError
        If a photo comes with two efforts.
    """
    known = ~np.isnan(effort_km2)
    carries = np.zeros(len(known), dtype=np.bool_)
    is_photo = np.asarray(photo != "", dtype=np.bool_)
    others = np.flatnonzero(known & ~is_photo)
    carries[_of_transects(others, (effort_km2, lon, lat, time, survey), kind)] = True
    photos = np.flatnonzero(known & is_photo)
    first, search = _of_photos(photos, survey, photo)
    carries[first] = True
    _refuse_two_efforts(photos, first[search], effort_km2, photo, rows)
    differs = np.zeros(len(first), dtype=np.bool_)
    for values in (time, lat, lon):
        differs[search[values[photos] != values[first[search]]]] = True
    loose = differs[search]
    return Searches(carries, photos[loose], search[loose])


def _of_transects(rows: Ints, key: tuple[npt.NDArray, ...], kind: Ints) -> Ints:  # type: ignore[type-arg]
    """As many rows of each key as its most frequent kind has."""
    if not rows.size:
        return rows
    order = rows[np.lexsort([kind[rows], *(values[rows] for values in key)])]
    new_key = np.ones(len(order), dtype=np.bool_)
    new_key[1:] = np.any([np.diff(values[order]) != 0 for values in key], axis=0)
    new_kind = new_key.copy()
    new_kind[1:] |= np.diff(kind[order]) != 0
    kind_starts = np.flatnonzero(new_kind)
    lengths = np.diff(np.append(kind_starts, len(order)))
    key_of_kind = np.cumsum(new_key[kind_starts]) - 1
    n_searches = np.maximum.reduceat(lengths, np.flatnonzero(new_key[kind_starts]))
    key_starts = np.flatnonzero(new_key)
    place = np.arange(len(order)) - np.repeat(
        key_starts, np.diff(np.append(key_starts, len(order)))
    )
    allowed = np.repeat(n_searches[key_of_kind], lengths)
    return np.asarray(order[place < allowed])


def _of_photos(rows: Ints, survey: Ints, photo: Texts) -> tuple[Ints, Ints]:
    """First row of each survey and photo, and the photo's number for each row."""
    codes, names = pd.factorize(photo[rows])
    key = survey[rows] * max(len(names), 1) + codes
    _, at, search = np.unique(key, return_index=True, return_inverse=True)
    return rows[at], np.asarray(search, dtype=np.int64)


def _refuse_two_efforts(
    photos: Ints, first: Ints, effort_km2: Floats, names: Texts, rows: Ints | None
) -> None:
    other = photos[effort_km2[photos] != effort_km2[first]]
    if other.size:
        at = other[-1]
        row = int(at if rows is None else rows[at])
        raise ObservationError(
            f"photo {str(names[at])[:12]} comes with two different efforts, expected "
            f"one (row {row})"
        )
