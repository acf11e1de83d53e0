"""Rules of reading the grid of three models."""

import dataclasses

import numpy as np
import pytest
import xarray as xr

from core.errors import ObservationError
from core.observations.importers import ImportContext
from core.observations.importers.formats import open_tables
from tests.core.observations.importers.profiles.made_up import (
    NOW,
    profile,
    published,
)

FILE = "model_microplastics_1deg.nc"
MODELS = ("vansebille", "maximenko", "lebreton")
LAT = np.array([60.0, 0.0, -60.0])
LON = np.array([0.0, 90.0, 180.0, 270.0, 360.0])
#: The cell at 0 E is 3 in its eastern half and 4 in its western; land in one corner.
VALUE = np.array(
    [
        [3.0, 1.0, 1.0, 1.0, 4.0],
        [np.nan, 2.0, 2.0, 2.0, 5.0],
        [np.nan, 1.0, 1.0, 1.0, np.nan],
    ]
)
AREA = np.array([[10.0] * 5, [20.0] * 5, [10.0] * 5])


def grid(tmp_path, **changes):
    """Write a grid in the published layout."""
    variables = {
        f"{model}_{kind}": (("lat", "lon"), VALUE, {"units": unit})
        for model in MODELS
        for kind, unit in (("abundance", "km-2"), ("mass", "g km-2"))
    }
    variables["cell_area"] = (("lat", "lon"), AREA, {"units": "km2"})
    coords = {"lat": LAT, "lon": LON}
    for name, value in changes.items():
        if name in coords:
            coords[name] = value
        elif value is None:
            del variables[name]
        else:
            variables[name] = value
    path = tmp_path / "grid.nc"
    xr.Dataset(variables, coords).to_netcdf(path, engine="h5netcdf")
    return open_tables(path)


def read(tables):
    return profile("model-microplastics").read(tables, ImportContext(now=NOW))


def test_the_halves_of_the_cells_at_the_prime_meridian_are_joined(tmp_path):
    field = read(grid(tmp_path)).fields[0]
    at_zero = field.value[:, field.lon == 0.0].ravel()
    assert at_zero[:2].tolist() == [7.0, 5.0]
    assert np.isnan(at_zero[2])
    assert field.value.shape == field.cell_area_km2.shape == (3, 4)


def test_longitudes_run_from_180_west_and_values_follow_them(tmp_path):
    field = read(grid(tmp_path)).fields[0]
    assert field.lon.tolist() == [-180.0, -90.0, 0.0, 90.0]
    assert field.value[0].tolist() == [1.0, 1.0, 7.0, 1.0]
    assert field.lat.tolist() == LAT.tolist()


def test_the_total_is_the_sum_of_value_times_area(tmp_path):
    # Rows: (7 + 3) x 10, (5 + 6) x 20, 3 x 10.
    fields = read(grid(tmp_path)).fields
    assert {field.total for field in fields} == {100.0 + 220.0 + 30.0}
    assert [field.quantity for field in fields[:2]] == [
        "items_per_km2",
        "grams_per_km2",
    ]
    assert len(fields) == 6


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lon": np.array([0.0, 90, 180, 270, 300])}, "expected 0 to 360"),
        ({"lat": np.array([60.0, 0.0, 30.0])}, "not in order"),
        (
            {"lebreton_mass": (("lat", "lon"), VALUE, {"units": "kg km-2"})},
            "expected g km-2",
        ),
        (
            {"lebreton_mass": (("lat", "lon"), -VALUE, {"units": "g km-2"})},
            "negative values",
        ),
    ],
)
def test_a_grid_of_another_kind_is_refused(tmp_path, changes, reason):
    with pytest.raises(ObservationError, match=reason):
        read(grid(tmp_path, **changes))


def test_a_grid_that_lacks_a_variable_is_a_near_match(tmp_path):
    match = profile("model-microplastics").match(grid(tmp_path, cell_area=None))
    assert match.score < 1
    assert match.lacks == ("cell_area",)


def test_a_file_that_is_gone_is_said(tmp_path):
    tables = tuple(dataclasses.replace(table, path=None) for table in grid(tmp_path))
    with pytest.raises(ObservationError, match="not at hand"):
        read(tables)


def test_the_published_totals_come_out():
    imported = published(FILE)
    trillion = {
        field.name: round(field.total / 1e12, 1)
        for field in imported.fields
        if field.quantity == "items_per_km2"
    }
    assert trillion == {
        "van Sebille abundance": 51.2,
        "Maximenko abundance": 14.9,
        "Lebreton abundance": 31.2,
    }
    thousand_tonnes = {
        field.name: round(field.total / 1e9)
        for field in imported.fields
        if field.quantity == "grams_per_km2"
    }
    assert thousand_tonnes == {
        "van Sebille mass": 236,
        "Maximenko mass": 93,
        "Lebreton mass": 151,
    }


def test_joined_cells_of_the_published_grid_are_like_their_neighbours():
    """Left apart, the first and last columns hold half of what lies beside them."""
    for field in published(FILE).fields:
        if field.name.startswith("van Sebille"):
            continue  # that model keeps nearly all of the cell in the first column
        at = int(np.flatnonzero(field.lon == 0.0)[0])
        beside = (field.value[:, at - 1] + field.value[:, at + 1]) / 2
        ratio = np.nanmedian(field.value[:, at] / beside)
        assert 0.9 < ratio < 1.1, field.name


def test_the_highest_cell_of_the_published_grid_lies_on_the_black_sea():
    field = published(FILE).fields[0]
    row, column = np.unravel_index(np.nanargmax(field.value), field.value.shape)
    assert 40 < field.lat[row] < 48
    assert 27 < field.lon[column] < 42
