"""Read files of drifter positions into the plain layout, whatever wrote them."""

import csv
import gzip
import io
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import InputError, NotFoundError

_MAX_FILE_BYTES = 512 * 1024 * 1024
_MAX_VALUES = 20_000_000
#: Headings that mean one column of the layout, in lower case.
_HEADINGS = {
    "drifter_id": ("drifter_id", "drifter", "d_number", "buoy_id", "platform_id", "id"),
    "time": ("time", "date_utc", "time_utc", "datetime", "timestamp", "observed_at"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "longitude", "lng"),
    "drifter_type": ("drifter_type", "type"),
}
_REQUIRED = ("drifter_id", "time", "lat", "lon")
#: As satellite telemetry writes it: 20-Apr-2023 10:04:49.
_DAY_MONTH = "%d-%b-%Y %H:%M:%S"


def read_raw(path: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read positions as they stand, and say how the columns were understood."""
    if not path.exists():
        raise NotFoundError(f"no file {path}")
    if path.is_dir():
        raise InputError(f"{path.name} is a folder, expected a file")
    suffix = path.suffix.lower()
    if suffix in {".nc", ".nc4", ".cdf"}:
        return _read_netcdf(path)
    frame = _read_parquet(path) if suffix in {".parquet", ".pq"} else _read_text(path)
    names = _mapping(list(frame.columns), path.name)
    notes = tuple(
        f"{given} read as {name}" for name, given in names.items() if given != name
    )
    frame = frame.rename(columns={given: name for name, given in names.items()})
    if frame["time"].dtype.kind in "iuf":
        raise InputError(
            f"{path.name}: {names['time']} holds plain numbers, expected dates as "
            "2020-09-10T12:00:00Z"
        )
    if not isinstance(frame["time"].dtype, pd.DatetimeTZDtype):
        frame["time"] = _times(frame["time"])
    return frame, notes


def _mapping(columns: list[str], name: str) -> dict[str, str]:
    lowered = {str(column).strip().lower(): column for column in columns}
    found = {}
    for target, known in _HEADINGS.items():
        given = next((lowered[k] for k in known if k in lowered), None)
        if given is not None:
            found[target] = given
    lacking = [target for target in _REQUIRED if target not in found]
    if lacking:
        shown = ", ".join(str(c)[:40] for c in columns[:20])
        raise InputError(
            f"{name} lacks {', '.join(lacking)}; its columns are {shown!a}"
        )
    return found


def _times(values: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """Read times from text, UTC without an offset; NaT where not understood."""
    times = pd.to_datetime(values, utc=True, errors="coerce", format="ISO8601")
    if times.isna().any():
        other = pd.to_datetime(values, utc=True, errors="coerce", format=_DAY_MONTH)
        times = times.fillna(other)
    return times


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        meta = pq.read_metadata(path)
        if meta.num_rows * max(meta.num_columns, 1) > _MAX_VALUES * 10:
            raise InputError(f"{path.name} holds too many rows: {meta.num_rows}")
        frame: pd.DataFrame = pq.read_table(path).to_pandas()
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path.name} cannot be read as Parquet: {error}") from error
    return pd.DataFrame(frame.reset_index(drop=True))


def _read_text(path: Path) -> pd.DataFrame:
    text = _text(path)
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    if not first:
        raise InputError(f"{path.name} is empty")
    delimiter = max((",", ";", "\t"), key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        records = [record for record in reader if any(map(str.strip, record))]
    except csv.Error as error:
        raise InputError(
            f"{path.name} cannot be read after line {reader.line_num}: {error}"
        ) from error
    heading = [name.strip() for name in records[0]]
    if len(set(heading)) < len(heading):
        raise InputError(
            f"{path.name} names a column twice: {', '.join(heading)[:200]}"
        )
    # A record with a field too many or too few is kept and flagged as not read.
    blank = [""] * len(heading)
    fitting = [r if len(r) == len(heading) else blank for r in records[1:]]
    frame = pd.DataFrame(fitting, columns=heading, dtype="string")
    stripped = frame.apply(lambda column: column.str.strip())
    return pd.DataFrame(stripped.replace({"": pd.NA, "NaN": pd.NA, "nan": pd.NA}))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_FILE_BYTES + 1)
        if data[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(_MAX_FILE_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path.name} is a broken gzip file: {error}") from error
    except OSError as error:
        raise InputError(f"cannot read {path.name}: {error.strerror}") from error
    if len(data) > _MAX_FILE_BYTES:
        raise InputError(f"{path.name} is larger than 512 MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\x00" in text:
        raise InputError(f"{path.name} is no text file; expected csv, parquet or nc")
    return text


def _read_netcdf(path: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    import xarray as xr

    try:
        with xr.open_dataset(path) as data:
            lowered = {str(name).lower(): str(name) for name in data.variables}
            names = {
                target: next(
                    (lowered[k] for k in _HEADINGS[target] if k in lowered), ""
                )
                for target in ("time", "lat", "lon")
            }
            lacking = [target for target, given in names.items() if not given]
            if lacking:
                raise InputError(
                    f"{path.name} lacks {', '.join(lacking)}; its variables are "
                    f"{', '.join(map(str, data.variables))!a}"
                )
            shape = data[names["lon"]].shape
            if len(shape) != 2 or any(data[n].shape != shape for n in names.values()):
                raise InputError(
                    f"{path.name}: lon, lat and time must have one shape (trajectory, "
                    f"obs), got {[data[n].shape for n in names.values()]}"
                )
            if shape[0] * shape[1] > _MAX_VALUES:
                raise InputError(f"{path.name} holds too many positions: {shape}")
            columns = {n: data[given].to_numpy() for n, given in names.items()}
            labels = _trajectory_names(data, str(data[names["lon"]].dims[0]))
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        if isinstance(error, InputError):
            raise
        # A file of no known kind gets a page of advice on installing readers.
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        known = "did not find a match" not in why
        raise InputError(
            f"{path.name} cannot be read as NetCDF{f': {why}' if known else ''}"
        ) from error
    if columns["time"].dtype.kind != "M":
        raise InputError(
            f"{path.name}: time has no units of the form 'seconds since 1970-01-01'"
        )
    padded = (
        np.isnat(columns["time"]) & np.isnan(columns["lat"]) & np.isnan(columns["lon"])
    )
    frame = pd.DataFrame(
        {
            "drifter_id": np.repeat(labels, shape[1])[~padded.ravel()],
            "time": pd.to_datetime(columns["time"].ravel()[~padded.ravel()], utc=True),
            "lat": columns["lat"].ravel()[~padded.ravel()],
            "lon": columns["lon"].ravel()[~padded.ravel()],
        }
    )
    note = (
        f"{int(padded.sum())} places of padding (no time, no position) are no records"
    )
    return frame, (note,) if padded.any() else ()


def _trajectory_names(data: object, dimension: str) -> list[str]:
    """Names of the trajectories, or their numbers from 1."""
    import xarray as xr

    assert isinstance(data, xr.Dataset)  # noqa: S101 - narrows for the type checker
    size = data.sizes[dimension]
    for name in ("drifter_names", "drifter_id", "trajectory_id", dimension, "id"):
        if name in data.variables and data[name].shape == (size,):
            values = [str(v).strip() for v in data[name].to_numpy()]
            if len(set(values)) == size and all(values):
                return values
    return [str(number) for number in range(1, size + 1)]
