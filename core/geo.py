"""Positions on the sphere, and their H3 cells.

Latitude and longitude are WGS 84 degrees, longitude in [-180, 180). Distances are
great circles on a sphere of radius 6,371 km, within 0.6 % of the ellipsoid.
"""

from collections.abc import Iterable
from itertools import pairwise
from math import isfinite

import h3.api.basic_int as h3_int
import h3.api.basic_str as h3_str
import numpy as np
import numpy.typing as npt

from core.errors import InputError

__all__ = [
    "EARTH_RADIUS_KM",
    "H3_STORED_RESOLUTION",
    "bearing_deg",
    "cell_area_km2",
    "cell_centre",
    "cell_of",
    "cells_in_bbox",
    "cells_of",
    "check_position",
    "destination",
    "great_circle_distance_km",
    "great_circle_points",
    "normalise_lon",
]

EARTH_RADIUS_KM = 6371.0
#: Resolution of the index stored with every position; about 0.1 km2 a cell, so
#: coarser maps are made from it by taking parents.
H3_STORED_RESOLUTION = 9

FloatArray = npt.NDArray[np.float64]


def normalise_lon(lon: npt.ArrayLike) -> FloatArray:
    """Bring longitudes into [-180, 180)."""
    wrapped = (np.asarray(lon, dtype=np.float64) + 180.0) % 360.0 - 180.0
    return np.asarray(wrapped, dtype=np.float64)


def check_position(*, lat: float, lon: float, record: str = "position") -> None:
    """Refuse a position that is not on Earth.

    Parameters
    ----------
    lat, lon : float
        WGS 84 degrees.
    record : str
        How the message names the record.

    Raises
    ------
    InputError
        If a coordinate is not finite, or outside [-90, 90] or [-180, 360).
    """
    if not (isfinite(lat) and isfinite(lon)):
        raise InputError(f"position is not a number: lat {lat}, lon {lon} ({record})")
    if not -90.0 <= lat <= 90.0:
        raise InputError(f"latitude {lat:g} outside [-90, 90] ({record})")
    if not -180.0 <= lon < 360.0:
        raise InputError(f"longitude {lon:g} outside [-180, 360) ({record})")


def great_circle_distance_km(
    *,
    lat1: npt.ArrayLike,
    lon1: npt.ArrayLike,
    lat2: npt.ArrayLike,
    lon2: npt.ArrayLike,
) -> FloatArray:
    """Great-circle distance by the haversine formula.

    Parameters
    ----------
    lat1, lon1, lat2, lon2 : array_like of float
        WGS 84 degrees; shapes must broadcast.

    Returns
    -------
    ndarray of float
        Distances in km, in the broadcast shape.

    References
    ----------
    .. [1] R. W. Sinnott, "Virtues of the haversine", Sky and Telescope 68 (1984) 159.

    Examples
    --------
    >>> round(float(great_circle_distance_km(lat1=0, lon1=0, lat2=0, lon2=1)), 3)
    111.195
    """
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half_dphi = (phi2 - phi1) / 2.0
    half_dlambda = np.radians(np.asarray(lon2) - np.asarray(lon1)) / 2.0
    chord = (
        np.sin(half_dphi) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(half_dlambda) ** 2
    )
    return np.asarray(
        2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0))),
        dtype=np.float64,
    )


def bearing_deg(*, lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the initial great-circle course between two positions, in [0, 360)."""
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    dlambda = np.radians(lon2 - lon1)
    east = np.sin(dlambda) * np.cos(phi2)
    north = np.cos(phi1) * np.sin(phi2) - np.sin(phi1) * np.cos(phi2) * np.cos(dlambda)
    return float(np.degrees(np.arctan2(east, north)) % 360.0)


def destination(
    *,
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
    bearing: npt.ArrayLike,
    distance_km: npt.ArrayLike,
) -> tuple[FloatArray, FloatArray]:
    """Position reached along a great circle.

    Parameters
    ----------
    lat, lon : array_like of float
        Start, WGS 84 degrees.
    bearing : array_like of float
        Initial course, degrees clockwise from north.
    distance_km : array_like of float
        Distance sailed, km.

    Returns
    -------
    lat, lon : ndarray of float
        The positions reached, degrees.
    """
    phi, lam = np.radians(lat), np.radians(lon)
    theta = np.radians(bearing)
    delta = np.asarray(distance_km, dtype=np.float64) / EARTH_RADIUS_KM
    sin_phi2 = np.sin(phi) * np.cos(delta) + np.cos(phi) * np.sin(delta) * np.cos(theta)
    lam2 = lam + np.arctan2(
        np.sin(theta) * np.sin(delta) * np.cos(phi),
        np.cos(delta) - np.sin(phi) * sin_phi2,
    )
    return (
        np.asarray(np.degrees(np.arcsin(np.clip(sin_phi2, -1.0, 1.0)))),
        normalise_lon(np.degrees(lam2)),
    )


def great_circle_points(
    *, lat1: float, lon1: float, lat2: float, lon2: float, step_km: float
) -> FloatArray:
    """Points along a great circle, ends included, at most ``step_km`` apart.

    Returns
    -------
    ndarray of float, shape (n_points, 2)
        Latitude and longitude, degrees; at least the two ends.
    """
    total = float(great_circle_distance_km(lat1=lat1, lon1=lon1, lat2=lat2, lon2=lon2))
    n_steps = max(1, int(np.ceil(total / step_km)))
    course = bearing_deg(lat1=lat1, lon1=lon1, lat2=lat2, lon2=lon2)
    along = np.linspace(0.0, total, n_steps + 1)
    lat, lon = destination(lat=lat1, lon=lon1, bearing=course, distance_km=along)
    points = np.column_stack([lat, lon])
    points[0] = lat1, lon1
    points[-1] = lat2, lon2
    return points


def cell_of(*, lat: float, lon: float, resolution: int) -> str:
    """H3 cell that holds a position, as its usual hexadecimal name."""
    return str(h3_str.latlng_to_cell(lat, lon, resolution))


def cells_of(
    *, lat: Iterable[float], lon: Iterable[float], resolution: int
) -> npt.NDArray[np.uint64]:
    """H3 cells that hold positions, as integers (h3-py has no vectorised call)."""
    to_cell = h3_int.latlng_to_cell
    return np.array(
        [to_cell(y, x, resolution) for y, x in zip(lat, lon, strict=True)],
        dtype=np.uint64,
    )


def cell_centre(cell: str) -> tuple[float, float]:
    """Latitude and longitude of a cell's centre, degrees."""
    lat, lon = h3_str.cell_to_latlng(cell)
    return float(lat), float(lon)


def cell_area_km2(cell: str) -> float:
    """Area of one H3 cell, km2 (cells of a resolution differ by up to a third)."""
    return float(h3_str.cell_area(cell, unit="km^2"))


def cells_in_bbox(
    *, west: float, south: float, east: float, north: float, resolution: int
) -> list[str]:
    """H3 cells whose centre lies in a box; a box with west > east crosses 180 degrees.

    Raises
    ------
    InputError
        If the box is empty or not on Earth.
    """
    for lon in (west, east):
        check_position(lat=south, lon=lon, record="bounding box")
    check_position(lat=north, lon=west, record="bounding box")
    if south >= north or west == east:
        raise InputError(
            f"bounding box is empty: west {west:g}, south {south:g}, "
            f"east {east:g}, north {north:g}"
        )
    spans = [(west, east)] if west < east else [(west, 180.0), (-180.0, east)]
    cells: list[str] = []
    for left, right in spans:
        # H3 takes an edge as the short way round, so a wide box goes in slices.
        edges = np.linspace(left, right, int(np.ceil((right - left) / 90.0)) + 1)
        for x0, x1 in pairwise(edges):
            ring = [(south, x0), (south, x1), (north, x1), (north, x0)]
            cells.extend(h3_str.polygon_to_cells(h3_str.LatLngPoly(ring), resolution))
    return sorted(set(cells))
