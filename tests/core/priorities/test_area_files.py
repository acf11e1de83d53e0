"""Files of sensitive areas: there and back, and what is refused."""

import json

import pytest
import shapely

from core.errors import InputError
from core.priorities import (
    SensitiveArea,
    area_from_row,
    area_geojson,
    area_properties,
    parse_sensitive_areas,
    read_area,
)

SQUARE = json.loads(shapely.to_geojson(shapely.box(0.0, 0.0, 1.0, 1.0)))


def collection(*properties, geometry=SQUARE):
    features = [
        {"type": "Feature", "geometry": geometry, "properties": one}
        for one in properties
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_features_keep_their_properties():
    read = parse_sensitive_areas(
        collection(
            {"name": "Reef", "factor": 4, "months": [6, 7], "buffer_km": 2},
            {"value": 0.5, "kind": "species_range"},
        )
    )
    reef, second = read.areas
    assert (reef.name, reef.factor, reef.months, reef.buffer_km) == (
        "Reef",
        4.0,
        frozenset({6, 7}),
        2.0,
    )
    assert (second.name, second.factor, second.kind) == ("area 2", 3.0, "species_range")


def test_one_bad_feature_does_not_lose_the_others():
    read = parse_sensitive_areas(collection({"factor": 0.1}, {"factor": 2.0}))
    assert len(read.areas) == 1
    assert "feature 1" in read.refused[0]


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({}, "has no factor"),
        (None, "has no factor"),
        ({"factor": 2, "value": 1}, "both a factor and a value"),
        ({"factor": "high"}, "factor is 'high'"),
        ({"factor": True}, "expected a number"),
        ({"factor": 2, "months": [13]}, "months"),
        ({"factor": 2, "months": "summer"}, "months"),
        ({"factor": 2, "buffer_km": 1e9}, "buffer"),
        ({"factor": 2, "kind": "other"}, "kind"),
        ({"factor": 2, "name": "x" * 200}, "name of 1 to 120"),
    ],
)
def test_a_wrong_property_is_named(properties, message):
    with pytest.raises(InputError, match=message):
        parse_sensitive_areas(collection(properties))


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point", "coordinates": [0, 0]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Polygon", "coordinates": "x"},
        {"type": "Polygon", "coordinates": [[[0, 0], [999, 0], [1, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [0, 0], [0, 0], [0, 0]]]},
    ],
)
def test_a_broken_outline_is_refused(geometry):
    with pytest.raises(InputError, match="feature 1"):
        parse_sensitive_areas(collection({"factor": 2}, geometry=geometry))


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"[" * 100_000, b"{}", b"3", b'{"type": "Point"}']
)
def test_no_geojson_is_refused(data):
    with pytest.raises(InputError):
        parse_sensitive_areas(data)


def test_names_lose_control_characters():
    read = parse_sensitive_areas(collection({"factor": 2, "name": "Reef\n\x1b[1m X"}))
    assert read.areas[0].name == "Reef [1m X"


def test_a_whole_file_is_one_area_with_what_was_set():
    area, notes = read_area(
        collection({}, {}), "my reef.geojson", factor=2.5, months=frozenset({1})
    )
    assert (area.name, area.factor, area.months) == ("my reef", 2.5, frozenset({1}))
    assert "2 polygons" in " ".join(notes)


def test_row_of_the_store_there_and_back_is_the_same():
    area = SensitiveArea(
        name="Reef",
        polygon=shapely.box(179.0, 0.0, 181.0, 1.0),
        factor=4.0,
        kind="species_range",
        months=frozenset({6, 7}),
        buffer_km=2.0,
        area_id="a1",
    )
    row = {
        "area_id": "a1",
        "name": area.name,
        "kind": area.kind,
        "geojson": area_geojson(area),
        "properties": area_properties(area),
    }
    again = area_from_row(row)
    assert again.polygon.equals(area.polygon)
    for name in ("name", "factor", "kind", "months", "buffer_km", "area_id"):
        assert getattr(again, name) == getattr(area, name)
