"""How the intake stands, in numbers."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

__all__ = ["IngestState"]


@dataclass
class IngestState:
    """Counts since the start, and when things last happened.

    Attributes
    ----------
    received : int
        Messages that came from the broker, repeats included.
    stored : int
        Fixes that were new to the store.
    duplicates : int
        Fixes that were there already, by the memory of the checks or by the store.
    suspect, failed : int
        Stored fixes with flag 3 and 4.
    refused : int
        Messages that could not be used.
    statuses : int
        Messages about a device that came or went.
    unknown_entries : int
        Paths and keys that no profile knows.
    missing_in_sequence : int
        Messages that the devices' counters say never came.
    connects, disconnects : int
        To and from the broker.
    sessions_lost : int
        How often the broker had forgotten our session: what it accepted between may
        be lost.
    sink_failures : int
        Tries to store that failed; each was tried again.
    unstored : int
        Messages held now and not acknowledged yet.
    last_message_at, connected_since : datetime or None
        UTC; ``connected_since`` is ``None`` while there is no connection.
    """

    received: int = 0
    stored: int = 0
    duplicates: int = 0
    suspect: int = 0
    failed: int = 0
    refused: int = 0
    statuses: int = 0
    unknown_entries: int = 0
    missing_in_sequence: int = 0
    connects: int = 0
    disconnects: int = 0
    sessions_lost: int = 0
    sink_failures: int = 0
    unstored: int = 0
    last_message_at: datetime | None = None
    connected_since: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        """Values as JSON has them, times in ISO 8601."""
        found = {f.name: getattr(self, f.name) for f in fields(self)}
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in found.items()
        }
