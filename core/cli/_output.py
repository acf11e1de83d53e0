"""What a command says: results to standard output, everything else to error."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import InputError

__all__ = [
    "JsonOption",
    "check_folder",
    "emit",
    "progress_line",
    "report_error",
    "report_note",
]

JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else.")
]


def emit(payload: Mapping[str, Any] | list[Any], *, text: str, as_json: bool) -> None:
    """Print a result, as JSON for programs or as text for people."""
    if as_json:
        # NaN is not JSON; allow_nan=False turns a slip into an error here.
        out = json.dumps(payload, allow_nan=False, ensure_ascii=False, indent=2)
    else:
        out = text
    sys.stdout.write(out + "\n")


def check_folder(*files: Path | None) -> None:
    """Refuse, before any work, files to write whose folder does not exist."""
    for file in files:
        if file is not None and not file.parent.is_dir():
            raise InputError(f"the folder of {file} does not exist")


def report_error(message: str) -> None:
    """Print an error for a person, on standard error."""
    sys.stderr.write(f"error: {message}\n")


def report_note(message: str) -> None:
    """Print something worth knowing, on standard error."""
    sys.stderr.write(f"note: {message}\n")


def progress_line(label: str) -> Callable[[int, int], None]:
    """Return a callback ``(done, total)`` that reports progress on standard error.

    On a terminal the line is rewritten; in a log it appears once, at the end.
    """
    is_terminal = sys.stderr.isatty()

    def report(done: int, total: int) -> None:
        if is_terminal:
            end = "\n" if done == total else ""
            sys.stderr.write(f"\r{label}: {done} of {total}{end}")
            sys.stderr.flush()
        elif done == total:
            sys.stderr.write(f"{label}: {done} of {total}\n")

    return report
