"""Open hours of vessels at sites and of ports, and which rule closes an hour."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.routing._intervals import Spans, intersect, is_open, measure_h, tidy

__all__ = ["Rules", "SiteHours", "combine"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]
#: By rule its distinct open hours, and which hold for each vessel at each site, -1 for
#: always; ``weather`` is one of the names.
Rules = dict[str, tuple[tuple[Spans, ...], IntArray]]


@dataclass(frozen=True, eq=False)
class SiteHours:
    """Open hours of every vessel at every site and of every port.

    Attributes
    ----------
    calendars : tuple of ndarray of float, shape (n_intervals, 2)
        Open hours after the plan's start, as ``RoutingProblem.calendars`` takes them;
        one without intervals never opens.
    calendar_of : ndarray of int, shape (n_vessels, n_sites)
        Which calendar holds; -1 for always open.
    port_calendar_of : ndarray of int, shape (n_ports,)
        The same for unloading in each port.
    weather_lost : ndarray of float, shape (n_vessels,)
        Share of the otherwise open hours that weather closes, mean over the sites.
    notes : tuple of str
        Rules, assumptions, and what is unknown or never opens.
    """

    calendars: tuple[FloatArray, ...]
    calendar_of: IntArray
    port_calendar_of: IntArray
    weather_lost: FloatArray
    hours: float
    _parts: Rules = field(repr=False)
    _ports: tuple[Spans | None, ...] = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def never_open(self) -> BoolArray:
        """Where a vessel may never work, (n_vessels, n_sites)."""
        empty = np.array([len(one) == 0 for one in self.calendars] + [False])
        return np.asarray(empty[self.calendar_of])

    def node_calendars(
        self, ports: Sequence[int | None], sites: Sequence[int]
    ) -> IntArray:
        """Rows of ``RoutingProblem.calendar_of`` for places, then loads.

        Parameters
        ----------
        ports : sequence of int or None
            For each place of the problem the port it stands for, None for none.
        sites : sequence of int
            For each load of the problem its site.

        Returns
        -------
        ndarray of int, shape (n_vessels, n_places + n_loads)
        """
        places = [-1 if one is None else self.port_calendar_of[one] for one in ports]
        rows = np.array(sites, dtype=np.intp)
        n_vessels = len(self.calendar_of)
        first = np.broadcast_to(
            np.array(places, dtype=np.intp), (n_vessels, len(places))
        )
        return np.concatenate([first, self.calendar_of[:, rows]], axis=1)

    def closed_by(self, vessel: int, site: int, hour: float) -> tuple[str, ...]:
        """Say what closes an hour: ``daylight``, ``crew``, ``weather``, or nothing."""
        return tuple(
            name
            for name in self._parts
            if not is_open(self._spans(name, vessel, site), hour)
        )

    def port_closed(self, port: int, hour: float) -> bool:
        """Whether a port does not unload at an hour."""
        spans = self._ports[port]
        return spans is not None and not is_open(spans, hour)

    def open_hours(
        self, vessel: int, site: int, *, without: Sequence[str] = ()
    ) -> FloatArray:
        """Open hours, leaving out some of the rules, (n_intervals, 2)."""
        spans: Spans = ((0.0, self.hours),)
        for name in self._parts:
            if name not in without:
                spans = intersect(spans, self._spans(name, vessel, site))
        return _as_array(spans)

    def reason(
        self, vessel: int, site: int, *, need_h: float, from_h: float, until_h: float
    ) -> str | None:
        """Say which rule leaves too few hours for work between two hours.

        Returns
        -------
        str or None
            None if there are enough; ``weather`` if there were without the weather
            limits, else ``time_window``: of the closed list of reasons.
        """
        asked: Spans = ((from_h, until_h),)

        def open_h(*without: str) -> float:
            given = self.open_hours(vessel, site, without=without).tolist()
            return measure_h(intersect(tuple((b, e) for b, e in given), asked))

        if open_h() >= need_h:
            return None
        return "weather" if open_h("weather") >= need_h else "time_window"

    def _spans(self, name: str, vessel: int, site: int) -> Spans:
        spans, which = self._parts[name]
        at = which[vessel, site]
        return ((0.0, self.hours),) if at < 0 else spans[at]


def combine(
    parts: Rules,
    ports: tuple[Spans | None, ...],
    *,
    shape: tuple[int, int],
    hours: float,
) -> SiteHours:
    """Intersect the rules; equal hours become one calendar.

    Parameters
    ----------
    parts : mapping
        The rules.
    ports : tuple
        Open hours of each port, None for always.
    shape : tuple of int
        Vessels and sites.
    hours : float
        Length of the plan.
    """
    register = _Register(hours)
    calendar_of = np.full(shape, -1, dtype=np.intp)
    lost = np.zeros(shape[0])
    if parts and shape[0] * shape[1]:
        keys = np.stack([which for _, which in parts.values()], axis=-1)
        unique, back = np.unique(
            keys.reshape(-1, len(parts)), axis=0, return_inverse=True
        )
        rows = [_intersected(parts, key, hours) for key in unique.tolist()]
        back = back.reshape(shape)
        numbers = [register.number(whole) for whole, _ in rows]
        calendar_of = np.array(numbers, dtype=np.intp)[back]
        kept, might = (
            np.array([measure_h(row[i]) for row in rows])[back].sum(axis=1)
            for i in (0, 1)
        )
        lost = 1.0 - np.divide(kept, might, out=np.ones(shape[0]), where=might > 0.0)
    numbers = [-1 if one is None else register.number(one) for one in ports]
    return SiteHours(
        tuple(_as_array(one) for one in register.made),
        calendar_of,
        np.array(numbers, dtype=np.intp),
        lost,
        hours,
        parts,
        ports,
    )


def _intersected(
    parts: Rules,
    key: list[int],
    hours: float,
) -> tuple[Spans, Spans]:
    """Hours in which all rules are open, and those without the weather."""
    dry: Spans = ((0.0, hours),)
    weather = dry
    for (name, (spans, _)), at in zip(parts.items(), key, strict=True):
        if at < 0:
            continue
        if name == "weather":
            weather = spans[at]
        else:
            dry = intersect(dry, spans[at])
    return intersect(dry, weather), dry


class _Register:
    """Calendars by their hours, each once."""

    def __init__(self, hours: float) -> None:
        self._always = tidy(((0.0, hours),))
        self._number: dict[Spans, int] = {}

    @property
    def made(self) -> list[Spans]:
        return list(self._number)

    def number(self, spans: Spans) -> int:
        """Give the number of a calendar; -1 where it never closes."""
        tidied = tidy(spans)
        if tidied and tidied == self._always:
            return -1
        return self._number.setdefault(tidied, len(self._number))


def _as_array(spans: Spans) -> FloatArray:
    return np.array(spans, dtype=np.float64).reshape(-1, 2)
