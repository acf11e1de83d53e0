"""How far a forecast track ends from the true one, and what that is worth.

The skill score of Liu and Weisberg [1]_ sets the distances between the tracks against
the way that the true drifter went. With separations ``d_i`` and cumulative lengths of
the true track ``l_i`` at the output times ``i = 1..N``,

    s = sum(d_i) / sum(l_i),    ss = 1 - s / n,    n = 1,

and ``ss = 0`` where ``s > n`` (the floor). Without the floor a bad forecast keeps a
negative score, so that the mean of many scores does not hide it. Where the truth did
not move there is nothing to set the distances against: the score is NaN. "Did not
move" means a true track shorter than ``STILL_KM`` at its end.

References
----------
.. [1] Y. Liu, R. H. Weisberg, "Evaluation of trajectory modeling in different
   dynamic regions using normalized cumulative Lagrangian separation", J. Geophys.
   Res. 116 (2011) C09013.
"""

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.geo import great_circle_distance_km

__all__ = [
    "HORIZONS_H",
    "STILL_KM",
    "liu_weisberg",
    "normalised_separation",
    "path_length_km",
    "separation_km",
]

#: Hours after the start at which forecasts are scored.
HORIZONS_H: tuple[int, ...] = (6, 12, 24, 48, 72)
#: A true track shorter than this did not move: assumption, some ten times the noise
#: of a satellite fix.
STILL_KM = 0.1

FloatArray = npt.NDArray[np.float64]


def separation_km(
    *,
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
    true_lat: npt.ArrayLike,
    true_lon: npt.ArrayLike,
) -> FloatArray:
    """Great-circle distance between forecast and truth.

    Parameters
    ----------
    lat, lon : array_like of float
        Forecast positions, WGS 84 degrees.
    true_lat, true_lon : array_like of float
        True positions at the same times; shapes must broadcast.

    Returns
    -------
    ndarray of float
        Kilometres; NaN where a position is NaN.

    Examples
    --------
    >>> float(separation_km(lat=0, lon=0, true_lat=0, true_lon=1).round(2))
    111.19
    """
    return great_circle_distance_km(lat1=lat, lon1=lon, lat2=true_lat, lon2=true_lon)


def path_length_km(*, lat: npt.ArrayLike, lon: npt.ArrayLike) -> FloatArray:
    """Length of a track from its start to each of its points.

    Parameters
    ----------
    lat, lon : array_like of float, shape (..., n_points)
        Positions in the order of time.

    Returns
    -------
    ndarray of float, shape (..., n_points)
        Kilometres; the first is zero.
    """
    y, x = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    legs = great_circle_distance_km(
        lat1=y[..., :-1], lon1=x[..., :-1], lat2=y[..., 1:], lon2=x[..., 1:]
    )
    start = np.zeros((*legs.shape[:-1], 1))
    return np.concatenate([start, np.cumsum(legs, axis=-1)], axis=-1)


def normalised_separation(
    separations_km: npt.ArrayLike,
    true_path_km: npt.ArrayLike,
    *,
    still_km: float = STILL_KM,
) -> FloatArray:
    """Sum of separations over sum of true path lengths, the ``s`` of the score.

    Parameters
    ----------
    separations_km : array_like of float, shape (..., n_times)
        Distance between forecast and truth at each output time. The start may be
        among them; it adds nothing.
    true_path_km : array_like of float, shape (..., n_times)
        Length of the true track from the start to the same times.
    still_km : float
        A true track that ends shorter than this is taken as not moving.

    Returns
    -------
    ndarray of float, shape (...)
        Zero is perfect; NaN where the truth did not move.

    Raises
    ------
    InputError
        If the shapes differ or there is no output time.

    Examples
    --------
    >>> float(normalised_separation([1.0, 2.0], [2.0, 4.0]))
    0.5
    """
    apart = np.asarray(separations_km, dtype=np.float64)
    path = np.asarray(true_path_km, dtype=np.float64)
    if apart.shape != path.shape or apart.ndim == 0 or apart.shape[-1] == 0:
        raise InputError(
            "separations and path lengths must be given for the same output times, "
            f"got shapes {apart.shape} and {path.shape}"
        )
    has_moved = path[..., -1] >= max(still_km, np.finfo(np.float64).tiny)
    total = np.where(has_moved, path.sum(axis=-1), np.nan)
    return np.asarray(apart.sum(axis=-1) / total, dtype=np.float64)


def liu_weisberg(
    s: npt.ArrayLike, *, tolerance: float = 1.0, floor: bool = True
) -> FloatArray:
    """Skill score of Liu and Weisberg from the normalised separation.

    Parameters
    ----------
    s : array_like of float
        See :func:`normalised_separation`.
    tolerance : float, default 1.0
        The ``n`` of the score: the ``s`` at which a forecast is worth nothing.
    floor : bool, default True
        Whether worthless forecasts score zero, or below it.

    Returns
    -------
    ndarray of float
        One is perfect; NaN stays NaN.

    Raises
    ------
    InputError
        If the tolerance is not above zero.

    Examples
    --------
    >>> liu_weisberg([0.25, 1.5]).tolist()
    [0.75, 0.0]
    >>> liu_weisberg([0.25, 1.5], floor=False).tolist()
    [0.75, -0.5]
    """
    if not tolerance > 0:
        raise InputError(f"tolerance of the skill score {tolerance} is not above zero")
    score = 1.0 - np.asarray(s, dtype=np.float64) / tolerance
    return np.asarray(np.maximum(score, 0.0) if floor else score, dtype=np.float64)
