"""``drift``: where debris will be, hour by hour, or where it came from."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli._output import (
    JsonOption,
    check_folder,
    emit,
    progress_line,
    report_error,
)
from core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from core.drift import LandMask, SeedIssue, VelocityField

__all__ = ["register"]

_MOST_HOURS, _MOST_MEMBERS = 2400, 100_000
#: Refused records shown one by one before the rest is summed up.
_SHOWN_ISSUES = 20
#: Pixels of the bundled coast, 1:50 million: finer than it is drawn says nothing.
_FINEST_COAST_DEG = 0.02
_PIXELS = 4_000_000


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("drift")(drift)


def drift(
    seeds: Annotated[
        Path, typer.Option("--seeds", help="CSV: lat,lon[,time,category,mass_kg].")
    ],
    currents: Annotated[
        list[Path],
        typer.Option(
            "--currents",
            help="NetCDF or Zarr; may be repeated for files that follow in time, and "
            "may hold wind and Stokes drift as well.",
        ),
    ],
    hours: Annotated[
        float, typer.Option("--hours", help="Whole hours from each release.")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="T.parquet: seed,member,time,lat,lon,status.")
    ],
    wind: Annotated[
        list[Path] | None, typer.Option("--wind", help="10 m wind; may be repeated.")
    ] = None,
    stokes: Annotated[
        list[Path] | None,
        typer.Option("--stokes", help="Stokes drift of the waves; may be repeated."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--start",
            help="UTC release of every seed, ISO 8601. Unless given, each seed's own "
            "time, and where it has none the start of the forcing (with --backward "
            "its end).",
        ),
    ] = None,
    ensemble: Annotated[
        int,
        typer.Option(
            "--ensemble",
            min=1,
            max=_MOST_MEMBERS,
            help="Members a seed; member 0 is the run without perturbation.",
        ),
    ] = 50,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Seed of the random numbers.")
    ] = 1,
    geojson: Annotated[
        Path | None,
        typer.Option("--geojson", help="Regions, coast segments and tracks."),
    ] = None,
    backward: Annotated[
        bool, typer.Option("--backward", help="Back in time: where it came from.")
    ] = False,
    position_error_m: Annotated[
        float,
        typer.Option(
            "--position-error",
            min=0.0,
            max=1e6,
            help="Standard deviation of a seed's position, m.",
        ),
    ] = 200.0,
    current_error_m_s: Annotated[
        float,
        typer.Option(
            "--current-error",
            min=0.0,
            max=10.0,
            help="Standard deviation of the modelled current's error, m/s; 0 for none.",
        ),
    ] = 0.3,
    coastline: Annotated[
        bool,
        typer.Option(
            "--coastline",
            help="Strand on the bundled coastline too, not only on the forcing's land.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Follow debris with currents, wind and waves, as an ensemble."""
    n_hours = _whole_hours(hours)
    start_at = _moment(start)
    if out.suffix.lower() != ".parquet":
        raise typer.BadParameter(f"{out.name} is no .parquet", param_hint="--out")
    check_folder(out, geojson)
    from core.cli._drift_forcing import read_drift_forcing
    from core.cli._drift_report import drift_features, seed_lines, seed_records
    from core.config import load_settings
    from core.drift import (
        CURRENT_ERROR,
        RandomFlight,
        persistence,
        read_seeds,
        run_ensemble,
        stays_put,
        uncovered_seeds,
    )
    from core.drift.ensembles.coverage import release_times

    read = read_seeds(seeds)
    forcing = read_drift_forcing(
        currents=currents, wind=wind or [], stokes=stokes or []
    )
    fields = forcing.fields()
    current = fields.pop("current")
    chosen = read.accepted
    if start_at is not None:
        chosen = chosen.assign(time=_stamp(start_at))
    common: dict[str, Any] = {"current": current, **fields, "hours": n_hours}
    refused = list(read.rejected)
    if len(chosen):
        found = [current, *fields.values()]
        chosen = chosen.assign(time=release_times(chosen, found, backward=backward))
        uncovered = uncovered_seeds(chosen, backward=backward, **common)
        refused += uncovered
        gone = {issue.row - 1 for issue in uncovered}
        chosen = chosen[~chosen["seed"].isin(gone)].reset_index(drop=True)
    _report(refused, "refused")
    _report(read.flagged, "doubtful")
    if chosen.empty:
        shown = "; ".join(str(issue) for issue in refused[:_SHOWN_ISSUES])
        raise InputError(f"{seeds.name}: none of the seeds can be followed: {shown}")
    flight = None
    if current_error_m_s > 0.0:
        flight = RandomFlight(
            sigma_m_s=current_error_m_s, time_scale_s=CURRENT_ERROR.time_scale_s
        )
    land = _coast(current) if coastline else None
    frame = run_ensemble(
        chosen,
        **common,
        members=ensemble,
        seed=seed,
        position_error_m=position_error_m,
        random_flight=flight,
        land=land,
        backward=backward,
        progress=progress_line("drift, members"),
        scheduler=load_settings().dask_scheduler,
    )
    baselines = {
        "stays_put": stays_put(chosen, hours=n_hours, backward=backward),
        "persistence": persistence(frame),
    }
    records = seed_records(
        frame,
        chosen,
        baselines,
        has_wind="wind" in fields,
        has_stokes="stokes" in fields,
    )
    _write_parquet(frame, out)
    if geojson is not None:
        document = drift_features(frame, chosen, baselines)
        document["simulated"] = forcing.is_simulated
        _write_text(geojson, json.dumps(document, allow_nan=False))
    summary = {
        "out": str(out),
        "hours": n_hours,
        "backward": backward,
        "members": ensemble,
        "seed": seed,
        "position_error_m": position_error_m,
        "current_error_m_s": current_error_m_s,
        "release": _release_rule(start, read.accepted, backward=backward),
        "records": read.n_rows,
        "rejected": [issue.to_dict() for issue in refused],
        "flagged": [issue.to_dict() for issue in read.flagged],
        "forcing": forcing.to_dicts(),
        "simulated": forcing.is_simulated,
        "seeds": records,
    }
    lines = [
        f"{out}: {len(chosen)} seeds, {ensemble} members, {n_hours} h "
        f"{'back' if backward else 'ahead'}; released at {summary['release']}",
        *["simulated forcing, no forecast of a real sea"] * forcing.is_simulated,
        *seed_lines(records, hours=n_hours, backward=backward),
    ]
    emit(summary, text="\n".join(lines), as_json=as_json)


def _whole_hours(hours: float) -> int:
    if not 1 <= hours <= _MOST_HOURS or hours != int(hours):
        raise typer.BadParameter(
            f"{hours:g} is no whole number from 1 to {_MOST_HOURS}",
            param_hint="--hours",
        )
    return int(hours)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"{text[:60]!r} is no ISO 8601 time", param_hint="--start"
        ) from None


def _stamp(moment: datetime) -> "pd.Timestamp":
    import pandas as pd

    return pd.Timestamp(moment).as_unit("us")


def _release_rule(
    start: str | None, accepted: "pd.DataFrame", *, backward: bool
) -> str:
    end = "end" if backward else "start"
    if start is not None:
        return "--start"
    if accepted["time"].isna().all():
        return f"the {end} of the forcing, as the seeds have no time"
    if accepted["time"].isna().any():
        return f"the seeds' own time, or where they have none the {end} of the forcing"
    return "the seeds' own time"


def _coast(current: "VelocityField") -> "LandMask":
    """Mask of the bundled coast over the current's area, as fine as pixels allow."""
    from core.drift import coastline_mask

    west, east = float(current.x.min()), float(current.x.max())
    south, north = float(current.y.min()), float(current.y.max())
    step = max(_FINEST_COAST_DEG, ((east - west) * (north - south) / _PIXELS) ** 0.5)
    return coastline_mask(west, south, east, north, step)


def _report(issues: "Sequence[SeedIssue]", word: str) -> None:
    for issue in issues[:_SHOWN_ISSUES]:
        report_error(f"{word}: {issue}")
    if len(issues) > _SHOWN_ISSUES:
        report_error(f"{word}: and {len(issues) - _SHOWN_ISSUES} more rows")


def _write_parquet(frame: "pd.DataFrame", out: Path) -> None:
    """Write beside the name and then rename, so that no half file is ever read."""
    part = out.with_name(out.name + ".part")
    try:
        frame.astype({"status": "str"}).to_parquet(part, index=False)
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(f"cannot write {out}: {error.strerror}") from error


def _write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error
