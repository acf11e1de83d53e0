"""What legs keep clear of: land, a margin round it, and closed areas."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from core.coastline import land_polygons
from core.routing.sea.plane import Plane, land_on_plane, widened_on_plane

__all__ = ["CLOSED_GUARD_KM", "Obstacles"]

#: Legs stay this far from a closed area, so that one drawn with chords on a map does
#: not cut its corner. An assumption: chords of 1 km leave their great circle by less
#: than a metre below 85 degrees of latitude.
CLOSED_GUARD_KM = 0.1


@lru_cache(maxsize=1)
def _bundled_hash() -> bytes:
    return _hash_of(land_polygons("50m"))


def _hash_of(polygons: Sequence[BaseGeometry]) -> bytes:
    digest = hashlib.sha256()
    for written in shapely.to_wkb(np.array(polygons, dtype=object)):
        digest.update(written)
    return digest.digest()


@dataclass(frozen=True, eq=False)
class Obstacles:
    """Land, the margin round it, and closed areas.

    Parameters
    ----------
    land : tuple of polygon, optional
        Other land than the bundled coastline, in degrees.
    closed : tuple of polygon
        Closed areas, in degrees.
    margin_km : float
        How far legs keep off land.
    """

    land: tuple[BaseGeometry, ...] | None = None
    closed: tuple[BaseGeometry, ...] = ()
    margin_km: float = 0.0

    @cached_property
    def key(self) -> str:
        """Hash of the content."""
        digest = hashlib.sha256()
        digest.update(_bundled_hash() if self.land is None else _hash_of(self.land))
        digest.update(_hash_of(self.closed))
        digest.update(repr((float(self.margin_km), CLOSED_GUARD_KM)).encode())
        return digest.hexdigest()

    def on_plane(self, plane: Plane, *, reach_deg: float) -> npt.NDArray[np.object_]:
        """Every obstacle within an angle of the plane's centre, as polygons."""
        drawn = [land_on_plane(plane, reach_deg=reach_deg, land=self.land)]
        if self.margin_km > 0.0:
            drawn.append(
                widened_on_plane(
                    plane,
                    reach_deg=reach_deg,
                    margin_km=self.margin_km,
                    land=self.land,
                )
            )
        if self.closed:
            drawn.append(
                widened_on_plane(
                    plane,
                    reach_deg=reach_deg,
                    margin_km=CLOSED_GUARD_KM,
                    land=self.closed,
                )
            )
        return np.concatenate(drawn)
