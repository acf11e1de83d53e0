"""One MQTT message becomes fixes, a status, or a reason why it was refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.environment.sensors._payload import (
    MAX_BYTES,
    MAX_NAME_CHARS,
    MessageRefused,
    read_object,
    shown,
)
from core.environment.sensors.plain import read_plain
from core.environment.sensors.records import DeviceStatus, SensorFix
from core.environment.sensors.signalk import read_signalk
from core.errors import InputError

__all__ = [
    "DEFAULT_TOPICS",
    "Message",
    "MessageRefused",
    "checked_topics",
    "read_message",
]

#: What is subscribed to unless the caller names other filters.
DEFAULT_TOPICS = (
    "fleet/+/position",
    "fleet/+/status",
    "buoy/+/obs",
    "buoy/+/status",
    "drifter/+/position",
    "drifter/+/status",
    "signalk/delta",
    "signalk/+/delta",
)
_STATUS_WORDS = {
    "online": "online",
    "offline": "offline",
    "1": "online",
    "0": "offline",
}
_DETAIL_CHARS = 200


@dataclass(frozen=True)
class Message:
    """What one message held.

    Attributes
    ----------
    fixes : tuple of SensorFix
        Not yet checked.
    status : DeviceStatus or None
        Set for a message on a ``…/status`` topic.
    n_unknown : int
        Entries that no profile knows; counted, never an error.
    """

    fixes: tuple[SensorFix, ...] = ()
    status: DeviceStatus | None = None
    n_unknown: int = 0


def read_message(
    topic: str, payload: bytes, *, received_at: datetime, max_bytes: int = MAX_BYTES
) -> Message:
    """Read a message by its topic and content.

    A topic that ends in ``/status`` carries a device's status or last will. Elsewhere
    an object with ``updates`` is a Signal K delta, any other the plain profile.

    Parameters
    ----------
    topic : str
        ``<kind>/<device>/<what>`` names the device.
    payload : bytes
        As it came.
    received_at : datetime
        Arrival, UTC.
    max_bytes : int
        Limit of the payload's size.

    Raises
    ------
    MessageRefused
        If it cannot be used; nothing of it is taken then.
    """
    levels = topic.split("/")
    device = levels[1].strip() if len(levels) >= 3 else ""
    if len(device) > MAX_NAME_CHARS or not device.isprintable():
        raise MessageRefused("bad_id", f"topic names device {shown(device)!r}")
    if levels[-1] == "status":
        return Message(status=_status(device or topic, payload, received_at))
    document = read_object(payload, max_bytes=max_bytes)
    if "updates" in document:
        fixes, n_unknown = read_signalk(document, topic=topic, received_at=received_at)
        return Message(fixes=tuple(fixes), n_unknown=n_unknown)
    fix, n_unknown = read_plain(
        document, topic=topic, topic_device=device, received_at=received_at
    )
    return Message(fixes=(fix,), n_unknown=n_unknown)


def _status(device: str, payload: bytes, received_at: datetime) -> DeviceStatus:
    """Status from a bare word or from ``{"status": …}``."""
    word = payload[:_DETAIL_CHARS].decode("utf-8", "replace").strip().lower()
    detail = ""
    if word.startswith("{"):
        document = read_object(payload)
        word = str(document.get("status", "")).strip().lower()
        said = document.get("detail", document.get("reason", ""))
        detail = said[:_DETAIL_CHARS] if isinstance(said, str) else ""
        detail = detail if detail.isprintable() else shown(detail)
    if word not in _STATUS_WORDS:
        raise MessageRefused(
            "bad_status", f"status is {shown(word)!r}, expected online or offline"
        )
    return DeviceStatus(device, _STATUS_WORDS[word], received_at, detail)


def checked_topics(topics: Sequence[str]) -> tuple[str, ...]:
    """Topic filters without repeats; refuse what is none.

    Raises
    ------
    InputError
        If there is no filter, or one breaks the rules of MQTT 5, section 4.7.
    """
    found = tuple(dict.fromkeys(topic.strip() for topic in topics))
    if not found:
        raise InputError("no topic to subscribe to")
    for topic in found:
        levels = topic.split("/")
        is_bad = (
            not topic
            or not topic.isprintable()
            or any("#" in level and level != "#" for level in levels)
            or any("+" in level and level != "+" for level in levels)
            or "#" in levels[:-1]
        )
        if is_bad:
            raise InputError(f"{topic!r} is no MQTT topic filter")
    return found
