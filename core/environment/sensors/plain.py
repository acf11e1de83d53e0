"""The plain JSON profile: one flat object a message, every unit in its name."""

import re
from collections.abc import Mapping
from datetime import datetime
from math import radians
from typing import Any

from core.environment.sensors._payload import (
    MessageRefused,
    identifier,
    moment,
    number,
    position,
    shown,
)
from core.environment.sensors.records import FixFlag, SensorFix
from core.units import knots_to_metres_per_second

__all__ = ["PLAIN_EXAMPLE", "read_plain"]

#: A whole message of the profile.
PLAIN_EXAMPLE: Mapping[str, Any] = {
    "sensor": "buoy-7",
    "time": "2026-05-01T12:00:00Z",
    "lat": 54.33,
    "lon": 10.15,
    "sequence": 412,
    "water_temperature_k": 281.4,
    "battery_v": 3.92,
}

_KNOWN = frozenset({"sensor", "platform", "time", "lat", "lon", "sequence", "values"})
_VALUE_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ZERO_CELSIUS_K = 273.15
#: Largest counter a device may send, 2**63 - 1, which is what a database column holds.
_MAX_SEQUENCE = 2**63 - 1


def read_plain(
    document: Mapping[str, Any],
    *,
    topic: str,
    topic_device: str = "",
    received_at: datetime,
) -> tuple[SensorFix, int]:
    """Read one message of the plain profile.

    Parameters
    ----------
    document : mapping
        ``time`` is required, ``sensor`` too unless the topic names the device;
        ``lat`` and ``lon`` come together or not at all. Every other key that holds a
        number is a value; nested ones stand under ``values``. Names ending in
        ``_deg``, ``_kn`` or ``_c`` are converted to ``_rad``, ``_m_s`` and ``_k``,
        except ``*_from_deg`` and ``*_to_deg``, which are directions and stay.
    topic, topic_device : str
        MQTT topic, and the device it names.
    received_at : datetime
        Arrival, UTC.

    Returns
    -------
    fix : SensorFix
        Not yet checked.
    n_unknown : int
        Entries that are no numbers and were left out.

    Raises
    ------
    MessageRefused
        If the message has no sensor, no time, half a position, or a bad number.
    """
    sensor = identifier(document.get("sensor") or topic_device or None, "sensor")
    platform = identifier(
        document.get("platform") or topic_device or sensor, "platform"
    )
    observed_at, is_naive = moment(document.get("time"), "time")
    lat, lon = position(document, "lat", "lon")
    values, n_unknown = _values(document)
    reasons = []
    if is_naive:
        reasons.append("no_offset: time without an offset was read as UTC")
    if topic_device and platform != topic_device:
        reasons.append(
            f"other_device: topic names {shown(topic_device)}, the message "
            f"{shown(platform)}"
        )
    fix = SensorFix(
        sensor_id=sensor,
        platform_id=platform,
        observed_at=observed_at,
        received_at=received_at,
        lat=lat,
        lon=lon,
        values=values,
        sequence=_sequence(document.get("sequence")),
        profile="plain",
        topic=topic,
        quality_flag=FixFlag.SUSPECT if reasons else FixFlag.NOT_EVALUATED,
        reasons=tuple(reasons),
    )
    return fix, n_unknown


def _sequence(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise MessageRefused(
            "not_a_number", f"sequence is {shown(value)!r}, expected a whole number"
        )
    if not 0 <= value <= _MAX_SEQUENCE:
        raise MessageRefused("not_finite", f"sequence {shown(value)} out of range")
    return value


def _values(document: Mapping[str, Any]) -> tuple[dict[str, float], int]:
    nested = document.get("values", {})
    if not isinstance(nested, dict):
        raise MessageRefused("bad_values", "values is no JSON object")
    entries = [(k, v) for k, v in document.items() if k not in _KNOWN]
    values: dict[str, float] = {}
    n_unknown = 0
    for key, raw in [*entries, *nested.items()]:
        if raw is None:
            continue
        if isinstance(raw, bool | str | list | dict) or not _VALUE_NAME.fullmatch(key):
            n_unknown += 1
            continue
        name, value = _in_si(key, number(raw, shown(key)))
        if name in values:
            raise MessageRefused("repeated_key", f"value {name} given twice")
        values[name] = value
    return values, n_unknown


def _in_si(name: str, value: float) -> tuple[str, float]:
    if name.endswith(("_from_deg", "_to_deg")):
        return name, value
    if name.endswith("_deg"):
        return name.removesuffix("_deg") + "_rad", radians(value)
    if name.endswith("_kn"):
        return name.removesuffix("_kn") + "_m_s", knots_to_metres_per_second(value)
    if name.endswith("_c"):
        return name.removesuffix("_c") + "_k", value + _ZERO_CELSIUS_K
    return name, value
