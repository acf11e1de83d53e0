"""Scores of forecast windows, with intervals from resampling whole drifters."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from core.drift.skill._drifter_motion import integrate
from core.drift.skill.drifters import HourlyTracks
from core.drift.skill.scores import (
    liu_weisberg,
    normalised_separation,
    path_length_km,
    separation_km,
)
from core.drift.skill.windows import Windows

ComplexArray = npt.NDArray[np.complex128]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Percentiles of the endpoint error that are reported.
_PERCENTILES = {"median_km": 50.0, "p90_km": 90.0}
_TAIL = 2.5  # per cent on either side of a 95 % interval
_DIGITS = 4


def window_errors(
    tracks: HourlyTracks, windows: Windows, velocity_m_s: ComplexArray
) -> tuple[FloatArray, FloatArray]:
    """Endpoint error (km) and normalised separation of every window."""
    points = windows.points()
    true_lat, true_lon = tracks.lat[points], tracks.lon[points]
    lat, lon = integrate(velocity_m_s, lat=true_lat[:, 0], lon=true_lon[:, 0])
    apart = separation_km(lat=lat, lon=lon, true_lat=true_lat, true_lon=true_lon)
    path = path_length_km(lat=true_lat, lon=true_lon)
    return apart[:, -1], normalised_separation(apart[:, 1:], path[:, 1:])


def summarise(
    error_km: FloatArray,
    s: FloatArray,
    drifter: IntArray,
    *,
    n_resamples: int,
    seed: int,
) -> dict[str, Any]:
    """Median, mean and 90th percentile error and median skill, with 95 % intervals.

    Windows that could not be forecast (NaN) are left out; with one drifter there is
    nothing to resample and the intervals are None.
    """
    known = np.isfinite(error_km)
    error_km, s, drifter = error_km[known], s[known], drifter[known]
    n, n_drifters = len(error_km), len(np.unique(drifter))
    if n == 0:
        return {"n": 0, "n_drifters": 0}
    undefined = int(np.isnan(s).sum())
    found: dict[str, Any] = {
        "n": n,
        "n_drifters": n_drifters,
        **_statistics(error_km, s),
        "n_undefined": undefined,
        "share_undefined": undefined / n,
    }
    found |= {f"{name}_interval": None for name in _statistics(error_km, s)}
    if n_drifters > 1:
        drawn: dict[str, list[float]] = {}
        for places in resampled(drifter, n_resamples=n_resamples, seed=seed):
            for name, value in _statistics(error_km[places], s[places]).items():
                if value is not None:
                    drawn.setdefault(name, []).append(value)
        found |= {
            f"{name}_interval": interval(values) for name, values in drawn.items()
        }
    return rounded(found)


def difference(
    baseline_km: FloatArray,
    error_km: FloatArray,
    drifter: IntArray,
    *,
    n_resamples: int,
    seed: int,
) -> dict[str, Any]:
    """Median error of a baseline less that of a forecast, on the same windows."""
    known = np.isfinite(error_km) & np.isfinite(baseline_km)
    baseline_km, error_km, drifter = baseline_km[known], error_km[known], drifter[known]
    if not len(error_km):
        return {"gain_km": None, "gain_km_interval": None}
    gain = float(np.median(baseline_km) - np.median(error_km))
    found: dict[str, Any] = {"gain_km": gain, "gain_km_interval": None}
    if len(np.unique(drifter)) > 1:
        drawn = [
            float(np.median(baseline_km[places]) - np.median(error_km[places]))
            for places in resampled(drifter, n_resamples=n_resamples, seed=seed)
        ]
        found["gain_km_interval"] = interval(drawn)
    return rounded(found)


def resampled(
    drifter: IntArray, *, n_resamples: int, seed: int
) -> "list[npt.NDArray[np.int64]]":
    """Places of the windows of drifters drawn with replacement, for each resample."""
    names, number = np.unique(drifter, return_inverse=True)
    rng = np.random.default_rng(seed)
    places = np.arange(len(drifter))
    return [
        np.repeat(
            places,
            np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))[
                number
            ],
        )
        for _ in range(n_resamples)
    ]


def interval(values: list[float]) -> list[float]:
    """95 % percentile interval of resampled values."""
    return [float(v) for v in np.percentile(values, [_TAIL, 100.0 - _TAIL])]


def rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Cut floats to four significant digits; NaN becomes None, which JSON knows."""

    def cut(value: Any) -> Any:
        if isinstance(value, float):
            return float(f"{value:.{_DIGITS}g}") if np.isfinite(value) else None
        if isinstance(value, list):
            return [cut(v) for v in value]
        if isinstance(value, dict):
            return {k: cut(v) for k, v in value.items()}
        return value

    return {name: cut(value) for name, value in values.items()}


def _statistics(error_km: FloatArray, s: FloatArray) -> dict[str, float | None]:
    cuts = np.percentile(error_km, list(_PERCENTILES.values()))
    found: dict[str, float | None] = {
        name: float(cut) for name, cut in zip(_PERCENTILES, cuts, strict=True)
    }
    found["mean_km"] = float(error_km.mean())
    defined = s[np.isfinite(s)]
    for name, floor in (
        ("liu_weisberg_median", True),
        ("liu_weisberg_no_floor_median", False),
    ):
        score = liu_weisberg(defined, floor=floor)
        found[name] = float(np.median(score)) if len(score) else None
    return found
