"""``ingest``: photos and live data into the store."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli._ingest_photos import ingest_photos
from core.cli._output import JsonOption, emit

if TYPE_CHECKING:
    from core.environment.sensors import IngestState, MqttIngest

__all__ = ["register"]

#: How often a log, which cannot be rewritten, gets a progress line.
_LOG_EVERY_S = 60.0


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_ingest)
    group.command("mqtt")(ingest_mqtt)
    group.command("photos")(ingest_photos)
    app.add_typer(group, name="ingest")


def _ingest() -> None:
    """Take in photos of this machine, and what sensors send as it comes."""


def ingest_mqtt(
    url: Annotated[
        str,
        typer.Option(
            help="mqtt://HOST[:PORT] or mqtts://…; GYRE_MQTT_URL if not given, which "
            "may hold user and password."
        ),
    ] = "",
    topic: Annotated[
        list[str] | None,
        typer.Option(help="MQTT topic filter; may be repeated. Default: see docs."),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option("--for", min=0.1, help="Stop after so many seconds."),
    ] = None,
    client_id: Annotated[
        str,
        typer.Option(help="Name of our session at the broker, one an intake."),
    ] = "",
    area: Annotated[
        str, typer.Option(help="W,S,E,N in degrees; fixes outside are flagged.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Take sensor messages from an MQTT broker until stopped.

    Each message is acknowledged only after it is stored, so a broker or this process
    may be killed and started again. Ctrl+C or SIGTERM stops in order. Exit 5 if the
    broker cannot be reached at the start, 3 if it refuses us.
    """
    from core.cli._sensor_store import SensorStore, known_check
    from core.config import load_settings
    from core.environment.sensors import DEFAULT_TOPICS, DeadLetters, MqttIngest
    from core.storage import open_store

    settings = load_settings()
    chosen = _chosen_url(url, settings.mqtt_url)
    box = _box(area)
    with open_store(
        settings.resolved_database_url, data_dir=settings.data_dir
    ) as store:
        place = SensorStore(store)
        letters = DeadLetters(place.keep_refused)
        ingest = MqttIngest(
            chosen,
            place.add_fixes,
            topics=topic or DEFAULT_TOPICS,
            client_id=client_id,
            check=known_check(store, area=box),
            status_sink=place.note_status,
            letters=letters,
        )
        with _stopped_by_signals(ingest):
            state = ingest.run(seconds=seconds, progress=_progress())
        if sys.stderr.isatty():
            sys.stderr.write("\n")
    result = {
        "broker": ingest.address.shown,
        **state.to_dict(),
        "refused_by_kind": dict(letters.counts),
    }
    emit(result, text=_line(state), as_json=as_json)


def _chosen_url(given: str, setting: str) -> str:
    """Return the address; a password in the option would be seen by every user."""
    if "@" in given:
        raise typer.BadParameter(
            "user and password belong into GYRE_MQTT_URL, not on the command line, "
            "where other users of this machine see them",
            param_hint="--url",
        )
    chosen = given or setting
    if not chosen:
        raise typer.BadParameter(
            "no broker named; give mqtt://HOST[:PORT] or set GYRE_MQTT_URL",
            param_hint="--url",
        )
    return chosen


def _box(text: str) -> tuple[float, float, float, float] | None:
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is not four numbers W,S,E,N", param_hint="--area"
        ) from error
    if not (-90 <= south < north <= 90 and -180 <= west <= 180 and -180 <= east <= 180):
        raise typer.BadParameter(
            f"{text!r} is no area of the Earth", param_hint="--area"
        )
    return west, south, east, north


@contextmanager
def _stopped_by_signals(ingest: "MqttIngest") -> Iterator[None]:
    """Stop in order at the first signal; a second one ends the process at once."""
    before = {s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)}

    def stop(*_: object) -> None:
        ingest.stop()
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _progress() -> "Callable[[IngestState], None]":
    """Line on standard error: rewritten on a terminal, once a minute in a log."""
    is_terminal = sys.stderr.isatty()
    said_at = float("-inf")

    def report(state: "IngestState") -> None:
        nonlocal said_at
        now = time.monotonic()
        if is_terminal:
            sys.stderr.write(f"\r\x1b[K{_line(state)}")
        elif now - said_at >= _LOG_EVERY_S:
            said_at = now
            sys.stderr.write(_line(state) + "\n")
        sys.stderr.flush()

    return report


def _line(state: "IngestState") -> str:
    parts = [
        f"received {state.received}",
        f"stored {state.stored}",
        f"duplicates {state.duplicates}",
        f"suspect {state.suspect + state.failed}",
        f"refused {state.refused}",
    ]
    if state.missing_in_sequence:
        parts.append(f"missing in sequence {state.missing_in_sequence}")
    if state.unstored:
        parts.append(f"not stored yet {state.unstored}")
    if state.last_message_at is None:
        parts.append("no message yet")
    else:
        age = datetime.now(UTC) - state.last_message_at
        parts.append(f"last message {age.total_seconds():.0f} s ago")
    if state.connected_since is None:
        parts.append("not connected")
    else:
        parts.append(f"connected since {state.connected_since:%H:%M:%S} UTC")
    return ", ".join(parts)
