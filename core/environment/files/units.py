"""Units as files write them, brought to m/s, m and degrees."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from core.environment.text import clean_text
from core.errors import InputError
from core.units import (
    cm_per_second_to_metres_per_second,
    cm_to_metres,
    km_per_hour_to_metres_per_second,
    knots_to_metres_per_second,
)

__all__ = ["direction_deg", "stated_unit", "to_height_m", "to_speed_m_s"]

Values = npt.NDArray[np.floating]
Conversion = Callable[[float], float]


def _as_is(value: float) -> float:
    return value


_SPEED: dict[str, Conversion] = {
    **dict.fromkeys(
        (
            "m s-1", "m/s", "m s^-1", "m s**-1", "m.s-1", "m*s-1", "ms-1", "m sec-1",
            "m/sec", "m s{-1}", "m s^{-1}", "meter second-1", "metre second-1",
            "meters second-1", "meter/second", "meters/second", "metres/second",
            "meter/sec", "meters/sec", "meter s-1", "meters s-1", "meters per second",
            "metres per second", "meter per second", "metre per second", "mps",
        ),
        _as_is,
    ),
    **dict.fromkeys(
        ("cm s-1", "cm/s", "cm s^-1", "cm s**-1", "cm/sec", "cm.s-1",
         "centimeters per second", "centimeter/second"),
        cm_per_second_to_metres_per_second,
    ),
    **dict.fromkeys(
        ("knot", "knots", "kt", "kts", "kn"), knots_to_metres_per_second
    ),
    **dict.fromkeys(
        ("km h-1", "km/h", "km/hr", "kmh", "km h^-1", "kph", "km hr-1",
         "kilometers per hour"),
        km_per_hour_to_metres_per_second,
    ),
}  # fmt: skip
_HEIGHT: dict[str, Conversion] = {
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), _as_is),
    **dict.fromkeys(("cm", "centimeter", "centimeters"), cm_to_metres),
}
_DEGREES = {
    "degree",
    "degrees",
    "deg",
    "degree_true",
    "degrees_true",
    "degt",
    "degrees t",
}
_RADIANS = {"rad", "radian", "radians"}

#: Faster than any current, wind or Stokes drift measured at sea, m/s, and higher than
#: any significant wave height, m: where no unit is given it was another. Assumption.
IMPLAUSIBLE = {"current": 10.0, "wind": 120.0, "stokes": 5.0, "waves": 30.0}
#: A fill value lies this many times beyond what is plausible: -32.768 m/s, the least
#: of a packed current, does. Assumption.
_FILL_TIMES = 3.0


def stated_unit(attrs: Mapping[str, object]) -> tuple[str, str]:
    """Return the unit of a variable and a doubt about it; both may be empty."""
    for key in ("units", "Units", "unit", "Unit"):
        text = clean_text(attrs.get(key, ""), longest=60)
        if text:
            doubt = "" if key == "units" else f"unit read from the attribute {key!r}"
            return text, doubt
    return "", ""


def to_speed_m_s(
    values: Values, attrs: Mapping[str, object], *, kind: str, record: str
) -> tuple[Values, tuple[str, ...]]:
    """Bring speeds to m/s.

    Raises
    ------
    InputError
        If the unit is unknown, or none is given and the numbers cannot be m/s.
    """
    return _converted(values, attrs, _SPEED, "m/s", kind=kind, record=record)


def to_height_m(
    values: Values, attrs: Mapping[str, object], *, record: str
) -> tuple[Values, tuple[str, ...]]:
    """Bring wave heights to m; see :func:`to_speed_m_s`."""
    return _converted(values, attrs, _HEIGHT, "m", kind="waves", record=record)


def _converted(
    values: Values,
    attrs: Mapping[str, object],
    known: Mapping[str, Conversion],
    target: str,
    *,
    kind: str,
    record: str,
) -> tuple[Values, tuple[str, ...]]:
    unit, doubt = stated_unit(attrs)
    notes = [doubt] if doubt else []
    factor = 1.0
    if unit:
        conversion = known.get(" ".join(unit.lower().split()))
        if conversion is None:
            raise InputError(
                f"{record}: unit {unit!r} is not known; expected {target} or one of "
                + ", ".join(sorted(set(known))[:8])
            )
        factor = conversion(1.0)
    most = IMPLAUSIBLE[kind] / factor
    if unit:
        values, said = _without_fill(values, _FILL_TIMES * most)
        notes += said
    with np.errstate(invalid="ignore"):
        largest = float(np.nanmax(np.abs(values), initial=0.0))
    if not unit:
        if largest > most:
            raise InputError(
                f"{record}: no unit, and {largest:g} cannot be {target}; write the "
                "attribute 'units' into the file"
            )
        said_of_it = clean_text(attrs.get("long_name", ""), longest=60)
        notes.append(
            f"no unit given, {target} assumed"
            + (f" (its long_name says {said_of_it!r})" if "(" in said_of_it else "")
        )
        return values, tuple(notes)
    if factor != 1.0:
        values = (values * factor).astype(values.dtype)
        notes.append(f"converted from {unit} to {target}")
    if largest > most:
        notes.append(f"values up to {largest * factor:g} {target} are hard to believe")
    return values, tuple(notes)


def _without_fill(values: Values, most: float) -> tuple[Values, list[str]]:
    """Leave out a fill value that the file does not declare, such as -9999.

    It is one number wherever a value is impossible, beside others that are possible;
    impossible values that differ come of a wrong unit.
    """
    with np.errstate(invalid="ignore"):
        impossible = np.abs(values) > most
    n_impossible = int(impossible.sum())
    found = np.unique(values[impossible])
    if found.size != 1 or n_impossible == int(np.isfinite(values).sum()):
        return values, []
    note = (
        f"{n_impossible} values of {found[0]:g} left out: impossible and all the same, "
        "so a fill value that the file does not declare"
    )
    return np.where(impossible, np.nan, values).astype(values.dtype), [note]


def direction_deg(
    values: Values, attrs: Mapping[str, object], *, record: str
) -> tuple[Values, tuple[str, ...]]:
    """Bring directions to degrees clockwise from north.

    Raises
    ------
    InputError
        If the unit is neither degrees nor radians, or none is given.
    """
    unit, doubt = stated_unit(attrs)
    notes = (doubt,) if doubt else ()
    if unit.lower() in _DEGREES:
        return values, notes
    if unit.lower() in _RADIANS:
        return np.degrees(values), notes
    raise InputError(
        f"{record}: direction in unit {unit!r}, expected degrees or radians"
    )
