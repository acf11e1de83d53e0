"""Live sensors: what buoys, drifters and vessels send, checked and flagged.

Records, two message profiles (plain JSON and Signal K deltas), checks with QARTOD
flags, and the intake from an MQTT broker. Where the records go is the caller's: the
intake takes a ``sink``.
"""

from core.environment.sensors.broker import BrokerAddress, default_client_id
from core.environment.sensors.checks import Checked, FixCheck
from core.environment.sensors.dead_letters import DeadLetters, RefusedMessage
from core.environment.sensors.drifters import sensor_drifters
from core.environment.sensors.ingest import MqttIngest, Sink, StatusSink
from core.environment.sensors.ingest_options import IngestOptions
from core.environment.sensors.ingest_state import IngestState
from core.environment.sensors.limits import FixLimits
from core.environment.sensors.messages import (
    DEFAULT_TOPICS,
    Message,
    MessageRefused,
    read_message,
)
from core.environment.sensors.plain import PLAIN_EXAMPLE, read_plain
from core.environment.sensors.records import DeviceStatus, FixFlag, SensorFix
from core.environment.sensors.signalk import SIGNALK_PATHS, read_signalk

__all__ = [
    "DEFAULT_TOPICS",
    "PLAIN_EXAMPLE",
    "SIGNALK_PATHS",
    "BrokerAddress",
    "Checked",
    "DeadLetters",
    "DeviceStatus",
    "FixCheck",
    "FixFlag",
    "FixLimits",
    "IngestOptions",
    "IngestState",
    "Message",
    "MessageRefused",
    "MqttIngest",
    "RefusedMessage",
    "SensorFix",
    "Sink",
    "StatusSink",
    "default_client_id",
    "read_message",
    "read_plain",
    "read_signalk",
    "sensor_drifters",
]
