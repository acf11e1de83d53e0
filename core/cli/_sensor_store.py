"""Between the intake of sensors and the store: neither knows the other."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from core.environment.sensors import (
        DeviceStatus,
        FixCheck,
        RefusedMessage,
        SensorFix,
    )
    from core.storage import Store

#: How far back stored fixes are read for the checks at a start, besides the last of
#: each sensor. What a broker sends again after a crash is younger (assumption).
_REMEMBERED = timedelta(minutes=10)


class SensorStore:
    """Keeps what an intake delivers; each call is one durable transaction."""

    def __init__(self, store: "Store") -> None:
        self._store = store

    def add_fixes(self, fixes: Sequence["SensorFix"]) -> int:
        """Store fixes and when their sensors were heard; return how many were new."""
        from core.environment.sensors import FixFlag

        with self._store.transaction():
            n_new = self._store.fixes.add([fix.to_dict() for fix in fixes])
            for sensor_id, mine in _by_sensor(fixes).items():
                # The clock of a fix that failed may be wrong by years.
                told = [f.observed_at for f in mine if f.quality_flag != FixFlag.FAIL]
                self._store.sensors.seen(
                    sensor_id,
                    platform=mine[-1].topic.split("/", 1)[0],
                    seen_at=max(fix.received_at for fix in mine),
                    message_at=max(told, default=None),
                )
        return n_new

    def note_status(self, status: "DeviceStatus") -> None:
        """Store that a device came or went."""
        self._store.sensors.seen(
            status.platform_id,
            status=status.status,
            seen_at=status.at,
            detail={"said": status.detail} if status.detail else None,
        )

    def keep_refused(self, messages: Sequence["RefusedMessage"]) -> None:
        """Store refused messages; the store bounds their number."""
        with self._store.transaction():
            for message in messages:
                self._store.fixes.add_refused(
                    f"{message.code}: {message.reason}",
                    topic=message.topic,
                    payload=message.payload,
                    received_at=message.received_at,
                )


def _by_sensor(fixes: Sequence["SensorFix"]) -> dict[str, list["SensorFix"]]:
    found: dict[str, list[SensorFix]] = {}
    for fix in fixes:
        found.setdefault(fix.sensor_id, []).append(fix)
    return found


def known_check(
    store: "Store", *, area: tuple[float, float, float, float] | None = None
) -> "FixCheck":
    """Make checks that know what is stored of late."""
    from core.environment.sensors import FixCheck, FixLimits

    check = FixCheck(FixLimits(area=area))
    check.remember(_as_fixes(store.fixes.latest()))
    check.remember(_as_fixes(store.fixes.frame(since=datetime.now(UTC) - _REMEMBERED)))
    return check


def _as_fixes(frame: "pd.DataFrame") -> list["SensorFix"]:
    from core.environment.sensors import FixFlag, SensorFix

    records: list[dict[str, Any]] = [
        {str(name): value for name, value in record.items()}
        for record in frame.to_dict("records")
    ]
    return [
        SensorFix(
            sensor_id=row["sensor_id"],
            platform_id=row["platform_id"],
            observed_at=row["observed_at"].to_pydatetime(),
            received_at=row["received_at"].to_pydatetime(),
            lat=None if row["lat"] != row["lat"] else row["lat"],
            lon=None if row["lon"] != row["lon"] else row["lon"],
            values=row["values"],
            quality_flag=FixFlag(row["quality_flag"]),
            topic=row["topic"],
        )
        for row in records
    ]
