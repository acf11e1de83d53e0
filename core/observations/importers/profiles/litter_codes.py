"""The TSG-ML list of item codes, as published for Marine LitterWatch."""

import pandas as pd

from core.errors import NotFoundError
from core.observations.crosswalk import item
from core.observations.importers.profiles._profile import TableProfile
from core.observations.importers.profiles._reading import Reading
from core.observations.quantities import OTHER_DEBRIS

__all__ = ["LitterCodes"]

_LIST = "TSG-ML"


class LitterCodes(TableProfile):
    """One item code a row, kept as the table ``item_list`` with our category."""

    name = "litter-codes"
    title = "TSG-ML list of litter item codes"
    required = ("generalcode", "category", "generalname")

    def fill(self, reading: Reading) -> None:
        """Take every code with its material and name."""
        codes = reading.texts("generalcode", "item_code")
        missing = pd.Series(codes).eq("").to_numpy(dtype=bool)
        reading.refuse(missing, "generalcode", codes, "code is missing")
        names = [" ".join(n.split()) for n in reading.texts("generalname", "label")]
        found = [_category(code) for code in codes]
        reading.notes["codes_not_in_our_list"] += found.count("")
        reading.keep_table(
            "item_list",
            pd.DataFrame(
                {
                    "item_list": _LIST,
                    "item_code": codes,
                    "label": names,
                    "material": reading.texts("category", "material"),
                    "category": [name or OTHER_DEBRIS for name in found],
                }
            ),
        )


def _category(code: str) -> str:
    try:
        return item(_LIST, code).category
    except NotFoundError:
        return ""
