"""Reading files: how variables, axes, units and times are found."""

import shutil
from datetime import UTC, datetime

import numpy as np
import pytest
import xarray as xr

from core.environment import open_forcing

T0 = datetime(2024, 1, 1, tzinfo=UTC).timestamp()
LAT, LON = np.array([10.0, 11.0, 12.5]), np.array([20.0, 21.0, 22.0, 24.0])
U_NAME, V_NAME = "eastward_sea_water_velocity", "northward_sea_water_velocity"


def field(n_times=3, lat=LAT, lon=LON):
    """Values that tell their own place: 0.1 per hour, 0.01 per degree."""
    hours = np.arange(n_times)[:, None, None]
    return (
        0.1 * hours + 0.01 * np.asarray(lat)[:, None] + 0.0001 * np.asarray(lon)
    ).astype(np.float32)


def dataset(*, lat=LAT, lon=LON, n_times=3, names=("uo", "vo"), **attrs):
    """A plain CF dataset that tests then spoil; ``attrs`` go to both components."""
    u = field(n_times, lat, lon)
    shared = {"units": "m s-1", **attrs}
    made = xr.Dataset(
        {
            names[0]: (("time", "lat", "lon"), u, {"standard_name": U_NAME, **shared}),
            names[1]: (("time", "lat", "lon"), -u, {"standard_name": V_NAME, **shared}),
        },
        coords={
            "time": ("time", np.arange(n_times, dtype=float),
                     {"units": "hours since 2024-01-01", "standard_name": "time"}),
            "lat": ("lat", np.asarray(lat, float), {"standard_name": "latitude"}),
            "lon": ("lon", np.asarray(lon, float), {"standard_name": "longitude"}),
        },
    )  # fmt: skip
    for variable in made.variables.values():
        variable.encoding["_FillValue"] = None
    return made


@pytest.fixture
def saved(tmp_path):
    def save(made, name="c.nc", engine="netcdf4", format="NETCDF4"):
        made.to_netcdf(tmp_path / name, engine=engine, format=format)
        return tmp_path / name

    return save


def only(found):
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("engine", "format"),
    [("netcdf4", "NETCDF4"), ("netcdf4", "NETCDF3_CLASSIC"),
     ("netcdf4", "NETCDF3_64BIT_DATA"), ("h5netcdf", "NETCDF4")],
)  # fmt: skip
def test_a_plain_cf_file_opens_without_a_warning(saved, engine, format):
    forcing = only(open_forcing(saved(dataset(), engine=engine, format=format)))
    assert (forcing.kind, forcing.warnings) == ("current", ())
    assert np.array_equal(forcing.time_s, T0 + 3600.0 * np.arange(3))
    assert np.array_equal(forcing.lat, LAT)
    assert np.array_equal(forcing.lon, LON)
    assert np.array_equal(forcing.u, field())
    assert np.array_equal(forcing.v, -field())
    assert forcing.variables == ("uo", "vo")
    assert len(forcing.sha256) == 64


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_zarr_folder_and_zip_hold_the_same(tmp_path, zarr_format):
    dataset().to_zarr(tmp_path / "c.zarr", zarr_format=zarr_format, consolidated=False)
    shutil.make_archive(str(tmp_path / "c"), "zip", tmp_path / "c.zarr")
    for name in ("c.zarr", "c.zip"):
        forcing = only(open_forcing(tmp_path / name))
        assert np.array_equal(forcing.u, field())
        assert len(forcing.sha256) == 64
