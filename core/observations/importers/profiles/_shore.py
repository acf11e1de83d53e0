"""Readings that tables of shores need: countries, damaged degrees, far from the sea."""

from collections.abc import Mapping

import numpy as np

from core.coastline import is_on_land
from core.observations._columns import BoolArray, FloatArray
from core.observations.importers.profiles._reading import Reading

__all__ = ["degrees_from_metres", "is_far_inland", "iso_country"]

#: Metres of Web Mercator a degree at the equator: 2 pi 6,378,137 m / 360.
_METRES_PER_DEGREE = 2.0 * np.pi * 6_378_137.0 / 360.0
#: Degrees; a beach this near to 0, 0 lies in the open Gulf of Guinea.
_NEAR_ZERO_DEG = 0.01
#: Codes of the EU and the Commonwealth beside ISO 3166, and words for none.
_ISO = {"EL": "GR", "UK": "GB", "INT": "", "NULL": ""}
#: Assumption: a coast drawn at 1:50 million is nowhere off by this much.
_INLAND_KM, _KM_PER_DEGREE = 15.0, 111.2


def iso_country(reading: Reading, name: str) -> list[str]:
    """Country codes of ISO 3166; what stood for another or for none is said."""
    written = reading.texts(name, "event")
    codes = [_ISO.get(code.upper(), code.upper()) for code in written]
    changed = [a != b for a, b in zip(written, codes, strict=True)]
    reading.read_as(
        np.array(changed, dtype=bool),
        name,
        written,
        lambda i: f"country read as {codes[i]}" if codes[i] else "names no country",
    )
    return codes


def degrees_from_metres(
    reading: Reading, names: Mapping[str, str]
) -> dict[str, FloatArray]:
    """Positions, where degrees that were taken for metres are brought back.

    Somebody transformed degrees from Web Mercator to degrees, as if they were metres;
    near 0, 0 the transformation divides by 111,319.49, so multiplying undoes it.

    Parameters
    ----------
    reading : Reading
        Its columns are taken and its records doubted.
    names : mapping of str to str
        Heading by field: ``lat``, ``lon``, ``end_lat``, ``end_lon``.

    Returns
    -------
    dict of str to ndarray of float, shape (n,)
        Degrees.
    """
    place = {
        field: reading.numbers(name, field, required=not field.startswith("end"))
        for field, name in names.items()
    }
    lat, lon = place["lat"], place["lon"]
    shrunk = (np.abs(lat) < _NEAR_ZERO_DEG) & (np.abs(lon) < _NEAR_ZERO_DEG)
    # At 0, 0 itself nothing was shrunk: the position is missing.
    shrunk &= (lat != 0) | (lon != 0)
    reading.doubt(
        shrunk,
        f"{names['lat']}, {names['lon']}",
        [f"{y:.9g}, {x:.9g}" for y, x in zip(lat, lon, strict=True)],
        "degrees were treated as metres; multiplied back by 111,319.49",
    )
    return {
        field: np.where(shrunk, value * _METRES_PER_DEGREE, value)
        for field, value in place.items()
    }


def is_far_inland(*, lat: FloatArray, lon: FloatArray) -> BoolArray:
    """Whether positions and all points 15 km around them lie on land."""
    inland = np.ones(len(lat), dtype=bool)
    step_lat = _INLAND_KM / _KM_PER_DEGREE
    step_lon = step_lat / np.maximum(np.cos(np.radians(lat)), 0.01)
    for angle in np.radians([0.0, 45, 90, 135, 180, 225, 270, 315]):
        around_lat = np.clip(lat + step_lat * np.cos(angle), -90.0, 90.0)
        around_lon = (lon + step_lon * np.sin(angle) + 180.0) % 360.0 - 180.0
        inland &= is_on_land(lat=around_lat, lon=around_lon)
    return inland & is_on_land(lat=lat, lon=lon)
