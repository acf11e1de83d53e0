"""Published measurements held ready for the map: one quantity in one medium.

A net, a walk or a core is an event. Its rows by category and size are parts of one
value and share one effort. Three kinds of records exist, and no two are mixed:

- counts with their effort are pooled, which weighs every net by what it filtered, with
  the exact Poisson interval;
- values alone have no counting error to work with: the median of the events and their
  range is shown;
- class ranges ("1 to 5") are no numbers: their outer bounds are shown and never
  averaged.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import h3.api.basic_int as h3_int
import h3.api.basic_str as h3_str
import numpy as np
import numpy.typing as npt
import pandas as pd

from core.density.cells import Bbox, cell_names
from core.density.effort import NOT_DEBRIS, REFUSED_FLAGS
from core.density.intervals import poisson_interval
from core.density.map_filter import MapFilter
from core.density.measured_events import event_values
from core.density.places import Places, cell_box
from core.errors import ObservationError
from core.geo import normalise_lon
from core.observations.quantities import Quantity

__all__ = ["BASES", "MEASURED_COLUMNS", "MEASUREMENT_COLUMNS_READ", "MeasurementIndex"]

#: Columns of a measurement frame that an index is made from.
MEASUREMENT_COLUMNS_READ = (
    "survey",
    "event",
    "lat",
    "lon",
    "observed_at",
    "category",
    "item_list",
    "item_code",
    "size_class",
    "value",
    "value_low",
    "value_high",
    "count",
    "effort",
    "correction",
    "quality_flag",
    "simulated",
    "h3",
)
#: Columns of :meth:`MeasurementIndex.cells`, in order; see there.
MEASURED_COLUMNS = (
    "h3",
    "lat",
    "lon",
    "value",
    "low",
    "high",
    "basis",
    "status",
    "n",
    "effort",
    "n_events",
    "n_ranges",
)
#: What a value rests on: pooled counts, the median of values, or class ranges alone.
BASES = ("pooled", "median", "range")
_EVERYTHING = MapFilter()
Array = npt.NDArray[Any]


class MeasurementIndex:
    """Measurements of one quantity and medium, sorted by place.

    Parameters
    ----------
    columns : mapping of str to array, each of shape (n_rows,)
        ``MEASUREMENT_COLUMNS_READ`` of a measurement frame; times in UTC. Rows flagged
        fail or missing are left out.
    quantity : Quantity
        What they measure.

    Raises
    ------
    ObservationError
        If a column is missing.
    """

    def __init__(self, columns: Mapping[str, Any], quantity: Quantity) -> None:
        missing = [name for name in MEASUREMENT_COLUMNS_READ if name not in columns]
        if missing:
            raise ObservationError(f"measurements lack the column {', '.join(missing)}")
        frame = pd.DataFrame({n: columns[n] for n in MEASUREMENT_COLUMNS_READ})
        frame = frame.loc[~frame["quality_flag"].isin(REFUSED_FLAGS)]
        self.quantity = quantity
        self._places = Places(
            frame["lat"].to_numpy(dtype=np.float64),
            normalise_lon(frame["lon"]),
            _cells(frame["h3"]),
        )
        rows = frame.iloc[self._places.order].reset_index(drop=True)
        counted = (
            quantity.per * rows["count"] / rows["effort"].where(rows["effort"] > 0)
        )
        rows["value"] = rows["value"].fillna(counted)
        rows["observed_at"] = pd.to_datetime(rows["observed_at"], utc=True)
        self._rows = rows.drop(columns=["lat", "lon", "h3", "quality_flag"])
        self._rows["place"] = self._places.of_row

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def surveys(self) -> tuple[str, ...]:
        """Names of the surveys, sorted."""
        return self._names("survey")

    @property
    def categories(self) -> tuple[str, ...]:
        """Codes of the categories that occur, sorted."""
        return self._names("category")

    @property
    def size_classes(self) -> tuple[str, ...]:
        """Size classes that occur, sorted."""
        return tuple(name for name in self._names("size_class") if name)

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """First and last time of a record, UTC; None without any."""
        times = self._rows["observed_at"].dropna()
        if times.empty:
            return None
        return times.min().to_pydatetime(), times.max().to_pydatetime()

    @property
    def bounds(self) -> Bbox | None:
        """Smallest box around all records, the short way round; None without any."""
        return self._places.bounds() if len(self) else None

    def events(
        self, chosen: MapFilter = _EVERYTHING, *, within: Bbox | None = None
    ) -> pd.DataFrame:
        """Return what each event found of the chosen kinds.

        Parameters
        ----------
        chosen : MapFilter
            Surveys, period and box choose events; categories and sizes what is summed.
        within : Bbox, optional
            A further box.

        Returns
        -------
        DataFrame
            See :func:`core.density.measured_events.event_values`.
        """
        rows = self._rows.loc[self._kept(chosen, within)]
        return event_values(rows, self._is_counted(rows, chosen))

    def cells(
        self,
        chosen: MapFilter = _EVERYTHING,
        *,
        resolution: int,
        confidence: float = 0.95,
        within: Bbox | None = None,
    ) -> pd.DataFrame:
        """Value, interval or range in every cell that holds an event.

        Parameters
        ----------
        chosen : MapFilter
            What to let through.
        resolution : int
            H3 resolution, 0 to 15.
        confidence : float, default 0.95
            Coverage of the intervals of pooled counts.
        within : Bbox, optional
            A further box, for a part of the map.

        Returns
        -------
        DataFrame
            A row a cell, sorted by ``h3``, with ``MEASURED_COLUMNS``. ``value``,
            ``low`` and ``high`` are in the quantity's unit; ``basis`` says what they
            are: ``pooled`` counts with their exact interval, where every event has
            both count and effort; else the ``median`` of the events with their least
            and greatest value; or the outer bounds of class ``range`` s, where no
            event has a number, with ``value`` NaN. ``n`` and ``effort`` are NaN unless
            pooled. ``n_ranges`` events had a class range only and are in no median.
        """
        events = self.events(chosen, within=within)
        level = self._places.level(resolution)
        events = events.assign(cell=level.of_place[events["place"].to_numpy()])
        found = _by_cell(events, self.quantity, confidence)
        cells = level.cells[found.index.to_numpy(dtype=np.int64)]
        centres = np.array([h3_int.cell_to_latlng(cell) for cell in cells.tolist()])
        centres = centres.reshape(-1, 2)
        found = found.assign(
            h3=pd.Series(cell_names(pd.Index(cells)), index=found.index, dtype="str"),
            lat=centres[:, 0],
            lon=centres[:, 1],
        )
        return found[list(MEASURED_COLUMNS)].reset_index(drop=True)

    def cell(
        self, chosen: MapFilter, cell: str, *, confidence: float = 0.95
    ) -> pd.DataFrame:
        """Return the row of one cell as in `cells`; no row if it holds no event.

        Raises
        ------
        InputError
            If ``cell`` is not the name of an H3 cell.
        """
        found = self.cells(
            chosen,
            within=cell_box(cell),
            resolution=h3_str.get_resolution(cell),
            confidence=confidence,
        )
        return found.loc[found["h3"] == cell].reset_index(drop=True)

    def timeline(
        self, chosen: MapFilter = _EVERYTHING, *, bins: int = 60
    ) -> pd.DataFrame:
        """Return how many events lie in each part of the period.

        Returns
        -------
        DataFrame
            ``start, end, n_events``; empty without events.
        """
        times = self.events(chosen)["observed_at"].dropna()
        if times.empty:
            return pd.DataFrame({"start": [], "end": [], "n_events": []})
        last = times.max() + timedelta(microseconds=1)
        edges = pd.date_range(
            chosen.start or times.min(), chosen.end or last, periods=max(bins, 1) + 1
        )
        counted, _ = np.histogram(times.astype("int64"), bins=edges.astype("int64"))
        return pd.DataFrame(
            {"start": edges[:-1], "end": edges[1:], "n_events": counted}
        )

    def is_simulated(self, chosen: MapFilter = _EVERYTHING) -> bool:
        """Whether any record that fits was simulated."""
        return bool(self._rows.loc[self._kept(chosen, None), "simulated"].any())

    def _names(self, column: str) -> tuple[str, ...]:
        return tuple(sorted(str(name) for name in self._rows[column].unique()))

    def _kept(self, chosen: MapFilter, within: Bbox | None) -> "pd.Series[bool]":
        rows = self._rows
        kept = pd.Series(True, index=rows.index)
        if chosen.surveys:
            kept &= rows["survey"].isin(chosen.surveys)
        if chosen.start is not None:
            kept &= rows["observed_at"] >= chosen.start.astimezone(UTC)
        if chosen.end is not None:
            kept &= rows["observed_at"] < chosen.end.astimezone(UTC)
        for box in (chosen.bbox, within):
            if box is not None:
                kept &= self._places.inside(box)[rows["place"].to_numpy()]
        return kept

    def _is_counted(self, rows: pd.DataFrame, chosen: MapFilter) -> "pd.Series[bool]":
        counted = ~rows["category"].isin(NOT_DEBRIS)
        if chosen.categories:
            counted = rows["category"].isin(chosen.categories)
        if chosen.size_classes:
            counted &= rows["size_class"].isin(chosen.size_classes)
        return counted


def _cells(names: Any) -> npt.NDArray[np.uint64]:
    values = [x if isinstance(x, int) else int(str(x) or "0", 16) for x in names]
    return np.array(values, dtype=np.uint64)


def _by_cell(
    events: pd.DataFrame, quantity: Quantity, confidence: float
) -> pd.DataFrame:
    group = events.groupby("cell")
    numbers = events.loc[~events["is_range"]].groupby("cell")["value"]
    ranges = events.loc[events["is_range"]].groupby("cell")
    found = pd.DataFrame(
        {
            "n_events": group.size(),
            "n_ranges": group["is_range"].sum(),
            "value": numbers.median(),
            "low": numbers.min(),
            "high": numbers.max(),
            "n": group["count"].sum(min_count=1),
            "effort": group["effort"].sum(min_count=1),
        }
    )
    only = found["value"].isna()
    found["low"] = found["low"].where(~only, ranges["value_low"].min())
    found["high"] = found["high"].where(~only, ranges["value_high"].max())
    complete = events["count"].notna() & events["effort"].notna()
    whole = events["count"] % 1 == 0
    pooled = (complete & whole).groupby(events["cell"]).all() & quantity.counts
    found["basis"] = np.select([pooled, ~only], BASES[:2], BASES[2])
    if pooled.any():
        n, effort = found.loc[pooled, "n"], found.loc[pooled, "effort"]
        rates = poisson_interval(n.to_numpy(), effort.to_numpy(), confidence)
        for name, rate in zip(("value", "low", "high"), rates, strict=True):
            found.loc[pooled, name] = np.asarray(rate) * quantity.per
    found.loc[~pooled, ["n", "effort"]] = np.nan
    nothing = (found["value"] == 0) & (pooled | (found["high"] == 0))
    found["status"] = np.where(nothing, "surveyed_none_seen", "surveyed")
    return found
