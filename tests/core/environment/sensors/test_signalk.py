"""Rules of the Signal K profile; the first example is the specification's form."""

import json
from datetime import UTC, datetime
from math import pi

import pytest

from core.environment.sensors import FixFlag, MessageRefused, read_message

NOW = datetime(2026, 5, 1, 12, 0, 5, tzinfo=UTC)
T = "2026-05-01T12:00:00.000Z"


def read(document, topic="signalk/delta"):
    return read_message(topic, json.dumps(document).encode(), received_at=NOW)


def update(*values, **more):
    return {
        "$source": "gps.0",
        "timestamp": T,
        "values": [{"path": path, "value": value} for path, value in values],
        **more,
    }


def test_a_delta_is_read():
    message = read(
        {
            "context": "vessels.urn:mrn:imo:mmsi:234567890",
            "updates": [
                update(
                    (
                        "navigation.position",
                        {"longitude": -140.1, "latitude": 31.2},
                    ),
                    ("navigation.speedOverGround", 1.54),
                    ("navigation.courseOverGroundTrue", pi / 2),
                )
            ],
        }
    )
    (fix,) = message.fixes
    assert fix.platform_id == "urn:mrn:imo:mmsi:234567890"
    assert fix.sensor_id == "urn:mrn:imo:mmsi:234567890/gps.0"
    assert fix.observed_at == datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert (fix.lat, fix.lon) == (31.2, -140.1)
    assert fix.values == {"speed_over_ground_m_s": 1.54, "course_rad": pi / 2}
    assert (fix.profile, fix.quality_flag) == ("signalk", FixFlag.NOT_EVALUATED)


def test_directions_come_from_radians_and_current_may_be_one_object():
    (fix,) = read(
        {
            "updates": [
                update(
                    ("environment.wind.directionTrue", 1.5 * pi),
                    ("environment.wind.speedTrue", 8.0),
                    ("environment.current", {"setTrue": pi, "drift": 0.4}),
                    ("environment.water.temperature", 281.4),
                )
            ]
        }
    ).fixes
    assert fix.values == pytest.approx(
        {
            "wind_from_deg": 270.0,
            "wind_speed_m_s": 8.0,
            "current_to_deg": 180.0,
            "current_drift_m_s": 0.4,
            "water_temperature_k": 281.4,
        }
    )
    assert fix.lat is None


def test_a_missing_context_means_self():
    (fix,) = read({"updates": [update(("navigation.speedOverGround", 1))]}).fixes
    assert fix.sensor_id == "self/gps.0"


def test_each_update_is_a_fix_with_its_own_time_and_source():
    second = update(("navigation.speedOverGround", 2), timestamp="2026-05-01T12:00:01Z")
    del second["$source"]
    second["source"] = {"label": "n2k", "src": "115", "pgn": 128275}
    fixes = read({"updates": [update(("navigation.speedOverGround", 1)), second]}).fixes
    assert [f.sensor_id for f in fixes] == ["self/gps.0", "self/n2k.115.128275"]
    assert [f.observed_at.second for f in fixes] == [0, 1]


def test_meta_and_unknown_paths_are_counted_never_an_error():
    message = read(
        {
            "updates": [
                update(("design.length", {"overall": 12}), ("notes.x", "hi")),
                {"meta": [{"path": "navigation.log", "value": {"units": "m"}}]},
            ]
        }
    )
    assert message.fixes == ()
    assert message.n_unknown == 3


def test_null_position_is_a_missing_position():
    (fix,) = read(
        {
            "updates": [
                update(("navigation.position", None), ("navigation.headingTrue", 1.0))
            ]
        }
    ).fixes
    assert fix.lat is None
    assert fix.values == {"heading_rad": 1.0}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"updates": {}}, "bad_delta"),
        ({"updates": [1]}, "bad_delta"),
        ({"updates": [{"values": {}}]}, "bad_delta"),
        ({"updates": [{"values": [{"value": 1}]}]}, "bad_delta"),
        ({"updates": [{}] * 501}, "bad_delta"),
        ({"context": "a\nb", "updates": []}, "bad_id"),
        ({"updates": [update(("navigation.position", [1, 2]))]}, "half_position"),
        (
            {"updates": [update(("navigation.position", {"latitude": 1}))]},
            "half_position",
        ),
        ({"updates": [update(("navigation.speedOverGround", "1"))]}, "not_a_number"),
        (
            {"updates": [update(("navigation.headingTrue", 1), timestamp=None)]},
            "bad_time",
        ),
    ],
)
def test_a_delta_that_is_not_well_formed_is_refused(document, code):
    with pytest.raises(MessageRefused) as refused:
        read(document)
    assert refused.value.code == code
