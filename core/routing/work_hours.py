"""Rules of when vessels collect and ports unload."""

from dataclasses import dataclass

from core.errors import RouteInputError
from core.routing.daylight import CIVIL_TWILIGHT_DEG
from core.routing.fleet import hour_of_day

__all__ = ["WorkHours", "shift_hour"]


@dataclass(frozen=True)
class WorkHours:
    """Rules of when vessels collect.

    Parameters
    ----------
    daylight : bool, default True
        Collect only while the sun stands above ``sun_altitude_deg``.
    crew_h_per_day : float, optional
        Hours a day that a crew collects, for vessels whose ``crew_hours_per_day`` is
        not given; no limit when neither is.
    shift_start_utc : str, optional
        ``HH:MM`` UTC at which the crew's day begins, for vessels whose ``shift_start``
        is not given. Otherwise it begins with first daylight in the middle of the
        sites, or at 06:00 solar time where daylight does not count or never begins.
    weather : bool, default True
        Keep to the vessels' limits of waves and wind.
    port_hours : bool, default True
        Unload only while a port is open.
    sun_altitude_deg : float, default -6
        Civil twilight; -0.833 is sunrise and sunset.

    Raises
    ------
    RouteInputError
        If a number or a time cannot be used.
    """

    daylight: bool = True
    crew_h_per_day: float | None = None
    shift_start_utc: str | None = None
    weather: bool = True
    port_hours: bool = True
    sun_altitude_deg: float = CIVIL_TWILIGHT_DEG

    def __post_init__(self) -> None:
        hours = self.crew_h_per_day
        if hours is not None and not 0.0 < hours <= 24.0:
            raise RouteInputError(
                f"crew_h_per_day is {hours:g}, expected above 0 and at most 24"
            )
        if not -18.0 <= self.sun_altitude_deg <= 30.0:
            raise RouteInputError(
                f"sun_altitude_deg is {self.sun_altitude_deg:g}, expected -18 to 30"
            )
        if self.shift_start_utc is not None:
            shift_hour(self.shift_start_utc)


def shift_hour(text: str) -> float:
    """Hour of the day of a shift's start; refuses what is no ``HH:MM``."""
    try:
        hour = hour_of_day(text)
    except (ValueError, AttributeError):
        hour = -1.0
    if not 0.0 <= hour <= 24.0:
        raise RouteInputError(f"shift start is {text!r}, expected HH:MM in UTC")
    return hour
