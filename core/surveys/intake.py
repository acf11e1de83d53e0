"""Takes the photos of a survey in: file, prediction, observation and audit as one.

Everything one photo causes is written in one transaction, and a photo is known by its
content. So running the same batch again, after a crash or by mistake, adds nothing
twice, and a photo of another survey is reported instead of counted again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from core.classification import PhotoResult, classify_bytes
from core.errors import InputError, NotFoundError
from core.governance import record
from core.imagery import (
    Photo,
    content_hash,
    decode_for_prediction,
    safe_display_name,
    thumbnail,
)
from core.surveys.effort import camera_footprint_km2, check_footprint_km2
from core.surveys.standing import (
    DOUBTFUL,
    FROM_CAMERA,
    FROM_PERSON,
    standing_of,
    write_observations,
)

if TYPE_CHECKING:
    from core.classification import PhotoClassifier
    from core.storage import Store

__all__ = ["TakenIn", "take_in"]

#: A part of a batch that is held in memory at once: photos, and bytes of their files.
_PART_PHOTOS = 16
_PART_BYTES = 64_000_000
_THUMBNAIL_PX = 480
_PAINTED = "a simulated photo; this survey holds real ones, add it to another"


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """What became of a batch.

    Attributes
    ----------
    n_new : int
        Photos taken in now.
    n_known : int
        Photos that this survey held already; nothing was written for them.
    n_refused : int
        Files refused, with their reasons in the store.
    n_waiting : int
        New photos that do not count until they get a position or time.
    was_cancelled : bool
        The batch was stopped before its end.
    """

    n_new: int = 0
    n_known: int = 0
    n_refused: int = 0
    n_waiting: int = 0
    was_cancelled: bool = False

    def to_dict(self) -> dict[str, int | bool]:
        """Return JSON values."""
        return {
            "n_new": self.n_new,
            "n_known": self.n_known,
            "n_refused": self.n_refused,
            "n_waiting": self.n_waiting,
            "was_cancelled": self.was_cancelled,
        }


def take_in(
    store: "Store",
    classifier: "PhotoClassifier",
    survey: str,
    items: Iterable[tuple[str, bytes]],
    *,
    actor: str,
    footprint_km2: float | None = None,
    camera_tilt_deg: float | None = None,
    positions: Mapping[str, tuple[float, float]] | None = None,
    taken_on: datetime | None = None,
    total: int = 0,
    progress: Callable[[int, int, str], None] | None = None,
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
    items : iterable of (name, bytes)
        Read a few at a time; a batch of any size needs the memory of a few photos.
    actor : str
        Who takes them in.
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
        Called as ``progress(done, total, name)`` after each file.
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

    Notes
    -----
    A photo that says it is simulated is refused by a survey of real ones. In a
    simulated survey every photo counts as simulated, whatever it says.
    """
    if footprint_km2 is not None:
        if camera_tilt_deg is not None:
            raise InputError("give one footprint, or take each photo's own, not both")
        check_footprint_km2(footprint_km2)
    batch = _Batch(
        store=store,
        classifier=classifier,
        survey=survey,
        simulated=bool(store.surveys.get(survey)["simulated"]),
        actor=actor,
        footprint_km2=footprint_km2,
        camera_tilt_deg=camera_tilt_deg,
        positions=dict(positions or {}),
        taken_on=taken_on,
        total=total,
        progress=progress,
        cancelled=cancelled,
    )
    return batch.run(items)


@dataclass(kw_only=True)
class _Batch:
    store: "Store"
    classifier: "PhotoClassifier"
    survey: str
    simulated: bool
    actor: str
    footprint_km2: float | None
    camera_tilt_deg: float | None
    positions: dict[str, tuple[float, float]]
    taken_on: datetime | None
    total: int
    progress: Callable[[int, int, str], None] | None
    cancelled: Callable[[], bool] | None
    _so_far: TakenIn = TakenIn()
    _done: int = 0

    def run(self, items: Iterable[tuple[str, bytes]]) -> TakenIn:
        for part in self._parts(items):
            data_of = dict(enumerate(data for _, data in part))
            results = classify_bytes(part, self.classifier)
            for number, result in enumerate(results):
                self._keep(result, data_of.pop(number))
                self._step(result.file)
        record(
            self.store,
            "survey.take_in",
            self.actor,
            f"survey:{self.survey}",
            {"model": self.classifier.model_id, **self._so_far.to_dict()},
        )
        return self._so_far

    def _parts(
        self, items: Iterable[tuple[str, bytes]]
    ) -> Iterator[list[tuple[str, bytes]]]:
        """Yield the files as parts that fit in memory, known photos set aside."""
        part: list[tuple[str, bytes]] = []
        n_bytes = 0
        for name, data in items:
            if self.cancelled is not None and self.cancelled():
                self._add(was_cancelled=True)
                break
            name = safe_display_name(name)
            if self._is_known(name, content_hash(data), len(data)):
                self._step(name)
                continue
            part.append((name, data))
            n_bytes += len(data)
            if len(part) >= _PART_PHOTOS or n_bytes >= _PART_BYTES:
                yield part
                part, n_bytes = [], 0
        if part:
            yield part

    def _keep(self, result: PhotoResult, data: bytes) -> None:
        name, sha256 = result.file, result.sha256
        if result.status == "rejected":
            self._refuse(name, sha256, len(data), result.reason)
        elif not self._is_known(name, sha256, len(data)):  # repeated in this part
            self._take(self._mended(result), data)

    def _is_known(self, name: str, sha256: str, n_bytes: int) -> bool:
        """Whether the store holds the photo; a second name for it is reported."""
        try:
            photo = self.store.photos.get(sha256)
        except NotFoundError:
            return False
        if photo["survey"] != self.survey:
            reason = f"already counted in survey {photo['survey']!r}"
            self._refuse(name, sha256, n_bytes, reason)
        elif photo["name"] != name:
            reason = f"the same photo as {photo['name']}, counted once"
            self._refuse(name, sha256, n_bytes, reason)
        else:
            self._add(n_known=1)
        return True

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

    def _take(self, result: PhotoResult, data: bytes) -> None:
        photo = decode_for_prediction(data, name=result.file, min_side_px=_THUMBNAIL_PX)
        files, sha256 = self.store.files, result.sha256
        if photo.simulated and not self.simulated:
            self._refuse(result.file, sha256, len(data), _PAINTED)
            return
        footprint, lacks = self._footprint(photo)
        files.put(data)
        small = files.put(thumbnail(photo.pixels, side_px=_THUMBNAIL_PX))
        with self.store.transaction():
            added = self.store.photos.add(
                {
                    "sha256": sha256,
                    "name": result.file,
                    "size_bytes": len(data),
                    "width": photo.width,
                    "height": photo.height,
                    "format": photo.format,
                    "survey": self.survey,
                    "taken_at": result.taken_at,
                    "lat": result.lat,
                    "lon": result.lon,
                    "position_source": self._position_source(result),
                    "effort_km2": footprint,
                    "thumbnail_sha256": small,
                    "warnings": [said for said in (result.reason, lacks) if said],
                    "simulated": self.simulated,
                }
            )
            if added.added == 0:  # another process was faster
                self._add(n_known=1)
                return
            self._predict(result)
            checked = write_observations(self.store, standing_of(self.store, sha256))
            record(
                self.store,
                "photo.add",
                self.actor,
                f"photo:{sha256}",
                {
                    "survey": self.survey,
                    "name": result.file,
                    "model": result.model,
                    "category": result.category,
                    "confidence": round(result.confidence or 0.0, 6),
                    "status": result.status,
                    "counts": not checked.accepted.empty,
                },
            )
        self._add(n_new=1, n_waiting=int(checked.accepted.empty))

    def _footprint(self, photo: Photo) -> tuple[float | None, str]:
        """Sea that a photo shows, and what it lacks where that cannot be told."""
        if self.camera_tilt_deg is None:
            return self.footprint_km2, ""
        try:
            area = camera_footprint_km2(
                photo.camera,
                width=photo.width,
                height=photo.height,
                tilt_deg=self.camera_tilt_deg,
            )
        except InputError as error:
            return None, f"no footprint: {error}"
        return area, ""

    def _predict(self, result: PhotoResult) -> None:
        shares = zip(self.classifier.categories, result.probabilities, strict=True)
        self.store.predictions.add(
            {
                "photo_sha256": result.sha256,
                "model": result.model,
                "category": result.category,
                "confidence": result.confidence,
                "probabilities": {code: round(share, 6) for code, share in shares},
                "status": result.status,
                "is_foreign": result.is_foreign,
            }
        )

    def _position_source(self, result: PhotoResult) -> str:
        if result.lat is None:
            return ""
        if result.sha256 in self.positions:
            return FROM_PERSON
        return DOUBTFUL if result.position_is_doubtful else FROM_CAMERA

    def _refuse(self, name: str, sha256: str, n_bytes: int, reason: str) -> None:
        self.store.photos.refuse(
            survey=self.survey,
            name=name,
            reason=reason,
            sha256=sha256,
            size_bytes=n_bytes,
        )
        self._add(n_refused=1)

    def _add(self, *, was_cancelled: bool = False, **counts: int) -> None:
        so_far = self._so_far
        more = {name: getattr(so_far, name) + n for name, n in counts.items()}
        if was_cancelled:
            so_far = replace(so_far, was_cancelled=True)
        self._so_far = replace(so_far, **more)

    def _step(self, name: str) -> None:
        self._done += 1
        if self.progress is not None:
            self.progress(self._done, max(self.total, self._done), name)
