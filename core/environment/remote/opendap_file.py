"""Fetched parts of a grid as one NetCDF file, joined across the seam of longitudes."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import netCDF4
import numpy as np
import numpy.typing as npt

from core.environment.remote.box import Box
from core.environment.remote.http import GuardedClient
from core.environment.remote.http_socket import Deadline
from core.environment.remote.opendap import (
    Axis,
    RemoteGrid,
    Selection,
    select,
    what_there_is,
)

__all__ = ["bring_by_dap", "joined", "write_netcdf"]

Arrays = dict[str, npt.NDArray[np.generic]]
_FULL_TURN = 360.0


def bring_by_dap(
    client: GuardedClient,
    base: str,
    names: tuple[str, ...],
    box: Box,
    part: Path,
    *,
    deadline: Deadline,
) -> str:
    """Fetch a part of a grid over DAP and write it to a file.

    Parameters
    ----------
    client : GuardedClient
        Asks the server.
    base : str
        Address of the dataset.
    names : tuple of str
        Variables; empty means those that move debris.
    box : Box
        Area and time.
    part : Path
        Where to write.
    deadline : Deadline
        For all requests together.

    Returns
    -------
    str
        Why there is no file; empty if there is one.

    Raises
    ------
    InputError, SourceRefused, SourceTimeout, SourceError
        As ``RemoteForcing.fetch_opendap``.
    """
    with TemporaryDirectory(prefix=".part-", dir=part.parent) as folder:
        grid = RemoteGrid(client, base, folder=Path(folder), deadline=deadline)
        variables = grid.choose(names)
        axes = grid.axes(variables[0])
        selections = select(axes, box)
        if not selections:
            return what_there_is(axes)
        parts = [grid.fetch(variables, selection) for selection in selections]
    dims = variables[0].dims
    coordinates, arrays = joined(axes, dims, selections, parts)
    write_netcdf(
        part,
        dims=dims,
        coordinates=coordinates,
        arrays=arrays,
        attributes=grid.attributes,
    )
    return ""


def joined(
    axes: tuple[Axis, ...],
    dims: tuple[str, ...],
    selections: list[Selection],
    parts: list[Arrays],
) -> tuple[Arrays, Arrays]:
    """Put parts of a grid side by side, from west to east.

    Of several parts the longitudes are made to rise without a jump, the first in
    [-180, 180); a node that stands in two (0 and 360) is kept once.

    Returns
    -------
    coordinates, arrays : dict, dict
        By name of the axis and of the variable.
    """
    lon = next(axis for axis in axes if axis.role == "lon")
    runs = selections[0].runs
    coordinates = {
        a.name: a.stored[runs[a.name][0] : runs[a.name][1] + 1] for a in axes
    }
    if len(parts) == 1:
        return coordinates, dict(parts[0])
    steps = (np.diff(lon.values) + 180.0) % _FULL_TURN - 180.0
    order = slice(None, None, -1 if np.median(steps) < 0.0 else 1)
    pieces: list[npt.NDArray[np.float64]] = []
    kept: list[npt.NDArray[np.int64]] = []
    last = -np.inf
    for selection in selections:
        first, end = selection.runs[lon.name]
        values = np.unwrap(lon.values[first : end + 1], period=_FULL_TURN)[order]
        # The first part begins in [-180, 180), the others go on from the one before.
        low = -180.0 if not pieces else last
        values = values + _FULL_TURN * np.ceil((low - values[0] - 1e-6) / _FULL_TURN)
        is_new = values > last + 1e-6
        pieces.append(values[is_new])
        kept.append(np.arange(values.size)[order][is_new])
        last = float(values[-1])
    along = dims.index(lon.name)
    arrays = {
        name: np.concatenate(
            [
                np.take(part[name], index, axis=along)
                for index, part in zip(kept, parts, strict=True)
            ],
            axis=along,
        )
        for name in parts[0]
    }
    coordinates[lon.name] = np.concatenate(pieces).astype(lon.stored.dtype)
    return coordinates, arrays


def write_netcdf(
    path: Path,
    *,
    dims: tuple[str, ...],
    coordinates: Arrays,
    arrays: Arrays,
    attributes: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write arrays as the server stores them, with their attributes.

    Parameters
    ----------
    path : Path
        Written anew.
    dims : tuple of str
        Axes of every array.
    coordinates, arrays : dict
        Values by name.
    attributes : mapping
        By variable; those of the dataset under ``""``.
    """
    with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
        file.setncatts(_usable(attributes.get("", {})))
        for name in dims:
            file.createDimension(name, len(coordinates[name]))
        shapes = {name: (name,) for name in coordinates} | dict.fromkeys(arrays, dims)
        for name, values in (coordinates | arrays).items():
            own = _usable(attributes.get(name, {}))
            fill = own.pop("_FillValue", None)
            if fill is not None:
                fill = np.asarray(fill).astype(values.dtype)
            variable = file.createVariable(
                name,
                values.dtype.str[1:],
                shapes[name],
                fill_value=fill,
                zlib=True,
                complevel=1,
            )
            variable.set_auto_maskandscale(False)
            variable.setncatts(own)
            variable[:] = values


def _usable(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the attributes that NetCDF can hold; what DAP adds is left out."""
    found: dict[str, Any] = {}
    for name, value in attributes.items():
        if name.startswith(("DODS", "_Chunk", "_NC", "_Coordinate")) or "/" in name:
            continue
        if isinstance(value, str | int | float):
            found[name] = value
        elif isinstance(value, list) and value:
            same = len({isinstance(v, str) for v in value}) == 1
            text = not same or isinstance(value[0], str)
            found[name] = " ".join(map(str, value)) if text else np.asarray(value)
    return found
