"""Fleet files: every wrong record is named."""

from pathlib import Path

import pytest

from core.errors import RouteInputError
from core.routing import parse_fleet, read_fleet

EXAMPLE = Path(__file__).parents[3] / "config" / "fleet.example.yaml"


def vessel(**change):
    good = {
        "name": "Alma",
        "speed_kn": 10,
        "collect_speed_kn": 2,
        "sweep_width_m": 30,
        "hold_kg": 1000,
        "endurance_h": 48,
        "fuel_l_per_h": 50,
        "cost_per_h": 100,
        "start": {"port": "P"},
    }
    return {**good, **change}


def fleet(*vessels):
    return {"vessels": list(vessels), "ports": [{"name": "P", "lat": 0, "lon": 200}]}


def test_example_is_read():
    read = read_fleet(EXAMPLE)
    assert [v.name for v in read.vessels] == ["Alma", "Brisa"]
    assert read.vessels[1].end.port == "USHNL"
    assert read.vessels[0].end == read.vessels[0].start


def test_longitude_is_brought_into_range():
    assert parse_fleet(fleet(vessel())).ports[0].lon == -160.0


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), "8", None, True])
def test_bad_numbers_are_named_with_vessel_and_value(value):
    with pytest.raises(RouteInputError, match="vessel Alma: hold_kg is"):
        parse_fleet(fleet(vessel(hold_kg=value)))


def test_every_wrong_record_is_listed():
    document = fleet(
        vessel(speed_kn=-3), vessel(start={"port": "X"}), vessel(name="B", colour=1)
    )
    with pytest.raises(RouteInputError) as caught:
        parse_fleet(document)
    text = str(caught.value)
    assert "speed_kn is -3" in text
    assert "name given twice" in text
    assert "port 'X' is not under 'ports'; known: P" in text
    assert "unknown field 'colour'" in text


@pytest.mark.parametrize(
    "document", [None, [], "x", {}, {"vessels": 3}, {"vessels": [5], "ports": []}]
)
def test_other_shapes_are_refused(document):
    with pytest.raises(RouteInputError):
        parse_fleet(document)


@pytest.mark.parametrize(
    "text",
    ["a: [", "!!python/object/apply:os.system ['true']", "\x00", "vessels: &a [*a]"],
)
def test_hostile_files_are_refused(tmp_path, text):
    path = tmp_path / "fleet.yaml"
    path.write_text(text)
    with pytest.raises(RouteInputError):
        read_fleet(path)


def test_absent_file_is_refused(tmp_path):
    with pytest.raises(RouteInputError, match="cannot be read"):
        read_fleet(tmp_path / "none.yaml")
