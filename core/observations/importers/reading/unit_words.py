"""Units as headings state them, and what they mean for a field.

The factors follow from the names of the units alone; conversions of values stand in
`core.units`.
"""

import re
from dataclasses import dataclass

from core.observations.quantities import quantity

__all__ = [
    "EFFORT_FACTORS",
    "MASS_KG",
    "Rate",
    "effort_factor",
    "plain_unit",
    "quantity_of_effort",
    "rate_of",
]

#: Size of each unit of effort in a base unit.
EFFORT_FACTORS: dict[str, tuple[str, float]] = {
    "km2": ("km2", 1.0),
    "ha": ("km2", 1e-2),
    "m2": ("km2", 1e-6),
    "nmi2": ("km2", 1.852**2),
    "m3": ("m3", 1.0),
    "l": ("m3", 1e-3),
    "m": ("m", 1.0),
    "km": ("m", 1e3),
    "kg": ("kg", 1.0),
    "g": ("kg", 1e-3),
    "min": ("min", 1.0),
    "h": ("min", 60.0),
}
#: Kilograms in each unit of mass.
MASS_KG: dict[str, float] = {"kg": 1.0, "g": 1e-3, "mg": 1e-6, "t": 1e3}
_SQUARE_METRES = 1e6
_SPELLINGS = {
    "sqkm": "km2", "km²": "km2", "squarekm": "km2", "squarekilometre": "km2",
    "squarekilometer": "km2", "sqm": "m2", "squaremetre": "m2", "squaremeter": "m2",
    "cubicmetre": "m3", "cubicmeter": "m3", "hectare": "ha", "litre": "l", "liter": "l",
    "litres": "l", "liters": "l", "metre": "m", "meter": "m", "metres": "m",
    "meters": "m", "hours": "h", "hour": "h", "hr": "h", "minutes": "min",
    "mins": "min",
    "grams": "g", "gram": "g", "kilograms": "kg", "tonnes": "t", "kgd.w.": "kg",
    "kgdw": "kg", "nm2": "nmi2", "sqnm": "nmi2",
}  # fmt: skip
_COUNTED = (
    r"items?|pieces?|particles?|counts?|objects?|st(?:ü|u|ue)ck|no\.?|number|n|#|mp"
)
_OVER = r"km-?2|m-?2|m-?3|100 ?m|ha(?:-?1)?|kg(?:-?1)?|l(?:-?1)?|10 ?min\w*|km|m|sqkm"
_RATE = re.compile(
    rf"(?<![a-z])(?P<what>{_COUNTED}|g|grams?|kg|mg)\s*(?:/|\bper\b|\s|\.)\s*"
    rf"(?P<over>{_OVER})(?![a-z0-9])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Rate:
    """What a unit such as items/km2 measures.

    Attributes
    ----------
    quantity : str
        Code of the quantity; an area of sea is meant where the shore is not named.
    factor : float
        Value in the quantity's unit over the value as written.
    """

    quantity: str
    factor: float


def plain_unit(text: str) -> str:
    """Return a unit in one spelling: small, without powers' marks and spaces.

    Examples
    --------
    >>> plain_unit("km²"), plain_unit("m^2"), plain_unit("Litres")
    ('km2', 'm2', 'l')
    """
    text = text.strip().lower()
    for old, new in (("²", "2"), ("³", "3"), ("^", ""), ("**", ""), (" ", "")):
        text = text.replace(old, new)
    return _SPELLINGS.get(text, text)


def rate_of(text: str, *, on_shore: bool = False) -> Rate | None:
    """Return what a unit or heading says of a value over effort; None if nothing.

    Parameters
    ----------
    text : str
        Unit, or heading with its unit.
    on_shore : bool
        Whether an area is one of shore: items per m2, not per km2.

    Examples
    --------
    >>> rate_of("Density [items/m²]")
    Rate(quantity='items_per_km2', factor=1000000.0)
    >>> rate_of("pieces/m3").quantity
    'items_per_m3'
    """
    plain = text.replace("²", "2").replace("³", "3").replace("^", "").replace("_", " ")
    match = _RATE.search(plain)
    if match is None:
        return None
    what = match["what"].lower().removesuffix("s")
    over = match["over"].lower().replace(" ", "").replace("-", "")
    over = over.removesuffix("1") if over in {"ha1", "kg1", "l1"} else over
    grams = {"g": 1.0, "gram": 1.0, "kg": 1e3, "mg": 1e-3}.get(what)
    return _mass_rate(over, grams) if grams else _count_rate(over, on_shore)


def _count_rate(over: str, on_shore: bool) -> Rate | None:
    if over in {"km2", "sqkm"}:
        return Rate("items_per_km2", 1.0)
    if over == "m2":
        name = "items_per_m2" if on_shore else "items_per_km2"
        return Rate(name, 1.0 if on_shore else _SQUARE_METRES)
    if over.startswith("10min"):
        return Rate("items_per_10min", 1.0)
    known = {
        "ha": Rate("items_per_km2", 100.0),
        "m3": Rate("items_per_m3", 1.0),
        "l": Rate("items_per_m3", 1e3),
        "100m": Rate("items_per_100m", 1.0),
        "m": Rate("items_per_100m", 100.0),
        "km": Rate("items_per_100m", 0.1),
        "kg": Rate("items_per_kg", 1.0),
    }
    return known.get(over)


def _mass_rate(over: str, grams: float) -> Rate | None:
    known = {
        "km2": Rate("grams_per_km2", grams),
        "ha": Rate("grams_per_km2", grams * 100.0),
        "m2": Rate("grams_per_km2", grams * _SQUARE_METRES),
        "100m": Rate("grams_per_100m", grams),
        "m": Rate("grams_per_100m", grams * 100.0),
    }
    return known.get(over)


def effort_factor(unit: str, quantity_code: str) -> float | None:
    """Return the factor from a unit of effort to that of a quantity; None if unlike.

    Parameters
    ----------
    unit : str
        As written.
    quantity_code : str
        Code of a quantity; empty for observations, whose effort is in km2.

    Examples
    --------
    >>> effort_factor("m2", "")
    1e-06
    """
    wanted = quantity(quantity_code).effort_unit if quantity_code else "km2"
    base, size = EFFORT_FACTORS.get(plain_unit(unit), ("", 0.0))
    if wanted == "m2" and base == "km2":
        return size * _SQUARE_METRES
    return size if base == wanted else None


def quantity_of_effort(unit: str, *, on_shore: bool) -> str:
    """Return the quantity of a count over an effort in a unit; empty if none.

    Examples
    --------
    >>> quantity_of_effort("L", on_shore=False)
    'items_per_m3'
    >>> quantity_of_effort("m2", on_shore=True)
    'items_per_m2'
    """
    base = EFFORT_FACTORS.get(plain_unit(unit), ("", 0.0))[0]
    return {
        "km2": "items_per_m2" if on_shore else "items_per_km2",
        "m3": "items_per_m3",
        "m": "items_per_100m",
        "kg": "items_per_kg",
        "min": "items_per_10min",
    }.get(base, "")
