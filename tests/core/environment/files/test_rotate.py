"""Curvilinear grids, against pyproj and fields whose values are known everywhere."""

from typing import Any

import numpy as np
import pyproj
import pytest
import xarray as xr

from core.environment import open_forcing
from core.environment.files.rotate import (
    grid_angle_deg,
    regridding,
    rotated,
    separable_axes,
    unwrapped_lon,
)
from core.errors import InputError

N_Y, N_X, STEP_M = 30, 40, 20_000.0


def lambert(lon_0=15.0):
    """Positions and convergence of a Lambert grid, far from its central meridian."""
    proj = pyproj.Proj(
        f"+proj=lcc +lat_0=63 +lon_0={lon_0} +lat_1=63 +lat_2=63 +R=6371000"
    )
    x = -900_000.0 + STEP_M * np.arange(N_X)
    y = -200_000.0 + STEP_M * np.arange(N_Y)
    grid_x, grid_y = np.meshgrid(x, y)
    lon, lat = proj(grid_x, grid_y, inverse=True)
    turn = np.radians(proj.get_factors(lon, lat).meridian_convergence)
    return x, y, lat, lon, turn


def grid_file(path, *, lon_0=15.0, rows=slice(None), drop=(), lat_shift=0.0, land=()):
    """Wind of exactly 6 m/s towards east and 2 m/s towards north, along grid axes."""
    x, y, lat, lon, turn = lambert(lon_0)
    along = (6.0 + 2.0j) * np.exp(1j * turn)
    for row, column in land:
        along[row, column] = np.nan
    shared = {"units": "m/s", "grid_mapping": "lcc", "coordinates": "lon2 lat2"}
    dims, space = ("time", "y", "x"), ("y", "x")
    lat = lat + lat_shift * np.arange(N_X)
    made = xr.Dataset(
        {
            "xw": (dims, along.real[None], {"standard_name": "x_wind", **shared}),
            "yw": (dims, along.imag[None], {"standard_name": "y_wind", **shared}),
            "lat2": (space, lat, {"standard_name": "latitude"}),
            "lon2": (space, lon, {"standard_name": "longitude"}),
            "lcc": ((), 0, {
                "grid_mapping_name": "lambert_conformal_conic",
                "standard_parallel": [63.0, 63.0], "earth_radius": 6371000.0,
                "longitude_of_central_meridian": lon_0,
                "latitude_of_projection_origin": 63.0,
            }),
        },
        coords={
            "time": ("time", [0.0], {"units": "hours since 2024-01-01"}),
            "y": ("y", y, {"standard_name": "projection_y_coordinate", "units": "m"}),
            "x": ("x", x, {"standard_name": "projection_x_coordinate", "units": "m"}),
        },
    )  # fmt: skip
    made.isel(y=rows).drop_vars(list(drop)).to_netcdf(path)
    return path


def only(found):
    assert len(found) == 1
    return found[0]


WAYS: dict[str, dict[str, Any]] = {
    "both": {},
    "positions alone": {"drop": ("lcc", "x", "y")},
    "projection alone": {"drop": ("lat2", "lon2")},
    "rows from north to south": {"rows": slice(None, None, -1)},
    "over 180": {"lon_0": -165.0},
    "over Greenwich": {"lon_0": 18.0},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_uniform_wind_along_grid_axes_comes_out_uniform(tmp_path, way):
    forcing = only(open_forcing(grid_file(tmp_path / "w.nc", **WAYS[way])))
    wet = np.isfinite(forcing.u[0])
    assert 0.5 < wet.mean() < 1.0
    assert np.abs(forcing.u[0][wet] - 6.0).max() < 0.02
    assert np.abs(forcing.v[0][wet] - 2.0).max() < 0.02
    _, _, lat, lon, _ = lambert(WAYS[way].get("lon_0", 15.0))
    assert forcing.lat[0] == pytest.approx(lat.min())
    assert forcing.lon[-1] - forcing.lon[0] == pytest.approx(np.ptp(unwrapped_lon(lon)))
    assert any("curvilinear grid of 30 x 40" in text for text in forcing.warnings)
    assert any("turned to east and north" in text for text in forcing.warnings)


def test_a_box_is_cut_before_it_is_regridded(tmp_path):
    path = grid_file(tmp_path / "w.nc")
    _, _, lat, lon, _ = lambert()
    south, west = float(lat[15, 20]), float(lon[15, 20])
    part = only(open_forcing(path, bbox=(west, south, west + 1.0, south + 0.5)))
    assert part.lat.size < 15
    assert part.covers(lat=[south, south + 0.5], lon=[west, west + 1.0]).all()
    u, _ = part.at(time=part.starts_at, lat=south + 0.25, lon=west + 0.5)
    assert u == pytest.approx(6.0, abs=0.01)
    with pytest.raises(InputError, match="outside the data"):
        open_forcing(path, bbox=(100.0, 10.0, 101.0, 11.0))


@pytest.mark.parametrize("angle_deg", [20.0, 70.0])
def test_a_box_on_a_slanted_grid_is_covered_to_its_corners(tmp_path, angle_deg):
    n, step = 40, 0.05
    row, column = np.mgrid[:n, :n] * step
    turn = np.exp(1j * np.radians(angle_deg))
    place = (column + 1j * row) * turn
    lat = 40.0 + place.imag
    lon = 10.0 + place.real / np.cos(np.radians(40.0))
    dims = ("y", "x")
    made = xr.Dataset(
        {
            name: (("time", *dims), np.ones((1, n, n)), {"units": "m/s"})
            for name in ("uo", "vo")
        },
        coords={
            "time": ("time", [0.0], {"units": "hours since 2024-01-01"}),
            "lat": (dims, lat, {"units": "degrees_north"}),
            "lon": (dims, lon, {"units": "degrees_east"}),
        },
    )
    made.to_netcdf(tmp_path / "c.nc")
    rng = np.random.default_rng(5)
    for _ in range(12):
        x, y = (
            lon[20, 20] + rng.uniform(-0.3, 0.3),
            lat[20, 20] + rng.uniform(-0.2, 0.2),
        )
        w, h = rng.uniform(0.05, 0.3, 2)
        box = (x - w, y - h, x + w, y + h)
        part = only(open_forcing(tmp_path / "c.nc", bbox=box))
        corners = {"lat": [y - h, y - h, y + h, y + h], "lon": [x - w, x + w] * 2}
        assert np.all(part.at(time=part.starts_at, **corners)[0] == 1.0)
        assert not any("beyond" in text for text in part.warnings)
    box = (x - 3.0, y - 3.0, x, y)
    part = only(open_forcing(tmp_path / "c.nc", bbox=box))
    assert "the box asked for reaches beyond the data" in part.warnings


def test_projection_and_positions_that_disagree_are_refused(tmp_path):
    path = grid_file(tmp_path / "w.nc", lat_shift=0.01)
    with pytest.raises(
        InputError, match=r"angle is .* degrees different .* one of them"
    ):
        open_forcing(path)


def test_neither_positions_nor_projection_is_refused(tmp_path):
    path = grid_file(tmp_path / "w.nc", drop=("lat2", "lon2", "lcc"))
    with pytest.raises(
        InputError, match="neither latitude and longitude nor a project"
    ):
        open_forcing(path)


def test_an_unknown_projection_is_refused(tmp_path):
    made = xr.open_dataset(grid_file(tmp_path / "w.nc"), decode_cf=False).load()
    made["lcc"].attrs["grid_mapping_name"] = "\x00evil" * 50
    made.to_netcdf(tmp_path / "x.nc")
    with pytest.raises(InputError, match="projection 'lcc' not understood"):
        open_forcing(tmp_path / "x.nc")


def test_missing_positions_are_refused(tmp_path):
    made = xr.open_dataset(grid_file(tmp_path / "w.nc"), decode_cf=False).load()
    made["lat2"].values[3, 4] = np.nan
    made.to_netcdf(tmp_path / "x.nc")
    with pytest.raises(InputError, match="1 of 1200 nodes have no position"):
        open_forcing(tmp_path / "x.nc")


def test_a_land_node_stays_land_and_does_not_spread(tmp_path):
    forcing = only(open_forcing(grid_file(tmp_path / "w.nc", land=[(15, 20)])))
    whole = only(open_forcing(grid_file(tmp_path / "x.nc")))
    lost = np.isfinite(whole.u[0]) & np.isnan(forcing.u[0])
    assert 1 <= lost.sum() <= 4
    _, _, lat, lon, _ = lambert()
    rows, columns = np.nonzero(lost)
    assert np.abs(forcing.lat[rows] - lat[15, 20]).max() < 0.2
    assert np.abs(forcing.lon[columns] - lon[15, 20]).max() < 0.4
    kept = np.isfinite(forcing.u[0])
    assert np.abs(forcing.u[0][kept] - 6.0).max() < 0.02


def test_two_dimensional_positions_of_a_regular_grid_stay_regular(tmp_path):
    lon, lat = np.meshgrid([340.0, 341.0, 342.0], [10.0, 9.0])
    values = np.arange(6.0, dtype=np.float32).reshape(1, 2, 3)
    made = xr.Dataset(
        {
            "uo": (("time", "j", "i"), values, {"units": "m/s"}),
            "vo": (("time", "j", "i"), values, {"units": "m/s"}),
            "nav_lat": (("j", "i"), lat),
            "nav_lon": (("j", "i"), lon),
        },
        coords={"time": ("time", [0.0], {"units": "hours since 2024-01-01"})},
    )
    made.to_netcdf(tmp_path / "n.nc")
    forcing = only(open_forcing(tmp_path / "n.nc"))
    assert (forcing.lat.tolist(), forcing.lon.tolist()) == ([9, 10], [-20, -19, -18])
    assert np.array_equal(forcing.u, values[:, ::-1])
    assert any("are a regular grid" in text for text in forcing.warnings)


def test_the_angle_of_a_grid_is_pyprojs_convergence():
    _, _, lat, lon, turn = lambert()
    x_angle, y_angle = grid_angle_deg(lat, lon)
    # The convergence counts clockwise from north, angles here anticlockwise from east.
    assert np.abs(x_angle + np.degrees(turn)).max() < 0.01
    assert np.abs(y_angle + np.degrees(turn)).max() < 0.01


def test_turning_by_90_degrees_swaps_the_axes():
    u, v = rotated(np.array([[[3.0]]]), np.array([[[1.0]]]), np.array([[90.0]]))
    assert u == pytest.approx(-1.0)
    assert v == pytest.approx(3.0)


def test_a_field_linear_in_the_grids_own_indexes_is_exact_after_regridding():
    # Bilinear in a cell, so a field that is latitude or longitude itself is exact.
    _, _, lat, lon, _ = lambert()
    grid = regridding(lat, lon, record="f")
    fields = grid.apply(np.stack([lat, lon]))
    inside = np.isfinite(fields[0])
    north, east = np.meshgrid(grid.lat, grid.lon, indexing="ij")
    assert np.abs(fields[0][inside] - north[inside]).max() < 2e-5
    assert np.abs(fields[1][inside] - east[inside]).max() < 2e-5


def test_regridding_refuses_poles_and_half_the_globe():
    lon, lat = np.meshgrid(np.arange(0.0, 360.0, 10.0), np.arange(0.0, 60.0, 10.0))
    with pytest.raises(InputError, match="give a box of less than half the globe"):
        regridding(lat, lon, record="f")
    with pytest.raises(InputError, match="lie on one another"):
        regridding(np.zeros((3, 3)), np.zeros((3, 3)), record="f")


def test_axes_are_separable_only_if_rows_and_columns_repeat():
    lon, lat = np.meshgrid([1.0, 2.0, 4.0], [5.0, 6.0])
    axes = separable_axes(lat, lon)
    assert axes is not None
    assert (axes[0].tolist(), axes[1].tolist()) == ([5, 6], [1, 2, 4])
    assert separable_axes(lat + 0.1 * lon, lon) is None
