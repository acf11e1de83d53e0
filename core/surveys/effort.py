"""How much sea one photo shows, from the flight.

A count means nothing without the area searched. For a camera that looks straight
down, the ground seen follows from altitude and field of view; nothing is guessed when
they are unknown.
"""

from math import isfinite, radians, tan

from core.errors import InputError
from core.units import square_metres_to_square_km

__all__ = ["check_footprint_km2", "footprint_km2"]

#: Beyond this the flat-sea formula is off by more than a tenth and the far edge of the
#: picture shows nothing that could be recognised (assumption).
_MAX_FIELD_OF_VIEW_DEG = 120.0
#: Survey aircraft fly below this (assumption); higher is feet taken as metres.
_MAX_ALTITUDE_M = 10_000.0
#: One photo from the highest flight at the widest view; more is a slip of units.
_MAX_FOOTPRINT_KM2 = 1_000.0


def footprint_km2(
    *, altitude_m: float, field_of_view_deg: float, aspect: float = 4.0 / 3.0
) -> float:
    """Area of sea in one photo taken straight down.

    Parameters
    ----------
    altitude_m : float
        Height above the sea, m.
    field_of_view_deg : float
        Horizontal angle of view (along the longer side), degrees.
    aspect : float, default 4/3
        Longer side over shorter side of the picture.

    Returns
    -------
    float
        km2, on a flat sea: ``(2 h tan(a/2))**2 / aspect``.

    Raises
    ------
    InputError
        If a value is not finite or outside what flies.

    Examples
    --------
    >>> round(footprint_km2(altitude_m=100, field_of_view_deg=90, aspect=1.0), 6)
    0.04
    """
    _check("altitude", altitude_m, _MAX_ALTITUDE_M, "m")
    _check("field of view", field_of_view_deg, _MAX_FIELD_OF_VIEW_DEG, "degrees")
    if not (isfinite(aspect) and aspect >= 1.0):
        raise InputError(
            f"aspect is longer over shorter side, at least 1, got {aspect}"
        )
    width_m = 2.0 * altitude_m * tan(radians(field_of_view_deg) / 2.0)
    return square_metres_to_square_km(width_m * width_m / aspect)


def check_footprint_km2(area_km2: float) -> float:
    """Return the area of one photo if it can be true.

    Raises
    ------
    InputError
        If it is not a positive number of at most 1,000 km2.
    """
    _check("photo footprint", area_km2, _MAX_FOOTPRINT_KM2, "km2")
    return area_km2


def _check(name: str, value: float, highest: float, unit: str) -> None:
    if not (isfinite(value) and 0.0 < value <= highest):
        raise InputError(f"{name} {value:g} {unit} outside (0, {highest:g}]")
