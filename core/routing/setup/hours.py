"""Hours of work of a problem: crews, daylight, weather, ports, windows of sites."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.routing.calendars import SiteHours, calendars_for
from core.routing.conditions import Conditions
from core.routing.explain.relax import shared_hours
from core.routing.fleet import FleetVessel
from core.routing.request import PlanRequest
from core.routing.setup.loads import Load
from core.routing.setup.places import Places, used_places

__all__ = ["Hours", "find_hours", "preferences"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

#: Makes the components of a calendar.
Parts = Callable[[], dict[str, FloatArray]]

#: Rules of calendars, by the names they have there.
_RULES = ("daylight", "crew", "weather")
#: Stands for "ever before" and "ever after", in hours.
_EVER_H = 1e6


@dataclass(frozen=True, eq=False)
class Hours:
    """Calendars of a problem.

    Attributes
    ----------
    calendars : tuple of ndarray of shape (n_intervals, 2)
        Open hours after the plan's start.
    calendar_of : ndarray of int, shape (n_vessels, n), optional
        Which calendar holds at each node, -1 for none; None where there are none.
    causes : tuple of dict of str to ndarray
        For each calendar the open hours of each of its components alone.
    notes : tuple of str
        Rules, assumptions, and what never opens.
    """

    calendars: tuple[FloatArray, ...]
    calendar_of: IntArray | None
    causes: tuple[dict[str, FloatArray], ...]
    notes: tuple[str, ...]


def find_hours(
    request: PlanRequest,
    places: Places,
    vessels: Sequence[FleetVessel],
    loads: Sequence[Load],
    *,
    conditions: Conditions | None,
) -> Hours:
    """Find the hours of work of each vessel at each node: places used, then loads."""
    rows = list(dict.fromkeys(load.row for load in loads))
    sites = request.sites.iloc[rows]
    ports = [port for port in request.fleet.ports if port.name in _names(places)]
    found = calendars_for(
        request.work_hours,
        vessels,
        lat=sites["lat"].to_numpy(float),
        lon=sites["lon"].to_numpy(float),
        start_at=request.start_at,
        hours=request.hours,
        conditions=conditions,
        ports=ports,
        site_names=sites["site"].tolist(),
    )
    register = _Register(found)
    number = {port.name: i for i, port in enumerate(ports)}
    here = [number.get(places.positions[p].port or "") for p in used_places(places)]
    first = np.array([-1 if i is None else register.port(i) for i in here])
    windows = _windows(sites, request)
    by_site = np.array(
        [
            [register.site(v, i, window) for i, window in enumerate(windows)]
            for v in range(len(vessels))
        ]
    )
    at = {row: i for i, row in enumerate(rows)}
    of_loads = by_site[:, [at[load.row] for load in loads]]
    of_places = np.broadcast_to(first, (len(vessels), len(first)))
    calendar_of = np.concatenate([of_places, of_loads], axis=1).astype(np.intp)
    return Hours(
        calendars=tuple(register.calendars),
        calendar_of=calendar_of if register.calendars else None,
        causes=tuple(register.causes),
        notes=found.notes,
    )


def _names(places: Places) -> set[str]:
    return {places.positions[port].port or "" for port in places.ports}


@dataclass
class _Register:
    """Calendars met so far, each once."""

    found: SiteHours
    calendars: list[FloatArray] = field(default_factory=list)
    causes: list[dict[str, FloatArray]] = field(default_factory=list)
    _number: dict[tuple[int, tuple[float, float] | None], int] = field(
        default_factory=dict
    )

    def port(self, port: int) -> int:
        """Return the number of a port's calendar."""
        base = int(self.found.port_calendar_of[port])
        return self._add(base, None, lambda: {"port": self.found.calendars[base]})

    def site(self, v: int, site: int, window: tuple[float, float] | None) -> int:
        """Return the number of the calendar of a vessel at a site."""
        base = int(self.found.calendar_of[v, site])
        return self._add(base, window, lambda: self._rules(v, site))

    def _rules(self, v: int, site: int) -> dict[str, FloatArray]:
        """Open hours of each rule alone."""
        return {
            rule: self.found.open_hours(
                v, site, without=[one for one in _RULES if one != rule]
            )
            for rule in _RULES
        }

    def _add(self, base: int, window: tuple[float, float] | None, causes: Parts) -> int:
        if base < 0 and window is None:
            return -1
        key = (base, window)
        if key not in self._number:
            parts = {} if base < 0 else causes()
            open_h = np.array([[-_EVER_H, _EVER_H]])
            if base >= 0:
                open_h = self.found.calendars[base]
            if window is not None:
                parts["window"] = np.array([window])
                open_h = shared_hours(open_h, parts["window"])
            self._number[key] = len(self.calendars)
            self.calendars.append(open_h)
            self.causes.append(parts)
        return self._number[key]


def _windows(
    sites: pd.DataFrame, request: PlanRequest
) -> list[tuple[float, float] | None]:
    """Hours within which each site may be worked; None where any will do."""
    opens, closes = sites["open_from"], sites["open_until"]
    made: list[tuple[float, float] | None] = [None] * len(sites)
    for i in np.flatnonzero((opens.notna() | closes.notna()).to_numpy()).tolist():
        from_at, until_at = opens.iloc[i], closes.iloc[i]
        made[i] = (
            -_EVER_H if pd.isna(from_at) else _hour(from_at, request),
            _EVER_H if pd.isna(until_at) else _hour(until_at, request),
        )
    return made


def preferences(
    request: PlanRequest, loads: Sequence[Load], first: int
) -> tuple[FloatArray | None, FloatArray | None]:
    """Preferred hours of each node, (n, 2), and the prize lost an hour outside.

    The loads of a site share its cost by mass.
    """
    sites = request.sites
    if sites[["prefer_from", "prefer_until"]].isna().to_numpy().all():
        return None, None
    preferred = np.tile([-np.inf, np.inf], (first + len(loads), 1))
    penalty = np.zeros(first + len(loads))
    for node, load in enumerate(loads, start=first):
        site = sites.iloc[load.row]
        for k, name in enumerate(("prefer_from", "prefer_until")):
            if not pd.isna(site[name]):
                preferred[node, k] = _hour(site[name], request)
                share = load.mass_kg / float(site["mass_kg"])
                penalty[node] = float(site["late_cost_kg_per_h"]) * share
    return preferred, penalty


def _hour(moment: Any, request: PlanRequest) -> float:
    return float((moment - request.start_at).total_seconds() / 3600.0)
