"""Checks of a stream of fixes: each leaves a flag and a reason, nothing is dropped.

The flags are QARTOD's. Only an exact repeat is not handed on, since it is already
there. Limits marked "assumption" were not measured; all can be set.
"""

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.coastline import is_on_land
from core.environment.sensors._alone import Place, judge_alone, place_of
from core.environment.sensors._sequence import SequenceCounter
from core.environment.sensors.limits import AGREEING, FixLimits
from core.environment.sensors.records import FixFlag, SensorFix
from core.geo import great_circle_distance_km

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Checked", "FixCheck"]

_M_PER_KM = 1000.0


@dataclass(frozen=True)
class Checked:
    """A batch after the checks.

    Attributes
    ----------
    fixes : tuple of SensorFix
        Every fix that is not an exact repeat, flagged, in order of arrival.
    n_repeats : int
        Exact repeats left out.
    """

    fixes: tuple[SensorFix, ...]
    n_repeats: int


class _Memory:
    """What is known of one sensor."""

    def __init__(self) -> None:
        self.ids: OrderedDict[str, None] = OrderedDict()
        self.by_time: OrderedDict[datetime, str] = OrderedDict()
        #: Believed places in order of time.
        self.track: list[Place] = []
        #: Fixes in a row that jumped away from the track and agree with each other.
        self.jumps: list[Place] = []
        self.latest: datetime | None = None
        self.sequence = SequenceCounter()

    def remember(self, fix: SensorFix, message_id: str, limit: int) -> None:
        self.ids[message_id] = None
        self.by_time.setdefault(fix.observed_at, message_id)
        for held in (self.ids, self.by_time):
            while len(held) > limit:
                held.popitem(last=False)

    def believe(self, place: Place, limit: int) -> None:
        insort(self.track, place)
        del self.track[: max(0, len(self.track) - limit)]


class FixCheck:
    """Checks fixes against what each sensor said before.

    Parameters
    ----------
    limits : FixLimits
        What is taken for possible.

    Notes
    -----
    Reasons and their flags:

    =================== ======= ==================================================
    ``bad_position``    FAIL    outside [-90, 90] or [-180, 360), or exactly 0, 0
    ``future``          FAIL    measured later than it arrived
    ``no_position``     MISSING values only
    ``same_time``       SUSPECT another report of the sensor has the same time
    ``speed``           SUSPECT the fix is not reachable from its neighbours in time
    ``said_speed``      SUSPECT the device reports a speed beyond the limit
    ``on_land``         SUSPECT on land at 1:50 million
    ``outside``         SUSPECT outside the area of work
    ``old``             SUSPECT measured long before it arrived
    ``late``            (none)  came after a newer one: order, not a fault
    =================== ======= ==================================================

    Speed is tested against the believed fix before and the one after in time, so a
    fix that comes late is judged where it belongs. A fix that jumped is not believed;
    three in a row that agree with each other start a new track.
    """

    def __init__(self, limits: FixLimits | None = None) -> None:
        self.limits = limits or FixLimits()
        self._sensors: OrderedDict[str, _Memory] = OrderedDict()
        self._forgotten_missing = 0
        self._forgotten_restarts = 0

    @property
    def n_missing_in_sequence(self) -> int:
        """Messages that the sequence numbers say never arrived."""
        known = sum(m.sequence.n_missing for m in self._sensors.values())
        return self._forgotten_missing + known

    @property
    def n_sequence_restarts(self) -> int:
        """How often a device began to count anew."""
        known = sum(m.sequence.n_restarts for m in self._sensors.values())
        return self._forgotten_restarts + known

    def prepare(self) -> None:
        """Load the coastline now (0.5 s), so that the first batch does not wait."""
        if self.limits.check_land:
            is_on_land(lat=0.0, lon=0.0)

    def remember(self, fixes: Iterable[SensorFix]) -> None:
        """Take fixes that are stored already as known, as after a restart."""
        for fix in fixes:
            memory = self._memory_of(fix.sensor_id)
            memory.remember(fix, fix.message_id, self.limits.memory)
            memory.latest = max(fix.observed_at, memory.latest or fix.observed_at)
            place = place_of(fix)
            if place is not None and fix.quality_flag == FixFlag.GOOD:
                memory.believe(place, self.limits.memory)

    def _memory_of(self, sensor_id: str) -> _Memory:
        """Memory of a sensor; the one silent for longest goes when there are many."""
        memory = self._sensors.get(sensor_id)
        if memory is None:
            memory = self._sensors[sensor_id] = _Memory()
            if len(self._sensors) > self.limits.max_sensors:
                _, gone = self._sensors.popitem(last=False)
                self._forgotten_missing += gone.sequence.n_missing
                self._forgotten_restarts += gone.sequence.n_restarts
        self._sensors.move_to_end(sensor_id)
        return memory

    def check(self, fixes: Sequence[SensorFix]) -> Checked:
        """Flag a batch in its order of arrival.

        Parameters
        ----------
        fixes : sequence of SensorFix
            As read; reasons that the reader found are kept.

        Returns
        -------
        Checked
            Fixes with flag and reasons, repeats left out.
        """
        on_land = self._on_land(fixes)
        done = [
            checked
            for fix, is_land in zip(fixes, on_land, strict=True)
            if (checked := self._one(fix, is_land=is_land)) is not None
        ]
        return Checked(fixes=tuple(done), n_repeats=len(fixes) - len(done))

    def _on_land(self, fixes: Sequence[SensorFix]) -> list[bool]:
        if not self.limits.check_land:
            return [False] * len(fixes)
        where = [i for i, fix in enumerate(fixes) if place_of(fix) is not None]
        result = [False] * len(fixes)
        if where:
            places = [(fixes[i].lat, fixes[i].lon) for i in where]
            lats, lons = zip(*places, strict=True)
            for i, is_land in zip(where, is_on_land(lat=lats, lon=lons), strict=True):
                result[i] = bool(is_land)
        return result

    def _one(self, fix: SensorFix, *, is_land: bool) -> SensorFix | None:
        memory = self._memory_of(fix.sensor_id)
        is_newer = memory.latest is None or fix.observed_at > memory.latest
        memory.sequence.count(fix.sequence, is_newer=is_newer)
        message_id = fix.message_id
        if message_id in memory.ids:
            return None
        fails, suspects = judge_alone(fix, self.limits, is_land=is_land)
        place = place_of(fix)
        if fix.observed_at in memory.by_time:
            suspects.append("same_time: the sensor gave other values for this time")
        elif place is not None and not fails:
            # A place on land or outside the area is no ground to judge others by.
            doubted = any(r.startswith(("on_land", "outside")) for r in suspects)
            limit = self.limits.max_speed_of(fix.topic)
            suspects.extend(self._by_neighbours(memory, place, limit, doubted))
        order = []
        if memory.latest is not None and fix.observed_at < memory.latest:
            order.append("late: came after a newer report of the sensor")
        if not any(reason.startswith("future") for reason in fails):
            memory.latest = max(fix.observed_at, memory.latest or fix.observed_at)
        memory.remember(fix, message_id, self.limits.memory)
        missing = [] if fix.lat is not None else ["no_position: values only"]
        return replace(
            fix,
            quality_flag=_worst(fails, [*fix.reasons, *suspects], missing),
            reasons=(*fix.reasons, *fails, *suspects, *missing, *order),
        )

    def _by_neighbours(
        self, memory: _Memory, place: Place, limit: float, doubted: bool
    ) -> list[str]:
        """Judge the speed, and believe the place or not."""
        at = bisect_left(memory.track, place)
        near = memory.track[max(0, at - 1) : at + 1]
        speed = max((self._speed(other, place) for other in near), default=0.0)
        if speed <= limit:
            if not doubted:
                memory.jumps.clear()
                memory.believe(place, self.limits.memory)
            return []
        if memory.jumps and self._speed(memory.jumps[-1], place) > limit:
            memory.jumps.clear()
        if not doubted:
            memory.jumps.append(place)
        if len(memory.jumps) < AGREEING:
            return [f"speed: {speed:.3g} m/s from its neighbours, limit {limit:g}"]
        memory.track = sorted(memory.jumps)
        memory.jumps.clear()
        return []

    def _speed(self, first: Place, second: Place) -> float:
        """Least speed between two places, m/s, accuracy allowed for."""
        distance_m = _M_PER_KM * float(
            great_circle_distance_km(
                lat1=first.lat, lon1=first.lon, lat2=second.lat, lon2=second.lon
            )
        )
        excess_m = max(0.0, distance_m - self.limits.position_accuracy_m)
        seconds = abs((second.at - first.at).total_seconds())
        if excess_m == 0.0:
            return 0.0
        return excess_m / seconds if seconds > 0 else float("inf")


def _worst(
    fails: Sequence[str], suspects: Sequence[str], missing: Sequence[str]
) -> FixFlag:
    if fails:
        return FixFlag.FAIL
    if missing:
        return FixFlag.MISSING
    return FixFlag.SUSPECT if suspects else FixFlag.GOOD
