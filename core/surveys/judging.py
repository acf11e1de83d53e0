"""One photo, decoded once: what it shows, where its objects lie, a small picture.

Photos are judged on every core and come back in the order given, with their files in
the store already. Only a few are on their way at any time, and what comes back holds
no pixels, so a batch of any size needs the memory of a few photos.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from core.classification import PhotoResult, judge
from core.errors import ImageError, NotFoundError
from core.imagery import (
    Camera,
    Photo,
    content_hash,
    decode_for_prediction,
    safe_display_name,
    thumbnail,
)

if TYPE_CHECKING:
    from core.classification import PhotoClassifier
    from core.detection import DebrisDetector
    from core.storage import Store

__all__ = ["BatchPhoto", "JudgedPhoto", "Judges", "as_batch_photo", "judged_photos"]

_LOG = logging.getLogger(__name__)

_TASKS_AHEAD_PER_THREAD = 4
_THUMBNAIL_PX = 480
#: Shorter side that a thumbnail of a 4 to 3 photo needs; a JPEG decoded for it is as
#: a rule decoded at the same scale as for the classifier alone.
_LOOK_SIDE_PX = 360
_PAINTED = "a simulated photo; this survey holds real ones, add it to another"
_FAULT = "internal fault ({}); see the log"
#: What an odd photo may make the arithmetic or a network raise.
_FAULTS = (ValueError, ArithmeticError, LookupError, RuntimeError, MemoryError)


@dataclass(frozen=True, kw_only=True)
class BatchPhoto:
    """A file of a batch, not yet read.

    Attributes
    ----------
    file : str
        Where it lies within the batch, such as ``morning/DJI_0001.JPG``.
    load : callable
        Reads it; an `ImageError` or `NotFoundError` says why it cannot be read.
    sha256 : str
        Identity of its content, if that is known without reading it.
    """

    file: str
    load: Callable[[], bytes]
    sha256: str = ""

    @property
    def name(self) -> str:
        """Name that is safe to show."""
        return safe_display_name(self.file)


def as_batch_photo(item: tuple[str, bytes] | BatchPhoto) -> BatchPhoto:
    """Make a file of a batch of a name and bytes; a file of a batch stays one."""
    if isinstance(item, BatchPhoto):
        return item
    name, data = item
    return BatchPhoto(file=name, load=partial(bytes, data))


@dataclass(frozen=True, kw_only=True, eq=False)
class JudgedPhoto:
    """What became of a file; its bytes are in the store if it was classified.

    Attributes
    ----------
    photo : BatchPhoto
        The file.
    sha256 : str
        Identity of its content; empty if it could not be read.
    n_bytes : int
        Its size; 0 if it could not be read.
    problem : str
        Why it cannot be used; empty if it can.
    is_known : bool
        The store holds it; it was not judged again.
    result : PhotoResult or None
        What the classifier says; None if the file was not judged.
    format : str
        Of the file, such as ``JPEG``.
    camera : Camera
        Height and lens, as far as the photo says.
    thumbnail_sha256 : str
        Small picture in the store.
    features : ndarray of float32, shape (n_features,), or None
        By which near neighbours are found.
    boxes : list of dict, or None
        What the detector found: ``category``, ``bbox`` in px of the full upright
        photo, ``score``; None if no detector looked.
    """

    photo: BatchPhoto
    sha256: str = ""
    n_bytes: int = 0
    problem: str = ""
    is_known: bool = False
    result: PhotoResult | None = None
    format: str = ""
    camera: Camera = field(default_factory=Camera)
    thumbnail_sha256: str = ""
    features: npt.NDArray[Any] | None = None
    boxes: list[dict[str, Any]] | None = None


@dataclass(frozen=True, kw_only=True)
class Judges:
    """Who looks at the photos, and where their files go.

    Attributes
    ----------
    store : Store
        Takes files and thumbnails, and says which photos it holds.
    classifier : PhotoClassifier
        Says what is on a photo.
    detector : DebrisDetector or None
        Finds single objects.
    simulated : bool
        Whether the survey takes photos that were painted.
    """

    store: "Store"
    classifier: "PhotoClassifier"
    detector: "DebrisDetector | None" = None
    simulated: bool = False

    def judge(self, photo: BatchPhoto) -> JudgedPhoto:
        """Judge one photo in the calling thread; what is wrong with it is told.

        Raises
        ------
        StorageError
            If the store cannot be read or written; that ends a batch.
        ModelError
            If the model cannot be used at all.
        """
        sha256, data = photo.sha256, b""
        try:
            if sha256 and self._holds(sha256):
                return JudgedPhoto(photo=photo, sha256=sha256, is_known=True)
            data = photo.load()
            sha256 = content_hash(data)
            if self._holds(sha256):
                return JudgedPhoto(
                    photo=photo, sha256=sha256, n_bytes=len(data), is_known=True
                )
            return self._look(photo, data)
        except (ImageError, NotFoundError) as error:
            problem = str(error)
        except _FAULTS as error:
            # One odd file must not stop a thousand others, nor stop them again each
            # time the batch is resumed.
            _LOG.exception("photo %s (%s) failed", photo.name, sha256[:12])
            problem = _FAULT.format(type(error).__name__)
        return JudgedPhoto(
            photo=photo, sha256=sha256, n_bytes=len(data), problem=problem
        )

    def _holds(self, sha256: str) -> bool:
        return bool(self.store.photos.known([sha256]))

    def _look(self, photo: BatchPhoto, data: bytes) -> JudgedPhoto:
        least = max(self.classifier.manifest.input_px, _LOOK_SIDE_PX)
        finer = 0 if self.detector is None else self.detector.decode_side_px
        side = max(least, finer)
        decoded = decode_for_prediction(data, name=photo.file, min_side_px=side)
        if decoded.simulated and not self.simulated:
            raise ImageError(_PAINTED)
        result, examined = judge(photo.name, decoded, self.classifier)
        boxes = None if self.detector is None else _boxes(decoded, self.detector)
        sha256 = self.store.files.put(data)
        small = thumbnail(decoded.pixels, side_px=_THUMBNAIL_PX)
        return JudgedPhoto(
            photo=photo,
            sha256=sha256,
            n_bytes=len(data),
            result=result,
            format=decoded.format,
            camera=decoded.camera,
            thumbnail_sha256=self.store.files.put(small),
            features=examined.features,
            boxes=boxes,
        )


def _boxes(photo: Photo, detector: "DebrisDetector") -> list[dict[str, Any]]:
    """Look for objects; boxes come back in px of the full photo, inside of it."""
    found = []
    for seen in detector.detect_photo(photo):
        left, top = max(seen.x_px, 0.0), max(seen.y_px, 0.0)
        right = min(seen.x_px + seen.w_px, photo.width)
        bottom = min(seen.y_px + seen.h_px, photo.height)
        bbox = [left, top, right - left, bottom - top]
        if isfinite(sum(bbox)) and min(bbox[2:]) >= 1.0:
            score = min(max(float(seen.score), 0.0), 1.0)
            found.append({"category": seen.category, "bbox": bbox, "score": score})
    return found


def judged_photos(
    photos: Iterable[BatchPhoto],
    judges: Judges,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[JudgedPhoto]:
    """Judge photos on every core, in the order given.

    Parameters
    ----------
    photos : iterable of BatchPhoto
        Taken from a few at a time.
    judges : Judges
        Who looks at them.
    cancelled : callable, optional
        Asked before each photo; when it says yes, those not yet begun are left.

    Yields
    ------
    JudgedPhoto
        One a photo, unless it was cancelled.
    """
    threads = judges.classifier.threads
    waiting: deque[Future[JudgedPhoto]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="judge")
    remaining = iter(photos)
    try:
        while True:
            if cancelled is not None and cancelled():
                return
            while len(waiting) < threads * _TASKS_AHEAD_PER_THREAD:
                photo = next(remaining, None)
                if photo is None:
                    break
                waiting.append(pool.submit(judges.judge, photo))
            if not waiting:
                return
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
