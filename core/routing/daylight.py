"""When the sun stands high enough to work by.

References
----------
.. [1] J. Meeus, "Astronomical Algorithms", 2nd ed. (1998), chapters 25 (solar
   coordinates of low accuracy, 0.01 degrees) and 28 (equation of time), as used by the
   solar calculator of the NOAA Global Monitoring Laboratory.
"""

from datetime import datetime

import numpy as np
import numpy.typing as npt

__all__ = ["CIVIL_TWILIGHT_DEG", "HORIZON_DEG", "sun_declination", "sun_hours"]

FloatArray = npt.NDArray[np.float64]

#: Altitude of the sun's middle at the ends of civil twilight: enough light to work on
#: deck without lamps.
CIVIL_TWILIGHT_DEG = -6.0
#: The same at sunrise and sunset: half its width and 34' of refraction below zero.
HORIZON_DEG = -0.833
#: 2000-01-01 12:00, from which the formulae count days. The quarter second that
#: dynamical time ran ahead of UTC in each year since does not matter here.
_EPOCH_S = 946_728_000.0
_ROUNDS = 4


def sun_declination(days: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Declination of the sun and equation of time [1]_.

    Parameters
    ----------
    days : array_like of float
        Days since 2000-01-01 12:00 UTC.

    Returns
    -------
    declination_deg, equation_h : ndarray of float
        The latter is solar time less mean time.
    """
    t = np.asarray(days, dtype=np.float64) / 36525.0
    mean_lon = np.radians(280.46646 + t * (36000.76983 + 0.0003032 * t))
    anomaly = np.radians(357.52911 + t * (35999.05029 - 0.0001537 * t))
    e = 0.016708634 - t * (0.000042037 + 0.0000001267 * t)
    centre = (
        np.sin(anomaly) * (1.914602 - t * (0.004817 + 0.000014 * t))
        + np.sin(2.0 * anomaly) * (0.019993 - 0.000101 * t)
        + np.sin(3.0 * anomaly) * 0.000289
    )
    node = np.radians(125.04 - 1934.136 * t)
    apparent = mean_lon + np.radians(centre - 0.00569 - 0.00478 * np.sin(node))
    seconds = 21.448 - t * (46.815 + t * (0.00059 - 0.001813 * t))
    tilt = np.radians(23.0 + (26.0 + seconds / 60.0) / 60.0 + 0.00256 * np.cos(node))
    y = np.tan(tilt / 2.0) ** 2
    equation = (
        y * np.sin(2.0 * mean_lon)
        - 2.0 * e * np.sin(anomaly)
        + 4.0 * e * y * np.sin(anomaly) * np.cos(2.0 * mean_lon)
        - 0.5 * y**2 * np.sin(4.0 * mean_lon)
        - 1.25 * e**2 * np.sin(2.0 * anomaly)
    )
    declination = np.degrees(np.arcsin(np.sin(tilt) * np.sin(apparent)))
    return np.asarray(declination), np.asarray(np.degrees(equation) / 15.0)


def sun_hours(
    *,
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
    start_at: datetime,
    hours: float,
    altitude_deg: float = CIVIL_TWILIGHT_DEG,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Hours at which the sun rises above an altitude and falls below it.

    Solar days from before the plan's start to after its end, each from midnight to
    midnight round its noon. Where the sun stays up all day it "rises" and "falls" at
    midnight; where it stays down both are NaN.

    Parameters
    ----------
    lat, lon : array_like of float, shape (n,)
        Positions, degrees.
    start_at : datetime
        Start of the plan, with its time zone.
    hours : float
        Length of the plan.
    altitude_deg : float, default -6
        Altitude of the sun's middle.

    Returns
    -------
    rise_h, fall_h, noon_h : ndarray of float, shape (n, n_days)
        Hours after the plan's start.
    """
    phi = np.radians(np.asarray(lat, dtype=np.float64))[:, None]
    lon_h = np.asarray(lon, dtype=np.float64)[:, None] / 15.0
    start_day = (start_at.timestamp() - _EPOCH_S) / 86_400.0
    # Noons in universal time, as hours after the start.
    first = 24.0 * (np.floor(start_day) - 1.0 - start_day)
    mean_noon = first + 24.0 * np.arange(np.ceil(hours / 24.0) + 4.0)
    mean_noon = mean_noon[None, :] - lon_h

    def noon(hour: FloatArray) -> FloatArray:
        return np.asarray(mean_noon - sun_declination(start_day + hour / 24.0)[1])

    def half_day_h(hour: FloatArray) -> FloatArray:
        """Half of the time above the altitude; 12 all day, 0 never."""
        delta = np.radians(sun_declination(start_day + hour / 24.0)[0])
        over = np.sin(np.radians(altitude_deg)) - np.sin(phi) * np.sin(delta)
        under = np.maximum(np.cos(phi) * np.cos(delta), 1e-12)
        return np.asarray(
            np.degrees(np.arccos(np.clip(over / under, -1.0, 1.0))) / 15.0
        )

    middle = noon(mean_noon)
    rise = fall = middle
    for _ in range(_ROUNDS):
        rise = noon(rise) - half_day_h(rise)
        fall = noon(fall) + half_day_h(fall)
    is_down = fall - rise <= 1e-6
    return np.where(is_down, np.nan, rise), np.where(is_down, np.nan, fall), middle
