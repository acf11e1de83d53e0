"""``detect``: photos to boxes about each object."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli._output import (
    JsonOption,
    check_folder,
    emit,
    progress_line,
    report_error,
)
from core.cli._photo_files import listed_files, printable, shown
from core.errors import InputError

if TYPE_CHECKING:
    from core.detection import PhotoDetections

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("detect")(detect)


def detect(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", help="Photos and folders.")
    ],
    out: Annotated[Path, typer.Option("--out", help="F.json: an entry a box.")],
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="NAME[@VERSION]", help="A deployed detector."),
    ] = None,
    min_score: Annotated[
        float, typer.Option("--min-score", min=0, max=1, help="Lowest score listed.")
    ] = 0.0,
    as_json: JsonOption = False,
) -> None:
    """Find debris in photos; COCO results with file names, in upright pixels."""
    from core.config import load_settings
    from core.detection import counted, detect_files, load_detector

    if out.is_dir():
        raise typer.BadParameter(f"{out} is a folder", param_hint="--out")
    check_folder(out)
    detector = load_detector(model, settings=load_settings())
    files = [path for path in listed_files(paths) if path.resolve() != out.resolve()]
    entries: list[dict[str, Any]] = []
    rejected: list[PhotoDetections] = []
    counts: Counter[str] = Counter()
    n_with_boxes = 0
    progress = progress_line("looked at")
    for photo in detect_files(files, detector, progress=progress):
        if photo.status == "rejected":
            rejected.append(photo)
            continue
        listed = [one for one in photo.detections if one.score >= min_score]
        n_with_boxes += bool(listed)
        counts.update(counted(photo.detections, detector.score_threshold))
        file = printable(photo.file)
        entries += [{"file": file} | one.to_coco() for one in listed]
    _write(out, entries)
    summary: dict[str, Any] = {
        "out": str(out),
        "model": detector.model_id,
        "files": len(files),
        "with_boxes": n_with_boxes,
        "boxes": len(entries),
        "threshold": detector.score_threshold,
        "counts": dict(sorted(counts.items())),
        "rejected": len(rejected),
        "rejections": [
            {"file": printable(photo.file), "reason": photo.reason}
            for photo in rejected
        ],
    }
    emit(summary, text=_said(summary), as_json=as_json)
    for photo in rejected:
        report_error(f"{shown(photo.file)}: {photo.reason}")
    if rejected:
        raise typer.Exit(3)


def _said(summary: dict[str, Any]) -> str:
    counted = ", ".join(f"{code} {n}" for code, n in summary["counts"].items())
    return (
        f"{summary['files']} files, {summary['boxes']} boxes in "
        f"{summary['with_boxes']} of them, {summary['rejected']} rejected; "
        f"objects at a score of {summary['threshold']:g} or more: "
        f"{counted or 'none'}; model {summary['model']}; {shown(summary['out'])}"
    )


def _write(out: Path, entries: list[dict[str, Any]]) -> None:
    """Write the boxes, a line each, beside their place and move them there."""
    draft = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write("[")
            for number, entry in enumerate(entries):
                file.write(",\n" if number else "\n")
                file.write(json.dumps(entry, ensure_ascii=False, allow_nan=False))
            file.write("\n]\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(out)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(f"cannot write {out}: {error.strerror}") from error
