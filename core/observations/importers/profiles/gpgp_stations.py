"""Sampling events of the Great Pacific Garbage Patch survey: tows and flights."""

import numpy as np
import pandas as pd

from core.geo import great_circle_distance_km
from core.observations._columns import FloatArray
from core.observations.importers.base import RawTable
from core.observations.importers.profiles._dates import dates_of_parts
from core.observations.importers.profiles._gpgp import SURVEY, event_names
from core.observations.importers.profiles._profile import TableProfile
from core.observations.importers.profiles._reading import Reading
from core.units import knots_to_metres_per_second

__all__ = ["GpgpStations", "stations_in"]

_HOURS_PER_DAY = 24.0
#: Assumption: a tow that strays from a straight line is not this many times longer.
_STRAIGHT = 1.5


class GpgpStations(TableProfile):
    """One tow or flight a row: where, when, over what area, in what weather."""

    name = "gpgp-stations"
    title = "Great Pacific Garbage Patch 2015-2016: sampling events"
    required = (
        "Sampling event ID",
        "Sampling type",
        "Platform name",
        "Start day (UTC)",
        "Start month (UTC)",
        "Start year (UTC)",
        "Start UTC time (hours)",
        "Start latitude (degrees)",
        "Start longitude (degrees)",
        "Sampling area (km2)",
    )

    def fill(self, reading: Reading) -> None:
        """Take every event with its effort."""
        started, ended = _times(reading)
        area_km2 = reading.numbers("Sampling area (km2)", "effort")
        places = _places(reading)
        reading.add_events(
            reading.everything,
            survey=SURVEY,
            event=event_names(reading),
            **places,
            started_at=started,
            ended_at=ended,
            method=reading.texts("Sampling type", "method"),
            medium="sea_surface",
            effort=area_km2,
            effort_unit="km2",
            wind_m_s=reading.numbers("Wind speed (Knots)", "wind_m_s")
            * knots_to_metres_per_second(1.0),
            beaufort=reading.numbers("Sea state (Beaufort)", "beaufort"),
            note=[text[:200] for text in reading.texts("Observations", "note")],
        )
        _doubt_length(reading, places, area_km2)
        reading.totals["area sampled (km2)"] = float(np.nansum(area_km2))


def _places(reading: Reading) -> dict[str, FloatArray]:
    names = {
        "lat": "Start latitude (degrees)",
        "lon": "Start longitude (degrees)",
        "end_lat": "End latitude (degrees)",
        "end_lon": "End longitude (degrees)",
    }
    return {
        field: reading.numbers(name, field, required=not field.startswith("end"))
        for field, name in names.items()
    }


def _times(reading: Reading) -> tuple[list[str], list[str]]:
    """Start and end; hours are decimal, and an end before the start is the next day."""
    parts = (
        reading.numbers(f"Start {part} (UTC)", "started_at", required=True)
        for part in ("year", "month", "day")
    )
    days, _ = dates_of_parts(*parts)
    start_h = _hours(reading, "Start UTC time (hours)")
    end_h = _hours(reading, "End UTC time (hours)", "ended_at")
    past_midnight = end_h < start_h
    reading.notes["ends_on_the_next_day"] += int(past_midnight.sum())
    end_h = np.where(past_midnight, end_h + _HOURS_PER_DAY, end_h)
    return _at(days, start_h), _at(days, end_h, bare="")


def _hours(reading: Reading, name: str, field: str = "") -> FloatArray:
    """Hours of a day; others are left out with a doubt."""
    hours = reading.numbers(name, field)
    off = (hours < 0) | (hours > _HOURS_PER_DAY)
    shown = [f"{v:g}" for v in hours.tolist()]
    reading.doubt(off, name, shown, "no hour of a day; left out")
    return np.where(off, np.nan, hours)


def _at(days: list[str], hours: FloatArray, bare: str | None = None) -> list[str]:
    """Add decimal hours to days; without hours the bare day, or what is given."""
    day = pd.to_datetime(pd.Series(days), format="%Y-%m-%d", errors="coerce")
    seconds = np.round(np.nan_to_num(hours) * 3600.0)
    time = day + pd.to_timedelta(seconds, unit="s")
    iso = time.dt.strftime("%Y-%m-%dT%H:%M:%SZ").fillna("").tolist()
    return [
        (whole if bare is None else bare) if np.isnan(hour) else text
        for whole, hour, text in zip(days, hours.tolist(), iso, strict=True)
    ]


def _doubt_length(
    reading: Reading, places: dict[str, FloatArray], area_km2: FloatArray
) -> None:
    """Doubt a tow whose ends do not fit its length, or whose area is not its swath."""
    length_km = reading.numbers("Sampling distance (km)")
    straight_km = great_circle_distance_km(
        lat1=places["lat"],
        lon1=places["lon"],
        lat2=places["end_lat"],
        lon2=places["end_lon"],
    )
    reading.doubt(
        straight_km > _STRAIGHT * length_km,
        "Sampling distance (km)",
        [f"{v:g}" for v in length_km.tolist()],
        lambda i: f"start and end lie {straight_km[i]:.1f} km apart",
    )
    swath = length_km * reading.numbers("Sampling width (km)")
    reading.doubt(
        np.abs(swath - area_km2) > 0.01 * area_km2,
        "Sampling area (km2)",
        [f"{v:g}" for v in area_km2.tolist()],
        lambda i: f"length times width is {swath[i]:g} km2",
    )


def stations_in(tables: tuple[RawTable, ...]) -> RawTable | None:
    """Table of stations among companions, if there is one."""
    profile = GpgpStations()
    return next((t for t in tables if profile.match([t]).score == 1.0), None)
