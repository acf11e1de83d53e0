"""How much sea one photo shows: from the flight, or from what the photo itself says.

A count means nothing without the area searched. The geometry is that of
`core.observations.effort`; here it is asked of the photos of a survey, and nothing is
guessed where a photo does not say enough.
"""

from math import isfinite

from core.errors import InputError
from core.imagery import Camera
from core.observations.effort import photo_footprint_km2

__all__ = ["camera_footprint_km2", "check_footprint_km2", "footprint_km2"]

#: One photo from the highest flight at the widest view; more is a slip of units.
_MAX_FOOTPRINT_KM2 = 1_000.0
#: A picture whose shape differs more than this from the one taken has been cropped;
#: cameras differ by a few pixels of their own.
_SHAPE_TOLERANCE = 0.01


def footprint_km2(
    *,
    altitude_m: float,
    field_of_view_deg: float,
    aspect: float = 4.0 / 3.0,
    tilt_deg: float = 0.0,
) -> float:
    """Area of sea in one photo, from the height and lens of the flight.

    Parameters
    ----------
    altitude_m : float
        Height above the sea, m.
    field_of_view_deg : float
        Horizontal angle of view (along the longer side), degrees.
    aspect : float, default 4/3
        Longer side over shorter side of the picture.
    tilt_deg : float, default 0
        Angle of the camera's axis from straight down, degrees.

    Returns
    -------
    float
        km2, on a flat sea; straight down it is ``(2 h tan(a/2))**2 / aspect``.

    Raises
    ------
    InputError
        If a value is not finite or outside what flies, or the horizon is in the
        picture.

    Examples
    --------
    >>> round(footprint_km2(altitude_m=100, field_of_view_deg=90, aspect=1.0), 6)
    0.04
    """
    if not (isfinite(aspect) and aspect >= 1.0):
        raise InputError(
            f"aspect is longer over shorter side, at least 1, got {aspect}"
        )
    return photo_footprint_km2(
        altitude_m=altitude_m,
        field_of_view_deg=field_of_view_deg,
        aspect=aspect,
        tilt_deg=tilt_deg,
    )


def camera_footprint_km2(
    camera: Camera, *, width: int, height: int, tilt_deg: float = 0.0
) -> float:
    """Area of sea in one photo, from its own height and lens.

    Parameters
    ----------
    camera : Camera
        What the photo says.
    width, height : int
        Pixels of the upright picture.
    tilt_deg : float, default 0
        Angle of the camera's axis from straight down, degrees; EXIF has no field for
        it.

    Returns
    -------
    float
        km2, on a flat sea.

    Raises
    ------
    InputError
        If the photo does not say enough, has been cropped or zoomed, or says what
        cannot be true; the message is fit for a person.
    """
    if camera.altitude_m is None:
        raise InputError("no height in the photo")
    if camera.digital_zoom > 1.0:
        raise InputError("digital zoom: the angle of view is not known")
    _refuse_cropped(camera, width, height)
    aspect = width / height
    if camera.focal_length_35mm is not None:
        area = photo_footprint_km2(
            altitude_m=camera.altitude_m,
            focal_length_35mm=camera.focal_length_35mm,
            aspect=aspect,
            tilt_deg=tilt_deg,
        )
    elif camera.focal_length_mm is not None and camera.sensor_mm is not None:
        longer, shorter = camera.sensor_mm
        is_wide = width >= height
        area = photo_footprint_km2(
            altitude_m=camera.altitude_m,
            focal_length_mm=camera.focal_length_mm,
            sensor_width_mm=longer if is_wide else shorter,
            sensor_height_mm=shorter if is_wide else longer,
            tilt_deg=tilt_deg,
        )
    else:
        raise InputError("no focal length that gives an angle of view in the photo")
    return check_footprint_km2(area)


def _refuse_cropped(camera: Camera, width: int, height: int) -> None:
    if camera.taken_px is None:
        return
    longer, shorter = camera.taken_px
    now = max(width, height) / min(width, height)
    if abs(now / (longer / shorter) - 1.0) > _SHAPE_TOLERANCE:
        raise InputError("cropped since it was taken: the angle of view is not known")


def check_footprint_km2(area_km2: float) -> float:
    """Return the area of one photo if it can be true.

    Raises
    ------
    InputError
        If it is not a positive number of at most 1,000 km2.
    """
    if not (isfinite(area_km2) and 0.0 < area_km2 <= _MAX_FOOTPRINT_KM2):
        raise InputError(
            f"photo footprint {area_km2:g} km2 outside (0, {_MAX_FOOTPRINT_KM2:g}]"
        )
    return area_km2
