"""``forcing``: files of currents, wind and waves, and getting them from servers."""

from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli._forcing_fetch import fetch
from core.cli._output import JsonOption, emit

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_forcing)
    group.command("show")(show)
    group.command("fetch")(fetch)
    app.add_typer(group, name="forcing")


def _forcing() -> None:
    """Look at currents, wind, Stokes drift and waves, and fetch them."""


def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="NetCDF or Zarr.")],
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", help="current, wind, stokes or waves; all if not given."
        ),
    ] = None,
    bbox: Annotated[
        str | None,
        typer.Option(
            "--bbox", metavar="W,S,E,N", help="Only this box. W > E crosses 180."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show kinds, variables, time and area covered, resolution and every warning."""
    from core.environment import KINDS, open_forcing, summary_of

    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(
            f"{kind!r} is not one of {', '.join(KINDS)}", param_hint="--kind"
        )
    forcings = open_forcing(file, kind=kind, bbox=_bbox(bbox))
    rows = [summary_of(forcing) for forcing in forcings]
    text = "\n\n".join(_text(row) for row in rows)
    emit({"file": str(file), "forcings": rows}, text=text, as_json=as_json)


def _bbox(text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not four numbers W,S,E,N", param_hint="--bbox"
        ) from None
    return west, south, east, north


def _text(row: dict[str, Any]) -> str:
    west, south, east, north = row["bbox"]
    step = "one time" if row["step_h"] is None else f"every {row['step_h']:g} h"
    if not row["even_steps"]:
        step += " (median, steps differ)"
    what = "height" if row["kind"] == "waves" else "speed"
    n_lat, n_lon = row["grid"]
    d_lat, d_lon = row["resolution_deg"]
    lines = [
        f"{row['kind']}: {', '.join(row['variables'])}"
        + (" (simulated)" if row["simulated"] else ""),
        f"  time       {row['start']} to {row['end']}, {row['times']}, {step}",
        f"  area       {west:g},{south:g},{east:g},{north:g} (W,S,E,N)",
        f"  grid       {n_lat} x {n_lon}, {d_lat:.4g} x {d_lon:.4g} degrees "
        "(latitude x longitude)",
        f"  no value   {100.0 * row['land_share']:.1f} % of nodes "
        "(land or outside the data)",
        f"  {what:<10} mean {row['mean']:.2f}, 95 % below {row['p95']:.2f}, "
        f"at most {row['maximum']:.2f} {row['unit']}",
    ]
    lines += [
        f"  {label:<10} {row[key]}"
        for label, key in (
            ("title", "title"),
            ("source", "source"),
            ("credit", "attribution"),
            ("sha256", "sha256"),
        )
        if row[key]
    ]
    lines += [f"  warning    {warning}" for warning in row["warnings"]]
    return "\n".join(lines)
