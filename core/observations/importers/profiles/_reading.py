"""Read one table by hand-written rules, and keep account of every record.

A profile takes columns from a `Reading`, says what it refuses, doubts or reads
otherwise than written, and adds blocks of measurements, events or observations. One
record of the file may give several rows; what becomes of the record is decided once,
at the end.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.observations import _columns
from core.observations._columns import BoolArray, FloatArray
from core.observations._faults import Faults, Reason
from core.observations.checks import make_observations
from core.observations.frame import Checked, QualityFlag, Rejection
from core.observations.importers.base import ImportContext, Imported, RawTable
from core.observations.importers.profiles._headings import find_heading
from core.observations.measurement_checks import make_events, make_measurements

__all__ = ["Reading", "record_hashes"]

IndexArray = npt.NDArray[np.int64]
#: What stands for a missing value in the published tables, beside the usual words.
_MISSING = _columns.MISSING_WORDS


#: Assumption: no field sheet holds a true number beyond this.
_LARGEST = 1e15


class Reading:
    """One table on its way to checked records.

    Parameters
    ----------
    table : RawTable
        The table as it stands.
    context : ImportContext
        The moment of the import, companions.
    """

    def __init__(self, table: RawTable, context: ImportContext) -> None:
        self.table, self.context = table, context
        self.n = len(table.frame)
        self.notes: Counter[str] = Counter(table.notes)
        self.mapping: dict[str, str] = {}
        self.totals: dict[str, float] = {}
        self.tables: dict[str, pd.DataFrame] = {}
        self._faults = Faults(table.rows)
        self._reasons: dict[int, list[str]] = {}
        self._flag = np.full(self.n, int(QualityFlag.GOOD))
        self._blocks: dict[str, list[pd.DataFrame]] = {}
        self._own_tables: set[str] = set()

    @property
    def everything(self) -> IndexArray:
        """Indices of all records."""
        return np.arange(self.n)

    def has(self, name: str) -> bool:
        """Whether the table has a column."""
        return find_heading(self.table.columns, name) is not None

    def texts(self, name: str, field: str = "") -> list[str]:
        """Column as stripped text, missing as empty; a missing column likewise."""
        heading = find_heading(self.table.columns, name)
        if heading is None:
            return [""] * self.n
        if field:
            self.mapping[field] = heading
        return [
            "" if text.lower() in _MISSING else text
            for text in _columns.texts(self.table.frame[heading])
        ]

    def numbers(
        self, name: str, field: str = "", *, required: bool = False
    ) -> FloatArray:
        """Column as finite numbers, NaN where missing.

        What is no number refuses a record if the column is required, and is left out
        with a doubt otherwise.
        """
        heading = find_heading(self.table.columns, name)
        if heading is None:
            return np.full(self.n, np.nan)
        if field:
            self.mapping[field] = heading
        column = self.table.frame[heading]
        read = _columns.numbers(column)
        self.notes["thousands_commas"] += read.n_thousands
        bad = read.is_bad | (np.abs(read.data) > _LARGEST)
        if bad.any():
            shown = _columns.texts(column)
            if required:
                self.refuse(bad, heading, shown, "not a finite number")
            else:
                self.doubt(bad, heading, shown, "not a finite number; left out")
        return np.where(bad, np.nan, read.data)

    def refuse(
        self, mask: BoolArray, field: str, values: Sequence[object], reason: Reason
    ) -> None:
        """Refuse the records where the mask is true."""
        self._faults.refuse(mask, field, values, reason)

    def doubt(
        self,
        mask: BoolArray,
        field: str,
        values: Sequence[object],
        reason: Reason,
        *,
        flag: QualityFlag = QualityFlag.SUSPECT,
    ) -> None:
        """Keep the records where the mask is true; flag them, with the reason."""
        self.read_as(mask, field, values, reason)
        self._flag[mask] = np.maximum(self._flag[mask], int(flag))

    def read_as(
        self, mask: BoolArray, field: str, values: Sequence[object], reason: Reason
    ) -> None:
        """Say where a value is read otherwise than written, without doubting it."""
        self._faults.doubt(mask, field, values, reason)
        for i in np.flatnonzero(mask).tolist():
            text = reason if isinstance(reason, str) else reason(i)
            self._reasons.setdefault(i, []).append(text)

    def add_measurements(self, index: IndexArray, **columns: Any) -> None:
        """Add a measurement for each of these records (indices may repeat)."""
        self._add("measurements", index, columns)

    def add_events(self, index: IndexArray, **columns: Any) -> None:
        """Add a sampling event for each of these records."""
        self._add("events", index, columns)

    def add_observations(self, index: IndexArray, **columns: Any) -> None:
        """Add an observation for each of these records, one a record at most."""
        self._add("observations", index, columns)

    def _add(self, kind: str, index: IndexArray, columns: Mapping[str, Any]) -> None:
        if len(index):
            block = pd.DataFrame({"_record": index, **columns})
            self._blocks.setdefault(kind, []).append(block)

    def keep_table(
        self, name: str, frame: pd.DataFrame, *, aside: bool = False
    ) -> None:
        """Keep a table that has no place, one row a record.

        With ``aside`` it holds details of records that are kept elsewhere; it then
        does not make a record kept by itself.
        """
        keep = ~self._faults.is_refused
        out = frame.assign(
            source_row=self.table.rows,
            note=["; ".join(self._reasons.get(i, ())) for i in range(self.n)],
        )
        self.tables[name] = out[keep].reset_index(drop=True)
        if not aside:
            self._own_tables.add(name)

    def finish(self, profile: str) -> Imported:
        """Check what was added and settle what became of every record."""
        checked = {
            "measurements": self._checked("measurements", make_measurements),
            "events": self._checked("events", make_events),
            "observations": self._checked("observations", make_observations),
        }
        kept = {row for _, rows in checked.values() for row in rows}
        for name in self._own_tables:
            kept |= set(self.tables[name]["source_row"].tolist())
        kept -= {fault.row for fault in self._faults.refused}
        self._refuse_the_empty(kept, [found for found, _ in checked.values()])
        settled = _Settled(kept)
        settled.take(self._faults.refused, self._faults.doubts, ())
        for found, _ in checked.values():
            settled.take(found.rejected, found.doubts, found.repeated)
            for name, number in found.notes.items():
                self.notes[name] = max(self.notes[name], number)
        rejected = [*self.table.refused, *settled.rejected]
        return Imported(
            profile=profile,
            n_rows=self.n + len({fault.row for fault in self.table.refused}),
            observations=checked["observations"][0].accepted,
            measurements=checked["measurements"][0].accepted,
            events=checked["events"][0].accepted,
            tables={
                name: table[table["source_row"].isin(kept)].reset_index(drop=True)
                for name, table in self.tables.items()
            },
            rejected=tuple(sorted(rejected, key=lambda fault: fault.row)),
            doubts=tuple(settled.doubts),
            repeated=tuple(settled.repeated),
            notes={name: number for name, number in self.notes.items() if number},
            mapping=self.mapping,
            totals=self.totals,
        )

    def _refuse_the_empty(self, kept: set[int], found: Sequence[Checked]) -> None:
        """Refuse records that gave nothing and were not refused or repeats."""
        told = {fault.row for one in found for fault in (*one.rejected, *one.repeated)}
        rows = self.table.rows.tolist()
        empty = np.array([row not in kept and row not in told for row in rows], bool)
        empty &= ~self._faults.is_refused
        self.refuse(empty, "", [""] * self.n, "nothing was measured: no value or count")

    def _checked(
        self, kind: str, make: Callable[..., Checked]
    ) -> tuple[Checked, set[int]]:
        """Check the rows of one kind; with them, the records of which one is kept."""
        blocks = self._blocks.get(kind)
        if not blocks:
            return make(_EMPTY, rows=np.zeros(0, np.int64), now=self.context.now), set()
        frame = pd.concat(blocks, ignore_index=True)
        frame = frame[~self._faults.is_refused[frame["_record"].to_numpy()]]
        # Stable, so the rows of a record stay in the order they were added.
        frame = frame.sort_values("_record", kind="stable", ignore_index=True)
        record = frame.pop("_record").to_numpy()
        rows = self.table.rows[record]
        checked = make(self._marked(frame, record), rows=rows, now=self.context.now)
        if "source_row" in checked.accepted.columns:
            return checked, set(checked.accepted["source_row"].tolist())
        gone = {fault.row for fault in (*checked.rejected, *checked.repeated)}
        return checked, set(rows.tolist()) - gone

    def _marked(self, frame: pd.DataFrame, record: IndexArray) -> pd.DataFrame:
        """Put the flag and the note of each record on its rows."""
        flag = self._flag[record]
        if "quality_flag" in frame:
            own = frame["quality_flag"].fillna(int(QualityFlag.GOOD)).to_numpy(np.int64)
            flag = np.maximum(flag, own)
        notes = [self._reasons.get(i, []) for i in record.tolist()]
        if "note" in frame:
            own_notes = frame["note"].fillna("").tolist()
            notes = [[*n, o] if o else n for n, o in zip(notes, own_notes, strict=True)]
        return frame.assign(quality_flag=flag, note=["; ".join(n) for n in notes])


class _Settled:
    """What became of the records, each fault in one place only."""

    def __init__(self, kept: set[int]) -> None:
        self._kept = kept
        self.rejected: list[Rejection] = []
        self._doubts: dict[Rejection, None] = {}
        self._repeated: dict[int, Rejection] = {}

    def take(
        self,
        rejected: Sequence[Rejection],
        doubts: Sequence[Rejection],
        repeated: Sequence[Rejection],
    ) -> None:
        """Sort faults by whether anything of their record is kept."""
        for fault in rejected:
            if fault.row in self._kept:
                self._doubts[_with(fault, "left out: ")] = None
            else:
                self.rejected.append(fault)
        for repeat in repeated:
            if repeat.row in self._kept:
                self._doubts[_with(repeat, "left out: ")] = None
            else:
                self._repeated.setdefault(repeat.row, repeat)
        self._doubts.update(dict.fromkeys(doubts))

    @property
    def doubts(self) -> list[Rejection]:
        """Doubts of kept records, by row."""
        found = (doubt for doubt in self._doubts if doubt.row in self._kept)
        return sorted(found, key=lambda doubt: doubt.row)

    @property
    def repeated(self) -> list[Rejection]:
        """Records equal to an earlier one; a refused one is told as refused."""
        refused = {fault.row for fault in self.rejected}
        found = (r for row, r in self._repeated.items() if row not in refused)
        return sorted(found, key=lambda repeat: repeat.row)


def _with(fault: Rejection, prefix: str) -> Rejection:
    return Rejection(fault.row, fault.field, fault.value, prefix + fault.reason)


_EMPTY = pd.DataFrame(
    {
        name: []
        for name in (
            "lat",
            "lon",
            "observed_at",
            "started_at",
            "quantity",
            "medium",
            "category",
            "count",
        )
    }
)


def record_hashes(frame: pd.DataFrame, *, without: Sequence[str] = ()) -> list[str]:
    """Short hash of each record's text, to name records that have no number.

    Parameters
    ----------
    frame : DataFrame
        Raw columns.
    without : sequence of str
        Columns left out, such as a row number.

    Returns
    -------
    list of str
        8 hexadecimal digits; equal records have equal hashes.
    """
    names = [name for name in frame.columns if name not in without]
    columns = [_columns.texts(frame[name]) for name in names]
    return [_digest("\x1f".join(cells)) for cells in zip(*columns, strict=True)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
