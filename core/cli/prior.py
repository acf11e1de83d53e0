"""``prior``: what the forest foretells where nobody searched, marked as such."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli._output import JsonOption, check_folder, emit
from core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from core.distribution import DebrisForest

__all__ = ["register"]

ModelOption = Annotated[
    str, typer.Option("--model", metavar="NAME[@VERSION]", help="The forest to ask.")
]
TimeOption = Annotated[
    str, typer.Option("--time", help="UTC, ISO 8601, such as 2026-06-01.")
]
_MODEL = "debris_forest"


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_prior)
    group.command("predict")(predict)
    group.command("cells")(cells)
    group.command("sites")(sites)
    group.command("show")(show)
    app.add_typer(group, name="prior")


def _prior() -> None:
    """Expect debris where nobody searched, from a forest trained on real tables."""


def predict(
    at: Annotated[
        tuple[float, float], typer.Option("--at", metavar="LAT LON", help="Degrees.")
    ],
    time: TimeOption,
    target: Annotated[
        str | None, typer.Option("--target", help="One quantity; all unless given.")
    ] = None,
    mesh_mm: Annotated[
        float | None,
        typer.Option("--mesh-mm", help="Smallest debris counted, mm."),
    ] = None,
    model: ModelOption = _MODEL,
    as_json: JsonOption = False,
) -> None:
    """Foretell what a search at a place and time would find."""
    from core.coastline import is_on_land

    forest = _forest(model)
    moment = _time(time)
    codes = list(forest.forests) if target is None else [target]
    lat, lon = at
    rows = []
    for code in codes:
        found = forest.predict(
            lat=[lat], lon=[lon], time=moment, target=code, mesh_mm=mesh_mm
        )
        rows.append(_row(forest, code, found.iloc[0]))
    on_land = bool(is_on_land(lat=[lat], lon=[(lon + 180.0) % 360.0 - 180.0])[0])
    payload = {
        "model": forest.model_id,
        "basis": _label(forest),
        "lat": lat,
        "lon": lon,
        "time": moment.isoformat(),
        "on_land": on_land,
        "predictions": rows,
    }
    lines = [f"{lat:g}, {lon:g} on {moment:%Y-%m-%d}: {_label(forest)}"]
    lines += ["the place is on land: this is for the sea beside it"] * on_land
    lines += [_line(row) for row in rows]
    emit(payload, text="\n".join(lines), as_json=as_json)


def _row(forest: "DebrisForest", code: str, found: "pd.Series[Any]") -> dict[str, Any]:
    wanted = forest.target(code)
    shares = [round(float(found[f"p_{k}"]), 4) for k in range(wanted.n_classes)]
    numbers = ("mean", "median", "low", "high", "p_present")
    return {
        "target": code,
        "label": wanted.label,
        "unit": wanted.unit,
        **{name: float(f"{found[name]:.6g}") for name in numbers},
        "class": wanted.class_labels[int(found["class"])],
        "classes": dict(zip(wanted.class_labels, shares, strict=True)),
        "n_near": int(found["n_near"]),
    }


def _line(row: dict[str, Any]) -> str:
    near = f"{row['n_near']} training rows in these waters"
    if not row["n_near"]:
        near = "no training row in these waters, the interval may be too narrow"
    return (
        f"{row['label']}: mean {_three(row['mean'])} {row['unit']}, 90 % of searches "
        f"{_three(row['low'])} to {_three(row['high'])}; class {row['class']} "
        f"({100 * row['classes'][row['class']]:.0f} %); {near}"
    )


def cells(
    bbox: Annotated[
        str, typer.Option("--bbox", metavar="W,S,E,N", help="W > E crosses 180.")
    ],
    time: TimeOption,
    out: Annotated[Path, typer.Option("--out", help="C.geojson, C.csv or C.parquet.")],
    observations: Annotated[
        Path | None,
        typer.Option(
            "--observations", help="What was searched; it outweighs the prior."
        ),
    ] = None,
    resolution: Annotated[
        int | None, typer.Option("--resolution", min=0, max=9, help="H3 resolution.")
    ] = None,
    model: ModelOption = _MODEL,
    as_json: JsonOption = False,
) -> None:
    """Expect things over 200 mm in map cells, measured ones and never surveyed ones."""
    if out.suffix.lower() not in (".geojson", ".csv", ".parquet"):
        raise typer.BadParameter(
            f"{out.name} ends in none of .geojson, .csv, .parquet", param_hint="--out"
        )
    from core.cli._prior_cells import prior_cells, write_cells

    check_folder(out)
    forest = _forest(model)
    frame = prior_cells(
        forest,
        bbox=bbox,
        time=_time(time),
        resolution=resolution,
        observations=observations,
    )
    write_cells(frame, out)
    n_only = int((frame["prior_weight"] >= 1.0).sum())
    payload = {
        "out": str(out),
        "model": forest.model_id,
        "cells": len(frame),
        "prior_only": n_only,
        "on_land": int(frame["prior_weight"].isna().sum()),
    }
    text = f"{out}: {len(frame)} cells, {n_only} of them {_label(forest)}"
    emit(payload, text=text, as_json=as_json)


def sites(
    sites_file: Annotated[
        Path, typer.Option("--sites", help="CSV: site,lat,lon and perhaps mass_kg.")
    ],
    time: TimeOption,
    out: Annotated[Path, typer.Option("--out", help="The same with every mass, CSV.")],
    model: ModelOption = _MODEL,
    as_json: JsonOption = False,
) -> None:
    """Give sites without a mass one to plan with; a given mass stays as it is."""
    from core.cli._plan_prior import read_file
    from core.distribution.site_file import fill_sites

    check_folder(out)
    forest = _forest(model)
    done = fill_sites(read_file(sites_file), forest, time=_time(time))
    try:
        out.write_bytes(done.data)
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}") from error
    payload = {
        "out": str(out),
        "model": forest.model_id,
        "filled": {
            site: {
                "mass_kg": mass.mass_kg,
                "mass_kg_low": mass.low_kg,
                "mass_kg_high": mass.high_kg,
                "prior_weight": mass.prior_weight,
                "basis": mass.basis,
            }
            for site, mass in done.filled.items()
        },
    }
    text = f"{out}: {done.note() or 'every site had a mass'}"
    emit(payload, text=text, as_json=as_json)


def show(
    model: Annotated[str, typer.Argument(metavar="[NAME[@VERSION]]")] = _MODEL,
    as_json: JsonOption = False,
) -> None:
    """Show the card of a forest with its figures, or its manifest with --json."""
    from core.classification import find_model
    from core.config import load_settings
    from core.distribution import read_forest_manifest
    from core.distribution.manifest import read_verified_file

    folder = find_model(load_settings().models_dir, model)
    manifest = read_forest_manifest(folder)
    if "model_card.md" in manifest.hashes:
        text = read_verified_file(folder, manifest, "model_card.md").decode("utf-8")
    else:
        text = json.dumps(dict(manifest.content), indent=2, ensure_ascii=False)
    emit(dict(manifest.content), text=text.rstrip(), as_json=as_json)


def _forest(spec: str) -> "DebrisForest":
    from core.cli._plan_prior import deployed_forest

    return deployed_forest(spec)


def _label(forest: "DebrisForest") -> str:
    from core.distribution.prior import label_of

    return label_of(forest.model_id)


def _time(text: str) -> Any:
    from datetime import UTC, datetime

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text[:40]!r} is no ISO 8601 time", param_hint="--time"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _three(value: float) -> str:
    """Three significant digits, written out."""
    return f"{float(f'{value:.3g}'):,.15g}"
