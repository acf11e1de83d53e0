"""Hours of daylight, of crews and of ports.

References
----------
.. [1] IMO, STCW Code, section A-VIII/1 (2010): at least 10 h of rest in any 24 h, in at
   most two periods of which one is 6 h or more, and 77 h in any 7 days.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError
from core.routing._intervals import Spans, clip, daily, joined
from core.routing.daylight import sun_hours
from core.routing.fleet import FleetVessel, Port
from core.routing.work_hours import WorkHours, shift_hour

__all__ = ["crew_spans", "daylight_spans", "port_spans"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

#: Sites in one cell of this size share their daylight: 30 s of longitude each side.
_DAYLIGHT_CELL_DEG = 0.25
#: What one crew may work by STCW A-VIII/1: 24 - 10 h a day, (168 - 77) / 7 over a week.
_STCW_DAY_H = 14.0
_STCW_WEEK_H = 13.0
#: When the crew's day begins where nobody says and the sun does not: solar time.
_SHIFT_START_SOLAR_H = 6.0


def _hour_of(start_at: datetime) -> float:
    """Hour of the day in UTC."""
    return start_at.timestamp() % 86_400.0 / 3600.0


def daylight_spans(
    work: WorkHours, lat: FloatArray, lon: FloatArray, start_at: datetime, hours: float
) -> tuple[tuple[Spans, ...], IntArray]:
    """Daylight of each cell, and the cell of each site."""
    cells = np.column_stack([lat, lon]) / _DAYLIGHT_CELL_DEG
    cells, cell_of = np.unique(np.round(cells), axis=0, return_inverse=True)
    rise, fall, _ = sun_hours(
        lat=np.clip(cells[:, 0] * _DAYLIGHT_CELL_DEG, -90.0, 90.0),
        lon=cells[:, 1] * _DAYLIGHT_CELL_DEG,
        start_at=start_at,
        hours=hours,
        altitude_deg=work.sun_altitude_deg,
    )
    spans = tuple(
        clip(joined((b, e) for b, e in zip(up, down, strict=True) if b == b), hours)
        for up, down in zip(rise.tolist(), fall.tolist(), strict=True)
    )
    return spans, np.asarray(cell_of, dtype=np.intp).reshape(-1)


def crew_spans(
    work: WorkHours,
    vessels: Sequence[FleetVessel],
    lat: FloatArray,
    lon: FloatArray,
    start_at: datetime,
    hours: float,
) -> tuple[list[Spans | None], list[str]]:
    """Hours of each vessel's crew, None for one without limit; and sentences."""
    crews: list[Spans | None] = []
    notes: list[str] = []
    for vessel in vessels:
        own = vessel.crew_hours_per_day
        day_h = work.crew_h_per_day if own is None else own
        if day_h is None or day_h == 24.0:
            crews.append(None)
            continue
        if not 0.0 < day_h <= 24.0:
            raise RouteInputError(
                f"vessel {vessel.name}: crew_hours_per_day is {day_h:g}, expected "
                "above 0 and at most 24"
            )
        shift = vessel.shift_start or work.shift_start_utc
        if shift is not None:
            begin = shift_hour(shift)
            spans = daily([(begin, begin + day_h)], _hour_of(start_at), hours)
            when = f"from {shift} UTC"
        else:
            starts = _first_light(work, lat, lon, start_at, hours)
            spans = clip(joined((b, b + day_h) for b in starts), hours)
            when = "from first daylight" if work.daylight else "from 06:00 solar time"
            when += " in the middle of the sites"
        crews.append(spans)
        notes.append(f"{vessel.name} collects {day_h:g} h a day at most, {when}.")
        notes += _rest_note(vessel.name, day_h, hours)
    return crews, notes


def _rest_note(name: str, day_h: float, hours: float) -> list[str]:
    """Say where one crew would rest too little [1]_; watches may share the work."""
    most = _STCW_DAY_H if hours < 7.0 * 24.0 else _STCW_WEEK_H
    if day_h <= most:
        return []
    return [
        f"{name}: {day_h:g} h a day are more than the {most:g} h that STCW A-VIII/1 "
        "leaves one crew; two watches are taken for granted."
    ]


def _first_light(
    work: WorkHours, lat: FloatArray, lon: FloatArray, start_at: datetime, hours: float
) -> list[float]:
    """Find when each solar day's work begins in the middle of the sites."""
    phi, lam = np.radians(lat), np.radians(lon)
    mean = [np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)]
    x, y, z = (float(part.mean()) for part in mean)
    rise, fall, noon = sun_hours(
        lat=[np.degrees(np.arctan2(z, np.hypot(x, y)))],
        lon=[np.degrees(np.arctan2(y, x))],
        start_at=start_at,
        hours=hours,
        altitude_deg=work.sun_altitude_deg,
    )
    morning = noon[0] - 12.0 + _SHIFT_START_SOLAR_H
    begins = np.isfinite(rise[0]) & (fall[0] - rise[0] < 24.0 - 0.1)
    return [float(b) for b in np.where(begins & work.daylight, rise[0], morning)]


def port_spans(
    work: WorkHours, ports: Sequence[Port], start_at: datetime, hours: float
) -> tuple[Spans | None, ...]:
    """Hours of each port; None for one that is always open."""
    if not work.port_hours:
        return (None,) * len(ports)
    return tuple(
        daily(port.open_hours(), _hour_of(start_at), hours) if port.open else None
        for port in ports
    )
