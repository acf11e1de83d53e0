"""Files to results: read, decode and classify on every core, in input order.

Each photo is one task from bytes to probabilities, so one core decodes while another
predicts. Only a few tasks are ahead of the reader at any time; a folder of any size
needs the memory of a few photos.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from core.classification.classifier import Examination, PhotoClassifier
from core.classification.results import (
    FOREIGN_REASON,
    LOW_CONFIDENCE,
    OK,
    REJECTED,
    PhotoResult,
)
from core.errors import ImageError, ModelError
from core.imagery import (
    Limits,
    Photo,
    content_hash,
    decode_for_prediction,
    read_photo_file,
)

__all__ = ["classify_bytes", "classify_files", "judge"]

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]
_Task = tuple[str, Callable[[], bytes]]
_TASKS_AHEAD_PER_THREAD = 4


def classify_files(
    paths: Iterable[Path],
    classifier: PhotoClassifier,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Iterator[PhotoResult]:
    """Classify photo files; one result each, in input order.

    Parameters
    ----------
    paths : iterable of Path
        Photo files, as from `core.imagery.find_photos`.
    classifier : PhotoClassifier
        From `core.classification.load_classifier`.
    limits : Limits, optional
        What is still decoded; default limits if not given.
    progress : callable, optional
        Called with the number done and the total after each photo.
    cancelled : callable, optional
        Asked before each photo; when it says yes, the results end early.

    Yields
    ------
    PhotoResult
        A photo that cannot be used is a result too: ``rejected`` with a reason.
    """
    tasks: list[_Task] = [
        (str(path), partial(read_photo_file, path, limits=limits)) for path in paths
    ]
    yield from _classify(tasks, classifier, limits, progress, cancelled)


def classify_bytes(
    items: Iterable[tuple[str, bytes]],
    classifier: PhotoClassifier,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Iterator[PhotoResult]:
    """Classify photos given as name and content; as `classify_files` otherwise."""
    tasks: list[_Task] = [(name, partial(bytes, data)) for name, data in items]
    yield from _classify(tasks, classifier, limits, progress, cancelled)


def _classify(
    tasks: list[_Task],
    classifier: PhotoClassifier,
    limits: Limits | None,
    progress: Progress | None,
    cancelled: Cancelled | None,
) -> Iterator[PhotoResult]:
    first_with: dict[str, str] = {}
    waiting: deque[Future[PhotoResult]] = deque()
    n_ahead = classifier.threads * _TASKS_AHEAD_PER_THREAD
    n_done = 0
    pool = ThreadPoolExecutor(classifier.threads, thread_name_prefix="classify")
    try:
        remaining = iter(tasks)
        while True:
            if cancelled is not None and cancelled():
                return
            for name, load in remaining:
                waiting.append(pool.submit(_one, name, load, classifier, limits))
                if len(waiting) >= n_ahead:
                    break
            if not waiting:
                return
            result = _marked_if_repeated(waiting.popleft().result(), first_with)
            n_done += 1
            if progress is not None:
                progress(n_done, len(tasks))
            yield result
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _one(
    name: str,
    load: Callable[[], bytes],
    classifier: PhotoClassifier,
    limits: Limits | None,
) -> PhotoResult:
    sha256 = ""
    try:
        data = load()
        sha256 = content_hash(data)
        photo = decode_for_prediction(
            data, name=name, min_side_px=classifier.manifest.input_px, limits=limits
        )
        return judge(name, photo, classifier)[0]
    except (ImageError, ModelError) as error:
        return PhotoResult(
            file=name,
            status=REJECTED,
            reason=str(error),
            sha256=sha256,
            model=classifier.model_id,
        )


def judge(
    name: str, photo: Photo, classifier: PhotoClassifier
) -> tuple[PhotoResult, Examination]:
    """Classify a photo that is decoded already, in the calling thread.

    Parameters
    ----------
    name : str
        Name of the result.
    photo : Photo
        Its shorter side is at least the network's, unless the photo is smaller.
    classifier : PhotoClassifier
        From `core.classification.load_classifier`.

    Returns
    -------
    result : PhotoResult
        Status, reason, category, time and place.
    examined : Examination
        What else the network says of it.
    """
    examined = classifier.examine(photo.pixels)
    probabilities = examined.probabilities
    best = int(probabilities.argmax())
    confidence = float(probabilities[best])
    threshold = classifier.manifest.low_confidence
    reasons = list(photo.warnings)
    if confidence < threshold:
        second = int(probabilities.argsort()[-2])
        reasons.insert(
            0,
            f"confidence {confidence:.2f} is below {threshold:.2f}; "
            f"next likeliest: {classifier.categories[second]} "
            f"({probabilities[second]:.2f})",
        )
    if examined.is_foreign:
        reasons.insert(0, FOREIGN_REASON)
    is_doubtful = examined.is_foreign or confidence < threshold
    result = PhotoResult(
        file=name,
        status=LOW_CONFIDENCE if is_doubtful else OK,
        reason="; ".join(reasons),
        category=classifier.categories[best],
        confidence=confidence,
        probabilities=tuple(float(value) for value in probabilities),
        width=photo.width,
        height=photo.height,
        taken_at=photo.taken_at,
        lat=photo.lat,
        lon=photo.lon,
        position_is_doubtful=photo.position_is_doubtful,
        sha256=photo.sha256,
        model=classifier.model_id,
        is_foreign=examined.is_foreign,
    )
    return result, examined


def _marked_if_repeated(result: PhotoResult, first_with: dict[str, str]) -> PhotoResult:
    """Say which earlier file had the same content; the status stays."""
    if result.status == REJECTED:
        return result
    if result.sha256 not in first_with:
        first_with[result.sha256] = result.file
        return result
    first = first_with[result.sha256]
    said = f"the same photo as {first}, counted once"
    return replace(
        result,
        same_as=first,
        reason="; ".join(filter(None, [said, result.reason])),
    )
