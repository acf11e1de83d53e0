"""The forest against baselines on waters, oceans and years it was not trained on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.spatial import cKDTree

from core.distribution.basins import BASINS, basin_of
from core.distribution.density_forest import (
    CONFIDENCE,
    Calibration,
    DensityForest,
    level_of,
    with_temperature,
)
from core.distribution.folds import (
    Split,
    basin_folds,
    region_blocks,
    region_folds,
    time_folds,
)
from core.distribution.land_distance import unit_vectors
from core.distribution.metrics import N_DRAWS, Predictions, compare
from core.distribution.targets import Target

__all__ = ["Evaluation", "evaluate_target"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Fit = Callable[[FloatArray, FloatArray], DensityForest]
Report = Callable[[str], None]

METHODS = ("forest", "neighbours", "mean")
#: Nearest tows whose mean is the second baseline.
N_NEIGHBOURS = 25
_TEMPERATURES = (0.5, 4.0)
_TAILS = np.linspace(0.002, 0.2, 100)


@dataclass(frozen=True, eq=False)
class _Raw:
    """The forest's answers for held-out rows, before calibration."""

    rows: IntArray
    fold: IntArray
    shares: FloatArray
    level: FloatArray
    #: log10(1 + quantile) for each tail, low and high; shape (n, n_tails).
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Figures of a target, and what the held-out rows say about its calibration.

    Attributes
    ----------
    splits : dict
        ``{split: {n, n_blocks, scores, gains, verdict}}``.
    by_basin : list of dict
        Each ocean left out: ``basin, n, mae, mae_mean, rps, rps_mean``.
    calibration : Calibration
        Found on the regions left out, for the forest trained on all rows.
    coverage_before : float
        Share of values within the interval before it was calibrated, by region.
    """

    splits: dict[str, dict[str, Any]]
    by_basin: list[dict[str, Any]]
    calibration: Calibration
    coverage_before: float
    predictions: dict[str, dict[str, Predictions]] = field(default_factory=dict)


def evaluate_target(
    frame: pd.DataFrame,
    table: FloatArray,
    wanted: Target,
    fit: Fit,
    *,
    seed: int,
    n_draws: int = N_DRAWS,
    report: Report | None = None,
) -> Evaluation:
    """Cross-validate a target by region, by basin and by time.

    Temperature and tails of a fold are found on the other folds, so no row calibrates
    itself.

    Parameters
    ----------
    frame : DataFrame
        Rows as :func:`core.distribution.training_rows` gives them.
    table : ndarray of float, shape (n, n_features)
        Their features.
    wanted : Target
        What is learnt.
    fit : callable
        ``fit(table, values) -> DensityForest``.
    seed, n_draws
        Of folds and bootstrap.
    report : callable, optional
        Told what is being done.
    """
    values = frame["value"].to_numpy(dtype=np.float64)
    blocks = region_blocks(frame["lat"], frame["lon"])
    basins = basin_of(lat=frame["lat"], lon=frame["lon"])
    years = frame["observed_at"].dt.year.to_numpy(dtype=np.int64)
    places = unit_vectors(frame["lat"], frame["lon"])
    splits = {
        "region": region_folds(blocks, seed=seed),
        "basin": basin_folds(basins),
        "time": time_folds(frame["observed_at"]),
    }
    figures: dict[str, dict[str, Any]] = {}
    kept: dict[str, dict[str, Predictions]] = {}
    by_basin: list[dict[str, Any]] = []
    calibration, before = Calibration(), float("nan")
    truth = (wanted.classes_of(values), level_of(values))
    for name, folds in splits.items():
        if (len(folds) < 2 and name != "time") or not folds:
            continue
        raw = _answers(folds, table, values, fit, f"{wanted.code} by {name}", report)
        drawn = blocks * 10_000 + years if name == "time" else blocks
        methods = {
            "forest": _calibrated(raw, truth, drawn),
            "neighbours": _neighbours(folds, raw.rows, places, truth, wanted, drawn),
            "mean": _mean(folds, raw.rows, truth, wanted, drawn),
        }
        found = compare(methods, seed=seed, n_draws=n_draws)
        figures[name] = {
            "n": len(raw.rows),
            "n_blocks": len(np.unique(drawn[raw.rows])),
            "scores": found.scores,
            "gains": found.gains,
            "verdict": {m: _verdict(found.gains[m]) for m in METHODS[1:]},
        }
        kept[name] = methods
        if name == "region":
            calibration = _calibration(raw, truth, np.ones(len(raw.rows), dtype=bool))
            at = int(np.argmin(np.abs(_TAILS - (1.0 - CONFIDENCE) / 2.0)))
            level = truth[1][raw.rows]
            inside = (level >= raw.low[:, at]) & (level <= raw.high[:, at])
            before = float(inside.mean())
        if name == "basin":
            by_basin = _by_basin(methods, basins[raw.rows])
    return Evaluation(figures, by_basin, calibration, before, kept)


def _answers(
    folds: list[Split],
    table: FloatArray,
    values: FloatArray,
    fit: Fit,
    label: str,
    report: Report | None,
) -> _Raw:
    parts = []
    for k, split in enumerate(folds):
        if report is not None:
            report(f"{label}, fold {k + 1} of {len(folds)}")
        forest = fit(table[split.train], values[split.train])
        asked = table[split.test]
        shares = forest.distribution(asked)
        parts.append(
            (
                np.flatnonzero(split.test),
                np.full(int(split.test.sum()), k),
                forest.classes.shares(asked),
                forest.level(shares),
                np.stack([level_of(forest.quantile(shares, t)) for t in _TAILS], 1),
                np.stack([level_of(forest.quantile(shares, 1 - t)) for t in _TAILS], 1),
            )
        )
    return _Raw(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _calibrated(
    raw: _Raw, truth: tuple[IntArray, FloatArray], blocks: IntArray
) -> Predictions:
    """Each fold calibrated on the others."""
    shares, low, high = raw.shares.copy(), raw.level.copy(), raw.level.copy()
    for k in np.unique(raw.fold):
        mine = raw.fold == k
        others = ~mine if (~mine).any() else mine
        found = _calibration(raw, truth, others)
        shares[mine] = with_temperature(raw.shares[mine], found.temperature)
        low[mine] = raw.low[mine, _nearest(found.low_tail)]
        high[mine] = raw.high[mine, _nearest(found.high_tail)]
    classes, level = truth
    return Predictions(
        shares,
        raw.level,
        low,
        high,
        classes[raw.rows],
        level[raw.rows],
        blocks[raw.rows],
    )


def _nearest(tail: float) -> int:
    return int(np.argmin(np.abs(_TAILS - tail)))


def _calibration(
    raw: _Raw, truth: tuple[IntArray, FloatArray], chosen: npt.NDArray[np.bool_]
) -> Calibration:
    """Temperature of least log loss; each tail as wide as values really fell there."""
    classes, level = truth[0][raw.rows[chosen]], truth[1][raw.rows[chosen]]
    shares = raw.shares[chosen]
    row = np.arange(len(classes))

    def loss(temperature: float) -> float:
        own = with_temperature(shares, temperature)[row, classes]
        return float(-np.log(own).mean())

    best = minimize_scalar(loss, bounds=_TEMPERATURES, method="bounded")
    tail = (1.0 - CONFIDENCE) / 2.0
    below = (level[:, None] < raw.low[chosen]).mean(axis=0)
    above = (level[:, None] > raw.high[chosen]).mean(axis=0)
    return Calibration(
        temperature=round(float(best.x), 3),
        low_tail=_widest(below, tail),
        high_tail=_widest(above, tail),
    )


def _widest(missed: FloatArray, tail: float) -> float:
    """Largest tail outside of which no more values fell than should."""
    fits = np.flatnonzero(missed <= tail)
    return round(float(_TAILS[fits[-1]] if fits.size else _TAILS[0]), 4)


def _neighbours(
    folds: list[Split],
    rows: IntArray,
    places: FloatArray,
    truth: tuple[IntArray, FloatArray],
    wanted: Target,
    blocks: IntArray,
) -> Predictions:
    """Mean, class shares and range of the nearest tows of the training rows."""
    classes, level = truth
    seen = np.eye(wanted.n_classes)[classes]
    parts = []
    for split in folds:
        known = np.flatnonzero(split.train)
        k = min(N_NEIGHBOURS, len(known))
        near = cKDTree(places[known]).query(places[split.test], k=[*range(1, k + 1)])[1]
        parts.append(known[near])
    at = np.concatenate([part.reshape(len(part), -1) for part in _same_width(parts)])
    # One row of every class in all, so that no share is zero.
    share = (seen[at].sum(axis=1) + 1.0 / wanted.n_classes) / (at.shape[1] + 1.0)
    low, high = np.quantile(level[at], [0.05, 0.95], axis=1)
    return Predictions(
        share,
        level[at].mean(axis=1),
        low,
        high,
        classes[rows],
        level[rows],
        blocks[rows],
    )


def _same_width(parts: list[IntArray]) -> list[IntArray]:
    width = min(part.shape[1] for part in parts)
    return [part[:, :width] for part in parts]


def _mean(
    folds: list[Split],
    rows: IntArray,
    truth: tuple[IntArray, FloatArray],
    wanted: Target,
    blocks: IntArray,
) -> Predictions:
    """Mean, class shares and range of all training rows, the same for every place."""
    classes, level = truth
    parts = []
    for split in folds:
        n = int(split.test.sum())
        count = np.bincount(classes[split.train], minlength=wanted.n_classes) + 1.0
        known = level[split.train]
        low, high = np.quantile(known, [0.05, 0.95])
        parts.append(
            (
                np.tile(count / count.sum(), (n, 1)),
                np.full(n, known.mean()),
                np.full(n, low),
                np.full(n, high),
            )
        )
    share, middle, low, high = (np.concatenate(c) for c in zip(*parts, strict=True))
    return Predictions(
        share, middle, low, high, classes[rows], level[rows], blocks[rows]
    )


def _verdict(gains: Mapping[str, Mapping[str, float | None]]) -> str:
    """Say whether class probabilities and density beat a baseline beyond chance."""
    rps, mae = gains["rps"], gains["mae"]
    wins = [one["high"] is not None and one["high"] < 0.0 for one in (rps, mae)]
    loses = [one["low"] is not None and one["low"] > 0.0 for one in (rps, mae)]
    if all(wins):
        return "better"
    if any(loses):
        return "worse" if all(loses) else "worse in part"
    return "better in part" if any(wins) else "no better beyond chance"


def _by_basin(
    methods: Mapping[str, Predictions], basins: IntArray
) -> list[dict[str, Any]]:
    found = []
    for code in np.unique(basins):
        rows = np.flatnonzero(basins == code)
        entry: dict[str, Any] = {"basin": BASINS[code], "n": len(rows)}
        for name in METHODS:
            part = methods[name].rows(rows)
            reached = np.cumsum(part.shares, axis=1)[:, :-1]
            happened = part.true_class[:, None] <= np.arange(reached.shape[1])
            rps = ((reached - happened) ** 2).sum(axis=1).mean() / reached.shape[1]
            entry[f"rps_{name}"] = round(float(rps), 4)
            error = np.abs(part.true_level - part.level)
            entry[f"mae_{name}"] = round(float(error.mean()), 4)
        found.append(entry)
    return found
