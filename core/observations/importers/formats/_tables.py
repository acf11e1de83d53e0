"""Bring rows of cells into a table: find its heading, its units row, unique names."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from core.errors import ObservationError
from core.observations._faults import shown
from core.observations.importers.base import RawTable

__all__ = ["heading_row", "is_units_row", "refuse_twins", "table_of", "unique_names"]

#: Rows before the heading that are looked at: a title, who measured, a blank line.
_PREAMBLE_ROWS = 20
_NUMBER = re.compile(r"[+-]?[\d.,]+([eE][+-]?\d+)?%?")
#: Unit words of ERDDAP, UDUNITS and field sheets, as they stand under a heading.
_UNIT_WORDS = (
    "utc gmt degrees_north degrees_east degree degrees deg decimal_degrees m km cm mm "
    "um nm nmi km2 m2 m3 ha l ml kg g mg kn kt knots m/s km/h s min h hours day days "
    "count counts item items pieces 1 % items/km2 items/m2 items/m3 pieces/km2 "
    "pieces/m3 g/km2 kg/km2 no. n # text yyyy-mm-dd hh:mm dd/mm/yyyy mm/dd/yyyy "
    "microns micrometres micrometers km^2 m^2 m^3 km² m² m³ items/100m celsius degree_c"
)
_UNITS = frozenset(_UNIT_WORDS.split())


def unique_names(heading: Sequence[object]) -> list[str]:
    """Headings as text, blank ones numbered, repeated ones with a count behind.

    Examples
    --------
    >>> unique_names(["lat", "", "lat"])
    ['lat', 'column 2', 'lat (2)']
    """
    seen: Counter[str] = Counter()
    names: list[str] = []
    for place, cell in enumerate(heading, 1):
        name = " ".join(cell_text(cell).split()) or f"column {place}"
        seen[name] += 1
        candidate = name if seen[name] == 1 else f"{name} ({seen[name]})"
        while candidate in names:
            seen[name] += 1
            candidate = f"{name} ({seen[name]})"
        names.append(candidate)
    return names


def cell_text(cell: object) -> str:
    """Cell as stripped text, missing as empty."""
    return "" if cell is None else str(cell).strip()


def heading_row(rows: Sequence[Sequence[object]]) -> int:
    """Index of the heading: the first row about as full as the table is wide.

    A title or an address above a table fills one or two cells; the heading fills
    most columns, and with words.
    """
    sample = rows[:_PREAMBLE_ROWS]
    filled = [sum(1 for cell in row if cell_text(cell)) for row in sample]
    widest = max(filled, default=0)
    for i, row in enumerate(sample):
        words = sum(1 for cell in row if _is_word(cell))
        if filled[i] * 2 > widest and words * 2 > filled[i]:
            return i
    return 0


def _is_word(cell: object) -> bool:
    text = cell_text(cell)
    return isinstance(cell, str) and bool(text) and not _NUMBER.fullmatch(text)


def is_units_row(row: Sequence[object]) -> bool:
    """Whether a row under the heading states units and is no record.

    Examples
    --------
    >>> is_units_row(["UTC", "degrees_north", "degrees_east", ""])
    True
    >>> is_units_row(["2020-01-01", "30", "-140", "glass"])
    False
    """
    texts = [cell_text(cell) for cell in row]
    filled = [text for text in texts if text]
    if not filled or not all(isinstance(cell, str | None) for cell in row):
        return False
    known = sum(text.strip("()[]").lower() in _UNITS for text in filled)
    numbers = sum(_NUMBER.fullmatch(text) is not None for text in filled)
    # "1" is the unit of a number without one, so a single digit decides nothing.
    real = sum(text not in {"1", "%"} for text in filled)
    return known >= 2 and known * 2 > len(filled) and numbers < real


def table_of(
    heading: Sequence[object],
    records: Sequence[Sequence[object]],
    *,
    rows: Sequence[int],
    like: RawTable,
) -> RawTable:
    """Table of whole records, everything else as in another table.

    Parameters
    ----------
    heading : sequence
        Cells of the heading, shape (n_columns,).
    records : sequence of sequence
        Cells, shape (n, n_columns).
    rows : sequence of int, shape (n,)
        Number of each record in its file.
    like : RawTable
        Name, file, notes and so on; its frame and rows are replaced.
    """
    names = unique_names(heading)
    units: dict[str, str] = dict(like.units)
    notes = dict(like.notes)
    numbers = list(rows)
    refused = like.refused
    if records and is_units_row(records[0]):
        stated = [cell_text(cell).strip("()[]") for cell in records[0]]
        units.update({n: u for n, u in zip(names, stated, strict=True) if u})
        notes["units_row"] = 1
        records, numbers = records[1:], [row - 1 for row in numbers[1:]]
        refused = tuple(replace(fault, row=fault.row - 1) for fault in refused)
    columns = list(zip(*records, strict=True)) if records else [()] * len(names)
    frame = pd.DataFrame(
        {
            name: pd.Series(list(cells), dtype="object")
            for name, cells in zip(names, columns, strict=True)
        }
    )
    return replace(
        like,
        frame=frame,
        rows=np.asarray(numbers, dtype=np.int64),
        refused=refused,
        notes=notes,
        units=units,
    )


def refuse_twins(table: RawTable, tables: Sequence[RawTable]) -> None:
    """Refuse a file with a second sheet or layer like the one that would be read.

    Parameters
    ----------
    table : RawTable
        The table to be read.
    tables : sequence of RawTable
        All tables of the file.

    Raises
    ------
    ObservationError
        If another has the same headings and records: they would be left out.
    """
    twins = [
        other
        for other in tables
        if set(other.columns) == set(table.columns) and len(other.frame)
    ]
    if len(twins) > 1:
        names = " and ".join(repr(shown(twin.name)) for twin in twins[:3])
        raise ObservationError(
            f"{table.file} has the same headings in {len(twins)} tables, {names}; save "
            "each as a file of its own, so that no record is left out"
        )
