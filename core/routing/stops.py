"""Stops of a plan and the legs between them.

The figures are kept as the plan document writes them (times to the second, masses to
the gram, positions to 0.1 m), so that a plan read back is the plan that was written.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from core.units import KM_PER_NAUTICAL_MILE

__all__ = ["Leg", "Stop", "iso_utc", "settle"]

#: Decimals of figures, by the end of their name.
_DIGITS = {"lat": 6, "lon": 6, "_h": 6, "hours": 6, "_kg": 3, "_km": 3, "_l": 3}
_DIGITS |= {"_low": 3, "_high": 3, "_kn": 4, "chance": 4}


def iso_utc(moment: datetime) -> str:
    """Write a UTC time to the second, as ISO 8601 with a Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def settle(one: object, *names: str) -> None:
    """Keep times to the second and figures to their decimals."""
    for name in names:
        value = getattr(one, name)
        if isinstance(value, datetime):
            second = timedelta(microseconds=500_000)
            value = (value + second).replace(microsecond=0)
        elif value is not None:
            digits = next(d for end, d in _DIGITS.items() if name.endswith(end))
            value = round(float(value), digits)
        object.__setattr__(one, name, value)


@dataclass(frozen=True)
class Stop:
    """Work at one site.

    Attributes
    ----------
    lat, lon : float
        Where the vessel meets the debris, WGS 84 degrees.
    arrive, start, leave : datetime
        From ``arrive`` to ``start`` the vessel waits; from ``start`` to ``leave`` it
        works, with pauses where its hours of work say so.
    service_h : float
        Hours of work, without pauses.
    miss_chance : float, optional
        Chance that the debris is not there any more; none for debris that lies still.
    drift_km : float
        How far the debris is from where it was when the plan starts.
    """

    site: str
    lat: float
    lon: float
    arrive: datetime
    leave: datetime
    mass_kg: float
    mass_kg_low: float
    mass_kg_high: float
    service_h: float
    fuel_l: float
    category: str = ""
    start: datetime = None  # type: ignore[assignment]  # arrive, when not given
    miss_chance: float | None = None
    drift_km: float = 0.0

    def __post_init__(self) -> None:
        """Begin work on arrival unless told otherwise; settle the figures."""
        if self.start is None:
            object.__setattr__(self, "start", self.arrive)
        settle(self, "lat", "lon", "arrive", "start", "leave", "mass_kg")
        settle(self, "mass_kg_low", "mass_kg_high", "service_h", "fuel_l")
        settle(self, "miss_chance", "drift_km")

    @property
    def wait_h(self) -> float:
        """Hours the vessel waits before its work begins."""
        return (self.start - self.arrive) / timedelta(hours=1)

    def to_dict(self) -> dict[str, Any]:
        """Return the stop of the contract's plan document."""
        return {
            "site": self.site,
            "lat": self.lat,
            "lon": self.lon,
            "arrive": iso_utc(self.arrive),
            "start": iso_utc(self.start),
            "leave": iso_utc(self.leave),
            "mass_kg": self.mass_kg,
            "mass_kg_low": self.mass_kg_low,
            "mass_kg_high": self.mass_kg_high,
            "service_h": self.service_h,
            "fuel_l": self.fuel_l,
            "category": self.category,
            "miss_chance": self.miss_chance,
            "drift_km": self.drift_km,
        }


@dataclass(frozen=True, eq=False)
class Leg:
    """Transit between two places.

    Attributes
    ----------
    path : ndarray of float, shape (n_points, 2)
        Latitude and longitude.
    speed_kn : float
        Mean speed over ground; from distance and hours when not given.
    """

    path: npt.NDArray[np.float64]
    depart: datetime
    distance_km: float
    hours: float
    fuel_l: float
    speed_kn: float | None = None

    def __post_init__(self) -> None:
        """Settle the figures; find the speed when it is not given."""
        path = np.round(np.asarray(self.path, dtype=np.float64), 6)
        object.__setattr__(self, "path", path)
        settle(self, "depart", "distance_km", "hours", "fuel_l", "speed_kn")
        if self.speed_kn is None:
            km_per_h = self.distance_km / self.hours if self.hours > 0.0 else 0.0
            speed_kn = round(km_per_h / KM_PER_NAUTICAL_MILE, 4)
            object.__setattr__(self, "speed_kn", speed_kn)

    def to_dict(self) -> dict[str, Any]:
        """Return the leg of the contract's plan document."""
        return {
            "path": [[lon, lat] for lat, lon in self.path.tolist()],
            "depart": iso_utc(self.depart),
            "distance_km": self.distance_km,
            "hours": self.hours,
            "speed_kn": self.speed_kn,
            "fuel_l": self.fuel_l,
        }
