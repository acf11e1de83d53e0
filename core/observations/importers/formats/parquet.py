"""Parquet tables, with or without a geometry column."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import ObservationError
from core.observations.importers.base import RawTable
from core.observations.importers.formats._features import table_of_features
from core.observations.importers.formats._limits import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_UNPACKED_BYTES,
)
from core.observations.importers.formats._tables import unique_names

__all__ = ["parquet_tables"]


def parquet_tables(path: Path) -> tuple[RawTable, ...]:
    """Read a Parquet file into one table with the types it has.

    Raises
    ------
    ObservationError
        If it is broken or unpacks to more than the limits.
    """
    try:
        file = pq.ParquetFile(path)
        _check(file, path.name)
        if b"geo" in (file.schema_arrow.metadata or {}):
            import geopandas as gpd

            return (table_of_features(gpd.read_parquet(path), path, "parquet"),)
        table = file.read()
        table.validate(full=True)  # text that is no UTF-8 would fail much later
        frame = table.to_pandas()
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, ObservationError):
            raise
        raise ObservationError(f"{path.name} is no readable Parquet file") from error
    return (_table(frame, path),)


def _check(file: pq.ParquetFile, name: str) -> None:
    meta = file.metadata
    sizes = (meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
    if sum(sizes) > MAX_UNPACKED_BYTES or meta.num_rows * meta.num_columns > MAX_CELLS:
        raise ObservationError(f"{name} is too large: {meta.num_rows} rows")
    if meta.num_columns > MAX_COLUMNS:
        raise ObservationError(f"{name} has over {MAX_COLUMNS} columns")


def _table(frame: pd.DataFrame, path: Path) -> RawTable:
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index()
    frame = frame.reset_index(drop=True)
    frame.columns = pd.Index(unique_names(list(frame.columns)))
    return RawTable(
        name="",
        frame=frame,
        rows=np.arange(1, len(frame) + 1),
        file=path.name,
        kind="parquet",
        path=path,
    )
