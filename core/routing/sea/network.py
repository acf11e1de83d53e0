"""Sea distances: shortest great-circle legs that keep clear of land and more.

Where the great circle between two positions is clear of the bundled coastline, the
margin round it and closed areas, it is the leg. Otherwise the leg is the shortest
path that turns at corners of these obstacles, widened by a small clearance. Land is
known to about 1 km (Natural Earth 1:50 million), depth and traffic lanes not at all:
a leg is for planning, not for navigation.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from core.errors import RouteInputError
from core.geo import great_circle_distance_km
from core.routing.sea.closed import ClosedArea, areas_at
from core.routing.sea.legs import DirectLegs, direct_legs
from core.routing.sea.map_lines import crosses_closed, crosses_land, drawn_path
from core.routing.sea.obstacles import Obstacles
from core.routing.sea.passages import Frame, Passages
from core.routing.sea.waters import Waters
from core.routing.sea.ways_out import (
    CLOSED_SHARE,
    MARGIN_SHARE,
    WayOut,
    at_once,
    ways_out,
)

__all__ = ["MAX_MARGIN_KM", "SeaNetwork"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

#: A straight chord on a map this short stays within 30 m of its great circle.
_PATH_STEP_KM = 25.0
_FINE_STEP_KM = 1.0
#: Two turning points nearer than this (0.1 m) are one.
_SAME_DEG = 1e-6
#: Wider margins close whole seas.
MAX_MARGIN_KM = 50.0


class SeaNetwork:
    """Sea distances and paths between positions.

    A position inside the margin or a closed area is reached and left by a way out of
    it: the shortest way to open water, or another up to three times as long (one and
    a half times, out of a closed area) where that makes the leg shorter. Only what
    holds the position is set aside for it, and only on that way. Whether a site there
    may be visited at all is for the caller to say, see ``in_margin`` and
    ``in_closed``.

    Parameters
    ----------
    lat, lon : array_like of float, shape (n,)
        WGS 84 degrees. A position on land, or more than 75 degrees of arc from the
        middle of all of them, is reached by none.
    land : sequence of polygon, optional
        Other land than the bundled coastline, in degrees; for tests and lagoons.
    closed : sequence of ClosedArea
        Areas that are closed all the time; see
        :func:`core.routing.sea.closed_during`.
    margin_km : float, default 0
        How far legs keep off land, at most 50; up to 3 % more is taken.
    reach_km : float, optional
        Longest leg wanted. Longer ones get infinity, and pairs farther apart are
        never looked at, which saves most of the time among thousands of positions.
    cache_dir : Path, optional
        Folder where what was found about a coast is kept for later runs.

    Attributes
    ----------
    distance_km : ndarray of float, shape (n, n)
        Sea distances; infinity where no way by sea is found.
    is_direct : ndarray of bool, shape (n, n)
        Whether the leg is the great circle.
    on_land : ndarray of bool, shape (n,)
        Whether each position lies on land.
    in_closed : tuple of ClosedArea or None, length n
        The first closed area that holds each position.
    in_margin : ndarray of bool, shape (n,)
        Whether each position lies within the margin of land, or within 100 m of a
        closed area.
    clearance_km : float
        How far turning points keep off obstacles; straits narrower than twice this
        can only be passed in a straight line.

    Raises
    ------
    RouteInputError
        If the margin or the reach cannot be used.

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
        closed: Sequence[ClosedArea] = (),
        margin_km: float = 0.0,
        reach_km: float | None = None,
        cache_dir: Path | None = None,
    ) -> None:
        _check(margin_km, reach_km)
        self.lat = np.atleast_1d(np.asarray(lat, dtype=np.float64))
        self.lon = np.atleast_1d(np.asarray(lon, dtype=np.float64))
        self.margin_km, self.closed = float(margin_km), tuple(closed)
        self._land = None if land is None else tuple(land)
        self._reach_km = np.inf if reach_km is None else float(reach_km)
        self._cache_dir = cache_dir
        self._frame = Frame(self.lat, self.lon)
        self._strict = self._obstacles(margin_km=self.margin_km)
        self.in_closed = areas_at(self.closed, lat=self.lat, lon=self.lon)
        self.on_land = self._inside(self._obstacles(closed=()))
        inside = self._inside(self._strict) & ~self.on_land
        outside_areas = np.array([area is None for area in self.in_closed], dtype=bool)
        self.in_margin = inside & outside_areas
        self._measure(inside)

    def _obstacles(
        self, *, closed: Sequence[ClosedArea] | None = None, margin_km: float = 0.0
    ) -> Obstacles:
        areas = self.closed if closed is None else closed
        polygons = tuple(area.polygon for area in areas)
        return Obstacles(land=self._land, closed=polygons, margin_km=margin_km)

    def _waters(self, obstacles: Obstacles) -> Waters:
        return self._frame.waters(obstacles, self._cache_dir)

    def _inside(self, obstacles: Obstacles) -> BoolArray:
        near = self._frame.near
        waters = self._waters(obstacles)
        xy = waters.plane.project(lat=self.lat[near], lon=self.lon[near])
        inside = np.zeros(len(self.lat), dtype=bool)
        inside[near] = waters.sight.is_inside(xy)
        return inside

    def _measure(self, inside: BoolArray) -> None:
        """Fill the distances: ways in open water, with ways out where needed."""
        usable = self._frame.near & ~self.on_land
        free, held = np.flatnonzero(usable & ~inside), np.flatnonzero(usable & inside)
        doors = [at_once(self.lat[i], self.lon[i]) for i in free]
        doors += self._ways_out(held)
        counts = [len(door.km) for door in doors]
        lat = np.concatenate([np.empty(0), *(door.lat for door in doors)])
        lon = np.concatenate([np.empty(0), *(door.lon for door in doors)])
        # Ordered, so that no distance depends on the order of the input, to the bit.
        order = np.lexsort((lon, lat))
        node = np.empty(len(order), dtype=np.intp)
        node[order] = np.arange(len(order))
        self._passages = Passages(
            self._frame,
            self._strict,
            lat[order],
            lon[order],
            reach_km=self._reach_km,
            cache_dir=self._cache_dir,
        )
        self.clearance_km = self._passages.clearance_km
        at = np.concatenate([free, held]).tolist()
        nodes = np.split(node, np.cumsum(counts)[:-1]) if counts else []
        self._doors = dict(zip(at, zip(doors, nodes, strict=True), strict=True))
        n = len(self.lat)
        self.distance_km = np.full((n, n), np.inf)
        self.is_direct = np.zeros((n, n), dtype=bool)
        for i, own in zip(free, node[: len(free)], strict=True):
            self.distance_km[i, free] = self._passages.distance_km[
                own, node[: len(free)]
            ]
            self.is_direct[i, free] = self._passages.is_direct[own, node[: len(free)]]
        if len(held):
            self._join(free, node[: len(free)], held)
        else:
            self._passages.forget_distances()
        np.fill_diagonal(self.distance_km, 0.0)
        np.fill_diagonal(self.is_direct, val=True)

    def _join(self, free: IntArray, node: IntArray, held: IntArray) -> None:
        """Fill the distances of positions that need a way out."""
        whole = self._passages.distance_km
        out_km = np.full((len(held), len(whole)), np.inf)
        for k, i in enumerate(held.tolist()):
            door, exits = self._doors[i]
            if len(exits):
                out_km[k] = (door.km[:, None] + whole[exits]).min(axis=0)
        self._fill(held, free, out_km[:, node])
        between = np.full((len(held), len(held)), np.inf)
        for k, i in enumerate(held.tolist()):
            door, exits = self._doors[i]
            if len(exits):
                between[:, k] = (out_km[:, exits] + door.km).min(axis=1)
        between = np.minimum(between, between.T)
        straight_km = self._straight_km(held)
        self.is_direct[np.ix_(held, held)] = straight_km <= between
        self._fill(held, held, np.minimum(between, straight_km))

    def _fill(self, rows: IntArray, cols: IntArray, km: FloatArray) -> None:
        km = np.where(km <= self._reach_km, km, np.inf)
        self.distance_km[np.ix_(rows, cols)] = km
        self.distance_km[np.ix_(cols, rows)] = km.T

    def _ways_out(self, held: IntArray) -> list[WayOut]:
        """Ways out of what holds each position; what does not hold it still binds."""
        near_land = self._inside(self._obstacles(closed=(), margin_km=self.margin_km))[
            held
        ]
        in_area = self._inside(self._obstacles())[held]
        cases = (
            (near_land & ~in_area, self._obstacles(), MARGIN_SHARE),
            (
                in_area & ~near_land,
                self._obstacles(closed=(), margin_km=self.margin_km),
                CLOSED_SHARE,
            ),
            (in_area & near_land, self._obstacles(closed=()), CLOSED_SHARE),
        )
        outs: dict[int, WayOut] = {}
        for chosen, obstacles, longest_share in cases:
            these = held[chosen]
            if len(these):
                found = ways_out(
                    self._waters(self._strict),
                    self._waters(obstacles),
                    self.lat[these],
                    self.lon[these],
                    longest_share=longest_share,
                )
                outs.update(zip(these.tolist(), found, strict=True))
        return [outs[i] for i in held.tolist()]

    def _straight_km(self, held: IntArray) -> FloatArray:
        """Straight legs inside the margin, where no longer than two ways out."""
        lat, lon = self.lat[held], self.lon[held]
        apart_km = great_circle_distance_km(
            lat1=lat[:, None], lon1=lon[:, None], lat2=lat, lon2=lon
        )
        waters = self._waters(self._obstacles())
        xy = waters.plane.project(lat=lat, lon=lon)
        out_km = np.array(
            [self._doors[i][0].km.min(initial=np.inf) for i in held.tolist()]
        )
        outside = ~waters.sight.is_inside(xy)
        near = apart_km <= out_km[:, None] + out_km
        near &= outside[:, None] & outside
        near = np.triu(near, 1)
        waters.sight.keep_clear(xy, xy, near)
        straight = near | near.T | (apart_km == 0.0)
        found: FloatArray = np.where(straight, apart_km, np.inf)
        return found

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
        ends = np.column_stack([self.lat[[start, end]], self.lon[[start, end]]])
        if self.is_direct[start, end]:
            return ends
        if not np.isfinite(self.distance_km[start, end]):
            raise RouteInputError(
                "no way by sea between "
                f"({self.lat[start]:.4f}, {self.lon[start]:.4f}) and "
                f"({self.lat[end]:.4f}, {self.lon[end]:.4f})"
            )
        (first, exits), (last, entries) = self._doors[start], self._doors[end]
        i = j = 0
        if len(exits) > 1 or len(entries) > 1:
            whole = self._passages.distance_km[np.ix_(exits, entries)]
            km = first.km[:, None] + whole + last.km
            i, j = (int(k) for k in np.unravel_index(np.argmin(km), km.shape))
        middle = self._passages.waypoints(int(exits[i]), int(entries[j]))
        way: FloatArray = np.concatenate([first.turns[i], middle, last.turns[j][::-1]])
        moved = np.abs(np.diff(way, axis=0)).max(axis=1) > _SAME_DEG
        way = way[np.concatenate([[True], moved])]
        way[-1] = ends[1]
        return way

    def path(self, start: int, end: int) -> FloatArray:
        """Leg between two positions, drawn so finely that map chords follow it.

        Returns
        -------
        ndarray of float, shape (n_points, 2)
            Latitude and longitude, at most 25 km apart.
        """
        turns = self.waypoints(start, end)
        path = drawn_path(turns, step_km=_PATH_STEP_KM)
        if crosses_land(path, land=self._land) or crosses_closed(path, self.closed):
            path = drawn_path(turns, step_km=_FINE_STEP_KM)
        return path

    def direct_legs(self) -> DirectLegs:
        """Middles and courses of the great circles between all positions.

        They are the legs where ``is_direct``; a leg round land is elsewhere.
        """
        return direct_legs(lat=self.lat, lon=self.lon)


def _check(margin_km: float, reach_km: float | None) -> None:
    if not 0.0 <= margin_km <= MAX_MARGIN_KM:
        raise RouteInputError(
            f"margin_km is {margin_km:g}, expected 0 to {MAX_MARGIN_KM:g}"
        )
    if reach_km is not None and not reach_km > 0.0:
        raise RouteInputError(f"reach_km is {reach_km:g}, expected above 0")
