"""``classify``: photos to a table of categories and confidences."""

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli._output import JsonOption, check_folder, emit, progress_line
from core.cli._photo_files import listed_files, printable
from core.errors import InputError

if TYPE_CHECKING:
    from core.classification import PhotoResult

__all__ = ["register"]

#: What a spreadsheet takes for a formula at the start of a cell.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("classify")(classify)


def classify(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", help="Photos and folders.")
    ],
    out: Annotated[Path, typer.Option("--out", help="F.csv: a row a file.")],
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="NAME[@VERSION]", help="A deployed model."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Classify photos; refused files get a row with the reason."""
    from core.classification import classify_files, load_classifier
    from core.config import load_settings

    if out.is_dir():
        raise typer.BadParameter(f"{out} is a folder", param_hint="--out")
    check_folder(out)
    classifier = load_classifier(model, settings=load_settings())
    files = [path for path in listed_files(paths) if path.resolve() != out.resolve()]
    results = list(
        classify_files(files, classifier, progress=progress_line("classified"))
    )
    _write(out, results, classifier.categories)
    counts = Counter(result.status for result in results)
    summary: dict[str, Any] = {
        "out": str(out),
        "model": classifier.model_id,
        "files": len(results),
        "ok": counts["ok"],
        "low_confidence": counts["low_confidence"],
        "rejected": counts["rejected"],
        "rejections": [
            {"file": printable(result.file), "reason": result.reason}
            for result in results
            if result.status == "rejected"
        ],
    }
    emit(summary, text=_said(summary), as_json=as_json)


def _said(summary: dict[str, Any]) -> str:
    lines = [
        f"{summary['files']} files: {summary['ok']} ok, "
        f"{summary['low_confidence']} of low confidence, "
        f"{summary['rejected']} rejected; model {summary['model']}; {summary['out']}"
    ]
    lines += [
        f"rejected {entry['file']}: {entry['reason']}"
        for entry in summary["rejections"]
    ]
    return "\n".join(lines)


def _write(
    out: Path, results: "list[PhotoResult]", categories: tuple[str, ...]
) -> None:
    """Write the table beside its place and move it there in one step."""
    import csv

    from core.classification import result_columns

    draft = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, result_columns(categories))
            writer.writeheader()
            for result in results:
                row = result.to_row(categories)
                writer.writerow(row | {"file": _as_cell(result.file)})
            file.flush()
            os.fsync(file.fileno())
        draft.replace(out)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(f"cannot write {out}: {error.strerror}") from error


def _as_cell(file: str) -> str:
    """Name a file so that no spreadsheet runs it and a shell still finds it.

    ``=cmd.jpg`` becomes ``./=cmd.jpg``, the same file.
    """
    name = printable(file)
    return f"./{name}" if name.startswith(_FORMULA_STARTS) else name
