"""Way between hourly positions, and positions from hourly velocities."""

import numpy as np
import numpy.typing as npt

from core.geo import EARTH_RADIUS_KM

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

KM_PER_DEGREE = EARTH_RADIUS_KM * np.pi / 180.0
#: Kilometres in an hour at 1 m/s.
KM_PER_H = 3.6


def step_displacement_km(lat: FloatArray, lon: FloatArray) -> ComplexArray:
    """Way between neighbouring positions, km east + 1j km north, on the last axis."""
    middle = np.radians((lat[..., 1:] + lat[..., :-1]) / 2.0)
    east = (lon[..., 1:] - lon[..., :-1]) * np.cos(middle) * KM_PER_DEGREE
    north = (lat[..., 1:] - lat[..., :-1]) * KM_PER_DEGREE
    return np.asarray(east + 1j * north, dtype=np.complex128)


def integrate(
    velocity_m_s: ComplexArray, *, lat: FloatArray, lon: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Carry starts along with hourly velocities.

    Parameters
    ----------
    velocity_m_s : ndarray of complex, shape (n, n_hours)
        ``u + 1j v`` during each hour.
    lat, lon : ndarray of float, shape (n,)
        Starts, degrees.

    Returns
    -------
    lat, lon : ndarray of float, shape (n, n_hours + 1)
        Positions at every hour, the start first; the inverse of
        :func:`step_displacement_km`.
    """
    way = velocity_m_s * KM_PER_H / KM_PER_DEGREE
    zero = np.zeros((len(way), 1))
    out_lat = lat[:, None] + np.hstack([zero, np.cumsum(way.imag, axis=1)])
    middle = np.radians((out_lat[:, 1:] + out_lat[:, :-1]) / 2.0)
    east = way.real / np.maximum(np.cos(middle), 1e-6)
    return out_lat, lon[:, None] + np.hstack([zero, np.cumsum(east, axis=1)])
