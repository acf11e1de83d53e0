"""Three global models of floating microplastic on one grid of a degree.

The file runs from 0 to 360 degrees east, and its last column is no copy of the first:
cells that straddle the prime meridian were split, their eastern half in the first
column and their western half in the last, each divided by the area of a whole cell.
The two add up to one cell. Sums over all columns then give the published totals (51.2,
14.9 and 31.2 trillion pieces; 236, 93 and 151 thousand tonnes); without the last
column the third model would lack 0.03 trillion and round to 31.1.

References
----------
.. [1] E. van Sebille et al., "A global inventory of small floating plastic debris",
   Environmental Research Letters 10 (2015) 124006.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from core.errors import ObservationError
from core.geo import normalise_lon
from core.observations._columns import FloatArray
from core.observations.importers.base import (
    GridField,
    ImportContext,
    Imported,
    Match,
    RawTable,
)

__all__ = ["ModelGrid"]

_MODELS = {
    "vansebille": "van Sebille",
    "maximenko": "Maximenko",
    "lebreton": "Lebreton",
}
_KINDS = {"abundance": "items_per_km2", "mass": "grams_per_km2"}
_UNITS = {"abundance": "km-2", "mass": "g km-2"}
_AREA = "cell_area"
_SOURCE = "van Sebille et al. 2015, doi 10.1088/1748-9326/10/12/124006"
_TURN_DEG = 360.0


class ModelGrid:
    """The NetCDF of the three models: fields, never mixed with what was observed."""

    name = "model-microplastics"
    title = "Three global models of floating microplastic (van Sebille et al. 2015)"
    companion_names: tuple[str, ...] = ()

    def match(self, tables: Sequence[RawTable]) -> Match:
        """How well the file fits, by the names of its variables."""
        if len(tables) != 1 or tables[0].kind != "netcdf" or tables[0].name != "grid":
            return Match(score=0.0)
        wanted = (*(f"{m}_{kind}" for m in _MODELS for kind in _KINDS), _AREA)
        lacks = tuple(name for name in wanted if name not in tables[0].units)
        if len(lacks) == len(wanted):
            return Match(score=0.0)
        return Match(score=1.0 if not lacks else 0.5, lacks=lacks)

    def read(self, tables: Sequence[RawTable], context: ImportContext) -> Imported:
        """Read the six fields; a record is a variable.

        Raises
        ------
        ObservationError
            If the file is gone, a unit is another, or the axes are no whole turn.
        """
        path = tables[0].path
        if path is None:
            raise ObservationError(f"{tables[0].file} is not at hand any more")
        with xr.open_dataset(path, engine="h5netcdf") as data:
            lat, lon = _axes(data, path.name)
            area_km2 = _values(data, _AREA, "km2", path.name)
            fields = tuple(
                _field(data, model, kind, lat, lon, area_km2, path.name)
                for model in _MODELS
                for kind in _KINDS
            )
        return Imported(
            profile=self.name,
            n_rows=len(fields),
            fields=fields,
            notes={"half_cells_joined_at_0_e": len(lat)},
            mapping={"lat": "lat", "lon": "lon", "cell_area_km2": _AREA},
            totals={f"{field.name} ({_unit(field)})": field.total for field in fields},
        )


def _unit(field: GridField) -> str:
    return "items" if field.quantity == "items_per_km2" else "g"


def _axes(data: xr.Dataset, file: str) -> tuple[FloatArray, FloatArray]:
    """Latitude as it stands (90 N first) and longitude of whole cells, -180 to 180."""
    lat = np.asarray(data["lat"].to_numpy(), dtype=np.float64)
    lon = np.asarray(data["lon"].to_numpy(), dtype=np.float64)
    if lon[0] != 0.0 or lon[-1] != _TURN_DEG or not (np.diff(lon) > 0).all():
        raise ObservationError(
            f"{file}: longitude runs from {lon[0]:g} to {lon[-1]:g}, expected 0 to 360"
        )
    if np.abs(lat).max() > 90.0 or len({*np.sign(np.diff(lat))}) != 1:
        raise ObservationError(f"{file}: latitude is not in order within 90 degrees")
    return lat, normalise_lon(lon[:-1])


def _values(data: xr.Dataset, name: str, unit: str, file: str) -> FloatArray:
    variable = data[name]
    stated = str(variable.attrs.get("units", ""))
    if variable.dims != ("lat", "lon") or stated != unit:
        raise ObservationError(
            f"{file}: {name} is in {stated or 'no unit'} along {variable.dims}, "
            f"expected {unit} along lat, lon"
        )
    return np.asarray(variable.to_numpy(), dtype=np.float64)


def _field(
    data: xr.Dataset,
    model: str,
    kind: str,
    lat: FloatArray,
    lon: FloatArray,
    area_km2: FloatArray,
    file: str,
) -> GridField:
    value = _values(data, f"{model}_{kind}", _UNITS[kind], file)
    if np.nanmin(value) < 0 or not np.isfinite(value).any():
        raise ObservationError(f"{file}: {model}_{kind} has negative values or none")
    joined = _joined(value)
    order = np.argsort(lon)
    area = area_km2[:, :-1]
    return GridField(
        name=f"{_MODELS[model]} {kind}",
        quantity=_KINDS[kind],
        lat=lat,
        lon=lon[order],
        value=joined[:, order],
        cell_area_km2=area[:, order],
        total=float(np.nansum(joined * area)),
        source=_SOURCE,
    )


def _joined(value: FloatArray) -> FloatArray:
    """Add the two halves of the cells at 0 E; a half on land adds nothing."""
    first, last = value[:, 0], value[:, -1]
    both = np.nan_to_num(first) + np.nan_to_num(last)
    out = value[:, :-1].copy()
    out[:, 0] = np.where(np.isnan(first) & np.isnan(last), np.nan, both)
    return out
