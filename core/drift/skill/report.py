"""Evaluate drift forecasts on observed drifters: one self-describing report."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.drift.skill._training import training_rows
from core.drift.skill._window_scores import (
    difference,
    rounded,
    summarise,
    window_errors,
)
from core.drift.skill.configurations import (
    BASELINES,
    Configuration,
    configurations_of,
    fixed_velocities,
)
from core.drift.skill.drifters import DrifterTable, HourlyTracks
from core.drift.skill.folds import (
    Folds,
    fit_by_block,
    fit_by_drifter,
    fit_configuration,
)
from core.drift.skill.scores import HORIZONS_H, STILL_KM
from core.drift.skill.windage_fit import fit_windage
from core.drift.skill.windows import HISTORY_H, Windows, cut_windows
from core.errors import InputError

__all__ = ["REPORT_KIND", "evaluate_drifters", "skill_sentence"]

FloatArray = npt.NDArray[np.float64]
REPORT_KIND = "drift_skill"
_VERSION = 1
_MAX_HORIZON_H = 240
#: Fewer drifters than this make intervals over drifters doubtful: assumption.
_FEW_DRIFTERS = 10
_UNITS = {
    "*_km": "great-circle km between forecast and observed position at the horizon",
    "*_interval": "95 % interval, bootstrap over drifters",
    "liu_weisberg_*": "1 is perfect; 1 - sum of separations / sum of path lengths",
    "factor, downwind": "share of the 10 m wind",
    "deflection_*": "degrees, positive to the left of the wind",
    "gain_km": "median error of the baseline less that of the default",
    "memory_h": "hours in which the last residual fades to 37 %",
}
_LIMITS = (
    "Model velocities are those found along the observed track; a forecast that "
    "follows its own track errs more.",
    "Drifters released together see the same sea, so intervals by drifter are rather "
    "too narrow; see the scores by time block.",
    "Gain, windage and memory belong to these models, this sea and these drifters.",
)


def evaluate_drifters(
    table: DrifterTable,
    *,
    horizons_h: Sequence[int] = HORIZONS_H,
    n_folds: int = 5,
    n_resamples: int = 1000,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Score baselines and forecasts on a table of drifters.

    Parameters
    ----------
    table : DrifterTable
        See :func:`core.drift.drifters.read_drifters`.
    horizons_h : sequence of int
        Whole hours from 1 to 240.
    n_folds : int
        Folds by drifter, and blocks of time; at least two.
    n_resamples, seed : int
        Of the bootstrap and the folds.
    progress : callable, optional
        Called with steps done and steps in all.
    cancelled : callable, optional
        Asked between steps; a true answer ends the work with :class:`InputError`.

    Returns
    -------
    dict
        ``kind, version, units, source, quality, flagged`` (first rows of each reason),
        ``windows, configurations, scores`` (one entry a horizon and configuration),
        ``gains`` (default against baselines), ``by_type, by_time_block, windage,
        fitted, notes, limits``; all JSON.

    Raises
    ------
    InputError
        If a horizon is no whole number of hours, there are fewer than two folds, or no
        track is long enough for the shortest horizon.
    """
    horizons = _checked_horizons(horizons_h)
    if n_folds < 2 or n_resamples < 1:
        raise InputError(
            f"expected at least 2 folds and 1 resample, got {n_folds}, {n_resamples}"
        )
    tracks = table.hourly()
    cuts = {h: cut_windows(tracks, h) for h in horizons}
    if not any(len(windows) for windows in cuts.values()):
        n_without = max(windows.n_without_model for windows in cuts.values())
        if n_without:
            raise InputError(
                f"{table.name}: in none of {n_without} windows is every model and wind "
                f"known ({', '.join(table.models)}); leave out columns that are empty"
            )
        raise InputError(
            f"{table.name}: no track has {HISTORY_H} h of history and {horizons[0]} h "
            f"more without a gap over {table.limits.max_gap_h:g} h; {_found(table)}"
        )
    can_fit = len(tracks.drifters) >= 2
    n_folds = min(n_folds, len(tracks.drifters)) if can_fit else n_folds
    configurations = configurations_of(tracks, can_fit=can_fit)
    steps = _Steps(len(configurations) + len(horizons) + 1, progress, cancelled)
    errors, folds_by_time = _errors(
        tracks, cuts, configurations, n_folds=n_folds, seed=seed, steps=steps
    )
    bootstrap = {"n_resamples": n_resamples, "seed": seed}
    scores, gains, by_type, by_time = [], [], [], []
    default = next((c for c in configurations if c.is_default), None)
    for horizon, windows in cuts.items():
        drifter = tracks.drifter[windows.start]
        found = {name: errors[name][horizon] for name in errors}
        for name, (error, s) in found.items():
            entry = summarise(error, s, drifter, **bootstrap)
            scores.append({"horizon_h": horizon, "configuration": name, **entry})
        if default is not None:
            gains += [
                {
                    "horizon_h": horizon,
                    "baseline": baseline,
                    **difference(
                        found[baseline][0], found[default.name][0], drifter, **bootstrap
                    ),
                }
                for baseline in BASELINES
            ]
            by_type += _by_type(tracks, windows, found, default.name)
        if folds_by_time is not None and default is not None:
            velocity = folds_by_time.velocities(tracks, windows)
            error, s = window_errors(tracks, windows, velocity)
            entry = summarise(error, s, drifter, **bootstrap)
            by_time.append(
                {"horizon_h": horizon, "configuration": default.name, **entry}
            )
        steps.done()
    fits = _windage(tracks, n_resamples=n_resamples, seed=seed)
    steps.done()
    return {
        "kind": REPORT_KIND,
        "version": _VERSION,
        "units": _UNITS,
        "source": {
            "file": table.name,
            "drifters": len(tracks.drifters),
            "types": [kind for kind in tracks.kinds if kind],
            "models": list(table.models),
            "has_wind": table.has_wind,
            "segments": tracks.n_segments,
            "hours": len(tracks.lat),
            "from": _iso(tracks.time_s.min()),
            "to": _iso(tracks.time_s.max()),
            "simulated": table.simulated,
        },
        "quality": table.quality(),
        "flagged": table.flagged(),
        "windows": {
            "definition": f"non-overlapping, {HISTORY_H} h of history, every hour's "
            "model known; steps of the horizon along each track",
            "still_km": STILL_KM,
            "counts": [
                {"horizon_h": h, "n": len(w), "n_without_model": w.n_without_model}
                for h, w in cuts.items()
            ],
        },
        "folds": {"by_drifter": n_folds if can_fit else 0, "seed": seed},
        "configurations": [c.to_dict() for c in configurations],
        "default": None if default is None else default.name,
        "scores": scores,
        "gains": gains,
        "by_type": by_type,
        "by_time_block": by_time,
        "windage": fits,
        "fitted": _fitted(tracks, horizons, default),
        "notes": _notes(table, tracks, can_fit=can_fit),
        "limits": list(_LIMITS),
    }


def skill_sentence(report: dict[str, Any], horizon_h: int = 24) -> str:
    """Say a report's answer in one sentence, at a horizon or the nearest there is."""
    horizons = sorted(
        {e["horizon_h"] for e in report["scores"] if e["n"]},
        key=lambda h: (abs(h - horizon_h), h),
    )
    if not horizons:
        return "No forecast could be scored."
    horizon = horizons[0]
    at = {e["configuration"]: e for e in report["scores"] if e["horizon_h"] == horizon}
    still = f"staying put would err {at['stays_put']['median_km']:.3g} km"
    default = at.get(report["default"] or "", {})
    if not default.get("n"):
        return f"After {horizon} h, {still}; no model velocities to forecast with."
    bounds = default["median_km_interval"]
    within = f" ({bounds[0]:.3g} to {bounds[1]:.3g})" if bounds else ""
    return (
        f"After {horizon} h half the forecasts end within "
        f"{default['median_km']:.3g} km{within}; {still}, keeping the last "
        f"{HISTORY_H} h's motion {at['persistence']['median_km']:.3g} km."
    )


class _Steps:
    """Count steps done, and stop where someone asked to."""

    def __init__(
        self,
        total: int,
        progress: Callable[[int, int], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._total, self._progress, self._cancelled = total, progress, cancelled
        self._done = 0

    def done(self) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, self._total)
        if self._cancelled is not None and self._cancelled():
            raise InputError("the evaluation was cancelled")


def _checked_horizons(horizons_h: Sequence[int]) -> list[int]:
    horizons = sorted(set(horizons_h))
    wrong = [h for h in horizons if int(h) != h or not 1 <= h <= _MAX_HORIZON_H]
    if wrong or not horizons:
        raise InputError(
            f"horizons must be whole hours from 1 to {_MAX_HORIZON_H}, got "
            f"{', '.join(map(str, wrong)) or 'none'}"
        )
    return [int(h) for h in horizons]


def _found(table: DrifterTable) -> str:
    counted = table.quality()
    first = {entry["reason"]: entry["row"] for entry in table.flagged(per_reason=1)}
    reasons = [
        f"{n} of {reason} (row {first[reason]})"
        for reason, n in counted["reasons"].items()
    ]
    apart = table.good.groupby("drifter_id")["time"].diff().dropna()
    if len(apart):
        hours = float(pd.to_timedelta(apart).dt.total_seconds().median()) / 3600.0
        reasons.append(f"good fixes lie {hours:.3g} h apart in the median")
    return "; ".join([f"{counted['rows']} rows", *reasons])


_Errors = dict[str, dict[int, tuple[FloatArray, FloatArray]]]


def _errors(
    tracks: HourlyTracks,
    cuts: dict[int, Windows],
    configurations: Sequence[Configuration],
    *,
    n_folds: int,
    seed: int,
    steps: _Steps,
) -> tuple[_Errors, Folds | None]:
    """Errors of every configuration, and the default's fits by time block."""
    errors: _Errors = {}
    by_time: Folds | None = None
    rows = training_rows(tracks, list(cuts))
    for configuration in configurations:
        folds: Folds | None = None
        if configuration.is_fitted:
            folds = fit_by_drifter(
                configuration, tracks, rows, n_folds=n_folds, seed=seed
            )
            if configuration.is_default:
                by_time = fit_by_block(configuration, tracks, rows, n_blocks=n_folds)
        errors[configuration.name] = {
            horizon: window_errors(
                tracks,
                windows,
                folds.velocities(tracks, windows)
                if folds is not None
                else fixed_velocities(configuration, tracks, windows),
            )
            for horizon, windows in cuts.items()
        }
        steps.done()
    return errors, by_time


def _by_type(
    tracks: HourlyTracks,
    windows: Windows,
    found: dict[str, tuple[FloatArray, FloatArray]],
    default: str,
) -> list[dict[str, Any]]:
    """Median errors of each drifter type; without intervals, types can be small."""
    kind, drifter = tracks.kind[windows.start], tracks.drifter[windows.start]
    entries = []
    for number, name in enumerate(tracks.kinds):
        chosen = kind == number
        if not name or not chosen.any():
            continue
        medians = {
            f"{key}_median_km": float(np.nanmedian(found[of][0][chosen]))
            for key, of in (("default", default), *((b, b) for b in BASELINES))
            if np.isfinite(found[of][0][chosen]).any()
        }
        entries.append(
            {
                "horizon_h": windows.horizon_h,
                "type": name,
                "n": int(chosen.sum()),
                "n_drifters": len(np.unique(drifter[chosen])),
                **rounded(medians),
            }
        )
    return entries


def _windage(
    tracks: HourlyTracks, *, n_resamples: int, seed: int
) -> list[dict[str, Any]]:
    """Windage against each model and against the mean of all."""
    if tracks.wind is None or not tracks.currents:
        return []
    against: list[str | None] = list(tracks.currents)
    if len(against) > 1:
        against.append(None)
    return [
        {"model": model or "mean", **rounded(fit.to_dict())}
        for model in against
        for fit in fit_windage(tracks, model=model, n_resamples=n_resamples, seed=seed)
    ]


def _fitted(
    tracks: HourlyTracks, horizons: list[int], default: Configuration | None
) -> dict[str, Any] | None:
    """Parameters of the default fitted on every drifter, for use in forecasts."""
    if default is None or not default.is_fitted:
        return None
    rows = training_rows(tracks, horizons)
    everything = np.ones(len(tracks.lat), dtype=bool)
    if not len(rows):
        return None
    return rounded(fit_configuration(default, tracks, rows, everything).to_dict())


def _notes(table: DrifterTable, tracks: HourlyTracks, *, can_fit: bool) -> list[str]:
    notes = list(table.notes)
    if not table.models:
        notes.append(
            "The table has no model velocities (u_ocean_<model>, v_ocean_<model>): "
            "baselines only."
        )
    elif not table.has_wind:
        notes.append("The table has no wind (u_wind, v_wind): no windage.")
    if table.models and not can_fit:
        notes.append("One drifter: nothing could be fitted on others.")
    if 1 < len(tracks.drifters) < _FEW_DRIFTERS:
        notes.append(
            f"Only {len(tracks.drifters)} drifters: intervals over drifters say little."
        )
    if table.models and not any(tracks.kinds):
        notes.append("No drifter types are named: one windage for all.")
    return notes


def _iso(epoch_s: float) -> str:
    stamp = np.datetime64(round(float(epoch_s)), "s")
    return f"{stamp}Z"
