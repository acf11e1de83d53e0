"""Map tiles: cells that grow finer as a person zooms in, asked for by the browser.

A page registers what it shows and gets a token that nobody can guess; the browser asks
this server for the tiles of that token alone. Tokens live in this process, in a bounded
number, and die when nobody has asked for long, so data are read only by whoever the
page was shown to.
"""

import secrets
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from core.density import MapFilter, MapIndex
    from core.density.measurement_index import MeasurementIndex
    from dashboard.components._frame import Scale
    from dashboard.theme import ThemeName

    Index = MapIndex | MeasurementIndex

__all__ = [
    "MAX_TILE_BYTES",
    "TILE_PATH",
    "TileRegistry",
    "TileSource",
    "answer",
    "registry",
    "tile_url",
]

TILE_PATH = "/tiles/{token}/{z:int}/{x:int}/{y:int}.json"
#: A tile larger than this is drawn with coarser cells; twelve fill a wide screen.
MAX_TILE_BYTES = 250_000
_MAX_TOKENS = 256
_IDLE_S = 6 * 3600.0
#: Resolutions tried for one tile; each step has a seventh of the cells.
_COARSER = 3


@dataclass(frozen=True)
class TileSource:
    """What the tiles of one token show.

    Attributes
    ----------
    subject : str
        Store and layer the records come from.
    revision : int
        How often they had changed; a change gives the tiles another address.
    chosen : MapFilter
        What is let through.
    view : str
        One of ``density_map.VIEWS``.
    scale : Scale
        Values to colours, the same at every zoom.
    theme : str
        ``light`` or ``dark``.
    """

    subject: str
    revision: int
    chosen: "MapFilter"
    view: str
    scale: "Scale"
    theme: "ThemeName"


class TileRegistry:
    """Sources by token, and the newest index of each subject; safe between threads.

    Attributes
    ----------
    is_served : bool
        Whether this process answers tile requests; set by `dashboard.server`.
    """

    def __init__(self) -> None:
        self.is_served = False
        self._lock = threading.Lock()
        self._tokens: dict[TileSource, str] = {}
        self._sources: dict[str, tuple[TileSource, float]] = {}
        self._indexes: dict[str, tuple[int, Index]] = {}

    def register(self, source: TileSource, index: "Index") -> str:
        """Return the token of a source, the same for the same source."""
        with self._lock:
            self._forget_idle()
            token = self._tokens.get(source) or secrets.token_urlsafe(24)
            self._tokens[source] = token
            self._sources.pop(token, None)  # to the end of the line
            self._sources[token] = (source, time.monotonic())
            newest, _ = self._indexes.get(source.subject, (-1, None))
            if source.revision >= newest:
                self._indexes[source.subject] = source.revision, index
            while len(self._sources) > _MAX_TOKENS:
                self._forget(next(iter(self._sources)))
            return token

    def find(self, token: str) -> "tuple[TileSource, Index]":
        """Return what a token stands for.

        Raises
        ------
        NotFoundError
            If it is unknown or was forgotten.
        """
        with self._lock:
            self._forget_idle()
            if token not in self._sources:
                raise NotFoundError("no such map; load the page again")
            source, _ = self._sources.pop(token)
            self._sources[token] = (source, time.monotonic())
            return source, self._indexes[source.subject][1]

    def _forget_idle(self) -> None:
        oldest = time.monotonic() - _IDLE_S
        for token, (_, used) in list(self._sources.items()):
            if used >= oldest:
                break  # the rest was asked for later
            self._forget(token)

    def _forget(self, token: str) -> None:
        source, _ = self._sources.pop(token)
        del self._tokens[source]
        if all(other.subject != source.subject for other in self._tokens):
            self._indexes.pop(source.subject, None)


registry = TileRegistry()


def tile_url(token: str) -> str:
    """Address of a token's tiles, with places for the browser to fill in."""
    return f"/tiles/{token}/{{z}}/{{x}}/{{y}}.json"


def answer(request: "Request") -> "Response":
    """Answer one tile request; runs in a thread of the server."""
    from starlette.responses import Response

    if not _is_allowed(request.url.hostname):
        return Response("host not allowed", status_code=403, media_type="text/plain")
    asked = request.path_params
    try:
        source, index = registry.find(asked["token"])
        body = _tile(source, index, asked["z"], asked["x"], asked["y"])
    except (NotFoundError, InputError) as error:
        return Response(str(error), status_code=404, media_type="text/plain")
    return Response(
        body,
        media_type="application/json",
        headers={
            "Cache-Control": "private, max-age=600",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _is_allowed(host: str | None) -> bool:
    """Whether the server may be called by this name; Streamlit asks pages alone."""
    import streamlit as st

    allowed = st.get_option("server.allowedHosts")
    return not allowed or host in allowed


def _tile(source: TileSource, index: "Index", z: int, x: int, y: int) -> bytes:
    from core.density.map_tiles import tile_cells
    from dashboard.components.cell_shapes import tile_bytes, tile_features
    from dashboard.components.density_views import view_values

    for coarser in range(_COARSER):
        cells = tile_cells(index, source.chosen, zoom=z, x=x, y=y, coarser=coarser)
        features = tile_features(
            cells,
            view_values(cells, source.view),
            source.scale,
            view=source.view,
            theme=source.theme,
            zoom=z,
        )
        body = tile_bytes(features)
        if len(body) <= MAX_TILE_BYTES:
            break
    return body
