"""Positions on the sphere joined into clusters no wider than an extent."""

import numpy as np
import numpy.typing as npt
from sklearn.cluster import DBSCAN, AgglomerativeClustering

from core.geo import EARTH_RADIUS_KM, normalise_lon

__all__ = ["cluster_positions", "weighted_centre"]

FloatArray = npt.NDArray[np.float64]
_MAX_PAIRWISE = 3000


def cluster_positions(
    positions: FloatArray, *, radius_km: float, max_extent_km: float
) -> npt.NDArray[np.int64]:
    """Join positions within a radius of one another, and cut what gets too wide.

    DBSCAN on the sphere, where every position is a core point; a cluster wider than
    the extent is cut by complete linkage, a very large one by a grid.

    Parameters
    ----------
    positions : ndarray of float, shape (n, 2)
        Latitude and longitude, degrees.
    radius_km : float
        Reach of a neighbourhood.
    max_extent_km : float
        Largest distance within one cluster.

    Returns
    -------
    ndarray of int, shape (n,)
        Label of each position; labels are not consecutive.
    """
    radians = np.radians(positions)
    found = DBSCAN(
        eps=radius_km / EARTH_RADIUS_KM,
        min_samples=1,
        metric="haversine",
        algorithm="ball_tree",
    ).fit_predict(radians)
    labels = np.asarray(found, dtype=np.int64)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        parts = _cut(radians[members], max_extent_km)
        fresh = labels.max() + 1
        labels[members[parts > 0]] = fresh + parts[parts > 0]
    return labels


def _cut(positions: FloatArray, max_extent_km: float) -> npt.NDArray[np.int64]:
    """Cut a cluster into parts no wider than the extent (complete linkage)."""
    n = len(positions)
    if n == 1:
        return np.zeros(1, dtype=np.int64)
    lat, lon = positions[:, 0], positions[:, 1]
    vectors = EARTH_RADIUS_KM * np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )
    # Chords stand in for arcs; at 20 km they differ by a centimetre.
    if np.linalg.norm(np.ptp(vectors, axis=0)) <= max_extent_km:
        return np.zeros(n, dtype=np.int64)
    if n > _MAX_PAIRWISE:  # memory grows with the square: cut by a grid instead
        side = max_extent_km / np.sqrt(3.0)
        cube = np.floor((vectors - vectors.min(axis=0)) / side).astype(np.int64)
        return np.asarray(np.unique(cube, axis=0, return_inverse=True)[1].ravel())
    parts = AgglomerativeClustering(
        n_clusters=None, distance_threshold=max_extent_km, linkage="complete"
    ).fit_predict(vectors)
    return np.asarray(parts, dtype=np.int64)


def weighted_centre(positions: FloatArray, weight: FloatArray) -> tuple[float, float]:
    """Mean position, weighted; longitudes are joined across 180 degrees first.

    Parameters
    ----------
    positions : ndarray of float, shape (n, 2)
        Latitude and longitude, degrees, of places near one another.
    weight : ndarray of float, shape (n,)
        Weights, not all zero.
    """
    lon = positions[:, 1]
    near = lon[0] + normalise_lon(lon - lon[0])
    lat = float(np.average(positions[:, 0], weights=weight))
    return lat, float(normalise_lon(np.average(near, weights=weight)))
