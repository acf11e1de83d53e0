"""Items of the litter lists, and their counterparts.

References
----------
.. [1] D. Fleet, T. Vlachogianni, G. Hanke, "A Joint List of Litter Categories for
   Marine Macrolitter Monitoring", JRC121708 (2021), doi 10.2760/127473.
.. [2] MSFD Technical Subgroup on Marine Litter, "Guidance on Monitoring of Marine
   Litter in European Seas" (2013), master list of categories.
.. [3] OSPAR Commission, "Guideline for Monitoring Marine Litter on the Beaches in the
   OSPAR Maritime Area" (2010).
.. [4] A. Cheshire et al., "UNEP/IOC Guidelines on Survey and Monitoring of Marine
   Litter" (2009).
.. [5] ICES vocabulary of trawl litter, lists C-TS and C-TS-REV (DATRAS).
.. [6] NOAA Marine Debris Program, Monitoring and Assessment Project (MDMAP).
.. [7] Directive (EU) 2019/904 on certain plastic products, annex.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from core.errors import NotFoundError
from core.observations._faults import shown
from core.observations.crosswalk._tables import HUB, MATERIALS, Row, hub_row, rows

__all__ = [
    "OTHER",
    "Item",
    "ItemList",
    "crosswalk_table",
    "find_items",
    "item",
    "lists",
    "other_in",
]

#: Stands for "none of the list's items" where a list has no such item of its own.
OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class ItemList:
    """A litter list.

    Attributes
    ----------
    code : str
        Name in files (``item_list`` of a measurement).
    title, used_for, source : str
        Names for people, and where the list is published.
    aliases : tuple of str
        Other spellings that files use.
    """

    code: str
    title: str
    used_for: str
    source: str
    aliases: tuple[str, ...] = ()

    @property
    def items(self) -> "tuple[Item, ...]":
        """Its items, in the list's own order."""
        return tuple(_items(self.code).values())


@dataclass(frozen=True, kw_only=True)
class Item:
    """An item of a litter list.

    Attributes
    ----------
    item_list, code, label : str
        The list, the item's code in it, and what it is, in our words.
    category : str
        Our category.
    msfd_material, noaa_material : str
        Material of the EU and of the NOAA list.
    counterparts : mapping of str to str
        Code in each other list that has the same item or the group it belongs to.
    is_fishing : bool or None
        Fishing related; None where other trades use it too (rope, buoys).
    is_single_use : bool or None
        A single-use plastic of Directive (EU) 2019/904; None if that is not sure.
    is_uncertain : bool
        The code's meaning or its place here was not checked against the official list.
    material : str
        Short name of the material, as the tables of this package use it.
    """

    item_list: str
    code: str
    label: str
    category: str
    msfd_material: str
    noaa_material: str
    counterparts: Mapping[str, str]
    is_fishing: bool | None
    is_single_use: bool | None
    is_uncertain: bool
    material: str

    def in_list(self, name: str) -> str:
        """Code in a list: the counterpart, or what the list calls other.

        Examples
        --------
        >>> item("TSG-ML", "G7").in_list("OSPAR")
        '4'
        >>> item("TSG-ML", "G72").in_list("OSPAR")  # traffic cones: other plastic
        '48'
        """
        if name == self.item_list:
            return self.code
        return self.counterparts.get(name) or other_in(name, self.material)


_LISTS: tuple[ItemList, ...] = (
    ItemList(
        code="MSFD-J",
        title="MSFD Joint List",
        used_for="beach, sea surface and sea bed in the EU",
        source="JRC121708 (2021), doi 10.2760/127473",
        aliases=("J", "J-list", "Joint List", "MSFD", "MSFD J-list"),
    ),
    ItemList(
        code=HUB,
        title="TSG-ML master list",
        used_for="beach in the EU until 2021; Marine LitterWatch",
        source="MSFD Technical Subgroup on Marine Litter (2013)",
        aliases=("G", "G-list", "TSG ML", "MLW", "Marine LitterWatch"),
    ),
    ItemList(
        code="OSPAR",
        title="OSPAR beach list",
        used_for="beach in the north-east Atlantic, 100 m",
        source="OSPAR guideline for beach litter (2010)",
        aliases=("OSPAR beach", "OSPAR 100 m", "OSPAR-100m"),
    ),
    ItemList(
        code="UNEP",
        title="UNEP/IOC list",
        used_for="beach, sea surface and sea bed worldwide",
        source="UNEP/IOC guidelines (2009)",
        aliases=("UNEP/IOC", "UNEP-IOC"),
    ),
    ItemList(
        code="C-TS",
        title="ICES trawl litter, first list",
        used_for="sea bed, fish trawls (DATRAS)",
        source="ICES vocabulary, LTREF C-TS",
        aliases=("ICES C-TS",),
    ),
    ItemList(
        code="C-TS-REV",
        title="ICES trawl litter, revised list",
        used_for="sea bed, fish trawls (DATRAS)",
        source="ICES vocabulary, LTREF C-TS-REV",
        aliases=("ICES C-TS-REV",),
    ),
    ItemList(
        code="NOAA",
        title="NOAA shoreline list (MDMAP)",
        used_for="shore in the United States",
        source="NOAA Marine Debris Program; it has names, the codes here are ours",
        aliases=("MDMAP", "NOAA MDMAP"),
    ),
)

#: What each list calls other, by material. A material that is not named has none, as
#: metal in the OSPAR list, which asks for the size.
_OTHER_IN: dict[str, dict[str, str]] = {
    "MSFD-J": {},
    "TSG-ML": {
        "plastic": "G124", "rubber": "G134", "textile": "G145", "paper": "G158",
        "wood": "G173", "metal": "G197", "glass": "G210",
    },
    "OSPAR": {
        "plastic": "48", "rubber": "53", "textile": "59", "paper": "67",
        "glass": "93", "chemicals": "111",
    },
    "UNEP": {
        "plastic": "PL24", "rubber": "RB08", "textile": "CL06", "paper": "PC05",
        "wood": "WD06", "metal": "ME10", "glass": "GC08", "": "OT05",
    },
    "C-TS": {
        "plastic": "A12", "rubber": "D6", "paper": "F3", "wood": "F1",
        "metal": "C8", "glass": "E4", "": "G3",
    },
    "C-TS-REV": {
        "plastic": "A14", "rubber": "C6", "paper": "E3", "wood": "E1",
        "metal": "B8", "glass": "D4", "": "F3",
    },
    "NOAA": {
        "plastic": "plastic_other", "rubber": "rubber_other",
        "textile": "cloth_other", "paper": "lumber_paper_cardboard",
        "wood": "lumber_other", "metal": "metal_other", "glass": "glass_other",
        "": "other",
    },
}  # fmt: skip

#: Pairs of the two ICES lists that have no row in the hub.
_ICES_PAIRS = {
    "A": "A", "C": "B", "D": "C", "E": "D", "F": "E", "G": "F",
    "D5": "C5", "F5": "E5", "G3": "F3",
}  # fmt: skip
#: First word of our NOAA codes, and the class it stands for.
_NOAA_MATERIAL = {
    "lumber": "processed lumber",
    "processed": "processed lumber",
    "cloth": "cloth/fabric",
    "other": "other/unclassifiable",
}


def lists() -> tuple[ItemList, ...]:
    """Every list that is known."""
    return _LISTS


def other_in(name: str, material: str) -> str:
    """Return what a list calls other of a material; `OTHER` if it has no such item."""
    known = _OTHER_IN[name]
    return known.get(material) or known.get("", OTHER)


def item(item_list: str, code: str) -> Item:
    """Return an item of a list.

    Parameters
    ----------
    item_list : str
        Name of the list, in any of its spellings: ``TSG-ML``, ``ICES C-TS-REV``.
    code : str
        Code of the item, or its label; case and spaces do not matter.

    Raises
    ------
    NotFoundError
        If there is no such list or item.

    Examples
    --------
    >>> net = item("OSPAR", "116")
    >>> net.category, net.msfd_material, net.in_list("TSG-ML")
    ('fishing_gear', 'artificial polymer materials', 'G54')
    """
    name = _list_named(item_list)
    found = _by_word(name).get(_plain(code))
    if found is None:
        raise NotFoundError(f"{name} has no item {shown(code)}")
    return found


def crosswalk_table(item_list: str = "") -> pd.DataFrame:
    """Return the items of a list as a table, or those of all lists.

    Parameters
    ----------
    item_list : str, default ""
        Name of the list, in any of its spellings; every list if empty.

    Returns
    -------
    DataFrame
        ``item_list, code, label, category, msfd_material, noaa_material``, a column
        for each list (its own code there, empty where it has no counterpart),
        ``is_fishing, is_single_use`` (None where that is not sure), ``is_uncertain``.

    Raises
    ------
    NotFoundError
        If there is no such list.
    """
    wanted = [_list_named(item_list)] if item_list else [one.code for one in _LISTS]
    return pd.DataFrame(
        [_table_row(one) for name in wanted for one in _items(name).values()]
    )


def _table_row(one: Item) -> dict[str, object]:
    codes = {**one.counterparts, one.item_list: one.code}
    return {
        "item_list": one.item_list,
        "code": one.code,
        "label": one.label,
        "category": one.category,
        "msfd_material": one.msfd_material,
        "noaa_material": one.noaa_material,
        **{other.code: codes.get(other.code, "") for other in _LISTS},
        "is_fishing": one.is_fishing,
        "is_single_use": one.is_single_use,
        "is_uncertain": one.is_uncertain,
    }


def find_items(table: pd.DataFrame, text: str) -> pd.DataFrame:
    """Return the rows that a code or words fit, the exact code first.

    Parameters
    ----------
    table : DataFrame
        From `crosswalk_table`.
    text : str
        A code or its beginning, or words that all have to stand in the label; case
        does not matter. Everything if empty.
    """
    key = _plain(text)
    if not key:
        return table
    codes = table["code"].map(_plain)
    exact = codes == key
    words = text.casefold().split()
    labels = table["label"].str.casefold()
    has_words = pd.Series(
        [all(word in label for word in words) for label in labels],
        index=table.index,
        dtype=bool,
    )
    found = table.loc[exact | codes.str.startswith(key) | has_words]
    return (
        found.assign(_far=~exact.loc[found.index])
        .sort_values("_far", kind="stable", ignore_index=True)
        .drop(columns="_far")
    )


@cache
def _items(name: str) -> dict[str, Item]:
    return {row.code: _item(name, row) for row in rows(name).values()}


@cache
def _by_word(name: str) -> dict[str, Item]:
    """Items by code and by label; a label of two items names neither."""
    items = _items(name)
    labels: dict[str, Item | None] = {}
    for one in items.values():
        key = _plain(one.label)
        labels[key] = None if key in labels else one
    by_label = {key: one for key, one in labels.items() if one is not None}
    return {**by_label, **{_plain(one.code): one for one in items.values()}}


def _item(name: str, row: Row) -> Item:
    material = MATERIALS[row.material]
    counterparts = _counterparts(name, row)
    is_gear = "f" in row.flags or "g" in row.flags
    noaa_code = row.code if name == "NOAA" else counterparts.get("NOAA", "")
    return Item(
        item_list=name,
        code=row.code,
        label=row.label,
        category="fishing_gear" if is_gear else material.category,
        msfd_material=material.msfd,
        noaa_material=_noaa_material(noaa_code) or material.noaa,
        counterparts=counterparts,
        is_fishing=None if "g" in row.flags else "f" in row.flags,
        is_single_use=True if "s" in row.flags else None,
        is_uncertain="u" in row.flags,
        material=row.material,
    )


def _counterparts(name: str, row: Row) -> dict[str, str]:
    found: dict[str, str] = {}
    hub = hub_row(row.hub) if row.hub else None
    if hub is not None:
        found = {HUB: hub.code, **hub.counterparts}
    if name == "C-TS" and row.code in _ICES_PAIRS:
        found.setdefault("C-TS-REV", _ICES_PAIRS[row.code])
    if name == "C-TS-REV":
        back = {new: old for old, new in _ICES_PAIRS.items()}
        if row.code in back:
            found.setdefault("C-TS", back[row.code])
    found.pop(name, None)
    return found


def _noaa_material(code: str) -> str:
    word = code.split("_")[0]
    return _NOAA_MATERIAL.get(word, word)


def _list_named(name: str) -> str:
    key = _plain(name)
    for one in _LISTS:
        if key in {_plain(spelling) for spelling in (one.code, *one.aliases)}:
            return one.code
    known = ", ".join(one.code for one in _LISTS)
    raise NotFoundError(f"no litter list {shown(name)}; known: {known}")


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).upper()
