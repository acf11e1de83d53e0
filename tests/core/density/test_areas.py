import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from core.density import Bbox, make_area, parse_area, polygon_area_km2
from core.density.areas import MAX_AREA_BYTES
from core.errors import InputError
from tests.strategies import printable_text

BOX = shapely.box(-141.0, 30.0, -139.0, 32.0)


def geojson(document):
    return json.dumps(document).encode()


def ring(*corners):
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


def shapefile(folder, *, shapes=(BOX,), crs=4326, leave_out=(), extra=None):
    folder = Path(folder) / "made"
    folder.mkdir()
    frame = gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=list(shapes), crs=crs)
    frame.to_file(folder / "Patch.shp")
    parts = {p.name: p.read_bytes() for p in folder.iterdir()}
    parts = {n: c for n, c in parts.items() if Path(n).suffix not in leave_out}
    return zipped({**parts, **(extra or {})})


def zipped(parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def geopackage(folder, **layers):
    file = Path(folder) / "made.gpkg"
    for layer, shapes in layers.items():
        gpd.GeoDataFrame(geometry=shapes, crs=4326).to_file(file, layer=layer)
    return file


@given(st.floats(-180, 175), st.floats(-90, 80), st.floats(0.1, 5), st.floats(0.1, 9))
def test_area_of_a_box_is_that_of_its_band_of_the_sphere(west, south, width, height):
    box = Bbox(west, south, west + width, min(south + height, 90.0))
    assert polygon_area_km2(shapely.box(*box)) == pytest.approx(box.area_km2, rel=1e-6)


def test_area_of_a_slanted_outline_is_the_sum_of_narrow_bands():
    # Brute force: the triangle cut into 20,000 bands of one latitude each.
    triangle = shapely.Polygon([(10.0, 20.0), (30.0, 20.0), (10.0, 60.0)])
    lat = np.linspace(20.0, 60.0, 20_001)
    middle = (lat[:-1] + lat[1:]) / 2
    width = np.radians(20.0 * (60.0 - middle) / 40.0)
    bands = width * np.diff(np.sin(np.radians(lat))) * 6371.0**2
    assert polygon_area_km2(triangle) == pytest.approx(bands.sum(), rel=1e-7)


def test_a_hole_is_taken_off():
    holed = shapely.difference(BOX, shapely.box(-140.5, 30.5, -139.5, 31.5))
    expected = (
        Bbox(-141, 30, -139, 32).area_km2 - Bbox(-140.5, 30.5, -139.5, 31.5).area_km2
    )
    assert polygon_area_km2(holed) == pytest.approx(expected)


@pytest.mark.parametrize(
    "document",
    [
        json.loads(shapely.to_geojson(BOX)),
        {"type": "Feature", "properties": {}, "geometry": ring(
            [-141, 30], [-139, 30], [-139, 32], [-141, 32])},
        {"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"a": 1}, "geometry": ring(
                [-141, 30], [-140, 30], [-140, 32], [-141, 32])},
            {"type": "Feature", "properties": None, "geometry": ring(
                [-140, 30], [-139, 30], [-139, 32], [-140, 32])},
        ]},
    ],
)  # fmt: skip
def test_every_kind_of_geojson_gives_the_same_area(document):
    area = parse_area(geojson(document), "C:\\maps\\Patch 7.geojson")
    assert area.name == "Patch 7"
    assert area.polygon.equals(BOX)
    assert area.area_km2 == pytest.approx(Bbox(-141, 30, -139, 32).area_km2)


def test_a_zipped_shapefile_and_a_geopackage_give_the_same_area(tmp_path):
    for data, name in (
        (shapefile(tmp_path), "x.zip"),
        (geopackage(tmp_path, patch=[BOX]).read_bytes(), "x.gpkg"),
    ):
        area = parse_area(data, name)
        assert area.polygon.equals(BOX)
        assert area.notes == ()


def test_a_projected_file_is_turned_into_degrees(tmp_path):
    turned = gpd.GeoSeries([BOX], crs=4326).to_crs(3857)
    area = parse_area(shapefile(tmp_path, shapes=turned, crs=3857), "m.zip")
    assert np.allclose(area.polygon.bounds, BOX.bounds)
    document = json.loads(shapely.to_geojson(turned.iloc[0]))
    document["crs"] = {"type": "name", "properties": {"name": "EPSG:3857"}}
    named = parse_area(geojson(document), "m.geojson")
    assert np.allclose(named.polygon.bounds, BOX.bounds)


def test_a_shapefile_without_coordinates_says_what_was_assumed(tmp_path):
    area = parse_area(shapefile(tmp_path, leave_out=(".prj",)), "a.zip")
    assert "taken as WGS 84" in area.notes[0]


def test_points_beside_the_area_are_left_out_and_said(tmp_path):
    data = geopackage(tmp_path, patch=[BOX], ports=[shapely.Point(0, 0)]).read_bytes()
    assert parse_area(data, "a.gpkg").polygon.equals(BOX)
    feature = {"type": "Feature", "properties": {}}
    document = {"type": "FeatureCollection", "features": [
        {**feature, "geometry": json.loads(shapely.to_geojson(BOX))},
        {**feature, "geometry": {"type": "Point", "coordinates": [0, 0]}},
    ]}  # fmt: skip
    area = parse_area(geojson(document), "a.geojson")
    assert "1 features without an area left out" in area.notes


def test_a_crossed_outline_is_mended_and_said():
    area = parse_area(geojson(ring([0, 0], [2, 2], [2, 0], [0, 2])), "bow.geojson")
    assert area.polygon.is_valid
    assert "crosses itself" in area.notes[0]
    # Both halves of the bow tie are inside, not their difference.
    halves = [[(0, 0), (1, 1), (0, 2)], [(2, 0), (1, 1), (2, 2)]]
    expected = sum(polygon_area_km2(shapely.Polygon(half)) for half in halves)
    assert area.area_km2 == pytest.approx(expected)


@pytest.mark.parametrize(
    "corners",
    [
        [[170, 0], [-170, 0], [-170, 10], [170, 10]],
        [[170, 0], [190, 0], [190, 10], [170, 10]],
        [[-190, 0], [-170, 0], [-170, 10], [-190, 10]],
    ],
)
def test_an_area_across_180_degrees_is_cut_there_however_it_is_written(corners):
    area = parse_area(geojson(ring(*corners)), "a.geojson")
    assert any("across 180 degrees" in note for note in area.notes)
    assert area.polygon.bounds == (-180.0, 0.0, 180.0, 10.0)
    assert area.area_km2 == pytest.approx(Bbox(170, 0, -170, 10).area_km2)
    inside = area.covers(lat=[5, 5, 5, 5], lon=[175.0, -175.0, 180.0, 0.0])
    assert inside.tolist() == [True, True, True, False]


def test_a_box_around_the_world_stays_whole():
    area = make_area("World", shapely.box(-180, -60, 180, 60))
    assert area.area_km2 == pytest.approx(Bbox(-180, -60, 180, 60).area_km2)
    assert area.notes == ()


@pytest.mark.parametrize(
    ("shape", "box"),
    [
        (BOX, (-141.0, 30.0, -139.0, 32.0)),
        (shapely.box(170, 0, 190, 10), (170.0, 0.0, -170.0, 10.0)),
        (shapely.box(-180, -60, 180, 60), (-180.0, -60.0, 180.0, 60.0)),
        (shapely.box(-180, 0, -170, 10), (-180.0, 0.0, -170.0, 10.0)),
        (
            [shapely.box(170, 0, 185, 10), shapely.box(-5, 0, 5, 10)],
            (-5.0, 0.0, -175.0, 10.0),
        ),
    ],
)
def test_the_box_of_an_area_runs_the_short_way_over_180_degrees(shape, box):
    assert make_area("a", shape).bbox == box


def test_the_sea_of_an_area_is_what_is_not_land():
    island = make_area("Hawaii", shapely.box(-156.5, 18.5, -154.5, 20.5))
    # The island of Hawaii has 10,430 km2 (USGS); the coast is drawn to about 1 km.
    assert island.area_km2 - island.sea_km2 == pytest.approx(10_430, rel=0.03)
    inland = make_area("Kansas", shapely.box(-100, 38, -98, 39))
    assert inland.sea_km2 == 0.0


SHAPE = {"type": "Polygon"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"\x00\x01\xff", "no readable file"),
        (b"lat,lon\n1,2\n", "no readable file"),
        (b"[" * 100_000, "no readable file"),
        (b"[1, 2]", "not GeoJSON"),
        (b'"text"', "not GeoJSON"),
        (b'{"type": "Topology"}', "type 'Topology'"),
        (b'{"type": "Polygon"}', "outline is broken"),
        (geojson({**SHAPE, "coordinates": [[[0, 0], [1, 1]]]}), "outline is broken"),
        (geojson(ring(["x", 0], [1, 1], [1, 0])), "outline is broken"),
        (geojson(ring([0, 0], [1, 1], [0, 95.0])), "latitude in degrees"),
        (geojson(ring([5e5, 4e6], [6e5, 4e6], [6e5, 5e6])), "EPSG:4326"),
        (b'{"type":"Polygon","coordinates":[[[0,NaN],[1,1],[1,0],[0,NaN]]]}',
         "no readable file"),
        (geojson(ring([0, 0], [1, 1], [2, 2])), "encloses nothing"),
        (geojson(ring([0, 60], [120, 60], [-120, 60])), "round a pole"),
        (geojson({"type": "FeatureCollection", "features": []}), "no feature"),
        (geojson({"type": "FeatureCollection", "features": [7]}), "no geometry"),
        (geojson({"type": "Feature", "geometry": None}), "no geometry"),
        (geojson({"type": "Feature", "geometry":
                  {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}}),
         "only LineString"),
        (geojson({**ring([0, 0], [1, 0], [1, 1]), "crs":
                  {"type": "name", "properties": {"name": "moon"}}}), "'moon'"),
        (b"PK\x03\x04 and nothing more", "cut off, damaged"),
        (b"SQLite format 3\x00" + b"x" * 9000, "damaged or cut off"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_area_is_refused_in_plain_words(data, said):
    with pytest.raises(InputError, match=said) as refused:
        parse_area(data, "../../up\x00/Patch.geojson")
    text = str(refused.value)
    assert "json.exception" not in text
    assert "gyre-area" not in text
    assert ".." not in text


def test_a_file_above_the_limit_is_refused_before_it_is_read():
    with pytest.raises(InputError, match="at most 20 MB"):
        parse_area(b" " * (MAX_AREA_BYTES + 1), "big.geojson")


def test_an_outline_with_too_many_corners_is_refused():
    angle = np.linspace(0, 2 * np.pi, 210_000)
    circle = shapely.Polygon(np.column_stack([np.cos(angle), np.sin(angle)]))
    with pytest.raises(InputError, match="corners, an area may have"):
        make_area("round", circle)


def test_broken_zips_are_refused(tmp_path):
    good = shapefile(tmp_path)
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    for data, said in (
        (good[: len(good) // 2], "cut off, damaged"),
        (zipped({n: c for n, c in parts.items() if n != "Patch.dbf"}), r"lacks its"),
        (zipped({"readme.txt": b"hello"}), "holds no shapefile"),
        (zipped({**parts, "../../evil.shp": b"x"}), "holds 2 shapefiles"),
        (zipped({**parts, "Patch.shp": parts["Patch.shp"][:60]}), "damaged"),
        (zipped({**parts, "Patch.shp": b"garbage" * 40}), "damaged"),
        (zipped({**parts, "zeros.bin": b"0" * 120_000_000}), "more than 100 MB"),
        (zipped({f"{i}.txt": b"" for i in range(101)}), "101 files"),
    ):
        with pytest.raises(InputError, match=said) as refused:
            parse_area(data, "a.zip")
        assert "gyre-area" not in str(refused.value)


def test_nothing_of_a_zip_is_written_outside_its_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = shapefile(tmp_path, extra={"../evil.txt": b"x", "/abs.txt": b"x"})
    before = set(tmp_path.parent.rglob("evil.txt"))
    assert parse_area(data, "a.zip").polygon.equals(BOX)
    assert set(tmp_path.parent.rglob("evil.txt")) == before
    assert not Path("/abs.txt").exists()


def test_a_cut_geopackage_and_one_with_a_stored_query_are_refused(tmp_path):
    file = geopackage(tmp_path, patch=[BOX])
    whole = file.read_bytes()
    with pytest.raises(InputError, match="damaged or cut off"):
        parse_area(whole[: len(whole) // 2], "half.gpkg")
    with closing(sqlite3.connect(file)) as found:
        found.execute("PRAGMA writable_schema = ON")
        found.execute(
            "CREATE VIEW endless AS WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL "
            "SELECT fid + 1 FROM n) SELECT fid, NULL AS geom FROM n"
        )
        found.execute("UPDATE gpkg_geometry_columns SET table_name = 'endless'")
        found.commit()
    with pytest.raises(InputError, match="stored query"):
        parse_area(file.read_bytes(), "endless.gpkg")


@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda b: b"PK\3\4" + b))
def test_arbitrary_bytes_are_an_area_or_an_input_error(data):
    with pytest.raises(InputError):
        parse_area(data, "x")


@given(printable_text)
def test_any_file_name_is_harmless(name):
    area = parse_area(shapely.to_geojson(BOX).encode(), name + ".geojson")
    assert "/" not in area.name
    assert area.name.isprintable()
