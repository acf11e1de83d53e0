"""A field on a grid of degrees as one picture on the map."""

from base64 import b64encode
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dashboard.components._frame import MAX_LAT

if TYPE_CHECKING:
    import pydeck as pdk

    from dashboard.components.maps import MapFrame, Scale

__all__ = ["raster_layer", "raster_picture"]

FloatArray = npt.NDArray[np.float64]
_ALPHA = 215
_MOST_ROWS = 900
_STEPS = 256


def raster_layer(
    lat: FloatArray,
    lon: FloatArray,
    value: FloatArray,
    scale: "Scale",
    frame: "MapFrame",
    *,
    layer_id: str,
) -> "pdk.Layer":
    """Layer of a field; NaN and, on a logarithmic scale, zero stay clear.

    Parameters
    ----------
    lat, lon : ndarray of float, shape (n_lat,), (n_lon,)
        Even centres, degrees, both rising.
    value : ndarray of float, shape (n_lat, n_lon)
    scale : Scale
        Values to colours.
    frame : MapFrame
        The picture is placed in its longitudes.
    layer_id : str
        Name of the layer.
    """
    import pydeck as pdk

    picture, (south, north) = raster_picture(lat, value, scale)
    half = (lon[1] - lon[0]) / 2.0 if len(lon) > 1 else 0.5
    west, east = float(lon[0] - half), float(lon[-1] + half)
    shift = frame.place((west + east) / 2.0) - (west + east) / 2.0
    return pdk.Layer(
        "BitmapLayer",
        id=layer_id,
        # Bare text would be read as an expression.
        image=pdk.types.String(
            "data:image/png;base64," + b64encode(picture).decode("ascii")
        ),
        bounds=[west + shift, south, east + shift, north],
    )


def raster_picture(
    lat: FloatArray, value: FloatArray, scale: "Scale"
) -> tuple[bytes, tuple[float, float]]:
    """PNG of a field whose rows are even on the map, and its south and north.

    The map is in Mercator's projection, in which rows of even degrees are not even.
    """
    from PIL import Image

    half = abs(lat[1] - lat[0]) / 2.0 if len(lat) > 1 else 0.5
    south = max(float(lat.min() - half), -MAX_LAT)
    north = min(float(lat.max() + half), MAX_LAT)
    n_rows = int(np.clip(3 * len(lat), 2, _MOST_ROWS))
    # From the north down, as a picture is stored.
    height = np.linspace(_mercator(north), _mercator(south), 2 * n_rows + 1)[1::2]
    at = np.degrees(2.0 * np.arctan(np.exp(height)) - np.pi / 2.0)
    nearest = np.abs(at[:, None] - lat[None, :]).argmin(axis=1)
    pixels = _colours(value, scale)[nearest]
    out = BytesIO()
    Image.fromarray(pixels, "RGBA").save(out, "PNG", optimize=True)
    return out.getvalue(), (south, north)


def _mercator(lat: float) -> float:
    return float(np.log(np.tan(np.pi / 4.0 + np.radians(lat) / 2.0)))


def _colours(value: FloatArray, scale: "Scale") -> npt.NDArray[np.uint8]:
    steps = np.array(
        [scale.colour(_value_at(scale, i / (_STEPS - 1))) for i in range(_STEPS)],
        dtype=np.uint8,
    )
    known = np.isfinite(value) & ((value > 0) | (not scale.logarithmic))
    safe = np.where(known, value, scale.middle)
    if scale.logarithmic:
        low, high = np.log10(scale.low), np.log10(scale.high)
        share = (np.log10(safe) - low) / (high - low)
    else:
        share = (safe - scale.low) / (scale.high - scale.low)
    index = np.clip(np.round(share * (_STEPS - 1)), 0, _STEPS - 1).astype(np.int64)
    alpha = np.where(known, _ALPHA, 0).astype(np.uint8)
    made: Any = np.dstack([steps[index], alpha])
    return np.ascontiguousarray(made)


def _value_at(scale: "Scale", share: float) -> float:
    if scale.logarithmic:
        return float(scale.low * (scale.high / scale.low) ** share)
    return scale.low + share * (scale.high - scale.low)
