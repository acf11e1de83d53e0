"""What a fix may be before it is called doubtful."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import isfinite

from core.errors import InputError

__all__ = ["AGREEING", "FixLimits"]

#: A jump is believed when this many fixes in a row agree on it (assumption).
AGREEING = 3


@dataclass(frozen=True)
class FixLimits:
    """What is taken for possible.

    Attributes
    ----------
    max_speed_m_s : float
        Fastest platform: 25 m/s is 49 knots (assumption).
    speeds_by_kind_m_s : mapping of str to float
        Limits by the first level of the topic. 3 m/s for what drifts: the strongest
        ocean currents reach 2.5 m/s (assumption; tidal straits run faster).
    position_accuracy_m : float
        Allowed on top of the speed, so that two fixes a second apart do not make
        noise into speed; civil receivers are within 10 m (assumption: 30 m).
    max_ahead : timedelta
        How far a device's clock may run before ours (assumption: 5 minutes).
    max_age : timedelta or None
        Older reports are suspect (assumption: 30 days); ``None`` for a replay.
    area : tuple of float or None
        West, south, east, north in degrees; fixes outside are suspect. West above
        east is an area across 180 degrees.
    check_land : bool
        Whether fixes on land, at 1:50 million, are suspect.
    memory : int
        Fixes remembered for each sensor.
    max_sensors : int
        Sensors remembered; a stranger who invents names cannot fill the memory.
    """

    max_speed_m_s: float = 25.0
    speeds_by_kind_m_s: Mapping[str, float] = field(
        default_factory=lambda: {"buoy": 3.0, "drifter": 3.0}
    )
    position_accuracy_m: float = 30.0
    max_ahead: timedelta = timedelta(minutes=5)
    max_age: timedelta | None = timedelta(days=30)
    area: tuple[float, float, float, float] | None = None
    check_land: bool = True
    memory: int = 2000
    max_sensors: int = 5000

    def __post_init__(self) -> None:
        speeds = (self.max_speed_m_s, *self.speeds_by_kind_m_s.values())
        if not all(isfinite(s) and s > 0 for s in speeds):
            raise InputError(f"speed limits must be above 0 m/s, got {speeds}")
        if self.memory < AGREEING:
            raise InputError(f"memory must be at least {AGREEING}, got {self.memory}")
        if self.max_sensors < 1:
            raise InputError(f"max_sensors must be above 0, got {self.max_sensors}")

    def max_speed_of(self, topic: str) -> float:
        """Limit that goes with a topic, m/s."""
        return self.speeds_by_kind_m_s.get(topic.split("/", 1)[0], self.max_speed_m_s)
