"""Height and lens of a photo, from its EXIF tags; what cannot be true is left out.

References
----------
.. [1] CIPA DC-008-2023, "Exif version 3.0", tables 4 to 8: FocalLength,
   FocalLengthIn35mmFilm, DigitalZoomRatio, FocalPlaneXResolution and its unit,
   PixelXDimension, GPSAltitude and GPSAltitudeRef.
"""

from dataclasses import dataclass

from core.imagery.exif import Tags, TagValue, numbers_of

__all__ = ["Camera"]

#: Millimetres in a unit of focal plane resolution: 2 is the inch, 3 the centimetre.
_UNIT_MM = {2: 25.4, 3: 10.0}
#: Sensors of survey cameras, phones to medium format (assumption); a resolution that
#: gives another size was left behind by an editor.
_SENSOR_MM = (1.0, 70.0)


@dataclass(frozen=True, kw_only=True)
class Camera:
    """What a photo says of the camera that took it.

    Attributes
    ----------
    altitude_m : float or None
        GPS height, m, negative below the reference. Receivers refer it to the sea or
        to the ellipsoid, which differ by up to 100 m, and seldom say which.
    focal_length_mm, focal_length_35mm : float or None
        True focal length, and the equivalent on 35 mm film.
    sensor_mm : (float, float) or None
        Sides of the sensor, the longer first.
    digital_zoom : float
        1 without; above it the picture is a part of what the lens saw.
    taken_px : (int, int) or None
        Sides of the picture as the camera wrote it, the longer first.
    """

    altitude_m: float | None = None
    focal_length_mm: float | None = None
    focal_length_35mm: float | None = None
    sensor_mm: tuple[float, float] | None = None
    digital_zoom: float = 1.0
    taken_px: tuple[int, int] | None = None


def camera_of(tags: Tags) -> Camera:
    """Interpret tags that are already read."""
    exif = tags.exif
    zoom = _positive(exif.get(0xA404))
    return Camera(
        altitude_m=_altitude(tags.gps),
        focal_length_mm=_positive(exif.get(0x920A)),
        focal_length_35mm=_positive(exif.get(0xA405)),
        sensor_mm=_sensor(exif),
        digital_zoom=zoom if zoom is not None and zoom > 1.0 else 1.0,
        taken_px=_taken_px(exif),
    )


def _positive(value: TagValue | None) -> float | None:
    """Return the first number of a tag; EXIF writes 0 for unknown."""
    numbers = numbers_of(value)
    return numbers[0] if numbers and numbers[0] > 0.0 else None


def _altitude(gps: dict[int, TagValue]) -> float | None:
    height = numbers_of(gps.get(6))
    if not height or height[0] < 0.0:
        return None
    below = numbers_of(gps.get(5))
    # 0 and 2 are above the sea or the ellipsoid, 1 and 3 below.
    return -height[0] if below and below[0] in (1.0, 3.0) else height[0]


def _taken_px(exif: dict[int, TagValue]) -> tuple[int, int] | None:
    wide, high = _positive(exif.get(0xA002)), _positive(exif.get(0xA003))
    if wide is None or high is None:
        return None
    return (int(max(wide, high)), int(min(wide, high)))


def _sensor(exif: dict[int, TagValue]) -> tuple[float, float] | None:
    pixels = (_positive(exif.get(0xA002)), _positive(exif.get(0xA003)))
    per_unit = (_positive(exif.get(0xA20E)), _positive(exif.get(0xA20F)))
    unit_mm = _UNIT_MM.get(int(_positive(exif.get(0xA210)) or 2))
    sides = [
        n / density * unit_mm
        for n, density in zip(pixels, per_unit, strict=True)
        if n is not None and density is not None and unit_mm is not None
    ]
    low, high = _SENSOR_MM
    if len(sides) < 2 or not all(low <= side <= high for side in sides):
        return None
    return (max(sides), min(sides))
