"""Pictures of the review: decoded once, the next ones ahead of their turn."""

import logging
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import CleanupError
from dashboard import services

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from core.storage import Store

__all__ = ["Decoded", "PictureShelf", "shelf"]

_LOG = logging.getLogger(__name__)
#: Longer side of a picture, px: sharp on a screen of twice the density.
_SIDE_PX = 1280
#: A smaller photo is enlarged, so that letters and lines on it are not coarse.
_LEAST_SIDE_PX = 960
#: Pictures kept, 4 MB each: those just seen and those to come.
_KEPT = 12


@dataclass(frozen=True, eq=False)
class Decoded:
    """A photo shrunk for the screen, upright; ``scale`` is its px a px of the photo."""

    pixels: "npt.NDArray[np.uint8]"
    scale: float


class PictureShelf:
    """The last pictures of a store; a thread of its own fetches those to come."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._lock = Lock()
        self._kept: OrderedDict[str, Future[Decoded | None]] = OrderedDict()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="review-picture")

    def get(self, sha256: str, name: str) -> Decoded | None:
        """Return a picture, waiting for it if need be; None if its file is gone."""
        future = self._future(sha256, name)
        # Not decoded yet and not begun: no use to queue behind others.
        if future.cancel():
            future = Future()
            future.set_result(self._load(sha256, name))
            with self._lock:
                self._kept[sha256] = future
        return future.result()

    def ahead(self, photos: Iterable[tuple[str, str]]) -> None:
        """Begin to fetch pictures by SHA-256 and name, and return at once."""
        for sha256, name in photos:
            self._future(sha256, name)

    def _future(self, sha256: str, name: str) -> "Future[Decoded | None]":
        with self._lock:
            future = self._kept.get(sha256)
            if future is None or future.cancelled():
                future = self._worker.submit(self._load, sha256, name)
                self._kept[sha256] = future
            self._kept.move_to_end(sha256)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return future

    def _load(self, sha256: str, name: str) -> Decoded | None:
        import numpy as np
        from PIL import Image

        from core.imagery import decode_for_prediction

        try:
            data = self._store.files.get(sha256)
            photo = decode_for_prediction(data, name=name, min_side_px=_SIDE_PX // 2)
        except CleanupError as error:
            _LOG.warning("picture of %s: %s", sha256[:12], error)
            return None
        picture = Image.fromarray(photo.pixels)
        wanted = min(_SIDE_PX, max(_LEAST_SIDE_PX, *picture.size))
        shrink = wanted / max(picture.size)
        size = (round(picture.width * shrink), round(picture.height * shrink))
        if size != picture.size:
            picture = picture.resize(
                (max(size[0], 1), max(size[1], 1)), Image.Resampling.BILINEAR
            )
        return Decoded(np.asarray(picture), picture.width / photo.width)


def shelf() -> PictureShelf:
    """Return the shelf of the store in use, shared by all sessions."""
    return _shelf(services.settings().resolved_database_url)


@st.cache_resource(show_spinner=False, max_entries=4)
def _shelf(url: str) -> PictureShelf:
    return PictureShelf(services.store())
