"""``import``: observations from a table into the store."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli._output import JsonOption, check_folder, emit
from core.config import load_settings
from core.errors import InputError

if TYPE_CHECKING:
    from core.observations import Checked

__all__ = ["register"]

_PROFILES = ("gyre",)
#: Reasons printed for a person; the report file holds all of them.
_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("import")(import_observations)


def import_observations(
    file: Annotated[Path, typer.Argument(help="CSV, CSV.GZ, TSV or Parquet.")],
    profile: Annotated[
        str,
        typer.Option(help="Layout of the file: gyre (see 'schema observations')."),
    ] = "gyre",
    report: Annotated[
        Path | None, typer.Option(help="Write the report as JSON to this file.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and report, keep nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check a table of observations and keep the good rows.

    Refused rows are reported with field, value and reason, and do not keep the others
    out. Importing the same file again adds nothing. Exit 3 if no row could be used.
    """
    if profile not in _PROFILES:
        raise InputError(
            f"unknown profile {profile!r}, expected {', '.join(_PROFILES)}"
        )
    check_folder(report)
    result = _import(file, dry_run=dry_run)
    if report is not None:
        text = json.dumps(result, allow_nan=False, ensure_ascii=False, indent=2)
        try:
            report.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise InputError(f"cannot write {report}: {error.strerror}") from error
    emit(result, text=_in_words(result), as_json=as_json)
    if result["rejected"] == result["rows"] > 0:
        raise typer.Exit(3)


def _import(file: Path, *, dry_run: bool) -> dict[str, Any]:
    from core.observations import read_observations

    checked = read_observations(file)
    result: dict[str, Any] = {
        "file": file.name,
        "dry_run": dry_run,
        "rows": checked.n_rows,
        "accepted": len(checked.accepted),
        "rejected": checked.n_rejected,
        "duplicates": checked.duplicates,
        "flags": checked.flags,
        "reasons": [rejection.to_dict() for rejection in checked.rejected],
        "doubts": [doubt.to_dict() for doubt in checked.doubts],
        "repeated": [repeat.to_dict() for repeat in checked.repeated],
        "already_stored": 0,
        "mapping": dict(checked.mapping),
    }
    if not checked.accepted.empty:
        stored = _count_known(checked) if dry_run else _keep(checked, result)
        # Stored by an earlier import is a duplicate like repeated in the file.
        result["already_stored"] = stored
        result["duplicates"] += stored
        result["accepted"] -= stored
    return result


def _count_known(checked: "Checked") -> int:
    from core.storage import open_store, sqlite_path

    settings = load_settings()
    url = settings.resolved_database_url
    if not sqlite_path(url).exists():  # a dry run makes no database
        return 0
    with open_store(url, data_dir=settings.data_dir) as store:
        ids = checked.accepted["observation_id"].tolist()
        return len(store.observations.known(ids))


def _keep(checked: "Checked", result: dict[str, Any]) -> int:
    """Keep rows, their surveys and the audit entry, all in one transaction."""
    from core.governance import record
    from core.storage import open_store

    settings = load_settings()
    url = settings.resolved_database_url
    with (
        open_store(url, data_dir=settings.data_dir) as store,
        store.transaction(),
    ):
        done = store.observations.add(checked.accepted)
        for name, rows in checked.accepted.groupby("survey"):
            if str(name).strip():
                store.surveys.add(
                    str(name),
                    platform="table",
                    started_at=rows["observed_at"].min().to_pydatetime(),
                    ended_at=rows["observed_at"].max().to_pydatetime(),
                    simulated=bool(rows["simulated"].all()),
                    created_by=settings.actor,
                )
        if done.added:
            detail = {
                "rows": result["rows"],
                "added": done.added,
                "rejected": result["rejected"],
                "surveys": sorted(set(checked.accepted["survey"]))[:100],
            }
            subject = f"file:{result['file'][:200]}"
            record(store, "observations.import", settings.actor, subject, detail)
    return done.duplicates


def _in_words(result: dict[str, Any]) -> str:
    kept = "would be kept" if result["dry_run"] else "kept"
    lines = [
        f"{result['file']}: {result['rows']} rows, {result['accepted']} {kept}, "
        f"{result['rejected']} refused, {result['duplicates']} duplicates"
    ]
    lines += [
        f"  row {r['row']}, {r['field'] or 'whole row'}: {r['reason']} "
        f"(got {r['value']!r})"
        for r in result["reasons"][:_SHOWN]
    ]
    more = len(result["reasons"]) - _SHOWN
    if more > 0:
        lines.append(f"  and {more} more reasons; --report FILE holds them all")
    if result["doubts"]:
        lines.append(f"  {len(result['doubts'])} doubtful values kept with flag 3")
    return "\n".join(lines)
