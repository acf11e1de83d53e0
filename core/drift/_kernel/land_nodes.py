"""What is land to a drifting particle, as one byte a grid cell.

Land nodes are the nodes without a velocity. Two of them that are neighbours, side by
side or across a cell, are joined by a straight coast; what such lines enclose is
land too. A land node without any land neighbour counts as a diamond that reaches
half-way to its neighbours, since a point could never be met.

Within one cell that makes a convex shape, fixed by which of the four corners are
land: a corner, a side, a diagonal, a triangle or the whole cell. The byte holds the
corners as bits 0 to 3 (south-west, south-east, north-west, north-east) and bit 4 for
the diamond.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage

__all__ = ["CLEAR_MAX", "Grid", "cell_codes", "clear_cells"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
ByteArray = npt.NDArray[np.uint8]

CLEAR_MAX = 255


class Grid(NamedTuple):
    """Cells of a field or of a land mask, as the kernel reads them.

    ``code`` and ``clear`` have one entry a cell, ``xs`` and ``ys`` the cells' edges,
    so one more. ``turn`` is 360 on a sphere and 0 on a plane; ``xc`` is the middle of
    the x axis, next to which a longitude is brought.
    """

    xs: FloatArray
    ys: FloatArray
    x_per: float
    y_per: float
    uniform_x: bool
    uniform_y: bool
    turn: float
    xc: float
    periodic: bool
    code: ByteArray
    clear: ByteArray


def cell_codes(land: BoolArray, *, periodic: bool = False) -> ByteArray:
    """Shape of the land in each cell.

    Parameters
    ----------
    land : ndarray of bool, shape (ny, nx)
        Land nodes; for a periodic axis the last column repeats the first.
    periodic : bool
        Whether the x axis closes on itself.

    Returns
    -------
    ndarray of uint8, shape (ny - 1, nx - 1)
    """
    ring = np.pad(land[:, :-1], ((0, 0), (1, 1)), mode="wrap") if periodic else land
    near = ndimage.convolve(ring.astype(np.uint8), np.ones((3, 3)), mode="constant")
    alone = ring & (near == 1)
    if periodic:
        alone = np.concatenate([alone[:, 1:-1], alone[:, 1:2]], axis=1)
    corners = [
        (slice(None, -1), slice(None, -1)),
        (slice(None, -1), slice(1, None)),
        (slice(1, None), slice(None, -1)),
        (slice(1, None), slice(1, None)),
    ]
    code = np.zeros((land.shape[0] - 1, land.shape[1] - 1), dtype=np.uint8)
    for bit, corner in enumerate(corners):
        code |= land[corner].astype(np.uint8) << bit
        code |= alone[corner].astype(np.uint8) << 4
    return code


def clear_cells(
    code: ByteArray, *, periodic: bool = False, edges: bool = False
) -> ByteArray:
    """How many cells away, counted as a king moves, the nearest land lies.

    Parameters
    ----------
    code : ndarray of uint8, shape (ny, nx)
        Shapes of the land.
    periodic : bool
        Whether the x axis closes on itself.
    edges : bool
        Whether what lies beyond the grid counts as land.

    Returns
    -------
    ndarray of uint8, shape of ``code``
        0 in a cell with land; at most 255.
    """
    free = code == 0
    n = free.shape[1]
    if periodic:
        free = np.concatenate([free, free, free], axis=1)
    if edges:
        free = np.pad(free, 1)
    if free.all():
        return np.full(code.shape, CLEAR_MAX, dtype=np.uint8)
    away = ndimage.distance_transform_cdt(free, metric="chessboard")
    if edges:
        away = away[1:-1, 1:-1]
    if periodic:
        away = away[:, n : 2 * n]
    return np.asarray(np.minimum(away, CLEAR_MAX), dtype=np.uint8)
