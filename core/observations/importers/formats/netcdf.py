"""NetCDF: records at points as a table, grids by their coordinates only.

Fill values, scale and offset, and times are decoded by xarray as CF says.
"""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import xarray as xr

from core.errors import ObservationError
from core.observations._faults import shown
from core.observations.importers.base import RawTable
from core.observations.importers.formats._limits import MAX_CELLS, MAX_COLUMNS, head

__all__ = ["netcdf_tables"]

_LAT = ("lat", "latitude")
_LON = ("lon", "longitude")


def netcdf_tables(path: Path) -> tuple[RawTable, ...]:
    """Read a NetCDF file of points, or the axes of a grid.

    Points are recognised by ``featureType`` or by one dimension that latitude and
    longitude share; each variable along it is a column. A grid gives one table named
    ``grid`` whose columns are its axes (shorter ones end in NaN) and whose ``units``
    name every variable; the profile opens the file itself.

    Parameters
    ----------
    path : Path
        NetCDF 3 or 4.

    Raises
    ------
    ObservationError
        If it is broken, or neither.
    """
    is_classic = head(path).startswith(b"CDF")
    engine = "scipy" if is_classic else "h5netcdf"
    try:
        if not is_classic:
            # What fails while h5netcdf starts leaves a half-made object of it behind.
            with h5py.File(path) as file:
                file.attrs.get("_nc3_strict")
        with xr.open_dataset(path, engine=engine) as data:
            return (_table(data, path),)
    except ObservationError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ObservationError(
            f"{path.name} is no readable NetCDF file: {shown(error)}"
        ) from error
    except (RuntimeError, IndexError, OverflowError, EOFError) as error:
        raise ObservationError(
            f"{path.name} is no readable NetCDF file: {shown(error)}"
        ) from error


def _table(data: xr.Dataset, path: Path) -> RawTable:
    lat, lon = _coordinate(data, _LAT), _coordinate(data, _LON)
    if lat is None or lon is None:
        raise ObservationError(
            f"{path.name} has no latitude and longitude; it has: "
            f"{', '.join(map(shown, list(data.variables)[:20]))}"
        )
    if lat.dims == lon.dims and len(lat.dims) == 1:
        return _points(data, str(lat.dims[0]), path)
    if len(lat.dims) == 1 and len(lon.dims) == 1:
        return _grid(data, path)
    kind = data.attrs.get("featureType", "none stated")
    raise ObservationError(
        f"{path.name} has latitude along {lat.dims} and longitude along {lon.dims}: "
        f"neither points nor a grid (featureType: {shown(kind)})"
    )


def _coordinate(data: xr.Dataset, names: tuple[str, ...]) -> xr.DataArray | None:
    """Variable that CF or its name says is the coordinate."""
    by_name = {str(name).lower(): str(name) for name in data.variables}
    for name in data.variables:
        if data[name].attrs.get("standard_name") == names[1]:
            return data[name]
    for wanted in names:
        if wanted in by_name:
            return data[by_name[wanted]]
    return None


def _points(data: xr.Dataset, dimension: str, path: Path) -> RawTable:
    along = [name for name in data.variables if data[name].dims == (dimension,)]
    n = data.sizes[dimension]
    if n * len(along) > MAX_CELLS or len(along) > MAX_COLUMNS:
        raise ObservationError(f"{path.name} is too large: {n} records")
    frame = pd.DataFrame({str(name): _column(data[name]) for name in along})
    aside = len(data.variables) - len(along)
    return RawTable(
        name=dimension,
        frame=frame,
        rows=np.arange(1, n + 1),
        file=path.name,
        kind="netcdf",
        notes={"variables_left_aside": aside} if aside else {},
        units=_units(data),
        path=path,
    )


def _column(variable: xr.DataArray) -> Any:
    values = variable.to_numpy()
    if values.dtype.kind in "SO":
        return pd.Series(
            [
                v.decode("utf-8", "replace") if isinstance(v, bytes) else v
                for v in values
            ],
            dtype="object",
        )
    return values


def _grid(data: xr.Dataset, path: Path) -> RawTable:
    axes = {
        str(name): pd.Series(data[name].to_numpy())
        for name in data.coords
        if data[name].ndim == 1 and data[name].size * len(data.coords) < MAX_CELLS
    }
    frame = pd.DataFrame(axes)
    return RawTable(
        name="grid",
        frame=frame,
        rows=np.arange(1, len(frame) + 1),
        file=path.name,
        kind="netcdf",
        units=_units(data),
        path=path,
    )


def _units(data: xr.Dataset) -> dict[str, str]:
    """Return the unit of every variable; empty where it states none."""
    return {
        str(name): str(data[name].attrs.get("units", "")) for name in data.variables
    }
