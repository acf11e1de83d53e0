"""Signal K deltas: SI units, angles in radians, paths as names.

References
----------
.. [1] Signal K specification 1.7, "Delta format" and "Keys reference".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import degrees
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

__all__ = ["SIGNALK_PATHS", "read_signalk"]

_POSITION = "navigation.position"
#: Paths that are read, and the name of the value they become.
SIGNALK_PATHS: Mapping[str, str] = {
    "navigation.speedOverGround": "speed_over_ground_m_s",
    "navigation.courseOverGroundTrue": "course_rad",
    "navigation.headingTrue": "heading_rad",
    "environment.wind.speedTrue": "wind_speed_m_s",
    "environment.wind.speedOverGround": "wind_speed_over_ground_m_s",
    "environment.wind.directionTrue": "wind_from_deg",
    "environment.water.temperature": "water_temperature_k",
    "environment.water.salinity": "salinity_ratio",
    "environment.outside.temperature": "air_temperature_k",
    "environment.outside.pressure": "air_pressure_pa",
    "environment.depth.belowTransducer": "depth_below_transducer_m",
    "environment.current.drift": "current_drift_m_s",
    "environment.current.setTrue": "current_to_deg",
    "electrical.batteries.0.voltage": "battery_v",
    "tanks.fuel.0.currentLevel": "fuel_level_ratio",
}
#: Radians in Signal K, kept as degrees: where wind comes from and current goes to.
_DIRECTIONS = frozenset({"wind_from_deg", "current_to_deg"})
_MAX_UPDATES = 500
_FULL_TURN_DEG = 360.0


@dataclass(frozen=True)
class _Reading:
    """What one update holds."""

    lat: float | None
    lon: float | None
    values: dict[str, float]
    n_unknown: int
    is_empty: bool


def read_signalk(
    document: Mapping[str, Any], *, topic: str, received_at: datetime
) -> tuple[list[SensorFix], int]:
    """Read one delta; each update with a known value becomes a fix.

    Parameters
    ----------
    document : mapping
        ``context`` (missing means ``vessels.self``) and ``updates``, each with
        ``timestamp``, ``$source`` or ``source``, and ``values``. ``meta`` and unknown
        paths are counted.
    topic : str
        MQTT topic.
    received_at : datetime
        Arrival, UTC.

    Returns
    -------
    fixes : list of SensorFix
        Not yet checked; empty if nothing known was in it.
    n_unknown : int
        Entries that were not read.

    Raises
    ------
    MessageRefused
        If the delta is not well formed, or an update with values has no timestamp:
        the time of arrival is not the time of measurement. The whole delta is kept
        as refused then.
    """
    platform = _platform(document.get("context", "vessels.self"))
    updates = document.get("updates")
    if not isinstance(updates, list) or len(updates) > _MAX_UPDATES:
        raise MessageRefused(
            "bad_delta", f"updates is no list of at most {_MAX_UPDATES} entries"
        )
    fixes: list[SensorFix] = []
    n_unknown = 0
    for i, update in enumerate(updates):
        if not isinstance(update, dict):
            raise MessageRefused("bad_delta", f"update {i} is no JSON object")
        reading = _reading(update, i)
        n_unknown += reading.n_unknown
        if reading.is_empty:
            continue
        observed_at, is_naive = moment(
            update.get("timestamp"), f"timestamp of update {i}"
        )
        reasons = (
            ("no_offset: time without an offset was read as UTC",) if is_naive else ()
        )
        fixes.append(
            SensorFix(
                sensor_id=identifier(f"{platform}/{_source(update)}", "$source"),
                platform_id=platform,
                observed_at=observed_at,
                received_at=received_at,
                lat=reading.lat,
                lon=reading.lon,
                values=reading.values,
                profile="signalk",
                topic=topic,
                quality_flag=FixFlag.SUSPECT if reasons else FixFlag.NOT_EVALUATED,
                reasons=reasons,
            )
        )
    return fixes, n_unknown


def _platform(context: object) -> str:
    """Id of a context: ``vessels.urn:mrn:…`` without the group, ``self`` for own."""
    text = identifier("vessels.self" if context is None else context, "context")
    group, _, rest = text.partition(".")
    return identifier(rest or group, "context")


def _source(update: Mapping[str, Any]) -> str:
    label = update.get("$source")
    if isinstance(label, str) and label.strip():
        return label.strip()
    source = update.get("source")
    if isinstance(source, dict):
        parts = [source.get(key) for key in ("label", "src", "sentence", "pgn")]
        return ".".join(str(p) for p in parts if isinstance(p, str | int)) or "unknown"
    return "unknown"


def _reading(update: Mapping[str, Any], i: int) -> _Reading:
    entries = update.get("values", [])
    if not isinstance(entries, list):
        raise MessageRefused("bad_delta", f"values of update {i} is no list")
    lat = lon = None
    values: dict[str, float] = {}
    meta = update.get("meta", [])
    n_unknown = len(meta) if isinstance(meta, list) else 1
    n_known = 0
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
            raise MessageRefused("bad_delta", f"a value of update {i} has no path")
        path, raw = entry["path"], entry.get("value")
        if path == _POSITION:
            n_known += 1
            if raw is not None and not isinstance(raw, dict):
                raise MessageRefused(
                    "half_position", f"position is {shown(raw)!r}, expected an object"
                )
            lat, lon = position(raw or {}, "latitude", "longitude")
            continue
        found = _known_values(path, raw)
        n_known += len(found)
        n_unknown += not found
        values.update(found)
    return _Reading(lat, lon, values, n_unknown, n_known == 0)


def _known_values(path: str, raw: object) -> dict[str, float]:
    """Numbers of a path by name; empty for an unknown path or null."""
    if path == "environment.current" and isinstance(raw, dict):
        return {
            name: value
            for key, entry in raw.items()
            for name, value in _known_values(f"{path}.{key}", entry).items()
        }
    name = SIGNALK_PATHS.get(path)
    if name is None or raw is None:
        return {}
    value = number(raw, path)
    if name in _DIRECTIONS:
        value = degrees(value) % _FULL_TURN_DEG
    return {name: value}
