"""Where a vessel is in the middle of a plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Self

from core.errors import RouteInputError
from core.geo import check_position, normalise_lon
from core.routing.stops import iso_utc

__all__ = ["VesselState"]


@dataclass(frozen=True)
class VesselState:
    """A vessel as it is planned anew: from here, from then on, with this aboard.

    Parameters
    ----------
    lat, lon : float
        Where it is free to go on, WGS 84 degrees.
    ready_at : datetime
        When it is free to go on, with a time zone.
    load_kg : float, default 0
        Load aboard.
    spent_h : float, default 0
        Hours at sea since its last port call, at ``ready_at``.

    Raises
    ------
    RouteInputError
        If a figure cannot be used.
    """

    lat: float
    lon: float
    ready_at: datetime
    load_kg: float = 0.0
    spent_h: float = 0.0

    def __post_init__(self) -> None:
        check_position(lat=self.lat, lon=self.lon, record="state of a vessel")
        if self.ready_at.tzinfo is None:
            raise RouteInputError(f"ready_at {self.ready_at} has no time zone")
        for name in ("load_kg", "spent_h"):
            value = getattr(self, name)
            if not (isfinite(value) and value >= 0.0):
                raise RouteInputError(f"{name} is {value}, expected zero or more")
        whole = self.ready_at.astimezone(UTC).replace(microsecond=0)
        object.__setattr__(self, "ready_at", whole)
        object.__setattr__(self, "lon", float(normalise_lon(self.lon)))

    def to_dict(self) -> dict[str, Any]:
        """Return the state for a plan request."""
        return {
            "lat": self.lat,
            "lon": self.lon,
            "ready_at": iso_utc(self.ready_at),
            "load_kg": self.load_kg,
            "spent_h": self.spent_h,
        }

    @classmethod
    def from_dict(cls, one: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_dict` returned."""
        return cls(**{**one, "ready_at": datetime.fromisoformat(one["ready_at"])})
