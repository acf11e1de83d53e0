"""Read and write observation tables in the project's own layout.

The layout: ``lat, lon, observed_at, category, count`` and, where known, ``mass_kg,
effort_km2, survey, size_class, quality_flag``; further columns of the observation frame
are understood as well, so what was written is read back the same.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import ObservationError
from core.observations._faults import shown
from core.observations._formulas import guarded, unguarded
from core.observations._text_table import read_text_table, uses_decimal_comma
from core.observations.checks import REQUIRED_COLUMNS, make_observations
from core.observations.frame import OBSERVATION_COLUMNS, Checked, Rejection

__all__ = ["READ_COLUMNS", "read_observations", "write_observations"]

#: Columns understood in a file; h3 is always computed.
READ_COLUMNS: tuple[str, ...] = (
    *(name for name in OBSERVATION_COLUMNS if name != "h3"),
    "replicate",
)
#: Headings that can only mean one column of the layout.
_HEADINGS = {
    "latitude": "lat",
    "decimallatitude": "lat",
    "longitude": "lon",
    "decimallongitude": "lon",
    "lng": "lon",
}
_NUMERIC = ("lat", "lon", "count", "mass_kg", "effort_km2", "confidence")
_DOTS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?")
_TEXT_COLUMNS = ("survey", "size_class", "model")


def read_observations(path: Path | str, *, now: datetime | None = None) -> Checked:
    """Read a csv, csv.gz, tsv or parquet file of observations.

    Parameters
    ----------
    path : Path or str
        The file. Comma, semicolon, tab or bar separated text in UTF-8 (with or without
        BOM), UTF-16 or latin-1; or Parquet.
    now : datetime, optional
        Times after this are doubtful; the present moment if not given.

    Returns
    -------
    Checked
        Accepted and refused records together, and how the columns were understood.

    Raises
    ------
    ObservationError
        If the file as a whole cannot be understood; the message says what it lacks.
    """
    path = Path(path)
    if path.is_dir():
        raise ObservationError(f"{path.name} is a folder, expected a file")
    if path.suffix.lower() in {".parquet", ".pq"}:
        return _read_parquet(path, now)
    return _read_text(path, now)


def _read_parquet(path: Path, now: datetime | None) -> Checked:
    try:
        names = pq.read_schema(path).names
        mapping = heading_mapping(names, path.name)
        frame = pq.read_table(path, columns=list(mapping.values())).to_pandas()
    except (pa.ArrowException, OSError) as error:
        raise ObservationError(f"{path.name} is no readable Parquet file") from error
    renamed = frame.rename(columns={old: new for new, old in mapping.items()})
    return _with_mapping(make_observations(renamed, now=now), mapping)


def _read_text(path: Path, now: datetime | None) -> Checked:
    table = read_text_table(path)
    mapping = heading_mapping(table.heading, path.name)
    place = {column: table.heading.index(old) for column, old in mapping.items()}
    width = len(table.heading)
    good = [(i, r) for i, r in enumerate(table.records, 1) if len(r) == width]
    ragged = tuple(
        Rejection(i, "", shown(",".join(r)), f"{len(r)} fields, expected {width}")
        for i, r in enumerate(table.records, 1)
        if len(r) != width
    )
    columns = {c: [record[j] for _, record in good] for c, j in place.items()}
    notes = {}
    if table.encoding != "utf-8":
        notes[f"read_as_{table.encoding}"] = len(table.records)
    checked = check_text_columns(
        columns, rows=[i for i, _ in good], delimiter=table.delimiter, now=now
    )
    merged = Checked(
        accepted=checked.accepted,
        rejected=tuple(sorted((*ragged, *checked.rejected), key=lambda r: r.row)),
        doubts=checked.doubts,
        repeated=checked.repeated,
        n_rows=len(table.records),
        notes={**notes, **checked.notes},
    )
    return _with_mapping(merged, mapping)


def check_text_columns(
    columns: Mapping[str, Sequence[str]],
    *,
    rows: Sequence[int],
    delimiter: str,
    now: datetime | None = None,
) -> Checked:
    """Check text columns named as the layout, undoing what is only notation.

    Parameters
    ----------
    columns : mapping of str to sequence of str, each shape (n,)
        Column of the layout to its cells.
    rows : sequence of int, shape (n,)
        Number of each record in its file.
    delimiter : str
        What parted the fields: where it is no comma, 54,32 is a decimal comma.
    now : datetime, optional
        Times after this are doubtful; the present moment if not given.

    Returns
    -------
    Checked
        Accepted and refused records together.
    """
    texts = {name: list(cells) for name, cells in columns.items()}
    notes = _unwrap(texts, delimiter)
    raw = pd.DataFrame(texts, dtype="object", index=range(len(rows)))
    checked = make_observations(raw, rows=rows, now=now)
    return replace(checked, notes={**notes, **checked.notes})


def _with_mapping(checked: Checked, mapping: dict[str, str]) -> Checked:
    return replace(checked, mapping=mapping)


def headings_of_columns(heading: Sequence[str]) -> dict[str, list[str]]:
    """Headings of a file that mean a column of the layout, by column."""
    found: dict[str, list[str]] = {}
    for old in heading:
        key = old.strip().lower().replace(" ", "_")
        column = _HEADINGS.get(key, key)
        if column in READ_COLUMNS:
            found.setdefault(column, []).append(old)
    return found


def heading_mapping(heading: Sequence[str], name: str) -> dict[str, str]:
    """Column of the layout to heading of the file.

    Raises
    ------
    ObservationError
        If a required column is missing, or two headings mean one column.
    """
    found = headings_of_columns(heading)
    for column, (first, *others) in found.items():
        if others:
            raise ObservationError(
                f"{name} has two columns for {column}: "
                f"{shown(first)} and {shown(others[0])}"
            )
    missing = [column for column in REQUIRED_COLUMNS if column not in found]
    if missing:
        names = [shown(old.strip()) for old in heading]
        hints = [column + _perhaps(column, names) for column in missing]
        raise ObservationError(
            f"{name} lacks {', '.join(hints)}; it has: {', '.join(names[:20])}"
        )
    return {column: headings[0] for column, headings in found.items()}


def _perhaps(column: str, names: Sequence[str]) -> str:
    words = [column, *(word for word, means in _HEADINGS.items() if means == column)]
    for word in words:
        if near := get_close_matches(word, names, n=1, cutoff=0.6):
            return f" (perhaps {near[0]})"
    return ""


def _unwrap(columns: dict[str, list[str]], delimiter: str) -> dict[str, int]:
    """Undo, in place, what is notation and not content; say how often."""
    notes: dict[str, int] = {}
    numeric = [columns[name] for name in _NUMERIC if name in columns]
    if delimiter != "," and uses_decimal_comma(numeric):
        notes["decimal_commas"] = len(numeric[0])
        for column in _NUMERIC:
            if column in columns:
                columns[column] = [_with_point(text) for text in columns[column]]
    for column in _TEXT_COLUMNS:
        if column in columns:
            columns[column] = [unguarded(text) for text in columns[column]]
    return notes


def _with_point(text: str) -> str:
    text = text.strip()
    if _DOTS.fullmatch(text) and "," in text:
        text = text.replace(".", "")
    return text.replace(",", ".")


def write_observations(frame: pd.DataFrame, path: Path | str) -> None:
    """Write an observation frame as csv, csv.gz or parquet; reading gives it back.

    In text files a cell that a spreadsheet would run as a formula gets a leading
    apostrophe, which `read_observations` takes off.

    Parameters
    ----------
    frame : DataFrame
        An observation frame.
    path : Path or str
        Ends in ``.csv``, ``.csv.gz`` or ``.parquet``.
    """
    path = Path(path)
    out = frame.loc[:, list(OBSERVATION_COLUMNS)]
    if path.suffix.lower() in {".parquet", ".pq"}:
        out.to_parquet(path, index=False)
        return
    out = out.assign(
        observed_at=[time.isoformat() for time in out["observed_at"]],
        **{column: [guarded(text) for text in out[column]] for column in _TEXT_COLUMNS},
    )
    out.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
