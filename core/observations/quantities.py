"""Quantities and media of field records, so that no two of them are ever mixed.

Items per km2, grams per km2, items per m3 and items per 100 m are different things, and
so are sea water and beach sand. Every measurement names both; sums, means and colour
scales stay within one pair.
"""

from dataclasses import dataclass

from core.errors import NotFoundError

__all__ = [
    "ANY_DEBRIS",
    "MEDIA",
    "OTHER_DEBRIS",
    "QUANTITIES",
    "TIME_PRECISIONS",
    "Medium",
    "Quantity",
    "medium",
    "quantity",
]

#: Category of a record that tells no kinds apart (a net's total, a search that found
#: nothing), and of debris outside our categories (chemicals, food waste, undefined).
ANY_DEBRIS, OTHER_DEBRIS = "any_debris", "other"
#: How exactly a record's time is known; it holds the start of the day, month or year.
TIME_PRECISIONS = ("instant", "day", "month", "year")


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """What was measured, and over what.

    Attributes
    ----------
    code : str
        Name in files.
    label, unit : str
        Name and unit for people.
    counts : bool
        True for items, false for a mass.
    effort_unit : str
        Unit of the effort a value is divided by: ``km2``, ``m3``, ``m2``, ``m``,
        ``kg`` (dry sediment) or ``min``.
    per : float
        Effort one unit of the value stands for: 100 (m) for items per 100 m.
    """

    code: str
    label: str
    unit: str
    counts: bool
    effort_unit: str
    per: float = 1.0


QUANTITIES: tuple[Quantity, ...] = (
    Quantity(
        code="items_per_km2",
        label="Items per area of sea",
        unit="items/km²",
        counts=True,
        effort_unit="km2",
    ),
    Quantity(
        code="grams_per_km2",
        label="Mass per area of sea",
        unit="g/km²",
        counts=False,
        effort_unit="km2",
    ),
    Quantity(
        code="items_per_m3",
        label="Items per volume",
        unit="items/m³",
        counts=True,
        effort_unit="m3",
    ),
    Quantity(
        code="items_per_100m",
        label="Items per length of shore",
        unit="items/100 m",
        counts=True,
        effort_unit="m",
        per=100.0,
    ),
    Quantity(
        code="grams_per_100m",
        label="Mass per length of shore",
        unit="g/100 m",
        counts=False,
        effort_unit="m",
        per=100.0,
    ),
    Quantity(
        code="items_per_m2",
        label="Items per area of shore",
        unit="items/m²",
        counts=True,
        effort_unit="m2",
    ),
    Quantity(
        code="items_per_kg",
        label="Items per mass of dry sediment",
        unit="items/kg",
        counts=True,
        effort_unit="kg",
    ),
    Quantity(
        code="items_per_10min",
        label="Items per time of hand picking",
        unit="items/10 min",
        counts=True,
        effort_unit="min",
        per=10.0,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Medium:
    """Where debris was looked for."""

    code: str
    label: str


MEDIA: tuple[Medium, ...] = (
    Medium(code="sea_surface", label="Sea surface"),
    Medium(code="water_column", label="Water column"),
    Medium(code="sea_bed", label="Sea bed"),
    Medium(code="shore", label="Shore"),
    Medium(code="shore_sediment", label="Sand of the shore"),
    Medium(code="river_bank", label="Bank of a river or lake"),
    Medium(code="fresh_water", label="River or lake water"),
)

_QUANTITY = {q.code: q for q in QUANTITIES}
_MEDIUM = {m.code: m for m in MEDIA}


def quantity(code: str) -> Quantity:
    """Return the quantity with a code.

    Raises
    ------
    NotFoundError
        If there is none.

    Examples
    --------
    >>> quantity("items_per_100m").unit
    'items/100 m'
    """
    try:
        return _QUANTITY[code]
    except KeyError:
        known = ", ".join(_QUANTITY)
        raise NotFoundError(f"no quantity {code[:60]!r}; known: {known}") from None


def medium(code: str) -> Medium:
    """Return the medium with a code.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    try:
        return _MEDIUM[code]
    except KeyError:
        known = ", ".join(_MEDIUM)
        raise NotFoundError(f"no medium {code[:60]!r}; known: {known}") from None
