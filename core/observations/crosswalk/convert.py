"""Records in the terms of every litter list, with nothing dropped."""

import pandas as pd

from core.errors import NotFoundError, ObservationError
from core.observations.categories import category as find_category
from core.observations.crosswalk._tables import MATERIALS
from core.observations.crosswalk.items import Item, item, other_in
from core.observations.quantities import ANY_DEBRIS, OTHER_DEBRIS

__all__ = ["LIST_COLUMNS", "NOT_LITTER", "UNDIVIDED", "to_lists"]

#: Columns that `to_lists` adds, and the list each is in. ``msfd`` and ``noaa`` are
#: materials, the others are item codes.
LIST_COLUMNS: dict[str, str] = {
    "msfd": "",
    "noaa": "",
    "msfd_j": "MSFD-J",
    "tsg_ml": "TSG-ML",
    "ospar": "OSPAR",
    "unep": "UNEP",
    "c_ts": "C-TS",
    "c_ts_rev": "C-TS-REV",
    "noaa_item": "NOAA",
}
#: A total that was never divided belongs to no single item or material.
UNDIVIDED = "undivided total"
#: Living things, and a search that found nothing.
NOT_LITTER = "not litter"

_KEY = ["category", "item_list", "item_code"]
_MATERIAL_OF = {
    **{m.category: name for name, m in MATERIALS.items()},
    "fishing_gear": "plastic",
    OTHER_DEBRIS: "undefined",
}
#: Item of a list that stands for a whole category better than its "other".
_BY_CATEGORY = {("TSG-ML", "fishing_gear"): "G61"}


def to_lists(frame: pd.DataFrame) -> pd.DataFrame:
    """Add what each record is in every litter list.

    A record with a known item code is translated by its item, any other by its
    category. Where a list has no counterpart the record becomes what that list calls
    other, so sums over a list's column are sums over all records.

    Parameters
    ----------
    frame : DataFrame
        Observations or measurements: ``category`` and, where known, ``item_list`` and
        ``item_code``.

    Returns
    -------
    DataFrame
        The same rows in the same order, with the columns of `LIST_COLUMNS` and
        ``crosswalk``: ``item`` or ``category``, by what the record was translated. A
        counterpart that is uncertain is not used.

    Raises
    ------
    ObservationError
        If there is no column ``category``.
    """
    if "category" not in frame:
        raise ObservationError("records lack the column category")
    keys = pd.DataFrame({name: _texts(frame, name) for name in _KEY})
    kinds = keys.drop_duplicates()
    names = [*LIST_COLUMNS, "crosswalk"]
    table = pd.DataFrame(
        [_in_lists(*key) for key in kinds.itertuples(index=False, name=None)],
        columns=names,
        dtype="str",
    )
    known = pd.concat([kinds.reset_index(drop=True), table], axis=1)
    found = keys.merge(known, on=_KEY, how="left", validate="many_to_one")[names]
    return frame.assign(**{name: found[name].to_numpy() for name in names})


def _texts(frame: pd.DataFrame, name: str) -> list[str]:
    if name not in frame:
        return [""] * len(frame)
    return ["" if pd.isna(value) else str(value).strip() for value in frame[name]]


def _in_lists(category: str, item_list: str, code: str) -> list[str]:
    if category == ANY_DEBRIS:
        return [UNDIVIDED] * len(LIST_COLUMNS) + ["category"]
    if category and not _is_debris(category):
        return [NOT_LITTER] * len(LIST_COLUMNS) + ["category"]
    found = _known(item_list, code)
    if found is None:
        return [*_of_category(category), "category"]
    codes = [found.in_list(name) for name in LIST_COLUMNS.values() if name]
    return [found.msfd_material, found.noaa_material, *codes, "item"]


def _known(item_list: str, code: str) -> Item | None:
    if not item_list or not code:
        return None
    try:
        return item(item_list, code)
    except NotFoundError:
        return None


def _is_debris(category: str) -> bool:
    try:
        return find_category(category).is_debris
    except NotFoundError:
        return True


def _of_category(category: str) -> list[str]:
    name = _MATERIAL_OF.get(category, "undefined")
    material = MATERIALS[name]
    codes = [
        _BY_CATEGORY.get((one, category)) or other_in(one, name)
        for one in LIST_COLUMNS.values()
        if one
    ]
    return [material.msfd, material.noaa, *codes]
