"""Plans in the formats of other programs, read back by other readers."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import gpxpy
import pytest

from core.routing import to_csv, to_geojson, to_gpx

NS = {"g": "http://www.topografix.com/GPX/1/1"}


def test_gpx_is_read_back_with_stops_times_and_speed(plan):
    text = to_gpx(plan)
    read = gpxpy.parse(text)
    assert [r.name for r in read.routes] == ["=Alma trip 1"]
    points = read.routes[0].points
    assert [p.type for p in points if p.type != "via"] == [
        "start",
        *["stop"] * 2,
        "end",
    ]
    assert points[0].time == plan.start_at
    assert read.tracks[0].segments[0].points[0].extensions[0].text == "12"
    assert "simulated" in (read.name or "")
    assert to_gpx(plan) == text


def test_gpx_elements_stand_in_the_order_of_the_schema(plan):
    root = ET.fromstring(to_gpx(plan))  # noqa: S314 - our own text
    kinds = [child.tag.split("}")[1] for child in root]
    assert kinds == sorted(kinds, key=["metadata", "wpt", "rte", "trk"].index)
    order = ["time", "name", "cmt", "desc", "src", "link", "sym", "type", "extensions"]
    for point in [*root.iter(f"{{{NS['g']}}}rtept"), *root.iter(f"{{{NS['g']}}}trkpt")]:
        tags = [child.tag.split("}")[1] for child in point]
        assert tags == sorted(tags, key=order.index)
        assert -180.0 <= float(point.get("lon", "")) < 180.0


def test_geojson_is_cut_at_180_degrees(plan):
    document = json.loads(json.dumps(to_geojson(plan), allow_nan=False))
    legs = [f for f in document["features"] if f["properties"]["kind"] == "leg"]
    kinds = {leg["geometry"]["type"] for leg in legs}
    assert "MultiLineString" in kinds
    for leg in legs:
        shape = leg["geometry"]
        parts = shape["coordinates"]
        for part in [parts] if shape["type"] == "LineString" else parts:
            lons = [point[0] for point in part]
            assert max(lons) - min(lons) < 180.0
            assert -180.0 <= min(lons) <= max(lons) <= 180.0
    assert all(f["properties"]["simulated"] for f in document["features"])


def test_csv_cells_are_no_formulas(plan):
    rows = list(csv.DictReader(io.StringIO(to_csv(plan))))
    assert {row["site"] for row in rows} == {"'=cmd|' /C calc'!A0", "b & <c>"}
    assert rows[0]["vessel"] == "'=Alma"
    assert sum(float(row["mass_kg"]) for row in rows) == pytest.approx(500.0)
    assert {row["simulated"] for row in rows} == {"true"}
    assert "(simulated)" not in to_gpx(replace(plan, simulated=False))
