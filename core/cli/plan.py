"""``plan``: a cleanup plan for a fleet."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli._output import (
    JsonOption,
    check_folder,
    emit,
    progress_line,
    report_note,
)
from core.errors import InputError

if TYPE_CHECKING:
    from core.routing import FleetRead, SitesRead

__all__ = ["register"]

Files = list[Path] | None


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
    currents: Annotated[
        Files,
        typer.Option(
            "--currents",
            help="NetCDF or Zarr, may be repeated: debris drifts, and vessels sail "
            "with or against it. May hold wind and Stokes drift as well.",
        ),
    ] = None,
    wind: Annotated[Files, typer.Option("--wind", help="10 m wind.")] = None,
    stokes: Annotated[
        Files, typer.Option("--stokes", help="Stokes drift of the waves.")
    ] = None,
    waves: Annotated[
        Files, typer.Option("--waves", help="Significant wave height.")
    ] = None,
    drift: Annotated[
        bool, typer.Option(help="Let debris drift where currents are given.")
    ] = True,
    ensemble: Annotated[
        int, typer.Option("--ensemble", min=1, max=500, help="Members of the drift.")
    ] = 50,
    quantile: Annotated[
        float | None,
        typer.Option(
            "--quantile",
            help="Maximise this quantile of the mass over the members, such as 0.1 "
            "for a poor day, not the mean.",
        ),
    ] = None,
    closed_areas: Annotated[
        Files,
        typer.Option(
            "--closed-areas", help="GeoJSON or zipped shapefile; may be repeated."
        ),
    ] = None,
    harm: Annotated[
        Path | None,
        typer.Option(
            "--harm",
            help="YAML of harm weights, or the word default: maximise mass times harm, "
            "not mass.",
        ),
    ] = None,
    sensitive: Annotated[
        Files,
        typer.Option(
            "--sensitive",
            help="GeoJSON of areas with a factor: debris in them counts more; may be "
            "repeated.",
        ),
    ] = None,
    prior: Annotated[
        str | None,
        typer.Option(
            "--prior",
            metavar="FOREST",
            help="Give sites without mass_kg one from a forest such as debris_forest; "
            "the plan names them as not measured.",
        ),
    ] = None,
    margin_km: Annotated[
        float, typer.Option("--margin", min=0.0, help="Distance kept from land, km.")
    ] = 0.0,
    daylight: Annotated[
        bool, typer.Option("--daylight", help="Collect in daylight only.")
    ] = False,
    crew_h: Annotated[
        float | None,
        typer.Option(
            "--crew-hours", help="Hours a day that crews collect, at most 24."
        ),
    ] = None,
    gpx: Annotated[Path | None, typer.Option("--gpx", help="Plan as GPX 1.1.")] = None,
    rtz: Annotated[
        Path | None, typer.Option("--rtz", help="Plan as RTZ 1.2, a file a vessel.")
    ] = None,
    kml: Annotated[Path | None, typer.Option("--kml", help="Plan as KML 2.2.")] = None,
    geojson: Annotated[
        Path | None, typer.Option("--geojson", help="Plan as GeoJSON.")
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Stops as CSV.")] = None,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", help="Cue sheet of each vessel.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Plan which vessel collects what, where and when."""
    from core.cli._plan_files import plan_summary, write_plan
    from core.cli._plan_priority import weighed_sites
    from core.cli._plan_sea import PlanSea, read_closed_areas
    from core.routing import WorkHours, plan_cleanup

    start_at = _start(start)
    check_folder(out, gpx, rtz, kml, geojson, csv, pdf)
    sites_read, fleet_read, prior_note = _inputs(
        sites, fleet, prior=prior, start_at=start_at
    )
    sea = PlanSea(
        currents=currents or [], wind=wind or [], stokes=stokes or [], waves=waves or []
    )
    frame, weighting = weighed_sites(
        sites_read.frame,
        harm=harm,
        sensitive=sensitive or [],
        start_at=start_at,
        hours=hours,
    )
    made = plan_cleanup(
        frame,
        fleet_read.fleet,
        hours=hours,
        start_at=start_at,
        seconds=seconds,
        seed=seed,
        simulated=sea.is_simulated,
        drift=sea.drift(
            frame, start_at=start_at, hours=hours, members=ensemble, seed=seed
        )
        if drift
        else None,
        conditions=sea.conditions(start_at),
        work_hours=WorkHours(daylight=daylight, crew_h_per_day=crew_h),
        closed_areas=read_closed_areas(closed_areas or []),
        margin_km=margin_km,
        quantile=quantile,
        weighting=weighting,
        rejected=(*fleet_read.rejected, *sites_read.rejected),
        progress=progress_line("planning, per cent"),
    )
    if prior_note:
        made = replace(made, notes=(*made.notes, prior_note))
    for note in (*fleet_read.notes, *sites_read.notes, *filter(None, [prior_note])):
        report_note(note)
    write_plan(
        made,
        {
            "json": out,
            "gpx": gpx,
            "rtz": rtz,
            "kml": kml,
            "geojson": geojson,
            "csv": csv,
            "pdf": pdf,
        },
    )
    emit(made.to_dict(), text=plan_summary(made, out), as_json=as_json)


def _inputs(
    sites: Path, fleet: Path, *, prior: str | None, start_at: datetime
) -> "tuple[SitesRead, FleetRead, str]":
    """Read both files; where neither can be used, both are named."""
    from core.cli._plan_prior import sites_with_prior
    from core.routing import read_fleet, read_sites

    problems: list[str] = []
    sites_read = fleet_read = None
    note = ""
    try:
        if prior is None:
            sites_read = read_sites(sites)
        else:
            sites_read, note = sites_with_prior(sites, prior, time=start_at)
    except InputError as error:
        problems.append(str(error))
    try:
        fleet_read = read_fleet(fleet)
    except InputError as error:
        problems.append(str(error))
    if sites_read is None or fleet_read is None:
        raise InputError("; ".join(problems))
    return sites_read, fleet_read, note


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
