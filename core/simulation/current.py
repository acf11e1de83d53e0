"""The double gyre: a closed, divergence-free current with known formula.

References
----------
.. [1] S. C. Shadden, F. Lekien, J. E. Marsden, "Definition and properties of
   Lagrangian coherent structures from finite-time Lyapunov exponents in
   two-dimensional aperiodic flows", Physica D 212 (2005) 271-304, section 6.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import InputError

__all__ = ["DoubleGyre"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class DoubleGyre:
    """Two eddies side by side in a box, whose border swings east and west.

    Attributes
    ----------
    width_km, height_km : float
        Size of the box; nothing flows through its edges.
    peak_m_s : float
        Largest eastward speed.
    swing : float
        How far the border swings, as a share of an eddy's width, in [0, 0.5).
    period_h : float
        Period of the swing.
    """

    width_km: float
    height_km: float
    peak_m_s: float
    swing: float = 0.1
    period_h: float = 144.0

    def __post_init__(self) -> None:
        for name in ("width_km", "height_km", "period_h"):
            if not getattr(self, name) > 0.0:
                raise InputError(f"{name} must be positive, got {getattr(self, name)}")
        if not 0.0 <= self.swing < 0.5:
            raise InputError(f"swing {self.swing} outside [0, 0.5)")
        if not np.isfinite(self.peak_m_s):
            raise InputError(f"peak_m_s must be a number, got {self.peak_m_s}")

    def velocity_m_s(
        self, *, x_km: npt.ArrayLike, y_km: npt.ArrayLike, time_h: float
    ) -> tuple[FloatArray, FloatArray]:
        """Eastward and northward speed.

        Parameters
        ----------
        x_km, y_km : array_like of float
            Distance east and north of the box's south-west corner.
        time_h : float
            Hours since the reference time.

        Returns
        -------
        u, v : ndarray of float
            In m/s, positive east and north.
        """
        x = 2.0 * np.asarray(x_km, dtype=np.float64) / self.width_km
        y = np.asarray(y_km, dtype=np.float64) / self.height_km
        a = self.swing * np.sin(2.0 * np.pi * time_h / self.period_h)
        f = a * x * x + (1.0 - 2.0 * a) * x
        slope = 2.0 * a * x + (1.0 - 2.0 * a)
        u = -self.peak_m_s * np.sin(np.pi * f) * np.cos(np.pi * y)
        ratio = 2.0 * self.height_km / self.width_km
        v = self.peak_m_s * ratio * np.cos(np.pi * f) * np.sin(np.pi * y) * slope
        return np.asarray(u), np.asarray(v)

    def advect(
        self,
        *,
        x_km: npt.ArrayLike,
        y_km: npt.ArrayLike,
        start_h: float,
        end_h: float,
        step_h: float = 1.0,
    ) -> tuple[FloatArray, FloatArray]:
        """Carry positions along the current by the classical Runge-Kutta method.

        Forward or backward in time; the last step is cut to end exactly.

        Returns
        -------
        x_km, y_km : ndarray of float
            Positions at ``end_h``.
        """
        x = np.array(x_km, dtype=np.float64)
        y = np.array(y_km, dtype=np.float64)
        if not step_h > 0.0:
            raise InputError(f"step_h must be positive, got {step_h}")
        n_steps = int(np.ceil(abs(end_h - start_h) / step_h))
        if n_steps == 0:
            return x, y
        h = (end_h - start_h) / n_steps
        for i in range(n_steps):
            t = start_h + i * h
            k1 = self._km_per_hour(x, y, t)
            k2 = self._km_per_hour(x + h / 2 * k1[0], y + h / 2 * k1[1], t + h / 2)
            k3 = self._km_per_hour(x + h / 2 * k2[0], y + h / 2 * k2[1], t + h / 2)
            k4 = self._km_per_hour(x + h * k3[0], y + h * k3[1], t + h)
            x = x + h / 6 * (k1[0] + 2 * k2[0] + 2 * k3[0] + k4[0])
            y = y + h / 6 * (k1[1] + 2 * k2[1] + 2 * k3[1] + k4[1])
        return x, y

    def _km_per_hour(
        self, x: FloatArray, y: FloatArray, time_h: float
    ) -> tuple[FloatArray, FloatArray]:
        u, v = self.velocity_m_s(x_km=x, y_km=y, time_h=time_h)
        return u * 3.6, v * 3.6
