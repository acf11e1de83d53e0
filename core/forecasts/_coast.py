"""The bundled coast as pixels, quick enough for a large sea.

A pixel is land if its middle is, found row by row: along a row every border of the land
is crossed once, so land lies where the number of crossings to the west is odd.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely

from core.coastline import land_polygons

__all__ = ["land_pixels"]

FloatArray = npt.NDArray[np.float64]


def land_pixels(x: FloatArray, y: FloatArray) -> npt.NDArray[np.bool_]:
    """Whether the middles of pixels lie on land (Natural Earth 1:50 million).

    Parameters
    ----------
    x : ndarray of float, shape (n_x,)
        Longitudes, rising and even, from -180; they may run past 180.
    y : ndarray of float, shape (n_y,)
        Latitudes, rising and even.

    Returns
    -------
    ndarray of bool, shape (n_y, n_x)
    """
    n_x, n_y = x.size, y.size
    step_x, step_y = x[1] - x[0], y[1] - y[0]
    x1, y1, x2, y2 = _borders()
    # Rows from the first at or above the lower end to the last below the upper one.
    first = np.clip(np.ceil((np.minimum(y1, y2) - y[0]) / step_y), 0, n_y)
    last = np.clip(np.ceil((np.maximum(y1, y2) - y[0]) / step_y), 0, n_y)
    n_rows = (last - first).astype(np.int64)
    edge = np.repeat(np.arange(n_rows.size), n_rows)
    place = np.arange(edge.size) - np.repeat(np.cumsum(n_rows) - n_rows, n_rows)
    row = first[edge].astype(np.int64) + place
    slope = (x2[edge] - x1[edge]) / (y2[edge] - y1[edge])
    crossing = x1[edge] + (y[row] - y1[edge]) * slope
    # Land runs on past 180 as it begins at -180.
    land = np.zeros((n_y, n_x), dtype=bool)
    for turn in (-360.0, 0.0, 360.0):
        column = np.ceil((crossing + turn - x[0]) / step_x)
        kept = column < n_x
        flat = row[kept] * n_x + np.maximum(column[kept], 0).astype(np.int64)
        crossed = np.zeros(n_y * n_x, dtype=bool)
        places, counts = np.unique(flat, return_counts=True)
        crossed[places] = counts % 2 == 1
        land |= np.logical_xor.accumulate(crossed.reshape(n_y, n_x), axis=1)
    return land


@lru_cache(maxsize=1)
def _borders() -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Give the ends x1, y1, x2, y2 of every border that is not level."""
    found = []
    for ring in shapely.get_rings(np.array(land_polygons("50m"), dtype=object)):
        points = shapely.get_coordinates(ring)
        found.append(np.column_stack([points[:-1], points[1:]]))
    ends = np.concatenate(found)
    ends = ends[ends[:, 1] != ends[:, 3]]
    x1, y1, x2, y2 = ends.T
    return x1, y1, x2, y2
