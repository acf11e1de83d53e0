"""Current, wind and waves where and when a vessel sails.

Planning asks any object with ``at`` for the sea at positions and hours. What is not
known there is NaN; it is counted and said, never quietly taken as calm.

References
----------
.. [1] W. J. Pierson and L. Moskowitz, "A proposed spectral form for fully developed
   wind seas", Journal of Geophysical Research 69 (1964) 5181-5190: significant height
   0.21 U^2 / g with the wind at 19.5 m, which is 1.026 times the wind at 10 m.
.. [2] K. Hasselmann et al., "Measurements of wind-wave growth and swell decay during
   the Joint North Sea Wave Project", Deutsche Hydrographische Zeitschrift A8 no. 12
   (1973): g H / U^2 = 0.0016 sqrt(g F / U^2) over a fetch F.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError
from core.routing._regular_grid import RegularGrid

__all__ = [
    "GRAVITY_M_S2",
    "Conditions",
    "GridConditions",
    "LayeredConditions",
    "Sea",
    "coverage_notes",
    "estimated_wave_height_m",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: Standard acceleration of gravity (BIPM, 3rd CGPM, 1901).
GRAVITY_M_S2 = 9.80665
_WIND_19_5_M_OVER_10_M = 1.026
#: Beyond these a field is in another unit, not a storm.
_MOST = {"current": 12.0, "wind": 100.0, "wave": 30.0}
_SAMPLED_POSITIONS = 100
_SAMPLED_HOURS = 73


@dataclass(frozen=True, eq=False)
class Sea:
    """Current, wind and waves at positions; NaN where unknown.

    Attributes
    ----------
    current_east_m_s, current_north_m_s : ndarray of float, shape (n,)
        Towards east and north.
    wind_m_s, wind_from_deg : ndarray of float, shape (n,)
        Speed 10 m above the sea, and where it blows from, clockwise from north.
    wave_height_m : ndarray of float, shape (n,)
        Significant height.
    wave_is_estimated : ndarray of bool, shape (n,), optional
        Where the height was estimated from the wind; nowhere when not given.
    """

    current_east_m_s: FloatArray
    current_north_m_s: FloatArray
    wind_m_s: FloatArray
    wind_from_deg: FloatArray
    wave_height_m: FloatArray
    wave_is_estimated: BoolArray | None = None

    @property
    def is_estimated(self) -> BoolArray:
        """Where the wave height is an estimate, (n,)."""
        if self.wave_is_estimated is None:
            return np.zeros(self.wave_height_m.shape, dtype=np.bool_)
        return self.wave_is_estimated

    @property
    def has_current(self) -> BoolArray:
        """Where the current is known, (n,)."""
        return ~np.isnan(self.current_east_m_s + self.current_north_m_s)

    @property
    def has_wind(self) -> BoolArray:
        """Where the wind is known, (n,)."""
        return ~np.isnan(self.wind_m_s)

    @property
    def has_waves(self) -> BoolArray:
        """Where the wave height is known or estimated, (n,)."""
        return ~np.isnan(self.wave_height_m)


class Conditions(Protocol):
    """What knows the sea."""

    def at(self, lat: npt.ArrayLike, lon: npt.ArrayLike, hour: npt.ArrayLike) -> Sea:
        """Sea at positions (n,), at one hour or (n,) hours after the plan's start."""


def estimated_wave_height_m(
    wind_m_s: npt.ArrayLike, *, fetch_km: float | None = None
) -> FloatArray:
    """Significant wave height that a wind raises, an estimate from above.

    The fully developed sea of Pierson and Moskowitz; with a fetch at most the height
    of JONSWAP (references of the module). The wind is taken to have blown long
    enough, and swell from elsewhere is not in it.

    Parameters
    ----------
    wind_m_s : array_like of float
        Wind at 10 m.
    fetch_km : float, optional
        Open water to windward; without end when not given.

    Examples
    --------
    >>> float(estimated_wave_height_m(10.0).round(2))
    2.25
    """
    wind = np.asarray(wind_m_s, dtype=np.float64)
    height = 0.21 * (_WIND_19_5_M_OVER_10_M * wind) ** 2 / GRAVITY_M_S2
    if fetch_km is not None:
        grown = 0.0016 * wind * np.sqrt(fetch_km * 1000.0 / GRAVITY_M_S2)
        height = np.minimum(height, grown)
    return np.asarray(height)


class GridConditions:
    """Conditions on a regular grid, bilinear in space and linear in time.

    At a coast the known corners of a cell are weighed anew; a position is unknown
    where none of them is known. Outside the grid and outside its hours all is unknown.

    Parameters
    ----------
    time_h : array_like of float, shape (n_times,)
        Hours after the plan's start, ascending, two at least.
    lat, lon : array_like of float, shape (n_lat,), (n_lon,)
        Regular nodes in degrees, ascending or descending; longitudes may cross 180
        and may go round the globe.
    current_east_m_s, current_north_m_s : array_like of float, optional
        Shape (n_times, n_lat, n_lon), like all fields; NaN is unknown.
    wind_east_m_s, wind_north_m_s : array_like of float, optional
        Wind at 10 m, towards east and north.
    wave_height_m : array_like of float, optional
        Significant height. Where it is unknown and the wind is not, it is estimated.
    fetch_km : float, optional
        Open water to windward, for the estimate; without end when not given.

    Attributes
    ----------
    starts_h, ends_h : float
        First and last hour known.
    kinds : tuple of str
        What is given: current, wind, wave.

    Raises
    ------
    RouteInputError
        If an axis or a shape is wrong, or a value cannot be in the unit asked for.
    """

    def __init__(
        self,
        time_h: npt.ArrayLike,
        lat: npt.ArrayLike,
        lon: npt.ArrayLike,
        current_east_m_s: npt.ArrayLike | None = None,
        current_north_m_s: npt.ArrayLike | None = None,
        wind_east_m_s: npt.ArrayLike | None = None,
        wind_north_m_s: npt.ArrayLike | None = None,
        wave_height_m: npt.ArrayLike | None = None,
        *,
        fetch_km: float | None = None,
    ) -> None:
        given = {
            "current_east_m_s": current_east_m_s,
            "current_north_m_s": current_north_m_s,
            "wind_east_m_s": wind_east_m_s,
            "wind_north_m_s": wind_north_m_s,
            "wave_height_m": wave_height_m,
        }
        _check_pairs({name for name, value in given.items() if value is not None})
        if fetch_km is not None and not 0.0 < fetch_km < np.inf:
            raise RouteInputError(f"fetch_km is {fetch_km}, expected a number above 0")
        shape = (np.size(time_h), np.size(lat), np.size(lon))
        fields = {
            name: _field(value, name, shape)
            for name, value in given.items()
            if value is not None
        }
        self._names = tuple(fields)
        self.kinds = tuple(dict.fromkeys(name.split("_")[0] for name in fields))
        self._grid = RegularGrid(time_h, lat, lon, list(fields.values()))
        self.fetch_km = fetch_km
        self.starts_h = float(self._grid.time_h[0])
        self.ends_h = float(self._grid.time_h[-1])

    def at(self, lat: npt.ArrayLike, lon: npt.ArrayLike, hour: npt.ArrayLike) -> Sea:
        """Sea at positions (n,), at one hour or (n,) hours after the plan's start."""
        y, x = np.broadcast_arrays(
            np.atleast_1d(np.asarray(lat, dtype=np.float64)),
            np.atleast_1d(np.asarray(lon, dtype=np.float64)),
        )
        values = self._grid.sample(y, x, np.asarray(hour, dtype=np.float64))
        found = {name: values[:, i] for i, name in enumerate(self._names)}
        nothing = np.full(len(y), np.nan)
        east = found.get("wind_east_m_s", nothing)
        north = found.get("wind_north_m_s", nothing)
        wind = np.hypot(east, north)
        wave = found.get("wave_height_m", nothing)
        is_estimated = np.isnan(wave) & ~np.isnan(wind)
        guess = estimated_wave_height_m(wind, fetch_km=self.fetch_km)
        return Sea(
            found.get("current_east_m_s", nothing),
            found.get("current_north_m_s", nothing),
            wind,
            np.degrees(np.arctan2(-east, -north)) % 360.0,
            np.where(is_estimated, guess, wave),
            is_estimated,
        )


@dataclass(frozen=True, eq=False)
class LayeredConditions:
    """Conditions from several sources, each field from the first that knows it.

    A wave height that is given goes before one that is estimated.

    Parameters
    ----------
    layers : sequence of Conditions
        The best first; one at least.
    """

    layers: Sequence[Conditions]

    def __post_init__(self) -> None:
        if not self.layers:
            raise RouteInputError("layered conditions need one layer at least")

    def at(self, lat: npt.ArrayLike, lon: npt.ArrayLike, hour: npt.ArrayLike) -> Sea:
        """Sea at positions (n,), at one hour or (n,) hours after the plan's start."""
        seas = [layer.at(lat, lon, hour) for layer in self.layers]
        best = seas[0]
        for sea in seas[1:]:
            best = _fill(best, sea)
        return best


def _fill(first: Sea, second: Sea) -> Sea:
    """Take from the second what the first does not know."""
    current, wind = first.has_current, first.has_wind
    is_better = first.is_estimated & second.has_waves & ~second.is_estimated
    waves = first.has_waves & ~is_better
    return Sea(
        np.where(current, first.current_east_m_s, second.current_east_m_s),
        np.where(current, first.current_north_m_s, second.current_north_m_s),
        np.where(wind, first.wind_m_s, second.wind_m_s),
        np.where(wind, first.wind_from_deg, second.wind_from_deg),
        np.where(waves, first.wave_height_m, second.wave_height_m),
        np.where(waves, first.is_estimated, second.is_estimated),
    )


def coverage_notes(
    conditions: Conditions,
    *,
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
    hours: float,
    start_at: datetime | None = None,
) -> tuple[str, ...]:
    """Say what of the sea is unknown or estimated where and while a plan runs.

    At most 100 of the positions and 73 hours of the plan are looked at.

    Parameters
    ----------
    conditions : Conditions
        What knows the sea.
    lat, lon : array_like of float, shape (n,)
        Positions of the plan, degrees.
    hours : float
        Horizon of the plan.
    start_at : datetime, optional
        Start of the plan, to name times instead of hours.

    Returns
    -------
    tuple of str
        Sentences; none where all is known.
    """
    y, x = np.atleast_1d(lat).astype(float), np.atleast_1d(lon).astype(float)
    some = np.unique(np.linspace(0, len(y) - 1, _SAMPLED_POSITIONS).astype(int))
    when = np.linspace(0.0, hours, min(_SAMPLED_HOURS, int(np.ceil(hours)) + 1))
    seas = [conditions.at(y[some], x[some], hour) for hour in when]
    notes = list(_ends(conditions, hours, start_at))
    for what, fate, known in (
        ("current", "none is counted there", [sea.has_current for sea in seas]),
        ("wind", "none is counted there", [sea.has_wind for sea in seas]),
        ("wave height", "calm water is counted there", [s.has_waves for s in seas]),
    ):
        share = 1.0 - float(np.mean(known))
        if share > 0.0:
            notes.append(
                f"The {what} is unknown for {_percent(share)} of the plan's places and "
                f"hours; {fate}."
            )
    share = float(np.mean([sea.is_estimated for sea in seas]))
    if share > 0.0:
        notes.append(
            f"The wave height is estimated from the wind for {_percent(share)} of the "
            "plan's places and hours (fully developed or fetch-limited sea; swell is "
            "not in it)."
        )
    return tuple(notes)


def _ends(conditions: Conditions, hours: float, start_at: datetime | None) -> list[str]:
    """Name the times at which gridded conditions begin and end within the plan."""
    if isinstance(conditions, LayeredConditions):
        found = [_ends(layer, hours, start_at) for layer in conditions.layers]
        return list(dict.fromkeys(note for notes in found for note in notes))
    if not isinstance(conditions, GridConditions):
        return []
    notes = []
    what = f"Conditions ({', '.join(conditions.kinds)})"
    if conditions.starts_h > 0.0:
        begin = _moment(conditions.starts_h, start_at)
        notes.append(f"{what} begin at {begin}; earlier hours are unknown.")
    if conditions.ends_h < hours:
        end = _moment(conditions.ends_h, start_at)
        notes.append(f"{what} end at {end}; later hours are unknown.")
    return notes


def _moment(hour: float, start_at: datetime | None) -> str:
    if start_at is None:
        return f"hour {hour:g}"
    return f"{start_at + timedelta(hours=hour):%Y-%m-%dT%H:%MZ}"


def _percent(share: float) -> str:
    return "less than 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")


def _check_pairs(given: set[str]) -> None:
    if not given:
        raise RouteInputError("conditions hold neither current, wind nor waves")
    for kind in ("current", "wind"):
        if len(given & {f"{kind}_east_m_s", f"{kind}_north_m_s"}) == 1:
            raise RouteInputError(
                f"{kind} needs both {kind}_east_m_s and {kind}_north_m_s"
            )


def _field(
    values: npt.ArrayLike, name: str, shape: tuple[int, ...]
) -> npt.NDArray[np.floating]:
    """Check a field; single precision is kept as it is, it is enough."""
    field = np.asarray(values)
    if field.dtype != np.float32:
        field = field.astype(np.float64)
    if field.shape != shape:
        raise RouteInputError(
            f"{name} has shape {field.shape}, expected (time, lat, lon) = {shape}"
        )
    most = _MOST[name.split("_", maxsplit=1)[0]]
    is_wrong = np.abs(field) > most
    if name == "wave_height_m":
        is_wrong |= field < 0.0
    if is_wrong.any():
        unit = "m" if name == "wave_height_m" else "m/s"
        least = 0.0 if name == "wave_height_m" else -most
        raise RouteInputError(
            f"{name} holds {field[is_wrong][0]:g}, expected {least:g} to {most:g} "
            f"{unit}: is it in another unit?"
        )
    return np.asarray(field)
