"""When vessels may work: daylight, the crew's day, weather limits and port hours.

Each is a list of open hours; work goes on where all are open and pauses where one is
closed. Hours are rounded to 0.01 h and openings shorter than 0.1 h are left out.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError
from core.routing._shifts import crew_spans, daylight_spans, port_spans
from core.routing._weather_hours import weather_hours
from core.routing.conditions import Conditions
from core.routing.fleet import FleetVessel, Port
from core.routing.site_hours import Rules, SiteHours, combine
from core.routing.work_hours import WorkHours

__all__ = ["SiteHours", "WorkHours", "calendars_for"]

IntArray = npt.NDArray[np.intp]

_LISTED = 5


def calendars_for(
    work_hours: WorkHours,
    vessels: Sequence[FleetVessel],
    *,
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
    start_at: datetime,
    hours: float,
    conditions: Conditions | None = None,
    ports: Sequence[Port] = (),
    site_names: Sequence[str] | None = None,
) -> SiteHours:
    """Find out when each vessel may work at each site, and when ports unload.

    Sites within 0.25 degrees share their daylight. Weather is looked at once an hour
    at each site; between hours it goes on a straight line. Where it is unknown, work
    is allowed, and a note says for how much.

    Parameters
    ----------
    work_hours : WorkHours
        The rules.
    vessels : sequence of FleetVessel
        With their limits and crews.
    lat, lon : array_like of float, shape (n_sites,)
        Where the work is, degrees.
    start_at : datetime
        Start of the plan, with its time zone.
    hours : float
        Length of the plan; more where longer plans are tried too.
    conditions : Conditions, optional
        What knows the sea.
    ports : sequence of Port, optional
        Ports with their hours.
    site_names : sequence of str, optional
        Names for notes; numbers from 1 when not given.

    Returns
    -------
    SiteHours
        Calendars, and what closes each hour.

    Raises
    ------
    RouteInputError
        If the start has no time zone, or a vessel's limit or crew cannot be used.
    """
    if start_at.tzinfo is None:
        raise RouteInputError("the plan's start has no time zone")
    if not 0.0 < hours < np.inf:
        raise RouteInputError(f"hours is {hours}, expected a number above 0")
    y = np.atleast_1d(np.asarray(lat, dtype=np.float64))
    x = np.atleast_1d(np.asarray(lon, dtype=np.float64))
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise RouteInputError("a site's position is no number")
    shape = (len(vessels), len(y))
    parts: Rules = {}
    notes: list[str] = []
    if work_hours.daylight:
        spans, row = daylight_spans(work_hours, y, x, start_at, hours)
        parts["daylight"] = (spans, np.broadcast_to(row, shape))
        altitude = work_hours.sun_altitude_deg
        notes.append(f"Work goes on while the sun stands above {altitude:g} degrees.")
    crews, crew_notes = crew_spans(work_hours, vessels, y, x, start_at, hours)
    if any(one is not None for one in crews):
        numbers = [-1 if one is None else i for i, one in enumerate(crews)]
        column = np.array(numbers, dtype=np.intp)[:, None]
        parts["crew"] = (
            tuple(one or () for one in crews),
            np.broadcast_to(column, shape),
        )
    notes += crew_notes
    if work_hours.weather:
        weather = weather_hours(vessels, conditions, y, x, hours)
        parts["weather"] = (weather.spans, weather.which)
        notes += weather.notes
    open_ports = port_spans(work_hours, ports, start_at, hours)
    made = combine(parts, open_ports, shape=shape, hours=hours)
    notes += _closed_notes(made, vessels, site_names)
    notes += [
        f"Port {port.title or port.name} does not open within the plan."
        for port, spans in zip(ports, open_ports, strict=True)
        if spans == ()
    ]
    return replace(made, notes=tuple(notes))


def _closed_notes(
    made: SiteHours, vessels: Sequence[FleetVessel], site_names: Sequence[str] | None
) -> list[str]:
    notes = []
    for vessel, lost, never in zip(
        vessels, made.weather_lost.tolist(), made.never_open, strict=True
    ):
        if lost > 0.0:
            notes.append(
                f"{vessel.name} loses {100.0 * lost:.0f} % of its hours at the sites "
                "to weather."
            )
        if never.all() and len(never):
            notes.append(f"{vessel.name} has no open hour at any site.")
        elif never.any():
            rows = np.flatnonzero(never)
            names = [
                str(row + 1) if site_names is None else site_names[row]
                for row in rows[:_LISTED]
            ]
            more = f" and {len(rows) - _LISTED} more" if len(rows) > _LISTED else ""
            notes.append(f"{vessel.name} has no open hour at {', '.join(names)}{more}.")
    return notes
