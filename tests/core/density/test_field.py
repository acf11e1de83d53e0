"""The field of a survey: pooling, reach, land, rasters and totals."""

import h3.api.basic_str as h3_str
import numpy as np
import pandas as pd
import pytest
import shapely

from core.density import cell_density
from core.density.field import fit_field
from core.errors import InputError, ObservationError
from core.geo import EARTH_RADIUS_KM


def _rows(lat0=30.0, lon0=-140.0, density=50.0, n=60, seed=1):
    """Transects of 0.5 km2 in a box of 2 by 2 degrees of open sea, all alike."""
    rng = np.random.default_rng(seed)
    lon = lon0 + rng.uniform(0.0, 2.0, n)
    return pd.DataFrame(
        {
            "lat": lat0 + rng.uniform(0.0, 2.0, n),
            "lon": (lon + 180.0) % 360.0 - 180.0,
            "observed_at": pd.date_range("2026-05-01", periods=n, freq="h", tz="UTC"),
            "category": "plastic",
            "count": rng.poisson(density * 0.5, n),
            "effort_km2": 0.5,
            "survey": "S",
        }
    )


@pytest.fixture(scope="module")
def field():
    return fit_field(_rows(), resolution=5)


BOX = shapely.box(-139.9, 30.1, -138.1, 31.9)
BOX_KM2 = (
    EARTH_RADIUS_KM**2
    * np.radians(1.8)
    * (np.sin(np.radians(31.9)) - np.sin(np.radians(30.1)))
)


def test_the_total_of_an_even_density_is_density_times_area(field):
    items, low, high = field.total(BOX)
    assert low < 50.0 * BOX_KM2 < high
    assert items == pytest.approx(50.0 * BOX_KM2, rel=0.1)
    assert field.total(BOX) == (items, low, high)


def test_the_total_of_two_halves_is_that_of_the_whole(field):
    west, east = (shapely.box(w, 30.1, w + 0.9, 31.9) for w in (-139.9, -139.0))
    both = field.total(west).items + field.total(east).items
    assert both == pytest.approx(field.total(BOX).items, rel=0.01)


def test_the_interval_of_a_total_is_no_wider_than_that_of_a_place(field):
    _, low, high = field.total(BOX)
    _, one_low, one_high = field.at(lat=[31.0], lon=[-139.0])
    assert high / low < one_high[0] / one_low[0]


def test_beyond_its_reach_it_says_nothing(field):
    density, low, high = field.at(lat=[31.0, -40.0], lon=[-139.0, 100.0])
    assert np.isfinite([density[0], low[0], high[0]]).all()
    assert np.isnan([density[1], low[1], high[1]]).all()
    assert any(f"{field.reach_km:.3g} km from effort" in text for text in field.limits)
    with pytest.raises(InputError, match="no part of the area"):
        field.total(shapely.box(100.0, -41.0, 101.0, -40.0))


def test_the_reach_is_no_more_than_half_the_survey(field):
    """An even density has no range that could be found."""
    assert field.model.range_km_ > 300.0
    assert 100.0 < field.reach_km < 160.0


def test_the_share_within_reach_is_said(field):
    assert field.share_within_reach(BOX) == 1.0
    far = shapely.union_all([BOX, shapely.box(100.0, -41.0, 101.8, -39.2)])
    assert 0.3 < field.share_within_reach(far) < 0.7


def test_the_raster_has_the_figures_of_the_places(field):
    raster = field.raster(12, 15)
    assert raster.density.shape == (12, 15)
    inside = np.isfinite(raster.density)
    assert inside.sum() > 50
    i, j = np.argwhere(inside)[3]
    one = field.at(lat=[raster.lat[i]], lon=[raster.lon[j]])
    found = (raster.density[i, j], raster.low[i, j], raster.high[i, j])
    assert found == pytest.approx([x[0] for x in one])


def test_land_is_left_out():
    """Counts on both sides of Sicily; the island itself has no density."""
    rows = pd.concat(
        [_rows(38.2, 12.5, n=30), _rows(35.8, 12.5, n=30, seed=2)], ignore_index=True
    )
    field = fit_field(rows, resolution=4)
    raster = field.raster(60, 60)
    i = np.abs(raster.lat - 37.5).argmin()
    j = np.abs(raster.lon - 14.0).argmin()
    assert np.isnan(raster.density[i, j])
    with pytest.raises(InputError, match="on land"):
        field.total(shapely.box(14.0, 37.4, 14.2, 37.6))


def test_across_180_degrees_nothing_changes():
    """The same transects about the date line and away from it."""
    here, there = (
        fit_field(_rows(0.0, lon0), resolution=5) for lon0 in (179.0, -140.0)
    )
    assert here.bbox.west > here.bbox.east
    raster = here.raster(8, 10)
    assert (np.diff(raster.lon) > 0).all()
    parts = [shapely.box(179.1, 0.1, 180.0, 1.9), shapely.box(-180.0, 0.1, -179.1, 1.9)]
    total = here.total(shapely.MultiPolygon(parts)).items
    plain = there.total(shapely.box(-139.9, 0.1, -138.1, 1.9)).items
    # H3 cells lie differently in the two places.
    assert total == pytest.approx(plain, rel=0.05)


def test_effort_of_one_search_is_counted_once():
    """Two categories of one transect share its 0.5 km2."""
    rows = _rows()
    twice = pd.concat([rows, rows.assign(category="metal", count=0)])
    one, other = (fit_field(r, resolution=5) for r in (rows, twice))
    assert other.cells["effort_km2"].sum() == pytest.approx(30.0)
    np.testing.assert_allclose(
        one.at(lat=[31.0], lon=[-139.0]), other.at(lat=[31.0], lon=[-139.0])
    )


def test_cells_may_be_given_instead_of_rows(field):
    cells = cell_density(_rows(), resolution=5)
    other = fit_field(cells)
    assert other.resolution == 5
    np.testing.assert_allclose(
        other.at(lat=[31.0], lon=[-139.0]), field.at(lat=[31.0], lon=[-139.0])
    )


def test_cells_without_effort_are_predicted_within_reach(field):
    cells = cell_density(_rows(), resolution=5, bbox=(-142.0, 30.0, -130.0, 32.0))
    filled = field.predicted_cells(cells)
    new = filled["effort_km2"] == 0.0
    assert set(filled.loc[new, "status"]) == {"predicted", "never_surveyed"}
    predicted = filled["status"] == "predicted"
    assert (
        filled.loc[predicted, ["density_per_km2", "low", "high"]].notna().all(axis=None)
    )
    never = filled["status"] == "never_surveyed"
    assert filled.loc[never, ["density_per_km2", "low", "high"]].isna().all(axis=None)
    assert (filled.loc[~new, "status"] == cells.loc[~new, "status"]).all()
    assert (filled["n"] == cells["n"]).all()


def test_one_cell_says_nothing_of_the_next():
    """A single surveyed cell: its own exact figures and no prediction."""
    rows = _rows(n=1)
    cells = cell_density(rows, resolution=5, bbox=(-141.0, 29.0, -137.0, 33.0))
    filled = fit_field(rows, resolution=5).predicted_cells(cells)
    assert set(filled["status"]) == {"surveyed", "never_surveyed"}
    name = str(filled.loc[filled["status"] == "surveyed", "h3"].iloc[0])
    assert h3_str.get_resolution(name) == 5


def test_progress_is_told_and_a_cancelled_fit_stops():
    told = []
    fit_field(_rows(), resolution=5, progress=lambda *x: told.append(x))
    assert [done for done, _, _ in told] == [0, 1, 2]
    with pytest.raises(InputError, match="cancelled"):
        fit_field(_rows(), resolution=5, cancelled=lambda: True)


def test_sightings_alone_make_no_field():
    with pytest.raises(ObservationError, match="no observation has an effort"):
        fit_field(_rows().assign(effort_km2=np.nan))
    with pytest.raises(ObservationError, match="lack the column effort_km2"):
        fit_field(_rows().drop(columns="effort_km2"))


@pytest.mark.parametrize(("n_lat", "n_lon"), [(0, 5), (2_000, 2_000)])
def test_a_raster_that_is_empty_or_too_large_is_refused(field, n_lat, n_lon):
    with pytest.raises(InputError, match="raster of"):
        field.raster(n_lat, n_lon)
