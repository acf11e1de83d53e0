"""Darwin Core archives: litter as events with measurements.

Litter is no taxon, so a measurement of an event counts, not an occurrence of it.
Occurrences (animals, plants) and measurements of other things are left aside.

References
----------
.. [1] Darwin Core, https://dwc.tdwg.org/terms; ExtendedMeasurementOrFact of OBIS.
"""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.observations import _columns
from core.observations.importers.base import ImportContext, Imported, Match, RawTable
from core.observations.importers.layouts._litter import Account, searches_of
from core.observations.importers.layouts._sheet import Sheet, find_columns
from core.observations.importers.reading.unit_words import (
    effort_factor,
    quantity_of_effort,
    rate_of,
)
from core.observations.importers.reading.words import category_of
from core.observations.measurement_checks import make_measurements
from core.observations.quantities import ANY_DEBRIS

__all__ = ["DarwinCore"]

_EVENT = {
    "key": ("eventid", "id"),
    "lat": ("decimallatitude",),
    "lon": ("decimallongitude",),
    "observed_at": ("eventdate",),
    "survey": ("parenteventid", "datasetname", "projectid"),
    "event": ("eventid", "id"),
    "method": ("samplingprotocol",),
    "size": ("samplesizevalue",),
    "size_unit": ("samplesizeunit",),
    "habitat": ("habitat", "locality", "eventremarks"),
}
_FACT = {
    "key": ("eventid", "coreid", "id"),
    "occurrence": ("occurrenceid",),
    "type": ("measurementtype",),
    "value": ("measurementvalue",),
    "unit": ("measurementunit",),
    "method": ("measurementmethod",),
}
_NEEDED_OF_EVENT = ("key", "lat", "lon", "observed_at")
_NEEDED_OF_FACT = ("key", "type", "value", "unit")
#: Words that make a measurement one of litter.
_LITTER_WORDS = ("litter", "debris", "plastic", "microplastic", "item", "fragment",
                 "pellet", "fibre", "fiber", "film", "foam", "glass", "metal", "rubber",
                 "gear", "waste")  # fmt: skip
_COUNTED = {"items", "item", "count", "counts", "pieces", "individuals", "n", "1", "#"}
#: Words of protocol and habitat that say where, in the order they are looked for.
_MEDIUM_WORDS = {
    "shore": ("beach", "shore", "strand", "intertidal"),
    "sea_bed": ("sea bed", "seabed", "seafloor", "sea floor", "bottom", "benthic"),
    "water_column": ("water column", "midwater", "subsurface", "bongo"),
    "sea_surface": (
        "surface",
        "manta",
        "neuston",
        "floating",
        "visual",
        "net",
        "trawl",
    ),
}


class DarwinCore:
    """Events with measurementOrFact rows about litter."""

    name = "darwin-core"
    title = "Darwin Core events with litter measurements"

    def match(self, tables: Sequence[RawTable]) -> Match:
        """Certain with events that have place and date, and measurements."""
        events, facts = _events_table(tables), _facts_table(tables)
        if events is None and facts is None:
            return Match(score=0.0)
        has = find_columns(events, _EVENT) if events else {}
        states = find_columns(facts, _FACT) if facts else {}
        lacks = [_EVENT[name][0] for name in _NEEDED_OF_EVENT if name not in has]
        if not states:
            lacks.append("measurements of litter; it holds records of living things")
        else:
            lacks += [_FACT[name][0] for name in _NEEDED_OF_FACT if name not in states]
        score = 1.0 if not lacks else 0.9 - 0.1 * len(lacks)
        return Match(score=max(score, 0.0), lacks=tuple(lacks))

    def read(self, tables: Sequence[RawTable], context: ImportContext) -> Imported:
        """Read the measurements of litter; their number is the number of records."""
        events, facts = _events_table(tables), _facts_table(tables)
        account = Account()
        if events is None or facts is None:  # match() names what is missing
            return Imported(profile=self.name, n_rows=0)
        year = context.now.year
        sheet = Sheet(events, _EVENT, latest=year)
        fact_sheet = Sheet(facts, _FACT, latest=year)
        searches = _searches(sheet, account)
        account.n_rows = fact_sheet.n_rows
        account.refused = [*fact_sheet.refused]
        account.mapping = {**fact_sheet.columns, **sheet.columns}
        rows = _rows(fact_sheet, searches, account)
        checked = make_measurements(
            rows, rows=rows["row"].astype(np.int64).tolist(), now=context.now
        )
        refused = sorted([*account.refused, *checked.rejected], key=lambda f: f.row)
        return Imported(
            profile=self.name,
            n_rows=account.n_rows,
            measurements=checked.accepted,
            rejected=tuple(refused),
            doubts=(*account.doubts, *checked.doubts),
            repeated=checked.repeated,
            notes={**account.notes, **checked.notes},
            mapping=account.mapping,
        )


def _events_table(tables: Sequence[RawTable]) -> RawTable | None:
    """Core of events; occurrences that carry place and date serve as well."""
    place = {"decimalLatitude", "decimalLongitude"}
    found = [table for table in tables if place <= {*table.columns}]
    return found[0] if found else None


def _facts_table(tables: Sequence[RawTable]) -> RawTable | None:
    found = [t for t in tables if "measurementType" in t.columns]
    return found[0] if found else None


def _searches(sheet: Sheet, account: Account) -> pd.DataFrame:
    lat, lon = sheet.cells.positions()
    frame = searches_of(
        {
            "key": sheet.texts("key"),
            "row": sheet.rows.tolist(),
            "survey": sheet.texts("survey"),
            "event": sheet.texts("event"),
            "lat": lat,
            "lon": lon,
            "observed_at": sheet.cells.times(),
            "method": sheet.texts("method"),
        }
    )
    account.notes |= {**sheet.table.notes, **sheet.cells.notes}
    account.note("events_with_unreadable_position", len(sheet.cells.refused))
    habitats = sheet.texts("habitat")
    return frame.assign(
        size=sheet.numbers("size"),
        size_unit=sheet.texts("size_unit"),
        about=[
            f"{method} {habitat}".lower()
            for method, habitat in zip(frame["method"], habitats, strict=True)
        ],
    ).drop_duplicates("key")


def _rows(facts: Sheet, searches: pd.DataFrame, account: Account) -> pd.DataFrame:
    """Measurements of litter with the place and effort of their event."""
    events = {str(event["key"]): event for event in searches.to_dict("records")}
    columns = zip(
        facts.rows.tolist(), facts.texts("key"), facts.texts("type"),
        facts.texts("value"), facts.texts("unit"), facts.texts("occurrence"),
        strict=True,
    )  # fmt: skip
    out = []
    for row, key, kind, value, unit, occurrence in columns:
        if occurrence or not any(word in kind.lower() for word in _LITTER_WORDS):
            account.note("measurements_of_other_things")
            continue
        if key not in events:
            account.refuse(row, "eventID", key, "no event of this id")
            continue
        medium = _medium(str(events[key]["about"]), unit)
        if not medium:
            reason = "neither protocol nor habitat says water, sea bed or shore"
            account.refuse(row, "samplingProtocol", events[key]["method"], reason)
            continue
        read = _read_as(value, unit, medium, events[key])
        if read is None:
            reason = "unit is no count of a sample and no litter per something"
            account.refuse(row, "measurementUnit", unit, reason)
            continue
        shared = ("survey", "event", "lat", "lon", "observed_at", "method")
        out.append(
            {
                **{name: events[key][name] for name in shared},
                **read,
                "row": row,
                "medium": medium,
                "category": _category(kind),
                "item_list": "measurementType",
                "item_code": kind,
            }
        )
    return _without_totals(out, account)


def _category(kind: str) -> str:
    """Our category by the words of a measurement type; undivided if none is known."""
    codes = [category_of(kind), *(category_of(word) for word in kind.split())]
    found = [code for code in codes if code]
    return next((code for code in found if code != ANY_DEBRIS), ANY_DEBRIS)


def _without_totals(rows: list[dict[str, Any]], account: Account) -> pd.DataFrame:
    """Leave a total aside where the same event and quantity has its parts."""
    parts = {
        (row["event"], row["quantity"]) for row in rows if row["category"] != ANY_DEBRIS
    }
    kept = [
        row
        for row in rows
        if row["category"] != ANY_DEBRIS or (row["event"], row["quantity"]) not in parts
    ]
    account.note("totals_left_aside", len(rows) - len(kept))
    names = ["row", "lat", "lon", "observed_at", "quantity", "medium"]
    return pd.DataFrame(kept) if kept else pd.DataFrame(columns=names)


def _read_as(
    value: str, unit: str, medium: str, event: dict[Hashable, Any]
) -> dict[str, Any] | None:
    """Quantity and value of a rate, or count and effort of a count."""
    on_shore = medium in {"shore", "shore_sediment"}
    if rate := rate_of(unit, on_shore=on_shore):
        return {"quantity": rate.quantity, "value": _times(value, rate.factor)}
    if unit.strip().lower() not in _COUNTED:
        return None
    size_unit, size = str(event["size_unit"]), float(event["size"])
    code = quantity_of_effort(size_unit, on_shore=on_shore)
    factor = effort_factor(size_unit, code) if code else None
    if factor is None or not size > 0:
        return None
    return {"quantity": code, "count": value, "effort": size * factor}


def _times(value: str, factor: float) -> str:
    number = _columns.numbers(pd.Series([value], dtype="object")).data[0]
    return value if np.isnan(number) else format(number * factor, ".12g")


def _medium(about: str, unit: str) -> str:
    """Where it was measured, by unit and words of the event; empty if nothing says."""
    rate = rate_of(unit)
    if rate and rate.quantity in {"items_per_100m", "grams_per_100m"}:
        return "shore"
    for medium, words in _MEDIUM_WORDS.items():
        if any(word in about for word in words):
            is_sand = rate is not None and rate.quantity == "items_per_kg"
            return "shore_sediment" if medium == "shore" and is_sand else medium
    return ""
