"""Sensitive areas: where debris harms more than elsewhere.

A reserve, a nesting beach, a reef, the range of a species. How much more is a choice of
the people who protect it, not a measurement: a factor of 1 (as anywhere) or more.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import shapely
from shapely.geometry.base import BaseGeometry

from core.density.areas import make_area
from core.errors import InputError
from core.priorities.buffer import buffered

__all__ = [
    "AREA_KINDS",
    "MAX_FACTOR",
    "SensitiveArea",
    "When",
    "factor_of_value",
    "months_of",
]

#: Kinds of areas, by the names the store keeps them under.
AREA_KINDS = ("sensitive", "species_range")
MAX_FACTOR = 100.0
_MAX_BUFFER_KM = 500.0
_MAX_NAME = 120
#: A sensitivity of 1 on a scale from 0 to 1 counts like this factor; an assumption.
_FACTOR_OF_ONE = 5.0
_MONTHS = range(1, 13)

#: A moment, the first and last moment of a span, or any time of the year.
When = datetime | tuple[datetime, datetime] | None


@dataclass(frozen=True, eq=False)
class SensitiveArea:
    """An area in which debris counts more.

    Parameters
    ----------
    name : str
        What people call it.
    polygon : Polygon or MultiPolygon
        Degrees, edges straight on a plain longitude-latitude map as in GeoJSON; it is
        brought onto the map by :func:`core.density.areas.make_area`.
    factor : float
        What debris in it counts, 1 to ``MAX_FACTOR``; outside every area it is 1.
    kind : str
        One of ``AREA_KINDS``.
    months : frozenset of int
        Months of the year (1 to 12, UTC) in which it counts; all when empty.
    buffer_km : float
        Distance around it that counts as inside, at most 500 km.
    area_id : str
        Its name in the store; empty if it is not kept there.

    Raises
    ------
    InputError
        If a field is out of range, or the polygon cannot be used.
    """

    name: str
    polygon: BaseGeometry
    factor: float
    kind: str = "sensitive"
    months: frozenset[int] = frozenset()
    buffer_km: float = 0.0
    area_id: str = ""

    def __post_init__(self) -> None:
        what = f"area {self.name[:60]!r}"
        if not self.name.strip() or len(self.name) > _MAX_NAME:
            raise InputError(f"an area needs a name of 1 to {_MAX_NAME} letters")
        if self.kind not in AREA_KINDS:
            known = ", ".join(AREA_KINDS)
            raise InputError(f"{what}: kind {self.kind[:40]!r}, expected {known}")
        if not 1.0 <= self.factor <= MAX_FACTOR:
            raise InputError(
                f"{what}: factor {self.factor:g}, expected 1 to {MAX_FACTOR:g}"
            )
        if not 0.0 <= self.buffer_km <= _MAX_BUFFER_KM:
            raise InputError(
                f"{what}: buffer {self.buffer_km:g} km, expected 0 to "
                f"{_MAX_BUFFER_KM:g}"
            )
        if not self.months <= set(_MONTHS):
            raise InputError(f"{what}: months {sorted(self.months)}, expected 1 to 12")
        flat = shapely.force_2d(self.polygon)
        placed = make_area(self.name, flat, record=what).polygon
        object.__setattr__(self, "polygon", placed)

    @cached_property
    def reach(self) -> BaseGeometry:
        """The polygon with its buffer, longitude in [-180, 180]."""
        if self.buffer_km == 0.0:
            return self.polygon
        wide = buffered(self.polygon, self.buffer_km)
        return make_area(self.name, wide, record=f"area {self.name[:60]!r}").polygon

    def counts_at(self, when: When) -> bool:
        """Whether it counts at a moment, or at any moment of a span.

        Without a time it counts: its season comes every year.
        """
        return not self.months or when is None or bool(self.months & months_of(when))


def factor_of_value(value: float) -> float:
    """Factor of a sensitivity given from 0 to 1: ``1 + 4 value``, an assumption.

    Raises
    ------
    InputError
        If the value is outside 0 to 1.
    """
    if not 0.0 <= value <= 1.0:
        raise InputError(f"a sensitivity is {value:g}, expected 0 to 1")
    return 1.0 + (_FACTOR_OF_ONE - 1.0) * value


def months_of(when: datetime | tuple[datetime, datetime]) -> frozenset[int]:
    """Months of the year, UTC, that a moment or a span touches.

    Raises
    ------
    InputError
        If a time has no zone, or the span ends before it begins.
    """
    first, last = when if isinstance(when, tuple) else (when, when)
    if first.tzinfo is None or last.tzinfo is None:
        raise InputError(f"a time has no time zone, expected UTC: {first}, {last}")
    first, last = first.astimezone(UTC), last.astimezone(UTC)
    if last < first:
        raise InputError(f"the time span ends at {last}, before it begins at {first}")
    n_after = (last.year - first.year) * 12 + last.month - first.month
    return frozenset(
        (first.month - 1 + k) % 12 + 1 for k in range(min(n_after, 11) + 1)
    )
