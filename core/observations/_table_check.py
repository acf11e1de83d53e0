"""What the checks of measurements and of sampling events have in common.

A table is checked column by column. Records that cannot be true are refused, doubtful
ones are kept with their flag raised and the reason in their ``note``.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.coastline import is_on_land
from core.geo import H3_STORED_RESOLUTION, cells_of, normalise_lon
from core.observations import _columns
from core.observations._columns import BoolArray, FloatArray
from core.observations._faults import Faults, Reason
from core.observations._identity import content_ids
from core.observations.frame import QualityFlag, Rejection

#: Degrees; the usual traces of missing positions and of degrees taken as metres.
_NEAR_ZERO_DEG = 0.01
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
#: A clock may run ahead, and a ship's date may be a day off.
_CLOCK_MARGIN = timedelta(days=1)
_FLAGS = frozenset(int(flag) for flag in QualityFlag)
_YEAR_OR_MONTH = re.compile(r"(\d{4})(?:-(\d{2}))?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
#: Longest text by column; citations and notes may run longer than names.
_MAX_TEXT, _MAX_LONG_TEXT = 200, 1000
_LONG_TEXTS = frozenset({"source", "note"})
#: Media in which a position on land is doubtful; shores and rivers lie on land.
_AT_SEA = ("sea_surface", "water_column", "sea_bed")


class TableCheck:
    """One pass over a table; methods add checked columns to ``out``."""

    def __init__(
        self, frame: pd.DataFrame, rows: npt.NDArray[np.int64], now: datetime
    ) -> None:
        self._frame = frame
        self._now = now
        self._faults = Faults(rows)
        self._notes: dict[str, int] = {}
        self._reasons: dict[int, list[str]] = {}
        self.rows = rows
        self.out: dict[str, Any] = {"source_row": rows}

    @property
    def is_refused(self) -> BoolArray:
        """Records refused so far."""
        return self._faults.is_refused

    def raw(self, name: str) -> pd.Series:
        """Column as it came; without it, nothing but missing values."""
        if name in self._frame.columns:
            return self._frame[name]
        return pd.Series([None] * len(self.rows), dtype="object")

    def texts(self, name: str) -> list[str]:
        """Column as stripped text, words for missing as empty."""
        if name not in self._frame.columns:
            return [""] * len(self.rows)
        return [
            "" if text.lower() in _columns.MISSING_WORDS else text
            for text in _columns.texts(self._frame[name])
        ]

    def refuse(
        self, mask: BoolArray, field: str, values: Sequence[object], reason: Reason
    ) -> None:
        """Refuse the records where the mask is true."""
        self._faults.refuse(mask, field, values, reason)

    def doubt(
        self, mask: BoolArray, field: str, values: Sequence[object], reason: Reason
    ) -> None:
        """Keep the records where the mask is true; flag them, with the reason."""
        self._faults.doubt(mask, field, values, reason)
        for i in np.flatnonzero(mask).tolist():
            text = reason if isinstance(reason, str) else reason(i)
            self._reasons.setdefault(i, []).append(text)

    def count(self, name: str, number: int) -> None:
        """Add to a note of the report."""
        self._notes[name] = self._notes.get(name, 0) + int(number)

    def numbers(self, name: str, *, required: bool = False) -> FloatArray:
        """Column as finite numbers, NaN where missing."""
        raw = self.raw(name)
        read = _columns.numbers(raw)
        shown = raw.tolist()
        self.refuse(read.is_bad, name, shown, f"{name} is not a number")
        self.refuse(np.isinf(read.data), name, shown, f"{name} is infinite")
        if required:
            self.refuse(read.is_missing, name, shown, f"{name} is missing")
        self.count("thousands_commas", read.n_thousands)
        return np.where(np.isfinite(read.data), read.data, np.nan)

    def choice(self, name: str, known: Sequence[str], *, default: str = "") -> None:
        """Column of a closed list; an empty cell takes the default, if there is one."""
        texts = [text or default for text in self.texts(name)]
        wrong = ~np.isin(np.array(texts, dtype=object), list(known))
        words = ", ".join(word for word in known if word)
        self.refuse(
            wrong,
            name,
            texts,
            lambda i: f"{name} is missing" if not texts[i] else f"not among: {words}",
        )
        self.out[name] = texts

    def labels(self, names: Sequence[str]) -> None:
        """Free texts: of bounded length and without control characters."""
        for name in names:
            texts = self.texts(name)
            limit = _MAX_LONG_TEXT if name in _LONG_TEXTS else _MAX_TEXT
            long = np.array([len(text) > limit for text in texts], dtype=bool)
            self.refuse(long, name, texts, f"longer than {limit} characters")
            # Line breaks too: they forge lines in logs and tables.
            control = np.array([not text.isprintable() for text in texts], dtype=bool)
            self.refuse(control, name, texts, "holds control characters")
            self.out[name] = texts

    def positions(self, lat_name: str, lon_name: str, *, required: bool) -> None:
        """Positions in range; doubtful at 0, 0, and on land for media at sea."""
        lat = self.numbers(lat_name, required=required)
        lon = self.numbers(lon_name, required=required)
        off_lat = np.abs(lat) > 90.0
        off_lon = (lon < -180.0) | (lon > 360.0)
        swapped = off_lat & (np.abs(lon) <= 90.0) & (np.abs(lat) <= 360.0)

        def lat_reason(i: int) -> str:
            hint = "; latitude and longitude look swapped" if swapped[i] else ""
            return f"latitude {lat[i]:g} outside [-90, 90]{hint}"

        self.refuse(off_lat, lat_name, lat.tolist(), lat_reason)
        self.refuse(
            off_lon,
            lon_name,
            lon.tolist(),
            lambda i: f"longitude {lon[i]:g} outside [-180, 360]",
        )
        real = np.isfinite(lat) & np.isfinite(lon) & ~off_lat & ~off_lon
        # 180 and -180 name one meridian, so only the 0 to 360 convention is a note.
        self.count("longitude_0_to_360", int((real & (lon > 180.0)).sum()))
        lon = np.where(real & (lon >= 180.0), normalise_lon(lon), lon)
        self._doubt_positions(f"{lat_name}, {lon_name}", lat, lon, real)
        self.out[lat_name], self.out[lon_name] = lat, lon

    def _doubt_positions(
        self, field: str, lat: FloatArray, lon: FloatArray, real: BoolArray
    ) -> None:
        zero = real & (np.abs(lat) < _NEAR_ZERO_DEG) & (np.abs(lon) < _NEAR_ZERO_DEG)
        places = _Places(lat, lon)
        self.doubt(zero, field, places, "position at 0, 0; often a missing position")
        at_sea = np.isin(np.array(self.out["medium"], dtype=object), _AT_SEA)
        asked = np.flatnonzero(real & ~zero & at_sea)
        first, back = _distinct(lat[asked], lon[asked])
        on_land = np.zeros(len(lat), dtype=bool)
        if len(asked):
            once = asked[first]
            on_land[asked] = is_on_land(lat=lat[once], lon=lon[once])[back]
        self.doubt(on_land, field, places, "position on land at 1:50 million")

    def times(self, name: str, *, required: bool) -> list[str]:
        """Column as UTC; returns how exactly each time was written."""
        raw = self.raw(name)
        shown = _columns.texts(raw)
        is_text = raw.dtype == object or isinstance(raw.dtype, pd.StringDtype)
        precision, padded = (
            _precision(shown) if is_text else (["instant"] * len(raw), [])
        )
        read = _columns.times(pd.Series(padded, dtype="object") if is_text else raw)
        if required:
            self.refuse(read.is_missing, name, shown, "time is missing")
        self.refuse(
            read.is_bad,
            name,
            shown,
            "time is not ISO 8601, such as 2026-06-01T10:30:00Z, 2026-06-01 or 2026",
        )
        late = (read.data > self._now + _CLOCK_MARGIN).to_numpy(dtype=bool)
        early = (read.data < _EARLIEST).to_numpy(dtype=bool)
        self.doubt(late, name, shown, "time lies in the future")
        self.doubt(early, name, shown, "time lies before 1900")
        self.out[name] = read.data
        return precision

    def truths(self, name: str) -> None:
        """Column of yes and no; empty is no."""
        texts = self.texts(name)
        self.out[name], is_bad = _columns.booleans(texts)
        self.refuse(is_bad, name, texts, f"{name} is not true or false")

    def finish(self, id_name: str, identity: Sequence[str]) -> "Outcome":
        """Give the records that stay their flags, notes, cells and ids."""
        self._flags()
        self._noted()
        keep = ~self._faults.is_refused
        columns = {name: pd.Series(v)[keep] for name, v in self.out.items()}
        accepted = pd.DataFrame(columns).reset_index(drop=True)
        accepted["h3"] = _cells(accepted)
        replicate = np.array(self.texts("replicate"), dtype=object)[keep].tolist()
        accepted[id_name] = content_ids(accepted, identity, replicate=replicate)
        is_repeat = accepted.duplicated(id_name).to_numpy(dtype=bool)
        kept = set(accepted.loc[~is_repeat, "source_row"].tolist())
        return Outcome(
            accepted[~is_repeat],
            tuple(sorted(self._faults.refused, key=lambda fault: fault.row)),
            tuple(
                doubt
                for doubt in sorted(self._faults.doubts, key=lambda fault: fault.row)
                if doubt.row in kept
            ),
            _repeats(accepted, id_name, is_repeat),
            {name: number for name, number in self._notes.items() if number},
        )

    def _flags(self) -> None:
        data = self.numbers("quality_flag")
        known = np.isin(data, list(_FLAGS))
        self.refuse(
            ~known & np.isfinite(data),
            "quality_flag",
            data.tolist(),
            "quality flag is not 1, 2, 3, 4 or 9",
        )
        flag = np.where(known, data, float(QualityFlag.GOOD))
        mild = np.isin(flag, [QualityFlag.GOOD, QualityFlag.NOT_EVALUATED])
        raised = self._faults.is_doubtful & mild
        flag = np.where(raised, QualityFlag.SUSPECT, flag).astype(np.int64)
        self.out["quality_flag"] = flag

    def _noted(self) -> None:
        notes = self.out["note"]
        for i, reasons in self._reasons.items():
            parts = [notes[i], *reasons] if notes[i] else reasons
            notes[i] = "; ".join(parts)


class Outcome:
    """What a pass leaves: frame, refused, doubts, repeats, notes."""

    def __init__(
        self,
        accepted: pd.DataFrame,
        rejected: tuple[Rejection, ...],
        doubts: tuple[Rejection, ...],
        repeated: tuple[Rejection, ...],
        notes: dict[str, int],
    ) -> None:
        self.columns = {str(name): column for name, column in accepted.items()}
        self.rejected, self.doubts, self.repeated = rejected, doubts, repeated
        self.notes = notes


class _Places(Sequence[object]):
    """Positions as text, written only where a reason needs one."""

    def __init__(self, lat: FloatArray, lon: FloatArray) -> None:
        self._lat, self._lon = lat, lon

    def __getitem__(self, i: Any) -> str:
        return f"{self._lat[i]:g}, {self._lon[i]:g}"

    def __len__(self) -> int:
        return len(self._lat)


def _distinct(
    lat: FloatArray, lon: FloatArray
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Index of one record of each place, and each record's place."""
    codes, _ = pd.factorize(lat + 1j * lon)
    _, first, back = np.unique(codes, return_index=True, return_inverse=True)
    return first, back


def _cells(frame: pd.DataFrame) -> list[str]:
    lat, lon = frame["lat"].to_numpy(), frame["lon"].to_numpy()
    first, back = _distinct(lat, lon)
    found = cells_of(
        lat=lat[first].tolist(),
        lon=lon[first].tolist(),
        resolution=H3_STORED_RESOLUTION,
    )
    names = np.array([f"{cell:x}" for cell in found.tolist()], dtype=object)
    return names[back].tolist() if len(names) else []


def _precision(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """How exactly each time is written, and the time with month and day filled."""
    precision, padded = [], []
    for text in texts:
        if match := _YEAR_OR_MONTH.fullmatch(text):
            precision.append("month" if match[2] else "year")
            padded.append(f"{match[1]}-{match[2] or '01'}-01")
        else:
            precision.append("day" if _DAY.fullmatch(text) else "instant")
            padded.append(text)
    return precision, padded


def _repeats(
    accepted: pd.DataFrame, id_name: str, is_repeat: BoolArray
) -> tuple[Rejection, ...]:
    ids = accepted[id_name].tolist()
    rows = accepted["source_row"].tolist()
    first: dict[str, int] = {}
    for row, identity in zip(rows, ids, strict=True):
        first.setdefault(identity, row)
    return tuple(
        Rejection(
            rows[i],
            "",
            ids[i],
            f"equal to row {first[ids[i]]}; give replicates a column 'replicate' to "
            "keep both",
        )
        for i in np.flatnonzero(is_repeat).tolist()
    )
