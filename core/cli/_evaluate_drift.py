"""``evaluate drift``: forecasts against a table of observed drifters."""

import hashlib
import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli._output import JsonOption, check_folder, emit, progress_line
from core.errors import InputError

_SHOWN_ROWS = 3  # of each reason, in the words for people


def evaluate_drift(
    table: Annotated[
        Path, typer.Argument(metavar="TABLE", help="Drifters: csv, csv.gz, parquet, nc")
    ],
    out: Annotated[Path, typer.Option("--out", help="F.json: the scores.")],
    horizons: Annotated[
        str, typer.Option("--horizons", metavar="H,H", help="Hours after the start.")
    ] = "6,12,24,48,72",
    folds: Annotated[
        int, typer.Option("--folds", min=2, max=50, help="By drifter, and by time.")
    ] = 5,
    resamples: Annotated[
        int, typer.Option("--resamples", min=100, max=100_000, help="Of the bootstrap.")
    ] = 1000,
    max_gap_h: Annotated[
        float, typer.Option("--max-gap-h", help="Tracks are cut at longer gaps.")
    ] = 3.0,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    as_json: JsonOption = False,
) -> None:
    """Score drift forecasts and baselines on observed drifters."""
    check_folder(out)
    hours = _horizons(horizons)
    from core.drift.skill.drifters import DrifterLimits, read_drifters
    from core.drift.skill.report import evaluate_drifters

    limits = DrifterLimits(max_gap_h=max_gap_h)
    drifters = read_drifters(table, limits=limits)
    report = evaluate_drifters(
        drifters,
        horizons_h=hours,
        n_folds=folds,
        n_resamples=resamples,
        seed=seed,
        progress=progress_line("scored"),
    )
    report["source"]["sha256"] = hashlib.sha256(table.read_bytes()).hexdigest()
    draft = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        text = json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False)
        draft.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
        draft.replace(out)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(f"cannot write {out}: {error.strerror}") from error
    emit(report, text=_said(report, out), as_json=as_json)


def _horizons(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise InputError(
            f"--horizons must be whole hours such as 6,24,48, got {text!a}"
        ) from error


def _said(report: dict[str, Any], out: Path) -> str:
    from core.drift.skill.report import skill_sentence

    source = report["source"]
    made = " SIMULATED" if source["simulated"] else ""
    lines = [
        skill_sentence(report),
        f"{source['drifters']}{made} drifters, {source['hours']} h; {out}",
        *report["notes"],
    ]
    lines += _flagged(report)
    for entry in report["windows"]["counts"]:
        horizon = entry["horizon_h"]
        lines.append(
            f"{horizon} h, {entry['n']} windows: median, 90 % of errors, skill"
        )
        lines += [
            _line(score, report["configurations"])
            for score in report["scores"]
            if score["horizon_h"] == horizon and score["n"]
        ]
    lines += [
        _windage(fit) for fit in report["windage"] if fit["model"] == _best(report)
    ]
    return "\n".join(lines)


def _best(report: dict[str, Any]) -> str:
    return (
        "mean" if len(report["source"]["models"]) > 1 else report["windage"][0]["model"]
    )


def _flagged(report: dict[str, Any]) -> list[str]:
    lines = []
    for reason, n in report["quality"]["reasons"].items():
        rows = [str(f["row"]) for f in report["flagged"] if f["reason"] == reason]
        more = ", ..." if n > len(rows[:_SHOWN_ROWS]) else ""
        named = ", ".join(rows[:_SHOWN_ROWS])
        lines.append(f"not used: {n} of {reason} (row {named}{more})")
    return lines


def _line(score: dict[str, Any], configurations: list[dict[str, Any]]) -> str:
    (known,) = (c for c in configurations if c["name"] == score["configuration"])
    bounds = score["median_km_interval"]
    within = f" ({bounds[0]:.3g} to {bounds[1]:.3g})" if bounds else ""
    skill = score["liu_weisberg_median"]
    return (
        f"  {'*' if known['is_default'] else ' '} {known['label']}: "
        f"{score['median_km']:.3g} km{within}, {score['p90_km']:.3g} km, "
        f"{'none' if skill is None else format(skill, '.2f')}"
    )


def _windage(fit: dict[str, Any]) -> str:
    name = "all types" if fit["kind"] == "all" else fit["kind"]
    if fit["factor_low"] is None:
        within = "one drifter, no interval"
    else:
        within = f"{100 * fit['factor_low']:.2f} to {100 * fit['factor_high']:.2f}"
    doubt = "" if fit["shows_windage"] else "; none along the wind"
    return (
        f"windage {name!a}: {100 * fit['factor']:.2f} % ({within}) at "
        f"{round(fit['deflection_deg'])} degrees, {fit['n_drifters']} drifters{doubt}"
    )
