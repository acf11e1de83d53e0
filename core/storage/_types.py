"""Column types: times that always carry their zone."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime
from sqlalchemy.types import TypeDecorator

from core.errors import StorageError

__all__ = ["UtcDateTime", "UtcMicroseconds"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise StorageError(f"time without a zone cannot be stored: {value.isoformat()}")
    return value.astimezone(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """UTC time as text that a person can read in the file; naive times are refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> datetime | None:
        """Turn an aware time into UTC without its zone."""
        return None if value is None else _aware(value).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


class UtcMicroseconds(TypeDecorator[datetime]):
    """UTC time as microseconds since 1970: small, ordered, and fast in bulk."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> int | None:
        """Turn an aware time into microseconds."""
        return None if value is None else (_aware(value) - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        """Turn microseconds into an aware time."""
        return None if value is None else _EPOCH + value * _MICROSECOND
