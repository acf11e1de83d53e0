"""Rules of reading sites and fleets that hold for any content."""

import json

import numpy as np
import pandas as pd
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import RouteInputError
from core.routing import (
    SITE_COLUMNS,
    accept_fleet,
    accept_sites,
    check_sites,
    fleet_to_dict,
    load_fleet,
    parse_fleet,
    parse_sites,
    site_rows,
)
from tests.strategies import fleets, plan_names, site_frames

#: What stands in the cells of files that people make, right and wrong.
_CELLS = st.sampled_from(
    ["", "0", "1", "-1", "91", "200", "1e9", "1e-320", "nan", "1_0", "1,5", "x", "=1+1",
     "a\u202eb", "2026-06-01", "2026-06-02T05:00+02:00", '"', "\x00", "N" * 90]
)  # fmt: skip
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["P", "06:00", "18:00", "x", "\x07", 10**400, 1e-320]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["port", "lat", "lon", "x", 3]), inner)
    ),
    max_leaves=4,
)
_VESSEL = st.sampled_from(
    ["name", "speed_kn", "collect_speed_kn", "sweep_width_m", "hold_kg", "endurance_h",
     "fuel_l_per_h", "cost_per_h", "start", "end", "max_wave_m", "shift_start", "x"]
)  # fmt: skip
_PORT = st.sampled_from(["name", "locode", "lat", "lon", "unload_h", "open", "x"])


def check_frame(frame):
    """Every limit that docs/plan_inputs.md states for a site that is accepted."""
    assert tuple(frame.columns) == SITE_COLUMNS
    assert len(frame) > 0
    assert frame["site"].is_unique
    assert frame["site"].map(lambda name: 0 < len(name) <= 80).all()
    assert frame["site"].map(str.isprintable).all()
    assert frame["lat"].between(-90, 90).all()
    assert frame["lon"].between(-180, 180, inclusive="left").all()
    assert frame["mass_kg"].between(0, 1e9, inclusive="right").all()
    assert (frame["mass_kg_low"] <= frame["mass_kg"]).all()
    assert frame["mass_kg_high"].between(frame["mass_kg"], 1e9).all()
    assert frame["priority"].between(0, 1e6).all()
    assert (frame["service_h"].isna() | frame["service_h"].between(0, 1e4)).all()
    assert not (frame["open_until"] <= frame["open_from"]).any()
    assert not (frame["prefer_until"] <= frame["prefer_from"]).any()


def check_fleet(fleet):
    """Every limit that docs/plan_inputs.md states for what is accepted."""
    assert fleet.vessels
    ports = {port.name: port for port in fleet.ports}
    assert len(ports) == len(fleet.ports)
    assert len({vessel.name for vessel in fleet.vessels}) == len(fleet.vessels)
    for vessel in fleet.vessels:
        assert 0.1 <= vessel.speed_kn <= 60
        assert 0.001 <= vessel.hold_kg <= 1e8
        assert 0.01 <= vessel.endurance_h <= 1e4
        assert vessel.crew_hours_per_day is None or vessel.crew_hours_per_day <= 24
        for place in (vessel.start, vessel.end):
            assert -90 <= place.lat <= 90
            assert -180 <= place.lon < 180
            assert place.port is None or place.port in ports
    for port in fleet.ports:
        assert 0 <= port.unload_h <= 1000
        assert all(0 <= a < 24 and a < b <= 48 for a, b in port.open_hours())


@given(site_frames())
def test_sites_to_rows_and_back_is_the_identity(frame):
    read = check_sites(frame)
    check_frame(read)
    rows = json.loads(json.dumps(site_rows(read), allow_nan=False))
    pd.testing.assert_frame_equal(check_sites(pd.DataFrame(rows)), read)


@given(site_frames(), st.data())
def test_a_file_is_read_as_its_frame_is(frame, data):
    frame = frame[data.draw(st.permutations(list(frame.columns)))]
    separator = data.draw(st.sampled_from([",", ";", "\t"]))
    text = frame.to_csv(index=False, sep=separator)
    read = parse_sites(text.encode())
    assert (read.rejected, read.notes) == ((), ())
    pd.testing.assert_frame_equal(read.frame, check_sites(frame))


@given(site_frames(), st.integers(0, 5), _CELLS, st.sampled_from(SITE_COLUMNS))
def test_one_wrong_cell_costs_one_row_at_most(frame, row, cell, column):
    row %= len(frame)
    rows = site_rows(check_sites(frame))
    rows[row][column] = cell
    try:
        read = accept_sites(pd.DataFrame(rows))
    except RouteInputError:
        assert len(frame) == 1
        return
    check_frame(read.frame)
    assert len(read.frame) >= len(frame) - 1
    assert (len(read.frame) < len(frame)) == bool(read.rejected)


@given(st.binary(max_size=400))
def test_any_bytes_are_sites_or_refused(data):
    for content in (data, b"site,lat,lon,mass_kg\n" + data):
        try:
            check_frame(parse_sites(content).frame)
        except RouteInputError as error:
            assert str(error).isprintable()


@given(st.lists(st.lists(_CELLS, max_size=6), max_size=5), st.sampled_from(",;\t"))
def test_any_table_is_sites_or_refused(table, separator):
    lines = ["site,lat,lon,mass_kg,open_from".replace(",", separator)]
    lines += [separator.join(row) for row in table]
    try:
        read = parse_sites("\r\n".join(lines).encode())
    except RouteInputError:
        return
    check_frame(read.frame)
    again = accept_sites(read.frame)
    pd.testing.assert_frame_equal(again.frame, read.frame)
    assert again.rejected == ()


@given(fleets())
def test_fleet_to_document_and_back_is_the_identity(fleet):
    document = json.loads(json.dumps(fleet_to_dict(fleet), allow_nan=False))
    assert parse_fleet(document) == fleet
    check_fleet(fleet)


@given(fleets())
def test_fleet_to_file_and_back_is_the_identity(fleet):
    text = yaml.safe_dump(fleet_to_dict(fleet), allow_unicode=True)
    assert load_fleet(text.encode()).strict() == fleet


@given(fleets(), st.data())
def test_a_spoilt_field_costs_what_depends_on_it_at_most(fleet, data):
    document = fleet_to_dict(fleet)
    which = data.draw(st.integers(0, len(fleet.vessels) - 1))
    document["vessels"][which][data.draw(_VESSEL)] = data.draw(_VALUES)
    try:
        read = accept_fleet(document)
    except RouteInputError:
        assert len(fleet.vessels) == 1
        return
    check_fleet(read.fleet)
    assert read.fleet.ports == fleet.ports
    kept = {vessel.name for vessel in read.fleet.vessels}
    others = [v.name for i, v in enumerate(fleet.vessels) if i != which]
    assert len(kept & set(others)) >= len(others) - 1
    assert read.rejected or len(kept) == len(fleet.vessels)


@given(
    st.lists(st.dictionaries(_VESSEL, _VALUES | plan_names), max_size=3),
    st.lists(st.dictionaries(_PORT, _VALUES | plan_names), max_size=3),
)
def test_any_document_is_a_fleet_or_refused(vessels, ports):
    try:
        read = accept_fleet({"vessels": vessels, "ports": ports})
    except RouteInputError as error:
        assert str(error).isprintable()
        return
    check_fleet(read.fleet)


@given(_VALUES)
def test_any_value_is_a_fleet_or_refused(value):
    for document in (value, {"vessels": value}, {"vessels": [{}], "ports": value}):
        try:
            accept_fleet(document)
        except RouteInputError:
            continue
        raise AssertionError(document)


@given(st.binary(max_size=300) | st.text("{}[]&*<>!|:-? #\n'\"%@`abc019.~=").map(
    str.encode
))  # fmt: skip
@example(b"a: !!int x")
@example(b"a: !!float ''")
@example(b"- &a [*a, *a]\n- {<<: *a}")
@example(b"a: 1" + b"1" * 5000)
@example(b"a: 2001-99-99")
def test_any_bytes_are_a_fleet_or_refused(data):
    for content in (data, b"vessels:\n- " + data):
        try:
            check_fleet(load_fleet(content).fleet)
        except RouteInputError as error:
            assert str(error).isprintable()


@given(site_frames())
def test_reading_twice_changes_nothing(frame):
    once = check_sites(frame)
    pd.testing.assert_frame_equal(check_sites(once), once)
    assert np.isfinite(once[["lat", "lon", "mass_kg", "priority"]]).all(axis=None)
