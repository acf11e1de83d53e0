"""The rows behind a map: columns sorted by place, and which of them a filter keeps."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.density.effort import NOT_DEBRIS, REFUSED_FLAGS
from core.density.intervals import refuse_bad_counts, refuse_bad_effort
from core.density.map_filter import MapFilter
from core.density.places import Places
from core.density.searches import find_searches
from core.errors import ObservationError
from core.geo import normalise_lon

__all__ = ["INDEX_COLUMNS", "Choice", "MapRows"]

#: Columns of the store that an index is made from.
INDEX_COLUMNS = (
    "lat",
    "lon",
    "observed_at",
    "category",
    "count",
    "mass_kg",
    "effort_km2",
    "survey",
    "size_class",
    "quality_flag",
    "photo_sha256",
    "h3",
    "simulated",
    "source",
)

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
#: Filters kept ready: every tile of a map asks for the same one. 3 MB a million rows.
_KEPT_CHOICES = 4


class Choice(NamedTuple):
    """Rows that a filter chooses: those that count, and those that carry effort."""

    #: Rows of its surveys, period and box.
    kept: Bools
    #: One row of every search among them.
    carries: Bools
    #: Rows among them of its categories and size classes.
    counted: Bools


class MapRows:
    """Observations sorted by place; every array has one value a row.

    Parameters
    ----------
    columns : mapping of str to ndarray, each of shape (n_rows,)
        See :class:`core.density.MapIndex`.

    Attributes
    ----------
    places : Places
        Distinct positions; ``places.of_row`` gives that of each row.
    searches : Searches
        Which rows carry the effort of a search.
    surveys, categories, sizes : tuple of str
        Names behind the codes in ``survey``, ``category`` and ``size``.
    time : ndarray of int
        Microseconds since 1970.
    photo : ndarray of int
        Number of the photo, -1 where there is none.
    """

    def __init__(self, columns: Mapping[str, Array]) -> None:
        self._choices: dict[MapFilter, Choice] = {}
        rows = _usable(columns)
        taken = {name: np.asarray(columns[name])[rows] for name in INDEX_COLUMNS}
        lon = normalise_lon(taken["lon"])
        lat = taken["lat"].astype(np.float64)
        self.places = Places(lat, lon, taken["h3"].astype(np.uint64))
        survey, self.surveys = _coded(taken["survey"])
        category, self.categories = _coded(taken["category"])
        size, self.sizes = _coded(taken["size_class"])
        time = taken["observed_at"].astype("datetime64[us]").astype(np.int64)
        effort = taken["effort_km2"].astype(np.float64)
        searches = find_searches(
            survey=survey,
            photo=taken["photo_sha256"],
            time=time,
            lat=lat,
            lon=lon,
            effort_km2=effort,
            kind=category * max(len(self.sizes), 1) + size,
            rows=rows,
        )
        order = self.places.order
        self.searches = searches.reordered(order)
        self.time = time[order]
        self.survey = survey[order].astype(np.int32)
        self.category = category[order].astype(np.int16)
        self.size = size[order].astype(np.int16)
        self.count = _small(taken["count"].astype(np.int64)[order])
        self.effort_km2 = effort[order]
        self.mass_kg = taken["mass_kg"].astype(np.float64)[order]
        self.simulated = taken["simulated"].astype(np.bool_)[order]
        photo, _ = pd.factorize(taken["photo_sha256"])
        photo[np.asarray(taken["photo_sha256"] == "", dtype=np.bool_)] = -1
        self.photo = photo[order].astype(np.int32)
        self.from_photo = np.asarray(taken["source"] == "photo", dtype=np.bool_)[order]

    def __len__(self) -> int:
        return len(self.time)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, bytes."""
        arrays = [x for x in vars(self).values() if isinstance(x, np.ndarray)]
        own = sum(x.nbytes for x in arrays)
        return own + self.searches.carries.nbytes + self.places.nbytes

    def choice(self, chosen: MapFilter) -> Choice:
        """Rows that a filter chooses; the last few filters are kept ready."""
        found = self._choices.get(chosen)
        if found is None:
            kept = self.kept(chosen)
            found = Choice(
                kept, self.searches.among(kept), kept & self.is_counted(chosen)
            )
            while len(self._choices) >= _KEPT_CHOICES:
                self._choices.pop(next(iter(self._choices)), None)
            self._choices[chosen] = found
        return found

    def kept(self, chosen: MapFilter) -> Bools:
        """Rows of the surveys, the period and the box of a filter."""
        kept = np.ones(len(self), dtype=np.bool_)
        if chosen.surveys:
            kept &= np.isin(self.surveys, chosen.surveys)[self.survey]
        if chosen.start_us is not None:
            kept &= self.time >= chosen.start_us
        if chosen.end_us is not None:
            kept &= self.time < chosen.end_us
        if chosen.bbox is not None:
            kept &= self.places.inside(chosen.bbox)[self.places.of_row]
        return kept

    def is_counted(self, chosen: MapFilter) -> Bools:
        """Rows of the categories and size classes of a filter; all debris if none."""
        counted = self.is_chosen(chosen)
        if not chosen.categories:
            counted &= ~np.isin(self.categories, NOT_DEBRIS)[self.category]
        return counted

    def is_chosen(self, chosen: MapFilter) -> Bools:
        """Rows of the categories and size classes of a filter; every row if none."""
        fits = np.ones(len(self), dtype=np.bool_)
        if chosen.categories:
            fits &= np.isin(self.categories, chosen.categories)[self.category]
        if chosen.size_classes:
            fits &= np.isin(self.sizes, chosen.size_classes)[self.size]
        return fits


def _usable(columns: Mapping[str, Array]) -> Ints:
    """Rows that are not flagged fail or missing, once their numbers are checked."""
    missing = [name for name in INDEX_COLUMNS if name not in columns]
    if missing:
        raise ObservationError(f"observations lack the column {', '.join(missing)}")
    rows = np.flatnonzero(~np.isin(columns["quality_flag"], REFUSED_FLAGS))
    for name, low, high in (("lat", -90.0, 90.0), ("lon", -180.0, 360.0)):
        values = np.asarray(columns[name], dtype=np.float64)[rows]
        bad = np.flatnonzero(~((values >= low) & (values <= high)))
        if bad.size:
            raise ObservationError(
                f"{name} {values[bad[0]]:g} outside [{low:g}, {high:g}] "
                f"(row {rows[bad[0]]})"
            )
    refuse_bad_counts(np.asarray(columns["count"], dtype=np.float64)[rows], rows)
    effort = np.asarray(columns["effort_km2"], dtype=np.float64)
    known = rows[~np.isnan(effort[rows])]
    refuse_bad_effort(effort[known], known)
    return rows


def _coded(texts: Array) -> tuple[Ints, tuple[str, ...]]:
    codes, names = pd.factorize(texts, sort=True)
    return np.asarray(codes, dtype=np.int64), tuple(str(name) for name in names)


def _small(counts: Ints) -> Array:
    fits = not len(counts) or counts.max() < 2**31
    return counts.astype(np.int32) if fits else counts
