"""Live sensors: what buoys, drifters and vessels send, checked and flagged.

Records, two message profiles (plain JSON and Signal K deltas), and checks with QARTOD
flags.
"""

from core.environment.sensors.checks import Checked, FixCheck
from core.environment.sensors.drifters import sensor_drifters
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
    "Checked",
    "DeviceStatus",
    "FixCheck",
    "FixFlag",
    "FixLimits",
    "Message",
    "MessageRefused",
    "SensorFix",
    "read_message",
    "read_plain",
    "read_signalk",
    "sensor_drifters",
]
