"""How much wind and waves slow a vessel that keeps its engine power.

The power of the engine follows from the fuel of the fleet file, the calm resistance at
the planned speed from that power. Wind and waves add resistance. At the same power the
speed falls until ``x^3 + r x = 1``, where ``x`` is the share of the planned speed and
``r`` the added over the calm resistance: the calm resistance goes with the square of
the speed, and the added one is taken as it is at the planned speed, which is a little
too much.

The relations come from ships of 50 m and more in waves up to 2 m. For vessels of 10 to
60 m, and above 2 m, their use is an assumption.

References
----------
.. [1] Kreitner's added resistance, as in ITTC Recommended Procedure 7.5-04-01-01.2,
   "Analysis of speed/power trial data" (2005): 0.64 rho g H^2 B^2 C_B / L in head
   seas, for H up to 2 m.
.. [2] Y. J. Kwon, "Speed loss due to added resistance in wind and waves", The Naval
   Architect (March 2008) 14-16, and R. L. Townsin and Y. J. Kwon, "Approximate
   formulae for the speed loss due to added resistance in wind and waves",
   Transactions of RINA 125 (1983) 199-207: the share of other headings.
.. [3] W. Blendermann, "Parameter identification of wind loads on ships", Journal of
   Wind Engineering and Industrial Aerodynamics 51 (1994) 339-351: longitudinal
   coefficient 0.70 for a fishing vessel, from ahead and from astern. His correction
   for oblique wind (at most a sixth) is left out.
.. [4] WMO, "Manual on Marine Meteorological Services" (WMO-No. 558): Beaufort number
   and wind, v = 0.836 B^(3/2) m/s.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.routing.conditions import GRAVITY_M_S2
from core.routing.emissions import FUEL_DENSITY_KG_PER_L, transit_fuel_l_per_h
from core.routing.fleet import FleetVessel
from core.units import knots_to_metres_per_second

__all__ = [
    "ASSUMED_LENGTH_M",
    "Propulsion",
    "beaufort",
    "heading_share",
    "kept_speed_share",
    "propulsion_of",
]

FloatArray = npt.NDArray[np.float64]

#: Assumption where the fleet does not say: a coastal workboat.
ASSUMED_LENGTH_M = 25.0
#: Assumptions for workboats and small fishing vessels.
_LENGTH_OVER_BEAM = 3.6
_BLOCK = 0.6
_FRONT_AREA_OVER_BEAM_SQUARED = 1.0
#: Assumption: a high-speed diesel burns about 215 g to the kWh.
_FUEL_KG_PER_KWH = 0.215
#: Assumption: share of the shaft power that becomes thrust times speed.
_PROPULSIVE_EFFICIENCY = 0.55
#: Sea water at 15 degrees C and 35 g/kg (ITTC 7.5-02-01-03), air at 15 degrees C (ISO
#: 2533).
_WATER_KG_M3 = 1026.0
_AIR_KG_M3 = 1.225
_KREITNER = 0.64
_WIND_COEFFICIENT = 0.70
#: Middle of Kwon's sectors of heading: ahead, bow, beam, astern.
_HEADINGS_DEG = (0.0, 45.0, 105.0, 180.0)


@dataclass(frozen=True)
class Propulsion:
    """Speed, fuel and resistance of a vessel in calm water, and its size.

    Attributes
    ----------
    speed_m_s : float
        Speed through calm water.
    fuel_l_per_h : float
        Fuel that this takes, and takes in waves too.
    resistance_n : float
        Calm resistance at that speed.
    length_m, beam_m : float
        Size; the beam is a share of the length (assumption).
    """

    speed_m_s: float
    fuel_l_per_h: float
    resistance_n: float
    length_m: float
    beam_m: float


def propulsion_of(vessel: FleetVessel, speed_kn: float | None = None) -> Propulsion:
    """Propulsion of a vessel at its planned speed, or at a lower one.

    Raises
    ------
    RouteInputError
        If the speed is not above zero or more than planned.
    """
    length_m = vessel.length_m or ASSUMED_LENGTH_M
    fuel_l_per_h = transit_fuel_l_per_h(vessel, speed_kn)
    speed_m_s = knots_to_metres_per_second(speed_kn or vessel.speed_kn)
    power_w = 1000.0 * fuel_l_per_h * FUEL_DENSITY_KG_PER_L / _FUEL_KG_PER_KWH
    resistance_n = _PROPULSIVE_EFFICIENCY * power_w / speed_m_s
    return Propulsion(
        speed_m_s, fuel_l_per_h, resistance_n, length_m, length_m / _LENGTH_OVER_BEAM
    )


def beaufort(wind_m_s: npt.ArrayLike) -> FloatArray:
    """Beaufort number of a wind, with its fraction [4]_."""
    return np.asarray((np.asarray(wind_m_s, dtype=np.float64) / 0.836) ** (2.0 / 3.0))


def heading_share(
    wave_height_m: npt.ArrayLike, cos_off_bow: npt.ArrayLike
) -> FloatArray:
    """Share of the head-sea resistance that waves from another side add [2]_.

    Kwon gives one figure for each of four sectors; here it is drawn straight from the
    middle of a sector to the next, so that no degree of course makes a jump. His
    Beaufort number is that of a wind that raises the waves. Where the side is unknown
    it is the mean over all headings.

    Parameters
    ----------
    wave_height_m : array_like of float
        Significant height; zero or more.
    cos_off_bow : array_like of float
        Cosine of the angle between the course and where waves come from: 1 is head
        sea; NaN is unknown.
    """
    height = np.asarray(wave_height_m, dtype=np.float64)
    wind_m_s = np.sqrt(height * GRAVITY_M_S2 / 0.21) / 1.026
    bn = beaufort(wind_m_s)
    bow = np.clip((1.7 - 0.03 * (bn - 4.0) ** 2) / 2.0, 0.0, 1.0)
    beam = np.clip((0.9 - 0.06 * (bn - 6.0) ** 2) / 2.0, 0.0, 1.0)
    astern = np.clip((0.4 - 0.03 * (bn - 8.0) ** 2) / 2.0, 0.0, 1.0)
    angle = np.degrees(np.arccos(np.clip(cos_off_bow, -1.0, 1.0)))
    at = _HEADINGS_DEG
    ahead = np.ones_like(bow)
    share = np.where(
        angle <= at[1],
        _between(angle, at[0], at[1], ahead, bow),
        np.where(
            angle <= at[2],
            _between(angle, at[1], at[2], bow, beam),
            _between(angle, at[2], at[3], beam, astern),
        ),
    )
    mean = (45.0 * (ahead + bow) + 60.0 * (bow + beam) + 75.0 * (beam + astern)) / 360.0
    return np.where(np.isnan(angle), mean, share)


def _between(
    angle: FloatArray, start: float, end: float, first: FloatArray, last: FloatArray
) -> FloatArray:
    part = (angle - start) / (end - start)
    return np.asarray((1.0 - part) * first + part * last)


def kept_speed_share(
    propulsion: Propulsion,
    *,
    wave_height_m: npt.ArrayLike,
    wind_m_s: npt.ArrayLike,
    cos_off_bow: npt.ArrayLike,
    wave_share: FloatArray | None = None,
) -> FloatArray:
    """Share of the planned speed that is kept in wind and waves.

    Parameters
    ----------
    propulsion : Propulsion
        The vessel.
    wave_height_m, wind_m_s : array_like of float
        Significant height and wind at 10 m; where unknown (NaN) none is counted.
    cos_off_bow : array_like of float
        Cosine of the angle between the course and where wind and waves come from.
        Where it is unknown waves take their mean over all headings, wind none.
    wave_share : ndarray of float, optional
        What :func:`heading_share` gives for these, where it is known already.

    Returns
    -------
    ndarray of float
        In (0, 1]; what a following wind would add is not counted.
    """
    height = np.nan_to_num(np.asarray(wave_height_m, dtype=np.float64))
    off_bow = np.asarray(cos_off_bow, dtype=np.float64)
    wave_n = (
        (_KREITNER * _BLOCK * _WATER_KG_M3 * GRAVITY_M_S2)
        * (height * propulsion.beam_m) ** 2
        / propulsion.length_m
    )
    if wave_share is None:
        wave_share = heading_share(height, off_bow)
    added_n = wave_n * wave_share + _wind_resistance_n(
        propulsion, np.nan_to_num(np.asarray(wind_m_s, dtype=np.float64)), off_bow
    )
    return _root(np.maximum(added_n, 0.0) / propulsion.resistance_n)


def _wind_resistance_n(
    propulsion: Propulsion, wind_m_s: FloatArray, off_bow: FloatArray
) -> FloatArray:
    """Resistance of the wind beyond that of still air, at the planned speed [3]_."""
    cosine = np.nan_to_num(off_bow)
    wind = np.where(np.isnan(off_bow), 0.0, wind_m_s)
    speed = propulsion.speed_m_s
    ahead = wind * cosine + speed
    apparent = np.sqrt(np.maximum(wind**2 + 2.0 * wind * cosine * speed + speed**2, 0))
    area_m2 = _FRONT_AREA_OVER_BEAM_SQUARED * propulsion.beam_m**2
    factor = 0.5 * _AIR_KG_M3 * _WIND_COEFFICIENT * area_m2
    return np.asarray(factor * (apparent * ahead - speed**2))


def _root(ratio: FloatArray) -> FloatArray:
    """Solve ``x^3 + r x = 1`` for r of zero or more; one real root (Cardano)."""
    r = np.maximum(ratio, 1e-12)
    turn = np.arcsinh(1.5 / r * np.sqrt(3.0 / r)) / 3.0
    return np.asarray(np.minimum(2.0 * np.sqrt(r / 3.0) * np.sinh(turn), 1.0))
