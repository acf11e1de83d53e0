"""The sea as a vessel on its course meets it, and its speed over ground there.

References
----------
.. [1] N. Bowditch, "The American Practical Navigator" (NGA Pub. 9, 2019), chapter on
   dead reckoning: the current triangle.
"""

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt

from core.routing.conditions import Conditions, Sea
from core.routing.resistance import Propulsion, heading_share, kept_speed_share
from core.units import metres_per_second_to_km_per_hour

__all__ = [
    "Places",
    "SeaOnCourse",
    "hours_per_km",
    "on_course",
    "speed_over_ground",
    "unit_vectors",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def speed_over_ground(
    speed: npt.ArrayLike, along: npt.ArrayLike, across: npt.ArrayLike
) -> FloatArray:
    """Speed over ground on a course that is held in a current [1]_.

    ``along + sqrt(speed^2 - across^2)``: the vessel steers up so that its own speed
    cancels what sets it off its track.

    Parameters
    ----------
    speed : array_like of float
        Speed through the water.
    along, across : array_like of float
        The current along the course and across it, in the same unit.

    Returns
    -------
    ndarray of float
        Zero where the course cannot be held.

    Examples
    --------
    >>> speed_over_ground(5.0, 1.0, [0.0, 3.0, 5.5]).tolist()
    [6.0, 5.0, 0.0]
    """
    own = np.asarray(speed, dtype=np.float64)
    rest = own**2 - np.asarray(across, dtype=np.float64) ** 2
    over_ground = np.asarray(along) + np.sqrt(np.maximum(rest, 0.0))
    return np.where(rest > 0.0, np.maximum(over_ground, 0.0), 0.0)


@dataclass(frozen=True, eq=False)
class SeaOnCourse:
    """The sea as a vessel on its course meets it; current in m/s, none if unknown."""

    along_m_s: FloatArray
    across_m_s: FloatArray
    wind_m_s: FloatArray
    wave_height_m: FloatArray
    cos_off_bow: FloatArray
    is_unknown: BoolArray

    @cached_property
    def wave_share(self) -> FloatArray:
        """Share of the head-sea resistance that the waves add on this course."""
        return heading_share(np.nan_to_num(self.wave_height_m), self.cos_off_bow)

    @cached_property
    def is_moved(self) -> bool:
        """Whether wind or waves are known anywhere and not calm."""
        return any(
            bool(np.nan_to_num(one).any())
            for one in (self.wave_height_m, self.wind_m_s)
        )

    def reversed(self) -> "SeaOnCourse":
        """Return the same sea for the opposite course."""
        return SeaOnCourse(
            -self.along_m_s,
            -self.across_m_s,
            self.wind_m_s,
            self.wave_height_m,
            -self.cos_off_bow,
            self.is_unknown,
        )


def on_course(sea: Sea, east: FloatArray, north: FloatArray) -> SeaOnCourse:
    """Turn a sea to courses given by the parts of their unit vectors."""
    to_east = np.nan_to_num(sea.current_east_m_s)
    to_north = np.nan_to_num(sea.current_north_m_s)
    wind_from = np.radians(sea.wind_from_deg)
    return SeaOnCourse(
        to_east * east + to_north * north,
        to_north * east - to_east * north,
        sea.wind_m_s,
        sea.wave_height_m,
        np.sin(wind_from) * east + np.cos(wind_from) * north,
        ~(sea.has_current & sea.has_wind & sea.has_waves),
    )


def hours_per_km(propulsion: Propulsion, sea: SeaOnCourse) -> FloatArray:
    """Hours a kilometre over ground; infinite where the course cannot be held."""
    own: FloatArray | float = 1.0
    if sea.is_moved:
        own = kept_speed_share(
            propulsion,
            wave_height_m=sea.wave_height_m,
            wind_m_s=sea.wind_m_s,
            cos_off_bow=sea.cos_off_bow,
            wave_share=sea.wave_share,
        )
    speed = speed_over_ground(own * propulsion.speed_m_s, sea.along_m_s, sea.across_m_s)
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / (speed * metres_per_second_to_km_per_hour(1.0)))


@dataclass(frozen=True, eq=False)
class Places:
    """Places on great circles and the course there, (n_legs, n_places)."""

    lat: FloatArray
    lon: FloatArray
    east: FloatArray
    north: FloatArray

    @classmethod
    def between(
        cls,
        lat_a: FloatArray,
        lon_a: FloatArray,
        lat_b: FloatArray,
        lon_b: FloatArray,
        n_places: int,
    ) -> "Places":
        """Middles of equal parts of each leg."""
        share = (np.arange(n_places) + 0.5) / n_places
        return cls.on(lat_a, lon_a, lat_b, lon_b, share)

    @classmethod
    def on(
        cls,
        lat_a: FloatArray,
        lon_a: FloatArray,
        lat_b: FloatArray,
        lon_b: FloatArray,
        share: FloatArray,
    ) -> "Places":
        """Places at shares of each leg, (n_places,) or (n_legs, n_places)."""
        a, b = unit_vectors(lat_a, lon_a), unit_vectors(lat_b, lon_b)
        arc = np.arctan2(
            np.linalg.norm(np.cross(a, b), axis=-1), np.sum(a * b, axis=-1)
        )
        # Shares of the arc as shares of the chord; its direction, seen on the sphere,
        # is the course.
        done, left = np.sin(share * arc[:, None]), np.sin((1.0 - share) * arc[:, None])
        part = done / np.maximum(done + left, 1e-12)
        chord = (b - a).T[:, :, None]
        return cls.of(a.T[:, :, None] + part * chord, chord)

    @classmethod
    def of(cls, here: FloatArray, ahead: FloatArray) -> "Places":
        """Turn points, (3, ...), and directions there to degrees and courses."""
        x, y, z = here
        flat = np.maximum(np.sqrt(x * x + y * y), 1e-12)
        east = (x * ahead[1] - y * ahead[0]) / flat
        inwards = (x * ahead[0] + y * ahead[1]) / flat
        north = (ahead[2] * flat - z * inwards) / np.sqrt(flat * flat + z * z)
        length = np.maximum(np.sqrt(east * east + north * north), 1e-12)
        lat, lon = np.arctan2(z, flat), np.arctan2(y, x)
        return cls(np.degrees(lat), np.degrees(lon), east / length, north / length)

    def look(self, conditions: Conditions, hour: FloatArray) -> SeaOnCourse:
        """Sea on course at one hour, or at an hour for each leg."""
        shape = self.lat.shape
        when = hour if hour.ndim == 0 else np.repeat(hour, shape[1])
        sea = conditions.at(self.lat.ravel(), self.lon.ravel(), when)
        seen = on_course(sea, self.east.ravel(), self.north.ravel())
        parts = [getattr(seen, one.name).reshape(shape) for one in fields(seen)]
        return SeaOnCourse(*parts)

    def look_in_turn(self, conditions: Conditions, hours: FloatArray) -> SeaOnCourse:
        """Sea on course at another hour, (n_places,), at each place of the legs."""
        columns = [
            Places(*(getattr(self, one.name)[:, k : k + 1] for one in fields(self)))
            for k in range(self.lat.shape[1])
        ]
        seen = [
            column.look(conditions, np.asarray(hour))
            for column, hour in zip(columns, hours, strict=True)
        ]
        parts = [
            np.concatenate([getattr(sea, one.name) for sea in seen], axis=1)
            for one in fields(SeaOnCourse)
        ]
        return SeaOnCourse(*parts)


def unit_vectors(lat: FloatArray, lon: FloatArray) -> FloatArray:
    """Points of the unit sphere, (n, 3)."""
    phi, lam = np.radians(lat), np.radians(lon)
    return np.stack(
        [np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1
    )
