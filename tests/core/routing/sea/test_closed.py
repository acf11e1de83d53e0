"""Closed areas: what a file may hold, what is refused, and when they are closed."""

import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RouteInputError
from core.routing.sea import (
    ClosedArea,
    closed_during,
    closed_shapefile,
    parse_closed_areas,
)
from core.routing.sea.closed import areas_at
from core.routing.sea.closed_shapefile import _plain
from core.routing.sea.map_lines import crosses_closed

SQUARE = [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]


def feature(rings=None, *, geometry=None, **properties):
    shape = geometry or {"type": "Polygon", "coordinates": rings or [SQUARE]}
    return {"type": "Feature", "properties": properties, "geometry": shape}


def parse(*features):
    document = {"type": "FeatureCollection", "features": list(features)}
    return parse_closed_areas(json.dumps(document).encode())


def test_every_field_is_read():
    read = parse(
        feature(
            name="Seal haul-out",
            reason="pups",
            months=[5, 6],
            **{"from": "2026-05-01T00:00:00Z", "until": "2027-01-01T01:00:00+01:00"},
        )
    )
    (area,) = read.areas
    assert read.rejected == ()
    assert (area.name, area.reason, area.months) == ("Seal haul-out", "pups", {5, 6})
    assert area.from_at == datetime(2026, 5, 1, tzinfo=UTC)
    assert area.until_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert area.polygon.area == pytest.approx(4.0)


def test_one_feature_alone_and_a_byte_order_mark_are_taken():
    data = b"\xef\xbb\xbf" + json.dumps(feature()).encode()
    assert parse_closed_areas(data).areas[0].name == "area 1"


def test_hole_stays_open_water():
    hole = [[0.5, 0.5], [0.5, 1.5], [1.5, 1.5], [1.5, 0.5], [0.5, 0.5]]
    (area,) = parse(feature([SQUARE, hole])).areas
    found = areas_at([area], lat=[1.0, 0.2], lon=[1.0, 0.2])
    assert found == (None, area)


@pytest.mark.parametrize(
    "rings",
    [
        [[[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]],
        [[[179, 0], [181, 0], [181, 1], [179, 1], [179, 0]]],
        [[[-181, 0], [-179, 0], [-179, 1], [-181, 1], [-181, 0]]],
    ],
)
def test_area_across_180_degrees_is_cut_there(rings):
    (area,) = parse(feature(rings)).areas
    assert area.polygon.area == pytest.approx(2.0)
    assert area.polygon.bounds == (-180.0, 0.0, 180.0, 1.0)
    inside = areas_at([area], lat=[0.5, 0.5, 0.5], lon=[179.5, -179.5, 0.0])
    assert inside == (area, area, None)


def test_band_round_the_whole_map_stays_whole():
    band = [[-180, -70], [180, -70], [180, -60], [-180, -60], [-180, -70]]
    (area,) = parse(feature([band])).areas
    assert area.polygon.area == pytest.approx(3600.0)


BOW_TIE = [[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]
SPIKE = [[0, 0], [2, 0], [2, 2], [3, 2], [2, 2], [0, 2], [0, 0]]


def test_ring_is_mended_only_if_its_area_stays():
    """A spike has no area; a bow tie's two halves could be meant either way."""
    read = parse(feature([SPIKE], name="spike"), feature([BOW_TIE], name="bow tie"))
    assert [area.name for area in read.areas] == ["spike"]
    assert read.areas[0].polygon.area == pytest.approx(4.0)
    (refused,) = read.rejected
    assert refused.record == "area 2, bow tie"
    assert "would change its area" in refused.reason


@pytest.mark.parametrize(
    ("bad", "field", "reason"),
    [
        (feature(months=[13]), "months", "1 to 12"),
        (feature(months=[True]), "months", "1 to 12"),
        (feature(months=[]), "months", "1 to 12"),
        (feature(months="May"), "months", "1 to 12"),
        (feature(name=7), "name", "a text"),
        (feature(reason="x" * 501), "reason", "500"),
        (feature(**{"from": "tomorrow"}), "from", "time with its zone"),
        (feature(**{"from": "2026-05-01T00:00:00"}), "from", "time with its zone"),
        (feature(until=2026), "until", "time with its zone"),
        (feature(until="0001-01-01T00:00:00+14:00"), "until", "time with its zone"),
        (
            feature(**{"from": "2026-05-02T00:00Z", "until": "2026-05-01T00:00Z"}),
            "until",
            "no earlier",
        ),
        (feature(geometry={"type": "Point", "coordinates": [0, 0]}), "geometry", "Pol"),
        (feature(geometry={"type": "Polygon"}), "geometry", "rings"),
        (feature(geometry={"type": "Polygon", "coordinates": 5}), "geometry", "rings"),
        (feature([[[0, 0], [1, 0], [0, 0]]]), "geometry", "at least 4"),
        (feature([[[0, 0], [1, 0], [1, 1], [0, 1]]]), "geometry", "where it begins"),
        (feature([[[0, 0], [1, 0], [1, "x"], [0, 0]]]), "geometry", "positions as"),
        (feature([[[0, 0], [1, 0], [1, True], [0, 0]]]), "geometry", "positions as"),
        (feature([[[0, 0], [1, 0], [1, 91], [0, 0]]]), "geometry", "outside"),
        (feature([[[0, 0], [999, 0], [1, 1], [0, 0]]]), "geometry", "outside"),
        (feature([[[0, 0], [1, 0], [1, 10**400], [0, 0]]]), "geometry", "too large"),
        (feature([[[0, 0], [1, float("nan")], [1, 1], [0, 0]]]), "geometry", "not a n"),
        (feature([[[0, 0], [1, 0], [2, 0], [0, 0]]]), "geometry", "no area"),
        (feature([[[0, 0], [0, 0], [0, 0], [0, 0]]]), "geometry", "no area"),
        (
            feature([[[0, 80], [120, 80], [-120, 80], [0, 80]]]),
            "geometry",
            "round a pole",
        ),
        (feature([[[0, 0]] * 20_001]), "geometry", "20001 vertices"),
        (
            feature(geometry={"type": "MultiPolygon", "coordinates": [[SQUARE]] * 2}),
            "geometry",
            "overlap",
        ),
        ({"type": "Point"}, "type", "a Feature"),
        (None, "type", "a Feature"),
        ("text", "type", "a Feature"),
    ],
)
def test_bad_record_is_named_and_the_rest_kept(bad, field, reason):
    read = parse(feature(name="good"), bad)
    assert [area.name for area in read.areas] == ["good"]
    (refused,) = read.rejected
    assert refused.record.startswith("area 2")
    assert refused.field == field
    assert reason in refused.reason


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"type": "FeatureCollection"}',
        b'{"type": "Polygon", "coordinates": []}',
        b"7",
        b"1" * 5_000,
        json.dumps({"type": "FeatureCollection", "features": [0] * 2001}).encode(),
        b" " * 20_000_001,
        b"PK\x03\x04 not a zip",
    ],
    ids=range(11),
)
def test_file_that_is_no_geojson_is_refused(data):
    with pytest.raises(RouteInputError, match="closed areas"):
        parse_closed_areas(data)


def area_in(months=(), from_at=None, until_at=None):
    square = shapely.box(0, 0, 1, 1)
    return ClosedArea("a", square, "", from_at, until_at, frozenset(months))


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Point(0, 0),
        shapely.Polygon(),
        shapely.Polygon(BOW_TIE),
        shapely.box(-181, 0, -179, 1),
        shapely.box(0, 80, 1, 91),
    ],
)
def test_area_that_is_no_polygon_on_the_map_is_refused(shape):
    with pytest.raises(RouteInputError, match="closed area x: expected"):
        ClosedArea("x", shape)


DAYS = st.integers(0, 900).map(
    lambda d: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(d)
)


@given(
    st.sets(st.integers(1, 12)),
    st.none() | DAYS,
    st.none() | DAYS,
    DAYS,
    st.integers(0, 500),
)
def test_area_is_closed_if_it_is_on_any_day_of_the_span(
    months, from_at, until_at, start, n_days
):
    """Against a count of the days; everything here starts and ends at midnight."""
    area = area_in(months, from_at, until_at)
    days = [start + timedelta(k) for k in range(n_days + 1)]
    expected = any(
        (not months or day.month in months)
        and (from_at is None or day >= from_at)
        and (until_at is None or day <= until_at)
        for day in days
    )
    assert area.is_closed_during(days[0], days[-1]) == expected
    assert (closed_during([area], days[0], days[-1]) == (area,)) == expected


def test_line_through_an_area_is_found_and_a_way_out_is_not():
    area = ClosedArea("box", shapely.box(0, 0, 2, 2))
    through = np.array([[1.0, -1.0], [1.0, 3.0]])
    out = np.array([[1.0, 1.0], [1.0, 3.0]])
    out_and_back_in = np.array([[1.0, 1.0], [1.0, 3.0], [0.5, 3.0], [0.5, -1.0]])
    assert crosses_closed(through, [area]) is area
    assert crosses_closed(out, [area]) is None
    assert crosses_closed(out[::-1], [area]) is None
    assert crosses_closed(out_and_back_in, [area]) is area
    # Out on one side and in again on another, over its own track: two ends, no more.
    loop = np.array([[1.0, 0.5], [1.0, 3.0], [3.0, 3.0], [3.0, 0.2], [0.9, 1.9]])
    assert crosses_closed(loop[:, ::-1], [area]) is None


def test_line_across_180_degrees_meets_the_area_there():
    area = ClosedArea(
        "date line",
        shapely.union_all([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)]),
    )
    across = np.array([[0.5, 178.0], [0.5, -178.0]])
    assert crosses_closed(across, [area]) is area
    assert crosses_closed(across - [2.0, 0.0], [area]) is None


def zipped_shapefile(tmp_path, *, prefix="", drop=(), crs="EPSG:3857", extra=()):
    import geopandas as gpd

    frame = gpd.GeoDataFrame(
        {
            "NAME": ["Bank"],
            "reason": ["spawning"],
            "months": ["5, 6;7"],
            "from": ["2026-05-01T00:00:00Z"],
        },
        geometry=[shapely.box(0, 0, 2, 2)],
        crs="EPSG:4326",
    )
    frame.to_crs(crs).to_file(tmp_path / "areas.shp")
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(tmp_path.glob("areas.*")):
            if path.suffix not in drop:
                archive.write(path, f"{prefix}{path.name}")
        for name in extra:
            archive.writestr(name, b"x")
    return buffer.getvalue()


def test_zipped_shapefile_is_read_in_its_own_coordinates(tmp_path):
    read = parse_closed_areas(zipped_shapefile(tmp_path, prefix="../../up/"))
    (area,) = read.areas
    assert (area.name, area.reason) == ("Bank", "spawning")
    assert area.months == {5, 6, 7}
    assert area.from_at == datetime(2026, 5, 1, tzinfo=UTC)
    assert np.allclose(area.polygon.bounds, (0, 0, 2, 2))
    assert not (tmp_path.parent.parent / "up").exists()


def test_dates_of_a_shapefile_are_taken_as_utc():
    assert _plain(pd.Timestamp("2026-05-01")) == "2026-05-01T00:00:00Z"
    assert _plain(date(2026, 5, 1)) == "2026-05-01T00:00:00Z"
    assert _plain(pd.NaT) is None
    assert _plain(float("nan")) is None


@pytest.mark.parametrize("drop", [".prj", ".shp", ".dbf"])
def test_shapefile_that_lacks_a_part_is_refused(tmp_path, drop):
    with pytest.raises(RouteInputError, match="one shapefile"):
        parse_closed_areas(zipped_shapefile(tmp_path, drop={drop}))


def test_zip_with_two_shapefiles_is_refused(tmp_path):
    with pytest.raises(RouteInputError, match="one shapefile"):
        parse_closed_areas(zipped_shapefile(tmp_path, extra=["other.shp"]))


def test_shapefile_that_is_garbage_is_refused():
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj"):
            archive.writestr(f"a{suffix}", b"garbage")
    with pytest.raises(RouteInputError, match="cannot be read"):
        parse_closed_areas(buffer.getvalue())


def test_zip_that_swells_is_refused(monkeypatch):
    monkeypatch.setattr(closed_shapefile, "_MAX_PART_BYTES", 1000)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj"):
            archive.writestr(f"a{suffix}", bytes(1001))
    with pytest.raises(RouteInputError, match="more than 1000 bytes"):
        parse_closed_areas(buffer.getvalue())
