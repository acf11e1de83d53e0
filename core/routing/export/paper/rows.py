"""Rows of a cue sheet: what a watch reads, line by line."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from core.routing.export.waypoints import leg_waypoints
from core.routing.schedule import PlannedTrip, Stop
from core.units import km_to_nautical_miles

__all__ = [
    "CueRow",
    "cue_rows",
    "mass_span",
    "position_ddm",
    "rhumb_course_deg",
    "to_minute",
]

_FULL_TURN = 360.0
_POLE_DEG = 89.9


@dataclass(frozen=True)
class CueRow:
    """A line of the table; empty texts where there is nothing to say.

    Cells of two lines hold a line break.
    """

    kind: str
    number: str
    name: str
    position: str
    course: str = ""
    distance_nm: str = ""
    speed_kn: str = ""
    eta: str = ""
    start: str = ""
    leave: str = ""
    mass_kg: str = ""
    hold_kg: str = ""
    note: str = ""


def position_ddm(lat: float, lon: float) -> str:
    """Write a position in degrees and decimal minutes, a line each.

    Examples
    --------
    >>> position_ddm(37.5, -0.0125).split()
    ["37°30.00'N", "000°00.75'W"]
    """
    return f"{_ddm(lat, 2, 'NS')}\n{_ddm(lon, 3, 'EW')}"


def _ddm(value: float, digits: int, signs: str) -> str:
    # Rounded as hundredths of a minute first, or 59.999 would become 60.00.
    hundredths = round(abs(value) * 6000.0)
    degrees, rest = divmod(hundredths, 6000)
    sign = signs[1] if value < 0.0 and hundredths else signs[0]
    return f"{degrees:0{digits}d}°{rest / 100.0:05.2f}'{sign}"


def rhumb_course_deg(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the true course of the rhumb line between two positions, in [0, 360)."""
    lats = np.radians(np.clip([lat1, lat2], -_POLE_DEG, _POLE_DEG))
    east = np.radians((lon2 - lon1 + 180.0) % _FULL_TURN - 180.0)
    north = float(np.diff(np.arctanh(np.sin(lats)))[0])
    return float(np.degrees(np.arctan2(east, north)) % _FULL_TURN)


def cue_rows(trip: PlannedTrip) -> list[CueRow]:
    """Write the rows of a trip: port, points on the way, stops, port.

    Courses are those of rhumb lines between the points, which stay within 0.5 km of
    the planned path.
    """
    lat, lon = trip.legs[0].path[0]
    carried = trip.carried_kg
    rows = [
        CueRow(
            "port",
            "",
            trip.start_name,
            position_ddm(lat, lon),
            leave=_clock(trip.depart),
            hold_kg=f"{carried:,.0f}",
            note="depart",
        )
    ]
    for k in range(len(trip.legs)):
        rows += _leg_rows(trip, k, carried)
        if k < len(trip.stops):
            carried += trip.stops[k].mass_kg
    return rows


def _leg_rows(trip: PlannedTrip, k: int, carried_kg: float) -> list[CueRow]:
    """Write the rows of the points on the way of leg ``k``, and of where it leads."""
    leg = trip.legs[k]
    arrive = trip.stops[k].arrive if k < len(trip.stops) else trip.end
    points, shares = leg_waypoints(leg.path)
    rows = []
    for i in range(1, len(points)):
        a, b = points[i - 1].tolist(), points[i].tolist()
        part = float(shares[i] - shares[i - 1])
        distance_nm = km_to_nautical_miles(leg.distance_km * part)
        sails = distance_nm > 0.0
        way = {
            "course": f"{round(rhumb_course_deg(*a, *b)) % 360:03d}°" if sails else "",
            "distance_nm": f"{distance_nm:.1f}",
            "speed_kn": f"{leg.speed_kn:.1f}" if sails else "",
        }
        if i < len(points) - 1:
            at = leg.depart + float(shares[i]) * (arrive - leg.depart)
            via = position_ddm(*b)
            rows.append(CueRow("via", "", "waypoint", via, eta=_clock(at), **way))
        elif k < len(trip.stops):
            rows.append(_stop_row(trip.stops[k], k + 1, carried_kg, way))
        else:
            rows.append(_end_row(trip, carried_kg, way))
    return rows


def _stop_row(
    stop: Stop, number: int, carried_kg: float, way: dict[str, str]
) -> CueRow:
    span = mass_span(stop.mass_kg_low, stop.mass_kg_high)
    notes = []
    if stop.wait_h > 0.0:
        notes.append(f"wait {_hours(stop.wait_h)}")
    if stop.miss_chance is not None:
        notes.append(f"{stop.miss_chance:.0%} chance to miss it")
    if stop.drift_km > 0.0:
        notes.append(f"drifted {stop.drift_km:.1f} km")
    if stop.category:
        notes.append(stop.category)
    return CueRow(
        "stop",
        str(number),
        stop.site,
        position_ddm(stop.lat, stop.lon),
        eta=_clock(stop.arrive),
        start=_clock(stop.start),
        leave=_clock(stop.leave),
        mass_kg=f"{stop.mass_kg:,.0f}" + (f"\n{span}" if span else ""),
        hold_kg=f"{carried_kg + stop.mass_kg:,.0f}",
        note=", ".join(notes),
        **way,
    )


def _end_row(trip: PlannedTrip, carried_kg: float, way: dict[str, str]) -> CueRow:
    lat, lon = trip.legs[-1].path[-1]
    unload = f"unload {_hours(trip.unload_h)}" if trip.unload_h > 0.0 else "end"
    free = trip.free > trip.end
    return CueRow(
        "port",
        "",
        trip.end_name,
        position_ddm(lat, lon),
        eta=_clock(trip.end),
        leave=_clock(trip.free) if free else "",
        hold_kg=f"{carried_kg:,.0f}",
        note=f"{unload}, then free" if free else unload,
        **way,
    )


def _clock(moment: datetime) -> str:
    """Write hour and minute, and the day below."""
    minute = to_minute(moment)
    return f"{minute:%H:%M}\n{minute.day} {minute:%b}"


def to_minute(moment: datetime) -> datetime:
    """Round a time to the minute."""
    return (moment + timedelta(seconds=30)).replace(second=0, microsecond=0)


def mass_span(low_kg: float, high_kg: float) -> str:
    """Write an interval of mass; nothing where low and high look alike."""
    low, high = f"{low_kg:,.0f}", f"{high_kg:,.0f}"
    return "" if low == high else f"{low} to {high}"


def _hours(hours: float) -> str:
    whole, minutes = divmod(round(hours * 60.0), 60)
    parts = [f"{whole} h"] * bool(whole) + [f"{minutes} min"] * bool(minutes)
    return " ".join(parts) or "0 min"
