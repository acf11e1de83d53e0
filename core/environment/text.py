"""Text and times of a forcing as people read them."""

from datetime import UTC, datetime

from core.errors import InputError

__all__ = ["clean_text", "epoch_s", "moment_of", "shown"]

#: Longest text kept of a file's attribute; longer ones are cut with an ellipsis.
MAX_TEXT = 500


def clean_text(value: object, *, longest: int = MAX_TEXT) -> str:
    """Text of a file as one printable line of bounded length."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    # The cut comes first: an attribute of gigabytes is not walked to its end.
    text = text[: 4 * longest]
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def epoch_s(moment: datetime, *, record: str = "time") -> float:
    """Return seconds since 1970-01-01 UTC of a moment with a time zone.

    Raises
    ------
    InputError
        If the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise InputError(f"{record} {moment.isoformat()} has no time zone; give UTC")
    return moment.timestamp()


def moment_of(seconds: float) -> datetime:
    """Return the UTC moment of seconds since 1970-01-01."""
    return datetime.fromtimestamp(float(seconds), tz=UTC)


def shown(moment: datetime) -> str:
    """Return a UTC moment in ISO 8601, to the minute."""
    return moment.isoformat(timespec="minutes").replace("+00:00", "Z")
