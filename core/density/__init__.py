"""Debris density in H3 cells, with survey effort and exact intervals."""

from core.density.area_totals import AreaTotals, area_totals
from core.density.areas import Area, make_area, parse_area, polygon_area_km2
from core.density.cells import (
    DENSITY_COLUMNS,
    MAX_CELLS,
    STATUSES,
    Bbox,
    cell_density,
    rows_in_cell,
    suggest_resolution,
)
from core.density.compare import RateRatio, rate_ratio
from core.density.effort import pooled_counts
from core.density.estimators import EffortDensity, HeldOutScores, held_out_scores
from core.density.export import cell_polygon, cells_geojson
from core.density.field import DensityField, FieldItems, FieldRaster, fit_field
from core.density.intervals import (
    PoissonInterval,
    poisson_interval,
    weighted_poisson_interval,
)
from core.density.map_filter import MapFilter
from core.density.map_index import (
    INDEX_COLUMNS,
    MAP_COLUMNS,
    MapIndex,
    MapTotals,
    PointSample,
)
from core.density.mass import MassEstimate, expected_mass, total_mass
from core.density.model_totals import ModelTotal, model_total

__all__ = [
    "DENSITY_COLUMNS",
    "INDEX_COLUMNS",
    "MAP_COLUMNS",
    "MAX_CELLS",
    "STATUSES",
    "Area",
    "AreaTotals",
    "Bbox",
    "DensityField",
    "EffortDensity",
    "FieldItems",
    "FieldRaster",
    "HeldOutScores",
    "MapFilter",
    "MapIndex",
    "MapTotals",
    "MassEstimate",
    "ModelTotal",
    "PointSample",
    "PoissonInterval",
    "RateRatio",
    "area_totals",
    "cell_density",
    "cell_polygon",
    "cells_geojson",
    "expected_mass",
    "fit_field",
    "held_out_scores",
    "make_area",
    "model_total",
    "parse_area",
    "poisson_interval",
    "polygon_area_km2",
    "pooled_counts",
    "rate_ratio",
    "rows_in_cell",
    "suggest_resolution",
    "total_mass",
    "weighted_poisson_interval",
]
