"""Currents and winds as arrows: they point where the water or air goes."""

from math import cos, radians
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dashboard.components._frame import MapFrame, Scale
from dashboard.theme import line_ramp

if TYPE_CHECKING:
    import pydeck as pdk

__all__ = ["arrow_layer", "arrow_scale"]

FloatArray = npt.NDArray[np.floating[Any]]

#: About this many arrows across the longer side of a map can be told apart.
_ACROSS = 26
_HEAD_SHARE, _HEAD_DEG = 0.35, 28.0


def arrow_scale(u: FloatArray, v: FloatArray) -> Scale:
    """Even scale of speed from zero to the fastest, m/s."""
    speed = np.hypot(u, v)
    known = speed[np.isfinite(speed)]
    top = [float(known.max())] if known.size else []
    return Scale.over(top, "m/s", logarithmic=False, ramp=line_ramp())


def arrow_layer(
    lat: FloatArray,
    lon: FloatArray,
    u: FloatArray,
    v: FloatArray,
    *,
    frame: MapFrame,
    scale: Scale,
    layer_id: str = "arrows",
    what: str = "Current",
) -> "pdk.Layer":
    """Arrows of a gridded field, thinned so that they do not overlap.

    Parameters
    ----------
    lat, lon : ndarray of float, shapes (n_y,) and (n_x,)
        Axes, degrees.
    u, v : ndarray of float, shape (n_y, n_x)
        Towards east and north, m/s; NaN is land and gets no arrow.
    frame : MapFrame
        Extent of the map.
    scale : Scale
        Colours of speed; its upper end is the longest arrow.
    layer_id : str
        Name of the layer.
    what : str
        Word before the speed in the tooltip.
    """
    import pydeck as pdk

    rows, columns = _thinned(lat, frame.height), _thinned(lon, frame.width)
    spacing = max(frame.width, frame.height) / _ACROSS
    drawn: list[dict[str, Any]] = []
    for i in rows:
        stretch = max(cos(radians(float(lat[i]))), 0.05)
        for j in columns:
            east, north = float(u[i, j]), float(v[i, j])
            speed = float(np.hypot(east, north))
            if not np.isfinite(speed) or speed == 0.0:
                continue
            size = spacing * (0.25 + 0.75 * min(speed / scale.high, 1.0))
            drawn.append(
                {
                    "path": _arrow(
                        frame.place(float(lon[j])),
                        float(lat[i]),
                        size * east / speed / stretch,
                        size * north / speed,
                        stretch,
                    ),
                    "colour": [*scale.colour(speed), 230],
                    "tip": f"{what} {speed:.2g} m/s towards {_course(east, north)}°",
                }
            )
    return pdk.Layer(
        "PathLayer",
        drawn,
        id=layer_id,
        get_path="path",
        get_color="colour",
        width_min_pixels=1.6,
        width_max_pixels=1.6,
        pickable=True,
    )


def _thinned(axis: FloatArray, extent_deg: float) -> range:
    """Pick indices of an axis about as far apart as arrows may stand."""
    if len(axis) < 2:
        return range(len(axis))
    step = abs(float(axis[-1] - axis[0])) / (len(axis) - 1)
    stride = max(1, round(extent_deg / _ACROSS / step)) if step > 0 else 1
    return range(stride // 2, len(axis), stride)


def _arrow(
    lon: float, lat: float, dx: float, dy: float, stretch: float
) -> list[list[float]]:
    """Shaft centred on the grid point and a head, as one line in degrees."""
    tip = (lon + dx / 2, lat + dy / 2)
    tail = (lon - dx / 2, lat - dy / 2)
    path = [tail, tip]
    for side in (1.0, -1.0):
        turn = np.radians(180.0 + side * _HEAD_DEG)
        # Turned in true proportions, or heads would lean at high latitudes.
        east = dx * stretch * np.cos(turn) - dy * np.sin(turn)
        north = dx * stretch * np.sin(turn) + dy * np.cos(turn)
        barb = (
            tip[0] + _HEAD_SHARE * float(east) / stretch,
            tip[1] + _HEAD_SHARE * float(north),
        )
        path += [barb, tip]
    return [[round(x, 4), round(y, 4)] for x, y in path]


def _course(east: float, north: float) -> int:
    return round(float(np.degrees(np.arctan2(east, north))) % 360.0) % 360
