"""European beach surveys and cleanups of Marine LitterWatch, one column an item code.

References
----------
.. [1] European Environment Agency, Marine LitterWatch data; item codes of the TSG-ML
   master list (MSFD Technical Subgroup on Marine Litter, 2013).
"""

import re

import numpy as np
import pandas as pd

from core.errors import NotFoundError
from core.observations._columns import FloatArray
from core.observations.crosswalk import item
from core.observations.importers.profiles._dates import dates_of_text
from core.observations.importers.profiles._profile import TableProfile
from core.observations.importers.profiles._reading import Reading, record_hashes
from core.observations.importers.profiles._shore import (
    degrees_from_metres,
    is_far_inland,
    iso_country,
)
from core.observations.quantities import ANY_DEBRIS, OTHER_DEBRIS

__all__ = ["BeachLitterWatch"]

_LIST = "TSG-ML"
_CODE = re.compile(r"G\d{1,3}")
_SOURCE = "EEA Marine LitterWatch"
#: Lower limit of the method: pieces of 2.5 cm and more.
_SMALLEST_MM = 25.0
#: Assumption: nobody counts every item of a longer shore (m).
_LONGEST_M = 5000.0
#: Landlocked: its beaches are banks of lakes and rivers.
_LANDLOCKED = frozenset({"CH"})
_NO_SEA = frozenset({"", "Unknown"})


class BeachLitterWatch(TableProfile):
    """One survey or cleanup a row: items by code, over the length of the beach.

    A blank cell means not recorded or none, so only what was found is a measurement;
    an event without any item is one row ``any_debris`` with count 0.
    """

    name = "marine-litterwatch"
    title = "Marine LitterWatch beach surveys (wide table of item codes)"
    required = (
        "CommunityName",
        "BeachName",
        "BeachCountrycode",
        "BeachLength_m",
        "EventDate",
        "EventType",
        "lon_x1",
        "lat_y1",
        "lon_x2",
        "lat_y2",
        "G1",
        "G3",
        "G4",
    )

    def fill(self, reading: Reading) -> None:
        """Take every event with what was found."""
        codes = [name for name in reading.table.columns if _CODE.fullmatch(name)]
        counts = np.column_stack([_counts(reading, code) for code in codes])
        common = _events(reading)
        reading.add_events(
            reading.everything,
            **common.drop(columns=["observed_at", "length_m"]),
            started_at=common["observed_at"],
            effort=common["length_m"],
            effort_unit=np.where(common["length_m"].notna(), "m", ""),
        )
        base = common.drop(columns=["end_lat", "end_lon"]).rename(
            columns={"length_m": "effort"}
        )
        base = base.assign(
            quantity="items_per_100m",
            size_class="macro",
            size_min_mm=_SMALLEST_MM,
            source=_SOURCE,
        )
        _add_items(reading, base, codes, counts)
        _add_empty(reading, base, counts)
        reading.totals["items in the file"] = float(np.nansum(counts))


def _counts(reading: Reading, code: str) -> FloatArray:
    counts = reading.numbers(code)
    reading.doubt(
        counts < 0, code, [f"{v:g}" for v in counts.tolist()], "negative; left out"
    )
    return np.where(counts < 0, np.nan, counts)


def _add_items(
    reading: Reading, base: pd.DataFrame, codes: list[str], counts: FloatArray
) -> None:
    """Add a measurement for every code found at every event."""
    at, column = np.nonzero(np.nan_to_num(counts) > 0)
    known = [_category_of(code) for code in codes]
    found = np.array([name or OTHER_DEBRIS for name in known], dtype=object)
    unknown = np.array([not name for name in known], dtype=bool)
    reading.notes["items_of_unknown_code"] += int(unknown[column].sum())
    block = base.iloc[at].reset_index(drop=True)
    reading.add_measurements(
        at,
        **block,
        category=found[column],
        item_list=_LIST,
        item_code=np.array(codes, dtype=object)[column],
        count=counts[at, column],
    )


def _category_of(code: str) -> str:
    """Category of an item code; empty if the list has no such code."""
    try:
        return item(_LIST, code).category
    except NotFoundError:
        return ""


def _add_empty(reading: Reading, base: pd.DataFrame, counts: FloatArray) -> None:
    empty = np.flatnonzero(~(np.nan_to_num(counts) > 0).any(axis=1))
    reading.notes["events_without_items"] += len(empty)
    reading.add_measurements(
        empty, **base.iloc[empty].reset_index(drop=True), category=ANY_DEBRIS, count=0
    )


def _events(reading: Reading) -> pd.DataFrame:
    """Place, day, length, medium and name of every event."""
    place = degrees_from_metres(
        reading,
        {"lat": "lat_y1", "lon": "lon_x1", "end_lat": "lat_y2", "end_lon": "lon_x2"},
    )
    country = iso_country(reading, "BeachCountrycode")
    dates = dates_of_text(reading.texts("EventDate", "observed_at"), ("%Y%m%d",))
    kind = reading.texts("EventType", "method")
    return pd.DataFrame(
        {
            "survey": [f"Marine LitterWatch {k.lower()}".strip() for k in kind],
            "event": _names(reading, country, dates),
            **place,
            "observed_at": dates,
            "method": [f"beach {k.lower()}".strip() for k in kind],
            "medium": _media(reading, country, place),
            "length_m": _lengths(reading),
        }
    )


def _names(reading: Reading, country: list[str], dates: list[str]) -> list[str]:
    """Country, beach and day; a hash of the record tells two events of a day apart."""
    beaches = reading.texts("BeachName", "event")
    hashes = record_hashes(reading.table.frame)
    keys = [
        ", ".join(filter(None, (c, " ".join(b.split())[:120], d)))
        for c, b, d in zip(country, beaches, dates, strict=True)
    ]
    seen: dict[str, set[str]] = {}
    for key, mark in zip(keys, hashes, strict=True):
        seen.setdefault(key, set()).add(mark)
    return [
        f"{key} ({mark})" if len(seen[key]) > 1 else key
        for key, mark in zip(keys, hashes, strict=True)
    ]


def _lengths(reading: Reading) -> FloatArray:
    """Length searched, m; where it cannot be one, the count stays without density."""
    length_m = reading.numbers("BeachLength_m", "effort")
    shown = [f"{v:g}" for v in length_m.tolist()]
    reading.doubt(
        length_m <= 0, "BeachLength_m", shown, "no length; no items per 100 m"
    )
    reading.doubt(
        length_m > _LONGEST_M,
        "BeachLength_m",
        shown,
        "longer than 5 km; no items per 100 m",
    )
    usable = (length_m > 0) & (length_m <= _LONGEST_M)
    return np.where(usable, length_m, np.nan)


def _media(
    reading: Reading, country: list[str], place: dict[str, FloatArray]
) -> list[str]:
    """Shore, or the bank of a lake or river.

    Landlocked countries have no sea; elsewhere a beach that names no sea and lies far
    inland is a bank too, which is a reading and said so.
    """
    seas = reading.texts("BeachRegionalSea", "medium")
    landlocked = np.array([c in _LANDLOCKED for c in country], dtype=bool)
    no_sea = np.array([sea in _NO_SEA for sea in seas], dtype=bool) & ~landlocked
    inland = np.zeros(reading.n, dtype=bool)
    asked = np.flatnonzero(no_sea & np.isfinite(place["lat"] + place["lon"]))
    inland[asked] = is_far_inland(lat=place["lat"][asked], lon=place["lon"][asked])
    reading.read_as(
        inland,
        "BeachRegionalSea",
        seas,
        "names no sea and lies far inland; read as the bank of a lake or river",
    )
    reading.notes["lakes_and_rivers"] += int((landlocked | inland).sum())
    return ["river_bank" if bank else "shore" for bank in (landlocked | inland)]
