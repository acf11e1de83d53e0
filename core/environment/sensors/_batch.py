"""Messages on their way from the broker to the sink."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.environment.sensors.checks import FixCheck
from core.environment.sensors.dead_letters import DeadLetters, RefusedMessage
from core.environment.sensors.ingest_state import IngestState
from core.environment.sensors.messages import Message, MessageRefused, read_message
from core.environment.sensors.records import DeviceStatus, FixFlag, SensorFix

#: ``sink(fixes)`` stores a batch in one durable transaction and returns how many were
#: new (``None``: all). It is idempotent by ``message_id``, and raises a
#: ``CleanupError`` if it could not store; the batch is then tried again.
Sink = Callable[[Sequence[SensorFix]], int | None]
StatusSink = Callable[[DeviceStatus], object]


@dataclass(frozen=True)
class Arrived:
    """A message as the broker delivered it.

    Attributes
    ----------
    connection : int
        Number of the connection it came on; a message id means nothing on another.
    """

    topic: str
    payload: bytes
    received_at: datetime
    mid: int
    qos: int
    retained: bool
    connection: int


@dataclass
class Batch:
    """Messages read and checked, not stored yet; emptied stage by stage."""

    arrived: Sequence[Arrived]
    fixes: tuple[SensorFix, ...] = ()
    n_repeats: int = 0
    n_unknown: int = 0
    statuses: list[DeviceStatus] = field(default_factory=list)
    refused: list[RefusedMessage] = field(default_factory=list)


def read_batch(arrived: Sequence[Arrived], check: FixCheck, *, max_bytes: int) -> Batch:
    """Read and check messages in their order; bad ones go to the refused."""
    batch = Batch(arrived)
    fixes: list[SensorFix] = []
    for one in arrived:
        try:
            message = read_message(
                one.topic, one.payload, received_at=one.received_at, max_bytes=max_bytes
            )
        except MessageRefused as error:
            batch.refused.append(
                RefusedMessage.of(
                    received_at=one.received_at,
                    topic=one.topic,
                    code=error.code,
                    reason=str(error),
                    payload=one.payload,
                )
            )
            continue
        fixes.extend(message.fixes)
        batch.n_unknown += message.n_unknown
        if message.status is not None:
            batch.statuses.append(_status(message, retained=one.retained))
    checked = check.check(fixes)
    batch.fixes, batch.n_repeats = checked.fixes, checked.n_repeats
    return batch


def _status(message: Message, *, retained: bool) -> DeviceStatus:
    """Status of a message; a retained one may be of long ago, so it says so."""
    status = message.status
    assert status is not None  # noqa: S101 - the caller asked
    if not retained:
        return status
    return replace(status, detail=f"retained; {status.detail}".rstrip("; "))


def store_batch(
    batch: Batch,
    *,
    sink: Sink,
    status_sink: StatusSink | None,
    letters: DeadLetters,
    state: IngestState,
) -> None:
    """Hand a batch on. May be called again after a failure: what is done stays done."""
    letters.add(batch.refused)
    state.refused += len(batch.refused)
    batch.refused = []
    if batch.fixes:
        n_new = sink(batch.fixes)
        n_new = len(batch.fixes) if n_new is None else n_new
        state.stored += n_new
        state.duplicates += len(batch.fixes) - n_new
        flags = [fix.quality_flag for fix in batch.fixes]
        state.suspect += flags.count(FixFlag.SUSPECT)
        state.failed += flags.count(FixFlag.FAIL)
        batch.fixes = ()
    while batch.statuses:
        if status_sink is not None:
            status_sink(batch.statuses[0])
        batch.statuses.pop(0)
        state.statuses += 1
    state.duplicates += batch.n_repeats
    state.unknown_entries += batch.n_unknown
    batch.n_repeats = batch.n_unknown = 0
