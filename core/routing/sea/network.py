"""Sea distances: shortest great-circle legs that do not cross land.

Where the great circle between two positions is clear of the bundled coastline it is
the leg. Otherwise the leg is the shortest path that turns at corners of the land
widened by a small clearance. Land is known to about 1 km (Natural Earth 1:50
million), depth, traffic lanes and closed areas not at all: a leg is for planning,
not for navigation.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
import shapely.ops
from scipy.sparse import csgraph
from shapely.geometry.base import BaseGeometry

from core.errors import RouteInputError
from core.geo import EARTH_RADIUS_KM, great_circle_distance_km
from core.routing.sea.map_lines import crosses_land, drawn_path
from core.routing.sea.plane import MAX_REACH_DEG, Plane, land_on_plane
from core.routing.sea.region import Region
from core.routing.sea.sight import Sight

__all__ = ["SeaNetwork", "SeaPosition", "nearest_sea"]

logger = logging.getLogger(__name__)

FloatArray = npt.NDArray[np.float64]

#: Land this far beyond the positions is searched for a way round at first; positions
#: still apart are then searched within MAX_REACH_DEG, more coarsely.
_FIRST_MARGIN_DEG = 3.0
_FIRST_CORNERS = 2500
_WIDE_CORNERS = 1200
#: A straight chord on a map this short stays within 30 m of its great circle.
_PATH_STEP_KM = 25.0
_FINE_STEP_KM = 1.0
_SNAP_REACH_DEG = 6.0
_SNAP_CLEARANCES_KM = (0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True)
class SeaPosition:
    """A position at sea and how far it was moved to get there."""

    lat: float
    lon: float
    moved_km: float


def nearest_sea(
    *, lat: float, lon: float, land: Sequence[BaseGeometry] | None = None
) -> SeaPosition:
    """Nearest position at sea, the same one when it is at sea already.

    Parameters
    ----------
    lat, lon : float
        WGS 84 degrees.
    land : sequence of polygon, optional
        Other land than the bundled coastline, in degrees.

    Raises
    ------
    RouteInputError
        If no sea lies within about 600 km.
    """
    plane = Plane.about(lat=lat, lon=lon)
    pieces = land_on_plane(plane, reach_deg=_SNAP_REACH_DEG, land=land)
    sight = Sight(pieces)
    here = np.zeros((1, 2))
    if not len(pieces) or not sight.on_land(here)[0]:
        return SeaPosition(lat, lon, 0.0)
    for clearance_km in _SNAP_CLEARANCES_KM:
        shore = shapely.boundary(
            shapely.union_all(shapely.buffer(pieces, clearance_km))
        )
        if shore.is_empty:
            break
        at = shapely.ops.nearest_points(shapely.Point(0.0, 0.0), shore)[1]
        xy = np.array([[at.x, at.y]])
        reach_km = EARTH_RADIUS_KM * np.tan(np.radians(_SNAP_REACH_DEG))
        if not sight.on_land(xy)[0] and np.hypot(at.x, at.y) < reach_km:
            sea_lat, sea_lon = plane.unproject(xy)
            moved = great_circle_distance_km(
                lat1=lat, lon1=lon, lat2=sea_lat, lon2=sea_lon
            )
            return SeaPosition(float(sea_lat[0]), float(sea_lon[0]), float(moved[0]))
    raise RouteInputError(
        f"no sea within 600 km of latitude {lat:g}, longitude {lon:g}"
    )


class SeaNetwork:
    """Sea distances and paths between positions.

    Parameters
    ----------
    lat, lon : array_like of float, shape (n,)
        WGS 84 degrees. A position on land, or more than 75 degrees of arc from the
        middle of all of them, is reached by none.
    land : sequence of polygon, optional
        Other land than the bundled coastline, in degrees; for tests and lagoons.

    Attributes
    ----------
    distance_km : ndarray of float, shape (n, n)
        Sea distances; infinity where no way by sea is found.
    on_land : ndarray of bool, shape (n,)
        Whether each position lies on land.
    clearance_km : float
        How far turning points keep off land; straits narrower than twice this can
        only be passed in a straight line.

    Examples
    --------
    >>> sea = SeaNetwork(lat=[0.0, 0.0], lon=[-30.0, -29.0])
    >>> round(float(sea.distance_km[0, 1]), 1)
    111.2
    """

    def __init__(
        self,
        *,
        lat: npt.ArrayLike,
        lon: npt.ArrayLike,
        land: Sequence[BaseGeometry] | None = None,
    ) -> None:
        self.lat = np.atleast_1d(np.asarray(lat, dtype=np.float64))
        self.lon = np.atleast_1d(np.asarray(lon, dtype=np.float64))
        self._land = land
        self._plane = Plane.about(lat=self.lat, lon=self.lon)
        angle = self._plane.angle_deg(lat=self.lat, lon=self.lon)
        near = angle <= MAX_REACH_DEG
        spread = float(angle[near].max(initial=0.0))
        first_reach = min(1.25 * spread + _FIRST_MARGIN_DEG, MAX_REACH_DEG)
        pieces = self._pieces(first_reach)
        self.on_land = np.zeros(len(self.lat), dtype=bool)
        xy = self._plane.project(lat=self.lat[near], lon=self.lon[near])
        self.on_land[near] = Sight(pieces).on_land(xy)
        self._usable = np.flatnonzero(near & ~self.on_land)
        self._regions = [self._region(pieces, first_reach, None, _FIRST_CORNERS)]
        self._search_wider(first_reach)
        self.clearance_km = self._regions[0].clearance_km
        self.distance_km = np.full((len(self.lat), len(self.lat)), np.inf)
        np.fill_diagonal(self.distance_km, 0.0)
        for region in reversed(self._regions):
            found = np.isfinite(region.distance_km)
            rows, cols = np.nonzero(found)
            self.distance_km[self._usable[rows], self._usable[cols]] = (
                region.distance_km[found]
            )

    def _pieces(self, reach_deg: float) -> npt.NDArray[np.object_]:
        return land_on_plane(self._plane, reach_deg=reach_deg, land=self._land)

    def _region(
        self,
        pieces: npt.NDArray[np.object_],
        reach_deg: float,
        sources: npt.NDArray[np.intp] | None,
        max_corners: int,
    ) -> Region:
        return Region(
            self._plane,
            pieces,
            reach_km=EARTH_RADIUS_KM * float(np.tan(np.radians(reach_deg))),
            lat=self.lat[self._usable],
            lon=self.lon[self._usable],
            sources=sources,
            max_corners=max_corners,
        )

    def _search_wider(self, first_reach: float) -> None:
        """Look farther off for a way to positions that are cut off nearby."""
        first = self._regions[0]
        n_groups, group = csgraph.connected_components(np.isfinite(first.distance_km))
        if n_groups < 2 or first_reach >= MAX_REACH_DEG:
            return
        cut_off = np.flatnonzero(group != np.bincount(group).argmax())
        sources = cut_off[~first.enclosed(cut_off)]
        if len(sources):
            logger.info("searching a wider region for %d positions", len(sources))
            pieces = self._pieces(MAX_REACH_DEG)
            wide = self._region(pieces, MAX_REACH_DEG, sources, _WIDE_CORNERS)
            self._regions.append(wide)

    def waypoints(self, start: int, end: int) -> FloatArray:
        """Return ends and turning points of the leg between two positions.

        Returns
        -------
        ndarray of float, shape (n_points, 2)
            Latitude and longitude; great circles join them.

        Raises
        ------
        RouteInputError
            If there is no way by sea.
        """
        if start == end:
            return np.array([[self.lat[start], self.lon[start]]] * 2)
        if not np.isfinite(self.distance_km[start, end]):
            raise RouteInputError(
                "no way by sea between "
                f"({self.lat[start]:.4f}, {self.lon[start]:.4f}) and "
                f"({self.lat[end]:.4f}, {self.lon[end]:.4f})"
            )
        a, b = np.searchsorted(self._usable, [start, end]).tolist()
        region = next(r for r in self._regions if np.isfinite(r.distance_km[a, b]))
        return region.waypoints(a, b)

    def path(self, start: int, end: int) -> FloatArray:
        """Leg between two positions, drawn so finely that map chords follow it.

        Returns
        -------
        ndarray of float, shape (n_points, 2)
            Latitude and longitude, at most 25 km apart.
        """
        turns = self.waypoints(start, end)
        path = drawn_path(turns, step_km=_PATH_STEP_KM)
        if crosses_land(path, land=self._land):
            path = drawn_path(turns, step_km=_FINE_STEP_KM)
        return path
