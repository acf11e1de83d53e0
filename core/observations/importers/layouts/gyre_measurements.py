"""Measurements as Gyre exports them, so that an export can be taken in again."""

from collections.abc import Sequence

import pandas as pd

from core.observations import _columns
from core.observations._formulas import unguarded
from core.observations.importers.base import ImportContext, Imported, Match, RawTable
from core.observations.measurement_checks import (
    REQUIRED_OF_MEASUREMENTS,
    make_measurements,
)
from core.observations.measurements import MEASUREMENT_COLUMNS, MEASUREMENT_DTYPES

__all__ = ["MEASUREMENT_MARKS", "GyreMeasurementsProfile"]

#: Columns that no table of observations has.
MEASUREMENT_MARKS = frozenset({"quantity", "medium"})
#: The H3 cell is always computed, and a row's number is that of this file.
_READ = tuple(n for n in MEASUREMENT_COLUMNS if n not in {"h3", "source_row"})


class GyreMeasurementsProfile:
    """Tables with ``lat, lon, observed_at, quantity, medium`` as their headings."""

    name = "gyre-measurements"
    title = "Gyre measurements"

    def match(self, tables: Sequence[RawTable]) -> Match:
        """Certain with all required columns, nothing without a quantity and medium."""
        table = tables[0]
        lacks = tuple(n for n in REQUIRED_OF_MEASUREMENTS if n not in table.columns)
        if MEASUREMENT_MARKS - set(table.columns):
            return Match(score=0.0, lacks=lacks)
        return Match(score=1.0 if not lacks else 0.8, lacks=lacks)

    def read(self, tables: Sequence[RawTable], context: ImportContext) -> Imported:
        """Read the first table; columns of the litter lists are left aside."""
        table = tables[0]
        found = [name for name in (*_READ, "replicate") if name in table.columns]
        frame = pd.DataFrame({name: _cells(table, name) for name in found})
        checked = make_measurements(frame, rows=table.rows, now=context.now)
        refused = (*table.refused, *checked.rejected)
        return Imported(
            profile=self.name,
            n_rows=len(table.frame) + len(table.refused),
            measurements=checked.accepted,
            rejected=tuple(sorted(refused, key=lambda fault: fault.row)),
            doubts=checked.doubts,
            repeated=checked.repeated,
            notes={**table.notes, **checked.notes},
            mapping={name: name for name in found},
        )


def _cells(table: RawTable, name: str) -> pd.Series | list[str]:
    column = table.frame[name]
    if MEASUREMENT_DTYPES.get(name) != "str":
        return column
    return [unguarded(text) for text in _columns.texts(column)]
