"""Check a table of observations: fill, validate, flag, identify.

Values are refused where they cannot be true (latitude 95, half an item), and flagged
where they are doubtful (a position on land). Nothing is clipped or guessed; the few
readings of a notation (thousands comma, time without an offset as UTC, longitude 0 to
360) are counted in the notes.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.coastline import is_on_land
from core.errors import ObservationError
from core.geo import H3_STORED_RESOLUTION, cells_of, normalise_lon
from core.observations import _columns
from core.observations._faults import BoolArray, Faults
from core.observations._identity import identify
from core.observations.categories import RECORD_CATEGORY_CODES, nearest_category
from core.observations.frame import (
    Checked,
    QualityFlag,
    Rejection,
    empty_observations,
    typed,
)

__all__ = ["REQUIRED_COLUMNS", "make_observations"]

REQUIRED_COLUMNS: tuple[str, ...] = ("lat", "lon", "observed_at", "category", "count")

#: Assumption: no hand or photo count of one record reaches this.
_MAX_COUNT = 1_000_000_000
#: Assumption: no record covers more sea than the largest patch survey (km2).
_MAX_EFFORT_KM2 = 100_000.0
#: Degrees; the usual traces of missing positions and of degrees taken as metres.
_NEAR_ZERO_DEG = 0.01
_MAX_TEXT = 200
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
#: A clock may run ahead, and a ship's date may be a day off.
_CLOCK_MARGIN = timedelta(days=1)
_SOURCES = ("photo", "table")
_FLAGS = frozenset(int(flag) for flag in QualityFlag)


def make_observations(
    frame: pd.DataFrame,
    *,
    rows: Sequence[int] | None = None,
    now: datetime | None = None,
) -> Checked:
    """Check raw records and make an observation frame of the good ones.

    Parameters
    ----------
    frame : DataFrame
        At least `REQUIRED_COLUMNS`; any other column of `OBSERVATION_COLUMNS` is used,
        and ``replicate``, which tells equal records (replicate tows) apart. Columns may
        be text. Other columns are left aside.
    rows : sequence of int, optional
        Number of each record in its file; from 1 if not given.
    now : datetime, optional
        Times after this are doubtful; the present moment if not given.

    Returns
    -------
    Checked
        Accepted and refused records together. A record equal to an earlier one in
        everything that identifies it is kept once and listed in ``repeated``.

    Raises
    ------
    ObservationError
        If a required column is missing.
    """
    missing = [name for name in REQUIRED_COLUMNS if name not in frame.columns]
    if missing:
        raise ObservationError(
            f"missing column {', '.join(missing)}; "
            f"needed: {', '.join(REQUIRED_COLUMNS)}"
        )
    n = len(frame)
    if n == 0:
        return Checked(accepted=empty_observations())
    numbered = np.arange(1, n + 1) if rows is None else np.asarray(rows)
    check = _Check(frame.reset_index(drop=True), numbered, now or datetime.now(UTC))
    return check.run()


class _Check:
    """One pass over a table."""

    def __init__(
        self, frame: pd.DataFrame, rows: npt.NDArray[np.int64], now: datetime
    ) -> None:
        self._frame = frame
        self._rows = rows
        self._now = now
        self._faults = Faults(rows)
        self._notes: dict[str, int] = {}
        self._out: dict[str, Any] = {}

    def run(self) -> Checked:
        self._positions()
        self._times()
        self._categories()
        self._amounts()
        self._labels()
        self._flags()
        keep = ~self._faults.is_refused
        columns = {name: pd.Series(v)[keep] for name, v in self._out.items()}
        accepted = pd.DataFrame(columns).reset_index(drop=True)
        accepted["observed_at"] = accepted["observed_at"].astype("datetime64[us, UTC]")
        cells = cells_of(
            lat=accepted["lat"].tolist(),
            lon=accepted["lon"].tolist(),
            resolution=H3_STORED_RESOLUTION,
        )
        accepted["h3"] = [f"{cell:x}" for cell in cells.tolist()]
        accepted["observation_id"] = identify(
            accepted,
            replicate=self._text("replicate", keep),
            given=self._text("observation_id", keep),
        )
        is_repeat = accepted.duplicated("observation_id").to_numpy(dtype=bool)
        repeated = self._repeats(accepted, is_repeat, self._rows[keep])
        gone = {rejection.row for rejection in repeated}
        return Checked(
            accepted=typed({str(k): v for k, v in accepted[~is_repeat].items()}),
            rejected=tuple(sorted(self._faults.refused, key=lambda r: r.row)),
            doubts=tuple(
                doubt
                for doubt in sorted(self._faults.doubts, key=lambda r: r.row)
                if doubt.row not in gone
            ),
            repeated=repeated,
            n_rows=len(self._rows),
            notes={name: count for name, count in self._notes.items() if count},
        )

    @staticmethod
    def _repeats(
        accepted: pd.DataFrame, is_repeat: BoolArray, rows: npt.NDArray[np.int64]
    ) -> tuple[Rejection, ...]:
        first: dict[str, int] = {}
        repeats = []
        ids = accepted["observation_id"].tolist()
        for row, identity, again in zip(rows.tolist(), ids, is_repeat, strict=True):
            if again:
                reason = (
                    f"equal to row {first[identity]}; give replicates a column "
                    "'replicate' to keep both"
                )
                repeats.append(Rejection(row, "", identity, reason))
            else:
                first[identity] = row
        return tuple(repeats)

    def _raw(self, name: str) -> pd.Series:
        if name in self._frame.columns:
            return self._frame[name]
        return pd.Series([None] * len(self._rows), dtype="object")

    def _text(self, name: str, keep: BoolArray) -> list[str]:
        raw = _columns.texts(self._raw(name)[keep])
        return ["" if text.lower() in _columns.MISSING_WORDS else text for text in raw]

    def _numbers(self, name: str, *, required: bool = False) -> _columns.Numbers:
        raw = self._raw(name)
        read = _columns.numbers(raw)
        self._faults.refuse(read.is_bad, name, raw.tolist(), f"{name} is not a number")
        if required:
            self._faults.refuse(
                read.is_missing, name, raw.tolist(), f"{name} is missing"
            )
        infinite = np.isinf(read.data)
        self._faults.refuse(infinite, name, raw.tolist(), f"{name} is infinite")
        self._note("thousands_commas", read.n_thousands)
        return read

    def _note(self, name: str, count: int) -> None:
        self._notes[name] = self._notes.get(name, 0) + int(count)

    def _positions(self) -> None:
        lat = self._numbers("lat", required=True).data
        lon = self._numbers("lon", required=True).data
        real = np.isfinite(lat) & np.isfinite(lon)
        off_lat = real & (np.abs(lat) > 90.0)
        off_lon = real & ((lon < -180.0) | (lon > 360.0))
        swapped = off_lat & (np.abs(lat) <= 360.0) & (np.abs(lon) <= 90.0)

        def lat_reason(i: int) -> str:
            hint = "; latitude and longitude look swapped" if swapped[i] else ""
            return f"latitude {lat[i]:g} outside [-90, 90]{hint}"

        self._faults.refuse(off_lat, "lat", lat.tolist(), lat_reason)
        self._faults.refuse(
            off_lon,
            "lon",
            lon.tolist(),
            lambda i: f"longitude {lon[i]:g} outside [-180, 360]",
        )
        ok = real & ~off_lat & ~off_lon
        # 180 and -180 name one meridian, so only the 0 to 360 convention is a note.
        self._note("longitude_0_to_360", int((ok & (lon > 180.0)).sum()))
        wrapped = np.where(ok & (lon >= 180.0), normalise_lon(lon), lon)
        self._doubt_positions(lat, wrapped, ok)
        self._out["lat"], self._out["lon"] = lat, wrapped

    def _doubt_positions(
        self,
        lat: npt.NDArray[np.float64],
        lon: npt.NDArray[np.float64],
        ok: BoolArray,
    ) -> None:
        zero = ok & (np.abs(lat) < _NEAR_ZERO_DEG) & (np.abs(lon) < _NEAR_ZERO_DEG)
        places = [f"{y:g}, {x:g}" for y, x in zip(lat, lon, strict=True)]
        self._faults.doubt(
            zero, "lat, lon", places, "position at 0, 0; often a missing position"
        )
        inside = np.flatnonzero(ok & ~zero)
        pairs, back = np.unique(
            np.column_stack([lat[inside], lon[inside]]), axis=0, return_inverse=True
        )
        on_land = np.zeros(len(lat), dtype=bool)
        if len(pairs):
            on_land[inside] = is_on_land(lat=pairs[:, 0], lon=pairs[:, 1])[back]
        self._faults.doubt(
            on_land, "lat, lon", places, "position on land at 1:50 million"
        )

    def _times(self) -> None:
        raw = self._raw("observed_at")
        read = _columns.times(raw)
        shown = raw.astype(str).tolist()
        self._faults.refuse(read.is_missing, "observed_at", shown, "time is missing")
        self._faults.refuse(
            read.is_bad,
            "observed_at",
            shown,
            "time is not ISO 8601 with a day, such as 2026-06-01T10:30:00Z",
        )
        late = (read.data > self._now + _CLOCK_MARGIN).to_numpy(dtype=bool)
        early = (read.data < _EARLIEST).to_numpy(dtype=bool)
        self._faults.doubt(late, "observed_at", shown, "time lies in the future")
        self._faults.doubt(early, "observed_at", shown, "time lies before 1900")
        self._note("time_without_offset_read_as_utc", int(read.is_naive.sum()))
        self._out["observed_at"] = read.data

    def _categories(self) -> None:
        raw = _columns.texts(self._raw("category"))
        codes = [text.lower().replace(" ", "_").replace("-", "_") for text in raw]
        known = np.array([code in RECORD_CATEGORY_CODES for code in codes], dtype=bool)

        def reason(i: int) -> str:
            if not raw[i]:
                return "category is missing"
            near = nearest_category(raw[i])
            hint = f"; nearest: {near}" if near else ""
            return f"unknown category{hint}; known: {', '.join(RECORD_CATEGORY_CODES)}"

        self._faults.refuse(~known, "category", raw, reason)
        respelled = [a != b for a, b in zip(raw, codes, strict=True)]
        self._note("category_spelling", int((known & np.array(respelled, bool)).sum()))
        self._out["category"] = codes

    def _amounts(self) -> None:
        read = self._numbers("count", required=True)
        count, shown = read.data, self._raw("count").tolist()
        self._faults.refuse(count < 0, "count", shown, "count is negative")
        whole = np.isfinite(count) & (count == np.floor(count))
        self._faults.refuse(
            np.isfinite(count) & ~whole, "count", shown, "count is not a whole number"
        )
        self._faults.refuse(
            whole & (count > _MAX_COUNT), "count", shown, "count above 1,000,000,000"
        )
        clean = pd.Series(self._out["category"]).eq("clean").to_numpy(dtype=bool)
        self._faults.refuse(
            clean & (count > 0),
            "count",
            shown,
            "category clean means nothing was seen, so its count is 0",
        )
        mass = self._numbers("mass_kg").data
        self._faults.refuse(mass < 0, "mass_kg", mass.tolist(), "mass is negative")
        self._faults.doubt(
            (count == 0) & (mass > 0), "mass_kg", mass.tolist(), "mass without an item"
        )
        effort = self._numbers("effort_km2").data
        self._faults.refuse(
            effort <= 0,
            "effort_km2",
            effort.tolist(),
            "effort is not above 0 km2; leave it empty if unknown",
        )
        self._faults.doubt(
            np.isfinite(effort) & (effort > _MAX_EFFORT_KM2),
            "effort_km2",
            effort.tolist(),
            "effort above 100,000 km2; is it in m2?",
        )
        self._note("zero_without_effort", int(((count == 0) & np.isnan(effort)).sum()))
        self._out["count"] = np.where(whole & (count <= _MAX_COUNT), count, 0)
        self._out["mass_kg"], self._out["effort_km2"] = mass, effort

    def _labels(self) -> None:
        for name in ("survey", "size_class", "source", "photo_sha256", "model"):
            raw = _columns.texts(self._raw(name))
            long = np.array([len(text) > _MAX_TEXT for text in raw], dtype=bool)
            self._faults.refuse(long, name, raw, f"longer than {_MAX_TEXT} characters")
            control = np.array(
                [not text.isprintable() for text in raw], dtype=bool
            )  # line breaks too: they forge lines in logs and tables
            self._faults.refuse(control, name, raw, "holds control characters")
            if name == "source":
                raw = [text or "table" for text in raw]
                wrong = np.array([text not in _SOURCES for text in raw], dtype=bool)
                self._faults.refuse(wrong, name, raw, "source is not photo or table")
            self._out[name] = raw
        confidence = self._numbers("confidence").data
        self._faults.refuse(
            (confidence < 0) | (confidence > 1),
            "confidence",
            confidence.tolist(),
            "confidence outside [0, 1]",
        )
        self._out["confidence"] = confidence
        truth = _columns.texts(self._raw("simulated"))
        self._out["simulated"], is_bad = _columns.booleans(truth)
        self._faults.refuse(
            is_bad, "simulated", truth, "simulated is not true or false"
        )

    def _flags(self) -> None:
        read = self._numbers("quality_flag")
        known = np.isin(read.data, list(_FLAGS))
        self._faults.refuse(
            ~known & np.isfinite(read.data),
            "quality_flag",
            read.data.tolist(),
            "quality flag is not 1, 2, 3, 4 or 9",
        )
        flag = np.where(known, read.data, float(QualityFlag.GOOD))
        mild = np.isin(flag, [QualityFlag.GOOD, QualityFlag.NOT_EVALUATED])
        raised = self._faults.is_doubtful & mild
        self._out["quality_flag"] = np.where(raised, QualityFlag.SUSPECT, flag).astype(
            np.int64
        )
