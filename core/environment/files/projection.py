"""Positions and angles of a grid from the projection its file names."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyproj
import xarray as xr
from pyproj.exceptions import CRSError, ProjError

from core.environment.files.layout import text_of
from core.environment.files.rotate import unwrapped_lon
from core.environment.files.values import read_axis
from core.environment.text import clean_text
from core.errors import InputError

__all__ = ["Projected", "projected_grid"]

FloatArray = npt.NDArray[np.float64]

#: Texts that name a projection by other means; they can point at files.
_LEFT_OUT = frozenset({"crs_wkt", "spatial_ref", "proj4", "proj4text", "proj4_string"})
#: Step for the direction of a grid axis, as a share of the grid's own step.
_STEP_SHARE = 1e-3


class Projected:
    """A grid's own axes and the way from them to latitude and longitude."""

    def __init__(self, crs: pyproj.CRS, x: FloatArray, y: FloatArray) -> None:
        self.x, self.y = x, y
        self._to_degrees = pyproj.Transformer.from_crs(
            crs, crs.geodetic_crs, always_xy=True
        )

    def positions(self) -> tuple[FloatArray, FloatArray]:
        """Latitude and longitude of every node, degrees."""
        return self._at(*np.meshgrid(self.x, self.y))

    def angle_deg(self) -> FloatArray:
        """Angle from east to the first axis at every node, degrees anticlockwise."""
        x, y = np.meshgrid(self.x, self.y)
        step = _STEP_SHARE * float(np.abs(np.diff(self.x)).min())
        lat0, lon0 = self._at(x - step, y)
        lat1, lon1 = self._at(x + step, y)
        east = (lon1 - lon0 + 180.0) % 360.0 - 180.0
        shrink = np.cos(np.radians((lat0 + lat1) / 2.0))
        return np.degrees(np.arctan2(lat1 - lat0, east * shrink))

    def _at(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        lon, lat = self._to_degrees.transform(x, y)
        return np.asarray(lat), np.asarray(lon)


def projected_grid(
    dataset: xr.Dataset,
    name: str,
    *,
    rows: slice,
    columns: slice,
    y_dim: str,
    x_dim: str,
    record: str,
) -> Projected | None:
    """Projection of a variable's grid, none where the file does not name one.

    Raises
    ------
    InputError
        If the projection is named but cannot be understood.
    """
    mapping = text_of(dataset.variables[name], "grid_mapping").split(":")[0].strip()
    if mapping not in dataset.variables or not {y_dim, x_dim} <= set(dataset.variables):
        return None
    axes = [
        (read_axis(dataset, dim, record=record)[part], dataset.variables[dim])
        for dim, part in ((x_dim, columns), (y_dim, rows))
    ]
    if any(axis.ndim != 1 or axis.size < 2 for axis, _ in axes):
        return None
    try:
        crs = _crs_of(_plain(dataset.variables[mapping].attrs))
        projected = Projected(crs, *(axis * _metres(unit) for axis, unit in axes))
        lat, lon = projected.positions()
    except (CRSError, ProjError, KeyError, TypeError, ValueError, AttributeError) as e:
        raise InputError(
            f"{record}: projection {clean_text(mapping, longest=60)!r} not understood "
            f"({clean_text(e, longest=120)})"
        ) from e
    if not (np.all(np.isfinite(lat)) and np.all(np.isfinite(unwrapped_lon(lon)))):
        raise InputError(f"{record}: the projection puts nodes nowhere on Earth")
    return projected


def _metres(axis: xr.Variable) -> float:
    return 1000.0 if text_of(axis, "units").lower() in {"km", "kilometer"} else 1.0


@lru_cache(maxsize=8)
def _crs_of(attributes: tuple[tuple[str, str | tuple[float, ...]], ...]) -> pyproj.CRS:
    """Projection of the attributes; kept, for to build one takes 0.2 s."""
    return pyproj.CRS.from_cf(
        {
            key: value[0] if isinstance(value, tuple) and len(value) == 1 else value
            for key, value in attributes
        }
    )


def _plain(
    attrs: Mapping[str, object],
) -> tuple[tuple[str, str | tuple[float, ...]], ...]:
    """Attributes as Python numbers and text, short ones only."""
    plain: list[tuple[str, str | tuple[float, ...]]] = []
    for key, value in attrs.items():
        if key in _LEFT_OUT:
            continue
        if isinstance(value, str | bytes):
            plain.append((key, clean_text(value, longest=100)))
        else:
            numbers = np.atleast_1d(np.asarray(value)).ravel()[:4]
            if numbers.dtype.kind in "iuf" and numbers.size:
                plain.append((key, tuple(float(number) for number in numbers)))
    return tuple(plain)
