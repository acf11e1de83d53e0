"""What the debris map asks the library for: layers, cells, time, points.

The records of a layer are read once a process into an index that answers any filter
within a second, also for a million of them. Everything here is cached under the
revision of those records alone, so a job that ticks or a plan that is kept leaves the
map as it is.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import services

if TYPE_CHECKING:
    import pandas as pd

    from core.density import MapFilter, MapIndex, MassEstimate, PointSample
    from core.density.measurement_index import MeasurementIndex
    from dashboard.components.density_views import DensityView
    from dashboard.components.maps import MapFrame

__all__ = [
    "MAX_MAP_CELLS",
    "OBSERVATIONS",
    "DensityMap",
    "MapLayer",
    "MeasuredMap",
    "cell",
    "cell_sources",
    "cells",
    "default_resolution",
    "density_map",
    "index_of",
    "layers",
    "map_frame",
    "measured_index",
    "measured_map",
    "record_labels",
    "revision",
    "sample",
    "tiles_of",
    "timeline",
]

#: Cells of the first view; tiles show finer ones as a person zooms in.
MAX_MAP_CELLS = 8_000
#: Mass is told for surveyed cells of about 5 km2, as hotspots count them, whatever the
#: map shows: what was searched may stand for its surroundings (assumption), and the
#: total must not grow with the size of the map.
TOTAL_RESOLUTION = 7
#: Points of the Sightings view; a browser draws them at once and the map stays small.
MAX_POINTS = 5_000


@dataclass(frozen=True)
class MapLayer:
    """One thing the map can show; values of two layers are never mixed.

    Attributes
    ----------
    key : str
        Name in addresses and caches.
    title, unit : str
        For people.
    quantity, medium : str
        Of a measurement layer; empty for floating debris.
    """

    key: str
    title: str
    unit: str
    quantity: str = ""
    medium: str = ""

    @property
    def is_measured(self) -> bool:
        """Whether it holds measurements, see `measured_map`."""
        return bool(self.quantity)


OBSERVATIONS = MapLayer("observations", "Floating debris", "items/km²")


@dataclass(frozen=True)
class DensityMap:
    """What the debris map shows under one filter."""

    cells: "pd.DataFrame"
    mass: "MassEstimate"
    rate: float
    low: float
    high: float
    n_items: int
    n_sightings: int
    simulated: bool
    from_photos: bool


@dataclass(frozen=True)
class MeasuredMap:
    """What the map shows of a measurement layer under one filter."""

    #: A row a cell, see :class:`core.density.measurement_index.MeasurementIndex`.
    cells: "pd.DataFrame"
    n_events: int
    n_ranges: int
    simulated: bool


def layers() -> tuple[MapLayer, ...]:
    """Layers that hold a record; floating debris first."""
    from core.observations.quantities import medium, quantity

    found = [OBSERVATIONS] if len(index_of(OBSERVATIONS)) else []
    for row in services.store().measurements.layers():
        measured, where = quantity(row["quantity"]), medium(row["medium"])
        found.append(
            MapLayer(
                key=f"{measured.code}.{where.code}",
                title=where.label,
                unit=measured.unit,
                quantity=measured.code,
                medium=where.code,
            )
        )
    return tuple(found)


def index_of(layer: MapLayer = OBSERVATIONS) -> "MapIndex":
    """Return all observations, ready for any filter; read-only.

    Parameters
    ----------
    layer : MapLayer
        Floating debris; `measured_index` holds the other layers.
    """
    if layer.is_measured:
        raise ValueError(f"{layer.key} is a measurement layer")
    return _index(*_key(), revision(layer))


def measured_index(layer: MapLayer) -> "MeasurementIndex":
    """Return all measurements of a layer, ready for any filter; read-only."""
    return _measured_index(*_key(), revision(layer), layer)


def measured_map(
    chosen: "MapFilter", layer: MapLayer, *, resolution: int | None = None
) -> MeasuredMap:
    """Cells of a measurement layer.

    Parameters
    ----------
    chosen : MapFilter
        What to let through.
    layer : MapLayer
        One of `layers` with ``is_measured``.
    resolution : int, optional
        H3 resolution; that of `default_resolution` unless given.
    """
    index = measured_index(layer)
    found = index.cells(
        chosen,
        resolution=default_resolution(layer) if resolution is None else resolution,
    )
    return MeasuredMap(
        cells=found,
        n_events=int(found["n_events"].sum()),
        n_ranges=int(found["n_ranges"].sum()),
        simulated=index.is_simulated(chosen),
    )


def revision(layer: MapLayer = OBSERVATIONS) -> int:
    """Return how often the records of a layer changed."""
    kind = "measurements" if layer.is_measured else "observations"
    return services.store().revisions.of(kind)


def _any_index(layer: MapLayer) -> "MapIndex | MeasurementIndex":
    return measured_index(layer) if layer.is_measured else index_of(layer)


def map_frame(layer: MapLayer = OBSERVATIONS) -> "MapFrame | None":
    """Extent of a layer's records with a margin; None without records."""
    from dashboard.components.maps import MapFrame

    bounds = _any_index(layer).bounds
    return None if bounds is None else MapFrame.of_box(bounds)


def default_resolution(layer: MapLayer = OBSERVATIONS, *, coarser: int = 0) -> int:
    """H3 resolution whose cells are easy to see when all records are.

    Parameters
    ----------
    layer : MapLayer
        Its extent is what is seen.
    coarser : int
        Steps to take away, for a small map.
    """
    from core.density import Bbox, suggest_resolution

    frame = map_frame(layer)
    if frame is None:
        return 1
    box = Bbox(
        frame.west, frame.south, min(frame.east, frame.west + 360.0), frame.north
    )
    found = suggest_resolution(box, max_cells=MAX_MAP_CELLS // 2)
    return max(found - coarser, 1)


def density_map(
    chosen: "MapFilter | None" = None,
    *,
    resolution: int | None = None,
    layer: MapLayer = OBSERVATIONS,
) -> DensityMap:
    """Cells, mass and overall density of the records that fit a filter.

    Parameters
    ----------
    chosen : MapFilter, optional
        What to let through; everything unless given.
    resolution : int, optional
        H3 resolution; that of `default_resolution` unless given.
    layer : MapLayer
        What to show.
    """
    from core.density import MapFilter

    chosen = chosen or MapFilter()
    if resolution is None:
        resolution = default_resolution(layer)
    return _density_map(*_key(), revision(layer), layer, chosen, resolution)


def cells(layer: MapLayer, chosen: "MapFilter", resolution: int) -> "pd.DataFrame":
    """Return the cells of :func:`density_map`."""
    return density_map(chosen, resolution=resolution, layer=layer).cells


def timeline(
    chosen: "MapFilter", *, bins: int = 60, layer: MapLayer = OBSERVATIONS
) -> "pd.DataFrame":
    """Items and effort over time: ``start, end, n, n_sightings, effort_km2``."""
    return index_of(layer).timeline(chosen, bins=bins)


def sample(
    chosen: "MapFilter", *, n: int = MAX_POINTS, layer: MapLayer = OBSERVATIONS
) -> "PointSample":
    """Draw at most ``n`` records with items as points; says how many there are."""
    return index_of(layer).sample(chosen, n=n)


def tiles_of(
    chosen: "MapFilter", view: "DensityView", *, layer: MapLayer = OBSERVATIONS
) -> str | None:
    """Address of tiles for ``cell_layers``; None where this process serves none.

    Parameters
    ----------
    chosen : MapFilter
        What to let through.
    view : DensityView
        Gives the values and the scale that every zoom keeps.
    layer : MapLayer
        What to show.
    """
    from dashboard import tiles
    from dashboard.components.density_views import MEASURED, VIEWS
    from dashboard.theme import theme_name

    if not tiles.registry.is_served or view.name not in (*VIEWS, MEASURED):
        return None
    source = tiles.TileSource(
        subject="\n".join((*_key(), layer.key)),
        revision=revision(layer),
        chosen=chosen,
        view=view.name,
        scale=view.scale,
        theme=theme_name(),
    )
    return tiles.tile_url(tiles.registry.register(source, _any_index(layer)))


def cell(
    chosen: "MapFilter", name: str, *, layer: MapLayer = OBSERVATIONS
) -> dict[str, Any] | None:
    """Figures of one cell of any resolution; None if it holds no record.

    Raises
    ------
    InputError
        If ``name`` is not an H3 cell.
    """
    found = index_of(layer).cell(chosen, name)
    return None if found.empty else {str(k): v for k, v in found.iloc[0].items()}


def cell_sources(
    chosen: "MapFilter", name: str, *, layer: MapLayer = OBSERVATIONS
) -> "pd.DataFrame":
    """Return what lies behind a cell, see :meth:`core.density.MapIndex.sources`.

    Raises
    ------
    InputError
        If ``name`` is not an H3 cell.
    """
    return index_of(layer).sources(chosen, name)


def record_labels() -> dict[str, str]:
    """Names for people of every category a record may have."""
    from core.observations import RECORD_CATEGORIES

    return {c.code: c.label for c in RECORD_CATEGORIES}


def _key() -> tuple[str, str]:
    chosen = services.settings()
    return chosen.resolved_database_url, str(chosen.data_dir)


@st.cache_resource(show_spinner="Reading observations", max_entries=2)
def _index(url: str, data_dir: str, revision: int) -> "MapIndex":
    from core.density import INDEX_COLUMNS, MapIndex

    return MapIndex(services.store().observations.columns(INDEX_COLUMNS))


@st.cache_resource(
    show_spinner="Reading measurements",
    max_entries=8,
    hash_funcs={"dashboard.map_data.MapLayer": repr},
)
def _measured_index(
    url: str, data_dir: str, revision: int, layer: MapLayer
) -> "MeasurementIndex":
    from core.density.measurement_index import (
        MEASUREMENT_COLUMNS_READ,
        MeasurementIndex,
    )
    from core.observations.quantities import quantity

    frame = services.store().measurements.frame(
        quantity=layer.quantity, medium=layer.medium
    )
    columns = {name: frame[name] for name in MEASUREMENT_COLUMNS_READ}
    return MeasurementIndex(columns, quantity(layer.quantity))


@st.cache_data(
    show_spinner="Counting cells",
    max_entries=32,
    ttl=3600,
    hash_funcs={
        "core.density.map_filter.MapFilter": repr,
        "dashboard.map_data.MapLayer": repr,
    },
)
def _density_map(
    url: str,
    data_dir: str,
    revision: int,
    layer: MapLayer,
    chosen: "MapFilter",
    resolution: int,
) -> DensityMap:
    index = index_of(layer)
    found = index.cells(chosen, resolution=resolution)
    totals = index.totals(chosen, resolution=TOTAL_RESOLUTION)
    return DensityMap(
        cells=found.assign(simulated=totals.simulated),
        mass=totals.mass,
        rate=totals.rate,
        low=totals.low,
        high=totals.high,
        n_items=totals.n_items,
        n_sightings=totals.n_sightings,
        simulated=totals.simulated,
        from_photos=totals.from_photos,
    )
