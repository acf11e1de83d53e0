"""Fleet files: every wrong record is named, the rest is read."""

from pathlib import Path

import pytest

from core.errors import NotFoundError, RouteInputError
from core.routing import _harbours, accept_fleet, load_fleet, parse_fleet, read_fleet
from core.routing.ports import WorldPort

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


def port(**change):
    return {"name": "P", "lat": 0, "lon": 200, **change}


def fleet(*vessels, ports=None):
    return {"vessels": list(vessels), "ports": [port()] if ports is None else ports}


def refused(**change):
    """Fields refused of a vessel that sails beside a good one."""
    read = accept_fleet(fleet(vessel(name="Good"), vessel(**change)))
    assert [one.name for one in read.fleet.vessels] == ["Good"]
    return {one.field: one.reason for one in read.rejected}


def test_example_is_read():
    read = read_fleet(EXAMPLE)
    assert (read.rejected, read.notes) == ((), ())
    assert [v.name for v in read.fleet.vessels] == ["Alma", "Brisa"]
    assert read.fleet.vessels[1].end.port == "USHNL"
    assert read.fleet.vessels[0].end == read.fleet.vessels[0].start


def test_longitude_is_brought_into_range():
    assert parse_fleet(fleet(vessel())).ports[0].lon == -160.0


@pytest.mark.parametrize(
    "value", [0, -1, float("nan"), float("inf"), "8", None, True, [], 10**400]
)
@pytest.mark.parametrize(
    "field", ["speed_kn", "hold_kg", "endurance_h", "sweep_width_m"]
)
def test_a_vessel_without_a_number_is_refused_and_the_others_read(field, value):
    assert list(refused(**{field: value})) == [field]
    with pytest.raises(RouteInputError, match=f"vessel Alma: {field} is"):
        parse_fleet(fleet(vessel(**{field: value})))


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"start": {"port": "X"}}, "start.port", "not under 'ports'; known: P"),
        ({"end": {"port": "X"}}, "end.port", "not under 'ports'; known: P"),
        ({"start": None}, "start", "expected {port: NAME} or {lat, lon}"),
        ({"start": {"lat": 95, "lon": 0}}, "lat", "lat and lon may be swapped"),
        ({"start": {"port": "P", "lat": 1}}, "start.'lat'", "not known"),
        ({"name": "Good"}, "name", "given twice; the first is used"),
        ({"name": "a\u202eb"}, "name", "expected a name of 1 to 80 letters"),
        ({"name": "x" * 10_000}, "name", "expected a name of 1 to 80 letters"),
        ({"colour": 1}, "'colour'", "a field that is not known"),
        ({"max_wave_m": 0}, "max_wave_m", "expected a number from 0.01"),
        ({"max_wind_m_s": "calm"}, "max_wind_m_s", "expected a number"),
        ({"crew_hours_per_day": 25}, "crew_hours_per_day", "to 24"),
        ({"shift_start": "6:00"}, "shift_start", "as 'HH:MM', UTC"),
        ({"shift_start": 360}, "shift_start", "as 'HH:MM', UTC"),
        ({"length_m": -1}, "length_m", "expected a number"),
    ],
)
def test_a_wrong_vessel_is_named_and_the_others_read(change, field, said):
    assert said in refused(**change)[field]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lat": None}, "lat"),
        ({"lon": "x"}, "lon"),
        ({"unload_h": -1}, "unload_h"),
        ({"depth": 3}, "'depth'"),
        ({"open": "day"}, "open"),
        ({"open": []}, "open"),
        ({"open": [["06:00"]]}, "open"),
        ({"open": [["06:00", "06:00"]]}, "open"),
        ({"open": [["06:00", "25:00"]]}, "open"),
    ],
)
def test_a_wrong_port_takes_its_vessels_with_it(change, field):
    good = port(name="Q")
    sails = vessel(name="Sails", start={"port": "Q"})
    read = accept_fleet(
        fleet(sails, vessel(), vessel(name="B", start={"port": "Q"}, end={"port": "P"}),
              ports=[port(**change), good])
    )  # fmt: skip
    assert [one.name for one in read.fleet.vessels] == ["Sails"]
    assert [one.name for one in read.fleet.ports] == ["Q"]
    assert [(one.record, one.field) for one in read.rejected] == [
        ("port P", field),
        ("vessel Alma", "start.port"),
        ("vessel B", "end.port"),
    ]
    assert read.rejected[1].reason == "a port that was refused"


def test_a_port_given_twice_is_used_as_given_first():
    read = accept_fleet(fleet(vessel(), ports=[port(), port(lat=5)]))
    assert [one.lat for one in read.fleet.ports] == [0.0]
    assert "given twice" in read.rejected[0].reason


def test_a_port_without_a_position_is_looked_up_by_its_code(monkeypatch):
    known = WorldPort("GRPIR", "Piraeus", "Greece", 37.94, 23.64)
    monkeypatch.setattr(_harbours, "port_by_locode", {"GRPIR": known}.get)
    ship = vessel(start={"port": "GRPIR"})
    read = accept_fleet(fleet(ship, ports=[{"locode": "GRPIR"}]))
    assert (read.fleet.ports[0].lat, read.fleet.ports[0].lon) == (37.94, 23.64)
    assert "from a list of ports and not checked" in read.notes[0]
    assert read.strict() == read.fleet
    given = accept_fleet(fleet(ship, ports=[{"locode": "GRPIR", "lat": 1, "lon": 2}]))
    assert given.fleet.ports[0].lat == 1.0
    for one in ({"locode": "XXXXX"}, {"name": "GRPIR"}, {"locode": "GRPIR", "lat": 1}):
        with pytest.raises(RouteInputError, match="expected degrees"):
            accept_fleet(fleet(vessel(start={"port": "GRPIR"}), ports=[one]))


def test_without_the_list_a_port_needs_its_position(monkeypatch):
    def missing(code):
        raise NotFoundError("the list is not installed")

    monkeypatch.setattr(_harbours, "port_by_locode", missing)
    with pytest.raises(RouteInputError, match="port P: lat is nothing"):
        accept_fleet(fleet(vessel(), ports=[{"locode": "P"}]))


def test_ports_may_be_open_over_midnight():
    hours = [["22:30", "06:00"], ["08:00", "12:00"]]
    read = parse_fleet(fleet(vessel(), ports=[port(open=hours)]))
    assert read.ports[0].open_hours() == ((8.0, 12.0), (22.5, 30.0))
    whole = parse_fleet(fleet(vessel(), ports=[port(open=[["00:00", "24:00"]])]))
    assert whole.ports[0].open_hours() == ((0.0, 24.0),)


def test_without_a_good_vessel_every_record_is_named():
    with pytest.raises(RouteInputError) as caught:
        accept_fleet(fleet(vessel(speed_kn=-3), vessel(start={"port": "X"}), 5))
    text = str(caught.value)
    assert "vessel Alma: speed_kn is -3" in text
    assert "port is 'X', which is not under 'ports'; known: P" in text
    assert "vessel 3: expected a mapping" in text


def test_other_fields_beside_vessels_and_ports_are_named():
    document = {**fleet(vessel()), "currency": "EUR"}
    read = accept_fleet(document)
    assert [(one.record, one.field) for one in read.rejected] == [
        ("fleet", "'currency'")
    ]
    with pytest.raises(RouteInputError, match="currency"):
        parse_fleet(document)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "x",
        {},
        {"vessels": 3},
        {"vessels": [5], "ports": []},
        fleet(vessel(), ports={"P": 1}),
        fleet(*[vessel(name=str(i)) for i in range(101)]),
    ],
)
def test_other_shapes_are_refused(document):
    with pytest.raises(RouteInputError):
        accept_fleet(document)


@pytest.mark.parametrize(
    "text",
    [
        "a: [",
        "!!python/object/apply:os.system ['true']",
        "\x00",
        "vessels: &a [*a]",
        "vessels: " + "[" * 20_000,
        "#" * 300_001,
        "vessels: 1\nvessels: 2",
    ],
)
def test_hostile_files_are_refused(text):
    with pytest.raises(RouteInputError):
        load_fleet(text.encode())


def test_absent_file_is_refused(tmp_path):
    with pytest.raises(RouteInputError, match="cannot be read"):
        read_fleet(tmp_path / "none.yaml")
