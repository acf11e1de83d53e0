"""Rows of an estimator's table as sites on Earth, and the nearest of some sites."""

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.neighbors import BallTree

from core.errors import CleanupWarning
from core.geo import EARTH_RADIUS_KM, normalise_lon

__all__ = ["NO_SITE", "SiteIndex", "masses_of", "positions_of", "site_columns"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Label of a row that belongs to no hotspot, vessel or site.
NO_SITE = -1
_LAT, _LON, _MASS = range(3)
_TABLE = ["lat", "lon", "mass_kg"]


class SiteIndex:
    """Finds the nearest of some positions on the sphere, if one is near enough."""

    def __init__(self, positions: FloatArray) -> None:
        self._tree = (
            BallTree(np.radians(positions), metric="haversine")
            if len(positions)
            else None
        )

    def nearest(self, positions: FloatArray, *, within_km: float) -> IntArray:
        """Row of the nearest position; -1 where none is within the distance."""
        if self._tree is None:
            return np.full(len(positions), NO_SITE)
        distance, row = self._tree.query(np.radians(positions))
        near = distance[:, 0] * EARTH_RADIUS_KM <= within_km
        return np.asarray(np.where(near, row[:, 0], NO_SITE))


def site_columns(X: Any) -> Any:  # noqa: N803
    """Take the columns of a table of sites; anything else is taken as it is."""
    names = getattr(X, "columns", ())
    return X[_TABLE] if set(_TABLE) <= set(names) else X


def positions_of(table: FloatArray) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Latitude and longitude of each row, and whether it lies on Earth.

    Other rows are told of and stand at (0, 0), for the caller to leave out.
    """
    lat, lon = table[:, _LAT], table[:, _LON]
    on_earth = (np.abs(lat) <= 90.0) & (lon >= -180.0) & (lon < 360.0)
    if not on_earth.all():
        row = int(np.argmin(on_earth))
        warnings.warn(
            f"{int((~on_earth).sum())} of {len(table)} rows are not on Earth and are "
            f"left out, the first row {row} at latitude {lat[row]:g}, longitude "
            f"{lon[row]:g}; expected [-90, 90] and [-180, 360)",
            CleanupWarning,
            stacklevel=4,
        )
    positions = np.column_stack([lat, normalise_lon(lon)])
    return np.where(on_earth[:, None], positions, 0.0), on_earth


def masses_of(table: FloatArray) -> FloatArray:
    n_columns = table.shape[1]
    return table[:, _MASS] if n_columns > _MASS else np.ones(len(table))
