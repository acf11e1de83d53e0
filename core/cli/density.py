"""``density``: from observations to H3 cells with intervals."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli._output import JsonOption, emit, report_error, report_note
from core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from core.density import Bbox

__all__ = ["register"]

_SUFFIXES = (".geojson", ".json", ".parquet")
#: Refused records shown one by one before the rest is summed up.
_SHOWN_REJECTIONS = 20


class Method(StrEnum):
    """How the density of a cell is reached."""

    CELLS = "cells"
    KERNEL = "kernel"
    COX = "cox"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("density")(density)


def density(
    observations: Annotated[
        Path, typer.Option("--observations", help="Observations, csv or parquet.")
    ],
    out: Annotated[Path, typer.Option("--out", help="C.geojson or C.parquet.")],
    bbox: Annotated[
        str | None,
        typer.Option(
            "--bbox",
            metavar="W,S,E,N",
            help="Box in degrees; every cell in it is listed. W > E crosses 180.",
        ),
    ] = None,
    resolution: Annotated[
        int | None,
        typer.Option(
            "--resolution",
            min=0,
            max=15,
            help="H3 resolution; the finest up to 8 with about 5,000 cells in the box "
            "unless given.",
        ),
    ] = None,
    confidence: Annotated[
        float, typer.Option("--confidence", help="Coverage of the intervals.")
    ] = 0.95,
    method: Annotated[
        Method,
        typer.Option(
            "--method",
            help="cells: exact figures of each surveyed cell. kernel, cox: a smooth "
            "density that also fills cells without effort, status 'predicted'.",
        ),
    ] = Method.CELLS,
    as_json: JsonOption = False,
) -> None:
    """Count debris per km2 in H3 cells, with intervals."""
    if out.suffix.lower() not in _SUFFIXES:
        raise typer.BadParameter(
            f"{out.name} ends in neither .geojson nor .parquet", param_hint="--out"
        )
    from core.density import cell_density, suggest_resolution
    from core.observations import read_observations

    box = None if bbox is None else _bbox(bbox)
    checked = read_observations(observations)
    _report_rejections([r.to_dict() for r in checked.rejected], checked.n_rejected)
    if checked.accepted.empty and checked.n_rejected:
        raise InputError(f"{observations.name}: none of the records can be used")
    chosen = resolution
    if chosen is None:
        chosen = suggest_resolution(box or _extent(checked.accepted))
    cells = cell_density(
        checked.accepted, resolution=chosen, bbox=box, confidence=confidence
    )
    limits: tuple[str, ...] = ()
    if method is not Method.CELLS:
        cells, limits = _smoothed(cells, method, confidence)
    _write(cells, out, simulated=bool(checked.accepted["simulated"].any()))
    status = {str(k): int(n) for k, n in cells["status"].value_counts().items()}
    summary = {
        "out": str(out),
        "resolution": chosen,
        "cells": len(cells),
        "status": status,
        "items": int(cells["n"].sum()),
        "effort_km2": float(cells["effort_km2"].sum()),
        "method": method.value,
        "limits": list(limits),
        "records": checked.n_rows,
        "rejected": [r.to_dict() for r in checked.rejected],
        "simulated": bool(checked.accepted["simulated"].any()),
    }
    kinds = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in status.items())
    text = (
        f"{out}: {len(cells)} cells at H3 resolution {chosen} ({kinds or 'none'}); "
        f"{summary['items']} items, {summary['effort_km2']:.4g} km2 searched"
    )
    text = "\n".join([text, *(f"limit: {limit}" for limit in limits)])
    emit(summary, text=text, as_json=as_json)


def _smoothed(
    cells: "pd.DataFrame", method: Method, confidence: float
) -> "tuple[pd.DataFrame, tuple[str, ...]]":
    from core.density import fit_field

    field = fit_field(
        cells,
        method=method.value,
        confidence=confidence,
        progress=lambda _done, _total, message: report_note(message),
    )
    return field.predicted_cells(cells), field.limits


def _bbox(text: str) -> "Bbox":
    from core.density import Bbox

    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not four numbers W,S,E,N", param_hint="--bbox"
        ) from None
    return Bbox(west, south, east, north)


def _extent(observations: "pd.DataFrame") -> "Bbox":
    """Box around the observations, at least a tenth of a degree wide."""
    from core.density import Bbox

    if observations.empty:
        return Bbox(-180.0, -90.0, 180.0, 90.0)
    south, north = observations["lat"].min(), observations["lat"].max()
    west, east = observations["lon"].min(), observations["lon"].max()
    return Bbox(west, max(south - 0.05, -90.0), east + 0.1, min(north + 0.05, 90.0))


def _report_rejections(rejected: list[dict[str, int | str]], n_records: int) -> None:
    for fault in rejected[:_SHOWN_REJECTIONS]:
        report_error(
            f"row {fault['row']}: {fault['field']} {fault['value']!r} refused: "
            f"{fault['reason']}"
        )
    if len(rejected) > _SHOWN_REJECTIONS:
        report_error(f"{n_records} records refused in all; --json lists every one")


def _write(cells: "pd.DataFrame", out: Path, *, simulated: bool) -> None:
    import json

    from core.density import cells_geojson

    frame = cells.assign(simulated=True) if simulated else cells
    try:
        if out.suffix.lower() == ".parquet":
            frame.to_parquet(out, index=False)
        else:
            text = json.dumps(cells_geojson(frame), allow_nan=False)
            out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}") from error
