"""Hours and fuel of a kilometre between places, before it is known who sails when.

Currents set, wind and waves slow. Engine power is kept: fuel an hour is that of calm
water at the planned speed, and waves make the hours longer. A current moves the vessel
with the water; it steers up against what comes from the side, so that it stays on its
track. What is not known of the sea is counted as none, and said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError
from core.routing._on_course import Places, SeaOnCourse, hours_per_km, speed_over_ground
from core.routing.conditions import Conditions
from core.routing.fleet import FleetVessel
from core.routing.leg_time import LegTime, time_leg
from core.routing.resistance import ASSUMED_LENGTH_M, Propulsion, propulsion_of
from core.units import metres_per_second_to_km_per_hour

__all__ = [
    "LegPace",
    "LegTime",
    "fleet_pace",
    "leg_pace",
    "pace_matrix",
    "speed_notes",
    "speed_over_ground",
    "spread_hours",
    "time_leg",
]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: Places on a leg where the sea is looked at: the middles of as many equal parts.
_PLACES = 5
#: Legs that are worked on together, so that memory stays small.
_CHUNK = 10_000
#: Period of the largest tide, M2, in hours (Doodson).
_TIDE_H = 12.42


@dataclass(frozen=True, eq=False)
class LegPace:
    """Hours and fuel a kilometre of each leg.

    Attributes
    ----------
    hours_per_km, fuel_l_per_km : ndarray of float, shape (n,)
        Infinite where the vessel cannot hold its course somewhere on the leg.
    is_unknown : ndarray of bool, shape (n,)
        Where current, wind or waves are not known all along the leg; what is unknown
        is counted as none.
    """

    hours_per_km: FloatArray
    fuel_l_per_km: FloatArray
    is_unknown: BoolArray


def spread_hours(hours: float) -> FloatArray:
    """Hours of a plan at which to look at a sea that changes.

    Five hours, evenly over the plan, each moved by at most half a tide so that they
    fall on five evenly spaced phases of the main tide (M2, 12.42 h): it cancels
    instead of being taken for a steady current. A plan shorter than a tide is divided
    evenly.

    Parameters
    ----------
    hours : float
        Length of the plan.

    Returns
    -------
    ndarray of float, shape (5,)
    """
    even = (np.arange(_PLACES) + 0.5) / _PLACES * hours
    if hours < _TIDE_H:
        return even
    phase = np.arange(_PLACES) / _PLACES * _TIDE_H
    moved = (phase - even + _TIDE_H / 2.0) % _TIDE_H - _TIDE_H / 2.0
    at = even + moved
    at = np.where(at < 0.0, at + _TIDE_H, at)
    return np.where(at > hours, at - _TIDE_H, at)


def leg_pace(
    vessel: FleetVessel,
    conditions: Conditions,
    lat_a: npt.ArrayLike,
    lon_a: npt.ArrayLike,
    lat_b: npt.ArrayLike,
    lon_b: npt.ArrayLike,
    distance_km: npt.ArrayLike,
    hour: npt.ArrayLike,
    *,
    speed_kn: float | None = None,
) -> LegPace:
    """Hours and fuel a kilometre of legs, from the sea at one hour or at several.

    The mean over five places of the great circle between the ends; a leg that goes
    round land takes the mean of the straight way. See :func:`fleet_pace`.
    """
    return fleet_pace(
        [vessel],
        conditions,
        lat_a,
        lon_a,
        lat_b,
        lon_b,
        distance_km,
        hour,
        speeds_kn=[speed_kn],
    )[0]


def fleet_pace(
    vessels: Sequence[FleetVessel],
    conditions: Conditions,
    lat_a: npt.ArrayLike,
    lon_a: npt.ArrayLike,
    lat_b: npt.ArrayLike,
    lon_b: npt.ArrayLike,
    distance_km: npt.ArrayLike,
    hour: npt.ArrayLike,
    *,
    speeds_kn: Sequence[float | None] | None = None,
) -> list[LegPace]:
    """Hours and fuel a kilometre of legs for several vessels; the sea is read once.

    Parameters
    ----------
    vessels : sequence of FleetVessel
        The vessels.
    conditions : Conditions
        What knows the sea.
    lat_a, lon_a, lat_b, lon_b : array_like of float, shape (n,)
        Ends of the legs, degrees; a leg from b to a is another one, the way back.
        Single values hold for all legs.
    distance_km : array_like of float, shape (n,)
        Length by sea; infinite where there is no way.
    hour : array_like of float
        When the sea is looked at, in hours after the plan's start. Of several hours
        the places take one after the other, so that the mean runs over time too
        (:func:`spread_hours`).
    speeds_kn : sequence of float or None, optional
        Speed through the water at which each vessel sails instead of its planned one.

    Returns
    -------
    list of LegPace
        One for each vessel.
    """
    given = (lat_a, lon_a, lat_b, lon_b, distance_km)
    *ends, distance = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(one, dtype=np.float64)) for one in given)
    )
    when = _hours(hour)
    engines = _engines(vessels, speeds_kn)
    n = len(distance)
    pace = np.empty((len(engines), n))
    is_unknown = np.empty(n, dtype=np.bool_)
    for begin in range(0, n, _CHUNK):
        part = slice(begin, begin + _CHUNK)
        y_a, x_a, y_b, x_b = (one[part] for one in ends)
        seen = _look(conditions, y_a, x_a, y_b, x_b, when)
        is_unknown[part] = seen.is_unknown.any(axis=1)
        for engine, row in zip(engines, pace, strict=True):
            row[part] = hours_per_km(engine, seen).mean(axis=1)
    pace[:, ~np.isfinite(distance)] = np.inf
    return [
        LegPace(row, engine.fuel_l_per_h * row, is_unknown)
        for engine, row in zip(engines, pace, strict=True)
    ]


def pace_matrix(
    vessels: Sequence[FleetVessel],
    conditions: Conditions,
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
    distance_km: npt.ArrayLike,
    hour: npt.ArrayLike,
) -> FloatArray:
    """Hours a kilometre between all positions, for each vessel; there and back differ.

    Parameters
    ----------
    vessels : sequence of FleetVessel
        The vessels.
    conditions : Conditions
        What knows the sea.
    lat, lon : array_like of float, shape (n,)
        Positions, degrees.
    distance_km : array_like of float, shape (n, n)
        Lengths by sea; infinite where there is no way.
    hour : array_like of float
        When the sea is looked at, one hour or several, see :func:`fleet_pace`.

    Returns
    -------
    ndarray of float, shape (n_vessels, n, n)
        Infinite where there is no way or the course cannot be held; between equal
        positions the pace of calm water.
    """
    places = np.column_stack([np.asarray(lat, float), np.asarray(lon, float)])
    distance = np.asarray(distance_km, dtype=np.float64)
    when = _hours(hour)
    engines = _engines(vessels, None)
    # Loads of one site lie on one position, which is looked at once.
    places, at = np.unique(places, axis=0, return_inverse=True)
    at = at.reshape(-1)
    pace = _pace_between(engines, conditions, places, when)[:, at[:, None], at]
    pace[:, ~np.isfinite(distance)] = np.inf
    return np.asarray(pace)


def _pace_between(
    engines: Sequence[Propulsion],
    conditions: Conditions,
    places: FloatArray,
    when: FloatArray,
) -> FloatArray:
    """Hours a kilometre between distinct positions, (n_engines, n, n)."""
    y, x = places.T
    pace = np.empty((len(engines), len(y), len(y)))
    first, second = np.triu_indices(len(y), 1)
    for begin in range(0, len(first), _CHUNK):
        a, b = first[begin : begin + _CHUNK], second[begin : begin + _CHUNK]
        there = _look(conditions, y[a], x[a], y[b], x[b], when)
        back = there.reversed()
        for engine, rows in zip(engines, pace, strict=True):
            rows[a, b] = hours_per_km(engine, there).mean(axis=1)
            rows[b, a] = hours_per_km(engine, back).mean(axis=1)
    for engine, rows in zip(engines, pace, strict=True):
        np.fill_diagonal(rows, 1.0 / metres_per_second_to_km_per_hour(engine.speed_m_s))
    return pace


def _hours(hour: npt.ArrayLike) -> FloatArray:
    when = np.atleast_1d(np.asarray(hour, dtype=np.float64))
    if when.ndim != 1 or not len(when) or not np.isfinite(when).all():
        raise RouteInputError("the sea is asked for at an hour that is no number")
    return when


def _look(
    conditions: Conditions,
    lat_a: FloatArray,
    lon_a: FloatArray,
    lat_b: FloatArray,
    lon_b: FloatArray,
    hours: FloatArray,
) -> SeaOnCourse:
    """Sea on the places of each leg, (n_legs, n_places)."""
    n_places = max(_PLACES, len(hours))
    places = Places.between(lat_a, lon_a, lat_b, lon_b, n_places)
    if len(hours) == 1:
        return places.look(conditions, hours[0])
    return places.look_in_turn(conditions, np.resize(hours, n_places))


def _engines(
    vessels: Sequence[FleetVessel], speeds_kn: Sequence[float | None] | None
) -> list[Propulsion]:
    speeds = [None] * len(vessels) if speeds_kn is None else list(speeds_kn)
    if len(speeds) != len(vessels):
        raise RouteInputError(f"{len(speeds)} speeds for {len(vessels)} vessels")
    return [propulsion_of(v, s) for v, s in zip(vessels, speeds, strict=True)]


def speed_notes(vessels: Sequence[FleetVessel]) -> tuple[str, ...]:
    """Say what is assumed about how the sea slows vessels, for a plan's notes."""
    unsaid = [v.name for v in vessels if v.length_m is None]
    notes = [
        "Assumed: engine power is kept, so waves make legs longer and fuel an hour "
        "stays. The relations (Kreitner, Kwon, Blendermann) come from larger ships and "
        "waves up to 2 m; waves come from where the wind does. Wind and waves do not "
        "change the speed while collecting."
    ]
    if unsaid:
        notes.append(
            f"Assumed: {', '.join(unsaid)} measure {ASSUMED_LENGTH_M:g} m; the fleet "
            "gives no length_m."
        )
    return tuple(notes)
