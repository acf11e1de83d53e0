import json

import netCDF4
import numpy as np
import pytest
from typer.testing import CliRunner

from core.cli._app import app
from core.errors import InputError


@pytest.fixture
def wind_file(tmp_path):
    path = tmp_path / "w.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, values, unit in (
            ("time", [0.0, 3.0, 6.0], "hours since 2024-01-01"),
            ("lat", [40.0, 40.5], "degrees_north"),
            ("lon", [-140.0, -139.5, -139.0, -138.5], "degrees_east"),
        ):
            file.createDimension(name, len(values))
            axis = file.createVariable(name, "f8", (name,))
            axis[:] = values
            axis.units = unit
        for name, value in (("u10", 3.0), ("v10", -4.0)):
            field = file.createVariable(name, "f4", ("time", "lat", "lon"))
            data = np.full((3, 2, 4), value)
            data[:, 0, 0] = np.nan
            field[:] = data
            field.units = "m/s"
        file.simulated = "true"
    return path


def run(*args):
    return CliRunner().invoke(app, ["forcing", "show", *map(str, args)])


def test_show_says_what_a_file_holds(wind_file):
    result = run(wind_file, "--json")
    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.stdout)["forcings"]
    assert row["kind"] == "wind"
    assert row["variables"] == ["u10", "v10"]
    assert (row["start"], row["end"]) == ("2024-01-01T00:00Z", "2024-01-01T06:00Z")
    assert (row["times"], row["step_h"], row["grid"]) == (3, 3.0, [2, 4])
    assert row["bbox"] == [-140.0, 40.0, -138.5, 40.5]
    assert row["land_share"] == 0.125
    assert row["mean"] == row["maximum"] == 5.0
    assert row["simulated"] is True
    assert row["warnings"] == ["recognised by name: u10 and v10"]


def test_text_names_cover_speed_and_warnings(wind_file):
    text = run(wind_file).stdout
    assert text.startswith("wind: u10, v10 (simulated)\n")
    assert "2024-01-01T00:00Z to 2024-01-01T06:00Z, 3, every 3 h" in text
    assert "12.5 % of nodes" in text
    assert "warning    recognised by name" in text


def test_a_file_that_is_no_forcing_is_refused_by_name(tmp_path):
    table = tmp_path / "t.nc"
    table.write_text("lat,lon\n1,2\n")
    error = run(table).exception
    assert isinstance(error, InputError)
    assert "t.nc: neither NetCDF nor Zarr" in str(error)


@pytest.mark.parametrize(
    "extra", [("--kind", "salt"), ("--bbox", "1,2,3"), ("--bbox", "a,b,c,d")]
)
def test_wrong_options_are_wrong_usage(wind_file, extra):
    assert run(wind_file, *extra).exit_code == 2


def test_a_box_without_data_and_an_absent_kind_are_refused(wind_file):
    assert "outside the data" in str(run(wind_file, "--bbox", "0,0,5,5").exception)
    assert "no current" in str(run(wind_file, "--kind", "current").exception)
