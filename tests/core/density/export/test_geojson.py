import json

import h3.api.basic_str as h3_str
import numpy as np
import pandas as pd
import pytest
import shapely

from core.density import cell_polygon, cells_geojson


def test_cell_polygon_has_the_corners_of_h3_counter_clockwise():
    cell = h3_str.latlng_to_cell(31.2, -140.1, 6)
    polygon = cell_polygon(cell)
    corners = {(lon, lat) for lat, lon in h3_str.cell_to_boundary(cell)}
    assert set(polygon.exterior.coords) == corners
    assert polygon.exterior.is_ccw


def test_cell_over_the_antimeridian_is_cut_in_two_parts_that_keep_its_area():
    cell = h3_str.latlng_to_cell(10.0, 180.0, 3)
    polygon = cell_polygon(cell)
    assert polygon.geom_type == "MultiPolygon"
    assert [part.exterior.is_ccw for part in polygon.geoms] == [True, True]
    west, _, east, _ = polygon.bounds
    assert (west, east) == (-180.0, 180.0)
    # Area of the uncut hexagon, its western corners moved by 360 degrees.
    ring = [(lon % 360.0, lat) for lat, lon in h3_str.cell_to_boundary(cell)]
    assert polygon.area == pytest.approx(shapely.Polygon(ring).area)


@pytest.mark.parametrize("lat", [90.0, -90.0])
def test_cell_over_a_pole_reaches_the_pole_at_every_longitude(lat):
    polygon = cell_polygon(h3_str.latlng_to_cell(lat, 0.0, 1))
    assert polygon.is_valid
    near = 88.9 if lat > 0 else -88.9
    for lon in (-170.0, -60.0, 0.0, 100.0, 179.0):
        assert polygon.contains(shapely.Point(lon, near))


def test_nan_becomes_null_and_columns_become_properties():
    cell = h3_str.latlng_to_cell(31.2, -140.1, 6)
    frame = pd.DataFrame(
        {"h3": [cell], "n": [3], "density_per_km2": [np.nan], "status": ["surveyed"]}
    )
    collection = cells_geojson(frame)
    text = json.dumps(collection, allow_nan=False)
    (feature,) = json.loads(text)["features"]
    assert feature["properties"] == {
        "h3": cell,
        "n": 3,
        "density_per_km2": None,
        "status": "surveyed",
    }
    assert feature["geometry"]["type"] == "Polygon"
