"""The lists as they lie beside this module, one CSV file each.

Columns: ``code, material, label``, the row of the hub (``g``) or, in the hub itself,
the counterparts by list, and ``flags``: ``f`` fishing related, ``g`` fishing gear as
well as other gear (rope, buoys), ``s`` single-use plastic of Directive (EU) 2019/904,
``u`` uncertain. In the hub's column ``j`` an equals sign means the J number is the G
number, a tilde that it should be by the list's own rule but was not checked.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.observations.quantities import OTHER_DEBRIS

__all__ = ["HUB", "MATERIALS", "Material", "Row", "hub_row", "rows"]

HUB = "TSG-ML"
_FOLDER = Path(__file__).resolve().parent / "lists"
_FILES = {
    "TSG-ML": "tsg_ml",
    "OSPAR": "ospar",
    "UNEP": "unep",
    "C-TS": "c_ts",
    "C-TS-REV": "c_ts_rev",
    "NOAA": "noaa",
}
#: Column of the hub that names the counterpart in a list.
_HUB_COLUMNS = {
    "OSPAR": "ospar",
    "UNEP": "unep",
    "C-TS": "c_ts",
    "C-TS-REV": "c_ts_rev",
    "NOAA": "noaa",
}


@dataclass(frozen=True)
class Material:
    """A material of the tables: its MSFD name, our category, its NOAA class."""

    msfd: str
    category: str
    noaa: str


#: Names of Commission Decision (EU) 2017/848 (D10C1) and of the NOAA shoreline
#: protocol, which counts paper with processed lumber.
MATERIALS: dict[str, Material] = {
    "plastic": Material("artificial polymer materials", "plastic", "plastic"),
    "rubber": Material("rubber", "rubber", "rubber"),
    "textile": Material("cloth/textile", "textile", "cloth/fabric"),
    "paper": Material("paper/cardboard", "paper_cardboard", "processed lumber"),
    "wood": Material("processed/worked wood", "wood", "processed lumber"),
    "metal": Material("metal", "metal", "metal"),
    "glass": Material("glass/ceramics", "glass", "glass"),
    "chemicals": Material("chemicals", OTHER_DEBRIS, "other/unclassifiable"),
    "food": Material("food waste", OTHER_DEBRIS, "other/unclassifiable"),
    "undefined": Material("undefined", OTHER_DEBRIS, "other/unclassifiable"),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a list, counterparts by list name."""

    code: str
    material: str
    label: str
    hub: str
    flags: str
    counterparts: Mapping[str, str]


@cache
def rows(name: str) -> dict[str, Row]:
    """Rows of a list by code, in the list's own order."""
    if name == "MSFD-J":
        return _j_list()
    found = {}
    for raw in _read(_FILES[name]):
        code = raw["code"]
        found[code] = Row(
            code=code,
            material=raw["material"],
            label=raw["label"],
            hub=code if name == HUB else raw["g"],
            flags=raw["flags"],
            counterparts=_of_hub(raw) if name == HUB else {},
        )
    return found


def hub_row(code: str) -> Row | None:
    """Row of the hub, or None."""
    return rows(HUB).get(code)


def _of_hub(raw: Mapping[str, str]) -> dict[str, str]:
    named = {name: raw[column] for name, column in _HUB_COLUMNS.items()}
    if raw["j"] == "=":
        named["MSFD-J"] = f"J{raw['code'][1:]}"
    return {name: code for name, code in named.items() if code}


def _j_list() -> dict[str, Row]:
    """Items that kept their number, then the new numbers of those that were split."""
    kept = [
        Row(
            code=f"J{raw['code'][1:]}",
            material=raw["material"],
            label=raw["label"],
            hub=raw["code"],
            flags=raw["flags"] + ("u" if raw["j"] == "~" else ""),
            counterparts={},
        )
        for raw in _read(_FILES[HUB])
        if raw["j"]
    ]
    new = [
        Row(
            code=raw["code"],
            material=raw["material"],
            label=raw["label"],
            hub=raw["g"],
            flags=raw["flags"],
            counterparts={},
        )
        for raw in _read("j_list")
    ]
    return {row.code: row for row in (*kept, *new)}


def _read(name: str) -> list[dict[str, str]]:
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
