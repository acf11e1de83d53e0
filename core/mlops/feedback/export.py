"""Write decided photos with their labels and boxes, as a folder or a zip."""

import json
import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import CleanupError, InputError, NotFoundError
from core.governance import record
from core.imagery import decode_photo
from core.mlops.feedback.decided import Decided, DecidedPhoto, decided_photos
from core.mlops.feedback.tables import (
    boxes_table,
    coco_document,
    frames_table,
    manifest_table,
)

if TYPE_CHECKING:
    from core.storage import Store

__all__ = ["ExportReport", "export_labels", "labels_zip"]

_PHOTOS, _BOXES = "photos", "boxes"
#: Little is lost, and each camera's own compression no longer tells the source apart.
_JPEG_QUALITY = 95
Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class ExportReport:
    """What was exported.

    Attributes
    ----------
    folder : str
        Where it lies.
    surveys : tuple of str
        Surveys the photos are of.
    n_photos, by_category : int, dict
        Labelled photos, and how many of each category.
    n_boxed, n_boxes, n_empty : int
        Photos whose boxes were decided, their boxes, and those of them without any.
    reviewers : dict
        Photos that each person decided, also as the second.
    first_at, last_at : str
        Time of the first and last decision, ISO 8601 UTC; empty if there is none.
    n_undecided, n_disputed, n_contradicting : int
        Photos left out because nobody decided them, because people disagree; photos
        whose boxes were left out because they contradict the label.
    failed : tuple of dict
        ``file`` and ``reason`` of photos that could not be written.
    simulated : bool
        Whether painted photos are among them.
    """

    folder: str
    surveys: tuple[str, ...] = ()
    n_photos: int = 0
    by_category: dict[str, int] = field(default_factory=dict)
    n_boxed: int = 0
    n_boxes: int = 0
    n_empty: int = 0
    reviewers: dict[str, int] = field(default_factory=dict)
    first_at: str = ""
    last_at: str = ""
    n_undecided: int = 0
    n_disputed: int = 0
    n_contradicting: int = 0
    failed: tuple[dict[str, str], ...] = ()
    simulated: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return asdict(self) | {
            "surveys": list(self.surveys),
            "failed": list(self.failed),
        }


def export_labels(
    store: "Store",
    folder: Path,
    *,
    survey: str | None = None,
    include_machine: bool = False,
    include_disputed: bool = False,
    keep_metadata: bool = False,
    actor: str = "system",
    progress: Progress | None = None,
) -> ExportReport:
    """Write what people decided, as sets that the preparation of training reads.

    ``photos`` is a folder a category with ``manifest.csv``; ``boxes`` holds the photos
    whose boxes were decided, as COCO (``annotations.json``) and as ``boxes.csv``. The
    folder is complete or it does not exist.

    Parameters
    ----------
    store : Store
        Where photos and decisions are kept; the export is audited there.
    folder : Path
        Made new; it must not exist or be empty.
    survey : str, optional
        Only photos of this survey.
    include_machine, include_disputed : bool
        As in `decided_photos`.
    keep_metadata : bool, default False
        Write JPEG files as they are, with camera, time and position. Otherwise the
        pictures are written anew and say nothing of where they were taken.
    actor : str
        Who exports.
    progress : callable, optional
        Called with photos done and total.

    Returns
    -------
    ExportReport
        Also in ``report.json``.

    Raises
    ------
    InputError
        If the folder is not empty or cannot be written, or there is nothing to export.
    NotFoundError
        If there is no such survey.
    """
    if survey is not None:
        store.surveys.get(survey)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} exists; name a new folder, nothing is overwritten")
    decided = decided_photos(
        store,
        survey=survey,
        include_machine=include_machine,
        include_disputed=include_disputed,
    )
    if not decided.photos:
        where = f" of survey {survey!r}" if survey else ""
        raise InputError(
            f"no photo{where} to export: {decided.n_undecided:,} wait for a person, "
            f"on {decided.n_disputed:,} people disagree"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".part-") as name:
            staged = Path(name) / "labels"
            report = _write(store, staged, decided, folder, keep_metadata, progress)
            if folder.exists():
                folder.rmdir()
            shutil.move(staged, folder)
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}") from error
    record(
        store,
        "labels.export",
        actor,
        f"survey:{survey}" if survey else "store",
        {
            "photos": report.n_photos,
            "boxes": report.n_boxes,
            "failed": len(report.failed),
            "machine": include_machine,
            "metadata": keep_metadata,
        },
    )
    return report


def labels_zip(store: "Store", path: Path, **options: Any) -> ExportReport:
    """Write the same as one zip file.

    Parameters
    ----------
    store : Store
        Where photos and decisions are kept.
    path : Path
        The zip; replaced if it exists.
    **options
        As in `export_labels`.
    """
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        folder = Path(name) / "labels"
        report = export_labels(store, folder, **options)
        with zipfile.ZipFile(path, "w") as archive:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    packs = file.suffix != ".jpg"  # a JPEG is compressed already
                    how = zipfile.ZIP_DEFLATED if packs else zipfile.ZIP_STORED
                    archive.write(file, file.relative_to(folder.parent), how)
    return report


def _write(
    store: "Store",
    staged: Path,
    decided: Decided,
    folder: Path,
    keep_metadata: bool,
    progress: Progress | None,
) -> ExportReport:
    labelled: list[tuple[str, DecidedPhoto]] = []
    boxed: list[tuple[str, DecidedPhoto]] = []
    failed: list[dict[str, str]] = []
    numbers: Counter[str] = Counter()
    for done, photo in enumerate(decided.photos, start=1):
        try:
            data = _picture(store, photo, keep_metadata=keep_metadata)
        except CleanupError as error:
            failed.append({"file": str(photo.photo["name"]), "reason": str(error)})
        else:
            numbers[photo.source] += 1
            name = f"{photo.source}_{numbers[photo.source]:04d}.jpg"
            inside = f"{photo.category}/{name}"
            _put(staged / _PHOTOS / inside, data)
            labelled.append((inside, photo))
            if photo.boxes is not None:
                _put(staged / _BOXES / "images" / name, data)
                boxed.append((f"images/{name}", photo))
        if progress is not None:
            progress(done, len(decided.photos))
    if not labelled:
        raise NotFoundError(f"no picture could be written: {failed[0]['reason']}")
    report = _report(folder, decided, labelled, boxed, failed)
    info = {
        "description": "Boxes that people left on survey photos",
        "date_created": datetime.now(UTC).isoformat(timespec="seconds"),
        "contributor": ", ".join(report.reviewers),
        "simulated": report.simulated,
    }
    _put(staged / _PHOTOS / "manifest.csv", manifest_table(labelled).encode())
    if boxed:
        tables = {
            "annotations.json": coco_document(boxed, info=info),
            "boxes.csv": boxes_table(boxed),
            "manifest.csv": frames_table(boxed),
        }
        for name, text in tables.items():
            _put(staged / _BOXES / name, text.encode())
    told = json.dumps(report.to_dict(), indent=1, ensure_ascii=False) + "\n"
    _put(staged / "report.json", told.encode())
    return report


def _picture(store: "Store", photo: DecidedPhoto, *, keep_metadata: bool) -> bytes:
    """Return an upright JPEG; without metadata unless asked."""
    from PIL import Image

    data = store.files.get(photo.photo["sha256"])
    if keep_metadata and photo.photo["format"] == "JPEG":
        return data
    pixels = decode_photo(data, name=photo.photo["name"]).pixels
    out = BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return out.getvalue()


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _report(
    folder: Path,
    decided: Decided,
    labelled: list[tuple[str, DecidedPhoto]],
    boxed: list[tuple[str, DecidedPhoto]],
    failed: list[dict[str, str]],
) -> ExportReport:
    photos = [photo for _, photo in labelled]
    times = sorted(photo.decided_at for photo in photos)
    people = Counter(p for photo in photos if photo.by_person for p in photo.decided_by)
    return ExportReport(
        folder=str(folder),
        surveys=tuple(sorted({str(photo.photo["survey"]) for photo in photos})),
        n_photos=len(photos),
        by_category=dict(sorted(Counter(photo.category for photo in photos).items())),
        n_boxed=len(boxed),
        n_boxes=sum(len(photo.boxes or ()) for _, photo in boxed),
        n_empty=sum(not photo.boxes for _, photo in boxed),
        reviewers=dict(sorted(people.items())),
        first_at=times[0].isoformat() if times else "",
        last_at=times[-1].isoformat() if times else "",
        n_undecided=decided.n_undecided,
        n_disputed=decided.n_disputed,
        n_contradicting=decided.n_contradicting,
        failed=tuple(failed),
        simulated=any(bool(photo.photo["simulated"]) for photo in photos),
    )
