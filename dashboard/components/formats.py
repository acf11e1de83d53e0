"""Numbers as people read them: two or three digits that mean something, and a unit."""

from datetime import UTC, datetime
from math import floor, isfinite, log10

__all__ = [
    "NO_VALUE",
    "ago",
    "density",
    "interval",
    "mass",
    "number",
    "share",
    "when",
]

#: Stands where a value is not known.
NO_VALUE = "–"  # noqa: RUF001 - the mark for "no value"


def number(value: float | None, unit: str = "", *, digits: int = 3) -> str:
    """Round a number to significant digits, with its unit.

    Examples
    --------
    >>> number(1234.5, "km2"), number(0.012345)
    ('1,230 km2', '0.0123')
    """
    if value is None or not isfinite(value):
        return NO_VALUE
    text = _rounded(float(value), digits)
    return f"{text} {unit}" if unit else text


def _rounded(value: float, digits: int) -> str:
    if value == 0:
        return "0"
    decimals = digits - 1 - floor(log10(abs(value)))
    rounded = round(value, decimals)
    if decimals <= 0:
        return f"{rounded:,.0f}"
    text = f"{rounded:,.{decimals}f}"
    return text.rstrip("0").rstrip(".")


def mass(kg: float | None, *, digits: int = 2) -> str:
    """Mass in kg, or in t from a tonne up.

    Examples
    --------
    >>> mass(640.0), mass(2400.0), mass(0.5)
    ('640 kg', '2.4 t', '0.5 kg')
    """
    if kg is None or not isfinite(kg):
        return NO_VALUE
    if abs(kg) >= 999.5:
        return number(kg / 1000.0, "t", digits=digits)
    return number(kg, "kg", digits=digits)


def interval(
    value: float, low: float, high: float, unit: str = "", *, digits: int = 2
) -> str:
    """Value with its interval and one unit, masses in kg turned into t when large.

    Examples
    --------
    >>> interval(2400, 1600, 3500, "kg"), interval(5, 2.584, 8.734, "items per km2")
    ('2.4 t (1.6 to 3.5)', '5 items per km2 (2.6 to 8.7)')
    """
    if unit == "kg" and isfinite(value) and max(abs(value), abs(high)) >= 999.5:
        value, low, high, unit = value / 1000, low / 1000, high / 1000, "t"
    limits = f"{number(low, digits=digits)} to {number(high, digits=digits)}"
    return f"{number(value, unit, digits=digits)} ({limits})"


def density(per_km2: float | None) -> str:
    """Debris items per km2."""
    return number(per_km2, "items per km2", digits=2)


def share(part: float | None) -> str:
    """Share as a whole percentage.

    Examples
    --------
    >>> share(0.237), share(0.004)
    ('24 %', '0.4 %')
    """
    if part is None or not isfinite(part):
        return NO_VALUE
    percent = 100.0 * part
    return f"{percent:.1f} %" if 0 < abs(percent) < 1 else f"{percent:.0f} %"


def when(moment: datetime | None, *, with_time: bool = True) -> str:
    """Moment in UTC, as dates are written in a log book.

    Examples
    --------
    >>> when(datetime(2026, 5, 1, 10, 0, tzinfo=UTC))
    '1 May 2026, 10:00 UTC'
    """
    if moment is None or moment != moment:
        return NO_VALUE
    moment = moment.astimezone(UTC)
    day = f"{moment.day} {moment:%b %Y}"
    return f"{day}, {moment:%H:%M} UTC" if with_time else day


def ago(minutes: float | None) -> str:
    """How long ago, in the unit that a person would say it in.

    Examples
    --------
    >>> ago(3.2), ago(150.0), ago(95_858.0)
    ('3 min ago', '2.5 h ago', '67 days ago')
    """
    if minutes is None or not isfinite(minutes):
        return NO_VALUE
    if minutes < 90.0:
        return f"{max(minutes, 0.0):.0f} min ago"
    if minutes < 48 * 60.0:
        return f"{number(minutes / 60.0, 'h', digits=2)} ago"
    return f"{minutes / 1440.0:,.0f} days ago"
