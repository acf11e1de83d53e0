"""Velocities at the first land nodes, so that the water beside land keeps its shear.

A land node takes the straight line through the two nearest nodes at sea in a direction,
``2 a - b``, meant over the directions that have two: along the axes, or if there is
none across the cells. It is no faster than the fastest node it was made of. Opposite
directions that both have two count for nothing, as the two sides of an isthmus or of a
lone rock know nothing of each other. A node that is not filled so takes no part in the
bilinear mean.
"""

import numpy as np
import numpy.typing as npt

__all__ = ["extend_over_land"]

Frames = npt.NDArray[np.floating]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]

_SIDES = ((0, 1), (1, 0))
_ACROSS = ((1, 1), (1, -1))


def extend_over_land(frames: Frames, wet: BoolArray, *, periodic: bool) -> None:
    """Fill land nodes next to the sea, in place.

    Parameters
    ----------
    frames : ndarray of float, shape (n_t, n_y, n_x, 2)
        Velocities, m/s; NaN on land. Changed.
    wet : ndarray of bool, shape (n_y, n_x)
        Nodes at sea; for a periodic axis the last column repeats the first.
    periodic : bool
        Whether the x axis closes on itself.
    """
    sea = wet[:, :-1] if periodic else wet
    rows, columns = np.nonzero(~sea)
    for axes in (_SIDES, _ACROSS):
        made = _fill(frames, sea, rows, columns, axes, periodic=periodic)
        rows, columns = rows[~made], columns[~made]
    if periodic:
        frames[:, :, -1] = frames[:, :, 0]


def _fill(
    frames: Frames,
    sea: BoolArray,
    rows: IntArray,
    columns: IntArray,
    axes: tuple[tuple[int, int], ...],
    *,
    periodic: bool,
) -> BoolArray:
    """Fill from some directions; which of the nodes are done with."""
    found: list[tuple[int, int, BoolArray]] = []
    between = np.zeros(rows.size, dtype=bool)
    for up, right in axes:
        one, other = (
            _two_at_sea(sea, rows, columns, way * up, way * right, periodic=periodic)
            for way in (1, -1)
        )
        both = one & other
        between |= both
        found += [(up, right, one & ~both), (-up, -right, other & ~both)]
    take = np.any([has for _, _, has in found], axis=0)
    i, j = rows[take], columns[take]
    total = np.zeros((frames.shape[0], i.size, 2))
    fastest = np.zeros((frames.shape[0], i.size))
    count = np.zeros(i.size)
    for up, right, has in found:
        part = has[take]
        near, far = (
            frames[:, i[part] + k * up, (j[part] + k * right) % sea.shape[1]]
            for k in (1, 2)
        )
        total[:, part] += 2.0 * near - far
        count[part] += 1.0
        for node in (near, far):
            speed = np.hypot(node[..., 0], node[..., 1])
            fastest[:, part] = np.maximum(fastest[:, part], speed)
    total /= count[:, None]
    speed = np.hypot(total[..., 0], total[..., 1])
    slower = np.divide(fastest, speed, out=np.ones_like(speed), where=speed > fastest)
    frames[:, i, j] = total * slower[..., None]
    return np.asarray(take | between)


def _two_at_sea(
    sea: BoolArray,
    rows: IntArray,
    columns: IntArray,
    up: int,
    right: int,
    *,
    periodic: bool,
) -> BoolArray:
    """Whether the next two nodes in a direction are at sea."""
    n_y, n_x = sea.shape
    last_i, last_j = rows + 2 * up, columns + 2 * right
    inside = (last_i >= 0) & (last_i < n_y)
    if not periodic:
        inside &= (last_j >= 0) & (last_j < n_x)
    near, far = (
        sea[np.clip(rows + k * up, 0, n_y - 1), (columns + k * right) % n_x]
        for k in (1, 2)
    )
    return np.asarray(inside & near & far)
