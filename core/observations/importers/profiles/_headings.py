"""Find columns by their published headings, whatever a tool did to blanks and dots."""

import re
from collections.abc import Sequence

from core.observations.importers.base import RawTable

__all__ = ["best_table", "find_heading"]

#: R writes blanks and brackets as dots, other tools as underscores.
_GAPS = re.compile(r"[\s._]+")


def _plain(heading: str) -> str:
    return _GAPS.sub(" ", heading).strip()


def find_heading(headings: Sequence[str], name: str) -> str | None:
    """Heading that means a published one; case counts only if it tells two apart.

    Examples
    --------
    >>> find_heading(["Sampling.Method", "Micro", "micro"], "sampling method")
    'Sampling.Method'
    >>> find_heading(["Sampling.Method", "Micro", "micro"], "micro")
    'micro'
    """
    wanted = _plain(name)
    exact = [heading for heading in headings if _plain(heading) == wanted]
    if exact:
        return exact[0]
    folded = [h for h in headings if _plain(h).casefold() == wanted.casefold()]
    return folded[0] if len(folded) == 1 else None


def best_table(tables: Sequence[RawTable], required: Sequence[str]) -> RawTable:
    """Table of a file that has most of the headings."""

    def found(table: RawTable) -> int:
        return sum(find_heading(table.columns, n) is not None for n in required)

    return max(tables, key=found)
