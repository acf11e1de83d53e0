"""The bundled coastline against places whose side of the coast is known."""

import json

import numpy as np
import pytest
import shapely

from core.coastline import is_on_land, land_geojson, land_in_bbox, land_polygons

ON_LAND = {
    "Paris": (48.86, 2.35),
    "Alice Springs": (-23.70, 133.88),
    "Denver": (39.74, -104.99),
    "Hawaii, Mauna Kea": (19.82, -155.47),
    "South Pole": (-89.9, 0.0),
    "Chukotka, west of 180": (67.5, 178.0),
    "Chukotka, east of 180": (66.5, -177.0),
    "Wrangel Island across 180": (71.2, -179.5),
}
AT_SEA = {
    "Great Pacific Garbage Patch": (33.5, -141.2),
    "Null Island": (0.0, 0.0),
    "North Sea": (56.0, 3.0),
    "Black Sea": (43.0, 34.0),
    "antimeridian": (0.0, -180.0),
    "Norwegian Sea, on the latitude of Chukotka": (67.0, 0.0),
    "between Fiji's islands and Africa": (-16.5, 100.0),
    "Caspian Sea, a hole in Eurasia": (41.5, 50.8),
    "Weddell Sea": (-72.0, -40.0),
}


@pytest.mark.parametrize("place", ON_LAND)
def test_places_on_land_are_on_land(place):
    lat, lon = ON_LAND[place]
    assert is_on_land(lat=[lat], lon=[lon]).all()


@pytest.mark.parametrize("place", AT_SEA)
def test_places_at_sea_are_at_sea(place):
    lat, lon = AT_SEA[place]
    assert not is_on_land(lat=[lat], lon=[lon]).any()


def test_land_covers_29_percent_of_the_earth():
    # 29.2 % is the usual textbook figure (148.9 of 510.1 million km2). Lambert's
    # equal-area cylinder turns degrees into area.
    def equal_area(points):
        lon, lat = points.T
        return np.column_stack([np.radians(lon), np.sin(np.radians(lat))])

    dense = shapely.segmentize(np.array(land_polygons("50m"), dtype=object), 0.5)
    area = shapely.area(shapely.transform(dense, equal_area)).sum()
    assert area / (4 * np.pi) == pytest.approx(0.292, abs=0.006)


def test_every_polygon_is_valid():
    for scale in ("50m", "110m"):
        polygons = np.array(land_polygons(scale), dtype=object)
        assert shapely.is_valid(polygons).all()


def test_land_cut_to_a_box_stays_inside_it():
    for polygon in land_in_bbox(west=-10, south=35, east=5, north=45):
        west, south, east, north = polygon.bounds
        assert west >= -10
        assert south >= 35
        assert east <= 5
        assert north <= 45


def test_the_map_layer_is_json_without_nan_and_small_enough_for_a_page():
    text = json.dumps(
        land_geojson(west=-180, south=-90, east=180, north=90), allow_nan=False
    )
    assert len(text) < 1_500_000
