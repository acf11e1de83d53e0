"""Hours and fuel along a drawn path, in place and time.

Engine power is kept: fuel an hour is that of calm water at the planned speed, and waves
make the hours longer.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError
from core.geo import EARTH_RADIUS_KM
from core.routing._on_course import Places, hours_per_km, unit_vectors
from core.routing.conditions import Conditions
from core.routing.fleet import FleetVessel
from core.routing.resistance import Propulsion, propulsion_of
from core.units import km_to_nautical_miles, metres_per_second_to_km_per_hour

__all__ = ["LegTime", "time_leg"]

FloatArray = npt.NDArray[np.float64]

#: Pieces of a path at first; they are halved until the hours stay.
_PIECE_KM = 10.0
_HALVINGS = 6
_TOLERANCE = 2e-4
#: Below this share of its speed a vessel that makes good nothing is moved on while
#: arrival times are sought; if it still makes good nothing in the end, it is stuck.
_CREEP = 0.02
_ROUNDS = 60


@dataclass(frozen=True, eq=False)
class LegTime:
    """A path sailed through a moving sea.

    Attributes
    ----------
    hours : float
        Infinite where the vessel is stuck on the way.
    fuel_l : float
        Fuel burnt.
    distance_km : float
        Length of the path.
    mean_speed_kn : float
        Speed over ground; zero where it is stuck.
    arrive_h : ndarray of float, shape (n_points,)
        Hours after the plan's start at each point of the path.
    unknown_share : float
        Share of the way on which current, wind or waves are not known; they are
        counted as none.
    """

    hours: float
    fuel_l: float
    distance_km: float
    mean_speed_kn: float
    arrive_h: FloatArray
    unknown_share: float


def time_leg(
    vessel: FleetVessel,
    conditions: Conditions | None,
    path: npt.ArrayLike,
    depart_hour: float,
    *,
    speed_kn: float | None = None,
) -> LegTime:
    """Hours, fuel and mean speed along a drawn path, in place and time.

    The path is cut into pieces, each sailed at the pace in its middle when the vessel
    is there. The times of the pieces follow by repetition (Picard), the pieces are
    halved until the hours stay within 0.02 %, and the two last rounds are
    extrapolated (Richardson; the middle rule is of second order).

    Parameters
    ----------
    vessel : FleetVessel
        The vessel.
    conditions : Conditions or None
        What knows the sea; calm water when None.
    path : array_like of float, shape (n_points, 2)
        Latitude and longitude, degrees; great circles between the points.
    depart_hour : float
        Hours after the plan's start.
    speed_kn : float, optional
        Speed through the water instead of the planned one.

    Raises
    ------
    RouteInputError
        If the path or the hour holds a value that is no number.
    """
    points = np.asarray(path, dtype=np.float64).reshape(-1, 2)
    if len(points) < 1 or not (np.isfinite(points).all() and np.isfinite(depart_hour)):
        raise RouteInputError("a path holds a value that is no number, or no point")
    engine = propulsion_of(vessel, speed_kn)
    legs_km = _lengths_km(points)
    total_km = float(legs_km.sum())
    if total_km == 0.0 or conditions is None:
        calm = 1.0 / metres_per_second_to_km_per_hour(engine.speed_m_s)
        hours = np.concatenate([[0.0], np.cumsum(legs_km * calm)])
        unknown = 0.0
    else:
        hours, unknown = _sail(engine, conditions, points, legs_km, depart_hour)
    whole = float(hours[-1])
    knots = km_to_nautical_miles(total_km) / whole if whole > 0.0 else 0.0
    return LegTime(
        whole,
        engine.fuel_l_per_h * whole,
        total_km,
        knots,
        depart_hour + hours,
        unknown,
    )


def _sail(
    engine: Propulsion,
    conditions: Conditions,
    points: FloatArray,
    legs_km: FloatArray,
    depart_hour: float,
) -> tuple[FloatArray, float]:
    """Hours from departure to each point, and the share of the way not known."""
    coarse: FloatArray | None = None
    for halving in range(_HALVINGS + 1):
        pieces = _Pieces.cut(points, legs_km, _PIECE_KM / 2**halving)
        fine, unknown = pieces.sail(engine, conditions, depart_hour)
        if coarse is not None:
            both = np.isfinite(coarse) & np.isfinite(fine)
            change = np.abs(fine[both] - coarse[both]).max()
            if np.isinf(fine[-1]) == np.isinf(coarse[-1]) and (
                change <= _TOLERANCE * fine[both].max() or halving == _HALVINGS
            ):
                break
        coarse = fine
    # Both rounds hold the same points.
    with np.errstate(invalid="ignore"):
        better = fine + (fine - coarse) / 3.0 if coarse is not None else fine
    return np.where(np.isfinite(fine), better, np.inf), unknown


@dataclass(frozen=True, eq=False)
class _Pieces:
    """A path in pieces: their length, their middle, and which ends at which point."""

    length_km: FloatArray
    places: Places
    last_of_leg: npt.NDArray[np.intp]

    @classmethod
    def cut(
        cls, points: FloatArray, legs_km: FloatArray, at_most_km: float
    ) -> "_Pieces":
        """Cut every leg into equal pieces; a leg of no length has none."""
        counts = np.ceil(legs_km / at_most_km).astype(np.intp)
        leg = np.repeat(np.arange(len(legs_km)), counts)
        first = np.cumsum(counts) - counts
        share = (np.arange(len(leg)) - first[leg] + 0.5) / counts[leg]
        lat, lon = points.T
        places = Places.on(
            lat[leg], lon[leg], lat[leg + 1], lon[leg + 1], share[:, None]
        )
        return cls((legs_km / np.maximum(counts, 1))[leg], places, np.cumsum(counts))

    def sail(
        self, engine: Propulsion, conditions: Conditions, depart_hour: float
    ) -> tuple[FloatArray, float]:
        """Hours to each point of the path, repeated until they stay."""
        speed_km_h = metres_per_second_to_km_per_hour(engine.speed_m_s)
        took = self.length_km / speed_km_h
        for _ in range(_ROUNDS):
            middle = depart_hour + np.cumsum(took) - 0.5 * took
            sea = self.places.look(conditions, middle)
            pace = hours_per_km(engine, sea)[:, 0]
            before = took
            took = self.length_km * np.minimum(pace, 1.0 / (_CREEP * speed_km_h))
            if np.abs(took - before).max() <= 1e-9 * took.sum():
                break
        ends = np.concatenate([[0.0], np.cumsum(self.length_km * pace)])
        unknown = float(self.length_km @ sea.is_unknown[:, 0] / self.length_km.sum())
        return ends[np.concatenate([[0], self.last_of_leg])], unknown


def _lengths_km(points: FloatArray) -> FloatArray:
    """Great-circle lengths between points that follow each other."""
    unit = unit_vectors(points[:, 0], points[:, 1])
    chord = np.linalg.norm(np.diff(unit, axis=0), axis=1)
    return np.asarray(2.0 * EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / 2.0, 1.0)))
