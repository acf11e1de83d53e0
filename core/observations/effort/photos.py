"""How much sea a photo shows, from the flight and the lens.

The sea is taken as flat. For a camera that looks straight down, the ground seen is the
sensor enlarged by height over focal length. A camera tilted towards the top of the
picture sees a trapezoid. With height H, tilt t from straight down, and half the sensor
over the focal length a (across) and b (along the tilt), a ray at (u, v) meets the sea
at

    forward = H (sin t + v cos t) / (cos t - v sin t),  across = H u / (cos t - v sin t)

so the near and far edges are ``2 a H / (cos t +- b sin t)`` long, they lie
``2 b H / (cos2 t - b2 sin2 t)`` apart, and the area is

    4 a b H2 cos t / (cos2 t - b2 sin2 t)2,

finite only while the far edge stays below the horizon, ``cos t > b sin t``.

References
----------
.. [1] CIPA DCG-001 (2005), "Guideline for noting digital camera specifications in
   catalogs": the equivalent focal length keeps the angle of view of the diagonal.
"""

from dataclasses import dataclass
from math import atan, cos, degrees, hypot, isfinite, radians, sin, tan

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.geo import great_circle_distance_km
from core.observations.effort._limits import check
from core.units import square_metres_to_square_km

__all__ = ["overlap_share", "photo_footprint_km2"]

#: Beyond this the far edge of the picture shows nothing that could be recognised, and
#: real lenses bend straight lines (assumption).
_MAX_FIELD_OF_VIEW_DEG = 120.0
#: Survey aircraft fly below this (assumption); higher is feet taken as metres.
_MAX_ALTITUDE_M = 10_000.0
_MAX_FOCAL_LENGTH_MM = 2_000.0
_MAX_SENSOR_MM = 200.0
#: Diagonal of a 36 by 24 mm picture, which equivalent focal lengths refer to [1]_.
_DIAGONAL_35MM_MM = hypot(36.0, 24.0)


@dataclass(frozen=True)
class _View:
    """Half the picture over the focal length: across, and along the tilt."""

    across: float
    along: float


def photo_footprint_km2(
    *,
    altitude_m: float,
    focal_length_mm: float | None = None,
    sensor_width_mm: float | None = None,
    sensor_height_mm: float | None = None,
    focal_length_35mm: float | None = None,
    field_of_view_deg: float | None = None,
    aspect: float | None = None,
    tilt_deg: float = 0.0,
) -> float:
    """Area of sea in one photo.

    The lens is given in one of three ways: focal length and sensor; the focal length
    equivalent on 35 mm film and the picture's shape; or the angle of view and the
    shape.

    Parameters
    ----------
    altitude_m : float
        Height of the camera above the sea, m.
    focal_length_mm, sensor_width_mm, sensor_height_mm : float, optional
        True focal length, and the sensor across and along the tilt, mm. For a photo
        in upright format the width is the shorter side.
    focal_length_35mm : float, optional
        Equivalent focal length, mm.
    field_of_view_deg : float, optional
        Angle of view across the picture's width, degrees.
    aspect : float, optional
        Width over height of the picture; needed unless the sensor is given.
    tilt_deg : float, default 0
        Angle of the camera's axis from straight down, degrees. The tilt is towards
        the top of the picture; a camera that rolls sideways is not covered.

    Returns
    -------
    float
        km2, on a flat sea.

    Raises
    ------
    InputError
        If the lens is given in none or several ways, a value cannot be true, or the
        horizon is in the picture, so that the area has no end.

    Examples
    --------
    A camera of 13.2 by 8.8 mm behind a lens of 8.8 mm, 100 m up: 150 m by 100 m.

    >>> round(photo_footprint_km2(altitude_m=100, focal_length_mm=8.8,
    ...     sensor_width_mm=13.2, sensor_height_mm=8.8), 6)
    0.015
    """
    check("altitude", altitude_m, _MAX_ALTITUDE_M, "m")
    if not (isfinite(tilt_deg) and 0.0 <= tilt_deg < 90.0):
        raise InputError(f"tilt {tilt_deg:g} degrees outside [0, 90)")
    view = _view(
        sensor=(focal_length_mm, sensor_width_mm, sensor_height_mm),
        focal_length_35mm=focal_length_35mm,
        field_of_view_deg=field_of_view_deg,
        aspect=aspect,
    )
    widest = 2.0 * degrees(atan(max(view.across, view.along)))
    check("field of view", round(widest, 9), _MAX_FIELD_OF_VIEW_DEG, "degrees")
    return square_metres_to_square_km(_trapezoid_m2(altitude_m, view, tilt_deg))


def _trapezoid_m2(altitude_m: float, view: _View, tilt_deg: float) -> float:
    """Area by the formula at the top of the module."""
    down, side = cos(radians(tilt_deg)), sin(radians(tilt_deg))
    far = down - view.along * side
    if far <= 1e-9:
        edge = degrees(atan(view.along))
        raise InputError(
            f"the horizon is in the picture: tilt {tilt_deg:g} degrees and "
            f"{edge:.1f} degrees of view above the axis reach 90 or more; the area "
            "has no end, so count only a strip of known width"
        )
    spread = far * (down + view.along * side)
    return 4.0 * view.across * view.along * altitude_m**2 * down / spread**2


def _view(
    *,
    sensor: tuple[float | None, float | None, float | None],
    focal_length_35mm: float | None,
    field_of_view_deg: float | None,
    aspect: float | None,
) -> _View:
    has_sensor = any(value is not None for value in sensor)
    ways = [has_sensor, focal_length_35mm is not None, field_of_view_deg is not None]
    if sum(ways) != 1:
        raise InputError(
            "give the lens in one way: focal length with sensor width and height, "
            "focal length equivalent on 35 mm film, or field of view"
        )
    if has_sensor:
        return _view_of_sensor(*sensor)
    if aspect is None or not (isfinite(aspect) and 0.1 <= aspect <= 10.0):
        raise InputError(
            f"aspect is width over height of the picture, 0.1 to 10, got {aspect}"
        )
    if focal_length_35mm is not None:
        focal = check(
            "equivalent focal length", focal_length_35mm, _MAX_FOCAL_LENGTH_MM, "mm"
        )
        height = _DIAGONAL_35MM_MM / hypot(aspect, 1.0)
        return _View(height * aspect / focal / 2.0, height / focal / 2.0)
    angle = float(field_of_view_deg or 0.0)
    check("field of view", angle, _MAX_FIELD_OF_VIEW_DEG, "degrees")
    across = tan(radians(angle) / 2.0)
    return _View(across, across / aspect)


def _view_of_sensor(
    focal_mm: float | None, width_mm: float | None, height_mm: float | None
) -> _View:
    if focal_mm is None or width_mm is None or height_mm is None:
        raise InputError(
            "a true focal length needs the sensor's width and height beside it"
        )
    check("focal length", focal_mm, _MAX_FOCAL_LENGTH_MM, "mm")
    check("sensor width", width_mm, _MAX_SENSOR_MM, "mm")
    check("sensor height", height_mm, _MAX_SENSOR_MM, "mm")
    return _View(width_mm / focal_mm / 2.0, height_mm / focal_mm / 2.0)


def overlap_share(
    lat: npt.ArrayLike, lon: npt.ArrayLike, area_km2: npt.ArrayLike
) -> float:
    """Share of a flight's photographed area that an earlier photo showed already.

    Only neighbours in the order of flight are compared, and each photo is taken as a
    square of its area that lies along the track: EXIF seldom tells the heading, so
    this is a hint and not a correction. Lines flown side by side are not compared.

    Parameters
    ----------
    lat, lon : array_like of float, shape (n_photos,)
        Positions in the order of flight, degrees.
    area_km2 : array_like of float, shape (n_photos,)
        Footprint of each photo, km2.

    Returns
    -------
    float
        0 (none overlap) to just below 1; 0 for fewer than two photos.

    Raises
    ------
    InputError
        If lengths differ or a footprint is not positive.

    Notes
    -----
    An item in the overlap is counted in both photos and its sea is effort in both, so
    the density stays right. What suffers is its interval: it takes the two sightings
    as independent and is too narrow, by about ``sqrt(1 - share)``. Where that matters,
    take in photos that do not overlap.
    """
    y = np.asarray(lat, dtype=np.float64)
    x = np.asarray(lon, dtype=np.float64)
    area = np.asarray(area_km2, dtype=np.float64)
    if not (y.shape == x.shape == area.shape and y.ndim == 1):
        raise InputError("positions and footprints differ in number")
    if not np.all(np.isfinite(area) & (area > 0.0)):
        raise InputError("a footprint is not above 0 km2")
    if len(y) < 2:
        return 0.0
    step = great_circle_distance_km(lat1=y[:-1], lon1=x[:-1], lat2=y[1:], lon2=x[1:])
    side = np.sqrt(area)
    # Two squares in line overlap by what their half sides exceed the step.
    shared = np.clip((side[:-1] + side[1:]) / 2.0 - step, 0.0, side[1:])
    again = shared * np.minimum(side[:-1], side[1:])
    return float(again.sum() / area.sum())
