"""Seeds: where debris is known to be, when, of what kind and how much of it."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite, nan
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.coastline import is_on_land
from core.drift.windage import UNKNOWN, is_known_category, windage_code
from core.errors import InputError
from core.geo import check_position, normalise_lon

__all__ = ["MAX_SEEDS", "SEED_COLUMNS", "SeedIssue", "Seeds", "read_seeds"]

#: Columns of the frame of accepted seeds, in order.
SEED_COLUMNS = (
    "seed",
    "seed_id",
    "lat",
    "lon",
    "time",
    "category",
    "mass_kg",
    "radius_m",
    "on_land",
)
MAX_SEEDS = 20_000
_REQUIRED = ("lat", "lon")
_MAX_BYTES = 50_000_000
_MAX_NAME = 80
_MAX_SHOWN = 80
_MAX_MASS_KG = 1e9
_MAX_RADIUS_M = 1e6
#: Times outside these years are typing errors, not observations.
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
#: Photo categories that name no debris, so there is nothing to follow.
_NOT_DEBRIS = frozenset({"biota", "clean"})
_HEADINGS = {
    "latitude": "lat",
    "longitude": "lon",
    "lng": "lon",
    "observed_at": "time",
    "site": "seed_id",
    "id": "seed_id",
}


@dataclass(frozen=True)
class SeedIssue:
    """Why a record was refused, or why it is doubtful.

    Attributes
    ----------
    row : int
        Number of the record from 1, the heading not counted.
    field, value, reason : str
        Column at fault, what stood there (cut to 80 characters), what was expected.
    """

    row: int
    field: str
    value: str
    reason: str

    def __str__(self) -> str:
        """Return the issue as a sentence."""
        return f"{self.reason} (row {self.row})"

    def to_dict(self) -> dict[str, int | str]:
        """Return the issue as a row of a report."""
        return {
            "row": self.row,
            "field": self.field,
            "value": self.value,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Seeds:
    """Accepted seeds, and what was wrong with the rest.

    Attributes
    ----------
    accepted : DataFrame
        Columns ``SEED_COLUMNS``. ``seed`` counts the records of the file from 0 and
        keeps its gaps, so mending a refused row renames no other seed. ``time`` is
        NaT where none was given; ``mass_kg`` and ``radius_m`` (standard deviation of
        the position along each axis) are NaN.
    rejected : tuple of SeedIssue
        Records left out.
    flagged : tuple of SeedIssue
        Records kept but doubtful: on land, or of an unknown category.
    n_rows : int
        Records in the file.
    """

    accepted: pd.DataFrame
    rejected: tuple[SeedIssue, ...]
    flagged: tuple[SeedIssue, ...]
    n_rows: int


def read_seeds(source: str | Path | pd.DataFrame) -> Seeds:
    """Read seeds from a file or a frame.

    Parameters
    ----------
    source : str, Path or DataFrame
        csv, csv.gz or parquet with ``lat, lon`` and, if known, ``time`` (ISO 8601; no
        offset is read as UTC), ``category``, ``mass_kg``, ``seed_id`` (a name) and
        ``radius_m``. Other columns are ignored.

    Returns
    -------
    Seeds
        Good rows and bad ones together.

    Raises
    ------
    InputError
        If the source as a whole cannot be read: no such file, no ``lat`` and ``lon``,
        no rows, too many rows.
    """
    if isinstance(source, pd.DataFrame):
        return _checked(list(map(str, source.columns)), _frame_rows(source), "frame")
    path = Path(source)
    name = path.name
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"seeds file is larger than 50 MB: {name}")
        if path.suffix.lower() in {".parquet", ".pq"}:
            return _parquet(path)
        return _parsed(_text(path), name)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"seeds file cannot be read: {name}: {reason}") from error
    except pa.ArrowException as error:
        raise InputError(f"seeds file is no readable Parquet: {name}") from error


def _parquet(path: Path) -> Seeds:
    """Read the columns that mean something; a small file may unpack to a huge one."""
    with pq.ParquetFile(path) as file:
        if file.metadata.num_rows > MAX_SEEDS:
            raise InputError(f"more than {MAX_SEEDS} seeds ({path.name})")
        heads = list(file.schema_arrow.names)
        known = [head for head in heads if _column(head) in SEED_COLUMNS]
        frame = file.read(columns=known).to_pandas()
    return _checked(heads, _frame_rows(frame), path.name)


def _text(path: Path) -> str:
    data = path.read_bytes()
    if path.suffix.lower() == ".gz":
        try:
            with gzip.open(io.BytesIO(data)) as file:
                data = file.read(_MAX_BYTES + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"seeds file is no readable gzip: {path.name}") from error
        if len(data) > _MAX_BYTES:
            raise InputError(f"seeds file unpacks to more than 50 MB: {path.name}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"seeds file is not UTF-8 text: {path.name}") from error


def _parsed(text: str, name: str) -> Seeds:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = next(reader, [])
        records = [record for record in reader if any(cell.strip() for cell in record)]
    except csv.Error as error:
        raise InputError(f"seeds file is not CSV: {name}: {error}") from error
    rows = (
        dict(zip(header, record, strict=False))
        | ({"(extra)": "x"} if len(record) > len(header) else {})
        for record in records
    )
    return _checked(header, rows, name)


def _frame_rows(frame: pd.DataFrame) -> Iterator[dict[str, str]]:
    for record in frame.to_dict("records"):
        yield {
            str(key): ""
            if pd.api.types.is_scalar(value) and pd.isna(value)
            else f"{value}"
            for key, value in record.items()
        }


def _checked(header: list[str], rows: Iterable[Mapping[str, str]], name: str) -> Seeds:
    columns = {head: _column(head) for head in header}
    found = list(columns.values())
    missing = [column for column in _REQUIRED if column not in found]
    if missing:
        raise InputError(
            f"seeds lack the columns {', '.join(missing)}; found "
            f"{', '.join(header)[:200] or 'none'} ({name})"
        )
    twice = sorted({c for c in found if c in SEED_COLUMNS and found.count(c) > 1})
    if twice:
        raise InputError(f"seeds have the column {', '.join(twice)} twice ({name})")
    accepted, rejected, flagged = [], [], []
    number = 0
    for number, row in enumerate(rows, start=1):
        if number > MAX_SEEDS:
            raise InputError(f"more than {MAX_SEEDS} seeds ({name})")
        clean = {columns.get(k, k): (v or "").strip() for k, v in row.items()}
        seed, problems, doubts = _seed(clean, number)
        rejected += problems
        if not problems:
            accepted.append(seed)
            flagged += doubts
    if number == 0:
        raise InputError(f"there are no seeds ({name})")
    frame = _typed(accepted)
    flagged += [
        SeedIssue(seed + 1, "lat, lon", f"{lat:g}, {lon:g}", "position is on land")
        for seed, lat, lon in frame.loc[
            frame["on_land"], ["seed", "lat", "lon"]
        ].itertuples(index=False)
    ]
    return Seeds(frame, tuple(rejected), tuple(sorted(flagged, key=_row)), number)


def _row(issue: SeedIssue) -> int:
    return issue.row


def _column(head: str) -> str:
    name = head.strip().lower()
    return _HEADINGS.get(name, name)


def _typed(seeds: list[dict[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame(seeds, columns=list(SEED_COLUMNS[:-1]))
    frame = frame.astype(
        {"seed": "int64", "lat": "float64", "lon": "float64", "mass_kg": "float64",
         "radius_m": "float64", "seed_id": "str", "category": "str"}
    )  # fmt: skip
    frame["time"] = pd.to_datetime(frame["time"], utc=True).astype(
        "datetime64[us, UTC]"
    )
    frame["lon"] = normalise_lon(frame["lon"].to_numpy())
    lats, lons = frame["lat"].to_numpy(), frame["lon"].to_numpy()
    frame["on_land"] = (
        is_on_land(lat=lats, lon=lons) if len(frame) else np.zeros(0, dtype=bool)
    )
    return frame


def _seed(
    row: Mapping[str, str], number: int
) -> tuple[dict[str, object], list[SeedIssue], list[SeedIssue]]:
    """Check one record; return it with what is wrong and what is doubtful."""
    problems: list[SeedIssue] = []
    doubts: list[SeedIssue] = []

    def refuse(field: str, reason: str) -> None:
        value = row.get(field, "")[:_MAX_SHOWN]
        problems.append(SeedIssue(number, field, value, reason))

    if "(extra)" in row:
        refuse("", "more fields than the heading")
    lat, lon = (_number(row, name, refuse) for name in _REQUIRED)
    if isfinite(lat) and isfinite(lon):
        try:
            check_position(lat=lat, lon=lon, record="seed")
        except InputError as error:
            field = "lat" if "latitude" in str(error) else "lon"
            refuse(field, str(error).removesuffix(" (seed)"))
    category = row.get("category", "")
    code = windage_code(category)
    if code in _NOT_DEBRIS:
        refuse("category", f"category {code} is no debris, there is nothing to follow")
    elif not is_known_category(category):
        reason = (
            "category is not in the windage table; drifts as debris of unknown kind"
        )
        doubts.append(SeedIssue(number, "category", category[:_MAX_SHOWN], reason))
        code = UNKNOWN
    seed_id = row.get("seed_id", "")
    if len(seed_id) > _MAX_NAME or not (seed_id.isprintable()):
        refuse(
            "seed_id", f"expected a name of at most {_MAX_NAME} printable characters"
        )
    seed = {
        "seed": number - 1,
        "seed_id": seed_id,
        "lat": lat,
        "lon": lon,
        "time": _time(row, refuse),
        "category": code,
        "mass_kg": _number(row, "mass_kg", refuse, default=nan, most=_MAX_MASS_KG),
        "radius_m": _number(row, "radius_m", refuse, default=nan, most=_MAX_RADIUS_M),
    }
    return seed, problems, doubts


def _time(row: Mapping[str, str], refuse: "_Refuse") -> datetime | None:
    text = row.get("time", "")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        refuse("time", f"time is {text[:40]!r}, expected ISO 8601")
        return None
    if not _EARLIEST <= moment <= _LATEST:
        refuse("time", f"time {text[:40]} outside the years 1900 to 2200")
        return None
    return moment


class _Refuse(Protocol):
    """Type of the callback that notes why a field is refused."""

    def __call__(self, field: str, reason: str) -> None: ...


def _number(
    row: Mapping[str, str],
    field: str,
    refuse: "_Refuse",
    *,
    default: float | None = None,
    most: float | None = None,
) -> float:
    """Return a finite number, or note the problem and return NaN.

    With ``most``, the number must lie between 0 and it.
    """
    text = row.get(field, "")
    if not text and default is not None:
        return default
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not isfinite(number) or "_" in text:
        refuse(field, f"{field} is {text[:40]!r}, expected a number")
        return nan
    if most is not None and not 0.0 <= number <= most:
        refuse(field, f"{field} is {number:g}, expected 0 to {most:g}")
        return nan
    return number
