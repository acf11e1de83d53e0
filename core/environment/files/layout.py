"""How a variable lies: which dimension is time, level, latitude, longitude."""

import re
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from core.environment.files.values import read_axis
from core.environment.text import clean_text
from core.errors import InputError

__all__ = ["Layout", "find_layout", "text_of"]

_NORTH = re.compile(r"^degrees?_?n(orth)?$", re.IGNORECASE)
_EAST = re.compile(r"^degrees?_?e(ast)?$", re.IGNORECASE)
_STANDARD_ROLES = {
    "latitude": "lat", "longitude": "lon", "time": "time",
    "projection_y_coordinate": "y", "projection_x_coordinate": "x",
    "grid_latitude": "y", "grid_longitude": "x",
    "depth": "level", "height": "level", "altitude": "level", "air_pressure": "level",
    "model_level_number": "level", "height_above_mean_sea_level": "level",
    "realization": "member",
    "forecast_reference_time": "other", "forecast_period": "other",
}  # fmt: skip
_NAME_ROLES = {
    **dict.fromkeys(("lat", "latitude", "nav_lat", "xlat", "lat_rho", "tlat"), "lat"),
    **dict.fromkeys(("lon", "longitude", "nav_lon", "xlong", "lon_rho", "tlon",
                     "long", "tlong"), "lon"),
    **dict.fromkeys(("time", "ocean_time", "valid_time", "time_counter", "t"), "time"),
    **dict.fromkeys(("depth", "deptht", "depthu", "depthv", "lev", "level", "height",
                     "altitude", "s_rho", "sigma", "z", "siglay",
                     "isobaric", "plev", "pressure"), "level"),
    **dict.fromkeys(("y", "j", "nj", "rlat", "south_north", "eta", "eta_rho", "yc",
                     "eta_v", "eta_u"), "y"),
    **dict.fromkeys(("x", "i", "ni", "rlon", "west_east", "xi", "xi_rho", "xc",
                     "xi_u", "xi_v"), "x"),
    **dict.fromkeys(("member", "realization", "ensemble", "number", "ensemble_member"),
                    "member"),
}  # fmt: skip
_STAGGERED = re.compile(r"^(xi|eta)_(u|v|psi)$|_stag$|^(x|y)_(u|v)$", re.IGNORECASE)
#: A current from deeper than this is not what moves floating debris. Assumption.
_DEEP_M = 20.0
_WIND_HEIGHT_M = 10.0
#: Metres in the units of depth and height that are not metres.
_LENGTHS_M = {"cm": 0.01, "centimeter": 0.01, "centimeters": 0.01, "km": 1000.0}


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Names of a variable's dimensions and coordinates.

    ``fixed`` are dimensions of which one index is taken; ``two_d`` tells that
    latitude and longitude have two dimensions each (``lat`` and ``lon`` may then be
    empty and follow from the projection).
    """

    y_dim: str
    x_dim: str
    time_dim: str = ""
    time: str = ""
    lat: str = ""
    lon: str = ""
    two_d: bool = False
    fixed: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def text_of(variable: xr.Variable, key: str) -> str:
    """Text of an attribute, empty where there is none."""
    return clean_text(variable.attrs.get(key, ""), longest=200)


def find_layout(dataset: xr.Dataset, name: str, *, kind: str, record: str) -> Layout:
    """Find what each dimension of a variable is.

    Raises
    ------
    InputError
        If time, latitude or longitude cannot be told, or a further dimension would
        have to be chosen from without a reason.
    """
    variable = dataset.variables[name]
    said = f"{record}, {clean_text(name, longest=80)}"
    dims = [str(dim) for dim in variable.dims]
    for dim in dims:
        if _STAGGERED.search(dim):
            raise InputError(
                f"{said} lies on {', '.join(dims)}: a staggered grid; average both "
                "components to the grid's centres and turn them by its angle first "
                "(needed: u and v on one grid of latitude and longitude)"
            )
    roles: dict[str, tuple[str, str]] = {}  # role: (dimension, coordinate)
    fixed: dict[str, int] = {}
    notes: list[str] = []
    for dim in dims:
        role, coordinate = _dimension_role(dataset, dim)
        n = dataset.sizes[dim]
        if role in {"time", "lat", "lon", "y", "x"} and role not in roles:
            roles[role] = (dim, coordinate)
        elif role == "level":
            fixed[dim], note = _level(dataset, coordinate, n, kind=kind, said=said)
            notes.append(note)
        elif n == 1:
            fixed[dim] = 0
        elif role == "member":
            raise InputError(
                f"{said}: {n} members along {dim!r}; write one member to a file"
            )
        else:
            roles.setdefault(f"?{dim}", (dim, ""))
    notes += _scalar_levels(dataset, name, dims, kind=kind, record=record)
    y = roles.get("lat") or roles.get("y")
    x = roles.get("lon") or roles.get("x")
    unknown = [dim for role, (dim, _) in roles.items() if role.startswith("?")]
    if y is None and x is None and unknown == dims[-2:]:
        # Two last dimensions without a name: latitude and longitude over both.
        y, x, unknown = (dims[-2], ""), (dims[-1], ""), []
    if unknown or y is None or x is None:
        raise InputError(
            f"{said}: dimensions {', '.join(map(clean_text, dims))}; expected time, "
            "latitude and longitude"
            + (
                f"; {', '.join(map(clean_text, unknown))} not understood"
                if unknown
                else ""
            )
        )
    time_dim, time = roles.get("time", ("", ""))
    if not time and not time_dim:
        time = _scalar_time(dataset)
    if not time:
        raise InputError(
            f"{said}: no time coordinate; expected a variable 'time' with a unit like "
            "'hours since 1950-01-01'"
        )
    if "lat" in roles and "lon" in roles:
        lat, lon, two_d = y[1], x[1], False
    else:
        lat, lon = _two_d(dataset, name, y[0], x[0])
        two_d = True
    return Layout(
        y_dim=y[0], x_dim=x[0], time_dim=time_dim, time=time, lat=lat, lon=lon,
        two_d=two_d, fixed=fixed, notes=tuple(note for note in notes if note),
    )  # fmt: skip


def coordinate_role(name: str, variable: xr.Variable) -> str:
    """Tell what a coordinate is, from standard name, unit, axis and name in turn."""
    standard = text_of(variable, "standard_name").lower()
    if standard in _STANDARD_ROLES:
        return _STANDARD_ROLES[standard]
    units = text_of(variable, "units")
    if _NORTH.match(units):
        return "lat"
    if _EAST.match(units):
        return "lon"
    axis = text_of(variable, "axis").upper()
    lowered = name.lower()
    if axis == "T" or " since " in units.lower():
        return "time" if "ref" not in lowered and "run" not in lowered else "other"
    if axis == "Z" or "positive" in variable.attrs or standard.startswith("ocean_s"):
        return "level"
    if lowered in _NAME_ROLES:
        return _NAME_ROLES[lowered]
    if lowered.startswith(("height_above", "depth_below")):
        return "level"
    return {"Y": "y", "X": "x"}.get(axis, "")


def _dimension_role(dataset: xr.Dataset, dim: str) -> tuple[str, str]:
    names = [dim] if dim in dataset.variables else []
    names += [
        str(name)
        for name, variable in dataset.variables.items()
        if variable.dims == (dim,) and name != dim
    ]
    found = [
        (coordinate_role(name, dataset.variables[name]), name)
        for name in names
        if dataset.variables[name].dims == (dim,)
    ]
    for wanted in ({"time", "lat", "lon"}, {"level", "member"}, {"y", "x"}):
        for role, name in found:
            if role in wanted:
                return role, name
    # Without a coordinate a name tells which way a dimension runs, not where.
    role = _NAME_ROLES.get(dim.lower(), "")
    return {"lat": "y", "lon": "x"}.get(role, role), ""


def _two_d(dataset: xr.Dataset, name: str, y_dim: str, x_dim: str) -> tuple[str, str]:
    """Two-dimensional latitude and longitude of a variable, empty where missing."""
    named = text_of(dataset.variables[name], "coordinates").split()
    names = [n for n in named if n in dataset.variables]
    names += [str(n) for n in dataset.variables if n not in names]
    found = {"lat": "", "lon": ""}
    for candidate in names:
        variable = dataset.variables[candidate]
        role = coordinate_role(candidate, variable)
        if set(variable.dims) == {y_dim, x_dim} and found.get(role) == "":
            found[role] = candidate
    return found["lat"], found["lon"]


def _scalar_time(dataset: xr.Dataset) -> str:
    for name, variable in dataset.variables.items():
        if variable.size == 1 and coordinate_role(str(name), variable) == "time":
            return str(name)
    return ""


def _level(
    dataset: xr.Dataset, coordinate: str, n: int, *, kind: str, said: str
) -> tuple[int, str]:
    """Index of the level to take, and what to say of it."""
    if not coordinate:
        if n == 1:
            return 0, ""
        raise InputError(f"{said}: {n} levels without a coordinate to choose by")
    variable = dataset.variables[coordinate]
    values = read_axis(dataset, coordinate, record=said).ravel()
    if not np.all(np.isfinite(values)):
        raise InputError(f"{said}: level {clean_text(coordinate)!r} is not a number")
    unit = text_of(variable, "units")
    if unit.lower() in {"pa", "hpa", "mbar", "millibar", "mb", "millibars"}:
        raise InputError(
            f"{said}: levels of pressure ({unit}); expected the wind at 10 m above "
            "the sea or the current at the surface"
        )
    factor = _LENGTHS_M.get(unit.lower(), 1.0)
    if factor != 1.0:
        values, unit = values * factor, "m"
    target = _WIND_HEIGHT_M if kind == "wind" else 0.0
    index = int(np.argmin(np.abs(np.abs(values) - target)))
    return index, _level_note(float(values[index]), unit, n, kind=kind)


def _level_note(value: float, unit: str, n: int, *, kind: str) -> str:
    shown = f"{value:.3g} {unit}".strip()
    chosen = f"level {shown} taken of {n}" if n > 1 else f"level {shown}"
    if kind == "wind":
        near = abs(abs(value) - _WIND_HEIGHT_M) < 0.5
        return (
            ""
            if near and n == 1
            else chosen
            + ("" if near else "; the wind at 10 m is what windage is meant for")
        )
    if abs(value) > _DEEP_M:
        return f"{chosen}: not the surface that moves floating debris"
    return chosen


def _scalar_levels(
    dataset: xr.Dataset, name: str, dims: list[str], *, kind: str, record: str
) -> list[str]:
    """Say what depth or height stands as a single number beside the variable."""
    named = text_of(dataset.variables[name], "coordinates").split()
    notes = []
    for candidate in named:
        variable = dataset.variables.get(candidate)
        if variable is None or variable.size != 1 or set(variable.dims) & set(dims):
            continue
        if coordinate_role(candidate, variable) == "level":
            _, note = _level(dataset, candidate, 1, kind=kind, said=record)
            notes.append(note)
    return notes
