"""The simulated trade wind: a formula, so that what it does to debris is known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import InputError

__all__ = ["TradeWind"]

FloatArray = npt.NDArray[np.float64]

#: Every figure is an assumption, of the size of the north-east trades near Hawaii.
_SPEED_PERIOD_H = 62.0
_SPEED_SWING = 0.2
_TURN_PERIOD_H = 98.0
_TURN_DEG = 14.0
_DAY_H = 24.0
_DAY_SWING = 0.06
#: The wind freshens towards the south by this share a degree of latitude.
_SHARE_PER_DEGREE = 0.04


@dataclass(frozen=True, kw_only=True)
class TradeWind:
    """Wind at 10 m that blows from one side and swells and turns over days.

    Attributes
    ----------
    speed_m_s : float
        Mean speed at ``lat0``.
    from_deg : float
        Mean direction that it blows from, clockwise from north.
    lat0 : float
        Latitude where the speed is that mean.
    """

    speed_m_s: float = 6.5
    from_deg: float = 68.0
    lat0: float = 22.2

    def __post_init__(self) -> None:
        if not 0.0 <= self.speed_m_s < 60.0:
            raise InputError(f"wind of {self.speed_m_s} m/s outside [0, 60)")
        if not np.isfinite(self.from_deg):
            raise InputError(f"direction of the wind is {self.from_deg}")

    def velocity_m_s(
        self, *, lat: npt.ArrayLike, time_h: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray]:
        """Speed towards east and north.

        Parameters
        ----------
        lat : array_like of float
            Degrees; the wind is the same at all longitudes.
        time_h : array_like of float
            Hours since the reference time; the shapes must broadcast.

        Returns
        -------
        u, v : ndarray of float
            In m/s, towards east and north.
        """
        turn = 2.0 * np.pi * np.asarray(time_h, dtype=np.float64)
        share = 1.0 + _SPEED_SWING * np.sin(turn / _SPEED_PERIOD_H)
        share = share + _DAY_SWING * np.sin(turn / _DAY_H)
        south = self.lat0 - np.asarray(lat, dtype=np.float64)
        speed = self.speed_m_s * share * (1.0 + _SHARE_PER_DEGREE * south)
        angle = np.radians(self.from_deg + _TURN_DEG * np.sin(turn / _TURN_PERIOD_H))
        return np.asarray(-speed * np.sin(angle)), np.asarray(-speed * np.cos(angle))
