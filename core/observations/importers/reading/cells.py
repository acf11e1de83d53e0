"""Cells of a table under a column mapping: positions, times, numbers, words."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import ObservationError
from core.observations import _columns
from core.observations._faults import shown
from core.observations.categories import CATEGORY_CODES
from core.observations.frame import QualityFlag, Rejection
from core.observations.importers.base import RawTable
from core.observations.importers.mapping import ColumnMapping
from core.observations.importers.reading.dates import (
    Dates,
    joined_times,
    parse_dates,
)
from core.observations.importers.reading.decimals import decimal_mark, with_point
from core.observations.importers.reading.positions import (
    is_plain_number,
    looks_like_minutes,
    parse_angle,
    split_position,
)
from core.observations.importers.reading.words import category_of
from core.observations.quantities import ANY_DEBRIS, OTHER_DEBRIS

__all__ = ["Cells"]

_NUMERIC = (
    "lat", "lon", "count", "mass_kg", "effort", "value", "value_low", "value_high",
    "lat_degrees", "lat_minutes", "lat_seconds",
    "lon_degrees", "lon_minutes", "lon_seconds",
)  # fmt: skip
_PARTS = ("degrees", "minutes", "seconds")


class Cells:
    """Reads the columns a mapping names; collects what it had to interpret.

    Parameters
    ----------
    table : RawTable
        The table.
    mapping : ColumnMapping
        What its columns mean.
    latest : int
        The present year.

    Attributes
    ----------
    refused, doubts : list of Rejection
        Records out, and records read with an interpretation.
    notes : dict of str to int
        How often a notation was read.
    """

    def __init__(self, table: RawTable, mapping: ColumnMapping, *, latest: int) -> None:
        self._table = table
        self._mapping = mapping
        self._latest = latest
        self._missing = {text.strip().lower() for text in mapping.missing}
        self._missing |= _columns.MISSING_WORDS
        self.refused: list[Rejection] = []
        self.doubts: list[Rejection] = list(table.doubts)
        self.notes: dict[str, int] = {}
        self._comma = self._decimal() == "comma"
        if self._comma:
            self.notes["decimal_commas"] = len(table.frame)

    def _decimal(self) -> str:
        if self._mapping.decimal:
            return self._mapping.decimal
        headings = [
            self._mapping.columns[name]
            for name in _NUMERIC
            if name in self._mapping.columns
        ]
        headings += list(self._mapping.item_columns)
        columns = [self.texts_of(heading) for heading in headings]
        return decimal_mark(
            columns, delimiter=self._table.delimiter or ",", name=self._table.file
        )

    @property
    def rows(self) -> list[int]:
        """Number of each record in its file."""
        numbers: list[int] = self._table.rows.tolist()
        return numbers

    def floats_of(self, heading: str) -> npt.NDArray[np.float64]:
        """Column as numbers, NaN where it holds none or there is no such column."""
        if not heading:
            return np.full(len(self._table.frame), np.nan)
        texts = pd.Series(self.numbers_of(heading), dtype="object")
        data = _columns.numbers(texts).data
        return np.where(np.isfinite(data), data, np.nan)

    def texts_of(self, heading: str) -> list[str]:
        """Column as text, what stands for nothing as empty."""
        texts = _columns.texts(self._table.frame[heading])
        return ["" if text.lower() in self._missing else text for text in texts]

    def texts(self, name: str) -> list[str]:
        """Field as text; empty without a column."""
        if name not in self._mapping.columns:
            return [""] * len(self._table.frame)
        return self.texts_of(self._mapping.columns[name])

    def numbers(self, name: str) -> list[str]:
        """Field as texts of numbers with a point, in our unit."""
        if name not in self._mapping.columns:
            return [""] * len(self._table.frame)
        texts = self.numbers_of(self._mapping.columns[name])
        factor = self._mapping.factors.get(name, 1.0)
        return texts if factor == 1.0 else _scaled(texts, factor)

    def numbers_of(self, heading: str) -> list[str]:
        """Column as texts of numbers with a point."""
        texts = self.texts_of(heading)
        return [with_point(text) for text in texts] if self._comma else texts

    def categories(self) -> list[str]:
        """Category of each record, by the words of the mapping and of the field."""
        words = self.texts("category")
        table = {
            word.strip().lower(): code
            for word, code in self._mapping.categories.items()
        }
        codes = []
        known = {*CATEGORY_CODES, OTHER_DEBRIS, ANY_DEBRIS}
        for word in words:
            code = table.get(word.lower()) or category_of(word)
            codes.append(code or (word if word else self._mapping.category))
        read = sum(
            code != word and word.lower() not in known
            for code, word in zip(codes, words, strict=True)
            if word
        )
        if read:
            self.notes["category_words"] = read
        return codes

    def positions(self) -> tuple[list[object], list[object]]:
        """Latitude and longitude of each record, in degrees."""
        columns = self._mapping.columns
        in_two = {"lat", "lon"} <= columns.keys()
        if "position" in columns and not in_two:
            pairs = [split_position(text) for text in self._whole_positions()]
            lat, lon = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
            names = (columns["position"], columns["position"])
        elif {"lat_degrees", "lon_degrees"} <= columns.keys():
            lat, lon = self._in_parts("lat"), self._in_parts("lon")
            names = (columns["lat_degrees"], columns["lon_degrees"])
        else:
            lat, lon = self.numbers("lat"), self.numbers("lon")
            names = (columns["lat"], columns["lon"])
        lat = self._with_letters(lat, "lat_hemisphere")
        lon = self._with_letters(lon, "lon_hemisphere")
        self._refuse_if_minutes(lat, lon)
        return (
            self._angles(lat, "lat", names[0]),
            self._angles(lon, "lon", names[1]),
        )

    def _whole_positions(self) -> list[str]:
        texts = self.texts("position")
        return [with_point(text) for text in texts] if self._comma else texts

    def _in_parts(self, axis: str) -> list[str]:
        parts = [self.numbers(f"{axis}_{part}") for part in _PARTS]
        return [" ".join(filter(None, cells)) for cells in zip(*parts, strict=True)]

    def _with_letters(self, angles: list[str], name: str) -> list[str]:
        if name not in self._mapping.columns:
            return angles
        letters = self.texts(name)
        return [
            f"{angle} {letter}" if angle and letter else angle
            for angle, letter in zip(angles, letters, strict=True)
        ]

    def _refuse_if_minutes(self, lat: list[str], lon: list[str]) -> None:
        if self._mapping.position_format or self._table.kind not in {"csv", "excel"}:
            return
        if looks_like_minutes([_float(t) for t in lat], [_float(t) for t in lon]):
            raise ObservationError(
                f"{self._table.file}: no position has hundredths above 59, as if 54.30 "
                "meant 54 degrees 30 minutes; say the position format in the mapping"
            )

    def _angles(self, texts: list[str], axis: str, heading: str) -> list[object]:
        """Degrees, or empty where the record is refused or the position missing."""
        out: list[object] = []
        n_read = 0
        is_decimal = self._mapping.position_format in {"", "decimal"}
        for row, text in zip(self._table.rows.tolist(), texts, strict=True):
            if not text:
                out.append("")
                continue
            if is_decimal and is_plain_number(text):
                out.append(float(text))  # nearly every position, and much quicker
                continue
            value, fault = parse_angle(text, axis, self._mapping.position_format)
            if fault:
                self.refused.append(Rejection(row, heading, shown(text), fault))
            elif _float(text) != value:
                n_read += 1
            out.append("" if fault else value)
        if n_read:
            self.notes[f"{axis}_read_from_degrees_and_letters"] = n_read
        return out

    def times(self, *, hhmm: bool = False) -> list[str]:
        """Time of each record as ISO text, in the precision it was written.

        Parameters
        ----------
        hhmm : bool
            Whether plain numbers of the clock are hours and minutes (930).
        """
        dates = self._dates()
        columns = self._mapping.columns
        if "time" in columns and "observed_at" not in columns:
            clocks = self._table.frame[columns["time"]].tolist()
            present = [self._present(cell) for cell in clocks]
            dates = joined_times(dates, present, hhmm=hhmm)
        for note, number in dates.notes.items():
            self.notes[note] = self.notes.get(note, 0) + number
        heading = next(
            columns[name] for name in ("observed_at", "date", "year") if name in columns
        )
        for i, reason in dates.doubtful.items():
            self._doubt(i, heading, self._time_as_written(i), reason)
        return [_in_utc(text, self._mapping.utc_offset_h) for text in dates.iso]

    def _time_as_written(self, i: int) -> str:
        named = ("observed_at", "date", "year", "month", "day", "time")
        columns = [self._mapping.columns.get(name, "") for name in named]
        cells = [self._table.frame[column].iloc[i] for column in columns if column]
        return " ".join(str(cell) for cell in cells)

    def _dates(self) -> Dates:
        columns = self._mapping.columns
        for name in ("observed_at", "date"):
            if name in columns:
                cells = self._table.frame[columns[name]].tolist()
                return parse_dates(
                    [self._present(cell) for cell in cells],
                    order=self._mapping.date_order,
                    name=columns[name],
                    latest=self._latest,
                )
        parts = [self.texts(name) for name in ("year", "month", "day")]
        return Dates([_of_parts(*cells) for cells in zip(*parts, strict=True)])

    def _present(self, cell: object) -> object:
        is_missing = isinstance(cell, str) and cell.strip().lower() in self._missing
        return "" if is_missing else cell

    def _doubt(self, i: int, field: str, value: str, reason: str) -> None:
        row = int(self._table.rows[i])
        self.doubts.append(Rejection(row, field, shown(value), reason))

    def noted(self, notes: Sequence[str]) -> list[str]:
        """Return the notes, with what was read otherwise than written."""
        reasons: dict[int, list[str]] = {}
        for doubt in self.doubts:
            reasons.setdefault(doubt.row, []).append(doubt.reason)
        return [
            "; ".join(filter(None, [note, *reasons.get(row, [])]))
            for note, row in zip(notes, self._table.rows.tolist(), strict=True)
        ]

    def flagged(self, flags: Sequence[str]) -> list[object]:
        """Quality flags, suspect where a reading is doubtful."""
        doubtful = {doubt.row for doubt in self.doubts}
        mild = {"", "1", "2", "1.0", "2.0"}
        return [
            int(QualityFlag.SUSPECT) if row in doubtful and flag in mild else flag
            for flag, row in zip(flags, self._table.rows.tolist(), strict=True)
        ]


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _scaled(texts: list[str], factor: float) -> list[str]:
    """Multiply numbers; what is none stays, for the check to name."""
    data = _columns.numbers(pd.Series(texts, dtype="object")).data.tolist()
    # Twelve digits keep 250 m2 from becoming 0.00024999999999999995 km2.
    return [
        text if math.isnan(value) else format(value * factor, ".12g")
        for text, value in zip(texts, data, strict=True)
    ]


def _of_parts(year: str, month: str, day: str) -> str:
    """ISO text of a year, a month and a day that may be missing."""
    numbers = [_float(part) for part in (year, month, day)]
    if any(
        part and not number.is_integer()
        for part, number in zip((year, month, day), numbers, strict=True)
    ):
        return "-".join(filter(None, (year, month, day)))
    if not year:
        return ""
    text = f"{int(numbers[0]):04d}"
    if month:
        text += f"-{int(numbers[1]):02d}"
        text += f"-{int(numbers[2]):02d}" if day else ""
    return text


def _in_utc(text: str, offset_h: float) -> str:
    """Local time as UTC; a bare day, and a time with its own offset, stay."""
    if not offset_h or len(text) <= len("2020-05-13"):
        return text
    try:
        moment = datetime.fromisoformat(text)
        utc = moment - timedelta(hours=offset_h)
    except (ValueError, OverflowError):
        return text
    return text if moment.tzinfo is not None else utc.isoformat() + "Z"
