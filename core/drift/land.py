"""A coast finer than the current's own grid."""

from typing import get_args

import numpy as np
import numpy.typing as npt

from core.coastline import is_on_land
from core.drift._kernel.axes import as_axis, is_uniform
from core.drift._kernel.land_nodes import Grid, clear_cells
from core.drift.field import Mesh, make_grid
from core.errors import InputError
from core.geo import normalise_lon

__all__ = ["LandMask", "coastline_mask"]

_FULL = 15  # cell code of a cell that is land all over


class LandMask:
    """Land as pixels: a particle that touches one strands at its edge.

    Parameters
    ----------
    y, x : array_like of float, shape (n_y,) and (n_x,)
        Middles of the pixels, evenly spaced, rising or falling; metres or degrees.
    mask : array_like of bool, shape (n_y, n_x)
        True on land. Outside the raster the mask says nothing.
    mesh : {"spherical", "flat"}
        What x and y are; must be the current's.

    Raises
    ------
    InputError
        If the shape does not fit the axes or an axis is not even.
    """

    def __init__(
        self,
        y: npt.ArrayLike,
        x: npt.ArrayLike,
        mask: npt.ArrayLike,
        mesh: Mesh = "spherical",
    ) -> None:
        if mesh not in get_args(Mesh):
            raise InputError(f"mesh {mesh!r} is not one of {', '.join(get_args(Mesh))}")
        self.mesh: Mesh = mesh
        self.y, y_falls = as_axis(y, "y")
        self.x, x_falls = as_axis(x, "x")
        for name, axis in (("y", self.y), ("x", self.x)):
            if not is_uniform(axis):
                raise InputError(f"{name}: the pixels of a land mask must be even")
        land = np.asarray(mask)
        if land.shape != (self.y.size, self.x.size):
            raise InputError(
                f"mask: expected shape {(self.y.size, self.x.size)} as (y, x), got "
                f"{land.shape}"
            )
        if land.dtype.kind not in "biu":
            raise InputError(f"mask: expected true or false, got {land.dtype}")
        turned = land[:: -1 if y_falls else 1, :: -1 if x_falls else 1]
        self.mask: npt.NDArray[np.bool_] = np.ascontiguousarray(turned, dtype=bool)
        code = np.where(self.mask, _FULL, 0).astype(np.uint8)
        #: Pixels as the kernel reads them.
        self.grid: Grid = make_grid(
            _edges(self.x),
            _edges(self.y),
            code,
            clear_cells(code),
            mesh=mesh,
            periodic=False,
        )


def _edges(middles: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    half = 0.5 * (middles[-1] - middles[0]) / (middles.size - 1)
    return np.linspace(middles[0] - half, middles[-1] + half, middles.size + 1)


def coastline_mask(
    west: float, south: float, east: float, north: float, step_deg: float = 0.02
) -> LandMask:
    """Land mask of a box from the bundled coastline (Natural Earth 1:50 million).

    Parameters
    ----------
    west, south, east, north : float
        Box in degrees; ``east`` may run past 180 for a box across the date line.
    step_deg : float, default 0.02
        Longest side of a pixel, degrees.

    Returns
    -------
    LandMask
        A pixel is land if its middle is.

    Raises
    ------
    InputError
        If the box is empty or not on Earth, or would take more than 10 million pixels.

    Examples
    --------
    >>> bool(coastline_mask(-5.0, 40.0, -4.0, 41.0, 0.5).mask.all())
    True
    """
    limits = (west, south, east, north, step_deg)
    if not np.isfinite(limits).all() or step_deg <= 0.0:
        raise InputError(f"coastline mask: box and step {limits} are not usable")
    if not (-90.0 <= south < north <= 90.0 and west < east <= west + 360.0):
        raise InputError(f"coastline mask: box {limits[:4]} is empty or not on Earth")
    n_x, n_y = (
        max(2, int(np.ceil((b - a) / step_deg - 1e-9)))
        for a, b in ((west, east), (south, north))
    )
    if n_x * n_y > _MOST_PIXELS:
        raise InputError(
            f"coastline mask: {n_x} x {n_y} pixels, at most {_MOST_PIXELS} are made; "
            "take a larger step_deg or a smaller box"
        )
    x = west + (np.arange(n_x) + 0.5) * (east - west) / n_x
    y = south + (np.arange(n_y) + 0.5) * (north - south) / n_y
    lon, lat = np.meshgrid(normalise_lon(x), y)
    mask = is_on_land(lat=lat.ravel(), lon=lon.ravel()).reshape(n_y, n_x)
    return LandMask(y, x, mask)


_MOST_PIXELS = 10_000_000
