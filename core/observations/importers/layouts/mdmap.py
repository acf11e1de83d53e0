"""Shoreline surveys of the NOAA Marine Debris Monitoring and Assessment Project.

Standing-stock and random transects give items per m2: transect length times shoreline
width. Accumulation surveys clear the whole site of 100 m and give items per 100 m. The
headings of NOAA's downloads were not at hand; items are known by NOAA's own names.

References
----------
.. [1] S. Lippiatt, S. Opfer, C. Arthur, "Marine Debris Monitoring and Assessment",
   NOAA Technical Memorandum NOS-OR&R-46 (2013).
.. [2] NOAA Marine Debris Program, "Shoreline Survey Guide" (2021).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.errors import NotFoundError
from core.observations.crosswalk import item
from core.observations.importers.base import ImportContext, Imported, Match, RawTable
from core.observations.importers.layouts._litter import Account, litter_imported
from core.observations.importers.layouts._sheet import Sheet, find_columns
from core.observations.importers.layouts._shore import (
    SHORE,
    lacks_of_search,
    length_m,
    shore_searches,
)

__all__ = ["MdmapShoreline"]

_MDMAP = {
    **SHORE,
    "width": ("shorelinewidth", "width", "transectwidth", "beachwidth",
              "shorelinewidthm", "widthm"),
    "transect": ("transectlength", "transectlengthm", "transectwidthm"),
    "n_transects": ("numberoftransects", "ntransects", "transects"),
    "transect_id": ("transectid", "transectno", "transectnumber", "transect"),
    "zone": ("zone", "surveyzone", "area"),
}  # fmt: skip
_MIN_ITEMS = 4
#: Words beside an item that name its material, which NOAA's names do without, and how
#: the codes of that material begin.
_MATERIALS = {
    "plastic": "plastic",
    "metal": "metal",
    "glass": "glass",
    "rubber": "rubber",
    "cloth": "cloth",
    "fabric": "cloth",
    "lumber": "lumber",
}


class MdmapShoreline:
    """One row a survey or transect, one column an item of NOAA's list."""

    name = "mdmap-shoreline"
    title = "NOAA MDMAP shoreline survey"

    def match(self, tables: Sequence[RawTable]) -> Match:
        """Fits with four of NOAA's items and the shoreline or transect searched."""
        table = max(tables, key=lambda table: len(_items_of(table)))
        columns = find_columns(table, _MDMAP)
        if len(_items_of(table)) < _MIN_ITEMS:
            return Match(score=0.0)
        has_area = {"width", "transect"} <= columns.keys()
        lacks = lacks_of_search(columns, needs_length=False)
        if not has_area and "length" not in columns:
            lacks = (
                *lacks,
                "shoreline width and transect length, or the site's length",
            )
        return Match(score=0.7 if not lacks else 0.8 - 0.1 * len(lacks), lacks=lacks)

    def read(self, tables: Sequence[RawTable], context: ImportContext) -> Imported:
        """Read counts per m2, or per 100 m where no transects were laid."""
        table = max(tables, key=lambda table: len(_items_of(table)))
        account = Account()
        sheet = Sheet(table, _MDMAP, latest=context.now.year)
        account.n_rows = sheet.n_rows
        by_area = sheet.has("width", "transect")
        efforts = _area_m2(sheet, account) if by_area else length_m(sheet, account)
        keys = [str(row) for row in sheet.rows.tolist()]
        searches = shore_searches(sheet, keys, efforts, account)
        searches["event"] = _events(sheet)
        items = _found(sheet, keys, account)
        return litter_imported(
            searches,
            items,
            account,
            named=set(items["key"]),
            profile=self.name,
            quantity_code="items_per_m2" if by_area else "items_per_100m",
            medium="shore",
            context=context,
        )


def _items_of(table: RawTable) -> dict[str, str]:
    """NOAA's code for each heading that names one of its items.

    A material's own column is its total where items of it have columns too, so it is
    left out: a total never stands beside its parts.
    """
    found = {column: code for column in table.columns if (code := _noaa_code(column))}
    materials = {code.split("_")[0] for code in found.values() if "_" in code}
    return {
        column: code
        for column, code in found.items()
        if code.split("_")[0] not in materials or not _is_total(code)
    }


def _is_total(code: str) -> bool:
    return code in {
        "plastic", "metal", "glass", "rubber", "processed_lumber", "cloth_fabric",
    }  # fmt: skip


def _noaa_code(heading: str) -> str:
    """Code of an item by its name, with or without its material beside it.

    A metal cap is no plastic cap: an item that NOAA has of another material only is
    that material's "other".
    """
    if code := _code_of(heading):
        return code
    words = heading.replace(":", " ").replace(",", " ").replace(" - ", " ").split()
    named = [word for word in words if word.lower() in _MATERIALS]
    if len(named) != 1:
        return ""
    bare = " ".join(word for word in words if word not in named)
    material = _MATERIALS[named[0].lower()]
    code = _code_of(bare) or _code_of(f"{bare} fragments")
    if not code or code.partition("_")[0] == material:
        return code
    return f"{material}_other"


def _code_of(name: str) -> str:
    try:
        return item("NOAA", name).code if name else ""
    except NotFoundError:
        return ""


def _area_m2(sheet: Sheet, account: Account) -> list[float]:
    """Shore searched: transect length times shoreline width times transects."""
    width, length = sheet.numbers("width"), sheet.numbers("transect")
    many = sheet.numbers("n_transects")
    many = np.where(many > 0, many, 1.0)
    usable = (width > 0) & (length > 0)
    for i in np.flatnonzero(~usable).tolist():
        value = f"{width[i]:g} x {length[i]:g}"
        reason = "no area of shore, so items per m2 are not known"
        account.doubt(sheet.rows[i], sheet.columns["width"], value, reason)
    return [float(a) for a in np.where(usable, width * length * many, np.nan)]


def _events(sheet: Sheet) -> list[str]:
    """Site with its transect and zone, which keep their counts apart."""
    parts = [sheet.texts(name) for name in ("event", "transect_id", "zone")]
    return [" ".join(filter(None, cells)) for cells in zip(*parts, strict=True)]


def _found(sheet: Sheet, keys: Sequence[str], account: Account) -> pd.DataFrame:
    columns = _items_of(sheet.table)
    account.mapping |= {f"item {code}": column for column, code in columns.items()}
    aside = [c for c in sheet.table.columns if _noaa_code(c) and c not in columns]
    account.note("totals_left_aside", len(aside))
    parts = []
    for heading, code in columns.items():
        counts = sheet.cells.floats_of(heading)
        some = np.flatnonzero(counts > 0)
        parts.append(
            pd.DataFrame(
                {
                    "key": [keys[i] for i in some.tolist()],
                    "row": sheet.rows[some],
                    "item_list": "NOAA",
                    "item_code": code,
                    "count": counts[some],
                }
            )
        )
    found = pd.concat(parts, ignore_index=True)
    # Two columns may be of one code; equal counts of them are not one record.
    keys = [name for name in found.columns if name != "count"]
    added: pd.DataFrame = found.groupby(keys, sort=False)["count"].sum().reset_index()
    return added
