"""Where a step first meets land or the edge of the grid, compiled."""

import numpy as np
import numpy.typing as npt

from core.drift._kernel.jit import compiled
from core.drift._kernel.land_nodes import Grid
from core.drift._kernel.sample import EDGE, OUT, locate, turned

__all__ = ["LAND", "NONE", "stops_block"]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint8]
Octets = npt.NDArray[np.int8]

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
    xs: Array,
    ys: Array,
    code: Codes,
    turn: float,
) -> tuple[int, float]:
    """Follow a segment cell by cell to the first land or off the grid.

    ``turn`` is 360 on a grid that closes on itself, and 0 on any other.
    """
    n_x, n_y = xs.size - 1, ys.size - 1
    while True:
        to_x = to_y = 2.0
        if dx != 0.0:
            to_x = max(((xs[j + 1] if dx > 0.0 else xs[j]) - x) / dx, done)
        if dy != 0.0:
            to_y = max(((ys[i + 1] if dy > 0.0 else ys[i]) - y) / dy, done)
        if code[i, j]:
            wide, high = xs[j + 1] - xs[j], ys[i + 1] - ys[i]
            a, b = (x - xs[j]) / wide, (y - ys[i]) / high
            leave = min(to_x, to_y, 1.0)
            hit = _entry(code[i, j], a, b, dx / wide, dy / high, done, leave)
            if hit <= 1.0:
                return LAND, hit
        done = min(to_x, to_y)
        if done >= 1.0:
            return NONE, 1.0
        if to_x <= to_y:
            j += 1 if dx > 0.0 else -1
            if turn > 0.0 and not 0 <= j < n_x:
                j = j % n_x
                x += -turn if dx > 0.0 else turn
        else:
            i += 1 if dy > 0.0 else -1
        if not (0 <= j < n_x and 0 <= i < n_y):
            return OUT, done


@compiled
def stops_block(
    g: Grid,
    is_mask: bool,
    x: Array,
    y: Array,
    dx: Array,
    dy: Array,
    size: int,
    kind: Octets,
    share: Array,
) -> int:
    """Find what each step meets first, and after which share of it.

    A mask says nothing outside its raster; a field has no water there. Most steps are
    shorter than the way to the nearest land, which the grid knows in cells.

    Returns
    -------
    int
        Steps that meet something.
    """
    xs, ys, code, clear = g.xs, g.ys, g.code, g.clear
    uniform_x, uniform_y = g.uniform_x, g.uniform_y
    x_per, y_per, turn, xc = g.x_per, g.y_per, g.turn, g.xc
    ring = turn if g.periodic else 0.0
    x_first, y_first = xs[0], ys[0]
    x_end, y_end = float(xs.size - 1), float(ys.size - 1)
    even = uniform_x and uniform_y
    n_stops = 0
    kind[:size] = NONE
    share[:size] = 1.0
    for q in range(size):
        if even:
            # A step shorter than a cell, to a cell with no land among its neighbours.
            across, up = dx[q] * x_per, dy[q] * y_per
            a = (x[q] - x_first) * x_per + across
            b = (y[q] - y_first) * y_per + up
            if (
                (a >= 0.0)
                & (a < x_end)
                & (b >= 0.0)
                & (b < y_end)
                & (across * across < 1.0)
                & (up * up < 1.0)
            ):
                row, column = np.uint64(int(b)), np.uint64(int(a))
                if clear[row, column] > 1:
                    continue
        px, py = turned(x[q], turn, xc), y[q]
        j, _ = locate(px, xs, x_per, uniform_x)
        i, _ = locate(py, ys, y_per, uniform_y)
        jj, _ = locate(px + dx[q], xs, x_per, uniform_x)
        ii, _ = locate(py + dy[q], ys, y_per, uniform_y)
        if i >= 0 and j >= 0 and ii >= 0 and jj >= 0:
            away = max(abs(ii - i), abs(jj - j))
            if away < int(clear[np.uint64(i), np.uint64(j)]):
                continue
        done = 0.0
        if i < 0 or j < 0:
            if not is_mask:
                kind[q], share[q] = OUT, 0.0
                n_stops += 1
                continue
            low_x, high_x = _enter(px, dx[q], xs[0], xs[-1])
            low_y, high_y = _enter(py, dy[q], ys[0], ys[-1])
            done = max(low_x, low_y)
            if done > min(high_x, high_y):
                continue
            j, _ = locate(px + done * dx[q], xs, x_per, uniform_x)
            i, _ = locate(py + done * dy[q], ys, y_per, uniform_y)
            i, j = max(i, 0), max(j, 0)
        kind[q], share[q] = _walk(px, py, dx[q], dy[q], done, j, i, xs, ys, code, ring)
        if is_mask and kind[q] == OUT:
            kind[q], share[q] = NONE, 1.0
        n_stops += kind[q] != NONE
    return n_stops
