"""``models evaluate`` and ``models compare``: how good, how dear, which is better."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli._output import JsonOption, check_folder, emit, progress_line
from core.errors import InputError

__all__ = ["compare", "evaluate"]


def evaluate(
    name: Annotated[str, typer.Argument(metavar="NAME[@VERSION]")],
    photos: Annotated[
        Path,
        typer.Option(
            "--photos",
            help="<category>/<source>_<n>.jpg, or for a detector boxes.csv and "
            "pictures.",
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="F.json: the scores.")
    ] = None,
    resamples: Annotated[
        int, typer.Option("--resamples", min=100, max=100_000, help="Of the bootstrap.")
    ] = 1000,
    as_json: JsonOption = False,
) -> None:
    """Score a deployed classifier or detector on labelled pictures."""
    from core.classification import find_model
    from core.config import load_settings
    from core.mlops.registry import read_deployed

    check_folder(out)
    settings = load_settings()
    model = read_deployed(find_model(settings.models_dir, name))
    scores: dict[str, Any]
    if model.kind == "classifier":
        from core.classification import load_classifier
        from core.mlops.photo_folder import evaluate_photo_folder

        scores = evaluate_photo_folder(
            photos,
            load_classifier(model.model_id, settings=settings),
            n_resamples=resamples,
            progress=progress_line("classified"),
        )
        names = ("accuracy", "macro_f1", "auroc_debris", "ece")
    elif model.kind == "detector":
        from core.detection import load_detector
        from core.mlops.box_folder import evaluate_box_folder

        scores = evaluate_box_folder(
            photos,
            load_detector(model.model_id, settings=settings),
            n_resamples=resamples,
            progress=progress_line("searched"),
        )
        names = ("map50", "ap50_any", "ap50", "map50_95")
    else:
        raise InputError(
            f"{model.model_id} is a forest; its figures by cross-validation are in its "
            "card, see models show"
        )
    if out is not None:
        _write(out, json.dumps(scores, indent=2, ensure_ascii=False, allow_nan=False))
    emit(scores, text="\n".join(_said(scores, names)), as_json=as_json)


def _said(scores: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    from core.mlops.comparison_text import LABELS, scored

    lines = [f"{scores['n']} pictures, model {scores['model']}"]
    lines += [
        f"{LABELS[name]}: "
        + scored({"value": scores[name], "interval": scores["intervals"][name]})
        for name in names
    ]
    return [
        *lines,
        *(f"skipped {one['file']}: {one['reason']}" for one in scores["skipped"]),
    ]


def compare(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME[@VERSION]]...", help="All if none is given."),
    ] = None,
    photos: Annotated[
        Path | None,
        typer.Option(
            "--photos",
            help="Score the named classifiers on these and tell their differences.",
        ),
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", help="F.md: the tables.")
    ] = None,
    rounds: Annotated[
        int, typer.Option(min=0, max=1000, help="Predictions timed of each model.")
    ] = 15,
    resamples: Annotated[
        int, typer.Option("--resamples", min=100, max=100_000, help="Of the bootstrap.")
    ] = 1000,
    as_json: JsonOption = False,
) -> None:
    """Put models side by side: scores, time now, size, licence, sources.

    With --photos two or more classifiers are scored on the same photos, and each
    difference from the first gets an interval by a paired bootstrap.
    """
    from core.config import load_settings
    from core.mlops.comparison import compare_on_photos, side_by_side
    from core.mlops.comparison_text import (
        comparison_lines,
        difference_lines,
        markdown_tables,
    )

    check_folder(markdown)
    models_dir = load_settings().models_dir
    if photos is not None and len(names or ()) < 2:
        raise InputError("name two or more models to compare them on photos")
    rows = side_by_side(models_dir, names or (), rounds=rounds)
    payload: dict[str, Any] = {"models": rows}
    lines = comparison_lines(rows) or ["no model is deployed"]
    if photos is not None:
        payload["on_photos"] = compare_on_photos(
            models_dir,
            names or (),
            photos,
            n_resamples=resamples,
            progress=progress_line("classified"),
        )
        lines += difference_lines(payload["on_photos"])
    if markdown is not None:
        _write(markdown, markdown_tables(rows))
    emit(payload, text="\n".join(lines), as_json=as_json)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error
