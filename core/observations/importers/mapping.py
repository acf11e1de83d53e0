"""A column mapping: what the columns of a table mean, said by a person or suggested."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from core.errors import ObservationError
from core.observations.categories import CATEGORY_CODES
from core.observations.importers.base import RawTable
from core.observations.importers.reading.dates import DATE_ORDERS
from core.observations.importers.reading.headings import (
    Heading,
    field_of,
    parse_heading,
)
from core.observations.importers.reading.positions import POSITION_FORMATS
from core.observations.importers.reading.unit_column import unit_column, units_in
from core.observations.importers.reading.unit_words import (
    MASS_KG,
    Rate,
    effort_factor,
    quantity_of_effort,
    rate_of,
)
from core.observations.quantities import (
    ANY_DEBRIS,
    MEDIA,
    OTHER_DEBRIS,
    QUANTITIES,
    quantity,
)

__all__ = [
    "MAPPING_FIELDS",
    "ColumnMapping",
    "suggest_mapping",
    "what_is_missing",
]

#: Fields a column may be named for, with what they are, for a form.
MAPPING_FIELDS: dict[str, str] = {
    "lat": "Latitude",
    "lon": "Longitude",
    "position": "Latitude and longitude in one column",
    "lat_hemisphere": "N or S of the latitude",
    "lon_hemisphere": "E or W of the longitude",
    "lat_degrees": "Degrees of the latitude",
    "lat_minutes": "Minutes of the latitude",
    "lat_seconds": "Seconds of the latitude",
    "lon_degrees": "Degrees of the longitude",
    "lon_minutes": "Minutes of the longitude",
    "lon_seconds": "Seconds of the longitude",
    "observed_at": "Date, with or without time",
    "date": "Date, where the time stands apart",
    "time": "Time of day",
    "year": "Year",
    "month": "Month",
    "day": "Day",
    "category": "Kind of debris",
    "item_code": "Code in a litter list",
    "count": "Items counted",
    "mass_kg": "Mass",
    "effort": "Area, volume, length or time searched",
    "value": "Value per area, volume, length or mass",
    "value_low": "Lower bound of the value",
    "value_high": "Upper bound of the value",
    "survey": "Survey or cruise",
    "event": "Station, tow, walk or transect",
    "size_class": "Size class",
    "method": "Method or gear",
    "source": "Who measured (citation)",
    "note": "Notes",
    "quality_flag": "Quality flag (QARTOD)",
    "replicate": "What tells replicates apart",
}
_DECIMALS = ("", "point", "comma")
_POSITION_WAYS = (
    ("lat", "lon"),
    ("position",),
    ("lat_degrees", "lon_degrees"),
)
_TIME_WAYS = (("observed_at",), ("date",), ("year",))


@dataclass(frozen=True, kw_only=True)
class ColumnMapping:
    """What the columns of a table mean.

    Attributes
    ----------
    columns : mapping of str to str
        Heading for each field of `MAPPING_FIELDS`.
    item_columns : mapping of str to str
        Our category for each heading whose cells are counts of that kind.
    table : str
        Sheet, layer or record type; empty for the first that has the columns.
    quantity, medium : str
        Codes of what the values measure, and where. Without a quantity the records
        are observations: items counted at sea, with an effort in km2.
    category : str
        Category of every record where no column says it.
    categories : mapping of str to str
        Our category for words of the category column.
    survey, method, source : str
        Of every record where no column says it.
    item_list : str
        Litter list of the codes in ``item_code``.
    factors : mapping of str to float
        By field, what a number is multiplied with to be in our unit; 1e-6 for an
        effort in m2.
    missing : tuple of str
        Texts that stand for nothing, such as ``-9``.
    date_order : str
        ``ymd``, ``dmy`` or ``mdy``; empty to let the column decide.
    utc_offset_h : float
        Hours local time is ahead of UTC, where times state no offset.
    decimal : str
        Decimal mark, ``point`` or ``comma``; the other then parts thousands. Empty to
        let the numbers decide.
    position_format : str
        One of ``decimal``, ``ddmm`` (5419.2) and ``dd.mm`` (54.19 is 54 degrees 19
        minutes); empty to read degrees, minutes and letters as they stand.

    Raises
    ------
    ObservationError
        If a field, code or option is unknown.
    """

    columns: Mapping[str, str]
    item_columns: Mapping[str, str] = field(default_factory=dict)
    table: str = ""
    quantity: str = ""
    medium: str = ""
    category: str = ""
    categories: Mapping[str, str] = field(default_factory=dict)
    survey: str = ""
    method: str = ""
    source: str = ""
    item_list: str = ""
    factors: Mapping[str, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    date_order: str = ""
    utc_offset_h: float = 0.0
    decimal: str = ""
    position_format: str = ""

    def __post_init__(self) -> None:
        for name in (*self.columns, *self.factors):
            if name not in MAPPING_FIELDS:
                known = ", ".join(MAPPING_FIELDS)
                raise ObservationError(f"no field {name[:40]!r}; known: {known}")
        _one_of("date_order", self.date_order, DATE_ORDERS)
        _one_of("decimal", self.decimal, _DECIMALS)
        _one_of("position_format", self.position_format, POSITION_FORMATS)
        _one_of("quantity", self.quantity, ("", *(q.code for q in QUANTITIES)))
        _one_of("medium", self.medium, ("", *(m.code for m in MEDIA)))
        for code in (
            self.category,
            *self.categories.values(),
            *self.item_columns.values(),
        ):
            known_codes = ("", *CATEGORY_CODES, OTHER_DEBRIS, ANY_DEBRIS)
            _one_of("category", code, known_codes)
        if not -14.0 <= self.utc_offset_h <= 14.0:
            raise ObservationError(
                f"utc_offset_h {self.utc_offset_h:g} outside [-14, 14]"
            )
        if any(not 0.0 < factor < float("inf") for factor in self.factors.values()):
            raise ObservationError("a factor is a number above 0")

    @property
    def makes_observations(self) -> bool:
        """Whether records become observations, not measurements."""
        return not self.quantity

    def to_document(self) -> dict[str, Any]:
        """Return the mapping as JSON would hold it, without what is empty."""
        document: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            plain = dict(value) if isinstance(value, Mapping) else value
            plain = list(plain) if isinstance(plain, tuple) else plain
            if plain:
                document[one.name] = plain
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "ColumnMapping":
        """Read what `to_document` wrote.

        Raises
        ------
        ObservationError
            If it is no such document.
        """
        known = {one.name: one for one in fields(cls)}
        given: dict[str, Any] = {}
        for name, value in document.items():
            if name not in known:
                raise ObservationError(f"a mapping has no {str(name)[:40]!r}")
            given[name] = _checked(name, value)
        if not given.get("columns"):
            raise ObservationError("a mapping names at least one column")
        return cls(**given)


def _one_of(what: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        words = ", ".join(word for word in known if word)
        raise ObservationError(f"{what} {value[:40]!r} is not among {words}")


_TEXT_MAPS = ("columns", "item_columns", "categories")


def _checked(name: str, value: Any) -> Any:
    """Value of a document in the type of its field."""
    if name in _TEXT_MAPS and isinstance(value, Mapping):
        if all(isinstance(text, str) for pair in value.items() for text in pair):
            return dict(value)
    elif name == "factors" and isinstance(value, Mapping):
        if all(_is_number(number) for number in value.values()):
            return {str(key): float(number) for key, number in value.items()}
    elif name == "missing" and isinstance(value, list | tuple):
        return tuple(str(text) for text in value)
    elif name == "utc_offset_h" and _is_number(value):
        return float(value)
    elif isinstance(value, str) and name not in {*_TEXT_MAPS, "factors", "missing"}:
        return value
    raise ObservationError(f"{name} of a mapping cannot be {str(value)[:40]!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def suggest_mapping(tables: Sequence[RawTable]) -> ColumnMapping:
    """Suggest what the columns of a file mean, from their headings and units.

    Parameters
    ----------
    tables : sequence of RawTable
        As `open_tables` gives them; the table with most known headings is taken.

    Returns
    -------
    ColumnMapping
        May lack what an import needs: `what_is_missing` says it.
    """
    best = max(tables, key=lambda table: len(_named(table)))
    found = _named(best)
    columns = {name: heading.text for name, heading in found.items()}
    code = ""
    factors: dict[str, float] = {}
    on_shore = any("beach" in column.lower() for column in best.columns)
    if "value" in found:
        rate = rate_of(found["value"].unit, on_shore=on_shore)
        rate = rate or _one_rate(best, on_shore=on_shore)
        if rate:
            code, factors["value"] = rate.quantity, rate.factor
    elif "effort" in found and effort_factor(found["effort"].unit, "") is None:
        code = quantity_of_effort(found["effort"].unit, on_shore=on_shore)
    if "effort" in found:
        size = effort_factor(found["effort"].unit, code)
        factors |= {} if size is None else {"effort": size}
    if "mass_kg" in found and found["mass_kg"].unit in MASS_KG:
        factors["mass_kg"] = MASS_KG[found["mass_kg"].unit]
    is_beach = code == "items_per_100m" or (on_shore and bool(code))
    return ColumnMapping(
        columns=columns,
        table=best.name,
        quantity=code,
        medium="shore" if is_beach else "",
        factors=factors,
    )


def _one_rate(table: RawTable, *, on_shore: bool) -> Rate | None:
    """Read the column of units, where it says one thing."""
    heading = unit_column(table)
    rates = units_in(table, heading, on_shore=on_shore) if heading else {}
    return next(iter(rates.values())) if len(set(rates.values())) == 1 else None


def _named(table: RawTable) -> dict[str, Heading]:
    """Heading of each field the table has, the first that names it."""
    found: dict[str, Heading] = {}
    for column in table.columns:
        heading = parse_heading(column, table.units.get(column, ""))
        if (name := field_of(heading)) and name not in found:
            found[name] = heading
    return _without_rivals(found)


def _without_rivals(found: dict[str, Heading]) -> dict[str, Heading]:
    """Drop what another column says better."""
    if "lat" in found and "lon" in found:
        found.pop("position", None)
    elif "time" in found and not {"date", "observed_at", "year"} & found.keys():
        found["observed_at"] = found.pop("time")  # a lone "time" holds the date too
    if "time" in found and not {"date", "observed_at", "year"} & found.keys():
        found["observed_at"] = found.pop("time")
    if "observed_at" in found:
        for name in ("date", "time", "year", "month", "day"):
            found.pop(name, None)
    elif "date" in found:
        for name in ("year", "month", "day"):
            found.pop(name, None)
        if "time" not in found:
            found["observed_at"] = found.pop("date")
    return found


def what_is_missing(mapping: ColumnMapping, table: RawTable) -> tuple[str, ...]:
    """Say what an import with this mapping still lacks, in words.

    Parameters
    ----------
    mapping : ColumnMapping
        The mapping.
    table : RawTable
        The table it is for.
    """
    have = set(mapping.columns)
    lacks = [
        f"column {heading!r}"
        for heading in (*mapping.columns.values(), *mapping.item_columns)
        if heading not in table.columns
    ]
    if not any(set(way) <= have for way in _POSITION_WAYS):
        lacks.append("latitude and longitude")
    if not any(set(way) <= have for way in _TIME_WAYS):
        lacks.append("a date")
    if mapping.makes_observations:
        lacks.extend(_of_observations(mapping, have, table))
    else:
        lacks.extend(_of_measurements(mapping, have))
    for name in ("effort", "mass_kg"):
        if name in have and name not in mapping.factors:
            lacks.append(_unit_question(mapping, name))
    return tuple(lacks)


def _of_observations(
    mapping: ColumnMapping, have: set[str], table: RawTable
) -> list[str]:
    lacks = []
    if "value" in have:
        if heading := unit_column(table):
            several = ", ".join(units_in(table, heading))
            return [f"one unit: column {heading!r} has {several[:80]}; map each alone"]
        return ["the unit of the values (such as items/km2)"]
    if not ("category" in have or mapping.category or mapping.item_columns):
        lacks.append("the kind of debris")
    if not ("count" in have or mapping.item_columns):
        lacks.append("a count of items")
    return lacks


def _of_measurements(mapping: ColumnMapping, have: set[str]) -> list[str]:
    lacks = []
    if not mapping.medium:
        lacks.append("where it was measured (water, sea bed, shore)")
    counted = "count" in have or bool(mapping.item_columns)
    if not ({"value", "value_low", "value_high"} & have or counted):
        lacks.append("a value or a count")
    return lacks


def _unit_question(mapping: ColumnMapping, name: str) -> str:
    heading = mapping.columns[name]
    if name == "mass_kg":
        return f"the unit of {heading!r} (kg, g)"
    wanted = quantity(mapping.quantity).effort_unit if mapping.quantity else "km2"
    return f"the unit of {heading!r}, which is to become {wanted}"
