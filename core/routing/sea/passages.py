"""Ways between positions: looked for nearby first, then farther off."""

import logging
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.geo import EARTH_RADIUS_KM
from core.routing.sea.obstacles import Obstacles
from core.routing.sea.plane import MAX_REACH_DEG, Plane
from core.routing.sea.waters import Waters, waters_of
from core.routing.sea.ways import Ways

__all__ = ["Frame", "Passages"]

logger = logging.getLogger(__name__)

FloatArray = npt.NDArray[np.float64]

#: Land this far beyond the positions is searched for a way round at first; positions
#: still apart are then searched within MAX_REACH_DEG, more coarsely.
_FIRST_MARGIN_DEG = 3.0
_FIRST_CORNERS = 6000
_WIDE_CORNERS = 3000
#: Reaches searched first. Steps, so that similar positions share what was found.
_REACHES_DEG = (*np.round(4.0 * 1.15 ** np.arange(21), 1).tolist(), MAX_REACH_DEG)


class Frame:
    """Where positions lie: the plane for them, and how far to look.

    Both come in steps, so that one position more or less seldom changes them and
    what was found about the coast can be used again.

    Parameters
    ----------
    lat, lon : ndarray of float, shape (n,)
        WGS 84 degrees.
    """

    def __init__(self, lat: FloatArray, lon: FloatArray) -> None:
        middle = Plane.about(lat=lat, lon=lon)
        angle = middle.angle_deg(lat=lat, lon=lon)
        spread = float(angle[angle <= MAX_REACH_DEG].max(initial=0.0))
        self.plane = middle.rounded(spread)
        angle = self.plane.angle_deg(lat=lat, lon=lon)
        self.near = angle <= MAX_REACH_DEG
        self.spread_deg = float(angle[self.near].max(initial=0.0))
        least = min(1.25 * self.spread_deg + _FIRST_MARGIN_DEG, MAX_REACH_DEG)
        self.reach_deg = next(reach for reach in _REACHES_DEG if reach >= least)
        self._made: dict[str, Waters] = {}

    def waters(self, obstacles: Obstacles, cache_dir: Path | None) -> Waters:
        """Return the sea that is searched first."""
        if obstacles.key not in self._made:
            self._made[obstacles.key] = waters_of(
                obstacles,
                self.plane,
                reach_deg=self.reach_deg,
                max_corners=_FIRST_CORNERS,
                cache_dir=cache_dir,
            )
        return self._made[obstacles.key]

    def leaves_within(self, reach_km: float) -> bool:
        """Whether a way of this length may leave the sea that is searched first."""
        if self.reach_deg >= MAX_REACH_DEG:
            return False
        there = np.radians(self.reach_deg - self.spread_deg) * EARTH_RADIUS_KM
        return bool(reach_km > 2.0 * there)


class Passages:
    """Shortest ways between positions among obstacles.

    Parameters
    ----------
    frame : Frame
        Where to look.
    obstacles : Obstacles
        What ways keep clear of.
    lat, lon : ndarray of float, shape (n,)
        Positions outside every obstacle, near the frame's plane.
    reach_km : float
        Ways longer than this are not looked for.
    cache_dir : Path, optional
        Where what was found about the coast is kept.

    Attributes
    ----------
    distance_km : ndarray of float, shape (n, n)
    is_direct : ndarray of bool, shape (n, n)
    clearance_km : float
        How far turning points keep off obstacles; 0 when no way has to turn.
    """

    def __init__(
        self,
        frame: Frame,
        obstacles: Obstacles,
        lat: FloatArray,
        lon: FloatArray,
        *,
        reach_km: float = np.inf,
        cache_dir: Path | None = None,
    ) -> None:
        waters = frame.waters(obstacles, cache_dir)
        self._near = Ways(waters, lat, lon, reach_km=reach_km)
        self._far: Ways | None = None
        self._is_far = np.zeros((0, 0), dtype=bool)
        self.distance_km = self._near.distance_km
        self.is_direct = self._near.is_direct
        self.clearance_km = self._near.clearance_km
        cut_off = self._near.cut_off
        if len(cut_off) and frame.leaves_within(reach_km):
            xy = frame.plane.project(lat=lat[cut_off], lon=lon[cut_off])
            cut_off = cut_off[~waters.enclosed(xy)]
            if len(cut_off):
                self._search_wider(frame, obstacles, lat, lon, cut_off, cache_dir)

    def _search_wider(
        self,
        frame: Frame,
        obstacles: Obstacles,
        lat: FloatArray,
        lon: FloatArray,
        sources: npt.NDArray[np.intp],
        cache_dir: Path | None,
    ) -> None:
        logger.info("searching a wider region for %d positions", len(sources))
        waters = waters_of(
            obstacles,
            frame.plane,
            reach_deg=MAX_REACH_DEG,
            max_corners=_WIDE_CORNERS,
            cache_dir=cache_dir,
        )
        self._far = Ways(
            waters, lat, lon, sources=sources, reach_km=self._near.reach_km
        )
        self._is_far = np.isinf(self.distance_km) & np.isfinite(self._far.distance_km)
        self.distance_km[self._is_far] = self._far.distance_km[self._is_far]
        self.is_direct |= self._far.is_direct & self._is_far

    def forget_distances(self) -> None:
        """Give back the memory of the distances; ways can still be drawn."""
        for holder in (self, self._near, self._far):
            if holder is not None:
                holder.distance_km = np.empty((0, 0))

    def waypoints(self, start: int, end: int) -> FloatArray:
        """Return ends and turning points of a way, (n, 2) latitude, longitude."""
        if self._far is not None and self._is_far[start, end]:
            return self._far.waypoints(start, end)
        return self._near.waypoints(start, end)
