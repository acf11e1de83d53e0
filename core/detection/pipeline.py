"""Files to boxes: read, decode and detect on every core, in input order.

Each photo is one task from bytes to boxes, so one core decodes while another looks.
Only a few tasks are ahead of the reader, so a folder of any size needs the memory of
a few photos.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

from core.detection.detector import DebrisDetector
from core.detection.records import OK, REJECTED, PhotoDetections
from core.errors import ImageError
from core.imagery import (
    Limits,
    content_hash,
    decode_for_prediction,
    read_photo_file,
)

__all__ = ["detect_bytes", "detect_files"]

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]
_Task = tuple[str, Callable[[], bytes]]
_TASKS_AHEAD_PER_THREAD = 4


def detect_files(
    paths: Iterable[Path],
    detector: DebrisDetector,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Iterator[PhotoDetections]:
    """Find the objects in photo files; one result each, in input order.

    Parameters
    ----------
    paths : iterable of Path
        Photo files, as from `core.imagery.find_photos`.
    detector : DebrisDetector
        From `core.detection.load_detector`.
    limits : Limits, optional
        What is still decoded; default limits if not given.
    progress : callable, optional
        Called with the number done and the total after each photo.
    cancelled : callable, optional
        Asked before each photo; when it says yes, the results end early.

    Yields
    ------
    PhotoDetections
        In pixels of the full upright photo. A photo that cannot be used is a result
        too: ``rejected`` with a reason.
    """
    tasks: list[_Task] = [
        (str(path), partial(read_photo_file, path, limits=limits)) for path in paths
    ]
    yield from _detect(tasks, detector, limits, progress, cancelled)


def detect_bytes(
    items: Iterable[tuple[str, bytes]],
    detector: DebrisDetector,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Iterator[PhotoDetections]:
    """Find the objects in photos given as name and content; as `detect_files`."""
    tasks: list[_Task] = [(name, partial(bytes, data)) for name, data in items]
    yield from _detect(tasks, detector, limits, progress, cancelled)


def _detect(
    tasks: list[_Task],
    detector: DebrisDetector,
    limits: Limits | None,
    progress: Progress | None,
    cancelled: Cancelled | None,
) -> Iterator[PhotoDetections]:
    waiting: deque[Future[PhotoDetections]] = deque()
    n_ahead = detector.threads * _TASKS_AHEAD_PER_THREAD
    n_done = 0
    pool = ThreadPoolExecutor(detector.threads, thread_name_prefix="detect")
    try:
        remaining = iter(tasks)
        while True:
            if cancelled is not None and cancelled():
                return
            for name, load in remaining:
                waiting.append(pool.submit(_one, name, load, detector, limits))
                if len(waiting) >= n_ahead:
                    break
            if not waiting:
                return
            result = waiting.popleft().result()
            n_done += 1
            if progress is not None:
                progress(n_done, len(tasks))
            yield result
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _one(
    name: str,
    load: Callable[[], bytes],
    detector: DebrisDetector,
    limits: Limits | None,
) -> PhotoDetections:
    sha256 = ""
    try:
        data = load()
        sha256 = content_hash(data)
        photo = decode_for_prediction(
            data, name=name, min_side_px=detector.decode_side_px, limits=limits
        )
    except ImageError as error:
        return PhotoDetections(
            file=name,
            status=REJECTED,
            reason=str(error),
            sha256=sha256,
            model=detector.model_id,
        )
    return PhotoDetections(
        file=name,
        status=OK,
        reason="; ".join(photo.warnings),
        detections=detector.detect_photo(photo),
        width=photo.width,
        height=photo.height,
        sha256=sha256,
        model=detector.model_id,
    )
