"""Smooth fields of the Debris map: fitted in the background, kept for whoever asks.

A fit belongs to the filter and the state of the records, not to a browser tab: a later
visit with the same filter finds it running or done. It runs in one thread a process, so
that the pages stay quick.
"""

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from math import cos, radians
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import InputError
from core.geo import normalise_lon
from dashboard import map_data, services

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from core.density import Bbox, MapFilter
    from core.density.field import DensityField, FieldItems, FieldRaster

__all__ = ["Fit", "FittedField", "cancel", "fit_of", "start"]

#: Coverage of the field's interval, as everywhere on the map.
CONFIDENCE = 0.95
_PIXELS = (140, 180)
_MAX_FITS = 8
_KM_PER_DEGREE = 111.195


@dataclass(frozen=True)
class FittedField:
    """A field and its picture; remembers what it was asked to sum."""

    model: "DensityField"
    raster: "FieldRaster"
    _sums: "dict[bytes, FieldItems]" = field(default_factory=dict)
    _shares: dict[bytes, float] = field(default_factory=dict)

    def total(self, polygon: "BaseGeometry") -> "FieldItems":
        """Items in a polygon, see :meth:`core.density.field.DensityField.total`."""
        if polygon.wkb not in self._sums:
            self._sums[polygon.wkb] = self.model.total(polygon)
        return self._sums[polygon.wkb]

    def share_within_reach(self, polygon: "BaseGeometry") -> float:
        """Share of the sea of a polygon that the field says something about."""
        if polygon.wkb not in self._shares:
            self._shares[polygon.wkb] = self.model.share_within_reach(polygon)
        return self._shares[polygon.wkb]


@dataclass
class Fit:
    """A fit that runs or has ended.

    Attributes
    ----------
    future : Future
        Gives the field, or raises what went wrong.
    done, total : int
        Steps done and in all.
    doing : str
        What is being done.
    """

    future: "Future[FittedField] | None" = None
    done: int = 0
    total: int = 1
    doing: str = "waiting"
    stop: threading.Event = field(default_factory=threading.Event)

    def tell(self, done: int, total: int, doing: str) -> None:
        """Note how far the work is."""
        self.done, self.total, self.doing = done, max(total, 1), doing

    @property
    def is_running(self) -> bool:
        """Whether there is something to wait for."""
        return self.future is not None and not self.future.done()

    def wait(self, seconds: float) -> None:
        """Wait for the end, at most for some time."""
        from concurrent.futures import wait

        if self.future is not None:
            wait([self.future], timeout=seconds)


@dataclass
class _Fits:
    """Every fit of this process by what it was made of."""

    pool: ThreadPoolExecutor
    lock: threading.Lock
    kept: "OrderedDict[tuple[str, int, str], Fit]"


@st.cache_resource(show_spinner=False)
def _fits() -> _Fits:
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gyre-field")
    return _Fits(pool, threading.Lock(), OrderedDict())


def fit_of(layer: map_data.MapLayer, chosen: "MapFilter") -> Fit | None:
    """Return the fit of a filter; None where nobody has asked for it."""
    fits = _fits()
    with fits.lock:
        return fits.kept.get(_key(layer, chosen))


def start(layer: map_data.MapLayer, chosen: "MapFilter") -> Fit:
    """Fit the field of a filter, or return the fit that there is."""
    fits, key = _fits(), _key(layer, chosen)
    cells = map_data.density_map(chosen, layer=layer).cells
    with fits.lock:
        known = fits.kept.get(key)
        if known is not None:
            fits.kept.move_to_end(key)
            return known
        fit = Fit()
        searched = cells.loc[cells["effort_km2"] > 0].reset_index(drop=True)
        fit.future = fits.pool.submit(_work, searched, fit)
        fits.kept[key] = fit
        while len(fits.kept) > _MAX_FITS:
            _, oldest = fits.kept.popitem(last=False)
            oldest.stop.set()
        return fit


def cancel(layer: map_data.MapLayer, chosen: "MapFilter") -> None:
    """Stop a fit and forget it."""
    fits = _fits()
    with fits.lock:
        fit = fits.kept.pop(_key(layer, chosen), None)
    if fit is not None:
        fit.stop.set()
        if fit.future is not None:
            fit.future.cancel()


def _key(layer: map_data.MapLayer, chosen: "MapFilter") -> tuple[str, int, str]:
    url = services.settings().resolved_database_url
    return url, map_data.revision(layer), f"{layer.key} {chosen!r}"


def _picture_box(model: "DensityField") -> "Bbox":
    """Box of the field, wide enough to hold its reach on every side."""
    from core.density import Bbox

    box = model.bbox
    up = model.reach_km / _KM_PER_DEGREE
    steepest = min(max(abs(box.south), abs(box.north)) + up, 85.0)
    side = up / cos(radians(steepest))
    width = (box.east - box.west) % 360.0 or 360.0
    if width + 2.0 * side >= 360.0:
        return Bbox(-180.0, box.south, 180.0, box.north)
    west, east = (float(x) for x in normalise_lon([box.west - side, box.east + side]))
    south, north = max(box.south - up, -90.0), min(box.north + up, 90.0)
    return Bbox(west, south, east, north)


def _work(cells: "pd.DataFrame", fit: Fit) -> FittedField:
    from core.density.field import fit_field

    if cells.empty:
        raise InputError("no cell with a known searched area fits these filters")
    model = fit_field(
        cells, confidence=CONFIDENCE, progress=fit.tell, cancelled=fit.stop.is_set
    )
    raster = model.raster(
        *_PIXELS, bbox=_picture_box(model), progress=fit.tell, cancelled=fit.stop.is_set
    )
    return FittedField(model, raster)
