"""Writing a forcing as CF-1.8 NetCDF that any program and Gyre itself reads back."""

import json
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import netCDF4
import numpy as np

from core.environment.files.attributes import SOURCE_VARIABLES, SOURCE_WARNINGS
from core.environment.forcing import Forcing
from core.errors import InputError

__all__ = ["write_forcing"]

_WAVE = "sea_surface_wave_stokes_drift"
#: Variable and CF standard name for each kind.
_NAMES = {
    "current": (
        ("uo", "eastward_sea_water_velocity"),
        ("vo", "northward_sea_water_velocity"),
    ),
    "wind": (("u10", "eastward_wind"), ("v10", "northward_wind")),
    "stokes": (
        ("ust", f"{_WAVE}_eastward_velocity"),
        ("vst", f"{_WAVE}_northward_velocity"),
    ),
    "waves": (("swh", "sea_surface_wave_significant_height"),),
}
_AXES = (
    ("time", "time_s", "seconds since 1970-01-01 00:00:00", "T", "time"),
    ("lat", "lat", "degrees_north", "Y", "latitude"),
    ("lon", "lon", "degrees_east", "X", "longitude"),
)
_WIND_HEIGHT_M = 10.0


def write_forcing(forcing: Forcing, path: Path | str) -> Path:
    """Write a forcing to a NetCDF-4 file, whole or not at all.

    Values and axes are stored as they are (float32 and float64, compressed without
    loss), so that :func:`core.environment.files.read` gives them back equal. Title,
    source, attribution, the ``simulated`` mark, the names of the variables first read
    and every warning go along.

    Parameters
    ----------
    forcing : Forcing
        What to write.
    path : Path or str
        The file; one that exists is replaced.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the folder does not exist or the file cannot be written.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise InputError(f"the folder of {path} does not exist")
    # Written beside its place and moved there, so that a stop leaves no half file.
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        with netCDF4.Dataset(part, "w", format="NETCDF4") as file:
            _fill(file, forcing)
        part.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return path


def _fill(file: netCDF4.Dataset, forcing: Forcing) -> None:
    file.Conventions = "CF-1.8"
    for key in ("title", "source", "attribution"):
        file.setncattr_string(key, getattr(forcing, key))
    file.simulated = "true" if forcing.simulated else "false"
    for key, texts in (
        (SOURCE_VARIABLES, forcing.variables),
        (SOURCE_WARNINGS, forcing.warnings),
    ):
        file.setncattr_string(key, json.dumps(list(texts)))
    for name, attribute, units, axis, standard_name in _AXES:
        values = getattr(forcing, attribute)
        file.createDimension(name, values.size)
        variable = file.createVariable(name, "f8", (name,), fill_value=False)
        variable.setncatts(
            {"standard_name": standard_name, "units": units, "axis": axis}
        )
        if axis == "T":
            variable.calendar = "standard"
        variable[:] = values
    coordinates = _height(file) if forcing.kind == "wind" else ""
    for (name, standard_name), values in zip(
        _NAMES[forcing.kind], forcing.values, strict=True
    ):
        variable = file.createVariable(
            name, "f4", ("time", "lat", "lon"), fill_value=np.float32(np.nan),
            compression="zlib", complevel=4,
        )  # fmt: skip
        unit = "m" if forcing.kind == "waves" else "m s-1"
        variable.setncatts({"standard_name": standard_name, "units": unit})
        if coordinates:
            variable.coordinates = coordinates
        variable[:] = values


def _height(file: netCDF4.Dataset) -> str:
    """Say that the wind is that at 10 m, as CF asks."""
    height = file.createVariable("height", "f8", (), fill_value=False)
    height.setncatts(
        {"standard_name": "height", "units": "m", "positive": "up", "axis": "Z"}
    )
    height[...] = _WIND_HEIGHT_M
    return "height"
