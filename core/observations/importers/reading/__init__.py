"""Read the notations of field tables: numbers, dates, positions, headings."""

from core.observations.importers.reading.dates import parse_clock, parse_dates
from core.observations.importers.reading.decimals import decimal_mark
from core.observations.importers.reading.headings import field_of, parse_heading
from core.observations.importers.reading.positions import parse_angle, split_position
from core.observations.importers.reading.unit_words import effort_factor, rate_of
from core.observations.importers.reading.words import category_of

__all__ = [
    "category_of",
    "decimal_mark",
    "effort_factor",
    "field_of",
    "parse_angle",
    "parse_clock",
    "parse_dates",
    "parse_heading",
    "rate_of",
    "split_position",
]
