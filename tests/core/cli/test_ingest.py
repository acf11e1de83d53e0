"""Rules of the ``ingest`` commands, with a real broker."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from paho.mqtt import publish
from typer.testing import CliRunner

from core.cli import app
from core.environment.sensors import IngestOptions
from core.errors import SourceTimeout
from core.storage import open_store
from tests.core.environment.sensors.brokers import (
    ROOT,
    TOPIC,
    Broker,
    Publisher,
    find_mosquitto,
    report,
)

needs_broker = pytest.mark.skipif(
    find_mosquitto() is None, reason="mosquitto is not installed"
)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("GYRE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("GYRE_MQTT_URL", raising=False)

    def call(*arguments):
        return CliRunner().invoke(app, ["ingest", "mqtt", *map(str, arguments)])

    return call


@pytest.fixture
def broker(tmp_path):
    broker = Broker(tmp_path / "broker", changes={"autosave_on_changes": "false"})
    broker.start()
    yield broker
    broker.stop()


def stored(tmp_path):
    return open_store(f"sqlite:///{tmp_path / 'data' / 'gyre.db'}")


def send(broker, *messages, retain=True):
    """Publish retained, so that an intake started later still gets it."""
    publish.multiple(
        [{"topic": t, "payload": p, "qos": 1, "retain": retain} for t, p in messages],
        hostname="127.0.0.1",
        port=broker.port,
    )


def test_a_broker_must_be_named(run):
    result = run()
    assert result.exit_code == 2
    assert "GYRE_MQTT_URL" in result.stderr


def test_a_password_on_the_command_line_is_refused_and_not_repeated(run):
    result = run("--url", "mqtt://ana:hunter2@127.0.0.1")
    assert result.exit_code == 2
    assert "hunter2" not in result.output + result.stderr


@pytest.mark.parametrize("area", ["1,2,3", "a,b,c,d", "0,10,1,5", "0,0,999,1"])
def test_an_area_that_is_none_is_refused(run, area):
    assert run("--url", "mqtt://127.0.0.1", "--area", area).exit_code == 2


@needs_broker
def test_messages_go_into_the_store_and_the_result_is_json(run, broker, tmp_path):
    send(
        broker,
        (TOPIC, report(1)),
        ("buoy/b7/obs", "rubbish"),
        ("fleet/v1/status", '{"status":"offline","reason":"battery"}'),
    )
    result = run("--url", broker.url, "--for", 1.5, "--json")
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    counts = [summary[k] for k in ("received", "stored", "refused", "statuses")]
    assert counts == [3, 1, 1, 1]
    assert summary["refused_by_kind"] == {"not_json": 1}
    assert summary["broker"] == broker.url
    with stored(tmp_path) as store:
        (refused,) = store.fixes.refused()
        assert (refused["topic"], refused["payload"]) == ("buoy/b7/obs", "rubbish")
        assert refused["reason"].startswith("not_json")
        sensors = {s["sensor_id"]: s for s in store.sensors.listing()}
        assert sensors["v1"]["status"] == "offline"
        assert sensors["v1"]["detail"] == {"said": "retained; battery"}
        assert sensors["d1"]["platform"] == "drifter"
        assert store.fixes.frame()["sequence"].tolist() == [1]


@needs_broker
def test_a_second_run_knows_what_is_stored(run, broker, tmp_path):
    send(broker, (TOPIC, report(1)))
    assert json.loads(run("--url", broker.url, "--for", 1, "--json").stdout)["stored"]
    again = run("--url", broker.url, "--for", 1, "--json", "--client-id", "other")
    summary = json.loads(again.stdout)
    assert (summary["received"], summary["stored"], summary["duplicates"]) == (1, 0, 1)


def test_no_broker_is_named_as_a_source_that_could_not_be_reached(run, monkeypatch):
    options = IngestOptions(first_connection_s=0.1)
    monkeypatch.setattr(
        "core.environment.sensors.ingest.IngestOptions", lambda: options
    )
    result = run("--url", "mqtt://127.0.0.1:1")
    assert isinstance(result.exception, SourceTimeout)


def start_intake(broker, tmp_path, log):
    return subprocess.Popen(
        [sys.executable, "-m", "core", "ingest", "mqtt", "--topic", TOPIC, "--json"],
        cwd=ROOT,
        env={
            **os.environ,
            "GYRE_DATA_DIR": str(tmp_path / "data"),
            "GYRE_MQTT_URL": broker.url,
        },
        stdout=log,
        stderr=subprocess.STDOUT,
    )


def wait_for_fixes(store, n):
    deadline = time.monotonic() + 40
    while store.fixes.count() < n:
        assert time.monotonic() < deadline, f"{store.fixes.count()} of {n}"
        time.sleep(0.05)


@needs_broker
def test_an_intake_killed_under_load_and_started_again_loses_and_doubles_nothing(
    broker, tmp_path
):
    """SIGKILL in the middle of 200 messages/s, then SIGTERM, which stops in order."""
    log_path = tmp_path / "intake.log"
    with stored(tmp_path) as store, log_path.open("w") as log:
        intake = start_intake(broker, tmp_path, log)
        publisher = None
        try:
            # The session exists once a first message arrives.
            deadline = time.monotonic() + 40
            while store.fixes.count() == 0:
                assert time.monotonic() < deadline
                send(broker, (TOPIC, report(0)), retain=False)
                time.sleep(0.2)
            publisher = Publisher(broker.port, per_second=200)
            wait_for_fixes(store, 100)
            intake.send_signal(signal.SIGKILL)
            intake.wait(timeout=10)
            n_before = store.fixes.count()
            intake = start_intake(broker, tmp_path, log)
            time.sleep(1)
            n_sent = publisher.finish()
            wait_for_fixes(store, n_sent)
            intake.send_signal(signal.SIGTERM)
            assert intake.wait(timeout=10) == 0
        finally:
            intake.kill()
            intake.wait()
            if publisher is not None:
                publisher.close()
        assert n_before < n_sent
        sequences = Counter(int(n) for n in store.fixes.frame()["sequence"])
    assert sequences == Counter(range(n_sent))
    summary = json.loads(log_path.read_text().partition("{")[2].join(["{", ""]))
    assert summary["unstored"] == 0
