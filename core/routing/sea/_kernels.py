"""Compiled loops of the sea distances: lines of sight and shortest ways."""

import numpy as np
import numpy.typing as npt

from core.jit import compiled, entry

__all__ = ["clear_matrix", "clear_pairs", "fill_ways", "grazed_matrix", "trace_way"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: A cross product below this share of its parts is 0.
_ROUNDING = 1e-12


@compiled
def _cell(value: float, n_cells: int) -> int:
    """Cell of a coordinate in cells; outside the raster the border stands for it."""
    if value <= 0.0:
        return 0
    return min(int(value), n_cells - 1)


@compiled
def _side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> float:
    return (bx - ax) * (py - ay) - (by - ay) * (px - ax)


@compiled
def _meet(
    ax: float, ay: float, bx: float, by: float, edges: FloatArray, e: int
) -> bool:
    """Whether a segment meets an edge of the coast; touching counts."""
    cx, cy, dx, dy = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
    if max(cx, dx) < min(ax, bx) or min(cx, dx) > max(ax, bx):
        return False
    if max(cy, dy) < min(ay, by) or min(cy, dy) > max(ay, by):
        return False
    if _side(ax, ay, bx, by, cx, cy) * _side(ax, ay, bx, by, dx, dy) > 0.0:
        return False
    return _side(cx, cy, dx, dy, ax, ay) * _side(cx, cy, dx, dy, bx, by) <= 0.0


@compiled
def _is_clear(
    ax: float,
    ay: float,
    bx: float,
    by: float,
    stride: npt.NDArray[np.float32],
    first: IntArray,
    edges: FloatArray,
) -> bool:
    """Follow a segment, in cells, over the raster; see ``sight.py``."""
    n = stride.shape[0]
    length = np.sqrt((bx - ax) ** 2 + (by - ay) ** 2)
    if length == 0.0:
        return True
    ux, uy = (bx - ax) / length, (by - ay) / length
    gone = 0.0
    while gone < length:
        x, y = ax + ux * gone, ay + uy * gone
        free = stride[_cell(y, n), _cell(x, n)]
        if free < 0.0:
            return False
        if free > 0.0:
            gone += max(free, 1.0)
            continue
        gone = min(gone + 1.0, length)
        x2, y2 = ax + ux * gone, ay + uy * gone
        for row in range(_cell(min(y, y2), n), _cell(max(y, y2), n) + 1):
            for col in range(_cell(min(x, x2), n), _cell(max(x, x2), n) + 1):
                cell = row * n + col
                for e in range(first[cell], first[cell + 1]):
                    if _meet(ax, ay, bx, by, edges, e):
                        return False
    return True


@entry
def clear_pairs(
    start: FloatArray,
    end: FloatArray,
    stride: npt.NDArray[np.float32],
    first: IntArray,
    edges: FloatArray,
) -> npt.NDArray[np.bool_]:
    """Whether each segment from ``start`` to ``end``, both (n, 2), is clear."""
    clear = np.empty(len(start), dtype=np.bool_)
    for i in range(len(start)):
        clear[i] = _is_clear(
            start[i, 0], start[i, 1], end[i, 0], end[i, 1], stride, first, edges
        )
    return clear


@entry
def clear_matrix(
    start: FloatArray,
    end: FloatArray,
    wanted: npt.NDArray[np.bool_],
    stride: npt.NDArray[np.float32],
    first: IntArray,
    edges: FloatArray,
) -> None:
    """Take out of ``wanted``, (n, m), the segments that are not clear."""
    for i in range(len(start)):
        for j in range(len(end)):
            if wanted[i, j]:
                wanted[i, j] = _is_clear(
                    start[i, 0], start[i, 1], end[j, 0], end[j, 1], stride, first, edges
                )


@compiled
def _turn(ax: float, ay: float, bx: float, by: float) -> float:
    """Cross product; exactly 0 along one line, where a fused product would not be."""
    left, right = ax * by, ay * bx
    turn = left - right
    return turn if abs(turn) > _ROUNDING * (abs(left) + abs(right)) else 0.0


@entry
def grazed_matrix(
    start: FloatArray, xy: FloatArray, before: FloatArray, after: FloatArray
) -> npt.NDArray[np.bool_]:
    """Whether both edges of a corner lie on one side of its line from a start."""
    grazed = np.empty((len(start), len(xy)), dtype=np.bool_)
    for i in range(len(start)):
        for j in range(len(xy)):
            dx, dy = start[i, 0] - xy[j, 0], start[i, 1] - xy[j, 1]
            one = _turn(dx, dy, before[j, 0] - xy[j, 0], before[j, 1] - xy[j, 1])
            two = _turn(dx, dy, after[j, 0] - xy[j, 0], after[j, 1] - xy[j, 1])
            grazed[i, j] = one * two >= 0.0
    return grazed


@compiled
def _push(
    heap: IntArray, key: FloatArray, place: IntArray, size: int, node: int
) -> int:
    """Put a node on the heap, or move it up after its key fell; give the size."""
    at = place[node]
    if at < 0:
        at = size
        size += 1
    while at > 0:
        up = (at - 1) // 2
        if key[heap[up]] <= key[node]:
            break
        heap[at] = heap[up]
        place[heap[at]] = at
        at = up
    heap[at] = node
    place[node] = at
    return size


@compiled
def _pop(heap: IntArray, key: FloatArray, place: IntArray, size: int) -> int:
    """Take the first node off a heap of ``size``, which then holds one less."""
    top = int(heap[0])
    size -= 1
    last = heap[size]
    at = 0
    while True:
        down = 2 * at + 1
        if down >= size:
            break
        if down + 1 < size and key[heap[down + 1]] < key[heap[down]]:
            down += 1
        if key[heap[down]] >= key[last]:
            break
        heap[at] = heap[down]
        place[heap[at]] = at
        at = down
    heap[at] = last
    place[last] = at
    place[top] = -1
    return top


@compiled
def _spread(
    source: int,
    join_first: IntArray,
    join_corner: IntArray,
    join_km: FloatArray,
    first: IntArray,
    corner: IntArray,
    km: FloatArray,
    limit_km: float,
    reached_km: FloatArray,
    before: IntArray,
    heap: IntArray,
    place: IntArray,
) -> None:
    """Dijkstra over the corners from a position, by a binary heap."""
    reached_km[:] = np.inf
    before[:] = -1
    place[:] = -1
    size = 0
    for k in range(join_first[source], join_first[source + 1]):
        c = join_corner[k]
        if join_km[k] <= limit_km:
            reached_km[c] = join_km[k]
            size = _push(heap, reached_km, place, size, c)
    while size > 0:
        c = _pop(heap, reached_km, place, size)
        size -= 1
        here = reached_km[c]
        for k in range(first[c], first[c + 1]):
            there = here + km[k]
            if there < reached_km[corner[k]] and there <= limit_km:
                reached_km[corner[k]] = there
                before[corner[k]] = c
                size = _push(heap, reached_km, place, size, corner[k])


@entry
def fill_ways(
    distance_km: FloatArray,
    sources: IntArray,
    is_source: npt.NDArray[np.bool_],
    join_first: IntArray,
    join_corner: IntArray,
    join_km: FloatArray,
    first: IntArray,
    corner: IntArray,
    km: FloatArray,
    limit_km: float,
) -> None:
    """Fill the pairs that have no distance yet by ways over the corners.

    ``distance_km`` (n, n) is symmetric; a pair is filled if one of its positions is
    a source. Positions are joined to corners by ``join_*`` and corners to each other
    by ``first``, ``corner`` and ``km``, both in compressed sparse rows.
    """
    n, m = len(distance_km), len(first) - 1
    reached_km, before = np.empty(m), np.empty(m, dtype=np.int64)
    heap, place = np.empty(m, dtype=np.int64), np.empty(m, dtype=np.int64)
    for a in sources:
        _spread(
            a, join_first, join_corner, join_km, first, corner, km, limit_km,
            reached_km, before, heap, place,
        )  # fmt: skip
        for b in range(n):
            if b == a or (b < a and is_source[b]) or distance_km[a, b] < np.inf:
                continue
            best = np.inf
            for k in range(join_first[b], join_first[b + 1]):
                best = min(best, reached_km[join_corner[k]] + join_km[k])
            if best <= limit_km:
                distance_km[a, b] = best
                distance_km[b, a] = best


@entry
def trace_way(
    a: int,
    b: int,
    join_first: IntArray,
    join_corner: IntArray,
    join_km: FloatArray,
    first: IntArray,
    corner: IntArray,
    km: FloatArray,
) -> IntArray:
    """Corners on the shortest way from one position to another, in order."""
    m = len(first) - 1
    reached_km, before = np.empty(m), np.empty(m, dtype=np.int64)
    heap, place = np.empty(m, dtype=np.int64), np.empty(m, dtype=np.int64)
    _spread(
        a, join_first, join_corner, join_km, first, corner, km, np.inf,
        reached_km, before, heap, place,
    )  # fmt: skip
    best, at = np.inf, -1
    for k in range(join_first[b], join_first[b + 1]):
        whole = reached_km[join_corner[k]] + join_km[k]
        if whole < best:
            best, at = whole, join_corner[k]
    way = np.empty(m, dtype=np.int64)
    n = 0
    while at >= 0:
        way[n] = at
        at = before[at]
        n += 1
    return way[:n][::-1].copy()
