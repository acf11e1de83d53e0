"""A fetched file is a whole NetCDF file, or it is said what it is."""

from pathlib import Path
from typing import Literal

import netCDF4
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.environment.remote.check import lacking_in_netcdf
from core.errors import SourceError

Format = Literal[
    "NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA", "NETCDF4"
]
FORMATS: list[Format] = [
    "NETCDF3_CLASSIC",
    "NETCDF3_64BIT_OFFSET",
    "NETCDF3_64BIT_DATA",
    "NETCDF4",
]


def write(path: Path, form: Format, *, growing: bool = False) -> bytes:
    with netCDF4.Dataset(path, "w", format=form) as file:
        file.createDimension("time", None if growing else 7)
        file.createDimension("x", 501)
        for name, kind in (("u", "f4"), ("flag", "i1"), ("count", "i2")):
            values = np.arange(7 * 501).reshape(7, 501) % 100 + 1
            file.createVariable(name, kind, ("time", "x"))[:] = values
    return path.read_bytes()


@pytest.mark.parametrize("growing", [False, True])
@pytest.mark.parametrize("form", FORMATS)
def test_a_whole_file_lacks_nothing_and_a_cut_one_is_noticed(form, growing, tmp_path):
    path = tmp_path / "a.nc"
    data = write(path, form, growing=growing)
    assert lacking_in_netcdf(path) == ""
    for n_bytes in (20, len(data) // 3, len(data) - 2000):
        path.write_bytes(data[:n_bytes])
        assert "cut-off" in lacking_in_netcdf(path), n_bytes


def test_the_library_alone_would_read_zeros_from_a_cut_file(tmp_path):
    # Why the length is checked: this is what the check protects from.
    path = tmp_path / "a.nc"
    data = write(path, "NETCDF3_CLASSIC")
    path.write_bytes(data[: len(data) // 2])
    with netCDF4.Dataset(path) as file:
        assert int(file["count"][-1, -1]) == 0
    assert "cut-off" in lacking_in_netcdf(path)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"<!DOCTYPE html><html><title>Log in</title>", "a web page, 'Log in'"),
        (b'Error { code=404; message="gone"; }', "gone"),
        (b'{"message": "gone"}', "gone"),
        (b"GRIB\x00\x00\x00\x02", "a GRIB file"),
        (b"\x1f\x8b\x08\x00", "a gzip archive"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"time,u\n1,2\n", "time,u 1,2"),
        (b"CDF\x09\x00\x00\x00\x00", "a file that begins with 4344460900000000"),
    ],
)
def test_other_files_are_named(data, what, tmp_path):
    path = tmp_path / "a.nc"
    path.write_bytes(data)
    with pytest.raises(SourceError, match="expected a NetCDF file, got") as caught:
        lacking_in_netcdf(path)
    assert str(caught.value).endswith(what)


def test_a_file_without_anything_in_it_is_no_data(tmp_path):
    path = tmp_path / "a.nc"
    with netCDF4.Dataset(path, "w"):
        pass
    with pytest.raises(SourceError, match="empty HDF5 file"):
        lacking_in_netcdf(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FORMATS[:2]), st.binary(max_size=200))
def test_no_bytes_after_a_good_beginning_do_more_than_lack(tmp_path, form, tail):
    path = tmp_path / "a.nc"
    path.write_bytes((b"CDF\x01" if form == FORMATS[0] else b"CDF\x02") + tail)
    lacking = lacking_in_netcdf(path)
    assert lacking == "" or "cut-off" in lacking
