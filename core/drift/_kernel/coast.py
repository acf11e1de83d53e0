"""Where a step first meets land or the edge of the grid, compiled."""

import numpy as np
import numpy.typing as npt

from core.drift._kernel.layers import (
    CURRENT,
    MASK,
    N_X,
    N_Y,
    PERIODIC,
    TURN,
    USED,
    X_AT,
    XC,
    Y_AT,
)
from core.drift._kernel.sample import EDGE, OUT, cell_at, turned
from core.jit import compiled

__all__ = ["LAND", "NONE", "meets"]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.int64]

#: What a step meets; or OUT.
NONE, LAND = 0, 3


def _half_planes() -> tuple[npt.NDArray[np.int64], Array]:
    """Land in a cell of each code as points with p*a + q*b <= r, for all rows."""
    count = np.full(32, -1)
    plane = np.zeros((32, 2, 3))
    corner = {1: (1, 1, 0), 2: (-1, 1, -1), 4: (1, -1, -1), 8: (-1, -1, -2)}
    for code, (p, q, r) in corner.items():
        count[[code, code + 16]] = 1
        plane[code, 0] = p, q, r
        plane[code + 16, 0] = p, q, r + 0.5
    shapes = {
        3: [(0, 1, 0)],
        12: [(0, -1, -1)],
        5: [(1, 0, 0)],
        10: [(-1, 0, -1)],
        9: [(1, -1, 0), (-1, 1, 0)],
        6: [(1, 1, 1), (-1, -1, -1)],
        7: [(1, 1, 1)],
        14: [(-1, -1, -1)],
        11: [(-1, 1, 0)],
        13: [(1, -1, 0)],
        15: [],
    }
    for code, planes in shapes.items():
        count[code] = len(planes)
        for k, values in enumerate(planes):
            plane[code, k] = values
    plane[:, :, 2] += EDGE
    return count, plane


_N_PLANES, _PLANES = _half_planes()


@compiled
def _entry(
    code: int, a: float, b: float, da: float, db: float, low: float, high: float
) -> float:
    """Share of the segment at which it enters a cell's land; above 1 if never."""
    for n in range(_N_PLANES[code]):
        p, q, r = _PLANES[code, n]
        value, slope = p * a + q * b - r, p * da + q * db
        if slope == 0.0:
            if value > 0.0:
                return 2.0
        elif slope < 0.0:
            low = max(low, -value / slope)
        else:
            high = min(high, -value / slope)
    return low if low <= high + 1e-12 else 2.0


@compiled
def _enter(x: float, dx: float, first: float, last: float) -> tuple[float, float]:
    """Shares of a segment between which one coordinate lies within bounds."""
    if dx == 0.0:
        return (0.0, 1.0) if first <= x <= last else (2.0, -1.0)
    a, b = (first - x) / dx, (last - x) / dx
    return max(min(a, b), 0.0), min(max(a, b), 1.0)


@compiled
def _walk(
    x: float,
    y: float,
    dx: float,
    dy: float,
    done: float,
    j: int,
    i: int,
    g: Array,
    c: Counts,
    edges: Array,
    code: Codes,
) -> tuple[int, float]:
    """Follow a segment cell by cell to the first land or off the grid."""
    n_x, n_y, x_at, y_at = c[N_X], c[N_Y], c[X_AT], c[Y_AT]
    while True:
        west, east = edges[x_at + j], edges[x_at + j + 1]
        south, north = edges[y_at + i], edges[y_at + i + 1]
        to_x = to_y = 2.0
        if dx != 0.0:
            to_x = max(((east if dx > 0.0 else west) - x) / dx, done)
        if dy != 0.0:
            to_y = max(((north if dy > 0.0 else south) - y) / dy, done)
        if code[i, j]:
            wide, high = east - west, north - south
            a, b = (x - west) / wide, (y - south) / high
            leave = min(to_x, to_y, 1.0)
            hit = _entry(code[i, j], a, b, dx / wide, dy / high, done, leave)
            if hit <= 1.0:
                return LAND, hit
        done = min(to_x, to_y)
        if done >= 1.0:
            return NONE, 1.0
        if to_x <= to_y:
            j += 1 if dx > 0.0 else -1
            if c[PERIODIC] and not 0 <= j < n_x:
                j = j % n_x
                x += -g[TURN] if dx > 0.0 else g[TURN]
        else:
            i += 1 if dy > 0.0 else -1
        if not (0 <= j < n_x and 0 <= i < n_y):
            return OUT, done


@compiled
def _meets_in(
    is_mask: int | np.int64,
    x: float,
    y: float,
    dx: float,
    dy: float,
    g: Array,
    c: Counts,
    edges: Array,
    code: Codes,
) -> tuple[int, float]:
    """Find what a step meets first on one grid, and after which share of it.

    A mask says nothing outside its raster; a field has no water there.
    """
    px = turned(x, g[TURN], g[XC])
    j, i, _, _ = cell_at(px, y, g, c, edges)
    done = 0.0
    if i < 0 or j < 0:
        if not is_mask:
            return OUT, 0.0
        first_x, last_x = edges[c[X_AT]], edges[c[X_AT] + c[N_X]]
        first_y, last_y = edges[c[Y_AT]], edges[c[Y_AT] + c[N_Y]]
        low_x, high_x = _enter(px, dx, first_x, last_x)
        low_y, high_y = _enter(y, dy, first_y, last_y)
        done = max(low_x, low_y)
        if done > min(high_x, high_y):
            return NONE, 1.0
        j, i, _, _ = cell_at(px + done * dx, y + done * dy, g, c, edges)
        i, j = max(i, 0), max(j, 0)
    kind, share = _walk(px, y, dx, dy, done, j, i, g, c, edges, code)
    if is_mask and kind == OUT:
        return NONE, 1.0
    return kind, share


@compiled
def meets(
    x: float,
    y: float,
    dx: float,
    dy: float,
    reals: Array,
    counts: Counts,
    edges: Array,
    code: Codes,
    mask_code: Codes,
) -> tuple[int, float]:
    """Find the first of the field's land, its edge and the mask's land."""
    field, mask = np.int64(0), np.int64(1)  # one type, so one compiled function
    kind, share = _meets_in(
        field, x, y, dx, dy, reals[CURRENT], counts[CURRENT], edges, code
    )
    if counts[MASK, USED]:
        other, at = _meets_in(
            mask, x, y, dx, dy, reals[MASK], counts[MASK], edges, mask_code
        )
        if other == LAND and at <= share:
            return LAND, at
    return kind, share
