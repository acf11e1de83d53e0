"""Observations and measurements as CSV, Parquet and GeoJSON, with list columns.

Reading a file back gives the same records: the columns of the lists are further
columns that the readers leave aside.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd
from pandas.api import types

from core.errors import ObservationError
from core.observations._formulas import guarded
from core.observations.crosswalk import to_lists

__all__ = ["EXPORT_SUFFIXES", "export_records", "plain_columns", "write_csv"]

EXPORT_SUFFIXES: tuple[str, ...] = (".csv", ".csv.gz", ".parquet", ".geojson")
_NEEDED = ("lat", "lon", "category")
#: Features written at a time; a million records are never held as one text.
_PART_ROWS = 10_000


def export_records(frame: pd.DataFrame, path: Path | str) -> None:
    """Write records with what they are in every litter list.

    Parameters
    ----------
    frame : DataFrame
        Observations or measurements.
    path : Path or str
        Ends in one of `EXPORT_SUFFIXES`. In CSV a cell that a spreadsheet would run
        as a formula gets a leading apostrophe; GeoJSON has points in WGS 84, and null
        for a missing number.

    Raises
    ------
    ObservationError
        If the ending is none of these, or a column that every record has is missing.
    """
    path = Path(path)
    missing = [name for name in _NEEDED if name not in frame]
    if missing:
        raise ObservationError(f"records lack the column {', '.join(missing)}")
    suffix = next((s for s in EXPORT_SUFFIXES if path.name.lower().endswith(s)), "")
    if not suffix:
        raise ObservationError(
            f"{path.name} does not end in {', '.join(EXPORT_SUFFIXES)}"
        )
    out = to_lists(frame)
    if suffix == ".parquet":
        out.to_parquet(path, index=False)
    elif suffix == ".geojson":
        with path.open("w", encoding="utf-8", newline="\n") as file:
            _write_geojson(out, file)
    else:
        write_csv(out, path)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as UTF-8 CSV in which a spreadsheet finds no formula."""
    out = plain_columns(frame)
    for name in out.columns:
        if types.is_string_dtype(out[name].dtype):
            out[name] = [guarded(text) for text in out[name]]
    out.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def plain_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn times into ISO 8601 text, infinite numbers into missing ones."""
    out = frame.copy()
    for name in out.columns:
        column = out[name]
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            out[name] = ["" if pd.isna(t) else t.isoformat() for t in column]
        elif types.is_float_dtype(column.dtype):
            out[name] = column.where(np.isfinite(column.to_numpy()))
    return out


def _write_geojson(frame: pd.DataFrame, file: TextIO) -> None:
    file.write('{"type": "FeatureCollection", "features": [\n')
    between = ""
    for text in _features(plain_columns(frame)):
        file.write(between + text)
        between = ",\n"
    file.write("\n]}\n")


def _features(frame: pd.DataFrame) -> Iterator[str]:
    for start in range(0, len(frame), _PART_ROWS):
        part = frame.iloc[start : start + _PART_ROWS]
        for record in part.astype(object).to_dict("records"):
            place = [record.pop("lon"), record.pop("lat")]
            properties = {
                str(name): None if value is pd.NA or value != value else value
                for name, value in record.items()
            }
            feature = {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": place},
                "properties": properties,
            }
            yield json.dumps(feature, ensure_ascii=False, allow_nan=False)
