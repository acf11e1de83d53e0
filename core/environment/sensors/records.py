"""What a sensor said, and the marks that the checks leave on it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from types import MappingProxyType
from typing import Any

__all__ = ["DeviceStatus", "FixFlag", "SensorFix"]

_ID_DIGITS = 32
_NO_VALUES: Mapping[str, float] = MappingProxyType({})


class FixFlag(IntEnum):
    """QARTOD flag of a fix [1]_.

    References
    ----------
    .. [1] U.S. IOOS, "Manual for Real-Time Oceanographic Data Quality Control Flags",
       version 1.2 (2020).
    """

    GOOD = 1
    NOT_EVALUATED = 2
    SUSPECT = 3
    FAIL = 4
    MISSING = 9


@dataclass(frozen=True)
class SensorFix:
    """One report of one sensor at one time.

    Attributes
    ----------
    sensor_id : str
        Who measured; unique over the fleet.
    platform_id : str
        What carries the sensor: a vessel, a buoy.
    observed_at : datetime
        When it was measured (UTC), by the clock of the device.
    received_at : datetime
        When it arrived (UTC), by the clock of this machine.
    lat, lon : float or None
        WGS 84 degrees as sent, longitude in [-180, 180) where it is on Earth.
    values : mapping of str to float
        SI numbers by name, the unit at the end: ``wind_speed_m_s``.
    sequence : int or None
        The device's own counter of messages.
    profile : str
        ``plain`` or ``signalk``.
    topic : str
        MQTT topic it came on.
    quality_flag : FixFlag
        The worst of the checks; ``NOT_EVALUATED`` before them.
    reasons : tuple of str
        ``code: words`` of every check that had something to say.
    """

    sensor_id: str
    platform_id: str
    observed_at: datetime
    received_at: datetime
    lat: float | None
    lon: float | None
    values: Mapping[str, float] = field(default_factory=lambda: _NO_VALUES)
    sequence: int | None = None
    profile: str = "plain"
    topic: str = ""
    quality_flag: FixFlag = FixFlag.NOT_EVALUATED
    reasons: tuple[str, ...] = ()

    @property
    def message_id(self) -> str:
        """Hash of sensor, time, position and values.

        A repeated delivery gets the same id and therefore changes nothing. Left out
        are the topic, the time of arrival and the sequence number: they say how the
        report travelled, not what was measured.
        """
        parts = [
            self.sensor_id,
            self.observed_at.isoformat(timespec="microseconds"),
            _number(self.lat),
            _number(self.lon),
            *(f"{name}={_number(self.values[name])}" for name in self._names()),
        ]
        # The unit separator cannot occur in a name that was read from a message.
        text = "\x1f".join(parts)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()[:_ID_DIGITS]

    def _names(self) -> list[str]:
        return sorted(self.values)

    def to_dict(self) -> dict[str, Any]:
        """Record of plain values, as the store takes it."""
        return {
            "message_id": self.message_id,
            "sensor_id": self.sensor_id,
            "platform_id": self.platform_id,
            "observed_at": self.observed_at,
            "received_at": self.received_at,
            "lat": self.lat,
            "lon": self.lon,
            "values": {name: self.values[name] for name in self._names()},
            "sequence": self.sequence,
            "quality_flag": int(self.quality_flag),
            "reasons": list(self.reasons),
            "topic": self.topic,
            "profile": self.profile,
        }


def _number(value: float | None) -> str:
    """Every digit: two values that differ at all are two reports."""
    return "" if value is None else repr(float(value) + 0.0)  # +0.0 drops -0.0


@dataclass(frozen=True)
class DeviceStatus:
    """A device came or went, as it or its last will says.

    Attributes
    ----------
    platform_id : str
        The device that the topic names.
    status : str
        ``online`` or ``offline``.
    at : datetime
        When it arrived (UTC); a last will carries no time of its own.
    detail : str
        What else the message said.
    """

    platform_id: str
    status: str
    at: datetime
    detail: str = ""
