"""Checks that need nothing but the fix itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.environment.sensors.limits import FixLimits
from core.environment.sensors.records import SensorFix


@dataclass(frozen=True, order=True)
class Place:
    """A place on Earth at a time."""

    at: datetime
    lat: float
    lon: float


def place_of(fix: SensorFix) -> Place | None:
    """Return the place of a fix, if it is a place on Earth and not 0, 0."""
    lat, lon = fix.lat, fix.lon
    if lat is None or lon is None or (lat == 0.0 and lon == 0.0):
        return None
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon < 180.0):
        return None
    return Place(fix.observed_at, lat, lon)


def judge_alone(
    fix: SensorFix, limits: FixLimits, *, is_land: bool
) -> tuple[list[str], list[str]]:
    """Return what fails and what is suspect in a fix alone."""
    fails, suspects = [], []
    if fix.lat is not None and place_of(fix) is None:
        fails.append(_bad_position(fix))
    ahead = fix.observed_at - fix.received_at
    if ahead > limits.max_ahead:
        fails.append(f"future: measured {_words(ahead)} after it arrived")
    if limits.max_age is not None and -ahead > limits.max_age:
        suspects.append(f"old: measured {_words(-ahead)} before it arrived")
    if is_land:
        suspects.append("on_land: on land at 1:50 million")
    if limits.area is not None and _is_outside(fix, limits.area):
        suspects.append("outside: outside the area of work")
    said, limit = (
        fix.values.get("speed_over_ground_m_s"),
        limits.max_speed_of(fix.topic),
    )
    if said is not None and not 0.0 <= said <= limit:
        suspects.append(f"said_speed: reports {said:.3g} m/s, expected 0 to {limit:g}")
    return fails, suspects


def _bad_position(fix: SensorFix) -> str:
    if fix.lat == 0.0 and fix.lon == 0.0:
        return "bad_position: 0, 0 is what a receiver without a fix sends"
    return (
        f"bad_position: lat {fix.lat:g}, lon {fix.lon:g} outside [-90, 90] or "
        "[-180, 360)"
    )


def _is_outside(fix: SensorFix, area: tuple[float, float, float, float]) -> bool:
    place = place_of(fix)
    if place is None:
        return False
    west, south, east, north = area
    between = (
        west <= place.lon <= east
        if west <= east
        else place.lon >= west or place.lon <= east
    )
    return not (between and south <= place.lat <= north)


def _words(duration: timedelta) -> str:
    seconds = duration.total_seconds()
    for unit, length in (("days", 86_400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
