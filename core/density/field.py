"""A smooth density field fitted to the cells of a survey.

Cells with effort are fitted by :class:`core.density.EffortDensity`; the field then
tells the density between them, as far as its reach. Beyond its reach it says nothing:
there the figures would be those of the priors.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import NamedTuple

import h3.api.basic_str as h3_str
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from core.coastline import is_on_land
from core.density._field_points import even_points, shortest_arc
from core.density.cells import (
    DENSITY_COLUMNS,
    STATUSES,
    Bbox,
    cell_density,
    suggest_resolution,
)
from core.density.estimators import EffortDensity, Method
from core.density.estimators.places import extent_km, to_places
from core.errors import InputError, ObservationError
from core.geo import EARTH_RADIUS_KM, normalise_lon

__all__ = ["DensityField", "FieldItems", "FieldRaster", "fit_field"]

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[int, int, str], None]
Cancelled = Callable[[], bool]

#: Rows of a raster predicted at a time, in points.
_BLOCK = 4_000
_MOST_PIXELS = 1_000_000
#: A kernel has come down to 0.14 at two bandwidths, as a Matern field at its range.
_KERNEL_REACH = 2.0
#: However long the range, nobody saw how densities farther apart than the survey is
#: wide go together: half its extent is taken as the most (an assumption).
_MOST_REACH = 0.5


class FieldRaster(NamedTuple):
    """The field on a grid, for a picture.

    ``lat`` (n_lat,) runs north; ``lon`` (n_lon,) runs east and past 180 where the box
    crosses it. The others have shape (n_lat, n_lon), items per km2, NaN on land and
    beyond the reach.
    """

    lat: FloatArray
    lon: FloatArray
    density: FloatArray
    low: FloatArray
    high: FloatArray


class FieldItems(NamedTuple):
    """Items in a polygon, with their interval."""

    items: float
    low: float
    high: float


@dataclass(frozen=True)
class DensityField:
    """A fitted field.

    Attributes
    ----------
    model : EffortDensity
    cells : DataFrame
        The cells with effort that it was fitted to, columns ``DENSITY_COLUMNS``.
    resolution : int
        Their H3 resolution.
    reach_km : float
        Farthest from a cell with effort that it says something: the range of the
        field, where the correlation has come down to about 0.13, and at most half
        the extent of the survey.
    """

    model: EffortDensity
    cells: pd.DataFrame
    resolution: int
    reach_km: float

    @property
    def limits(self) -> tuple[str, ...]:
        """What the fit could not decide, and how far it reaches, as sentences."""
        reach = f"nothing is said farther than {self.reach_km:.3g} km from effort"
        return (*self.model.limits_, reach)

    @property
    def bbox(self) -> Bbox:
        """Smallest box around the cells, one cell wider on each side."""
        lat, lon = self.cells["lat"].to_numpy(), self.cells["lon"].to_numpy()
        margin = np.degrees(2.0 * _edge_km(self.resolution) / EARTH_RADIUS_KM)
        south, north = max(lat.min() - margin, -90.0), min(lat.max() + margin, 90.0)
        wide = margin / max(np.cos(np.radians(np.abs(lat).max())), 0.01)
        start, width = shortest_arc(lon)
        if width + 2.0 * wide >= 360.0:
            return Bbox(-180.0, float(south), 180.0, float(north))
        west, east = normalise_lon([start - wide, start + width + wide])
        return Bbox(float(west), float(south), float(east), float(north))

    def says_something(
        self, *, lat: npt.ArrayLike, lon: npt.ArrayLike
    ) -> npt.NDArray[np.bool_]:
        """Whether positions lie within the reach of a cell with effort."""
        known = to_places(self.cells[["lat", "lon"]].to_numpy(dtype=float), "degrees")
        distance, _ = cKDTree(known).query(to_places(_positions(lat, lon), "degrees"))
        return np.asarray(distance <= self.reach_km)

    def at(
        self, *, lat: npt.ArrayLike, lon: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Density with its interval at positions, NaN beyond the reach.

        Returns
        -------
        density, low, high : ndarray of float, shape (n,)
            Items per km2.
        """
        position = _positions(lat, lon)
        out = np.full((3, len(position)), np.nan)
        inside = self.says_something(lat=position[:, 0], lon=position[:, 1])
        if inside.any():
            out[:, inside] = self.model.predict(position[inside], return_interval=True)
        return out[0], out[1], out[2]

    def raster(
        self,
        n_lat: int = 100,
        n_lon: int = 100,
        *,
        bbox: Bbox | None = None,
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> FieldRaster:
        """Evaluate the field on a grid of latitudes and longitudes.

        Parameters
        ----------
        n_lat, n_lon : int
            Size of the grid, at most a million points together.
        bbox : Bbox, optional
            Box in degrees; that of the cells unless given.
        progress : callable, optional
            Called with points done, points in all and a message.
        cancelled : callable, optional
            Asked between blocks; when true the work stops.

        Raises
        ------
        InputError
            If the grid is empty or too large, or the work was cancelled.
        """
        if n_lat < 1 or n_lon < 1 or n_lat * n_lon > _MOST_PIXELS:
            raise InputError(
                f"a raster of {n_lat} x {n_lon} points, expected 1 to {_MOST_PIXELS:,}"
            )
        box = self.bbox if bbox is None else bbox
        width = (box.east - box.west) % 360.0 or 360.0
        lat = box.south + (np.arange(n_lat) + 0.5) * (box.north - box.south) / n_lat
        lon = box.west + (np.arange(n_lon) + 0.5) * width / n_lon
        lats, lons = (x.ravel() for x in np.meshgrid(lat, lon, indexing="ij"))
        out = np.full((3, n_lat * n_lon), np.nan)
        for begin in range(0, len(lats), _BLOCK):
            _tell(progress, cancelled, begin, len(lats), "predicting the field")
            part = slice(begin, begin + _BLOCK)
            out[:, part] = self._at_sea(lats[part], normalise_lon(lons[part]))
        _tell(progress, None, len(lats), len(lats), "field predicted")
        layers = out.reshape(3, n_lat, n_lon)
        return FieldRaster(lat, lon, layers[0], layers[1], layers[2])

    def _at_sea(self, lat: FloatArray, lon: FloatArray) -> FloatArray:
        out = np.full((3, len(lat)), np.nan)
        sea = ~is_on_land(lat=lat, lon=lon)
        if sea.any():
            out[:, sea] = self.at(lat=lat[sea], lon=lon[sea])
        return out

    def total(
        self, polygon: BaseGeometry, *, n_draws: int = 1_000, seed: int = 0
    ) -> FieldItems:
        """Items in the part of a polygon that is sea and within reach.

        The polygon is stood for by an even grid of points. Its interval comes from
        joint draws of the field at all of them, because errors of neighbours go
        together and do not cancel.

        Parameters
        ----------
        polygon : shapely Polygon or MultiPolygon
            WGS 84 degrees.
        n_draws : int, default 1000
        seed : int, default 0

        Raises
        ------
        InputError
            If no part of it is sea within reach of effort.
        """
        lat, lon, area_km2 = self._points_of(polygon)
        inside = self.says_something(lat=lat, lon=lon)
        if not inside.any():
            raise InputError(
                "no part of the area is sea within "
                f"{self.reach_km:.3g} km of a surveyed cell"
            )
        places = np.column_stack([lat, lon])[inside]
        area_km2 = area_km2[inside]
        drawn = self.model.sample(places, n_draws, seed) @ area_km2
        density = np.asarray(self.model.predict(places))
        tail = (1.0 - float(self.model.confidence)) / 2.0
        low, high = np.quantile(drawn, [tail, 1.0 - tail])
        return FieldItems(float(density @ area_km2), float(low), float(high))

    def share_within_reach(self, polygon: BaseGeometry) -> float:
        """Share of the sea of a polygon about which the field says something."""
        lat, lon, area_km2 = self._points_of(polygon)
        inside = self.says_something(lat=lat, lon=lon)
        return float(area_km2[inside].sum() / area_km2.sum())

    def _points_of(
        self, polygon: BaseGeometry
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        points = even_points(polygon)
        sea = ~is_on_land(lat=points[:, 0], lon=normalise_lon(points[:, 1]))
        if not sea.any():
            raise InputError("the area lies on land")
        lat, lon, area_km2 = points[sea].T
        return lat, normalise_lon(lon), area_km2

    def predicted_cells(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Fill the cells of a table with the field's density and interval.

        Parameters
        ----------
        cells : DataFrame
            As :func:`core.density.cell_density` makes.

        Returns
        -------
        DataFrame
            The same rows. A cell without effort within reach that is not on land gets
            status ``predicted``; beyond it stays ``never_surveyed`` and NaN. Cells
            with effort keep their status, count and effort.
        """
        out = cells.copy()
        lat, lon = (out[name].to_numpy(dtype=float) for name in ("lat", "lon"))
        found = np.array(self.at(lat=lat, lon=normalise_lon(lon)))
        new = (out["effort_km2"] == 0.0).to_numpy()
        if self.model.method_ == "cells":
            # One cell says nothing of the next.
            found[:, new] = np.nan
        found[:, new & is_on_land(lat=lat, lon=normalise_lon(lon))] = np.nan
        out[["density_per_km2", "low", "high"]] = found.T
        out.loc[new & np.isfinite(found[0]), "status"] = STATUSES[2]
        return out


def fit_field(
    observations: pd.DataFrame,
    *,
    resolution: int | None = None,
    method: Method = "cox",
    confidence: float = 0.9,
    categories: Collection[str] | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> DensityField:
    """Fit a smooth field to observations, or to cells with counts and effort.

    Parameters
    ----------
    observations : DataFrame
        Observation rows, or cells with the columns of ``DENSITY_COLUMNS``. The effort
        of one search is counted once (:mod:`core.density.effort`).
    resolution : int, optional
        H3 resolution of the cells that rows are pooled in; one that makes at most
        about 5,000 cells of the box around the rows with effort unless given.
    method : {"cox", "kernel", "cells"}, default "cox"
    confidence : float, default 0.9
    categories : collection of str, optional
        Categories to count, all debris unless given; only for rows.
    progress : callable, optional
        Called with steps done, steps in all and a message.
    cancelled : callable, optional
        Asked between steps; when true the work stops.

    Returns
    -------
    DensityField

    Raises
    ------
    ObservationError
        If a row cannot be used, or none has effort.
    InputError
        If the work was cancelled.
    """
    _tell(progress, cancelled, 0, 2, "pooling counts and effort")
    cells = _surveyed(observations, resolution, categories)
    resolution = int(h3_str.get_resolution(str(cells["h3"].iloc[0])))
    _tell(progress, cancelled, 1, 2, f"fitting the density of {len(cells):,} cells")
    model = EffortDensity(method=method, confidence=confidence, geometry="degrees")
    model.fit(cells[["lat", "lon"]].to_numpy(), cells["n"], cells["effort_km2"])
    _tell(progress, None, 2, 2, "field fitted")
    return DensityField(model, cells, resolution, _reach_km(model, cells, resolution))


def _surveyed(
    observations: pd.DataFrame,
    resolution: int | None,
    categories: Collection[str] | None,
) -> pd.DataFrame:
    """Cells with effort; rows are pooled, cells are taken as they are."""
    if {"h3", "n", "effort_km2", "lat", "lon"} <= set(observations.columns):
        cells = observations
    else:
        if "effort_km2" not in observations:
            raise ObservationError("observations lack the column effort_km2")
        with_effort = observations.loc[observations["effort_km2"].notna()]
        if with_effort.empty:
            raise ObservationError("no observation has an effort: there is no density")
        chosen = resolution
        if chosen is None:
            chosen = suggest_resolution(_box_of(with_effort))
        cells = cell_density(with_effort, resolution=chosen, categories=categories)
    cells = cells.loc[cells["effort_km2"] > 0.0]
    if cells.empty:
        raise ObservationError("no cell has an effort: there is no density")
    columns = [name for name in DENSITY_COLUMNS if name in cells.columns]
    return cells[columns].reset_index(drop=True)


def _box_of(rows: pd.DataFrame) -> Bbox:
    """Box around rows, at least a tenth of a degree wide."""
    start, width = shortest_arc(rows["lon"].to_numpy(dtype=float))
    south = max(float(rows["lat"].min()) - 0.05, -90.0)
    north = min(float(rows["lat"].max()) + 0.05, 90.0)
    return Bbox(start, south, start + min(width + 0.1, 359.9), north)


def _reach_km(model: EffortDensity, cells: pd.DataFrame, resolution: int) -> float:
    edge = _edge_km(resolution)
    if model.method_ == "cells":
        return edge
    times = _KERNEL_REACH if model.method_ == "kernel" else 1.0
    places = to_places(cells[["lat", "lon"]].to_numpy(dtype=float), "degrees")
    most = _MOST_REACH * extent_km(places)
    return max(min(times * float(model.range_km_), most), edge)


def _edge_km(resolution: int) -> float:
    return float(h3_str.average_hexagon_edge_length(resolution, unit="km"))


def _positions(lat: npt.ArrayLike, lon: npt.ArrayLike) -> FloatArray:
    return np.column_stack([np.atleast_1d(lat), np.atleast_1d(lon)]).astype(np.float64)


def _tell(
    progress: Progress | None,
    cancelled: Cancelled | None,
    done: int,
    total: int,
    message: str,
) -> None:
    if cancelled is not None and cancelled():
        raise InputError("the field was cancelled")
    if progress is not None:
        progress(done, total, message)
