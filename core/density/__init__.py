"""Debris density in H3 cells, with survey effort and exact intervals."""

from core.density.cells import (
    DENSITY_COLUMNS,
    MAX_CELLS,
    STATUSES,
    Bbox,
    cell_density,
    rows_in_cell,
    suggest_resolution,
)
from core.density.effort import pooled_counts
from core.density.export import cell_polygon, cells_geojson
from core.density.intervals import (
    PoissonInterval,
    poisson_interval,
    weighted_poisson_interval,
)
from core.density.mass import MassEstimate, expected_mass, total_mass

__all__ = [
    "DENSITY_COLUMNS",
    "MAX_CELLS",
    "STATUSES",
    "Bbox",
    "MassEstimate",
    "PoissonInterval",
    "cell_density",
    "cell_polygon",
    "cells_geojson",
    "expected_mass",
    "poisson_interval",
    "pooled_counts",
    "rows_in_cell",
    "suggest_resolution",
    "total_mass",
    "weighted_poisson_interval",
]
