"""Faults of records, told with what stands in the file."""

import re
from collections.abc import Sequence
from dataclasses import replace

from core.observations import _columns
from core.observations._faults import shown
from core.observations.frame import Rejection
from core.observations.importers.base import RawTable
from core.observations.importers.mapping import ColumnMapping

__all__ = ["as_written"]

#: Fields of a check, by the fields of a mapping they are read from; the first way that
#: is mapped.
_READ_FROM: dict[str, tuple[tuple[str, ...], ...]] = {
    "effort_km2": (("effort",),),
    "lat, lon": (("lat", "lon"), ("position",)),
    "observed_at": (("observed_at",), ("date", "time"), ("date",)),
}
#: Days since 1899-12-30 of 1954 to 2064, with or without a part of a day.
_DAY_NUMBER = re.compile(r"[2-5]\d{4}(\.\d+)?")
_SPREADSHEET = (
    "looks like the day number of a spreadsheet; format the column as dates "
    "(yyyy-mm-dd) and save it again"
)


def as_written(
    faults: Sequence[Rejection], table: RawTable, mapping: ColumnMapping
) -> tuple[Rejection, ...]:
    """Give each fault the cells it speaks of, where one column holds its field.

    Parameters
    ----------
    faults : sequence of Rejection
        Of the records of the table.
    table : RawTable
        As the file has it.
    mapping : ColumnMapping
        What its columns mean.
    """
    place = {row: i for i, row in enumerate(table.rows.tolist())}
    texts: dict[str, list[str]] = {}
    told = []
    for fault in faults:
        headings = _headings(fault.field, mapping)
        for heading in headings:
            if heading not in texts:
                texts[heading] = _columns.texts(table.frame[heading])
        i = place.get(fault.row)
        if headings and i is not None:
            cells = [texts[heading][i] for heading in headings]
            fault = replace(fault, value=shown(_joined(cells, fault.field)))
        if fault.field == "observed_at" and _DAY_NUMBER.fullmatch(fault.value):
            fault = replace(fault, reason=_SPREADSHEET)
        told.append(fault)
    return tuple(told)


def _joined(cells: Sequence[str], field: str) -> str:
    return (", " if "," in field else " ").join(filter(None, cells))


def _headings(field: str, mapping: ColumnMapping) -> tuple[str, ...]:
    for way in _READ_FROM.get(field, ((field,),)):
        if all(name in mapping.columns for name in way):
            return tuple(mapping.columns[name] for name in way)
    return ()
