"""How sensitive places are: the areas over them, and the largest of their factors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from core.density import cell_polygon
from core.errors import InputError
from core.geo import normalise_lon
from core.priorities.areas import SensitiveArea, When

__all__ = ["Sensitivity", "sensitivity_at", "sensitivity_of_cells"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
Geometries = npt.NDArray[np.object_]

#: Areas with more corners are cut in pieces, so that a long coast is not walked along
#: for every cell.
_MAX_CORNERS = 256
#: Longer edges are cut, so that they stay where they are on the equal-area plane.
_STEP_DEG = 1.0


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Factors of places, and the area that has the most to do with each.

    Attributes
    ----------
    factor : ndarray of float, shape (n,)
        1 outside every area.
    area : ndarray of int, shape (n,)
        Index into the areas given; -1 where none lies over the place.
    """

    factor: FloatArray
    area: IntArray


def sensitivity_at(
    areas: Sequence[SensitiveArea],
    *,
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
    when: When = None,
) -> Sensitivity:
    """Sensitivity of points: the largest factor of the areas over each.

    Parameters
    ----------
    areas : sequence of SensitiveArea
        Those that count at ``when`` are used; their edges belong to them.
    lat, lon : array_like of float, shape (n,)
        Degrees.
    when : datetime, (datetime, datetime) or None
        See :meth:`SensitiveArea.counts_at`.

    Raises
    ------
    InputError
        If a position is not on Earth; its row is named.
    """
    y, x = np.atleast_1d(np.asarray(lat, float)), np.atleast_1d(np.asarray(lon, float))
    bad = ~((np.abs(y) <= 90.0) & (x >= -180.0) & (x < 360.0))
    if bad.any():
        row = int(np.argmax(bad))
        raise InputError(f"position {y[row]:g}, {x[row]:g} is not on Earth (row {row})")
    x = normalise_lon(x)
    made = Sensitivity(np.ones(len(y)), np.full(len(y), -1, dtype=np.intp))
    seasonal = _in_season(areas, when)
    if not seasonal or not len(y):
        return made
    # The line at 180 degrees is the edge of polygons on both of its sides.
    twice = np.flatnonzero(x == -180.0)
    points = shapely.points(
        np.append(x, np.full(len(twice), 180.0)), np.append(y, y[twice])
    )
    row_of = np.append(np.arange(len(y)), twice)
    pieces, area_of = _pieces(areas, seasonal)
    found, piece = shapely.STRtree(pieces).query(points, predicate="intersects")
    rows, over = row_of[found], area_of[piece]
    factors = np.array([area.factor for area in areas])[over]
    order = np.lexsort((-over, factors))  # the largest last; of equals the first area
    made.factor[rows[order]] = factors[order]
    made.area[rows[order]] = over[order]
    return made


def sensitivity_of_cells(
    areas: Sequence[SensitiveArea], cells: Sequence[str], *, when: When = None
) -> Sensitivity:
    """Sensitivity of H3 cells: the mean of the largest factor over a cell's surface.

    Debris is taken as even within a cell, so a cell that lies to a third in an area of
    factor 4 has ``1/3 * 4 + 2/3 * 1 = 2``.

    Parameters
    ----------
    areas, when
        See :func:`sensitivity_at`.
    cells : sequence of str
        Names of H3 cells.

    Returns
    -------
    Sensitivity
        ``area`` is the one that adds most to the cell.
    """
    made = Sensitivity(np.ones(len(cells)), np.full(len(cells), -1, dtype=np.intp))
    seasonal = _in_season(areas, when)
    if not seasonal or not len(cells):
        return made
    outlines = np.array([cell_polygon(cell) for cell in cells])
    pieces, area_of = _pieces(areas, seasonal)
    at, piece = shapely.STRtree(pieces).query(outlines, predicate="intersects")
    if not len(at):
        return made
    order = np.argsort(at, kind="stable")
    at, piece = at[order], piece[order]
    touched, first = np.unique(at, return_index=True)
    even_cells, even_pieces = _even(outlines), _even(pieces)
    factor_of = np.array([area.factor for area in areas])
    for cell, own in zip(touched, np.split(piece, first[1:]), strict=True):
        over = area_of[own]
        made.factor[cell], made.area[cell] = _mean_factor(
            even_cells[cell], even_pieces[own], factor_of[over], over
        )
    return made


def _mean_factor(
    cell: BaseGeometry, pieces: Geometries, factors: FloatArray, over: IntArray
) -> tuple[float, int]:
    """Mean over a cell of the largest factor, and the area that adds most."""
    left, whole = cell, cell.area
    added: dict[int, float] = {}
    for k in np.lexsort((over, -factors)):
        inside = left.intersection(pieces[k])
        if inside.area > 0.0:
            more = (factors[k] - 1.0) * inside.area / whole
            added[int(over[k])] = added.get(int(over[k]), 0.0) + more
            left = left.difference(pieces[k])
        if left.is_empty:
            break
    if not added:
        return 1.0, -1
    return 1.0 + sum(added.values()), max(added, key=lambda area: added[area])


def _in_season(areas: Sequence[SensitiveArea], when: When) -> list[int]:
    return [k for k, area in enumerate(areas) if area.counts_at(when)]


def _pieces(
    areas: Sequence[SensitiveArea], chosen: list[int]
) -> tuple[Geometries, IntArray]:
    """Pieces of some areas, and which area each belongs to."""
    pieces: list[BaseGeometry] = []
    area_of: list[int] = []
    for k in chosen:
        own = [
            small
            for part in shapely.get_parts(shapely.segmentize(areas[k].reach, _STEP_DEG))
            for small in _cut(part)
        ]
        pieces += own
        area_of += [k] * len(own)
    found = np.array(pieces)
    shapely.prepare(found)
    return found, np.array(area_of, dtype=np.intp)


def _cut(polygon: BaseGeometry) -> list[BaseGeometry]:
    """Halve a polygon until no piece has too many corners."""
    if shapely.get_num_coordinates(polygon) <= _MAX_CORNERS:
        return [polygon]
    west, south, east, north = polygon.bounds
    if east - west >= north - south:
        middle = (west + east) / 2.0
        boxes = [(west, south, middle, north), (middle, south, east, north)]
    else:
        middle = (south + north) / 2.0
        boxes = [(west, south, east, middle), (west, middle, east, north)]
    halves = [
        part
        for box in boxes
        for part in shapely.get_parts(polygon.intersection(shapely.box(*box)))
        if part.geom_type == "Polygon"
    ]
    return [small for half in halves for small in _cut(half)]


def _even(polygons: Geometries) -> Geometries:
    """Map onto a plane on which equal areas of the sphere are equal (Lambert)."""
    return np.asarray(shapely.transform(polygons, _lambert))


def _lambert(points: FloatArray) -> FloatArray:
    return np.column_stack([np.radians(points[:, 0]), np.sin(np.radians(points[:, 1]))])
