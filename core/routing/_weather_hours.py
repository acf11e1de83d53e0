"""Hours in which waves and wind stay within the limits of each vessel."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError
from core.routing._intervals import Spans, spans_of_margins
from core.routing.conditions import Conditions
from core.routing.fleet import FleetVessel

__all__ = ["WeatherHours", "weather_hours"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class WeatherHours:
    """Distinct open hours, and which hold for each vessel at each site (-1: always)."""

    spans: tuple[Spans, ...]
    which: IntArray
    notes: tuple[str, ...]


def weather_hours(
    vessels: Sequence[FleetVessel],
    conditions: Conditions | None,
    lat: FloatArray,
    lon: FloatArray,
    hours: float,
) -> WeatherHours:
    """Find the hours within each vessel's limits, once an hour at each site."""
    limits = [_limits(vessel) for vessel in vessels]
    limited = [v.name for v, one in zip(vessels, limits, strict=True) if any(one)]
    which = np.full((len(vessels), len(lat)), -1, dtype=np.intp)
    if not limited or not len(lat):
        return WeatherHours((), which, ())
    if conditions is None:
        names = ", ".join(limited)
        note = f"No conditions are given: weather limits of {names} are not checked."
        return WeatherHours((), which, (note,))
    hour = np.unique(np.append(np.arange(0.0, hours, 1.0), hours))
    seas = [conditions.at(lat, lon, one) for one in hour]
    wave = np.column_stack([sea.wave_height_m for sea in seas])
    wind = np.column_stack([sea.wind_m_s for sea in seas])
    numbers: dict[Spans, int] = {}
    rows: dict[tuple[float | None, float | None], IntArray] = {}
    for row, pair in zip(which, limits, strict=True):
        if not any(pair):
            continue
        if pair not in rows:
            spans = spans_of_margins(hour, _margin(wave, wind, *pair))
            always: Spans = ((0.0, float(hour[-1])),)
            rows[pair] = np.array(
                [
                    -1 if one == always else numbers.setdefault(one, len(numbers))
                    for one in spans
                ],
                dtype=np.intp,
            )
        row[:] = rows[pair]
    return WeatherHours(tuple(numbers), which, _notes(limits, wave, wind))


def _limits(vessel: FleetVessel) -> tuple[float | None, float | None]:
    for name in ("max_wave_m", "max_wind_m_s"):
        value = getattr(vessel, name)
        if value is not None and not 0.0 < value < np.inf:
            raise RouteInputError(
                f"vessel {vessel.name}: {name} is {value:g}, expected a number above 0"
            )
    return vessel.max_wave_m, vessel.max_wind_m_s


def _margin(
    wave: FloatArray, wind: FloatArray, max_wave: float | None, max_wind: float | None
) -> FloatArray:
    """Share of the nearer limit that is left; infinite where nothing is known."""
    left = np.full(wave.shape, np.inf)
    for value, limit in ((wave, max_wave), (wind, max_wind)):
        if limit is not None:
            own = 1.0 - value / limit
            left = np.minimum(left, np.where(np.isnan(own), np.inf, own))
    return left


def _notes(
    limits: Sequence[tuple[float | None, float | None]],
    wave: FloatArray,
    wind: FloatArray,
) -> tuple[str, ...]:
    """Say what of the limited weather is unknown."""
    notes = []
    for i, (what, values) in enumerate((("wave height", wave), ("wind", wind))):
        share = float(np.isnan(values).mean())
        if share > 0.0 and any(pair[i] is not None for pair in limits):
            notes.append(
                f"The {what} is unknown for {max(100.0 * share, 1.0):.0f} % of the "
                "hours at the sites; work is allowed then."
            )
    return tuple(notes)
