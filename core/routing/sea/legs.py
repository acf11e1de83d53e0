"""Great circles between all pairs of positions, for what is sampled along a leg."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.geo import normalise_lon
from core.routing.sea.plane import unit_vectors

__all__ = ["DirectLegs", "direct_legs"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DirectLegs:
    """Middles and courses of great circles, row to column.

    Parameters
    ----------
    lat, lon : ndarray of float, shape (n, n)
        The middle, degrees; NaN between opposite ends of the Earth.
    course_deg : ndarray of float, shape (n, n)
        Course at the middle, degrees from north through east, in [0, 360); NaN from
        a position to itself.
    """

    lat: FloatArray
    lon: FloatArray
    course_deg: FloatArray


def direct_legs(*, lat: npt.ArrayLike, lon: npt.ArrayLike) -> DirectLegs:
    """Middles and courses of the great circles between positions.

    Parameters
    ----------
    lat, lon : array_like of float, shape (n,)
        WGS 84 degrees.
    """
    at = unit_vectors(lat, lon)
    middle = at[:, None, :] + at[None, :, :]
    along = at[None, :, :] - at[:, None, :]
    length = np.linalg.norm(middle, axis=2)
    middle /= np.where(length > 1e-9, length, np.nan)[..., None]
    mid_lat = np.degrees(np.arcsin(np.clip(middle[..., 2], -1.0, 1.0)))
    mid_lon = normalise_lon(np.degrees(np.arctan2(middle[..., 1], middle[..., 0])))
    lam = np.radians(mid_lon)
    east = along[..., 1] * np.cos(lam) - along[..., 0] * np.sin(lam)
    # The part of the chord along the meridian; at the middle it has no upward part.
    north = along[..., 2] * np.cos(np.radians(mid_lat)) - np.sin(
        np.radians(mid_lat)
    ) * (along[..., 0] * np.cos(lam) + along[..., 1] * np.sin(lam))
    course = np.degrees(np.arctan2(east, north)) % 360.0
    course[(east == 0.0) & (north == 0.0)] = np.nan
    return DirectLegs(mid_lat, mid_lon, course)
