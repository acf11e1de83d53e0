"""Shore surveys by item codes: a column an item, or a row an item."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from core.errors import NotFoundError
from core.observations.crosswalk import item
from core.observations.importers.base import ImportContext, Imported, Match, RawTable
from core.observations.importers.layouts._litter import (
    Account,
    list_of_code,
    litter_imported,
)
from core.observations.importers.layouts._sheet import Sheet, find_columns
from core.observations.importers.layouts._shore import (
    SHORE,
    lacks_of_search,
    length_m,
    shore_searches,
)

__all__ = ["BEACH_PROFILES", "ItemColumns", "ItemRows"]

#: A table with fewer item columns may use such a word for something else.
_MIN_ITEMS = 5
_SAMPLE = 50
#: Of a long table's codes, how many a list must know.
_KNOWN_SHARE = 0.8
_LONG = {
    **SHORE,
    "list": ("itemlist", "referencelist", "list", "litterlist", "listname"),
    "code": ("itemcode", "littercode", "gcode", "jcode", "osparcode", "unepcode",
             "code", "typecode", "littertypecode", "generalcode", "itemid"),
    "count": ("count", "number", "numberofitems", "items", "quantity", "abundance",
              "total", "n", "noofitems", "itemcount"),
}  # fmt: skip


@dataclass(eq=False)
class ItemColumns:
    """One row a survey, one column an item of a litter list.

    Attributes
    ----------
    name, title : str
        Name in commands, and for people.
    item_list : str
        The list.
    pattern : str
        Regular expression of an item's heading; its one group is the code.
    length_m : float
        Length that the programme's protocol fixes, NaN if it does not.
    """

    name: str
    title: str
    item_list: str
    pattern: str
    length_m: float = float("nan")

    def items(self, table: RawTable) -> dict[str, str]:
        """Code of each heading that is an item of the list."""
        found = {}
        for column in table.columns:
            match = re.search(self.pattern, column, re.IGNORECASE)
            if match and _is_item(self.item_list, match[1]):
                found[column] = match[1].upper()
        return found

    def match(self, tables: Sequence[RawTable]) -> Match:
        """Fits with five items of the list and a search to go with them."""
        table = max(tables, key=lambda table: len(self.items(table)))
        if len(self.items(table)) < _MIN_ITEMS:
            return Match(score=0.0)
        needs_length = np.isnan(self.length_m)
        lacks = lacks_of_search(find_columns(table, SHORE), needs_length=needs_length)
        return Match(score=0.8 if not lacks else 0.85 - 0.1 * len(lacks), lacks=lacks)

    def read(self, tables: Sequence[RawTable], context: ImportContext) -> Imported:
        """Read counts per 100 m of shore."""
        table = max(tables, key=lambda table: len(self.items(table)))
        account = Account()
        sheet = Sheet(table, SHORE, latest=context.now.year)
        account.n_rows = sheet.n_rows
        keys = [str(row) for row in sheet.rows.tolist()]
        efforts = length_m(sheet, account, default=self.length_m)
        searches = shore_searches(sheet, keys, efforts, account)
        items = self._items(sheet, keys, account)
        return litter_imported(
            searches,
            items,
            account,
            named=set(items["key"]),
            profile=self.name,
            quantity_code="items_per_100m",
            medium="shore",
            context=context,
        )

    def _items(
        self, sheet: Sheet, keys: Sequence[str], account: Account
    ) -> pd.DataFrame:
        """Items found: blank and zero cells are none; the survey says so if all are."""
        parts = []
        for heading, code in self.items(sheet.table).items():
            counts = sheet.cells.floats_of(heading)
            texts = sheet.cells.texts_of(heading)
            for i in np.flatnonzero(np.isnan(counts)).tolist():
                if texts[i]:
                    reason = "is no count; the item is left out"
                    account.doubt(sheet.rows[i], heading, texts[i], reason)
            found = np.flatnonzero(counts != 0.0)
            found = found[~np.isnan(counts[found])]
            parts.append(
                pd.DataFrame(
                    {
                        "key": [keys[i] for i in found.tolist()],
                        "row": sheet.rows[found],
                        "item_list": self.item_list,
                        "item_code": code,
                        "count": counts[found],
                    }
                )
            )
        account.mapping |= {f"item {c}": h for h, c in self.items(sheet.table).items()}
        return pd.concat(parts, ignore_index=True)


class ItemRows:
    """One row an item of a survey, with its code.

    A survey that found nothing has no row in such a table, so it is not known.
    """

    name = "beach-item-rows"
    title = "Shore survey, a row an item code"

    def match(self, tables: Sequence[RawTable]) -> Match:
        """Fits where the codes are of a list and a search goes with them."""
        table = _longest(tables)
        columns = find_columns(table, _LONG)
        if not {"code", "count"} <= columns.keys() or not _codes_are_known(table):
            return Match(score=0.0)
        lacks = lacks_of_search(columns, needs_length=True)
        return Match(score=0.6 if not lacks else 0.75 - 0.1 * len(lacks), lacks=lacks)

    def read(self, tables: Sequence[RawTable], context: ImportContext) -> Imported:
        """Read counts per 100 m of shore."""
        account = Account()
        sheet = Sheet(_longest(tables), _LONG, latest=context.now.year)
        account.n_rows = sheet.n_rows
        efforts = length_m(sheet, account)
        shared = ("event", "survey", "lat", "lon", "date", "observed_at", "length")
        parts = [sheet.texts(name) for name in (*shared, "year", "month", "day")]
        keys = ["|".join(cells) for cells in zip(*parts, strict=True)]
        searches = shore_searches(sheet, keys, efforts, account)
        items = pd.DataFrame(
            {
                "key": keys,
                "row": sheet.rows,
                "item_list": _lists(sheet.texts("list"), sheet.texts("code"), sheet),
                "item_code": sheet.texts("code"),
                "count": sheet.cells.numbers("count"),
            }
        )
        return litter_imported(
            searches.drop_duplicates("key"),
            items,
            account,
            named=set(keys),
            profile=self.name,
            quantity_code="items_per_100m",
            medium="shore",
            context=context,
        )


def _longest(tables: Sequence[RawTable]) -> RawTable:
    return max(tables, key=lambda table: len(find_columns(table, _LONG)))


def _is_item(item_list: str, code: str) -> bool:
    try:
        item(item_list, code)
    except NotFoundError:
        return False
    return True


def _lists(lists: Sequence[str], codes: Sequence[str], sheet: Sheet) -> list[str]:
    """List of each row: as stated, else as its codes are written."""
    heading = sheet.columns.get("code", "").lower()
    stated = "OSPAR" if "ospar" in heading else ""
    return [
        given or stated or _unstated(code)
        for given, code in zip(lists, codes, strict=True)
    ]


def _unstated(code: str) -> str:
    """List that a code names by its letters; bare numbers could be anything."""
    name = list_of_code(code)
    return "" if name == "OSPAR" else name


def _codes_are_known(table: RawTable) -> bool:
    """Whether a sample of the codes is in the lists they seem to be of."""
    sheet = Sheet(_head(table), _LONG, latest=9999)
    codes = sheet.texts("code")
    lists = _lists(sheet.texts("list"), codes, sheet)
    pairs = [(name, code) for name, code in zip(lists, codes, strict=True) if code]
    known = sum(bool(name) and _is_item(name, code) for name, code in pairs)
    return bool(pairs) and known >= _KNOWN_SHARE * len(pairs)


def _head(table: RawTable) -> RawTable:
    return replace(table, frame=table.frame.head(_SAMPLE), rows=table.rows[:_SAMPLE])


BEACH_PROFILES = (
    ItemColumns(
        name="ospar-beach",
        title="OSPAR beach litter, 100 m",
        item_list="OSPAR",
        pattern=r"(?:\[|^ospar[ _-]?)(\d{1,3})\]?$",
        length_m=100.0,
    ),
    ItemColumns(
        name="unep-beach",
        title="UNEP/IOC beach litter",
        item_list="UNEP",
        pattern=r"\b((?:PL|FP|CL|GC|ME|PC|RB|WD|OT)\d{2})\b",
    ),
    ItemColumns(
        name="msfd-beach",
        title="MSFD beach litter, J codes",
        item_list="MSFD-J",
        pattern=r"\b(J\d{1,3})\b",
    ),
    ItemColumns(
        name="tsgml-beach",
        title="Beach litter, G codes",
        item_list="TSG-ML",
        pattern=r"\b(G\d{1,3})\b",
    ),
    ItemRows(),
)
