"""The bundled coastline cut into numbered segments of about equal length."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from core.coastline import land_polygons
from core.errors import InputError
from core.geo import EARTH_RADIUS_KM, great_circle_distance_km

__all__ = ["DEFAULT_SEGMENT_KM", "Coast", "coast_segments"]

#: Length a segment aims for (assumption: a beach crew's day, and the accuracy of a
#: coast drawn to 1 km).
DEFAULT_SEGMENT_KM = 10.0
#: Beyond this the nearest coast is not where a particle stranded (assumption: half a
#: cell of a 1 degree model).
_FARTHEST_KM = 60.0
_STEP_KM = 1.0
#: The map closes Antarctica through the pole; no coast lies south of this, degrees.
_POLAR_CAP = -89.0
_SHORTEST_KM, _LONGEST_KM = 1.0, 1000.0

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Coast:
    """Segments of the coast.

    Attributes
    ----------
    segment_km : float
        Length aimed for; each stretch of coast is cut into equal parts near it.
    frame : DataFrame
        ``segment`` (name), ``stretch``, ``part``, ``lat``, ``lon`` (middle) and
        ``length_km``; a row a segment.
    """

    segment_km: float
    frame: pd.DataFrame
    _stretches: tuple[FloatArray, ...]
    _tree: cKDTree
    _owner: IntArray

    def nearest(
        self, *, lat: npt.ArrayLike, lon: npt.ArrayLike
    ) -> tuple[IntArray, FloatArray]:
        """Find the segment nearest to each position.

        Returns
        -------
        index : ndarray of int
            Row of ``frame``; -1 where no coast lies within 60 km.
        distance_km : ndarray of float
            Great-circle distance to it, to about 0.1 km; infinite where there is none.
        """
        points = _on_the_sphere(np.atleast_1d(lat), np.atleast_1d(lon))
        reach = 2.0 * np.sin(_FARTHEST_KM / EARTH_RADIUS_KM / 2.0)
        chord, found = self._tree.query(points, distance_upper_bound=reach)
        hit = np.isfinite(chord)
        index = np.where(hit, self._owner[np.where(hit, found, 0)], -1)
        distance = np.full(len(chord), np.inf)
        distance[hit] = 2.0 * EARTH_RADIUS_KM * np.arcsin(chord[hit] / 2.0)
        return index, distance

    def line(self, index: int) -> FloatArray:
        """Latitude and longitude along a segment, shape (n_points, 2)."""
        row = self.frame.iloc[index]
        stretch = self._stretches[int(row["stretch"])]
        along = _along(stretch)
        start = float(row["part"] * row["length_km"])
        stop = min(start + float(row["length_km"]), float(along[-1]))
        ends = [
            [np.interp(at, along, stretch[:, 0]), np.interp(at, along, stretch[:, 1])]
            for at in (start, stop)
        ]
        inner = stretch[(along > start) & (along < stop)]
        return np.concatenate([ends[:1], inner, ends[1:]])


@lru_cache(maxsize=2)
def coast_segments(segment_km: float = DEFAULT_SEGMENT_KM) -> Coast:
    """Cut the 1:50 million coastline into segments.

    Each ring of the coast (and each stretch of it, where the map's edge at 180 degrees
    or the South Pole interrupts it) is cut into equal parts as near to the wished
    length as a whole number of them allows; an island shorter than that is one
    segment. A name ``coast10-0123-0004`` means: cut at 10 km, stretch 123 of the
    bundled coastline, part 4. Names stay the same as long as the coastline file and
    the length do.

    Parameters
    ----------
    segment_km : float, default 10
        1 to 1000.

    Raises
    ------
    InputError
        If the length is outside that range.
    """
    if not _SHORTEST_KM <= segment_km <= _LONGEST_KM:
        raise InputError(f"segment length {segment_km} km outside 1 to 1000 km")
    stretches = _stretches()
    samples: list[FloatArray] = []
    owners: list[IntArray] = []
    columns: list[FloatArray] = []
    n_before = 0
    for number, stretch in enumerate(stretches):
        along = _along(stretch)
        n_parts = max(1, round(along[-1] / segment_km))
        part_km = along[-1] / n_parts
        points, at = _sampled(stretch, along)
        owners.append(n_before + np.minimum(at // part_km, n_parts - 1).astype(int))
        samples.append(points)
        n_before += n_parts
        parts = np.arange(n_parts)
        middle = (parts + 0.5) * part_km
        lats = np.interp(middle, along, stretch[:, 0])
        lons = np.interp(middle, along, stretch[:, 1])
        same = np.ones(n_parts)
        columns.append(
            np.column_stack([same * number, parts, lats, lons, same * part_km])
        )
    frame = pd.DataFrame(
        np.concatenate(columns),
        columns=["stretch", "part", "lat", "lon", "length_km"],
    ).astype({"stretch": "int64", "part": "int64"})
    frame.insert(0, "segment", _names(frame, segment_km))
    every = np.concatenate(samples)
    tree = cKDTree(_on_the_sphere(every[:, 0], every[:, 1]))
    return Coast(segment_km, frame, stretches, tree, np.concatenate(owners))


def _names(frame: pd.DataFrame, segment_km: float) -> list[str]:
    return [
        f"coast{segment_km:g}-{stretch:04d}-{part:04d}"
        for stretch, part in zip(frame["stretch"], frame["part"], strict=True)
    ]


@lru_cache(maxsize=1)
def _stretches() -> tuple[FloatArray, ...]:
    """Rings of the coast as latitude and longitude, without the edges of the map."""
    found: list[FloatArray] = []
    for polygon in land_polygons("50m"):
        for ring in (polygon.exterior, *polygon.interiors):
            points = np.asarray(ring.coords)[:, ::-1]
            on_rim = (np.abs(points[:, 1]) > 180.0 - 1e-9) | (points[:, 0] < _POLAR_CAP)
            drawn = ~(on_rim[:-1] & on_rim[1:])
            if drawn.all():
                found.append(points)
                continue
            # Start at a gap, so that no stretch is cut where the ring begins.
            first = int(np.argmin(drawn))
            around = np.roll(points[:-1], -first - 1, axis=0)
            around = np.concatenate([around, around[:1]])
            drawn = np.roll(drawn, -first - 1)
            edges = np.flatnonzero(np.diff(np.concatenate([[0], drawn, [0]])))
            found += [around[start : stop + 1] for start, stop in edges.reshape(-1, 2)]
    return tuple(found)


def _leg_lengths(line: FloatArray) -> FloatArray:
    return great_circle_distance_km(
        lat1=line[:-1, 0], lon1=line[:-1, 1], lat2=line[1:, 0], lon2=line[1:, 1]
    )


def _along(line: FloatArray) -> FloatArray:
    """Distance of each point from the start of a line, km."""
    return np.concatenate([[0.0], np.cumsum(_leg_lengths(line))])


def _sampled(line: FloatArray, along: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Points along a line at most a kilometre apart, and how far along they are."""
    counts = np.maximum(1, np.ceil(np.diff(along) / _STEP_KM)).astype(int)
    firsts = np.repeat(np.cumsum(counts) - counts, counts)
    share = (np.arange(counts.sum()) - firsts) / np.repeat(counts, counts)
    legs = np.repeat(np.arange(len(counts)), counts)
    points = line[legs] + share[:, None] * (line[legs + 1] - line[legs])
    at = along[legs] + share * (along[legs + 1] - along[legs])
    return points, at


def _on_the_sphere(lat: FloatArray, lon: FloatArray) -> FloatArray:
    phi, lam = np.radians(lat), np.radians(lon)
    return np.column_stack(
        [np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)]
    )
