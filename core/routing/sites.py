"""Sites: where debris waits, how much of it, and the file they come in."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from core.errors import RouteInputError
from core.routing._record import Record
from core.routing._site_row import SITE_COLUMNS, site_row
from core.routing.rejected import Rejected, listed, shown

__all__ = [
    "SITE_COLUMNS",
    "SitesRead",
    "accept_sites",
    "check_sites",
    "parse_sites",
    "read_sites",
    "site_rows",
]

_REQUIRED = SITE_COLUMNS[:4]
_TIMES = ("open_from", "open_until", "prefer_from", "prefer_until")
_TEXTS = ("site", "category")
_MAX_BYTES = 50_000_000
_MAX_SITES = 20_000
_BREAK = "a field with a line break; a quote may be left open, and rows after it lost"
_TOO_MANY = "expected no more fields than the header has; write 30.5, not 30,5"


@dataclass(frozen=True, eq=False)
class SitesRead:
    """Sites as they were read.

    Attributes
    ----------
    frame : DataFrame
        The sites without a fault, columns ``SITE_COLUMNS``; one at least.
    rejected : tuple of Rejected
        What was wrong with the others, a fault an entry.
    notes : tuple of str
        What else was in the file and is not read.
    """

    frame: pd.DataFrame
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()

    def strict(self) -> pd.DataFrame:
        """Return the frame if every row was good.

        Raises
        ------
        RouteInputError
            Names every row that was not.
        """
        if self.rejected:
            raise RouteInputError(listed(self.rejected))
        return self.frame


def read_sites(path: str | Path) -> SitesRead:
    """Read a sites file.

    Parameters
    ----------
    path : str or Path
        CSV with ``site,lat,lon,mass_kg`` and, if known, the other columns of
        ``SITE_COLUMNS``; ``docs/plan_inputs.md`` says what each means.

    Returns
    -------
    SitesRead
        The good sites, and what was wrong with the others.

    Raises
    ------
    RouteInputError
        If the file cannot be read, or no row of it can be used.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise RouteInputError(
            f"sites file cannot be read: {path.name}: {error.strerror}"
        ) from error
    return parse_sites(data)


def parse_sites(data: bytes) -> SitesRead:
    """Read the content of a sites file, as :func:`read_sites` does.

    Fields are apart by commas, semicolons or tabs, whichever the header uses.

    Raises
    ------
    RouteInputError
        If it is larger than 50 MB, no CSV in UTF-8, or no row of it can be used.
    """
    if len(data) > _MAX_BYTES:
        raise RouteInputError(f"sites file is larger than {_MAX_BYTES / 1e6:g} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RouteInputError(
            "sites file is not UTF-8 text; in a spreadsheet, save it as 'CSV UTF-8'"
        ) from error
    try:
        rows = list(
            csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        )
    except csv.Error as error:
        raise RouteInputError(f"sites file is not CSV: {error}") from error
    first = next((i for i, row in enumerate(rows) if any(map(str.strip, row))), 0)
    header = [name.strip().casefold() for name in rows[first]] if rows else []
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise RouteInputError(f"column {shown(doubled[0])} is given twice")
    rejected: list[Rejected] = []
    records = []
    for number, row in enumerate(rows[first + 1 :], start=first + 2):
        record = Record(f"row {number}", rejected)
        if not any(field.strip() for field in row):
            continue
        if any("\n" in field or "\r" in field for field in row):
            record.refuse("", "", _BREAK)
        elif any(field.strip() for field in row[len(header) :]):
            record.refuse("", row[len(header)], _TOO_MANY)
        records.append((record, dict(zip(header, row, strict=False))))
    return _accepted(records, header, rejected)


def _delimiter(text: str) -> str:
    """Whichever of comma, semicolon and tab parts the header best."""
    head = text.lstrip().split("\n", 1)[0][:10_000]
    return max((",", ";", "\t"), key=head.count)


def accept_sites(sites: pd.DataFrame) -> SitesRead:
    """Read sites from a frame as :func:`read_sites` reads them from a file.

    Parameters
    ----------
    sites : DataFrame
        Columns ``site, lat, lon, mass_kg`` and any other of ``SITE_COLUMNS``; rows are
        named by their number from 1.

    Raises
    ------
    RouteInputError
        If a column lacks or no row can be used.
    """
    rejected: list[Rejected] = []
    header = [str(name) for name in sites.columns]
    known = [name for name in SITE_COLUMNS if name in header]
    records = [
        (Record(f"row {i}", rejected), {k: _text(v) for k, v in row.items()})
        for i, row in enumerate(_rows(sites, known), start=1)
    ]
    read = _accepted(records, header, rejected)
    return SitesRead(read.frame, read.rejected)


def _rows(sites: pd.DataFrame, columns: list[str]) -> list[dict[str, Any]]:
    if len(set(map(str, sites.columns))) < len(sites.columns):
        raise RouteInputError("a column of the sites is given twice")
    frame = sites.set_axis([str(name) for name in sites.columns], axis=1)
    return frame[columns].to_dict("records")  # type: ignore[return-value]


def _text(value: object) -> str:
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):  # type: ignore[call-overload]
        return ""
    if isinstance(value, float):
        return repr(float(value))
    return str(value) if pd.api.types.is_scalar(value) else shown(value)


def check_sites(sites: pd.DataFrame) -> pd.DataFrame:
    """Read sites from a frame, all of them or none.

    Raises
    ------
    RouteInputError
        Lists every row that is wrong, counted from 1.
    """
    return accept_sites(sites).strict()


def _accepted(
    records: Iterable[tuple[Record, Mapping[str, str]]],
    header: list[str],
    rejected: list[Rejected],
) -> SitesRead:
    """Check each row, the good before the doubles."""
    missing = [name for name in _REQUIRED if name not in header]
    if missing:
        found = ", ".join(shown(name) for name in header[:20]) or "none"
        raise RouteInputError(
            f"sites lack the columns {', '.join(missing)}; found {found}"
        )
    records = list(records)
    if len(records) > _MAX_SITES:
        raise RouteInputError(
            f"{len(records)} sites; at most {_MAX_SITES} can be planned"
        )
    first: dict[str, str] = {}
    parsed = []
    for record, row in records:
        found_row = site_row(record, row)
        key = unicodedata.normalize("NFC", str(found_row["site"]))
        if record.is_good and key in first:
            reason = f"a name of {first[key]} already, which is used; give it another"
            record.refuse("site", key, reason)
        if record.is_good:
            first[key] = record.label
            parsed.append(found_row)
    if not parsed:
        raise RouteInputError(listed(rejected) or "there are no sites")
    extra = [shown(name) for name in header if name and name not in SITE_COLUMNS]
    notes = (f"sites: columns not read: {', '.join(extra[:20])}",) if extra else ()
    return SitesRead(_frame(parsed), tuple(rejected), notes)


def _frame(parsed: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(parsed, columns=list(SITE_COLUMNS))
    kinds: dict[str, str] = dict.fromkeys(SITE_COLUMNS, "float64")
    kinds |= dict.fromkeys(_TEXTS, "object")
    kinds |= dict.fromkeys(_TIMES, "datetime64[us, UTC]")
    return frame.astype(kinds)


def site_rows(sites: pd.DataFrame) -> list[dict[str, Any]]:
    """Return sites as JSON values, a mapping a row; what is empty is left out.

    ``accept_sites(pd.DataFrame(site_rows(frame)))`` gives the same frame.
    """
    known = [name for name in SITE_COLUMNS if name in sites]
    rows = []
    for row in _rows(sites, known):
        kept = {k: v for k, v in row.items() if not pd.isna(v) and v != ""}
        rows.append({k: _json(v) for k, v in kept.items()})
    return rows


def _json(value: Any) -> str | float:
    if isinstance(value, pd.Timestamp):
        return value.isoformat().replace("+00:00", "Z")
    return value if isinstance(value, str) else float(value)
