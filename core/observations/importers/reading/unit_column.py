"""A column that states the unit of each value: one table may hold several."""

from core.observations import _columns
from core.observations.importers.base import RawTable
from core.observations.importers.reading.headings import parse_heading
from core.observations.importers.reading.unit_words import Rate, rate_of

__all__ = ["unit_column", "units_in"]

_HEADINGS = frozenset(
    ("unit", "units", "einheit", "einheiten", "unidad", "unidades", "unite", "unites",
     "unita", "valueunit", "measurementunit", "unitofmeasure")
)  # fmt: skip


def unit_column(table: RawTable) -> str:
    """Heading of the column of units; empty without one.

    It is one only if a cell states a rate, such as items/km2.
    """
    for column in table.columns:
        if parse_heading(column).stem in _HEADINGS and units_in(table, column):
            return column
    return ""


def units_in(
    table: RawTable, column: str, *, on_shore: bool = False
) -> dict[str, Rate]:
    """Return what each unit of a column says, for those that say something."""
    texts = dict.fromkeys(_columns.texts(table.frame[column]))
    rates = {text: rate_of(text, on_shore=on_shore) for text in texts if text}
    return {text: rate for text, rate in rates.items() if rate is not None}
