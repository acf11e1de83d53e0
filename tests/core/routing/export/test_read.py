"""Export then import is the identity, and hostile files are refused."""

import json

import pytest
from hypothesis import HealthCheck, given, settings

from core.errors import RouteInputError
from core.routing.export import (
    check_rtz,
    outline,
    read_csv,
    read_geojson,
    read_gpx,
    read_kml,
    read_rtz,
    rtz_files,
    to_csv,
    to_geojson,
    to_gpx,
    to_kml,
)
from core.routing.export._xml import parse_xml
from tests.plan_strategies import cleanup_plans

_SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@_SLOW
@given(plan=cleanup_plans())
def test_gpx_and_kml_bring_the_plan_back(plan):
    assert read_gpx(to_gpx(plan)) == outline(plan)
    assert read_kml(to_kml(plan)) == outline(plan)


@_SLOW
@given(plan=cleanup_plans())
def test_geojson_and_csv_bring_back_what_they_carry(plan):
    expected = outline(plan)
    text = json.dumps(to_geojson(plan), allow_nan=False)
    assert read_geojson(text).trips == expected.trips
    assert read_csv(to_csv(plan)) == expected.stops_only()


@_SLOW
@given(plan=cleanup_plans())
def test_rtz_brings_back_each_vessel_and_keeps_the_rules(plan):
    for version in ("1.0", "1.2"):
        files = rtz_files(plan, version=version)
        read = [read_rtz(text) for text in files.values()]
        trips = tuple(trip for one in read for trip in one.trips)
        assert trips == outline(plan).trips
        assert all(one.simulated == plan.simulated for one in read)
        assert [fault for text in files.values() for fault in check_rtz(text)] == []


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (BOMB, "document type"),
        (OUTSIDE, "document type"),
        ("<a>" * 50 + "</a>" * 50, "nested"),
        ("<a>" + "<b/>" * 500_000 + "</a>", "elements"),
        ("<a>" + " " * 20_000_000 + "</a>", "20 MB"),
        ("<a>", "not well-formed"),
        ("", "not well-formed"),
        ("\x00", "not well-formed"),
        ("<a>&nothing;</a>", "not well-formed"),
        ("\ud800", "not well-formed"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_hostile_xml_is_refused(text, word):
    with pytest.raises(RouteInputError, match=word):
        parse_xml(text, what="file")


@pytest.mark.parametrize("read", [read_gpx, read_kml, read_rtz])
@pytest.mark.parametrize("text", [BOMB, OUTSIDE, "<a/>", ""])
def test_every_reader_refuses_what_is_not_its_format(read, text):
    with pytest.raises(RouteInputError):
        read(text)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"features": [{}]}', "[" * 100_000, b"\xff"]
)
def test_json_that_is_no_plan_is_refused(text):
    with pytest.raises(RouteInputError):
        read_geojson(text)


def test_tables_without_the_columns_are_refused():
    with pytest.raises(RouteInputError, match="arrive"):
        read_csv("vessel,trip\na,1\n")


def test_a_stop_with_a_broken_time_is_refused(plan):
    text = to_csv(plan)
    with pytest.raises(RouteInputError, match="cannot be read"):
        read_csv(text.replace("2026-06-01T", "2026-06-31T"))
