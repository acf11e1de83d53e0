"""Litter lists of the field, and how their items correspond to each other and to ours.

Seven lists are known. The TSG-ML list is the hub: each of its rows names the
counterparts in the other lists, and each row of another list names its row there. The
labels are our own words; the official lists stay the authority, and what could not be
checked against one is marked uncertain.
"""

from core.observations.crosswalk.convert import (
    LIST_COLUMNS,
    NOT_LITTER,
    UNDIVIDED,
    to_lists,
)
from core.observations.crosswalk.items import (
    OTHER,
    Item,
    ItemList,
    crosswalk_table,
    find_items,
    item,
    lists,
)

__all__ = [
    "LIST_COLUMNS",
    "NOT_LITTER",
    "OTHER",
    "UNDIVIDED",
    "Item",
    "ItemList",
    "crosswalk_table",
    "find_items",
    "item",
    "lists",
    "to_lists",
]
