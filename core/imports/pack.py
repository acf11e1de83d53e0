"""Model fields and tables without a place, as files."""

import hashlib
import io
import json
from typing import Any

import numpy as np
import pandas as pd

from core.errors import StorageError
from core.observations.importers import GridField
from core.storage import Store

__all__ = ["field_record", "model_field", "table_bytes"]

_ARRAYS = ("lat", "lon", "value", "cell_area_km2")


def field_record(store: Store, field: GridField) -> dict[str, Any]:
    """Keep the grid of a field as a file; return its row for ``store.model_fields``."""
    words = {"name": field.name, "quantity": field.quantity, "source": field.source}
    out = io.BytesIO()
    np.savez_compressed(
        out,
        words=np.frombuffer(json.dumps(words).encode(), dtype=np.uint8),
        total=np.float64(field.total),
        lat=field.lat,
        lon=field.lon,
        value=field.value,
        cell_area_km2=field.cell_area_km2,
    )
    # Of the content, not of the packed bytes, which differ between versions of zlib.
    digest = hashlib.sha256(json.dumps(words, sort_keys=True).encode())
    for name in _ARRAYS:
        digest.update(np.ascontiguousarray(getattr(field, name)).tobytes())
    return {
        "field_id": digest.hexdigest()[:16],
        **words,
        "n_lat": len(field.lat),
        "n_lon": len(field.lon),
        "total": float(field.total),
        "sha256": store.files.put(out.getvalue()),
    }


def model_field(store: Store, field_id: str) -> GridField:
    """Return a kept model field with its grid.

    Raises
    ------
    NotFoundError
        If there is no such field, or its file is gone.
    StorageError
        If its file cannot be read.
    """
    data = store.files.get(store.model_fields.get(field_id)["sha256"])
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as grid:
            words = json.loads(grid["words"].tobytes())
            arrays = {name: grid[name] for name in _ARRAYS}
            total = float(grid["total"])
    except (KeyError, ValueError, OSError) as error:
        raise StorageError(f"model field {field_id} cannot be read") from error
    return GridField(total=total, **words, **arrays)


def table_bytes(frame: pd.DataFrame) -> bytes:
    """Return a table as Parquet; columns of mixed types as text."""
    out = io.BytesIO()
    plain = {
        name: column.map(str) if column.dtype == object else column
        for name, column in frame.items()
    }
    pd.DataFrame(plain).to_parquet(out, index=False)
    return out.getvalue()
