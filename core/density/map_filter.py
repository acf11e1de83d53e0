"""What the map lets through: surveys, categories, sizes, a period, a box."""

from dataclasses import dataclass
from datetime import UTC, datetime

from core.density.cells import Bbox
from core.errors import InputError

__all__ = ["MapFilter"]


@dataclass(frozen=True, kw_only=True)
class MapFilter:
    """Choice of records; empty means everything.

    Surveys, the period and the box choose what was searched. Categories and size
    classes choose what is counted in it: a search that found none of them was made all
    the same, so its effort stays.

    Attributes
    ----------
    surveys, categories, size_classes : tuple of str
        Names and codes as stored; any order.
    start, end : datetime, optional
        With a time zone; ``start`` included, ``end`` not.
    bbox : Bbox, optional
        Degrees, edges included; west greater than east crosses 180 degrees.

    Raises
    ------
    InputError
        If a time has no zone, or the period or the box is empty.
    """

    surveys: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    size_classes: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    bbox: Bbox | None = None

    def __post_init__(self) -> None:
        """Check the period and the box, and sort the names."""
        for time in (self.start, self.end):
            if time is not None and time.tzinfo is None:
                raise InputError(f"time without a zone: {time.isoformat()}")
        if self.start and self.end and self.start >= self.end:
            raise InputError(
                f"period ends at {self.end.isoformat()}, before it starts "
                f"({self.start.isoformat()})"
            )
        for name in ("surveys", "categories", "size_classes"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        if self.bbox is not None:
            object.__setattr__(self, "bbox", _checked(Bbox(*self.bbox)))

    @property
    def start_us(self) -> int | None:
        """Start in microseconds since 1970."""
        return None if self.start is None else _microseconds(self.start)

    @property
    def end_us(self) -> int | None:
        """End in microseconds since 1970."""
        return None if self.end is None else _microseconds(self.end)


def _checked(box: Bbox) -> Bbox:
    on_earth = -90.0 <= box.south < box.north <= 90.0
    # Written this way round so that NaN is refused.
    if not (on_earth and -360.0 <= box.west <= 360.0 and -360.0 <= box.east <= 540.0):
        raise InputError(
            f"box {box.west:g}, {box.south:g}, {box.east:g}, {box.north:g} is empty or "
            "not on Earth"
        )
    return box


def _microseconds(time: datetime) -> int:
    since = time.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
