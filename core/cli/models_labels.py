"""``models labels``: what people decided about photos, as training data."""

from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli._output import JsonOption, emit, progress_line
from core.errors import NotFoundError

__all__ = ["register"]


def register(group: typer.Typer) -> None:
    """Add the command to the group ``models``."""
    group.command("labels")(labels)


def labels(
    out: Annotated[
        Path, typer.Option("--out", help="New folder: photos/, boxes/, report.json.")
    ],
    survey: Annotated[
        str | None, typer.Option("--survey", help="Only photos of this survey.")
    ] = None,
    machine: Annotated[
        bool,
        typer.Option(
            "--machine", help="Also photos nobody looked at that the model is sure of."
        ),
    ] = False,
    disputed: Annotated[
        bool, typer.Option("--disputed", help="Also photos on which people disagree.")
    ] = False,
    keep_metadata: Annotated[
        bool,
        typer.Option(
            "--keep-metadata", help="Leave camera data and position in the pictures."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write labels and boxes that people decided, for ``models prepare``."""
    from core.config import load_settings
    from core.mlops.feedback import export_labels
    from core.storage import open_store, sqlite_path

    settings = load_settings()
    path = sqlite_path(settings.resolved_database_url)
    if not path.exists():
        raise NotFoundError(f"no database at {path}")
    with open_store(
        settings.resolved_database_url, data_dir=settings.data_dir
    ) as store:
        report = export_labels(
            store,
            out,
            survey=survey,
            include_machine=machine,
            include_disputed=disputed,
            keep_metadata=keep_metadata,
            actor=settings.actor,
            progress=progress_line("photos"),
        )
    payload = report.to_dict()
    emit(payload, text=_in_words(payload), as_json=as_json)


def _in_words(report: dict[str, Any]) -> str:
    lines = [
        f"{report['folder']}: {report['n_photos']:,} labelled photos, "
        f"{report['n_boxed']:,} with decided boxes ({report['n_boxes']:,} boxes)"
    ]
    left_out = (
        ("n_undecided", "left out, nobody decided them"),
        ("n_disputed", "left out, people disagree"),
        ("n_contradicting", "without boxes that contradict the label"),
    )
    lines += [f"{report[key]:,} {words}" for key, words in left_out if report[key]]
    lines += [f"{row['file']}: {row['reason']}" for row in report["failed"]]
    if report["simulated"]:
        lines.append("holds simulated photos")
    return "\n".join(lines)
