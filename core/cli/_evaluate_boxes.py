"""``evaluate boxes``: a detector against pictures with labelled boxes."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli._output import JsonOption, check_folder, emit, progress_line
from core.cli._photo_files import printable, shown
from core.errors import InputError

__all__ = ["evaluate_boxes"]


def evaluate_boxes(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="boxes.csv and its pictures.")
    ],
    out: Annotated[Path, typer.Option("--out", help="F.json: the scores.")],
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="NAME[@VERSION]", help="A deployed detector."),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option("--split", help="Only rows of this split, such as val."),
    ] = None,
    resamples: Annotated[
        int, typer.Option("--resamples", min=100, max=100_000, help="Of the bootstrap.")
    ] = 1000,
    as_json: JsonOption = False,
) -> None:
    """Score a detector on labelled boxes, with bootstrap 95 % intervals."""
    from core.config import load_settings
    from core.detection import load_detector
    from core.mlops.box_folder import evaluate_box_folder

    if out.is_dir():
        raise typer.BadParameter(f"{out} is a folder", param_hint="--out")
    check_folder(out)
    detector = load_detector(model, settings=load_settings())
    scores = evaluate_box_folder(
        folder,
        detector,
        split=split,
        n_resamples=resamples,
        progress=progress_line("looked at"),
    )
    # A name that is not UTF-8 may stand among them.
    for entry in scores["skipped"]:
        entry["file"] = printable(entry["file"])
    draft = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        text = json.dumps(scores, indent=2, ensure_ascii=False, allow_nan=False)
        draft.write_text(text + "\n", encoding="utf-8")
        draft.replace(out)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(f"cannot write {out}: {error.strerror}") from error
    emit(scores, text=_said(scores, out), as_json=as_json)


def _said(scores: dict[str, Any], out: Path) -> str:
    lines = [
        f"{scores['n']} pictures with {scores['n_boxes']} boxes, "
        f"model {scores['model']}; {out}"
    ]
    for key, label in (
        ("ap50_any", "AP50, any category"),
        ("ap50", "AP50, all boxes in one ranking"),
        ("map50", "mAP50, mean over categories"),
        ("map50_named", "mAP50 without unknown debris"),
        ("map50_95", "mAP50-95"),
    ):
        low, high = scores["intervals"][key]
        if scores[key] is None or low is None:
            lines.append(f"{label}: cannot be told from these pictures")
        else:
            lines.append(f"{label}: {scores[key]:.3f} ({low:.3f} to {high:.3f})")
    lines += [
        f"category {code}: AP50 {entry['ap50']:.3f}, {entry['n_boxes']} boxes in "
        f"{entry['n_pictures']} pictures"
        for code, entry in scores["per_category"].items()
    ]
    if scores["unknown_categories"]:
        names = ", ".join(scores["unknown_categories"])
        lines.append(f"the detector cannot name {names}; counted as 0 in mAP")
    counts = scores["counts"]
    lines.append(
        f"objects counted at a score of {counts['threshold']:g}: {counts['found']} "
        f"of {counts['true']}, off by {counts['mean_absolute_error']:.2f} a picture"
    )
    lines += [
        f"skipped {shown(entry['file'])}: {entry['reason']}"
        for entry in scores["skipped"]
    ]
    return "\n".join(lines)
