"""Drift forecasts on the TReX drifters, beside the reference of the data's README.

Reads ``../shared/datasets/ocean`` beside the checkout; says so where it is absent.
Folds and seeds are fixed, so every figure repeats.
"""

import time
from pathlib import Path

from benchmarks import Row
from core.drift.skill.drifters import read_drifters
from core.drift.skill.report import evaluate_drifters

__all__ = ["run"]

_TABLE = (
    Path(__file__).resolve().parents[2]
    / "shared/datasets/ocean/drifters_trex2020_with_currents_winds.parquet"
)
#: Median endpoint error in km at each horizon, from the README beside the table.
_REFERENCE = {
    "stays_put": {6: 7.6, 24: 26.5, 48: 51.8},
    "persistence": {6: 5.6, 24: 25.9, 48: 54.0},
    "ciopse": {6: 7.3, 24: 24.9, 48: 38.7},
    "ciopse_wind_2": {6: 7.1, 24: 22.9, 48: 34.2},
    "gsl500_wind_2": {6: 7.2, 24: 21.8, 48: 34.7},
}


def run() -> list[Row]:
    """Score every configuration and print it beside the reference."""
    if not _TABLE.is_file():
        note = "the TReX drifters (../shared/datasets/ocean) are not here"
        return [{"measure": "drift skill", "value": 0, "unit": "windows", "note": note}]
    began = time.perf_counter()
    report = evaluate_drifters(read_drifters(_TABLE))
    spent = time.perf_counter() - began
    rows: list[Row] = [
        {"measure": "drift skill, whole evaluation", "value": spent, "unit": "s"}
    ]
    for score in report["scores"]:
        name, horizon = score["configuration"], score["horizon_h"]
        low, high = score["median_km_interval"]
        note = f"{low:.1f} to {high:.1f}, n = {score['n']}"
        reference = _REFERENCE.get(name, {}).get(horizon)
        if reference is not None:
            note += f", reference {reference:.1f}"
        measure = f"median error at {horizon} h, {name}"
        rows.append(
            {
                "measure": measure,
                "value": score["median_km"],
                "unit": "km",
                "note": note,
            }
        )
    for score in report["by_time_block"]:
        rows.append(
            {
                "measure": f"median error at {score['horizon_h']} h, default by time",
                "value": score["median_km"],
                "unit": "km",
            }
        )
    return rows
