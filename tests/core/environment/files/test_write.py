import netCDF4
import numpy as np
import pytest
from hypothesis import given, settings

from core.environment import Forcing, open_forcing
from core.errors import InputError
from tests.strategies import forcings

FIELDS = (
    "kind",
    "title",
    "source",
    "attribution",
    "variables",
    "warnings",
    "simulated",
)


@settings(max_examples=12)
@given(forcing=forcings())
def test_export_then_import_is_the_identity(tmp_path_factory, forcing):
    path = forcing.to_netcdf(tmp_path_factory.mktemp("w") / "f.nc")
    (back,) = open_forcing(path)
    for name in ("time_s", "lat", "lon", "u", "v", "height_m"):
        one, other = getattr(forcing, name), getattr(back, name)
        if one is None:
            assert other is None
        else:
            assert one.dtype == other.dtype
            assert np.array_equal(one, other, equal_nan=True), name
    for name in FIELDS[:-2]:
        assert getattr(back, name) == getattr(forcing, name), name
    assert back.simulated is forcing.simulated
    # What was known before is kept; what the file itself shows is added once.
    assert back.warnings[: len(forcing.warnings)] == forcing.warnings
    (again,) = open_forcing(back.to_netcdf(path))
    assert again.warnings == back.warnings


def small(**fields):
    values = np.ones((2, 2, 2), dtype=np.float32)
    base = {"kind": "wind", "time_s": np.array([0.0, 3600.0]) + 1.7e9,
            "lat": np.array([0.0, 1.0]), "lon": np.array([0.0, 1.0]),
            "u": values, "v": values}  # fmt: skip
    return Forcing(**{**base, **fields})


def test_the_file_is_cf_with_standard_names_units_and_credit(tmp_path):
    made = small(attribution="NOAA", simulated=True, title="t", source="s")
    with netCDF4.Dataset(made.to_netcdf(tmp_path / "w.nc")) as file:
        assert file.Conventions == "CF-1.8"
        assert (file.attribution, file.simulated) == ("NOAA", "true")
        assert file["u10"].standard_name == "eastward_wind"
        assert file["v10"].units == "m s-1"
        assert file["time"].units == "seconds since 1970-01-01 00:00:00"
        assert float(file["height"][...]) == 10.0


def test_an_own_file_opens_without_a_new_warning(tmp_path):
    (back,) = open_forcing(small().to_netcdf(tmp_path / "w.nc"))
    assert back.warnings == ()


def test_a_folder_that_is_not_there_is_refused_and_nothing_is_left(tmp_path):
    with pytest.raises(InputError, match="folder"):
        small().to_netcdf(tmp_path / "no" / "w.nc")
    (tmp_path / "dir.nc").mkdir()
    with pytest.raises(InputError, match="cannot write"):
        small().to_netcdf(tmp_path / "dir.nc")
    assert [p.name for p in tmp_path.iterdir()] == ["dir.nc"]
