"""Take sensor messages from an MQTT broker; acknowledge only what is stored.

The broker keeps a message until it is acknowledged, so a message is in one of two
places: with the broker, or durably in the sink. A process killed between the two gets
it again, and the sink knows it by its id.
"""

import logging
import ssl
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from core.environment.sensors._batch import (
    Arrived,
    Batch,
    Sink,
    StatusSink,
    read_batch,
    store_batch,
)
from core.environment.sensors.broker import (
    BrokerAddress,
    default_client_id,
    make_client,
)
from core.environment.sensors.checks import FixCheck
from core.environment.sensors.dead_letters import DeadLetters
from core.environment.sensors.ingest_options import Backoff, IngestOptions
from core.environment.sensors.ingest_state import IngestState
from core.environment.sensors.messages import DEFAULT_TOPICS, checked_topics
from core.errors import CleanupError, SourceRefused, SourceTimeout

__all__ = ["MqttIngest", "Sink", "StatusSink"]

_LOG = logging.getLogger(__name__)

_TURN_S = 0.05
_PROGRESS_EVERY_S = 1.0
#: Reason codes of MQTT 5 that will not get better by trying again: unsupported
#: version, client id not valid, bad user or password, not authorised, banned.
_HOPELESS = frozenset({0x84, 0x85, 0x86, 0x87, 0x8A, 0x8C})
#: A connection that held this long ends the back-off (assumption).
_STEADY_S = 5.0
#: Shorter connections in a row that are worth a warning.
_SUSPICIOUS = 4
_SESSION_TAKEN_OVER = 0x8E
_FIRST_FAILURE = 0x80


class MqttIngest:
    """Reads a broker's messages into a sink, each exactly once.

    Parameters
    ----------
    url : str
        ``mqtt://`` or ``mqtts://``, with user and password if needed.
    sink : callable
        ``sink(fixes)`` stores durably and returns how many were new; see ``Sink``.
    topics : sequence of str
        Filters to subscribe to, at QoS 1.
    client_id : str
        Names the session at the broker; two intakes must not share one.
    check : FixCheck, optional
        The checks, with what they remember.
    status_sink : callable, optional
        Gets each ``DeviceStatus``.
    letters : DeadLetters, optional
        Keeps refused messages.
    options : IngestOptions, optional
        Sizes and times.

    Attributes
    ----------
    state : IngestState
        How it stands; may be read by another thread.
    """

    def __init__(
        self,
        url: str,
        sink: Sink,
        *,
        topics: Sequence[str] = DEFAULT_TOPICS,
        client_id: str = "",
        check: FixCheck | None = None,
        status_sink: StatusSink | None = None,
        letters: DeadLetters | None = None,
        options: IngestOptions | None = None,
    ) -> None:
        self.address = BrokerAddress.from_url(url)
        self.options = options or IngestOptions()
        self.state = IngestState()
        self.check = check or FixCheck()
        self.letters = letters or DeadLetters()
        self._topics = checked_topics(topics)
        self._sink = sink
        self._status_sink = status_sink
        self._arrived: list[Arrived] = []
        self._oldest = 0.0
        self._batch: Batch | None = None
        self._sink_wait = Backoff(self.options)
        self._broker_wait = Backoff(self.options)
        self._connection = 0
        self._is_accepted = False
        self._is_broken = False
        self._accepted_at = 0.0
        self._n_short = 0
        self._had_session = False
        self._fault = ""
        self._fatal: CleanupError | None = None
        self._stopping = False
        self._client = make_client(
            self.address,
            client_id=client_id or default_client_id(),
            keepalive_s=self.options.keepalive_s,
            session_expiry_s=self.options.session_expiry_s,
            max_in_flight=self.options.max_in_flight,
            max_packet_bytes=16 * self.options.max_bytes,
        )
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    def stop(self) -> None:
        """Ask ``run`` to end; safe in a signal handler and in other threads."""
        # A plain flag: an Event's lock may be held by what a signal interrupts.
        self._stopping = True

    def run(
        self,
        *,
        seconds: float | None = None,
        progress: Callable[[IngestState], object] | None = None,
    ) -> IngestState:
        """Take messages until stopped or the time is over.

        Parameters
        ----------
        seconds : float, optional
            How long; for ever if not given.
        progress : callable, optional
            Called about once a second with the state.

        Returns
        -------
        IngestState

        Raises
        ------
        SourceTimeout
            If the broker could not be reached at the start, or at all in the time.
        SourceRefused
            If it refuses the credentials, every topic, or another intake took over
            the session.
        """
        if self.address.sends_password_in_clear:
            _LOG.warning("the password goes to %s unencrypted", self.address.shown)
        self.check.prepare()
        start = time.monotonic()
        said_at = start
        try:
            while not self._stopping and self._fatal is None:
                now = time.monotonic()
                self._check_first_connection(now - start, seconds)
                if seconds is not None and now - start >= seconds:
                    break
                self._turn(now)
                if progress is not None and now - said_at >= _PROGRESS_EVERY_S:
                    said_at = now
                    progress(self.state)
        finally:
            self._leave()
        if self._fatal is not None:
            raise self._fatal
        return self.state

    def _turn(self, now: float) -> None:
        if self._client.socket() is None or self._is_broken:
            self._try_to_connect(now)
        elif len(self._arrived) >= 2 * self.options.max_in_flight:
            # The sink is behind: leave the rest to the broker and to TCP.
            time.sleep(_TURN_S)
        else:
            self._is_broken = self._client.loop(_TURN_S) != mqtt.MQTT_ERR_SUCCESS
            if self._is_accepted and now - self._accepted_at >= _STEADY_S:
                self._broker_wait.reset()
                self._n_short = 0
        self._store(time.monotonic())
        self._count_unstored()

    def _count_unstored(self) -> None:
        waiting = len(self._batch.arrived) if self._batch is not None else 0
        self.state.unstored = len(self._arrived) + waiting

    def _try_to_connect(self, now: float) -> None:
        if not self._broker_wait.is_over(now):
            time.sleep(_TURN_S)
            return
        # Counted as failed until the broker accepts, so a broker that takes the
        # connection and drops it is not hammered.
        self._broker_wait.fail(now)
        self._connection += 1
        self._is_broken = False
        try:
            self._client.reconnect()
        except ssl.SSLCertVerificationError as error:
            self._fault = f"its certificate was not accepted ({error.verify_message})"
            if self.state.connects == 0:
                self._fatal = SourceRefused(f"{self.address.shown}: {self._fault}")
        except OSError as error:
            self._fault = error.strerror or str(error)

    def _check_first_connection(self, waited_s: float, seconds: float | None) -> None:
        limit_s = min(self.options.first_connection_s, seconds or float("inf"))
        if self.state.connects == 0 and waited_s >= limit_s:
            why = f": {self._fault}" if self._fault else ""
            self._fatal = self._fatal or SourceTimeout(
                f"{self.address.shown} could not be reached in {waited_s:.0f} s{why}"
            )

    def _store(self, now: float, *, at_once: bool = False) -> None:
        """Make a batch if one is due, and try to store the one that waits."""
        is_due = self._arrived and (
            at_once
            or len(self._arrived) >= self.options.batch_size
            or now - self._oldest >= self.options.batch_s
        )
        if self._batch is None and is_due:
            taken, self._arrived = self._arrived, []
            self._batch = read_batch(
                taken, self.check, max_bytes=self.options.max_bytes
            )
        if self._batch is None or not (at_once or self._sink_wait.is_over(now)):
            return
        try:
            store_batch(
                self._batch,
                sink=self._sink,
                status_sink=self._status_sink,
                letters=self.letters,
                state=self.state,
            )
        except CleanupError as error:
            self.state.sink_failures += 1
            self._sink_wait.fail(now)
            _LOG.warning("could not store, will try again: %s", error)
            return
        self._sink_wait.reset()
        self.state.missing_in_sequence = self.check.n_missing_in_sequence
        batch, self._batch = self._batch, None
        # Read first: writing to a broker that died ends the connection.
        self._client.read_what_came(at_most=self.options.max_in_flight)
        self._acknowledge(batch.arrived)

    def _acknowledge(self, arrived: Sequence[Arrived]) -> None:
        for one in arrived:
            # On another connection the same number may name another message.
            if one.qos > 0 and one.connection == self._connection and self._is_accepted:
                self._client.ack(one.mid, one.qos)

    def _leave(self) -> None:
        """Store and acknowledge what was received, then close; the session stays."""
        deadline = time.monotonic() + self.options.drain_s
        self._client.read_what_came(at_most=self.options.max_in_flight)
        while self._arrived or self._batch is not None:
            self._store(time.monotonic(), at_once=True)
            if self._batch is not None:
                if time.monotonic() >= deadline:
                    _LOG.warning("messages left with the broker: they were not stored")
                    break
                time.sleep(_TURN_S)
        while self._client.want_write() and self._has_time(deadline):
            self._client.loop(_TURN_S)
        self._client.disconnect()
        while self._has_time(deadline):
            self._client.loop(_TURN_S)
        if (link := self._client.socket()) is not None:  # no answer in time
            link.close()
        self.state.connected_since = None
        self._count_unstored()

    def _has_time(self, deadline: float) -> bool:
        return self._client.socket() is not None and time.monotonic() < deadline

    def _on_connect(
        self,
        client: mqtt.Client,
        _data: Any,
        flags: Any,
        reason: ReasonCode,
        _props: Any,
    ) -> None:
        if reason.value >= _FIRST_FAILURE:
            self._fault = str(reason)
            if reason.value in _HOPELESS and self.state.connects == 0:
                self._fatal = SourceRefused(
                    f"{self.address.shown} refused the connection: {reason}"
                )
            return
        self.state.connects += 1
        self.state.connected_since = datetime.now(UTC)
        self._is_accepted = True
        self._accepted_at = time.monotonic()
        if self._had_session and not flags.session_present:
            self.state.sessions_lost += 1
            _LOG.warning(
                "the broker forgot our session; what it accepted since may be lost"
            )
        self._had_session = True
        # Again even where a session is present: the list of topics may have changed.
        send_if_new = SubscribeOptions(
            qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB
        )
        client.subscribe([(topic, send_if_new) for topic in self._topics])

    def _on_subscribe(
        self, _client: mqtt.Client, _data: Any, _mid: int, reasons: Any, _props: Any
    ) -> None:
        denied = [
            topic
            for topic, reason in zip(self._topics, reasons, strict=False)
            if reason.value >= _FIRST_FAILURE
        ]
        if denied and len(denied) == len(self._topics):
            self._fatal = SourceRefused(
                f"{self.address.shown} does not allow any of the topics "
                f"{', '.join(denied)}"
            )
        elif denied:
            _LOG.warning("the broker does not allow topics %s", ", ".join(denied))

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _data: Any,
        flags: Any,
        reason: ReasonCode,
        _props: Any,
    ) -> None:
        if self._is_accepted:
            self.state.disconnects += 1
            self._count_short_connection()
        self._is_accepted = False
        self._connection += 1
        self.state.connected_since = None
        if (
            flags.is_disconnect_packet_from_server
            and reason.packetType == PacketTypes.DISCONNECT
            and reason.value == _SESSION_TAKEN_OVER
        ):
            self._fatal = SourceRefused(
                "another intake took over the session: give each its own client id"
            )

    def _count_short_connection(self) -> None:
        """Slow down where a broker accepts and drops us, and warn of it."""
        now = time.monotonic()
        if now - self._accepted_at >= _STEADY_S or self._stopping:
            return
        self._n_short += 1
        self._broker_wait.hold(now, self._n_short)
        if self._n_short == _SUSPICIOUS:
            _LOG.warning(
                "%s accepts and drops the connection again and again; does another "
                "intake use the same client id?",
                self.address.shown,
            )

    def _on_message(
        self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage
    ) -> None:
        now = datetime.now(UTC)
        try:
            topic = message.topic
        except UnicodeDecodeError:  # a broker should not let it through
            topic = ""
        if not self._arrived:
            self._oldest = time.monotonic()
        self.state.received += 1
        self.state.last_message_at = now
        self._arrived.append(
            Arrived(
                topic=topic,
                payload=bytes(message.payload),
                received_at=now,
                mid=message.mid,
                qos=message.qos,
                retained=bool(message.retain),
                connection=self._connection,
            )
        )
