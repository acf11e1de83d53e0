"""A real broker and a real publisher, for tests of the intake."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from paho.mqtt import client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

ROOT = Path(__file__).resolve().parents[4]
EXAMPLE_CONFIG = ROOT / "config" / "mosquitto.example.conf"
START = datetime(2026, 5, 1, tzinfo=UTC)
TOPIC = "drifter/d1/position"


def find_mosquitto() -> str | None:
    """Path of the broker's program; Debian keeps it out of a user's PATH."""
    found = shutil.which("mosquitto")
    debian = "/usr/sbin/mosquitto"
    return found or (debian if Path(debian).exists() else None)


def free_port() -> int:
    """Port below those that the system gives to clients.

    A client that tries again and again to reach a closed port of its own range will
    at last connect to itself, and the broker cannot listen there any more.
    """
    while True:
        port = secrets.choice(range(20_000, 30_000))
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return int(port)


class Broker:
    """Mosquitto with the example configuration, on a free port, in its own folder."""

    def __init__(
        self, folder: Path, *, changes: Mapping[str, str | None] | None = None
    ):
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._folder = folder
        self._program = find_mosquitto()
        self._process: subprocess.Popen | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._config = folder / "mosquitto.conf"
        self._config.write_text(self._configuration(changes or {}), encoding="utf-8")

    def _configuration(self, changes: Mapping[str, str | None]) -> str:
        """Use the example's own lines; only places and secrets are the test's."""
        # No user: without it a broker started by root becomes "mosquitto", who may
        # not write into the test's folder.
        own: dict[str, str | None] = {
            "listener": f"{self.port} 127.0.0.1",
            "persistence_location": f"{self._folder}/",
            "allow_anonymous": "true",
            "password_file": None,
            "acl_file": None,
            "certfile": None,
            "keyfile": None,
            "log_dest": f"file {self._folder}/mosquitto.log",
            **changes,
        }
        kept = [
            line
            for line in EXAMPLE_CONFIG.read_text(encoding="utf-8").splitlines()
            if line.strip() and not line.startswith("#") and line.split()[0] not in own
        ]
        added = [f"{name} {value}" for name, value in own.items() if value is not None]
        if os.getuid() == 0:
            added.append("user root")
        return "\n".join([*added, *kept]) + "\n"

    def start(self) -> None:
        assert self._process is None
        assert self._program is not None
        self._process = subprocess.Popen([self._program, "-c", str(self._config)])
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self._process.poll() is None, "mosquitto did not start"
            time.sleep(0.02)
        raise AssertionError("mosquitto does not listen")

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(timeout=10)
        self._process = None

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self._process is not None:
            self.thaw()
            self.kill(signal.SIGTERM)


def report(i: int) -> str:
    """Return the i-th message of a drifter that moves 0.1 m a message, in mid-ocean."""
    return json.dumps(
        {
            "sensor": "d1",
            "time": (START + timedelta(seconds=i)).isoformat(),
            "lat": 30.0 + 1e-6 * i,
            "lon": -140.0,
            "sequence": i,
        }
    )


class Publisher:
    """Device with a queue of its own: QoS 1, reconnects, keeps until acknowledged."""

    def __init__(self, port: int, *, per_second: float):
        self.n_sent = 0
        self.n_accepted = 0
        self._pause_s = 1.0 / per_second
        self._stop = threading.Event()
        self._client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id="d1", protocol=mqtt.MQTTv5
        )
        self._client.max_queued_messages_set(0)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_publish = self._count_accepted
        expiry = Properties(PacketTypes.CONNECT)
        expiry.SessionExpiryInterval = 3600
        self._client.connect("127.0.0.1", port, clean_start=False, properties=expiry)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _count_accepted(self, *_: object) -> None:
        self.n_accepted += 1

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stop.is_set():
            self._client.publish(TOPIC, report(self.n_sent), qos=1)
            self.n_sent += 1
            due += self._pause_s
            time.sleep(max(0.0, due - time.monotonic()))

    def finish(self, *, within_s: float = 30) -> int:
        """Stop, wait until the broker has all, and return how many there were."""
        self._stop.set()
        self._thread.join()
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            if self.n_accepted >= self.n_sent:
                break
            time.sleep(0.05)
        self.close()
        assert self.n_accepted == self.n_sent, "the broker did not accept all"
        return self.n_sent

    def close(self) -> None:
        self._stop.set()
        self._client.disconnect()
        self._client.loop_stop()
