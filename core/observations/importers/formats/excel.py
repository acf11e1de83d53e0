"""Excel and OpenDocument workbooks: every sheet that holds a table."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path

import numpy as np
import pandas as pd

from core.errors import ObservationError
from core.observations._faults import shown
from core.observations.importers.base import RawTable
from core.observations.importers.formats import _archive, _sheet_process
from core.observations.importers.formats._limits import MAX_CELLS, MAX_COLUMNS
from core.observations.importers.formats._tables import (
    cell_text,
    heading_row,
    table_of,
)

__all__ = ["workbook_tables"]

_SECONDS = 300
#: Whole numbers below are exact in a float.
_EXACT = 2.0**53
#: Calamine pads a sheet to its widest row; cells of the field's tables are far fewer.
_MAX_SHEET_CELLS = min(MAX_CELLS, 50_000_000)
_KINDS = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}


def workbook_tables(path: Path) -> tuple[RawTable, ...]:
    """Read each sheet that is not empty; formulas give the value they had when saved.

    Parameters
    ----------
    path : Path
        An .xlsx, .xlsm, .xlsb, .xls or .ods file.

    Raises
    ------
    ObservationError
        If it is broken, locked, or holds no table, or takes too much to read.
    """
    if path.suffix.lower() != ".xls":
        with path.open("rb") as file:
            is_zip = file.read(2) == b"PK"
        if is_zip:
            with _archive.opened(path):
                pass
    tables = []
    for name, rows in _sheets(path):
        if table := _table(name, rows, path):
            tables.append(table)
    if not tables:
        raise ObservationError(f"{path.name} has no sheet with a table")
    return tuple(tables)


def _sheets(path: Path) -> Iterator[tuple[str, list[list[object]]]]:
    """Name and rows of each sheet, read by a process of its own."""
    script = Path(_sheet_process.__file__)
    command = [sys.executable, "-I", str(script)]
    try:
        done = subprocess.run(  # noqa: S603 (our own script and a path, no shell)
            [*command, str(path.resolve()), str(_MAX_SHEET_CELLS)],
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ObservationError(
            f"{path.name} takes longer than {_SECONDS} s to read"
        ) from error
    if done.returncode == _sheet_process.EXIT_REFUSED:
        reason = done.stderr.decode("utf-8", "replace").strip()
        raise ObservationError(f"{path.name} is no readable workbook: {shown(reason)}")
    if done.returncode:
        raise ObservationError(
            f"{path.name} is no readable workbook: it takes too much memory or time, "
            "or is damaged"
        )
    name = ""
    rows: list[list[object]] = []
    for line in done.stdout.splitlines():
        decoded = json.loads(line)
        if isinstance(decoded, dict):
            if rows:
                yield name, rows
            name, rows = str(decoded["sheet"]), []
        else:
            rows.append([_cell(cell) for cell in decoded])
    if rows:
        yield name, rows


def _cell(cell: object) -> object:
    if isinstance(cell, dict):
        kind, value = next(iter(cell.items()))
        return _KINDS[kind](value) if kind in _KINDS else value
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return int(cell)  # a sheet has no whole numbers: 20180428 comes as 20180428.0
    return cell


def _table(name: str, rows: list[list[object]], path: Path) -> RawTable | None:
    filled = [row for row in rows if any(cell_text(cell) for cell in row)]
    if not filled:
        return None
    at = heading_row(filled)
    heading, body = filled[at], filled[at + 1 :]
    used = [j for j in range(len(heading)) if _is_used(j, heading, body)]
    if len(used) > MAX_COLUMNS:
        raise ObservationError(f"{path.name} has over {MAX_COLUMNS} columns")
    like = RawTable(
        name=name,
        frame=pd.DataFrame(),
        rows=np.zeros(0, dtype=np.int64),
        file=path.name,
        kind="excel",
        notes={"lines_before_heading": at} if at else {},
        path=path,
    )
    return table_of(
        [heading[j] for j in used],
        [[row[j] for j in used] for row in body],
        rows=range(1, len(body) + 1),
        like=like,
    )


def _is_used(j: int, heading: Sequence[object], body: list[list[object]]) -> bool:
    return bool(cell_text(heading[j])) or any(cell_text(row[j]) for row in body)
