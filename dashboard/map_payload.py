"""Weigh what a browser gets for views of the debris map.

``python -m dashboard.map_payload`` reads the store of the settings, a JSON document of
views from its input, and writes their sizes as JSON. Benchmarks call it in a process of
its own, since nothing imports the dashboard.
"""

import json
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor, log, pi, radians, tan
from typing import Any

from core.config import load_settings
from core.density import (
    INDEX_COLUMNS,
    Bbox,
    MapFilter,
    MapIndex,
    suggest_resolution,
)
from core.density.map_tiles import MAX_TILE_ZOOM, tile_cells
from core.storage import open_store
from dashboard.components._frame import MapFrame
from dashboard.components.cell_shapes import tile_bytes, tile_features
from dashboard.components.density_map import MAX_MAP_CELLS, cell_layers
from dashboard.components.density_views import density_view
from dashboard.components.maps import compact_deck

__all__ = ["Payload", "main", "page_resolution", "weigh"]

#: Canvas of the page, pixels.
_WIDTH_PX, _HEIGHT_PX, _TILE_PX = 1_000, 600, 512


@dataclass(frozen=True)
class Payload:
    """What one view sends, before it is compressed.

    Attributes
    ----------
    sent_bytes : int
        The map and the tiles in sight.
    tiles : int
        How many tiles are in sight.
    zoom : float
        Of the web map.
    cpu_s : float
        Time to make them.
    """

    sent_bytes: int
    tiles: int
    zoom: float
    cpu_s: float


def page_resolution(index: MapIndex) -> int:
    """H3 resolution the page opens at; 0 without records."""
    if index.bounds is None:
        return 0
    frame = MapFrame.of_box(index.bounds)
    seen = Bbox(frame.west, frame.south, frame.east, frame.north)
    return suggest_resolution(seen, max_cells=MAX_MAP_CELLS // 2)


def weigh(
    index: MapIndex,
    chosen: MapFilter,
    *,
    resolution: int,
    halvings: int = 0,
    at: tuple[float, float] | None = None,
) -> Payload:
    """Weigh one view of the map.

    Parameters
    ----------
    index : MapIndex
        The records; not empty.
    chosen : MapFilter
        What is let through.
    resolution : int
        H3 resolution of the cells that give the scale of the colours.
    halvings : int
        How often the width of the whole map is halved.
    at : (lat, lon), optional
        Middle of the view, degrees; the map's own if not given.
    """
    started = time.process_time()
    frame = _frame(index, halvings, at)
    cells = index.cells(chosen, resolution=resolution)
    view = density_view(cells, "Density")
    deck = compact_deck(layers=cell_layers(cells, view, frame, tiles="/tiles"))
    sent, tiles = len(deck.to_json()), _tiles_in_sight(frame)
    for zoom, x, y in tiles:
        part = tile_cells(index, chosen, zoom=zoom, x=x, y=y)
        value = density_view(part, "Density").value
        shapes = tile_features(
            part, value, view.scale, view="Density", theme="light", zoom=zoom
        )
        sent += len(tile_bytes(shapes))
    return Payload(sent, len(tiles), _zoom(frame), time.process_time() - started)


def main(document: Mapping[str, Any]) -> dict[str, Any]:
    """Weigh the views of a document.

    Parameters
    ----------
    document : mapping
        ``views``: a list of ``filter`` (the fields of `MapFilter`, times as ISO 8601),
        and where wanted ``resolution``, ``halvings`` and ``at`` as in `weigh`.

    Returns
    -------
    dict
        ``resolution`` the page opens at, and ``views``, a `Payload` each.
    """
    settings = load_settings()
    with open_store(settings.resolved_database_url, data_dir=settings.data_dir) as held:
        index = MapIndex(held.observations.columns(INDEX_COLUMNS))
    resolution = page_resolution(index)
    return {
        "resolution": resolution,
        "views": [vars(one) for one in _payloads(index, document["views"], resolution)],
    }


def _payloads(
    index: MapIndex, views: Iterable[Mapping[str, Any]], resolution: int
) -> Iterable[Payload]:
    for view in views:
        yield weigh(
            index,
            _filter(view.get("filter") or {}),
            resolution=view.get("resolution", resolution),
            halvings=view.get("halvings", 0),
            at=view.get("at"),
        )


def _filter(fields: Mapping[str, Any]) -> MapFilter:
    given = dict(fields)
    for name in ("start", "end"):
        if given.get(name):
            given[name] = datetime.fromisoformat(given[name])
    return MapFilter(**given)


def _frame(index: MapIndex, halvings: int, at: tuple[float, float] | None) -> MapFrame:
    frame = MapFrame.of_box(index.bounds or (-180.0, -85.0, 180.0, 85.0))
    if at is None and not halvings:
        return frame
    lat, lon = at or ((frame.south + frame.north) / 2, (frame.west + frame.east) / 2)
    half_x = frame.width / 2.0 ** (halvings + 1)
    half_y = frame.height / 2.0 ** (halvings + 1)
    return MapFrame(lon - half_x, lat - half_y, lon + half_x, lat + half_y)


def _zoom(frame: MapFrame) -> float:
    return frame.view(height_px=_HEIGHT_PX, width_px=_WIDTH_PX)["zoom"]


def _tiles_in_sight(frame: MapFrame) -> list[tuple[int, int, int]]:
    """Tiles that deck.gl asks for when the page opens."""
    seen = frame.view(height_px=_HEIGHT_PX, width_px=_WIDTH_PX)
    zoom = min(round(seen["zoom"]), MAX_TILE_ZOOM)
    n = 2**zoom
    # Tiles of the whole zoom below are drawn larger or smaller by this.
    size = _TILE_PX * 2.0 ** (seen["zoom"] - zoom)
    x = (seen["longitude"] + 180.0) / 360.0 * n
    y = (1.0 - log(tan(pi / 4.0 + radians(seen["latitude"]) / 2.0)) / pi) / 2.0 * n
    half_x, half_y = _WIDTH_PX / size / 2.0, _HEIGHT_PX / size / 2.0
    rows = range(max(floor(y - half_y), 0), min(ceil(y + half_y), n))
    columns = range(floor(x - half_x), ceil(x + half_x))
    return [(zoom, column % n, row) for row in rows for column in columns]


if __name__ == "__main__":
    json.dump(main(json.load(sys.stdin)), sys.stdout)
