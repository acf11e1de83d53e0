"""True drift in the simulated sea: current, wind and chance, each known.

The formulas are integrated here on their own, without the drift model and without the
forcing files, so that a forecast made from the files can be held against them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import pi
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from core.coastline import is_on_land
from core.errors import InputError
from core.geo import EARTH_RADIUS_KM
from core.simulation.current import DoubleGyre
from core.simulation.field import Area
from core.simulation.wind import TradeWind

__all__ = ["TrueTrack", "drift_truly"]

FloatArray = npt.NDArray[np.float64]
_DEGREES_PER_METRE = 180.0 / (pi * EARTH_RADIUS_KM * 1000.0)
_STEP_H = 0.5
#: ``rates(lat, lon, hour)`` gives degrees per second north and east.
_Rates: TypeAlias = Callable[[FloatArray, FloatArray, float], tuple[FloatArray, ...]]


@dataclass(frozen=True)
class TrueTrack:
    """Where things truly went.

    Attributes
    ----------
    time_h : ndarray of float, shape (n_times,)
        Hours since the reference time.
    lat, lon : ndarray of float, shape (n_times, n)
        WGS 84 degrees; one that stranded stays where it did.
    is_stranded : ndarray of bool, shape (n_times, n)
        Whether it lies on the coast by then.
    """

    time_h: FloatArray
    lat: FloatArray
    lon: FloatArray
    is_stranded: npt.NDArray[np.bool_]


def drift_truly(
    *,
    area: Area,
    current: DoubleGyre,
    wind: TradeWind,
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
    windage: npt.ArrayLike,
    deflection_deg: npt.ArrayLike = 0.0,
    diffusivity_m2_s: float,
    start_h: float,
    hours: int,
    rng: np.random.Generator,
) -> TrueTrack:
    """Carry things along current and wind, with a random walk on top.

    Parameters
    ----------
    area : Area
        Where the current's box lies; beyond it the formula runs on.
    current, wind : DoubleGyre, TradeWind
        What moves them.
    lat, lon : array_like of float, shape (n,)
        Starts, degrees.
    windage, deflection_deg : array_like of float
        Share of the wind that each takes up, and how far to the left of it.
    diffusivity_m2_s : float
        The random walk has variance ``2 K t`` along each axis.
    start_h : float
        Hours since the reference time.
    hours : int
        How long; positions are given each hour.
    rng : Generator
        Draws the walk.

    Raises
    ------
    InputError
        If the diffusivity or the time is negative.
    """
    if diffusivity_m2_s < 0.0 or hours < 0:
        raise InputError(
            f"diffusivity {diffusivity_m2_s} m2/s and time {hours} h must be 0 or more"
        )
    north = np.atleast_1d(np.array(lat, dtype=np.float64))
    east = np.atleast_1d(np.array(lon, dtype=np.float64))
    share = np.broadcast_to(np.asarray(windage, dtype=np.float64), north.shape)
    angle = np.radians(np.broadcast_to(deflection_deg, north.shape))
    to_left = share * np.cos(angle), share * np.sin(angle)

    def rates(y: FloatArray, x: FloatArray, hour: float) -> tuple[FloatArray, ...]:
        x_km, y_km = area.x_y_km(lat=y, lon=x)
        u, v = current.velocity_m_s(x_km=x_km, y_km=y_km, time_h=hour)
        wind_u, wind_v = wind.velocity_m_s(lat=y, time_h=hour)
        along, across = to_left
        u = u + along * wind_u - across * wind_v
        v = v + along * wind_v + across * wind_u
        return v * _DEGREES_PER_METRE, u * _DEGREES_PER_METRE / np.cos(np.radians(y))

    n_steps = round(hours / _STEP_H)
    is_ashore = is_on_land(lat=north, lon=east)
    rows = [(north, east, is_ashore)]
    spread = np.sqrt(2.0 * diffusivity_m2_s * _STEP_H * 3600.0) * _DEGREES_PER_METRE
    for step in range(n_steps):
        hour = start_h + step * _STEP_H
        y, x = _runge_kutta(rates, north, east, hour)
        walk = rng.standard_normal((2, north.size)) * spread
        y, x = y + walk[0], x + walk[1] / np.cos(np.radians(y))
        north = np.where(is_ashore, north, y)
        east = np.where(is_ashore, east, x)
        is_ashore = is_ashore | is_on_land(lat=north, lon=east)
        if (step + 1) % round(1.0 / _STEP_H) == 0:
            rows.append((north, east, is_ashore))
    lats, lons, ashore = (np.array(part) for part in zip(*rows, strict=True))
    return TrueTrack(start_h + np.arange(len(rows), dtype=float), lats, lons, ashore)


def _runge_kutta(
    rates: _Rates, y: FloatArray, x: FloatArray, hour: float
) -> tuple[FloatArray, FloatArray]:
    """One classical step of ``_STEP_H`` hours."""
    h = _STEP_H * 3600.0
    a = rates(y, x, hour)
    b = rates(y + h / 2 * a[0], x + h / 2 * a[1], hour + _STEP_H / 2)
    c = rates(y + h / 2 * b[0], x + h / 2 * b[1], hour + _STEP_H / 2)
    d = rates(y + h * c[0], x + h * c[1], hour + _STEP_H)
    new_y = y + h / 6 * (a[0] + 2 * b[0] + 2 * c[0] + d[0])
    return new_y, x + h / 6 * (a[1] + 2 * b[1] + 2 * c[1] + d[1])
