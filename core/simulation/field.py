"""The debris field: every item with its place, kind and mass.

Items lie in patches strung along fronts, with a thin background between: a Thomas
cluster process whose parents follow curves, because floating matter gathers where
surface water converges.

References
----------
.. [1] M. Thomas, "A generalisation of Poisson's binomial limit for use in ecology",
   Biometrika 36 (1949) 18-25.
.. [2] A. Cozar et al., "Marine litter windrows: a strategic target to understand and
   manage the ocean plastic pollution", Frontiers in Marine Science 8 (2021) 571796.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.simulation.current import DoubleGyre
from core.simulation.parameters import ITEM_KINDS, item_shares, item_weights_kg

__all__ = ["Area", "DebrisField", "Patches", "scatter_debris"]

FloatArray = npt.NDArray[np.float64]
_KM_PER_DEGREE = 111.195

#: Assumptions, set so that a patch's core holds about twice the 686 items a km2 that
#: Lebreton et al. (2018) found on average inside the garbage patch.
_N_FRONTS = 3
_PATCHES_PER_FRONT = 9
_MEAN_ITEMS = 2600.0
_ITEMS_LOG_SPREAD = 0.7
_ALONG_KM = (0.7, 1.5)
_ACROSS_KM = (0.3, 0.6)
_BACKGROUND_PER_KM2 = 6.0
#: The current turns in days, so a step of hours is exact to metres.
_STEP_H = 3.0


@dataclass(frozen=True, kw_only=True)
class Area:
    """A box of sea with plane coordinates in km from its south-west corner."""

    south: float
    west: float
    width_km: float
    height_km: float

    def lat_lon(
        self, *, x_km: npt.ArrayLike, y_km: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray]:
        """WGS 84 degrees of plane positions (equirectangular, to 0.5 % here)."""
        lat = self.south + np.asarray(y_km, dtype=np.float64) / _KM_PER_DEGREE
        lon = self.west + np.asarray(x_km, dtype=np.float64) / self._km_per_degree_lon
        return np.asarray(lat), np.asarray(lon)

    def x_y_km(
        self, *, lat: npt.ArrayLike, lon: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray]:
        """Plane positions of WGS 84 degrees."""
        y = (np.asarray(lat, dtype=np.float64) - self.south) * _KM_PER_DEGREE
        x = (np.asarray(lon, dtype=np.float64) - self.west) * self._km_per_degree_lon
        return np.asarray(x), np.asarray(y)

    @property
    def _km_per_degree_lon(self) -> float:
        middle = self.south + self.height_km / _KM_PER_DEGREE / 2.0
        return float(_KM_PER_DEGREE * np.cos(np.radians(middle)))


@dataclass(frozen=True)
class Patches:
    """Ellipses of dense debris: centre, half axes (one standard deviation), heading."""

    x_km: FloatArray
    y_km: FloatArray
    along_km: FloatArray
    across_km: FloatArray
    heading_rad: FloatArray
    front: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.x_km)

    @property
    def area_km2(self) -> FloatArray:
        """Area within two standard deviations, 86 % of a patch's items."""
        return np.asarray(np.pi * 4.0 * self.along_km * self.across_km)


@dataclass(frozen=True)
class DebrisField:
    """Every floating item at one time.

    Attributes
    ----------
    x_km, y_km : ndarray of float, shape (n,)
        Places in the area.
    kind : ndarray of int, shape (n,)
        Index into ``ITEM_KINDS``.
    mass_kg : ndarray of float, shape (n,)
        Mass of each item.
    patch : ndarray of int, shape (n,)
        Index of the patch, or -1 for the background.
    time_h : float
        Hours since the reference time.
    """

    area: Area
    x_km: FloatArray
    y_km: FloatArray
    kind: npt.NDArray[np.int64]
    mass_kg: FloatArray
    patch: npt.NDArray[np.int64]
    patches: Patches
    time_h: float

    def __len__(self) -> int:
        return len(self.x_km)

    def at(self, time_h: float, current: DoubleGyre) -> "DebrisField":
        """Carry items and patch centres along the current to another time."""
        x, y = current.advect(
            x_km=self.x_km,
            y_km=self.y_km,
            start_h=self.time_h,
            end_h=time_h,
            step_h=_STEP_H,
        )
        centre_x, centre_y = current.advect(
            x_km=self.patches.x_km,
            y_km=self.patches.y_km,
            start_h=self.time_h,
            end_h=time_h,
            step_h=_STEP_H,
        )
        moved = replace(self.patches, x_km=centre_x, y_km=centre_y)
        return replace(self, x_km=x, y_km=y, patches=moved, time_h=time_h)

    @property
    def is_debris(self) -> npt.NDArray[np.bool_]:
        """Which items are debris; weed is not."""
        table = np.array([kind.category != "biota" for kind in ITEM_KINDS])
        return np.asarray(table[self.kind])

    @property
    def debris_mass_kg(self) -> float:
        """Mass of all debris, weed left out."""
        return float(self.mass_kg[self.is_debris].sum())

    def frame(self) -> pd.DataFrame:
        """One row an item: lat, lon, kind, category, mass_kg, patch."""
        lat, lon = self.area.lat_lon(x_km=self.x_km, y_km=self.y_km)
        names = np.array([kind.name for kind in ITEM_KINDS])
        categories = np.array([kind.category for kind in ITEM_KINDS])
        return pd.DataFrame(
            {
                "lat": lat,
                "lon": lon,
                "kind": names[self.kind],
                "category": categories[self.kind],
                "mass_kg": self.mass_kg,
                "patch": self.patch,
            }
        )


def scatter_debris(area: Area, *, rng: np.random.Generator) -> DebrisField:
    """Draw a field: patches along fronts, items in patches, a thin background."""
    patches = _patches(area, rng)
    n = np.round(
        rng.lognormal(
            np.log(_MEAN_ITEMS) - _ITEMS_LOG_SPREAD**2 / 2,
            _ITEMS_LOG_SPREAD,
            len(patches),
        )
    ).astype(np.int64)
    owner = np.repeat(np.arange(len(patches)), n)
    along = rng.standard_normal(len(owner)) * patches.along_km[owner]
    across = rng.standard_normal(len(owner)) * patches.across_km[owner]
    cos, sin = np.cos(patches.heading_rad[owner]), np.sin(patches.heading_rad[owner])
    n_background = rng.poisson(_BACKGROUND_PER_KM2 * area.width_km * area.height_km)
    x = np.concatenate(
        [
            patches.x_km[owner] + along * cos - across * sin,
            rng.uniform(0.0, area.width_km, n_background),
        ]
    )
    y = np.concatenate(
        [
            patches.y_km[owner] + along * sin + across * cos,
            rng.uniform(0.0, area.height_km, n_background),
        ]
    )
    patch = np.concatenate([owner, np.full(n_background, -1)])
    inside = (x > 0) & (x < area.width_km) & (y > 0) & (y < area.height_km)
    kind = rng.choice(len(ITEM_KINDS), size=len(x), p=item_shares())
    mass = item_weights_kg(kind, rng)
    return DebrisField(
        area=area,
        x_km=x[inside],
        y_km=y[inside],
        kind=kind[inside],
        mass_kg=mass[inside],
        patch=patch[inside],
        patches=patches,
        time_h=0.0,
    )


def _patches(area: Area, rng: np.random.Generator) -> Patches:
    """Place patches along waved fronts that cross the area from west to east."""
    parts: list[FloatArray] = []
    for front in range(_N_FRONTS):
        middle = area.height_km * (front + 0.5 + rng.uniform(-0.12, 0.12)) / _N_FRONTS
        height = rng.uniform(0.04, 0.09) * area.height_km
        waves = rng.uniform(0.8, 1.6)
        phase = rng.uniform(0.0, 2.0 * np.pi)
        step = 1.0 / _PATCHES_PER_FRONT
        share = (
            np.arange(_PATCHES_PER_FRONT) + rng.uniform(0.2, 0.8, _PATCHES_PER_FRONT)
        ) * step
        angle = 2.0 * np.pi * waves * share + phase
        x = (0.04 + 0.92 * share) * area.width_km
        y = middle + height * np.sin(angle)
        slope = height * np.cos(angle) * 2.0 * np.pi * waves / (0.92 * area.width_km)
        parts.append(
            np.stack(
                [
                    x,
                    y,
                    rng.uniform(*_ALONG_KM, _PATCHES_PER_FRONT),
                    rng.uniform(*_ACROSS_KM, _PATCHES_PER_FRONT),
                    np.arctan(slope) + rng.normal(0.0, 0.1, _PATCHES_PER_FRONT),
                    np.full(_PATCHES_PER_FRONT, float(front)),
                ]
            )
        )
    x, y, along, across, heading, front_of = np.concatenate(parts, axis=1)
    return Patches(x, y, along, across, heading, front_of.astype(np.int64))
