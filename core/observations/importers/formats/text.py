"""Comma, semicolon, tab and bar separated text, also with several tables in one file.

An exchange file has one heading a record type (``RecordType,Survey,...``) and records
that begin with their type (``HH``, ``LT``); it gives one table a type.
"""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from core.errors import ObservationError
from core.observations import _text_table
from core.observations._faults import shown
from core.observations.frame import Rejection
from core.observations.importers.base import RawTable
from core.observations.importers.formats._limits import MAX_COLUMNS
from core.observations.importers.formats._tables import heading_row, table_of

__all__ = ["text_tables"]

_SAMPLE_LINES = 60
_MARKUP = ("<!doctype", "<html", "<?xml", "<kml", "<gpx")
#: First heading of a file whose records begin with their type.
_RECORD_TYPE = frozenset({"recordtype", "record_type", "recordheader", "rectype"})


def text_tables(path: Path, data: bytes | None = None) -> tuple[RawTable, ...]:
    """Read a text file into one table, or one a record type.

    Parameters
    ----------
    path : Path
        The file; gzipped or not.
    data : bytes, optional
        Its content, where it was read already.

    Raises
    ------
    ObservationError
        If it is empty, no text, markup, or its quotes never close.
    """
    raw = _text_table.content(path) if data is None else data
    text, encoding = _text_table.decoded(raw, path.name)
    start = text.lstrip()[:9].lower()
    if not start:
        raise ObservationError(f"{path.name} is empty")
    if start.startswith(_MARKUP):
        raise ObservationError(f"{path.name} is a web page or XML, not a table")
    delimiter = _delimiter(text)
    rows = _text_table.split(text, delimiter, path.name)
    notes = {} if encoding == "utf-8" else {f"read_as_{encoding}": len(rows) - 1}
    blank = _blank(path, delimiter, notes)
    first = rows[0][0].strip().lower() if rows[0] else ""
    if first in _RECORD_TYPE:
        return _typed_tables(rows, blank)
    at = heading_row(rows)
    if at:
        blank = replace(blank, notes={**notes, "lines_before_heading": at})
    heading = rows[at]
    if len(heading) > MAX_COLUMNS:
        raise ObservationError(f"{path.name} has over {MAX_COLUMNS} columns")
    return (_table(heading, list(enumerate(rows[at + 1 :], 1)), blank),)


def _blank(path: Path, delimiter: str, notes: dict[str, int]) -> RawTable:
    return RawTable(
        name="",
        frame=pd.DataFrame(),
        rows=np.zeros(0, dtype=np.int64),
        file=path.name,
        kind="csv",
        notes=notes,
        path=path,
        delimiter=delimiter,
    )


def _delimiter(text: str) -> str:
    """Delimiter under which most lines have the same number of fields, and many.

    The heading alone can mislead: a comma may stand in a semicolon file's words.
    """
    sample = "".join(islice(io.StringIO(text, newline=""), _SAMPLE_LINES))
    best, best_score = ",", 0.0
    for delimiter in _text_table.DELIMITERS:
        widths = _widths(sample, delimiter)
        width, agreeing = Counter(widths).most_common(1)[0] if widths else (1, 0)
        score = (width - 1) * agreeing / max(len(widths), 1)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _widths(sample: str, delimiter: str) -> list[int]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    widths = []
    try:
        for record in reader:
            if any(map(str.strip, record)):
                widths.append(len(record))
    except csv.Error:  # a quote that never closes; reading the whole file says so
        return widths
    return widths


def _table(
    heading: Sequence[str], numbered: Sequence[tuple[int, list[str]]], like: RawTable
) -> RawTable:
    """Table of the records as wide as the heading; the others are refused."""
    width = len(heading)
    good: list[list[str]] = []
    rows: list[int] = []
    refused: list[Rejection] = []
    for row, record in numbered:
        cells = record if len(record) == width else _without_tail(record, width)
        if len(cells) == width:
            good.append(cells)
            rows.append(row)
            continue
        reason = f"{len(record)} fields, expected {width}"
        refused.append(Rejection(row, "", shown(like.delimiter.join(record)), reason))
    like = replace(like, refused=tuple(refused))
    return table_of(heading, good, rows=rows, like=like)


def _without_tail(record: list[str], width: int) -> list[str]:
    """Record without empty fields behind the last column (a delimiter at the end)."""
    extra = record[width:]
    return record[:width] if extra and not any(map(str.strip, extra)) else record


def _typed_tables(rows: list[list[str]], like: RawTable) -> tuple[RawTable, ...]:
    """One table a record type; headings may stand together or before their records."""
    key = rows[0][0].strip().lower()
    headings: list[list[str]] = []
    records: dict[str, list[tuple[int, list[str]]]] = {}
    heading_of: dict[str, int] = {}
    n = 0
    for row in rows:
        if row[0].strip().lower() == key:
            headings.append(row)
            continue
        n += 1
        kind = row[0].strip().upper()
        records.setdefault(kind, []).append((n, row))
        heading_of.setdefault(kind, len(headings) - 1)
    if len(set(heading_of.values())) < len(heading_of):
        heading_of = _by_width(records, headings)
    tables = [
        _table(headings[heading_of[kind]], numbered, replace(like, name=kind))
        for kind, numbered in records.items()
    ]
    unused = set(range(len(headings))) - set(heading_of.values())
    tables += [_table(headings[place], [], like) for place in sorted(unused)]
    return tuple(tables)


def _by_width(
    records: dict[str, list[tuple[int, list[str]]]], headings: list[list[str]]
) -> dict[str, int]:
    """Heading of each record type by the number of fields, else in order."""
    widths = [len(heading) for heading in headings]
    found = {}
    for place, (kind, numbered) in enumerate(records.items()):
        width = len(numbered[0][1])
        in_order = min(place, len(headings) - 1)
        found[kind] = widths.index(width) if widths.count(width) == 1 else in_order
    return found
