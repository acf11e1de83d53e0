"""Checks of the axes and clocks that a field stands on."""

import numpy as np
import numpy.typing as npt

from core.errors import InputError

__all__ = ["as_axis", "as_seconds", "close_ring", "is_uniform"]

FloatArray = npt.NDArray[np.float64]

#: Share of a spacing by which the nodes of a uniform axis may stand off; an axis of
#: 1/12 degree kept in float32 is off by up to 2e-4.
_UNIFORM_SHARE = 5e-4
_TURN_DEG = 360.0


def as_seconds(time_s: npt.ArrayLike) -> FloatArray:
    """Frame times as float seconds, strictly rising; ``datetime64`` counts from 1970.

    Raises
    ------
    InputError
        If there is none, one is not finite, or they do not rise.
    """
    given = np.asarray(time_s)
    if np.issubdtype(given.dtype, np.datetime64):
        if np.isnat(given).any():
            raise InputError("time_s: a time is missing (NaT)")
        given = given.astype("datetime64[ns]").astype(np.int64) / 1e9
    return _rising(_numbers(given, "time_s"), "time_s", least=1)


def as_axis(values: npt.ArrayLike, name: str) -> tuple[FloatArray, bool]:
    """Axis as rising floats, and whether it fell as given.

    Raises
    ------
    InputError
        If it has fewer than two nodes, one is not finite, or it is not monotonic.
    """
    axis = _numbers(values, name)
    falls = axis.size > 1 and bool(axis[0] > axis[-1])
    return _rising(axis[::-1] if falls else axis, name, least=2), falls


def _numbers(values: npt.ArrayLike, name: str) -> FloatArray:
    try:
        array = np.atleast_1d(np.ma.filled(np.asanyarray(values).astype(float), np.nan))
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}: expected numbers: {error}") from error
    if array.ndim != 1:
        raise InputError(f"{name}: expected one dimension, got shape {array.shape}")
    wrong = np.flatnonzero(~np.isfinite(array))
    if wrong.size:
        raise InputError(f"{name}: value {array[wrong[0]]} at index {wrong[0]}")
    return np.asarray(array, dtype=np.float64)


def _rising(axis: FloatArray, name: str, *, least: int) -> FloatArray:
    if axis.size < least:
        raise InputError(f"{name}: expected at least {least} values, got {axis.size}")
    stalls = np.flatnonzero(np.diff(axis) <= 0.0)
    if stalls.size:
        k = int(stalls[0])
        raise InputError(
            f"{name}: not strictly monotonic: {axis[k]:.12g} then {axis[k + 1]:.12g}"
        )
    return np.ascontiguousarray(axis)


def is_uniform(axis: FloatArray) -> bool:
    """Whether the nodes stand at equal distances."""
    even = np.linspace(axis[0], axis[-1], axis.size)
    spacing = (axis[-1] - axis[0]) / (axis.size - 1)
    return bool(np.abs(axis - even).max() <= _UNIFORM_SHARE * spacing)


def close_ring(lon: FloatArray) -> tuple[FloatArray, int] | None:
    """Close a longitude axis that goes once round the Earth.

    Parameters
    ----------
    lon : ndarray of float
        Rising longitudes, degrees.

    Returns
    -------
    tuple or None
        The axis with a last node 360 degrees after the first, and how many of the
        given nodes come before it; None if the axis does not go round.
    """
    spacing = np.diff(lon)
    end = lon[0] + _TURN_DEG
    if lon[-1] + 1.001 * max(spacing[0], spacing[-1]) < end:
        return None
    n_before = int(np.searchsorted(lon, end - 1e-3 * spacing.min()))
    return np.append(lon[:n_before], end), n_before
