"""The list of ports: what is taken from it, what is not, and how it is searched."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotFoundError
from core.routing import ports
from core.routing.ports import (
    find_ports,
    has_port_list,
    nearest_ports,
    parse_ports,
    port_by_locode,
)


def entry(code, name, lon, lat, *, terminal=None, country="Some_land"):
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"port": code, "name": name, "cty": country, "t": terminal},
    }


ENTRIES = [
    entry("GRPIR", "Piraeus", 23.63, 37.94, terminal=1.0, country="Greece"),
    entry("ESLCG", "A Coruña", -8.4, 43.37),
    entry("USHNL", "Honolulu", -157.87, 21.3),
    entry("USHNM", "Honolulu West", -157.9, 21.31),
    entry("USWHN", "West Honolulu", -157.95, 21.32),
    entry("CHBSL", "Basel", 7.6, 47.56),
    entry("USPWM", "Portland", -122.7, 45.55, terminal=1.0),
    entry("USPWM", "Portland (Me)", -70.2, 43.66),
    entry("DKCPH", "Kobenhavn", 12.6, 55.7),
    entry("DKCPH", "Copenhagen", 12.58, 55.67, terminal=1.0),
    entry("EG", "No code", 30.0, 31.0),
    entry("GRXX0", "Zero is no letter of a code", 30.0, 31.0),
    entry("GRLAT", "No latitude", 30.0, 91.0),
    entry("GRNAN", "Not a number", float("nan"), 31.0),
    entry("GRNON", "", 30.0, 31.0),
    {"type": "Feature"},
    None,
    7,
]
DOCUMENT = {"type": "FeatureCollection", "features": ENTRIES}


@pytest.fixture
def small_list(monkeypatch):
    monkeypatch.setattr(ports, "_ports", lambda: parse_ports(DOCUMENT))


def test_entries_that_cannot_be_used_are_left_out():
    found = parse_ports(DOCUMENT)
    assert sorted(found) == [
        "CHBSL", "DKCPH", "ESLCG", "GRPIR", "USHNL", "USHNM", "USWHN",
    ]  # fmt: skip
    assert found["GRPIR"].country == "Greece"


def test_code_of_two_places_is_left_out_and_of_one_place_kept():
    """Portland is listed in Maine and in Oregon under one code."""
    found = parse_ports(DOCUMENT)
    assert "USPWM" not in found
    assert found["DKCPH"].name == "Copenhagen"


@pytest.mark.parametrize("document", [None, [], {}, {"features": 3}, "text"])
def test_document_of_another_kind_holds_no_port(document):
    assert parse_ports(document) == {}


@pytest.mark.usefixtures("small_list")
def test_port_is_found_by_its_code_as_people_write_it():
    for text in ("GRPIR", "GR PIR", " gr pir "):
        port = port_by_locode(text)
        assert port is not None
        assert port.name == "Piraeus"
    assert port_by_locode("ZZZZZ") is None
    assert port_by_locode("") is None


@pytest.mark.usefixtures("small_list")
def test_search_ignores_capitals_and_accents_and_puts_the_closest_first():
    assert [p.locode for p in find_ports("a coruna")] == ["ESLCG"]
    assert [p.locode for p in find_ports("HONOLULU")] == ["USHNL", "USHNM", "USWHN"]
    assert [p.locode for p in find_ports("us whn")] == ["USWHN"]
    assert [p.locode for p in find_ports("honolulu", limit=1)] == ["USHNL"]
    assert find_ports(" ") == []


@pytest.mark.usefixtures("small_list")
def test_nearest_ports_come_in_order_and_lie_on_the_sea():
    """Basel is nearest to the Alps, and 500 km from any sea."""
    names = [p.name for p in nearest_ports(lat=46.5, lon=8.0, n=2)]
    assert names == ["Copenhagen", "A Coruña"]
    assert len(nearest_ports(lat=0.0, lon=0.0, n=99)) == 6


@pytest.mark.usefixtures("small_list")
@given(st.text(max_size=30))
def test_any_text_can_be_asked_for(text):
    assert len(find_ports(text)) <= 20
    port_by_locode(text)


def test_missing_list_is_said(monkeypatch):
    monkeypatch.setattr(ports, "_list_path", lambda: None)
    ports._ports.cache_clear()
    assert not has_port_list()
    with pytest.raises(NotFoundError, match="not installed"):
        port_by_locode("GRPIR")


def test_installed_list_is_read_without_importing_its_package(tmp_path, monkeypatch):
    package = tmp_path / "searoute"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    data = json.dumps(DOCUMENT)
    (package / "data" / "ports.geojson").write_text(data, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    ports._ports.cache_clear()
    port = port_by_locode("ESLCG")
    ports._ports.cache_clear()
    assert port is not None
    assert port.name == "A Coruña"


@pytest.mark.skipif(not has_port_list(), reason="the package searoute is not installed")
def test_real_list_knows_ports_of_every_ocean():
    """Positions of the World Port Index, to a tenth of a degree."""
    ports._ports.cache_clear()
    known = {
        "NLRTM": (51.9, 4.5),
        "USHNL": (21.3, -157.9),
        "GRPIR": (37.95, 23.63),
        "SGSIN": (1.27, 103.85),
        "ZACPT": (-33.9, 18.43),
    }
    for code, (lat, lon) in known.items():
        port = port_by_locode(code)
        assert port is not None
        assert abs(port.lat - lat) < 0.12
        assert abs(port.lon - lon) < 0.12
    assert Path(ports.__file__).exists()
