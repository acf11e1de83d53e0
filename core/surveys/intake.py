"""Takes the photos of a survey in: file, prediction, observations and audit as one.

Everything one photo causes is written in one transaction, a few photos together, and a
photo is known by its content. So running the same batch again, after a crash or by
mistake, adds nothing twice, and a photo of another survey is reported instead of
counted again.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from core.classification import PhotoResult
from core.errors import InputError, ModelError, NotFoundError
from core.governance import record
from core.surveys.batch_errors import BatchError, error_of
from core.surveys.create import note_threshold
from core.surveys.effort import camera_footprint_km2, check_footprint_km2
from core.surveys.judging import (
    BatchPhoto,
    JudgedPhoto,
    Judges,
    as_batch_photo,
    judged_photos,
)
from core.surveys.standing import (
    DOUBTFUL,
    FROM_CAMERA,
    FROM_PERSON,
    Standing,
    counts_objects,
    observations_of,
    score_thresholds,
)
from core.surveys.taken import ReadyPhoto, TakenIn

if TYPE_CHECKING:
    from core.classification import PhotoClassifier
    from core.detection import DebrisDetector
    from core.storage import Store

__all__ = ["TakenIn", "take_in"]

#: Photos written in one transaction: a few, so that the pages' own writes never wait
#: long, and not one by one, as each transaction waits for the disk.
_GROUP = 8
#: A photo that is judged waits no longer than this to be written.
_GROUP_S = 1.0
#: Between transactions, so that another writer, who asks every 0.1 s, gets its turn
#: also where photos are tiny; the photos are judged meanwhile.
_GAP_S = 0.02


def take_in(
    store: "Store",
    classifier: "PhotoClassifier",
    survey: str,
    items: Iterable[tuple[str, bytes] | BatchPhoto],
    *,
    actor: str,
    detector: "DebrisDetector | None" = None,
    footprint_km2: float | None = None,
    camera_tilt_deg: float | None = None,
    positions: Mapping[str, tuple[float, float]] | None = None,
    taken_on: datetime | None = None,
    total: int = 0,
    progress: Callable[[int, int, str], None] | None = None,
    failed: Callable[[BatchError], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> TakenIn:
    """Take photos into a survey: keep, classify, count and audit each.

    Parameters
    ----------
    store : Store
        Where everything is kept.
    classifier : PhotoClassifier
        Says what is on the photos.
    survey : str
        From `create_survey`.
    items : iterable of (name, bytes) or BatchPhoto
        Read a few at a time; a batch of any size needs the memory of a few photos.
    actor : str
        Who takes them in.
    detector : DebrisDetector, optional
        Finds single objects; its boxes are kept for review, and count in a survey
        that counts objects.
    footprint_km2 : float, optional
        Sea one photo shows, km2; without it the photos are sightings without effort.
    camera_tilt_deg : float, optional
        Take the sea from each photo's own height and lens instead, the camera tilted
        by this from straight down, degrees. A photo that does not say enough is a
        sighting without effort, and its warnings say why.
    positions : mapping of str to (lat, lon), optional
        Positions that a person gave, by SHA-256; they replace the camera's.
    taken_on : datetime, optional
        Time for photos that have none of their own, UTC.
    total : int
        How many items there are, for the progress.
    progress : callable, optional
        Called as ``progress(done, total, name)`` after each file is written.
    failed : callable, optional
        Called with each file that could not be used, and what helps.
    cancelled : callable, optional
        Asked before each file; when it says yes, no further file is begun.

    Returns
    -------
    TakenIn
        What became of the batch; refused files stand in ``store.photos.refused``.

    Raises
    ------
    NotFoundError
        If there is no such survey.
    InputError
        If the footprint cannot be true, or both ways are given.
    ModelError
        If the survey counts objects and there is no detector.
    StorageError
        If the store cannot be written, for instance for want of room; what was taken
        in before stays.

    Notes
    -----
    A photo that says it is simulated is refused by a survey of real ones. In a
    simulated survey every photo counts as simulated, whatever it says.
    """
    if footprint_km2 is not None:
        if camera_tilt_deg is not None:
            raise InputError("give one footprint, or take each photo's own, not both")
        check_footprint_km2(footprint_km2)
    held = store.surveys.get(survey)
    if detector is not None:
        note_threshold(store, survey, detector.model_id, detector.score_threshold)
    elif counts_objects(held):
        raise ModelError(
            f"survey {survey!r} counts objects, but no detector is deployed; see "
            "the Models page, or add these photos to a survey that counts photos"
        )
    batch = _Batch(
        store=store,
        judges=Judges(
            store=store,
            classifier=classifier,
            detector=detector,
            simulated=bool(held["simulated"]),
        ),
        survey=survey,
        thresholds=score_thresholds(store.surveys.get(survey)),
        actor=actor,
        footprint_km2=footprint_km2,
        camera_tilt_deg=camera_tilt_deg,
        positions=dict(positions or {}),
        taken_on=taken_on,
        total=total,
        progress=progress,
        failed=failed,
        cancelled=cancelled,
    )
    return batch.run(items)


@dataclass(kw_only=True)
class _Batch:
    store: "Store"
    judges: Judges
    survey: str
    thresholds: dict[str, float]
    actor: str
    footprint_km2: float | None
    camera_tilt_deg: float | None
    positions: dict[str, tuple[float, float]]
    taken_on: datetime | None
    total: int
    progress: Callable[[int, int, str], None] | None
    failed: Callable[[BatchError], None] | None
    cancelled: Callable[[], bool] | None
    _so_far: TakenIn = field(default_factory=TakenIn)
    _done: int = 0

    def run(self, items: Iterable[tuple[str, bytes] | BatchPhoto]) -> TakenIn:
        group: list[ReadyPhoto] = []
        written_at = time.monotonic()
        try:
            for judged in judged_photos(
                map(as_batch_photo, items), self.judges, cancelled=self._is_cancelled
            ):
                group.append(self._ready(judged))
                is_late = time.monotonic() - written_at >= _GROUP_S
                if is_late or len(group) >= _GROUP:
                    self._write(group)
                    group, written_at = [], time.monotonic()
        finally:
            # What is judged is not lost if a later file ends the batch.
            self._write(group)
        record(
            self.store,
            "survey.take_in",
            self.actor,
            f"survey:{self.survey}",
            {"model": self.judges.classifier.model_id, **self._so_far.to_dict()},
        )
        return self._so_far

    def _is_cancelled(self) -> bool:
        stop = self.cancelled is not None and self.cancelled()
        if stop:
            self._so_far = replace(self._so_far, was_cancelled=True)
        return stop

    def _write(self, group: list[ReadyPhoto]) -> None:
        """Write some photos in one transaction, then tell of them."""
        if not group:
            return
        before = self._so_far
        errors: list[BatchError] = []
        try:
            with self.store.transaction():
                for ready in group:
                    self._keep(ready, errors)
        except BaseException:
            self._so_far = before  # nothing of the group was kept
            raise
        if self.failed is not None:
            for error in errors:
                self.failed(error)
        for ready in group:
            self._done += 1
            if self.progress is not None:
                total = max(self.total, self._done)
                self.progress(self._done, total, ready.judged.photo.name)
        time.sleep(_GAP_S)

    def _keep(self, ready: ReadyPhoto, errors: list[BatchError]) -> None:
        judged = ready.judged
        problem = judged.problem or self._known_as(judged)
        if problem:
            self._refuse(judged, problem)
            errors.append(error_of(judged.photo.file, problem, judged.sha256))
        elif ready.standing is not None and not self._holds(judged.sha256):
            self._take(ready, ready.standing)

    def _holds(self, sha256: str) -> bool:
        return bool(self.store.photos.known([sha256]))

    def _known_as(self, judged: JudgedPhoto) -> str:
        """Say what is wrong with a photo the store holds; one of this name is fine."""
        try:
            photo = self.store.photos.get(judged.sha256)
        except NotFoundError:
            return ""
        if photo["survey"] != self.survey:
            return f"already counted in survey {photo['survey']!r}"
        if photo["name"] != judged.photo.name:
            return f"the same photo as {photo['name']}, counted once"
        self._add(n_known=1)
        return ""

    def _mended(self, result: PhotoResult) -> PhotoResult:
        """Put in what a person knew better, or the camera did not."""
        if result.sha256 in self.positions:
            lat, lon = self.positions[result.sha256]
            result = replace(result, lat=lat, lon=lon, position_is_doubtful=False)
        if result.taken_at is None and self.taken_on is not None:
            said = "no time of its own; the time of the survey is used"
            reason = "; ".join(filter(None, [result.reason, said]))
            result = replace(result, taken_at=self.taken_on, reason=reason)
        return result

    def _ready(self, judged: JudgedPhoto) -> ReadyPhoto:
        """Work out all that is to be written, before the write lock is taken."""
        if judged.result is None:
            return ReadyPhoto(judged)
        result = self._mended(judged.result)
        footprint, lacks = self._footprint(judged, result)
        photo = {
            "sha256": judged.sha256,
            "name": result.file,
            "size_bytes": judged.n_bytes,
            "width": result.width,
            "height": result.height,
            "format": judged.format,
            "survey": self.survey,
            "taken_at": result.taken_at,
            "lat": result.lat,
            "lon": result.lon,
            "position_source": self._position_source(result),
            "effort_km2": footprint,
            "thumbnail_sha256": judged.thumbnail_sha256,
            "warnings": [said for said in (result.reason, lacks) if said],
            "simulated": self.judges.simulated,
        }
        shares = zip(
            self.judges.classifier.categories, result.probabilities, strict=True
        )
        prediction = {
            "photo_sha256": judged.sha256,
            "model": result.model,
            "category": result.category,
            "confidence": result.confidence,
            "probabilities": {code: round(share, 6) for code, share in shares},
            "status": result.status,
            "is_foreign": result.is_foreign,
        }
        found, threshold = self._found(judged)
        standing = Standing(photo, prediction, None, found=found, threshold=threshold)
        return ReadyPhoto(judged, standing, observations_of(standing))

    def _found(self, judged: JudgedPhoto) -> tuple[dict[str, Any] | None, float]:
        """Boxes that may count, where the survey counts objects."""
        detector = self.judges.detector
        if detector is None or detector.model_id not in self.thresholds:
            return None, 0.0
        found = {"model": detector.model_id, "boxes": judged.boxes or []}
        return found, self.thresholds[detector.model_id]

    def _take(self, ready: ReadyPhoto, standing: Standing) -> None:
        store, judged, photo = self.store, ready.judged, standing.photo
        said, sha256 = standing.prediction or {}, judged.sha256
        store.photos.add(photo)
        store.photos.forget_refusal(
            survey=self.survey, name=photo["name"], sha256=sha256
        )
        store.predictions.add(said)
        features = judged.features
        if features is not None and np.isfinite(features.astype(np.float16)).all():
            store.features.save(sha256, said["model"], features)
        if self.judges.detector is not None and judged.boxes is not None:
            detector = self.judges.detector.model_id
            store.detections.save(sha256, detector, judged.boxes)
        store.observations.replace_for_photo(sha256, ready.checked.accepted)
        counts = not ready.checked.accepted.empty
        detail = {
            "survey": self.survey,
            "name": photo["name"],
            "model": said["model"],
            "category": said["category"],
            "confidence": round(said["confidence"] or 0.0, 6),
            "status": said["status"],
            "counts": counts,
        }
        if standing.counts:
            detail |= {"detector": standing.counted_by, "objects": standing.counts}
        record(store, "photo.add", self.actor, f"photo:{sha256}", detail)
        self._add(
            n_new=1,
            n_foreign=int(standing.is_foreign),
            n_waiting=int(not counts and not standing.is_foreign),
        )

    def _footprint(
        self, judged: JudgedPhoto, result: PhotoResult
    ) -> tuple[float | None, str]:
        """Sea that a photo shows, and what it lacks where that cannot be told."""
        if self.camera_tilt_deg is None:
            return self.footprint_km2, ""
        try:
            area = camera_footprint_km2(
                judged.camera,
                width=result.width or 0,
                height=result.height or 0,
                tilt_deg=self.camera_tilt_deg,
            )
        except InputError as error:
            return None, f"no footprint: {error}"
        return area, ""

    def _position_source(self, result: PhotoResult) -> str:
        if result.lat is None:
            return ""
        if result.sha256 in self.positions:
            return FROM_PERSON
        return DOUBTFUL if result.position_is_doubtful else FROM_CAMERA

    def _refuse(self, judged: JudgedPhoto, reason: str) -> None:
        photos, name = self.store.photos, judged.photo.name
        photos.forget_refusal(survey=self.survey, name=name, sha256=judged.sha256)
        photos.refuse(
            survey=self.survey,
            name=name,
            reason=reason,
            sha256=judged.sha256,
            size_bytes=judged.n_bytes,
        )
        self._add(n_refused=1)

    def _add(self, **counts: int) -> None:
        so_far = self._so_far
        more = {name: getattr(so_far, name) + n for name, n in counts.items()}
        self._so_far = replace(so_far, **more)
