"""Published model fields summed inside an area: computed and not observed.

A model has no interval unless its authors give one, and it is never mixed with counts.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from core.density.areas import Area, polygon_area_km2
from core.errors import ObservationError
from core.observations.importers import base

__all__ = ["ModelTotal", "model_total"]


@dataclass(frozen=True, kw_only=True)
class ModelTotal:
    """A published model field summed inside an area; model output, not observed.

    Attributes
    ----------
    name, quantity, source : str
        Of the field.
    total : float
        Items or grams inside.
    covered_km2 : float
        Part of the area where the model has a value, km2.
    """

    name: str
    quantity: str
    source: str
    total: float
    covered_km2: float


def model_total(field: base.GridField, area: Area) -> ModelTotal:
    """Sum a published model field inside an area.

    A cell that lies partly inside counts with the share of its box that does. Cells
    without a value (land) add nothing.

    Parameters
    ----------
    field : GridField
        Values per km2 on a regular grid, see :mod:`core.observations.importers`.
    area : Area
        The area.
    """
    south, north = _sides(np.clip(_edges(field.lat), -90.0, 90.0))
    order = np.argsort(field.lon)
    west, east = (side[np.argsort(order)] for side in _sides(_edges(field.lon[order])))
    # A column centred on 180 degrees reaches over the edge of the map.
    turns = [-360.0, 0.0, 360.0] if west.min() < -180.0 or east.max() > 180.0 else [0.0]
    share = sum(
        _shares(area.polygon, west + turn, south, east + turn, north) for turn in turns
    )
    known = np.isfinite(field.value)
    covered = np.where(known, field.cell_area_km2 * share, 0.0)
    return ModelTotal(
        name=field.name,
        quantity=field.quantity,
        source=field.source,
        total=float((covered * np.where(known, field.value, 0.0)).sum()),
        covered_km2=float(covered.sum()),
    )


def _edges(centres: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Edges between cell centres, the outer ones as far as the inner."""
    middle = (centres[:-1] + centres[1:]) / 2.0
    if len(centres) == 1:
        raise ObservationError("a model field needs at least two rows and columns")
    first, last = 2 * centres[0] - middle[0], 2 * centres[-1] - middle[-1]
    return np.concatenate([[first], middle, [last]])


def _sides(
    edges: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return np.minimum(edges[:-1], edges[1:]), np.maximum(edges[:-1], edges[1:])


def _shares(
    polygon: BaseGeometry,
    west: npt.NDArray[np.float64],
    south: npt.NDArray[np.float64],
    east: npt.NDArray[np.float64],
    north: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Share of each box of a grid that lies inside, on the sphere."""
    boxes = shapely.box(west[None, :], south[:, None], east[None, :], north[:, None])
    shapely.prepare(polygon)
    touched = shapely.intersects(polygon, boxes)
    whole = touched & shapely.contains_properly(polygon, boxes)
    share = np.asarray(whole, dtype=np.float64)
    for row, column in np.argwhere(touched & ~whole):
        box = boxes[row, column]
        part = polygon_area_km2(shapely.intersection(polygon, box))
        share[row, column] = part / polygon_area_km2(box)
    return share
