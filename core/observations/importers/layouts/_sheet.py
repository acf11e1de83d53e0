"""A table of a known layout: its columns by the names that programmes give them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from core.observations.importers.base import RawTable
from core.observations.importers.mapping import ColumnMapping
from core.observations.importers.reading.cells import Cells
from core.observations.importers.reading.headings import parse_heading

__all__ = ["Aliases", "Sheet", "find_columns"]

#: Words, as `Heading.stem` has them, for each field; the first found is taken.
Aliases = Mapping[str, Sequence[str]]


def find_columns(table: RawTable, aliases: Aliases) -> dict[str, str]:
    """Return the heading of each field that a table has."""
    stems: dict[str, str] = {}
    for column in table.columns:
        stems.setdefault(parse_heading(column).stem, column)
    found = {}
    for field, words in aliases.items():
        heading = next((stems[word] for word in words if word in stems), "")
        if heading:
            found[field] = heading
    return found


class Sheet:
    """Columns of a table under the fields of a layout.

    Parameters
    ----------
    table : RawTable
        The table.
    aliases : mapping
        Words for each field.
    latest : int
        The present year.
    offset : int
        Records of the file before this table's, so that every record of a workbook has
        a number of its own.
    missing : tuple of str
        What stands for nothing, such as ``-9``.
    """

    #: Fields that `Cells` reads; the others are plain columns of the layout.
    _CELLS = (
        "lat", "lon", "lat_hemisphere", "lon_hemisphere", "observed_at", "date", "time",
        "year", "month", "day", "survey", "event", "method", "note", "size_class",
        "source", "effort", "count", "category", "value",
    )  # fmt: skip

    def __init__(
        self,
        table: RawTable,
        aliases: Aliases,
        *,
        latest: int,
        offset: int = 0,
        missing: tuple[str, ...] = (),
        factors: Mapping[str, float] | None = None,
    ) -> None:
        self.table = table
        self.columns = find_columns(table, aliases)
        read = {f: h for f, h in self.columns.items() if f in self._CELLS}
        self.mapping = ColumnMapping(
            columns=read, missing=missing, factors=dict(factors or {})
        )
        self._numbered = _with_rows(table, offset)
        self.refused = self._numbered.refused
        self.cells = Cells(self._numbered, self.mapping, latest=latest)

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """Number of each record in the file."""
        return self._numbered.rows

    @property
    def n_rows(self) -> int:
        """Records, those that could not be brought into columns too."""
        return len(self.table.frame) + len(self.table.refused)

    def has(self, *fields: str) -> bool:
        """Whether the table has all these fields."""
        return all(field in self.columns for field in fields)

    def texts(self, field: str) -> list[str]:
        """Field as text; empty without a column."""
        if field not in self.columns:
            return [""] * len(self.table.frame)
        return self.cells.texts_of(self.columns[field])

    def numbers(self, field: str) -> npt.NDArray[np.float64]:
        """Field as numbers, NaN where there is none."""
        return self.cells.floats_of(self.columns.get(field, ""))


def _with_rows(table: RawTable, offset: int) -> RawTable:
    refused = tuple(replace(f, row=f.row + offset) for f in table.refused)
    return replace(table, rows=table.rows + offset, refused=refused)
