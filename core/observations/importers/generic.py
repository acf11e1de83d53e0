"""Read any table by a column mapping, into observations or measurements."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from core.errors import ObservationError
from core.observations import _columns
from core.observations._faults import shown
from core.observations.checks import make_observations
from core.observations.frame import Checked, Rejection
from core.observations.importers.base import ImportContext, Imported, Match, RawTable
from core.observations.importers.formats._tables import refuse_twins
from core.observations.importers.mapping import (
    ColumnMapping,
    suggest_mapping,
    what_is_missing,
)
from core.observations.importers.reading.afloat import is_micro, sign_not_afloat
from core.observations.importers.reading.cells import Cells
from core.observations.importers.reading.unit_column import unit_column, units_in
from core.observations.importers.reading.unit_words import Rate
from core.observations.importers.reading.written import as_written
from core.observations.measurement_checks import make_measurements
from core.observations.quantities import ANY_DEBRIS

__all__ = ["GenericProfile", "read_by_mapping"]

_TEXTS = ("survey", "event", "size_class", "method", "source", "note", "item_code")
_COPIED = ("quality_flag", "replicate")
_CLEAN = "clean"
_ON_SHORE = ("shore", "shore_sediment", "river_bank")


class GenericProfile:
    """Tables whose headings and units alone say enough."""

    name = "columns"
    title = "Table with plain headings"
    _SCORE = 0.3  # below any profile that knows its layout

    def match(self, tables: Sequence[RawTable]) -> Match:
        """Fits where a suggested mapping leaves no question."""
        mapping = suggest_mapping(tables)
        table = _table(tables, mapping)
        lacks = (*what_is_missing(mapping, table), *_not_afloat(mapping, table))
        return Match(score=self._SCORE, lacks=lacks)

    def read(self, tables: Sequence[RawTable], context: ImportContext) -> Imported:
        """Read by the suggested mapping.

        Raises
        ------
        ObservationError
            If the headings leave a question open.
        """
        mapping = suggest_mapping(tables)
        table = _table(tables, mapping)
        refuse_twins(table, tables)
        if lacks := _not_afloat(mapping, table):
            raise ObservationError(f"{table.file} lacks {lacks[0]}")
        imported = read_by_mapping(tables, mapping, context)
        return replace(imported, profile=self.name)


def _not_afloat(mapping: ColumnMapping, table: RawTable) -> tuple[str, ...]:
    """Question whether counts are of debris afloat, where the table speaks of others.

    Only asked where nobody said so: a mapping made by a person decides.
    """
    if not mapping.makes_observations:
        return ()
    named = mapping.columns.get("method")
    methods = [] if named is None else _columns.texts(table.frame[named])
    sign = sign_not_afloat(table.columns, methods)
    return (f"what was measured and where ({sign})",) if sign else ()


def read_by_mapping(
    tables: Sequence[RawTable], mapping: ColumnMapping, context: ImportContext
) -> Imported:
    """Read a table by what a mapping says of its columns.

    Parameters
    ----------
    tables : sequence of RawTable
        Tables of one file.
    mapping : ColumnMapping
        What the columns mean.
    context : ImportContext
        The present moment.

    Returns
    -------
    Imported
        Observations, or measurements where the mapping names a quantity.

    Raises
    ------
    ObservationError
        If the mapping lacks something, or a notation could be read two ways.
    """
    table = _table(tables, mapping)
    if lacks := what_is_missing(mapping, table):
        raise ObservationError(f"{table.file} lacks {'; '.join(lacks)}")
    cells = Cells(table, mapping, latest=context.now.year)
    raw = _raw_frame(cells, table, mapping)
    if mapping.makes_observations:
        raw = _without_micro(raw, cells)
    elif "value" in mapping.columns:
        raw = _of_its_unit(raw, table, mapping, cells)
    checked = _check(raw, mapping, context)
    told = as_written(checked.rejected, table, mapping)
    refused = (*table.refused, *cells.refused, *told)
    told = as_written(checked.doubts, table, mapping)
    aside = {"tables_left_aside": len(tables) - 1} if len(tables) > 1 else {}
    kind = "observations" if mapping.makes_observations else "measurements"
    imported = Imported(
        profile="mapping",
        n_rows=len(table.frame) + len(table.refused),
        rejected=tuple(sorted(refused, key=lambda fault: fault.row)),
        doubts=_still_there(cells.doubts, refused, told),
        repeated=checked.repeated,
        notes={**table.notes, **aside, **cells.notes, **checked.notes},
        mapping={**mapping.columns, **{h: h for h in mapping.item_columns}},
    )
    return (
        replace(imported, observations=checked.accepted)
        if kind == "observations"
        else replace(imported, measurements=checked.accepted)
    )


def _table(tables: Sequence[RawTable], mapping: ColumnMapping) -> RawTable:
    """Return the table a mapping is for."""
    if mapping.table:
        for table in tables:
            if table.name == mapping.table:
                return table
    wanted = {*mapping.columns.values(), *mapping.item_columns}
    return max(tables, key=lambda table: len(wanted & set(table.columns)))


def _raw_frame(cells: Cells, table: RawTable, mapping: ColumnMapping) -> pd.DataFrame:
    """Columns named as our layouts, still to be checked."""
    lat, lon = cells.positions()
    frame = pd.DataFrame(
        {
            "row": table.rows,
            "lat": lat,
            "lon": lon,
            "observed_at": cells.times(),
            "category": cells.categories(),
        }
    )
    for name in _TEXTS:
        frame[name] = cells.texts(name)
    for name in ("survey", "method", "source"):
        constant = getattr(mapping, name)
        frame[name] = [text or constant for text in frame[name]]
    for name in ("count", "mass_kg", "effort", "value", "value_low", "value_high"):
        frame[name] = cells.numbers(name)
    for name in _COPIED:
        frame[name] = cells.texts(name)
    frame["note"] = cells.noted(frame["note"].tolist())
    flags = cells.flagged(frame["quality_flag"].tolist())
    frame["quality_flag"] = pd.Series(flags, dtype="object")
    frame = _melted(frame, cells, mapping) if mapping.item_columns else frame
    gone = {fault.row for fault in cells.refused}
    return frame.loc[~frame["row"].isin(gone)]


def _without_micro(raw: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """Refuse pieces under 5 mm: as objects each would weigh what a bottle does."""
    reason = "pieces under 5 mm are no floating objects; a mapping with a quantity and "
    reason += "a medium keeps them as measurements"
    gone = set()
    for name in ("category", "size_class"):
        by_row = dict(zip(cells.rows, cells.texts(name), strict=True))
        for row in raw["row"].tolist():
            if row not in gone and is_micro(by_row[row]):
                gone.add(row)
                cells.refused.append(Rejection(row, name, shown(by_row[row]), reason))
    return raw.loc[~raw["row"].isin(gone)]


def _of_its_unit(
    raw: pd.DataFrame, table: RawTable, mapping: ColumnMapping, cells: Cells
) -> pd.DataFrame:
    """Refuse records whose own unit is not that of the mapping: units never mix."""
    heading = unit_column(table)
    if not heading:
        return raw
    on_shore = mapping.medium in _ON_SHORE
    rates = units_in(table, heading, on_shore=on_shore)
    wanted = Rate(mapping.quantity, mapping.factors.get("value", 1.0))
    reason = f"is not the unit of {mapping.quantity}, which the mapping says; "
    reason += "import it with a mapping of its own"
    texts = dict(zip(cells.rows, _columns.texts(table.frame[heading]), strict=True))
    wrong = {row for row, text in texts.items() if rates.get(text) != wanted}
    for row in dict.fromkeys(raw["row"].tolist()):
        if row in wrong:
            value = shown(texts[row])
            cells.refused.append(Rejection(row, heading, value, reason))
    return raw.loc[~raw["row"].isin(wrong)]


def _melted(frame: pd.DataFrame, cells: Cells, mapping: ColumnMapping) -> pd.DataFrame:
    """One record a kind found; a search that found nothing is one record of zero."""
    nothing = _CLEAN if mapping.makes_observations else ANY_DEBRIS
    parts = []
    found = np.zeros(len(frame), dtype=bool)
    for heading, category in mapping.item_columns.items():
        counts = cells.numbers_of(heading)
        some = ~_columns.numbers(pd.Series(counts, dtype="object")).is_missing
        zero = np.array([text.strip() in {"0", "0.0"} for text in counts], dtype=bool)
        keep = some & ~zero
        found |= keep
        parts.append(
            frame[keep].assign(
                count=np.array(counts, dtype=object)[keep],
                category=category,
                item_code=heading if mapping.item_list else "",
            )
        )
    parts.append(frame[~found].assign(count="0", category=nothing, item_code=""))
    whole: pd.DataFrame = pd.concat(parts)
    return whole.sort_values("row", kind="stable").reset_index(drop=True)


def _check(
    raw: pd.DataFrame, mapping: ColumnMapping, context: ImportContext
) -> Checked:
    rows = raw["row"].tolist()
    if mapping.makes_observations:
        frame = raw.rename(columns={"effort": "effort_km2"}).drop(columns=["source"])
        events = frame["event"].tolist()
        told = frame["replicate"].tolist()
        frame["replicate"] = [a or b for a, b in zip(told, events, strict=True)]
        return make_observations(frame, rows=rows, now=context.now)
    frame = raw.assign(
        quantity=mapping.quantity, medium=mapping.medium, item_list=mapping.item_list
    )
    return make_measurements(frame, rows=rows, now=context.now)


def _still_there(
    doubts: Sequence[Rejection],
    refused: Sequence[Rejection],
    more: Sequence[Rejection],
) -> tuple[Rejection, ...]:
    gone = {fault.row for fault in refused}
    kept = [doubt for doubt in (*doubts, *more) if doubt.row not in gone]
    return tuple(sorted(kept, key=lambda fault: fault.row))
