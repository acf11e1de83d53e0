"""``plan``: a cleanup plan for a fleet."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli._output import JsonOption, check_folder, emit, progress_line, report_note
from core.errors import InputError

if TYPE_CHECKING:
    from core.routing import CleanupPlan

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("plan")(plan)


def plan(
    sites: Annotated[
        Path, typer.Option("--sites", help="CSV: site,lat,lon,mass_kg and more.")
    ],
    fleet: Annotated[Path, typer.Option("--fleet", help="YAML: vessels and ports.")],
    hours: Annotated[float, typer.Option("--hours", help="Horizon in hours.")],
    out: Annotated[Path, typer.Option("--out", help="Plan as JSON.")],
    seconds: Annotated[
        float, typer.Option("--seconds", help="Longest time to search.")
    ] = 10.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the search.")] = 1,
    start: Annotated[
        str | None,
        typer.Option("--start", help="UTC start, ISO 8601; the next hour by default."),
    ] = None,
    gpx: Annotated[Path | None, typer.Option("--gpx", help="Plan as GPX 1.1.")] = None,
    geojson: Annotated[
        Path | None, typer.Option("--geojson", help="Plan as GeoJSON.")
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Stops as CSV.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Plan which vessel collects what, where and when."""
    from core.routing import (
        plan_cleanup,
        read_fleet,
        read_sites,
        to_csv,
        to_geojson,
        to_gpx,
    )

    start_at = _start(start)
    check_folder(out, gpx, geojson, csv)
    problems: list[str] = []
    sites_read = fleet_read = None
    try:
        sites_read = read_sites(sites)
    except InputError as error:
        problems.append(str(error))
    try:
        fleet_read = read_fleet(fleet)
    except InputError as error:
        problems.append(str(error))
    if sites_read is None or fleet_read is None:
        raise InputError("; ".join(problems))
    made = plan_cleanup(
        sites_read.frame,
        fleet_read.fleet,
        hours=hours,
        start_at=start_at,
        seconds=seconds,
        seed=seed,
        rejected=(*fleet_read.rejected, *sites_read.rejected),
        progress=progress_line("planning, per cent"),
    )
    for note in (*fleet_read.notes, *sites_read.notes):
        report_note(note)
    document = made.to_dict()
    _write(out, json.dumps(document, allow_nan=False, ensure_ascii=False, indent=2))
    if gpx is not None:
        _write(gpx, to_gpx(made))
    if geojson is not None:
        _write(geojson, json.dumps(to_geojson(made), allow_nan=False))
    if csv is not None:
        _write(csv, to_csv(made))
    emit(document, text=_summary(made, out), as_json=as_json)


def _start(text: str | None) -> datetime:
    if text is None:
        now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        return now + timedelta(hours=1)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no ISO 8601 time", param_hint="--start"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text + "\n" * (not text.endswith("\n")), encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error


def _summary(made: "CleanupPlan", out: Path) -> str:
    totals = made.totals
    n_stops = sum(len(trip.stops) for _, trip in made.trips())
    lines = [
        f"{out}: {totals['mass_kg']:.0f} kg expected ({totals['mass_kg_low']:.0f} to "
        f"{totals['mass_kg_high']:.0f}) at {n_stops} stops; {totals['hours']:.1f} h at "
        f"sea, {totals['fuel_l']:.0f} l fuel, {totals['co2_kg']:.0f} kg CO2, cost "
        f"{totals['cost']:.0f}"
    ]
    lines += [f"refused {one}" for one in made.rejected]
    lines += [f"left out {x.site}: {x.reason}. {x.detail}" for x in made.unassigned]
    lines += [
        f"in part {x.site}: {x.left_kg:.0f} kg stay, {x.reason}. {x.detail}"
        for x in made.partial
    ]
    return "\n".join(lines)
