"""Rules of the plain JSON profile."""

import json
from datetime import UTC, datetime
from math import pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.environment.sensors import (
    PLAIN_EXAMPLE,
    FixFlag,
    MessageRefused,
    read_message,
)

NOW = datetime(2026, 5, 1, 12, 0, 5, tzinfo=UTC)


def read(document, topic="buoy/b7/obs"):
    payload = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_message(topic, payload, received_at=NOW)


def only(document, topic="buoy/b7/obs"):
    (fix,) = read(document, topic).fixes
    return fix


def test_the_documented_example_is_read_whole():
    fix = only(dict(PLAIN_EXAMPLE))
    assert (fix.sensor_id, fix.platform_id, fix.sequence) == ("buoy-7", "b7", 412)
    assert fix.observed_at == datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert (fix.lat, fix.lon) == (54.33, 10.15)
    assert fix.values == {"water_temperature_k": 281.4, "battery_v": 3.92}
    assert fix.quality_flag == FixFlag.NOT_EVALUATED


def test_the_topic_names_the_sensor_where_the_message_does_not():
    assert only({"time": "2026-05-01T12:00:00Z"}).sensor_id == "b7"


def test_units_in_names_are_brought_to_si():
    fix = only(
        {
            "time": "2026-05-01T12:00:00Z",
            "course_deg": 180,
            "speed_over_ground_kn": 1,
            "water_temperature_c": 8.25,
            "wind_from_deg": 270,
            "values": {"current_drift_m_s": 0.4},
        }
    )
    assert fix.values == pytest.approx(
        {
            "course_rad": pi,
            "speed_over_ground_m_s": 1852 / 3600,  # BIPM: a knot
            "water_temperature_k": 281.4,
            "wind_from_deg": 270.0,
            "current_drift_m_s": 0.4,
        }
    )


def test_entries_that_are_no_numbers_are_counted_not_refused():
    message = read({"time": "2026-05-01T12:00:00Z", "note": "hi", "ok": True, "A b": 1})
    assert message.n_unknown == 3
    assert message.fixes[0].values == {}


def test_a_time_without_offset_is_read_as_utc_and_suspect():
    fix = only({"time": "2026-05-01T12:00:00"})
    assert fix.observed_at == datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert fix.quality_flag == FixFlag.SUSPECT
    assert fix.reasons[0].startswith("no_offset")


def test_an_offset_is_brought_to_utc():
    fix = only({"time": "2026-05-01T14:00:00+02:00"})
    assert fix.observed_at == datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_longitudes_of_the_360_kind_are_wrapped():
    fix = only({"time": "2026-05-01T12:00:00Z", "lat": 0, "lon": 200})
    assert fix.lon == -160.0


def test_a_message_that_names_another_device_than_its_topic_is_suspect():
    fix = only({"time": "2026-05-01T12:00:00Z", "platform": "b9"})
    assert fix.quality_flag == FixFlag.SUSPECT
    assert fix.reasons == ("other_device: topic names b7, the message b9",)


T = b'"time":"2026-05-01T12:00:00Z"'


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "not_json"),
        (b"[1]", "not_object"),
        (b"\xff{}", "not_utf8"),
        (b'{"time":"2026-05-01T12:00:00Z"', "not_json"),
        (b"{" + T + b',"lat":NaN,"lon":1}', "not_finite"),
        (b"{" + T + b',"lat":-Infinity,"lon":1}', "not_finite"),
        (b"{" + T + b',"x":1e999}', "not_finite"),
        (b"{" + T + b',"x":1' + b"0" * 400 + b"}", "not_finite"),
        (b"{" + T + b',"x":1' + b"0" * 5000 + b"}", "not_json"),
        (b"{" + T + b',"sequence":1' + b"0" * 30 + b"}", "not_finite"),
        (b"{" + T + b',"sequence":-1}', "not_finite"),
        (b"{" + T + b',"sequence":true}', "not_a_number"),
        (b"{" + T + b"," + T + b"}", "repeated_key"),
        (b"{" + T + b',"a":{"b":1,"b":2}}', "repeated_key"),
        (b"{" + T + b',"x_kn":1,"x_m_s":1}', "repeated_key"),
        (b"{" + T + b',"a":' + b"[" * 20 + b"]" * 20 + b"}", "too_deep"),
        (b"[" * 60_000, "too_deep"),
        (b'{"a":"' + b"x" * 70_000 + b'"}', "too_large"),
        (b'{"lat":1,"lon":1}', "bad_time"),
        (b'{"time":1777636800}', "bad_time"),
        (b'{"time":"yesterday"}', "bad_time"),
        (b'{"time":"2026-13-01T12:00:00Z"}', "bad_time"),
        (b'{"time":"0001-01-01T00:00:00+14:00"}', "bad_time"),
        (b"{" + T + b',"lat":1}', "half_position"),
        (b"{" + T + b',"lat":"54","lon":10}', "not_a_number"),
        (b"{" + T + b',"lat":true,"lon":10}', "not_a_number"),
        (b"{" + T + b',"sensor":"a\\nb"}', "bad_id"),
        (b"{" + T + b',"sensor":"\\ud800"}', "bad_id"),
        (b"{" + T + b',"sensor":"' + b"x" * 201 + b'"}', "bad_id"),
        (b"{" + T + b',"values":[1]}', "bad_values"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_code(payload, code):
    with pytest.raises(MessageRefused) as refused:
        read(payload)
    assert refused.value.code == code
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 300


def test_brackets_inside_a_text_are_not_depth():
    assert read({"time": "2026-05-01T12:00:00Z", "note": '["\\' * 200}).n_unknown == 1


@pytest.mark.parametrize(
    ("payload", "status", "detail"),
    [
        (b"offline", "offline", ""),
        (b" Online\n", "online", ""),
        (b'{"status":"offline","reason":"battery"}', "offline", "battery"),
    ],
)
def test_a_status_topic_carries_the_last_will(payload, status, detail):
    said = read(payload, "fleet/v1/status").status
    assert (said.platform_id, said.status, said.detail) == ("v1", status, detail)


@pytest.mark.parametrize("payload", [b"", b"gone", b'{"status":4}', b"\xff\xfe"])
def test_an_unknown_status_is_refused(payload):
    with pytest.raises(MessageRefused) as refused:
        read(payload, "fleet/v1/status")
    assert refused.value.code == "bad_status"


@given(st.binary(max_size=200), st.sampled_from(["buoy/b/obs", "a/b/status", "x", ""]))
def test_no_payload_breaks_the_reader(payload, topic):
    try:
        message = read(payload, topic)
    except MessageRefused as refused:
        assert refused.code
    else:
        assert message.fixes or message.status


KEYS = (
    "updates values path value timestamp time lat lon context $source source meta "
    "latitude longitude x_c"
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=6)
    ),
    max_leaves=20,
)


@given(json_values)
def test_no_document_breaks_the_reader(document):
    try:
        message = read(document)
    except MessageRefused as refused:
        assert refused.code
    else:
        assert message.n_unknown >= 0
