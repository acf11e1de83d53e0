"""The project's own layout, in any format a table can come in."""

import re
from collections.abc import Sequence

import pandas as pd

from core.observations import _columns
from core.observations.checks import REQUIRED_COLUMNS, make_observations
from core.observations.frame import Checked, QualityFlag, Rejection
from core.observations.importers.base import ImportContext, Imported, Match, RawTable
from core.observations.importers.formats._tables import refuse_twins
from core.observations.importers.layouts.gyre_measurements import MEASUREMENT_MARKS
from core.observations.tables import (
    check_text_columns,
    heading_mapping,
    headings_of_columns,
)

__all__ = ["GyreProfile"]

#: What makes repeated headings unique when a table is opened.
_COUNT = re.compile(r" \(\d+\)$")


class GyreProfile:
    """Tables with ``lat, lon, observed_at, category, count`` as their headings."""

    name = "gyre"
    title = "Gyre observations"

    def match(self, tables: Sequence[RawTable]) -> Match:
        """Share of the required columns; certain with all, none for measurements."""
        if any(set(table.columns) >= MEASUREMENT_MARKS for table in tables):
            return Match(score=0.0)
        best = min((self._lacks(table) for table in tables), key=len)
        share = 1.0 - len(best) / len(REQUIRED_COLUMNS)
        return Match(score=share, lacks=best)

    def read(self, tables: Sequence[RawTable], context: ImportContext) -> Imported:
        """Read the first table that has the columns.

        Raises
        ------
        ObservationError
            If none has them, two headings mean one column, or two sheets are alike.
        """
        table = next((t for t in tables if not self._lacks(t)), tables[0])
        refuse_twins(table, tables)
        headings = [_COUNT.sub("", column) for column in table.columns]
        mapping = heading_mapping(headings, table.file)
        checked = self._checked(table, mapping, context)
        aside = {"tables_left_aside": len(tables) - 1} if len(tables) > 1 else {}
        refused = (*table.refused, *checked.rejected)
        return Imported(
            profile=self.name,
            n_rows=len(table.frame) + len(table.refused),
            observations=checked.accepted,
            rejected=tuple(sorted(refused, key=lambda fault: fault.row)),
            doubts=_with_doubts(table, checked),
            repeated=checked.repeated,
            notes={**table.notes, **aside, **checked.notes},
            mapping=mapping,
        )

    @staticmethod
    def _checked(
        table: RawTable, mapping: dict[str, str], context: ImportContext
    ) -> Checked:
        rows = table.rows.tolist()
        if table.kind in {"csv", "dwca"}:
            columns = {
                name: _columns.texts(table.frame[old]) for name, old in mapping.items()
            }
            return check_text_columns(
                columns, rows=rows, delimiter=table.delimiter, now=context.now
            )
        renamed = {old: name for name, old in mapping.items()}
        frame = table.frame[list(renamed)].rename(columns=renamed)
        if table.doubts:
            frame = frame.assign(quality_flag=_flags(table, frame))
        return make_observations(frame, rows=rows, now=context.now)

    @staticmethod
    def _lacks(table: RawTable) -> tuple[str, ...]:
        found = headings_of_columns(table.columns)
        return tuple(name for name in REQUIRED_COLUMNS if name not in found)


def _flags(table: RawTable, frame: pd.DataFrame) -> pd.Series:
    """Quality flags, suspect where the reader doubts a record that is held good."""
    doubtful = {doubt.row for doubt in table.doubts}
    given = [""] * len(frame)
    if "quality_flag" in frame:
        given = _columns.texts(frame["quality_flag"])
    mild = {"", "1", "2", "1.0", "2.0"}
    flags = [
        int(QualityFlag.SUSPECT) if row in doubtful and flag in mild else flag
        for row, flag in zip(table.rows.tolist(), given, strict=True)
    ]
    return pd.Series(flags, index=frame.index, dtype="object")


def _with_doubts(table: RawTable, checked: Checked) -> tuple[Rejection, ...]:
    """Doubts of the reader and of the check, about records that are kept."""
    gone = {fault.row for fault in checked.rejected}
    kept = [doubt for doubt in table.doubts if doubt.row not in gone]
    return tuple(sorted([*kept, *checked.doubts], key=lambda doubt: doubt.row))
