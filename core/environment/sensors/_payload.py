"""Bytes from a stranger become a JSON object, or a reason why not."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from core.errors import InputError

MAX_BYTES = 65_536
#: Levels of brackets; a Signal K delta needs 5 (assumption: no device needs more).
MAX_DEPTH = 16
MAX_NAME_CHARS = 200
_SHOWN_CHARS = 60

_QUOTE, _BACKSLASH = b'"\\'
_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?"
)


class MessageRefused(InputError):  # noqa: N818 - says what happened, like SourceRefused
    """A message cannot be used.

    Parameters
    ----------
    code : str
        Kind of fault, for counting.
    message : str
        The fault in words.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def shown(value: object) -> str:
    """Value as a message shows it: short, one line, nothing but printable signs."""
    text = str(value)[: _SHOWN_CHARS + 1]
    text = text if text.isprintable() else text.encode("unicode_escape").decode()
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "..."


def read_object(payload: bytes, *, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """Read a payload as one strict JSON object.

    Parameters
    ----------
    payload : bytes
        UTF-8 JSON. Refused are other encodings, more than `max_bytes`, more than 16
        levels, a key given twice, and numbers that are not finite: two readers of
        such a message may see two different things.
    max_bytes : int
        Limit of size.

    Raises
    ------
    MessageRefused
        With the fault and its code.
    """
    if len(payload) > max_bytes:
        raise MessageRefused(
            "too_large", f"payload of {len(payload)} bytes, at most {max_bytes}"
        )
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MessageRefused(
            "not_utf8", f"payload is not UTF-8 (byte {error.start})"
        ) from error
    # Counted before parsing: the parser recurses, and its own limit is the stack's.
    if _depth(payload) > MAX_DEPTH:
        raise MessageRefused("too_deep", f"more than {MAX_DEPTH} levels of brackets")
    try:
        document = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            object_pairs_hook=_without_repeats,
        )
    except MessageRefused:
        raise
    except ValueError as error:  # also an integer of more than 4,300 digits
        raise MessageRefused("not_json", f"payload is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise MessageRefused("not_object", "payload is not a JSON object")
    return document


def _depth(payload: bytes) -> int:
    """Deepest level of brackets outside strings, in one pass."""
    deepest = depth = 0
    in_string = is_escaped = False
    for byte in payload:
        if in_string:
            if is_escaped:
                is_escaped = False
            elif byte == _BACKSLASH:
                is_escaped = True
            elif byte == _QUOTE:
                in_string = False
        elif byte == _QUOTE:
            in_string = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _refuse_constant(name: str) -> float:
    raise MessageRefused("not_finite", f"{name} is not a JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise MessageRefused("not_finite", f"number {shown(text)} is too large")
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise MessageRefused("repeated_key", f"key {shown(name)!r} given twice")
        found[name] = value
    return found


def number(value: object, name: str) -> float:
    """Value as a finite float; true and false are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MessageRefused(
            "not_a_number", f"{name} is {shown(value)!r}, expected a number"
        )
    try:
        return float(value)
    except OverflowError as error:
        raise MessageRefused("not_finite", f"{name} is too large") from error


def identifier(value: object, name: str) -> str:
    """Value as the id of a device: printable text of 1 to 200 signs."""
    text = value.strip() if isinstance(value, str) else ""
    if isinstance(value, int) and not isinstance(value, bool):
        text = str(value)
    if not 1 <= len(text) <= MAX_NAME_CHARS or not text.isprintable():
        raise MessageRefused(
            "bad_id",
            f"{name} is {shown(value)!r}, expected 1 to {MAX_NAME_CHARS} printable "
            "signs",
        )
    return text


def moment(value: object, name: str) -> tuple[datetime, bool]:
    """Value as UTC, and whether it came without an offset and was read as UTC."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise MessageRefused(
            "bad_time",
            f"{name} is {shown(value)!r}, expected ISO 8601 such as "
            "2026-05-01T12:00:00Z",
        )
    try:
        read = datetime.fromisoformat(value)
        is_naive = read.tzinfo is None
        utc = read.replace(tzinfo=UTC) if is_naive else read.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MessageRefused(
            "bad_time", f"{name} {shown(value)!r} is no time: {error}"
        ) from error
    return utc, is_naive


def position(
    document: Mapping[str, Any], lat_key: str, lon_key: str
) -> tuple[float | None, float | None]:
    """Latitude and longitude as sent, both or neither; null is missing."""
    lat, lon = document.get(lat_key), document.get(lon_key)
    if lat is None and lon is None:
        return None, None
    if lat is None or lon is None:
        missing = lat_key if lat is None else lon_key
        raise MessageRefused("half_position", f"position without {missing}")
    return number(lat, lat_key), _wrapped(number(lon, lon_key))


def _wrapped(lon: float) -> float:
    """Longitudes of the 0..360 kind brought into [-180, 180); others as sent."""
    return lon - 360.0 if 180.0 <= lon < 360.0 else lon
