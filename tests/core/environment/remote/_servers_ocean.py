"""A small sea behind a DAP 2 server (pydap's own) and an ERDDAP-like griddap page."""

import json
import re
import warnings
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote

import numpy as np
import pandas as pd
import xarray as xr

from tests.core.environment.remote._servers import Route, send

with warnings.catch_warnings():
    # webob, which pydap's server needs too, imports cgi on Python 3.11 and 3.12.
    warnings.filterwarnings("ignore", "'cgi' is deprecated", DeprecationWarning)
    from pydap.handlers.lib import BaseHandler
    from pydap.model import BaseType, DatasetType, GridType
    from webob import Request

#: First frame of every sea here.
START = pd.Timestamp("2024-03-01T00:00:00Z").to_pydatetime()


def sea(
    *,
    lon: np.ndarray | None = None,
    lat: np.ndarray | None = None,
    hours: int = 48,
    depth: np.ndarray | None = None,
) -> xr.Dataset:
    """Simulated currents whose value at a node tells which node it is.

    ``u`` is the longitude in -180..180 over 100, ``v`` the latitude over 100, plus
    the hour over 10,000; written raw, as a server holds it.
    """
    lon = np.arange(0.0, 360.0, 2.0) if lon is None else lon
    lat = np.arange(60.0, -61.0, -2.0) if lat is None else lat
    t = np.arange(float(hours))
    east = (lon + 180.0) % 360.0 - 180.0
    u = east[None, None, :] / 100 + 0 * lat[None, :, None] + t[:, None, None] / 1e4
    v = lat[None, :, None] / 100 + 0 * lon[None, None, :] + t[:, None, None] / 1e4
    dims: tuple[str, ...] = ("time", "latitude", "longitude")
    coords = {
        "time": ("time", t, {"units": "hours since 2024-03-01", "axis": "T"}),
        "latitude": ("latitude", lat, {"units": "degrees_north"}),
        "longitude": ("longitude", lon, {"units": "degrees_east"}),
    }
    if depth is not None:
        dims = ("time", "depth", "latitude", "longitude")
        u, v = (np.stack([a - 9.0 * (d != 0) for d in depth], axis=1) for a in (u, v))
        coords["depth"] = ("depth", depth, {"units": "m", "positive": "down"})
    names = {"uo": "eastward_sea_water_velocity", "vo": "northward_sea_water_velocity"}
    return xr.Dataset(
        {
            name: (
                dims,
                values.astype("f4"),
                {"units": "m s-1", "standard_name": names[name], "_FillValue": 1e20},
            )
            for name, values in (("uo", u), ("vo", v))
        },
        coords=coords,
        attrs={"title": "Simulated sea", "Conventions": "CF-1.8"},
    )


def dap_route(sea: xr.Dataset) -> Route:
    """Serve a sea by pydap's own server classes."""
    plain = {"NC_GLOBAL": dict(sea.attrs)}
    dataset = DatasetType("sea", attributes=plain)
    for name, axis in sea.coords.items():
        dataset[name] = BaseType(
            name, axis.values, dims=(name,), attributes=dict(axis.attrs)
        )
    for name, array in sea.data_vars.items():
        grid = GridType(name, attributes=dict(array.attrs))
        grid[name] = BaseType(
            name, array.values, dims=array.dims, attributes=dict(array.attrs)
        )
        for dim in array.dims:
            grid[dim] = BaseType(dim, sea[dim].values, dims=(dim,))
        dataset[name] = grid
    app = BaseHandler(dataset)

    def answer(request: BaseHTTPRequestHandler) -> None:
        response = Request.blank(request.path).get_response(app)
        send(
            response.body,
            status=response.status_int,
            content_type=response.content_type or "application/octet-stream",
        )(request)

    return answer


def dap_routes(sea: xr.Dataset, *, base: str = "/dap/sea.nc") -> dict[str, Route]:
    route = dap_route(sea)
    return {base + ending: route for ending in (".dds", ".das", ".dods")}


def griddap_error(code: int, message: str) -> Route:
    """An error as ERDDAP words it."""
    text = f"Error {{\n    code={code};\n    message={json.dumps(message)};\n}}\n"
    return send(text.encode(), status=code, content_type="text/plain;charset=UTF-8")


def griddap_routes(sea: xr.Dataset, *, dataset: str = "sim_sea") -> dict[str, Route]:
    """Serve a sea as ERDDAP does: DAP pages, and ``.nc`` by values in brackets."""
    # ERDDAP serves time as seconds since 1970, whatever the source has.
    seconds = START.timestamp() + sea["time"].to_numpy() * 3600.0
    units = {"units": "seconds since 1970-01-01T00:00:00Z", "axis": "T"}
    sea = sea.assign_coords(time=("time", seconds, units))
    base = f"/erddap/griddap/{dataset}"

    def nc(request: BaseHTTPRequestHandler) -> None:
        _griddap_nc(sea, unquote(request.path.partition("?")[2]))(request)

    return dap_routes(sea, base=base) | {f"{base}.nc": nc}


def _griddap_nc(sea: xr.Dataset, query: str) -> Route:
    parts: dict[str, list[tuple[str, str, str]]] = {}
    for text in query.split(",") if query else []:
        name = text.partition("[")[0]
        parts[name] = re.findall(r"\[\(([^)]*)\):(\d+):\(([^)]*)\)\]", text)
    wanted = {}
    for name, brackets in parts.items():
        if name not in sea:
            return griddap_error(
                400, f"Bad Request: Query error: Unrecognized variable={name}"
            )
        array = sea[name]
        if len(brackets) != array.ndim:
            return griddap_error(400, "Bad Request: Query error: wrong number of []")
        for dim, (start, step, stop) in zip(array.dims, brackets, strict=True):
            values = sea[dim].to_numpy()
            ends = []
            for value in (start, stop):
                number = (
                    pd.Timestamp(value).timestamp() if dim == "time" else float(value)
                )
                if not values.min() <= number <= values.max():
                    return griddap_error(
                        404,
                        "Not Found: Your query produced no matching results. (Query "
                        f'error: For variable={name} axis "{dim}" {value} is out of '
                        "range)",
                    )
                ends.append(int(np.abs(values - number).argmin()))
            if ends[0] > ends[1]:
                return griddap_error(
                    400, f"Bad Request: Query error: {dim} start is after stop"
                )
            array = array.isel({dim: slice(ends[0], ends[1] + 1, int(step))})
        wanted[name] = array
    return send(netcdf_bytes(xr.Dataset(wanted)), content_type="application/x-netcdf")


def netcdf_bytes(sea: xr.Dataset) -> bytes:
    """A NetCDF file of a sea, in the classic format that ERDDAP sends."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sea.nc"
        sea.to_netcdf(path, format="NETCDF3_CLASSIC", engine="netcdf4")
        return path.read_bytes()
