"""Where the counts were made: how positions are read, and how far apart they lie.

Degrees are set on the sphere and distances are chords through it, so a survey may
cross 180 degrees of longitude or a pole. A Matern covariance stays one on the sphere
with chords, because chords are distances of the space around it [1]_.

References
----------
.. [1] T. Gneiting, "Strictly and non-strictly positive definite functions on spheres",
   Bernoulli 19 (2013) 1327-1349.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist, pdist

from core.errors import ObservationError
from core.geo import EARTH_RADIUS_KM

__all__ = [
    "Geometry",
    "choose_geometry",
    "distances_km",
    "extent_km",
    "merge_groups",
    "place_columns",
    "to_places",
    "typical_spacing_km",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Geometry = Literal["degrees", "flat"]

#: A box reaches back to its origin if it starts within this share of its far edge, and
#: is square if no side is longer than this many times the other: rules of thumb.
_NEAR_ORIGIN, _SQUARE = 0.25, 1.5
#: Above this many places the extent is that of a sample of them.
_EXTENT_SAMPLE = 1_000


def place_columns(n_features: int) -> int:
    """Columns that hold the position: two, or the only one."""
    return min(n_features, 2)


def choose_geometry(positions: FloatArray) -> Geometry:
    """Read positions as degrees or as flat km, by what the numbers can be.

    They are flat km where there is one column, where a number lies outside
    [-90, 90] in the first or [-180, 360] in the second, or where they fill a square
    that starts or is centred at (0, 0), as a drawing board does and a survey does
    not. Everything else is latitude and longitude.

    Parameters
    ----------
    positions : ndarray of float, shape (n, 1) or (n, 2)

    Returns
    -------
    str
        ``degrees`` or ``flat``.
    """
    if positions.shape[1] < 2:
        return "flat"
    low, high = positions.min(axis=0), positions.max(axis=0)
    if low[0] < -90.0 or high[0] > 90.0 or low[1] < -180.0 or high[1] > 360.0:
        return "flat"
    return "flat" if _is_drawing_board(low, high) else "degrees"


def _is_drawing_board(low: FloatArray, high: FloatArray) -> bool:
    span = high - low
    if (span <= 0.0).any() or span.max() > _SQUARE * span.min():
        return False
    starts = ((low >= 0.0) & (low <= _NEAR_ORIGIN * high)).all()
    centred = (np.abs(low + high) <= _NEAR_ORIGIN * span).all()
    return bool(starts or centred)


def to_places(positions: FloatArray, geometry: Geometry) -> FloatArray:
    """Coordinates in km between which straight lines are the distances.

    Parameters
    ----------
    positions : ndarray of float, shape (n, 1) or (n, 2)
        Latitude and longitude in degrees, or km.
    geometry : str
        ``degrees`` or ``flat``.

    Returns
    -------
    ndarray of float, shape (n, 3) for degrees, else that of ``positions``

    Raises
    ------
    ObservationError
        If degrees are asked for and a row is not on Earth.
    """
    if geometry == "flat":
        return positions
    if positions.shape[1] < 2:
        raise ObservationError("degrees need two columns, latitude and longitude")
    for k, (name, low, high) in enumerate(
        (("latitude", -90.0, 90.0), ("longitude", -180.0, 360.0))
    ):
        outside = (positions[:, k] < low) | (positions[:, k] > high)
        if outside.any():
            row = int(np.flatnonzero(outside)[0])
            raise ObservationError(
                f"{name} {positions[row, k]:g} outside [{low:g}, {high:g}] "
                f"(row {row}); positions in km need geometry='flat'"
            )
    lat, lon = np.radians(positions[:, 0]), np.radians(positions[:, 1])
    return EARTH_RADIUS_KM * np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )


def distances_km(a: FloatArray, b: FloatArray) -> FloatArray:
    """Distances between two sets of places, shape (n_a, n_b)."""
    return np.asarray(cdist(a, b), dtype=np.float64)


def typical_spacing_km(places: FloatArray) -> float:
    """Median distance from a place to its nearest other one; 0 for a single place."""
    distinct = np.unique(places, axis=0)
    if len(distinct) < 2:
        return 0.0
    nearest = cKDTree(distinct).query(distinct, k=2)[0][:, 1]
    return float(np.median(nearest))


def extent_km(places: FloatArray) -> float:
    """Largest distance between places; of an even sample where there are many."""
    step = -(-len(places) // _EXTENT_SAMPLE)
    chosen = places[::step]
    return float(pdist(chosen).max()) if len(chosen) > 1 else 0.0


def merge_groups(places: FloatArray, max_groups: int) -> IntArray:
    """Group places by cubes, the smallest that make at most ``max_groups`` groups.

    Returns
    -------
    ndarray of int, shape (n,)
        Group of each place, from 0.
    """
    distinct, group = np.unique(places, axis=0, return_inverse=True)
    if len(distinct) <= max_groups:
        return np.asarray(group.ravel(), dtype=np.int64)
    low, high = 0.0, float(np.ptp(places, axis=0).max()) * 1.001
    for _ in range(30):
        side = (low + high) / 2.0
        n_groups = len(np.unique(_cubes(places, side), axis=0))
        low, high = (low, side) if n_groups <= max_groups else (side, high)
    found = np.unique(_cubes(places, high), axis=0, return_inverse=True)[1]
    return np.asarray(found.ravel(), dtype=np.int64)


def _cubes(places: FloatArray, side_km: float) -> IntArray:
    cubes = np.floor((places - places.min(axis=0)) / side_km)
    return np.asarray(cubes, dtype=np.int64)
