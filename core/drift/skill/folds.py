"""Fit on some drifters, test on others; fit on some days, test on others.

Drifters are dealt into folds at random with a fixed seed; every window of a drifter is
forecast by what was fitted on the other folds. Drifters released together see the same
sea, which makes such a test too kind, so the default is tested a second time by blocks
of days: training windows that touch the days of a block, history included, are left out
of the fit that forecasts it.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from core.drift.skill._training import TrainingRows
from core.drift.skill.blend import Blend, fit_blend, shrunk
from core.drift.skill.configurations import Configuration, blend_velocities
from core.drift.skill.drifters import HourlyTracks
from core.drift.skill.windage_fit import wind_factor
from core.drift.skill.windows import Windows

__all__ = ["Folds", "fit_by_block", "fit_by_drifter", "fit_configuration"]

ComplexArray = npt.NDArray[np.complex128]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class Folds:
    """What each fold's fit forecasts.

    Parameters
    ----------
    fold : ndarray of int, shape (n_positions,)
        Fold of every hourly position, as the start of a window.
    blends : list of Blend or None
        The fit for each fold; None where nothing was left to fit on.
    """

    def __init__(self, fold: IntArray, blends: list[Blend | None]) -> None:
        self.fold = fold
        self.blends = blends

    def velocities(self, tracks: HourlyTracks, windows: Windows) -> ComplexArray:
        """Hourly velocities of every window by the fit that did not see it, m/s."""
        out = np.full((len(windows), windows.horizon_h), complex(np.nan, np.nan))
        fold = self.fold[windows.start]
        for number, blend in enumerate(self.blends):
            chosen = fold == number
            if blend is not None and chosen.any():
                part = Windows(windows.start[chosen], windows.horizon_h)
                out[chosen] = blend_velocities(blend, tracks, part)
        return out


def fit_configuration(
    configuration: Configuration,
    tracks: HourlyTracks,
    rows: TrainingRows,
    is_training: BoolArray,
) -> Blend:
    """Fit one configuration on training rows and the positions marked for training."""
    if configuration.windage == "regression":
        return _regression(tracks, is_training)
    return fit_blend(
        rows,
        kinds=tracks.kinds,
        fit_gain=configuration.has_gain,
        with_memory=configuration.has_memory,
    )


def _regression(tracks: HourlyTracks, is_training: BoolArray) -> Blend:
    """Windage by least squares on hourly velocities, a type at a time."""
    current, wind = tracks.current, tracks.wind
    if current is None or wind is None:
        return Blend(wind_by_kind={})
    beyond = tracks.velocity() - current
    usable = is_training & np.isfinite(beyond) & np.isfinite(wind)
    pooled = wind_factor(beyond[usable], wind[usable])
    by_kind = {}
    for number, name in enumerate(tracks.kinds):
        chosen = usable & (tracks.kind == number)
        own = wind_factor(beyond[chosen], wind[chosen])
        if name and np.isfinite(own):
            by_kind[name] = shrunk(
                own, pooled, n_drifters=len(np.unique(tracks.drifter[chosen]))
            )
    return Blend(wind=pooled if np.isfinite(pooled) else 0j, wind_by_kind=by_kind)


def fit_by_drifter(
    configuration: Configuration,
    tracks: HourlyTracks,
    rows: TrainingRows,
    *,
    n_folds: int,
    seed: int = 0,
) -> Folds:
    """Cross-validate a configuration by drifter.

    Parameters
    ----------
    configuration : Configuration
        What to fit.
    tracks, rows : HourlyTracks, TrainingRows
        The tracks and their training windows.
    n_folds : int
        At least two, at most as many as drifters.
    seed : int
        Deals the drifters into folds.

    Returns
    -------
    Folds
        One fit a fold, made without the fold's drifters.
    """
    dealt = np.random.default_rng(seed).permutation(len(tracks.drifters)) % n_folds
    fold = dealt[tracks.drifter]
    return _fit(
        configuration,
        tracks,
        rows,
        fold=fold,
        n_folds=n_folds,
        trains=lambda k: (fold != k, dealt[rows.drifter] != k),
    )


def fit_by_block(
    configuration: Configuration,
    tracks: HourlyTracks,
    rows: TrainingRows,
    *,
    n_blocks: int,
) -> Folds:
    """Cross-validate a configuration by blocks of days.

    Parameters
    ----------
    configuration, tracks, rows
        As for :func:`fit_by_drifter`.
    n_blocks : int
        Blocks of equal length between the first and the last position.

    Returns
    -------
    Folds
        One fit a block, made from windows that do not touch the block.
    """
    edges = np.linspace(tracks.time_s.min(), tracks.time_s.max() + 1.0, n_blocks + 1)
    block = np.clip(np.searchsorted(edges, tracks.time_s, side="right") - 1, 0, None)
    # A test window begins in its block and may run on into the next.
    longest_s = float(rows.horizon_h.max()) * 3600.0 if len(rows) else 0.0

    def trains(k: int) -> tuple[BoolArray, BoolArray]:
        until = edges[k + 1] + longest_s
        outside = (rows.end_s <= edges[k]) | (rows.begin_s >= until)
        return (tracks.time_s < edges[k]) | (tracks.time_s >= until), outside

    return _fit(
        configuration,
        tracks,
        rows,
        fold=block.astype(np.int64),
        n_folds=n_blocks,
        trains=trains,
    )


def _fit(
    configuration: Configuration,
    tracks: HourlyTracks,
    rows: TrainingRows,
    *,
    fold: IntArray,
    n_folds: int,
    trains: Callable[[int], tuple[BoolArray, BoolArray]],
) -> Folds:
    blends: list[Blend | None] = []
    for number in range(n_folds):
        positions, windows = trains(number)
        chosen = rows.where(windows)
        blends.append(
            fit_configuration(configuration, tracks, chosen, positions)
            if len(chosen)
            else None
        )
    return Folds(fold, blends)
