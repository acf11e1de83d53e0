"""Square tiles of the web map: their boxes, and cells fine enough for each zoom.

Tiles divide the Mercator square [-180, 180] by +-85.05 degrees into ``2**z`` columns
and rows, ``x`` counted from the west and ``y`` from the north [1]_.

References
----------
.. [1] Open Geospatial Consortium, "Two Dimensional Tile Matrix Set", version 2.0
   (17-083r4), WebMercatorQuad.
"""

from math import atan, cos, degrees, pi, radians, sinh

import h3.api.basic_str as h3_str
import pandas as pd

from core.density.cells import Bbox
from core.density.map_filter import MapFilter
from core.density.map_index import MapIndex
from core.density.measurement_index import MeasurementIndex
from core.density.places import in_box
from core.errors import InputError

__all__ = [
    "MAX_TILE_CELLS",
    "MAX_TILE_ZOOM",
    "tile_box",
    "tile_cells",
    "tile_zoom_resolution",
]

#: Cells one tile may hold. Of hexagons 16 pixels wide, 512 by 512 pixels hold as many.
MAX_TILE_CELLS = 1_200
#: From here on the finest stored cells are shown, and a closer view enlarges them.
MAX_TILE_ZOOM = 12
_FINEST = 9
_EARTH_KM = 40_075.0


def tile_zoom_resolution(zoom: int) -> int:
    """H3 resolution shown at a zoom: the finest that fits a tile at the equator.

    Examples
    --------
    >>> [tile_zoom_resolution(zoom) for zoom in range(13)]
    [1, 1, 2, 2, 3, 4, 4, 5, 6, 7, 7, 8, 9]
    """
    area_km2 = (_EARTH_KM / 2**zoom) ** 2
    for resolution in range(_FINEST, 1, -1):
        cells = area_km2 / h3_str.average_hexagon_area(resolution, unit="km^2")
        if cells <= MAX_TILE_CELLS:
            return resolution
    return 1


def tile_box(zoom: int, x: int, y: int) -> Bbox:
    """Box of a tile, degrees.

    Raises
    ------
    InputError
        If there is no such tile.
    """
    n = 2**zoom if 0 <= zoom <= 24 else 0
    if not (0 <= x < n and 0 <= y < n):
        raise InputError(f"no tile {zoom}/{x}/{y}")

    def lat(row: int) -> float:
        return degrees(atan(sinh(pi * (1 - 2 * row / n))))

    return Bbox(x / n * 360 - 180, lat(y + 1), (x + 1) / n * 360 - 180, lat(y))


def tile_cells(
    index: MapIndex | MeasurementIndex,
    chosen: MapFilter,
    *,
    zoom: int,
    x: int,
    y: int,
    coarser: int = 0,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Cells whose centre lies in a tile; each cell lies in one tile of a zoom.

    Parameters
    ----------
    index : MapIndex or MeasurementIndex
        The records.
    chosen : MapFilter
        What to let through.
    zoom, x, y : int
        The tile.
    coarser : int
        Resolutions to take away.
    confidence : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        As the index's method ``cells``, at most ``MAX_TILE_CELLS`` rows; their
        resolution follows the zoom.

    Raises
    ------
    InputError
        If there is no such tile.
    """
    box = tile_box(zoom, x, y)
    finest = tile_zoom_resolution(min(zoom, MAX_TILE_ZOOM))
    resolution = max(finest - coarser, 0)
    while True:
        found = index.cells(
            chosen,
            resolution=resolution,
            confidence=confidence,
            within=_wider(box, resolution),
        )
        inside = in_box(found["lat"].to_numpy(), found["lon"].to_numpy(), box)
        # An edge belongs to the tile east or south of it.
        inside &= ~((found["lon"] == box.east) | (found["lat"] == box.north)).to_numpy()
        if inside.sum() <= MAX_TILE_CELLS or resolution == 0:
            return found.loc[inside].head(MAX_TILE_CELLS).reset_index(drop=True)
        resolution -= 1


def _wider(box: Bbox, resolution: int) -> Bbox:
    """Box with room for all of a cell whose centre lies in it."""
    edge_deg = h3_str.average_hexagon_edge_length(resolution, unit="km") / 111.0
    margin = 2.5 * edge_deg
    south, north = max(box.south - margin, -90.0), min(box.north + margin, 90.0)
    # Nearer to a pole a degree of longitude is shorter.
    widest = max(abs(south), abs(north))
    if widest > 88.0 or box.east - box.west >= 180.0:
        return Bbox(-180.0, south, 180.0, north)
    across = margin / cos(radians(widest))
    if box.east - box.west + 2 * across >= 360.0:
        return Bbox(-180.0, south, 180.0, north)
    return Bbox(box.west - across, south, box.east + across, north)
