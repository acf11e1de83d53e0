"""``evaluate``: models against labelled photos and boxes, forecasts on drifters."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli._evaluate_boxes import evaluate_boxes
from core.cli._evaluate_drift import evaluate_drift
from core.cli._output import JsonOption, emit, progress_line
from core.errors import InputError

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_evaluate)
    group.command("photos")(evaluate_photos)
    group.command("boxes")(evaluate_boxes)
    group.command("drift")(evaluate_drift)
    app.add_typer(group, name="evaluate")


def _evaluate() -> None:
    """Score a model against labelled or observed data."""


def evaluate_photos(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="<category>/<source>_<n>.jpg")
    ],
    out: Annotated[Path, typer.Option("--out", help="F.json: the scores.")],
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="NAME[@VERSION]", help="A deployed model."),
    ] = None,
    resamples: Annotated[
        int, typer.Option("--resamples", min=100, max=100_000, help="Of the bootstrap.")
    ] = 1000,
    as_json: JsonOption = False,
) -> None:
    """Score a photo classifier, with bootstrap 95 % intervals."""
    from core.classification import load_classifier
    from core.config import load_settings
    from core.mlops.photo_folder import evaluate_photo_folder

    if not out.parent.is_dir():
        raise InputError(f"the folder of {out} does not exist")
    classifier = load_classifier(model, settings=load_settings())
    scores = evaluate_photo_folder(
        folder,
        classifier,
        n_resamples=resamples,
        progress=progress_line("classified"),
    )
    draft = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        text = json.dumps(scores, indent=2, ensure_ascii=False, allow_nan=False)
        # A name that is not UTF-8 may stand among the skipped files.
        draft.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
        draft.replace(out)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(f"cannot write {out}: {error.strerror}") from error
    emit(scores, text=_said(scores, out), as_json=as_json)


def _said(scores: dict[str, Any], out: Path) -> str:
    lines = [f"{scores['n']} photos, model {scores['model']}; {out}"]
    for key, label in (
        ("accuracy", "accuracy"),
        ("macro_f1", "macro-F1"),
        ("auroc_debris", "AUROC debris"),
        ("ece", "calibration error"),
    ):
        low, high = scores["intervals"][key]
        if scores[key] is None or low is None:
            lines.append(f"{label}: cannot be told from these photos")
        else:
            lines.append(f"{label}: {scores[key]:.3f} ({low:.3f} to {high:.3f})")
    lines += [
        f"source {source}: accuracy {entry['accuracy']:.3f}, {entry['n']} photos"
        for source, entry in scores["per_source"].items()
    ]
    lines += [
        f"skipped {entry['file']}: {entry['reason']}" for entry in scores["skipped"]
    ]
    return "\n".join(lines)
