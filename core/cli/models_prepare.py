"""``models prepare``: a foreign set of pictures, made fit to train on."""

from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli._output import JsonOption, check_folder, emit, progress_line
from core.errors import InputError

__all__ = ["register"]


def register(group: typer.Typer) -> None:
    """Add the command to the group ``models``."""
    group.command("prepare")(prepare_set)


def prepare_set(
    source: Annotated[
        Path | None,
        typer.Argument(
            metavar="SOURCE", help="Folder a class, COCO, YOLO or boxes.csv."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Gets raw/images and processed/."),
    ] = None,
    layout: Annotated[
        str | None,
        typer.Option("--layout", help="folder, coco, yolo or boxes; else recognised."),
    ] = None,
    validation_share: Annotated[
        float, typer.Option("--validation-share", help="Of each class, 0 to 1.")
    ] = 0.15,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the split.")] = 0,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", help="map.yaml: 'label: category' or 'ignore'."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", help="R.json, R.md or R.html: what was found."),
    ] = None,
    source_name: Annotated[
        str, typer.Option("--source-name", help="Source of pictures that tell none.")
    ] = "",
    scene_pattern: Annotated[
        str,
        typer.Option("--scene-pattern", help="Regular expression on file names."),
    ] = "",
    scene_gap_s: Annotated[
        float,
        typer.Option("--scene-gap", min=0, help="Seconds within which it is a scene."),
    ] = 10.0,
    min_side_px: Annotated[
        int, typer.Option("--min-side", min=1, help="Least shorter side, pixels.")
    ] = 32,
    keep_split: Annotated[
        bool, typer.Option("--keep-split", help="Keep the set's own split.")
    ] = False,
    crops: Annotated[
        bool, typer.Option("--crops/--no-crops", help="Cut boxes out as photos, too.")
    ] = True,
    undo: Annotated[
        bool, typer.Option("--undo", help="Remove what was prepared in --out.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and report; write no set.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check a set of pictures, split it by scene and write it for training.

    Bad pictures and labels are named and left out; the source is never changed.
    The same command again goes on where it was stopped, or does nothing.
    """
    if undo:
        if source is not None or out is None:
            raise typer.BadParameter("--undo needs --out DIR and no SOURCE")
        _undo(out, as_json=as_json)
        return
    if source is None:
        raise typer.BadParameter("give the set to prepare as SOURCE")
    if out is None and not dry_run:
        raise typer.BadParameter("give --out DIR, or --dry-run")
    _check_report(report)
    from core.mlops.preparation import LabelMap, Options, prepare, read_label_map

    meaning = LabelMap() if labels is None else read_label_map(labels)
    lines: dict[str, Any] = {}

    def progress(what: str, done: int, total: int) -> None:
        lines.setdefault(what, progress_line(what))(done, total)

    prepared = prepare(
        source,
        None if dry_run else out,
        options=Options(
            layout=layout,
            validation_share=validation_share,
            seed=seed,
            min_side_px=min_side_px,
            pattern=scene_pattern,
            gap_s=scene_gap_s,
            source_name=source_name,
            keep_split=keep_split,
            crops=crops,
        ),
        labels=meaning,
        progress=progress,
    )
    if report is not None:
        _write_report(report, prepared.report)
    payload = prepared.report | {"state": prepared.state}
    emit(payload, text=_said(payload, out), as_json=as_json)


def _undo(out: Path, *, as_json: bool) -> None:
    from core.mlops.preparation import undo

    done = undo(out)
    lines = [f"{out}: {done['removed']} files removed"]
    lines += [f"kept, it was changed since: {name}" for name in done["kept"]]
    emit(done, text="\n".join(lines), as_json=as_json)


def _check_report(report: Path | None) -> None:
    check_folder(report)
    if report is not None and report.suffix not in (".json", ".md", ".html"):
        raise InputError(f"--report {report} must end in .json, .md or .html")
    if report is not None and report.is_dir():
        raise InputError(f"cannot write {report}: it is a folder")


def _write_report(path: Path, report: dict[str, Any]) -> None:
    from core.mlops.preparation import report_html, report_json, report_markdown

    write = {".json": report_json, ".md": report_markdown, ".html": report_html}
    try:
        text = write[path.suffix](report)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error


def _said(report: dict[str, Any], out: Path | None) -> str:
    split, scenes = report["split"], report["scenes"]
    words = {
        "written": f"written to {out}",
        "unchanged": f"prepared before in {out}, nothing to do",
        "checked": "checked, nothing written",
    }
    lines = [
        f"{report['n_accepted']} of {report['n_found']} pictures kept "
        f"({report['layout']}, {report['kind']}), {scenes['n']} scenes; "
        f"{split['train']} train, {split['validation']} validation; "
        f"{words[report['state']]}"
    ]
    lines += [
        f"{name}: {row['train']} train, {row['validation']} validation"
        for name, row in report["classes"].items()
    ]
    lines += [
        f"label {row['label']}: unknown, {row['rule']}"
        for row in report["labels"]
        if not row["category"]
    ]
    lines += [
        f"{finding['severity']}: {finding['record']}: {finding['reason']}"
        for finding in report["findings"]
        if finding["severity"] != "note"
    ]
    return "\n".join(lines)
