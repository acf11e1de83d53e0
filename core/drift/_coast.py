"""Where a step first meets land or the edge of the grid, compiled."""

import numpy as np
import numpy.typing as npt

from core.drift._jit import compiled
from core.drift._land import Grid
from core.drift._layers import Motion
from core.drift._sample import EDGE, OUT, locate, turned

__all__ = ["LAND", "NONE", "first_stop", "is_clear"]

Array = npt.NDArray[np.float64]

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
def _first_hit(x: float, y: float, dx: float, dy: float, g: Grid) -> tuple[int, float]:
    """Walk a segment cell by cell to the first land or to the edge of the grid."""
    x = turned(x, g)
    j, _ = locate(x, g.xs, g.x_per, g.uniform_x)
    i, _ = locate(y, g.ys, g.y_per, g.uniform_y)
    if i < 0 or j < 0:
        return OUT, 0.0
    xs, ys = g.xs, g.ys
    n_x, n_y = xs.size - 1, ys.size - 1
    done = 0.0
    while True:
        to_x = to_y = 2.0
        if dx != 0.0:
            to_x = max(((xs[j + 1] if dx > 0.0 else xs[j]) - x) / dx, done)
        if dy != 0.0:
            to_y = max(((ys[i + 1] if dy > 0.0 else ys[i]) - y) / dy, done)
        leave = min(to_x, to_y, 1.0)
        code = g.code[i, j]
        if code:
            wide, high = xs[j + 1] - xs[j], ys[i + 1] - ys[i]
            hit = _entry(
                code,
                (x - xs[j]) / wide,
                (y - ys[i]) / high,
                dx / wide,
                dy / high,
                done,
                leave,
            )
            if hit <= 1.0:
                return LAND, hit
        if min(to_x, to_y) >= 1.0:
            return NONE, 1.0
        done = leave
        if to_x <= to_y:
            j += 1 if dx > 0.0 else -1
            if g.periodic and not 0 <= j < n_x:
                j = j % n_x
                x += -g.turn if dx > 0.0 else g.turn
        else:
            i += 1 if dy > 0.0 else -1
        if not (0 <= j < n_x and 0 <= i < n_y):
            return OUT, done


@compiled
def first_stop(
    x: float, y: float, dx: float, dy: float, g: Grid, motion: Motion
) -> tuple[int, float]:
    """First of the field's land, its edge and the finer mask's land."""
    kind, share = _first_hit(x, y, dx, dy, g)
    if motion.has_mask:
        # Outside the mask's raster (kind OUT) the mask says nothing.
        other, at = _first_hit(x, y, dx, dy, motion.mask)
        if other == LAND and at <= share:
            return LAND, at
    return kind, share


@compiled
def is_clear(x: float, y: float, dx: float, dy: float, g: Grid) -> bool:
    """Whether a step stays in the grid and nearer than the nearest land."""
    x = turned(x, g)
    j, _ = locate(x, g.xs, g.x_per, g.uniform_x)
    i, _ = locate(y, g.ys, g.y_per, g.uniform_y)
    jj, _ = locate(x + dx, g.xs, g.x_per, g.uniform_x)
    ii, _ = locate(y + dy, g.ys, g.y_per, g.uniform_y)
    if i < 0 or j < 0 or ii < 0 or jj < 0:
        return False
    return max(abs(ii - i), abs(jj - j)) < int(g.clear[i, j])
