"""Beach litter workbooks of EMODnet Chemistry: beaches, surveys, animals, litter.

The sheets are told by their columns. Names of columns beyond those of the published
description (``RefNo, BeachName, Country``, widths, length, position, coordinate system)
are taken in the spellings seen in the field; a workbook with others is refused with
what it lacks.

References
----------
.. [1] EMODnet Chemistry, "Guidelines and forms for gathering marine litter data".
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.observations.importers.base import ImportContext, Imported, Match, RawTable
from core.observations.importers.layouts._litter import (
    Account,
    list_of_code,
    litter_imported,
    searches_of,
)
from core.observations.importers.layouts._sheet import Sheet, find_columns
from core.observations.importers.layouts._shore import SHORE, length_m

__all__ = ["EmodnetBeach"]

_BEACH_KEY = ("refno", "beachrefno", "beachcode", "beachid", "beachreference")
_SURVEY_KEY = ("surveycode", "surveyid", "surveyno", "surveynumber", "surveyrefno",
               "surveyref", "surveyreference")  # fmt: skip
_BEACH = {
    "beach": _BEACH_KEY,
    "name": ("beachname", "name"),
    "lat": SHORE["lat"],
    "lon": SHORE["lon"],
    "system": ("coordinatesystem", "coordinatereferencesystem", "datum", "crs"),
}
_SURVEY = {
    "beach": _BEACH_KEY,
    "key": _SURVEY_KEY,
    "date": SHORE["date"],
    "year": SHORE["year"],
    "month": SHORE["month"],
    "day": SHORE["day"],
    "length": SHORE["length"],
    "list": ("referencelist", "litterreferencelist", "list", "listcode"),
    "method": ("surveytype", "protocol", "method"),
}
_LITTER = {
    "key": _SURVEY_KEY,
    "list": _SURVEY["list"],
    "code": ("littercode", "itemcode", "littertypecode", "typecode", "litteritemcode",
             "litterreferencecode", "code"),
    "count": ("count", "number", "numberofitems", "abundance", "items", "quantity",
              "nbitems", "litterabundance", "itemcount", "noofitems"),
}  # fmt: skip
#: Systems whose degrees differ from WGS 84 by a metre at most.
_LIKE_WGS84 = ("", "wgs84", "epsg4326", "etrs89", "epsg4258", "gps", "wgs1984")
_NEEDED = {
    "beach": ("beach", "lat", "lon"),
    "survey": ("key", "beach", "date"),
    "litter": ("key", "code", "count"),
}
_ALIASES = {"beach": _BEACH, "survey": _SURVEY, "litter": _LITTER}


@dataclass(frozen=True)
class _Book:
    """The three sheets that matter, as far as they were found."""

    sheets: dict[str, RawTable]
    lacks: tuple[str, ...]


class EmodnetBeach:
    """A workbook with a sheet each of beaches, surveys and litter."""

    name = "emodnet-beach"
    title = "EMODnet beach litter workbook"

    def match(self, tables: Sequence[RawTable]) -> Match:
        """Certain with the three sheets and what links them."""
        if len(tables) < 2:
            return Match(score=0.0)
        book = _book(tables)
        score = 1.0 - 0.1 * len(book.lacks) if len(book.sheets) >= 2 else 0.0
        return Match(score=max(score, 0.0), lacks=book.lacks)

    def read(self, tables: Sequence[RawTable], context: ImportContext) -> Imported:
        """Read counts per 100 m of shore."""
        book = _book(tables)
        account = Account()
        offsets = _offsets(tables)
        sheets = {
            role: Sheet(
                table,
                _ALIASES[role],
                latest=context.now.year,
                offset=offsets[table.name],
            )
            for role, table in book.sheets.items()
        }
        for role, sheet in sheets.items():
            account.n_rows += sheet.n_rows
            account.refused += sheet.refused
            account.notes |= sheet.table.notes
            account.mapping |= {f"{role} {f}": h for f, h in sheet.columns.items()}
        account.note("sheets_left_aside", len(tables) - len(sheets))
        searches, lists = _searches(sheets["survey"], sheets["beach"], account)
        items = _items(sheets["litter"], lists)
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


def _book(tables: Sequence[RawTable]) -> _Book:
    """Give each role the sheet that has its columns, litter first: it has most."""
    left = list(tables)
    sheets: dict[str, RawTable] = {}
    lacks: list[str] = []
    for role in ("litter", "survey", "beach"):
        best: RawTable | None = None
        missing: tuple[str, ...] = _NEEDED[role]
        for table in left:
            found = find_columns(table, _ALIASES[role])
            lacking = tuple(name for name in _NEEDED[role] if name not in found)
            if len(lacking) < len(missing) or (best is None and not lacking):
                best, missing = table, lacking
        if best is not None:
            sheets[role] = best
            left.remove(best)
        lacks += [f"{name} in a sheet of {role}" for name in missing]
    return _Book(sheets, tuple(lacks))


def _offsets(tables: Sequence[RawTable]) -> dict[str, int]:
    """Count the records before each sheet, so that every record has one number."""
    before, offsets = 0, {}
    for table in tables:
        offsets[table.name] = before
        before += len(table.frame) + len(table.refused)
    return offsets


def _searches(
    survey: Sheet, beach: Sheet, account: Account
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Surveys with the place of their beach, and the litter list of each survey."""
    lat, lon = beach.cells.positions()
    names = beach.texts("name")
    account.refused += beach.cells.refused
    place = {
        code: (lat[i], lon[i], names[i] or code)
        for i, code in enumerate(beach.texts("beach"))
    }
    _doubt_systems(beach, account)
    keys, codes = survey.texts("key"), survey.texts("beach")
    for i, code in enumerate(codes):
        if code not in place:
            reason = "no beach of this number"
            account.refuse(survey.rows[i], survey.columns["beach"], code, reason)
    found = [place.get(code, ("", "", code)) for code in codes]
    searches = searches_of(
        {
            "key": keys,
            "row": survey.rows.tolist(),
            "event": [name for _, _, name in found],
            "lat": [lat for lat, _, _ in found],
            "lon": [lon for _, lon, _ in found],
            "observed_at": survey.cells.times(),
            "effort": length_m(survey, account),
            "method": survey.texts("method"),
        }
    )
    account.refused += survey.cells.refused
    account.doubts += survey.cells.doubts
    account.notes |= {**beach.cells.notes, **survey.cells.notes}
    return searches, dict(zip(keys, survey.texts("list"), strict=True))


def _doubt_systems(beach: Sheet, account: Account) -> None:
    for row, system in zip(beach.rows.tolist(), beach.texts("system"), strict=True):
        plain = "".join(c for c in system.lower() if c.isalnum())
        if plain not in _LIKE_WGS84:
            reason = "position taken as WGS 84, though the sheet names another system"
            account.doubt(row, beach.columns["system"], system, reason)


def _items(litter: Sheet, lists: dict[str, str]) -> pd.DataFrame:
    """Items with their list: the row's own, the survey's, or by how it is written."""
    keys, codes = litter.texts("key"), litter.texts("code")
    stated = litter.texts("list")
    return pd.DataFrame(
        {
            "key": keys,
            "row": litter.rows.astype(np.int64),
            "item_list": [
                own or lists.get(key, "") or list_of_code(code)
                for own, key, code in zip(stated, keys, codes, strict=True)
            ],
            "item_code": codes,
            "count": litter.cells.numbers("count"),
        }
    )
