"""Litter of fish trawls in the exchange format of ICES (DATRAS).

One csv with two record types, each under its own heading: ``HH`` hauls and ``LT``
litter. Minus nine is missing. Swept area is distance times wing spread, or times the
beam's width. Two litter lists share letters with different meaning, so the list
(``LTREF``) goes with every code.

References
----------
.. [1] ICES, "DATRAS litter exchange format" and vocabulary LTREF (C-TS, C-TS-REV).
"""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.geo import great_circle_distance_km
from core.observations.importers.base import ImportContext, Imported, Match, RawTable
from core.observations.importers.layouts._litter import (
    Account,
    litter_imported,
    searches_of,
)
from core.observations.importers.layouts._sheet import Sheet, find_columns
from core.units import square_metres_to_square_km

__all__ = ["DatrasLitter"]

FloatArray = npt.NDArray[np.float64]
_KEY = {
    "survey": ("survey",),
    "quarter": ("quarter",),
    "country": ("country",),
    "ship": ("ship", "platform"),
    "gear": ("gear",),
    "station": ("stno", "stationname"),
    "haul": ("haulno", "haulnumber"),
    "year": ("year",),
}
_HAUL = {
    **_KEY,
    "month": ("month",),
    "day": ("day",),
    "time": ("timeshot", "starttime"),
    "lat": ("shootlat", "shootlatitude"),
    "lon": ("shootlong", "shootlongitude"),
    "end_lat": ("haullat", "haullatitude"),
    "end_lon": ("haullong", "haullongitude"),
    "distance": ("distance",),
    "wing": ("wingspread",),
    "method": ("gear",),
}
_LITTER = {
    **_KEY,
    "list": ("ltref",),
    "code": ("param",),
    "size_class": ("ltszc",),
    "weight": ("ltweight",),
    "weight_unit": ("unitwgt",),
    "items": ("ltitems",),
    "items_unit": ("unititem",),
}
_NEEDED = ("survey", "haul", "year", "lat", "lon", "list", "code", "items")
_MISSING = ("-9", "-9.0", "-9.00")
_BEAM = re.compile(r"BT(\d{1,2})", re.IGNORECASE)
_GRAMS = {"g/haul": 1.0, "kg/haul": 1000.0, "": 1.0}


class DatrasLitter:
    """Hauls and litter, in two record types or already joined."""

    name = "datras-litter"
    title = "ICES DATRAS trawl litter"

    def match(self, tables: Sequence[RawTable]) -> Match:
        """Certain with hauls that have positions, and litter with list and code."""
        hauls, litter = _split(tables)
        found = {*find_columns(hauls, _HAUL), *find_columns(litter, _LITTER)}
        lacks = tuple(name for name in _NEEDED if name not in found)
        is_near = "list" in found and "code" in found
        score = 1.0 if not lacks else 0.9 - 0.1 * len(lacks)
        return Match(score=max(score, 0.0) if is_near else 0.0, lacks=lacks)

    def read(self, tables: Sequence[RawTable], context: ImportContext) -> Imported:
        """Read counts and masses per km2 of sea bed."""
        haul_table, litter_table = _split(tables)
        year = context.now.year
        account = Account()
        hauls = Sheet(haul_table, _HAUL, latest=year, missing=_MISSING)
        litter = Sheet(litter_table, _LITTER, latest=year, missing=_MISSING)
        searches = _searches(hauls, account)
        if haul_table is litter_table:
            searches = searches.drop_duplicates("key")
            account.n_rows = hauls.n_rows
        else:
            account.n_rows = hauls.n_rows + litter.n_rows
        account.refused += [*hauls.refused, *hauls.cells.refused]
        if haul_table is not litter_table:
            account.refused += litter.refused
        account.doubts += hauls.cells.doubts
        account.notes |= {**haul_table.notes, **hauls.cells.notes}
        account.mapping = {**hauls.columns, **litter.columns}
        items = _items(litter, account)
        return litter_imported(
            searches,
            items,
            account,
            named=set(_keys(litter)),
            profile=self.name,
            quantity_code="items_per_km2",
            medium="sea_bed",
            context=context,
        )


def _split(tables: Sequence[RawTable]) -> tuple[RawTable, RawTable]:
    """Return the table of hauls and that of litter; they may be one."""
    litter = max(tables, key=lambda table: len(find_columns(table, _LITTER)))
    hauls = max(tables, key=lambda table: len(find_columns(table, _HAUL)))
    return hauls, litter


def _keys(sheet: Sheet) -> list[str]:
    """Name of the haul of each record, the same in both tables."""
    parts = [sheet.texts(name) for name in _KEY]
    return [" ".join(cells) for cells in zip(*parts, strict=True)]


def _searches(hauls: Sheet, account: Account) -> pd.DataFrame:
    lat, lon = hauls.cells.positions()
    end_lat, end_lon = hauls.numbers("end_lat"), hauls.numbers("end_lon")
    station, haul = hauls.texts("station"), hauls.texts("haul")
    return searches_of(
        {
            "key": _keys(hauls),
            "row": hauls.rows.tolist(),
            "survey": hauls.texts("survey"),
            "event": [
                f"{ship} {s} {h}".strip()
                for ship, s, h in zip(hauls.texts("ship"), station, haul, strict=True)
            ],
            "lat": lat,
            "lon": lon,
            "end_lat": end_lat.tolist(),
            "end_lon": end_lon.tolist(),
            "observed_at": hauls.cells.times(hhmm=True),
            "effort": _swept_km2(hauls, lat, lon, account).tolist(),
            "method": hauls.texts("gear"),
        }
    )


def _swept_km2(
    hauls: Sheet, lat: list[object], lon: list[object], account: Account
) -> FloatArray:
    """Swept area: distance times width; what stands in for either is a doubt."""
    distance_m, width_m = hauls.numbers("distance"), hauls.numbers("wing")
    rows = hauls.rows.tolist()
    for i, gear in enumerate(hauls.texts("gear")):
        match = _BEAM.match(gear)
        if np.isnan(width_m[i]) and match:
            width_m[i] = float(match[1])
            reason = f"width of {width_m[i]:g} m taken from the name of the beam trawl"
            account.doubt(rows[i], "WingSpread", gear, reason)
    ends = (hauls.numbers("end_lat"), hauls.numbers("end_lon"))
    starts = [np.array([_angle(cell) for cell in cells]) for cells in (lat, lon)]
    between_m = 1000.0 * great_circle_distance_km(
        lat1=starts[0], lon1=starts[1], lat2=ends[0], lon2=ends[1]
    )
    for i in np.flatnonzero(np.isnan(distance_m) & ~np.isnan(between_m)).tolist():
        distance_m[i] = between_m[i]
        reason = "distance taken between the two positions of the haul"
        account.doubt(rows[i], "Distance", f"{distance_m[i]:.0f} m", reason)
    usable = (distance_m > 0) & (width_m > 0)
    account.note("hauls_without_swept_area", int((~usable).sum()))
    area_m2 = np.where(usable, distance_m * width_m, np.nan)
    return np.array([square_metres_to_square_km(m2) for m2 in area_m2])


def _angle(cell: object) -> float:
    return cell if isinstance(cell, float) else float("nan")


def _items(litter: Sheet, account: Account) -> pd.DataFrame:
    """Return counts and masses of the litter records, a row each."""
    counts, weights = litter.numbers("items"), litter.numbers("weight")
    units = [text.lower().replace(" ", "") for text in litter.texts("items_unit")]
    grams = [text.lower().replace(" ", "") for text in litter.texts("weight_unit")]
    columns = zip(
        litter.rows.tolist(), _keys(litter), litter.texts("list"), litter.texts("code"),
        litter.texts("size_class"), strict=True,
    )  # fmt: skip
    rows = []
    for i, (row, key, list_name, code, size) in enumerate(columns):
        if units[i] not in {"items/haul", ""}:
            reason = "counts are not per haul"
            account.refuse(row, "UnitItem", units[i], reason)
            continue
        if np.isnan(counts[i]) and np.isnan(weights[i]):
            account.refuse(row, "LT_Items", "", "neither a count nor a weight")
            continue
        shared = {
            "key": key, "row": row, "item_list": list_name, "item_code": code,
            "size_class": f"LTSZC {size}" if size else "",
        }  # fmt: skip
        if not np.isnan(counts[i]):
            rows.append({**shared, "count": counts[i], "quantity": ""})
        if np.isnan(weights[i]):
            continue
        if grams[i] in _GRAMS and weights[i] >= 0:
            mass_g = weights[i] * _GRAMS[grams[i]]
            rows.append({**shared, "count": mass_g, "quantity": "grams_per_km2"})
        else:
            value = f"{weights[i]:g} {grams[i]}"
            account.doubt(row, "LT_Weight", value, "weight left aside")
    names = ["key", "row", "item_list", "item_code", "size_class", "count", "quantity"]
    return pd.DataFrame(rows, columns=names)
