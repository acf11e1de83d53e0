"""KML files: playable tracks, escaped balloons, colours a vessel."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from core.errors import RouteInputError
from core.routing.export import FORMATS, cannot_carry, to_kml

NS = {
    "k": "http://www.opengis.net/kml/2.2",
    "gx": "http://www.google.com/kml/ext/2.2",
}


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own text


def test_tracks_have_a_time_for_each_place(plan):
    (track,) = parsed(to_kml(plan)).iterfind(".//gx:Track", NS)
    whens = [one.text or "" for one in track.iterfind("k:when", NS)]
    places = [(one.text or "").split(" ") for one in track.iterfind("gx:coord", NS)]
    assert len(whens) == len(places)
    assert whens == sorted(whens)
    assert whens[0] == "2026-06-01T00:00:00Z"
    assert [float(x) for x in places[0]] == [179.0, 40.0, 0.0]


def test_balloons_show_names_as_text_not_as_markup(plan):
    texts = [
        one.findtext("k:description", "", NS)
        for one in parsed(to_kml(plan)).iterfind(".//k:Placemark", NS)
    ]
    (balloon,) = [text for text in texts if "300 kg" in text]
    assert "b &amp; &lt;c&gt;" in balloon
    assert "<c>" not in balloon


def test_vessels_are_told_apart_by_colours_in_kml_order(plan):
    two = (plan.vessels[0], replace(plan.vessels[0], name="Berta"))
    root = parsed(to_kml(replace(plan, vessels=two)))
    colours = [
        s.findtext("k:LineStyle/k:color", "", NS)
        for s in root.iter(f"{{{NS['k']}}}Style")
    ]
    # Okabe and Ito's blue 0072B2 and vermilion D55E00 as alpha, blue, green, red.
    assert colours == ["ffb27200", "ff005ed5"]
    urls = {one.text for one in root.iter(f"{{{NS['k']}}}styleUrl")}
    assert urls == {"#vessel-1", "#vessel-2"}


def test_children_of_a_place_stand_in_the_order_of_the_schema(plan):
    order = ["name", "description", "TimeSpan", "TimeStamp", "styleUrl"]
    order += ["ExtendedData", "Point", "Track"]
    for place in parsed(to_kml(plan)).iter(f"{{{NS['k']}}}Placemark"):
        tags = [one.tag.split("}")[1] for one in place]
        assert tags == sorted(tags, key=order.index)


def test_identifiers_in_a_file_are_unique(plan):
    ids = [one.get("id") for one in parsed(to_kml(plan)).iter() if one.get("id")]
    assert len(ids) == len(set(ids)) == 4


def test_every_format_says_what_it_cannot_carry():
    assert set(FORMATS) == {"gpx", "rtz", "kml", "geojson", "csv", "pdf"}
    assert all(cannot_carry(one) for one in FORMATS)
    with pytest.raises(RouteInputError, match="'doc' is unknown"):
        cannot_carry("doc")
