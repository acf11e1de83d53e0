"""One record under check: what is wrong is noted, and the rest is looked at too."""

import re
from collections.abc import Mapping, Set
from math import isfinite
from numbers import Real
from operator import itemgetter
from typing import Any

from core.routing.rejected import Rejected, shown

__all__ = ["MAX_NAME", "Record", "is_clean", "text_of"]

#: Longest name of a site, vessel or port.
MAX_NAME = 80
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_NAN = float("nan")


def is_clean(text: str) -> bool:
    """Whether a text is printable, on one line and not too long for a label."""
    return text.isprintable() and len(text) <= MAX_NAME


def text_of(value: object) -> str:
    """Return a name: printable, on one line, not too long; empty if it is none."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    text = value.strip() if isinstance(value, str) else shown(value)
    return text if is_clean(text) else ""


class Record:
    """Notes what is wrong with one record.

    Parameters
    ----------
    label : str
        How a person finds the record.
    rejected : list of Rejected
        Where faults are noted.
    """

    def __init__(self, label: str, rejected: list[Rejected]) -> None:
        self.label = label
        self._rejected = rejected
        self._n_faults = 0

    @property
    def is_good(self) -> bool:
        """Whether nothing was wrong so far."""
        return self._n_faults == 0

    def refuse(self, field: str, value: object, reason: str) -> None:
        """Note a fault."""
        self._n_faults += 1
        self._rejected.append(Rejected(self.label, field, shown(value), reason))

    def refuse_unknown(
        self, item: Mapping[Any, Any], known: Set[str], prefix: str = ""
    ) -> None:
        """Note every field that is not known."""
        extra = [(shown(key), value) for key, value in item.items() if key not in known]
        for key, value in sorted(extra, key=itemgetter(0)):
            self.refuse(f"{prefix}{key}", value, "a field that is not known")

    def number(
        self,
        field: str,
        value: object,
        *,
        least: float = 0.0,
        most: float,
        above: bool = False,
        hint: str = "",
    ) -> float:
        """Return a finite number within limits, or note the fault and return NaN.

        Parameters
        ----------
        above : bool
            Whether the least itself is too little.
        hint : str
            What else to say when it is none.
        """
        expected = f"expected a number {'above' if above else 'from'} {least:g} to "
        expected += f"{most:g}{hint}"
        if isinstance(value, bool) or not isinstance(value, Real):
            self.refuse(field, value, expected)
            return _NAN
        try:
            number = float(value)
        except OverflowError:
            number = float("inf")
        within = least < number <= most if above else least <= number <= most
        if not isfinite(number) or not within:
            self.refuse(field, value, expected)
            return _NAN
        return number

    def position(self, lat: object, lon: object) -> tuple[float, float] | None:
        """Return latitude and longitude in [-180, 180), or note the fault."""
        y = self._degrees("lat", lat)
        x = self._degrees("lon", lon)
        if y is None or x is None:
            return None
        if not -90.0 <= y <= 90.0:
            swapped = "; lat and lon may be swapped" if abs(x) <= 90.0 else ""
            self.refuse("lat", lat, f"expected degrees from -90 to 90{swapped}")
            return None
        if not -180.0 <= x < 360.0:
            self.refuse("lon", lon, "expected degrees from -180 to below 360")
            return None
        # Only what must be moved is: a sum would cost the last digits.
        return y, x if x < 180.0 else x - 360.0

    def _degrees(self, field: str, value: object) -> float | None:
        is_number = isinstance(value, Real) and not isinstance(value, bool)
        if not is_number or not isfinite(value):  # type: ignore[arg-type]
            self.refuse(field, value, "expected degrees, as a number")
            return None
        return float(value)  # type: ignore[arg-type]

    def time_of_day(self, field: str, value: object) -> str | None:
        """Return a time of the day as ``HH:MM``, 00:00 to 24:00."""
        if isinstance(value, str) and _TIME.fullmatch(value.strip()):
            return value.strip()
        self.refuse(field, value, "expected a time of the day as 'HH:MM', UTC")
        return None
