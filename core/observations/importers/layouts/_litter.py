"""Searches and the litter they found, as measurements and sampling events.

Monitoring programmes keep two tables: where, when and how much was searched, and the
items of each search under the codes of a litter list. A search without items found
nothing, which is one record of `any_debris` with a count of zero.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.errors import NotFoundError
from core.observations._faults import shown
from core.observations.crosswalk import item
from core.observations.frame import QualityFlag, Rejection
from core.observations.importers.base import ImportContext, Imported
from core.observations.measurement_checks import make_events, make_measurements
from core.observations.quantities import ANY_DEBRIS, OTHER_DEBRIS, quantity

__all__ = ["Account", "list_of_code", "litter_imported", "searches_of"]

#: Columns of the searches; ``key`` tells them apart within the file.
SEARCH_COLUMNS = (
    "key", "row", "survey", "event", "lat", "lon", "observed_at", "effort", "method",
    "note", "source", "end_lat", "end_lon",
)  # fmt: skip
_LIST_OF_CODE = (
    (re.compile(r"J\d{1,3}", re.IGNORECASE), "MSFD-J"),
    (re.compile(r"G\d{1,3}", re.IGNORECASE), "TSG-ML"),
    (re.compile(r"(PL|FP|CL|GC|ME|PC|RB|WD|OT)\d{2}", re.IGNORECASE), "UNEP"),
    (re.compile(r"\d{1,3}"), "OSPAR"),
)


@dataclass
class Account:
    """What a layout refuses, doubts and notes while it reads."""

    refused: list[Rejection] = field(default_factory=list)
    doubts: list[Rejection] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=dict)
    n_rows: int = 0

    def doubt(self, row: int, name: str, value: object, reason: str) -> None:
        """Keep a record, but say what is doubtful."""
        self.doubts.append(Rejection(int(row), name, shown(value), reason))

    def refuse(self, row: int, name: str, value: object, reason: str) -> None:
        """Refuse a record."""
        self.refused.append(Rejection(int(row), name, shown(value), reason))

    def note(self, name: str, number: int = 1) -> None:
        """Count a reading."""
        if number:
            self.notes[name] = self.notes.get(name, 0) + int(number)


def list_of_code(code: str) -> str:
    """Return the litter list that writes its codes so; empty if none does.

    Examples
    --------
    >>> list_of_code("PL06"), list_of_code("G124"), list_of_code("net")
    ('UNEP', 'TSG-ML', '')
    """
    for pattern, name in _LIST_OF_CODE:
        if pattern.fullmatch(code.strip()):
            return name
    return ""


def searches_of(columns: dict[str, Sequence[object]]) -> pd.DataFrame:
    """Return a frame of searches; columns that are not given are empty."""
    n = len(columns["key"])
    return pd.DataFrame(
        {
            name: pd.Series(list(columns.get(name, [""] * n)), dtype="object")
            for name in SEARCH_COLUMNS
        }
    )


def litter_imported(
    searches: pd.DataFrame,
    items: pd.DataFrame,
    account: Account,
    *,
    named: set[str],
    profile: str,
    quantity_code: str,
    medium: str,
    context: ImportContext,
) -> Imported:
    """Check searches and items together.

    Parameters
    ----------
    searches : DataFrame
        As `searches_of` gives them; efforts in the unit of the quantity.
    items : DataFrame
        ``key, row, item_list, item_code, count``; where given, ``quantity`` and
        ``value`` of the row, ``category``, ``size_class``.
    account : Account
        What was refused, doubted and noted so far.
    named : set of str
        Searches that the file names items for, refused ones too: the others found
        nothing.
    profile : str
        Name of the profile.
    quantity_code, medium : str
        Of every row that does not name its own.
    context : ImportContext
        The moment of the import.
    """
    gone = {fault.row for fault in account.refused}
    searches = searches[~searches["row"].isin(gone)]
    items = _known_searches(items[~items["row"].isin(gone)], searches, account)
    items = _with_categories(items, account)
    whole = _joined(searches, items, named, account)
    frame = whole.assign(
        quantity=_filled(whole, "quantity", quantity_code),
        medium=medium,
        note=_notes(whole, account),
        quality_flag=_flags(whole, account),
    )
    rows = whole["row"].astype(np.int64).tolist()
    checked = make_measurements(frame, rows=rows, now=context.now)
    events = make_events(
        searches.rename(columns={"observed_at": "started_at"}).assign(
            medium=medium,
            effort_unit=_effort_units(searches, quantity_code),
            note=_notes(searches, account),
            quality_flag=_flags(searches, account),
        ),
        rows=searches["row"].astype(np.int64).tolist(),
        now=context.now,
    )
    refused = _unique([*account.refused, *checked.rejected, *events.rejected])
    out = {fault.row for fault in refused}
    doubts = [*account.doubts, *checked.doubts, *events.doubts]
    return Imported(
        profile=profile,
        n_rows=account.n_rows,
        measurements=checked.accepted,
        events=events.accepted,
        rejected=tuple(refused),
        doubts=tuple(_unique([doubt for doubt in doubts if doubt.row not in out])),
        repeated=checked.repeated,
        notes={**account.notes, **checked.notes},
        mapping=account.mapping,
    )


def _known_searches(
    items: pd.DataFrame, searches: pd.DataFrame, account: Account
) -> pd.DataFrame:
    """Items whose search is there; the others are refused."""
    known = items["key"].isin(set(searches["key"]))
    for row, key in items.loc[~known, ["row", "key"]].itertuples(index=False):
        account.refuse(row, "search", key, "no search of this name could be read")
    return items[known]


def _with_categories(items: pd.DataFrame, account: Account) -> pd.DataFrame:
    """Items with our category; a code the list does not have is kept as other.

    One row may give a count and a mass, and is doubted once.
    """
    doubted = set()
    given = items["category"] if "category" in items else [""] * len(items)
    categories = []
    pairs = zip(
        items["row"], items["item_list"], items["item_code"], given, strict=True
    )
    for row, list_name, code, category in pairs:
        if not category:
            try:
                category = item(list_name, code).category
            except NotFoundError:
                category = OTHER_DEBRIS
                reason = f"the list {list_name or '(none)'} has no such item"
                if (row, code) not in doubted:
                    account.doubt(row, "item_code", code, reason)
                doubted.add((row, code))
        categories.append(category)
    return items.assign(category=pd.Series(categories, index=items.index, dtype="str"))


def _joined(
    searches: pd.DataFrame, items: pd.DataFrame, named: set[str], account: Account
) -> pd.DataFrame:
    """Every item with its search, and every search without items as a zero."""
    place = searches.drop(columns=["row", "end_lat", "end_lon"])
    found = items.merge(place, on="key", how="left")
    empty = searches[~searches["key"].isin(named)]
    account.note("searches_that_found_nothing", len(empty))
    zeros = empty.drop(columns=["end_lat", "end_lon"]).assign(
        item_list="", item_code="", count=0, category=ANY_DEBRIS
    )
    whole: pd.DataFrame = pd.concat([found, zeros], ignore_index=True)
    return whole.sort_values("row", kind="stable").reset_index(drop=True)


def _filled(frame: pd.DataFrame, name: str, default: str) -> list[str]:
    if name not in frame:
        return [default] * len(frame)
    return [
        value if isinstance(value, str) and value else default for value in frame[name]
    ]


def _notes(whole: pd.DataFrame, account: Account) -> list[str]:
    """Return the notes of the records, with the doubts of their rows."""
    reasons: dict[int, list[str]] = {}
    for doubt in account.doubts:
        reasons.setdefault(doubt.row, []).append(doubt.reason)
    return [
        "; ".join(filter(None, [str(note), *reasons.get(int(row), [])]))
        for note, row in zip(whole["note"], whole["row"], strict=True)
    ]


def _flags(whole: pd.DataFrame, account: Account) -> list[int]:
    doubtful = {doubt.row for doubt in account.doubts}
    good, suspect = int(QualityFlag.GOOD), int(QualityFlag.SUSPECT)
    return [suspect if int(row) in doubtful else good for row in whole["row"]]


def _effort_units(searches: pd.DataFrame, quantity_code: str) -> list[str]:
    unit = quantity(quantity_code).effort_unit
    return [
        unit if str(value) not in {"", "nan"} else "" for value in searches["effort"]
    ]


def _unique(faults: Sequence[Rejection]) -> list[Rejection]:
    return sorted(dict.fromkeys(faults), key=lambda fault: fault.row)
