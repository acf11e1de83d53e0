"""Strips searched by eye, tows of a net, and stretches of shore.

References
----------
.. [1] GESAMP, "Guidelines for the Monitoring and Assessment of Plastic Litter in the
   Ocean", Reports and Studies 99 (2019), chapters 4 (shore) and 5 (sea surface).
.. [2] Commission Decision (EU) 2017/848, criterion D10C1: items per 100 m of shore.
"""

from core.errors import InputError
from core.geo import check_position, great_circle_distance_km
from core.observations.effort._limits import check
from core.units import (
    knots_to_km_per_hour,
    metres_to_km,
    square_km_to_square_metres,
)

__all__ = [
    "beach_length_m",
    "items_per_100m",
    "strip_transect_km2",
    "towed_distance_km",
    "trawl_km2",
    "trawl_m3",
]

#: Limits beyond which a value is a slip of units (assumptions).
_MAX_LENGTH_KM = 10_000.0
_MAX_STRIP_M = 5_000.0
_MAX_MOUTH_M = 200.0
_MAX_TOW_KN = 15.0
_MAX_TOW_H = 48.0
_MAX_BEACH_KM = 100.0


def strip_transect_km2(*, length_km: float, width_m: float) -> float:
    """Area of a strip searched by eye.

    Parameters
    ----------
    length_km : float
        Length of track along which somebody looked, km.
    width_m : float
        Whole width of the strip, m; both sides together if both were searched.

    Returns
    -------
    float
        km2. Everything within the strip is taken as seen; where items far from the
        track were missed, the density is too low.

    Raises
    ------
    InputError
        If a value is not finite, not positive, or too large to be true.

    Examples
    --------
    >>> strip_transect_km2(length_km=4.0, width_m=50.0)
    0.2
    """
    check("transect length", length_km, _MAX_LENGTH_KM, "km")
    check("strip width", width_m, _MAX_STRIP_M, "m")
    return length_km * metres_to_km(width_m)


def towed_distance_km(
    *,
    distance_km: float | None = None,
    speed_kn: float | None = None,
    duration_h: float | None = None,
) -> float:
    """Return how far a net was towed: as measured, or speed times time.

    Parameters
    ----------
    distance_km : float, optional
        Over ground or, better, through the water (flow meter), km.
    speed_kn, duration_h : float, optional
        Mean speed and time of the tow, instead of the distance.

    Raises
    ------
    InputError
        If neither or both ways are given, or a value cannot be true.
    """
    timed = speed_kn is not None and duration_h is not None
    if (distance_km is not None) == (speed_kn is not None or duration_h is not None):
        raise InputError("give a tow's distance, or its speed and duration")
    if distance_km is not None:
        return check("towed distance", distance_km, _MAX_LENGTH_KM, "km")
    if not timed:
        raise InputError("a tow without a distance needs its speed and its duration")
    speed = check("towing speed", float(speed_kn or 0.0), _MAX_TOW_KN, "kn")
    duration = check("tow duration", float(duration_h or 0.0), _MAX_TOW_H, "h")
    return knots_to_km_per_hour(speed) * duration


def trawl_km2(
    *,
    mouth_width_m: float,
    distance_km: float | None = None,
    speed_kn: float | None = None,
    duration_h: float | None = None,
) -> float:
    """Sea surface or sea bed swept by a net.

    Parameters
    ----------
    mouth_width_m : float
        Width of the opening, or wing spread of a trawl, m.
    distance_km, speed_kn, duration_h
        As in `towed_distance_km`.

    Returns
    -------
    float
        km2.

    Raises
    ------
    InputError
        If a value is missing or cannot be true.

    Examples
    --------
    >>> round(trawl_km2(mouth_width_m=1.0, speed_kn=2.0, duration_h=0.5), 6)
    0.001852
    """
    check("mouth width", mouth_width_m, _MAX_MOUTH_M, "m")
    distance = towed_distance_km(
        distance_km=distance_km, speed_kn=speed_kn, duration_h=duration_h
    )
    return distance * metres_to_km(mouth_width_m)


def trawl_m3(
    *,
    mouth_width_m: float,
    immersed_depth_m: float,
    distance_km: float | None = None,
    speed_kn: float | None = None,
    duration_h: float | None = None,
) -> float:
    """Water filtered by a net.

    Parameters
    ----------
    mouth_width_m, immersed_depth_m : float
        Width of the opening, and how much of its height is under water, m.
    distance_km, speed_kn, duration_h
        As in `towed_distance_km`.

    Returns
    -------
    float
        m3. All water before the opening is taken as filtered; a clogged net filters
        less, which a flow meter's distance takes into account.

    Raises
    ------
    InputError
        If a value is missing or cannot be true.
    """
    check("immersed depth", immersed_depth_m, _MAX_MOUTH_M, "m")
    area = trawl_km2(
        mouth_width_m=mouth_width_m,
        distance_km=distance_km,
        speed_kn=speed_kn,
        duration_h=duration_h,
    )
    return square_km_to_square_metres(area) * immersed_depth_m


def beach_length_m(*, lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Length of a stretch of shore between its two ends.

    Parameters
    ----------
    lat1, lon1, lat2, lon2 : float
        The ends, WGS 84 degrees.

    Returns
    -------
    float
        Metres, in a straight line; a bay's shore is longer than that.

    Raises
    ------
    InputError
        If a position is impossible, both ends are one, or they lie too far apart.
    """
    check_position(lat=lat1, lon=lon1, record="first end")
    check_position(lat=lat2, lon=lon2, record="second end")
    length_km = float(
        great_circle_distance_km(lat1=lat1, lon1=lon1, lat2=lat2, lon2=lon2)
    )
    return check("shore length", length_km, _MAX_BEACH_KM, "km") * 1000.0


def items_per_100m(*, items: float, length_m: float) -> float:
    """Items per 100 m of shore, the unit of the EU and of OSPAR [2]_.

    Raises
    ------
    InputError
        If the length is not positive or the count negative.

    Examples
    --------
    >>> items_per_100m(items=30, length_m=150)
    20.0
    """
    check("shore length", length_m, _MAX_BEACH_KM * 1000.0, "m")
    if not items >= 0:
        raise InputError(f"count {items:g} is negative")
    return items * 100.0 / length_m
