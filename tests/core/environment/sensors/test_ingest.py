"""Rules of the intake, with a real broker: nothing lost, nothing doubled."""

import json
import logging
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time
from collections import Counter
from contextlib import contextmanager

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt import publish

from core.environment.sensors import (
    DeadLetters,
    DeviceStatus,
    FixCheck,
    FixLimits,
    IngestOptions,
    IngestState,
    MqttIngest,
    RefusedMessage,
)
from core.environment.sensors.ingest_options import Backoff
from core.errors import SourceRefused, SourceTimeout, StorageError
from tests.core.environment.sensors.brokers import (
    TOPIC,
    Broker,
    Publisher,
    find_mosquitto,
    free_port,
    report,
)

needs_broker = pytest.mark.skipif(
    find_mosquitto() is None, reason="mosquitto is not installed"
)


class Memory:
    """Sink that keeps each fix once and counts how often it was handed each."""

    def __init__(self):
        self.fixes = {}
        self.n_failures_to_come = 0
        self.pause_s = 0.0

    def __call__(self, fixes):
        time.sleep(self.pause_s)
        if self.n_failures_to_come > 0:
            self.n_failures_to_come -= 1
            raise StorageError("disk full")
        before = len(self.fixes)
        for fix in fixes:
            self.fixes.setdefault(fix.message_id, fix)
        return len(self.fixes) - before

    def sequences(self):
        return Counter(fix.sequence for fix in self.fixes.values())


def make(url, sink, **more):
    more.setdefault("topics", [TOPIC])
    more.setdefault("client_id", "test")
    more.setdefault("check", FixCheck(FixLimits(max_age=None)))
    return MqttIngest(url, sink, **more)


@contextmanager
def running(ingest):
    """Run on a thread until the block ends; errors of the thread come out here."""
    errors = []

    def run():
        try:
            ingest.run()
        except (SourceRefused, SourceTimeout) as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        wait_for(lambda: ingest.state.connects or errors, within_s=10)
        yield ingest
    finally:
        ingest.stop()
        thread.join(timeout=20)
        assert not thread.is_alive()
    if errors:
        raise errors[0]


def wait_for(condition, *, within_s):
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


@pytest.fixture
def broker(tmp_path):
    broker = Broker(tmp_path / "broker")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def quick_broker(tmp_path):
    """Broker that does not save after each change: for tests that kill nothing."""
    broker = Broker(tmp_path / "broker", changes={"autosave_on_changes": "false"})
    broker.start()
    yield broker
    broker.stop()


def send(broker, *payloads, topic=TOPIC, retain=False):
    publish.multiple(
        [{"topic": topic, "payload": p, "qos": 1, "retain": retain} for p in payloads],
        port=broker.port,
        hostname="127.0.0.1",
    )


def outage(broker, *, how, before_s, down_s, after_s):
    """Kill the broker under 200 messages/s; return the sink and how many were sent."""
    sink = Memory()
    with running(make(broker.url, sink)) as ingest:
        time.sleep(0.3)  # the session is made and saved
        publisher = Publisher(broker.port, per_second=200)
        time.sleep(before_s)
        broker.kill(how)
        time.sleep(down_s)
        broker.start()
        time.sleep(after_s)
        n_sent = publisher.finish()
        wait_for(lambda: ingest.state.stored >= n_sent, within_s=15)
        time.sleep(0.5)  # what would come twice would come now
    assert ingest.state.connects >= 2
    assert ingest.state.sessions_lost == 0
    assert ingest.state.missing_in_sequence == 0
    return sink, n_sent


@needs_broker
@pytest.mark.parametrize(("how", "down_s"), [(signal.SIGKILL, 2), (signal.SIGTERM, 1)])
def test_a_broker_killed_briefly_loses_and_doubles_nothing(broker, how, down_s):
    sink, n_sent = outage(broker, how=how, before_s=0.7, down_s=down_s, after_s=0.3)
    assert n_sent >= 300
    assert sink.sequences() == Counter(range(n_sent))


@needs_broker
@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_broker_killed_for_ten_seconds_loses_and_doubles_nothing(broker, how):
    sink, n_sent = outage(broker, how=how, before_s=5, down_s=10, after_s=5)
    assert n_sent >= 3500
    assert sink.sequences() == Counter(range(n_sent))


@needs_broker
def test_a_broker_that_stops_in_order_keeps_what_came_while_the_intake_was_away(broker):
    sink = Memory()
    with running(make(broker.url, sink)):
        time.sleep(0.3)
    send(broker, *(report(i) for i in range(100)))
    broker.kill(signal.SIGTERM)
    broker.start()
    with running(make(broker.url, sink)) as ingest:
        wait_for(lambda: ingest.state.stored >= 100, within_s=10)
    assert sink.sequences() == Counter(range(100))


@needs_broker
def test_what_could_not_be_stored_stays_with_the_broker(broker):
    failing = Memory()
    failing.n_failures_to_come = 10**6
    first = make(broker.url, failing, options=IngestOptions(drain_s=0.2))
    with running(first):
        time.sleep(0.3)
        send(broker, *(report(i) for i in range(50)))
        wait_for(lambda: first.state.sink_failures > 0, within_s=5)
    assert first.state.unstored == 50
    sink = Memory()
    with running(make(broker.url, sink)) as ingest:
        wait_for(lambda: ingest.state.stored == 50, within_s=5)
    assert sink.sequences() == Counter(range(50))


@needs_broker
def test_a_store_that_fails_for_a_while_is_tried_again(broker):
    sink = Memory()
    sink.n_failures_to_come = 3
    with running(make(broker.url, sink)) as ingest:
        time.sleep(0.3)
        send(broker, *(report(i) for i in range(20)))
        wait_for(lambda: ingest.state.stored == 20, within_s=10)
    assert ingest.state.sink_failures == 3
    assert sink.sequences() == Counter(range(20))


@needs_broker
def test_a_slow_store_holds_back_the_broker_not_the_memory(quick_broker):
    broker = quick_broker
    sink = Memory()
    sink.pause_s = 0.05
    options = IngestOptions(batch_size=20, max_in_flight=40)
    most = 0
    with running(make(broker.url, sink, options=options)) as ingest:
        time.sleep(0.3)
        send(broker, *(report(i) for i in range(400)))
        deadline = time.monotonic() + 15
        while ingest.state.stored < 400 and time.monotonic() < deadline:
            most = max(most, ingest.state.unstored)
            time.sleep(0.005)
    assert 0 < most <= 80
    assert sink.sequences() == Counter(range(400))


@needs_broker
def test_bad_messages_are_kept_with_reason_and_do_not_stop_the_stream(broker):
    kept: list[RefusedMessage] = []
    letters = DeadLetters(kept.extend, keep=2)
    sink = Memory()
    bad = ["{", b"\xff\xfe", '{"time":"2026-05-01T12:00:00Z","lat":NaN,"lon":1}']
    with running(make(broker.url, sink, letters=letters)) as ingest:
        time.sleep(0.3)
        send(broker, report(0), *bad, b"x" * 70_000, report(1))
        wait_for(lambda: ingest.state.stored == 2, within_s=5)
    assert ingest.state.refused == 4
    assert letters.counts == {
        "not_json": 1,
        "not_utf8": 1,
        "not_finite": 1,
        "too_large": 1,
    }
    assert [m.n_bytes for m in kept][-1] == 70_000
    assert max(len(m.payload) for m in kept) == 2000
    assert len(letters.last) == 2
    time.sleep(1)  # the broker saves after each acknowledgement
    with running(make(broker.url, sink)) as again:
        time.sleep(0.5)
    assert again.state.received == 0  # refused ones were acknowledged too


@needs_broker
def test_the_last_will_of_a_device_reaches_the_status_sink(broker):
    said: list[DeviceStatus] = []
    ingest = make(
        broker.url, Memory(), topics=["fleet/+/status"], status_sink=said.append
    )
    with running(ingest):
        time.sleep(0.3)
        device = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="v1")
        device.will_set("fleet/v1/status", "offline", qos=1)
        device.connect("127.0.0.1", broker.port)
        device.loop_start()
        device.publish("fleet/v1/status", "online", qos=1).wait_for_publish(5)
        link = device.socket()
        assert isinstance(link, socket.socket)
        link.shutdown(socket.SHUT_RDWR)  # gone without a farewell
        wait_for(lambda: len(said) >= 2, within_s=10)
        device.loop_stop()
    assert [(s.platform_id, s.status) for s in said][:2] == [
        ("v1", "online"),
        ("v1", "offline"),
    ]


@needs_broker
def test_a_retained_status_says_that_it_is_old(broker):
    said: list[DeviceStatus] = []
    send(broker, "offline", topic="fleet/v2/status", retain=True)
    ingest = make(
        broker.url, Memory(), topics=["fleet/+/status"], status_sink=said.append
    )
    with running(ingest):
        wait_for(lambda: said, within_s=5)
    assert said[0].detail == "retained"


@needs_broker
def test_a_frozen_broker_is_noticed_and_taken_up_again(broker):
    sink = Memory()
    options = IngestOptions(keepalive_s=1)
    with running(make(broker.url, sink, options=options)) as ingest:
        wait_for(lambda: ingest.state.connected_since, within_s=5)
        broker.freeze()
        wait_for(lambda: ingest.state.connected_since is None, within_s=8)
        broker.thaw()
        wait_for(lambda: ingest.state.connected_since, within_s=20)
        send(broker, report(1))
        wait_for(lambda: ingest.state.stored == 1, within_s=5)


@needs_broker
def test_two_intakes_of_one_session_slow_down_and_say_why(broker, caplog):
    """Mosquitto 2.0 does not say why it closes, so the pattern has to tell."""
    with (
        running(make(broker.url, Memory())) as first,
        running(make(broker.url, Memory())) as second,
    ):
        wait_for(lambda: "same client id" in caplog.text, within_s=15)
        time.sleep(0.5)
        assert first.state.connects + second.state.connects < 20


@needs_broker
def test_a_wrong_password_is_refused_at_once_and_never_logged(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    tool = shutil.which("mosquitto_passwd")
    if tool is None:
        pytest.skip("mosquitto_passwd is not installed")
    passwords = tmp_path / "passwords"
    subprocess.run([tool, "-b", "-c", str(passwords), "gyre", "right1"], check=True)
    changes = {"allow_anonymous": "false", "password_file": str(passwords)}
    broker = Broker(tmp_path / "broker", changes=changes)
    broker.start()
    try:
        wrong = f"mqtt://gyre:wrong1@127.0.0.1:{broker.port}"
        with pytest.raises(SourceRefused) as refused:
            make(wrong, Memory()).run(seconds=10)
        right = wrong.replace("wrong1", "right1")
        assert make(right, Memory()).run(seconds=0.5).connects == 1
    finally:
        broker.stop()
    assert "wrong1" not in str(refused.value) + caplog.text
    assert "right1" not in caplog.text


@needs_broker
def test_tls_is_checked_against_the_authorities(tmp_path, monkeypatch):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    changes = {"certfile": str(certificate), "keyfile": str(key)}
    broker = Broker(tmp_path / "broker", changes=changes)
    broker.start()
    url = f"mqtts://127.0.0.1:{broker.port}"
    try:
        with pytest.raises(SourceRefused, match="certificate"):
            make(url, Memory()).run(seconds=10)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert make(url, Memory()).run(seconds=0.7).connects == 1
    finally:
        broker.stop()


def test_no_broker_is_a_timeout_that_names_it_and_why():
    url = f"mqtt://ana:secret@127.0.0.1:{free_port()}"
    options = IngestOptions(first_connection_s=0.3)
    with pytest.raises(SourceTimeout, match=r"127\.0\.0\.1.*refused") as timeout:
        make(url, Memory(), options=options).run()
    assert "secret" not in str(timeout.value)


def test_a_run_that_ends_before_it_ever_reached_the_broker_is_a_timeout_too():
    silent = make(f"mqtt://127.0.0.1:{free_port()}", Memory())
    with pytest.raises(SourceTimeout, match="could not be reached"):
        silent.run(seconds=0.3)


def test_a_run_stopped_by_hand_before_it_reached_the_broker_ends_in_order():
    silent = make(f"mqtt://127.0.0.1:{free_port()}", Memory())
    silent.stop()
    assert silent.run(seconds=0.3).connects == 0


def test_the_wait_is_a_hundredth_of_the_outage_within_limits():
    wait = Backoff(IngestOptions(backoff_s=0.1, max_backoff_s=10))
    for outage_s, wait_s in ((0, 0.1), (2, 0.1), (100, 1), (1e6, 10)):
        wait.fail(outage_s)
        assert not wait.is_over(outage_s + wait_s - 0.01)
        assert wait.is_over(outage_s + wait_s)
    wait.reset()
    assert wait.is_over(0)


def test_short_connections_double_the_wait():
    wait = Backoff(IngestOptions(backoff_s=0.1, max_backoff_s=10))
    for n_short, wait_s in ((1, 0.2), (2, 0.4), (3, 0.8), (5000, 10)):
        wait.reset()
        wait.hold(0.0, n_short)
        assert not wait.is_over(wait_s - 0.01)
        assert wait.is_over(wait_s)


@needs_broker
def test_progress_is_told_and_the_state_is_json(broker):
    told: list[IngestState] = []
    make(broker.url, Memory()).run(seconds=1.5, progress=told.append)
    assert len(told) == 1
    assert json.loads(json.dumps(told[-1].to_dict()))["connects"] == 1


def packet(kind: int, body: bytes) -> bytes:
    """MQTT control packet with a short body."""
    assert len(body) < 128
    return bytes([kind, len(body)]) + body


def publication(mid: int, payload: bytes) -> bytes:
    topic = b"a/d1/x"
    head = struct.pack("!H", len(topic)) + topic + struct.pack("!HB", mid, 0)
    return packet(0x32, head + payload)


class DyingBroker(threading.Thread):
    """Accepts one client, sends messages in two parts, then resets the connection.

    This is what a broker does that is killed while acknowledgements to it are under
    way: its system answers them with a reset, and what it sent lies with the client.
    """

    def __init__(self, first: list[bytes], rest: list[bytes], sink_is_busy):
        super().__init__()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._parts = first, rest
        self._sink_is_busy = sink_is_busy

    def run(self):
        first, rest = self._parts
        with self._server:
            client, _ = self._server.accept()
        with client:
            client.recv(4096)
            client.sendall(packet(0x20, b"\0\0\0"))
            subscribe = client.recv(4096)
            client.sendall(packet(0x90, subscribe[2:4] + b"\0\1"))
            client.sendall(b"".join(first))
            self._sink_is_busy.wait(20)
            client.sendall(b"".join(rest))
            reset = struct.pack("ii", 1, 0)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)


def test_what_a_dying_broker_handed_over_is_not_dropped_by_a_failed_write():
    """Its senders were told that it has them, so they exist nowhere but with us."""
    messages = [
        publication(i, b'{"time":"2026-05-01T12:%02d:00Z","sequence":%d}' % (i, i))
        for i in range(1, 41)
    ]
    is_busy = threading.Event()
    broker = DyingBroker(messages[:20], messages[20:], is_busy)
    broker.start()
    sink = Memory()

    def slow_sink(fixes):
        is_busy.set()
        broker.join(timeout=20)  # the reset is here before we acknowledge
        n_new = sink(fixes)
        if len(sink.fixes) == len(messages):
            ingest.stop()
        return n_new

    ingest = make(f"mqtt://127.0.0.1:{broker.port}", slow_sink, topics=["a/#"])
    ingest.run(seconds=10)
    assert sink.sequences() == Counter(range(1, 41))
