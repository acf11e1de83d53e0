"""Current and wind of the simulated sea on grids, as a forecast would be given them."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.coastline import is_on_land
from core.simulation.sea import SimulatedSea

if TYPE_CHECKING:
    from core.environment import Forcing

__all__ = ["FORCING_BOX", "FORCING_HOURS", "simulated_current", "simulated_wind"]

#: West, south, east, north: the demo area with the way that wind takes debris in three
#: days, which reaches the coast of Oahu.
FORCING_BOX = (-158.7, 21.1, -155.7, 23.0)
#: First and last hour about the reference time: two days before, a week after.
FORCING_HOURS = (-48, 168)
#: Near the 1/12 degree of operational current models, near 1/4 of wind models.
_CURRENT_STEP_DEG = 0.05
_WIND_STEP_DEG = 0.25
_SOURCE = "Gyre's simulated sea, seed {seed}; not an observation"

FloatArray = npt.NDArray[np.float64]


def simulated_current(sea: SimulatedSea) -> "Forcing":
    """Hourly current of the sea, 0.05 degrees, NaN where the bundled coast has land.

    Beyond the box of the double gyre its formula runs on, so the water between the
    gyre and the islands moves too; towards a coast it is not bent (a simplification).
    """
    from core.environment import Forcing

    hours, lat, lon = _axes(_CURRENT_STEP_DEG)
    north, east = np.meshgrid(lat, lon, indexing="ij")
    x_km, y_km = sea.truth.area.x_y_km(lat=north, lon=east)
    frames = [
        sea.current.velocity_m_s(x_km=x_km, y_km=y_km, time_h=float(hour))
        for hour in hours
    ]
    u, v = (np.stack(part).astype(np.float32) for part in zip(*frames, strict=True))
    land = is_on_land(lat=north.ravel(), lon=east.ravel()).reshape(north.shape)
    u[:, land] = v[:, land] = np.nan
    return Forcing(
        kind="current",
        time_s=_seconds(sea, hours),
        lat=lat,
        lon=lon,
        u=u,
        v=v,
        title="Simulated surface current north-east of Oahu (double gyre)",
        source=_SOURCE.format(seed=sea.seed),
        attribution="Simulated by Gyre",
        variables=("uo", "vo"),
        simulated=True,
    )


def simulated_wind(sea: SimulatedSea) -> "Forcing":
    """Hourly trade wind of the sea, 0.25 degrees, over land too."""
    from core.environment import Forcing

    hours, lat, lon = _axes(_WIND_STEP_DEG)
    components = sea.wind.velocity_m_s(
        lat=lat[None, :, None], time_h=hours[:, None, None]
    )
    shape = (hours.size, lat.size, lon.size)
    u, v = (np.broadcast_to(part, shape).astype(np.float32) for part in components)
    return Forcing(
        kind="wind",
        time_s=_seconds(sea, hours),
        lat=lat,
        lon=lon,
        u=u,
        v=v,
        title="Simulated trade wind at 10 m, north-east of Oahu",
        source=_SOURCE.format(seed=sea.seed),
        attribution="Simulated by Gyre",
        variables=("eastward_wind", "northward_wind"),
        simulated=True,
    )


def _axes(step_deg: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    west, south, east, north = FORCING_BOX
    first, last = FORCING_HOURS
    hours = np.asarray(np.arange(first, last + 1), dtype=np.float64)
    # Up to the first node at or beyond the far edge.
    n_lat = int(np.ceil(round((north - south) / step_deg, 6))) + 1
    n_lon = int(np.ceil(round((east - west) / step_deg, 6))) + 1
    lat = np.asarray(south + step_deg * np.arange(n_lat), dtype=np.float64)
    lon = np.asarray(west + step_deg * np.arange(n_lon), dtype=np.float64)
    return hours, lat, lon


def _seconds(sea: SimulatedSea, hours: FloatArray) -> FloatArray:
    return np.asarray(sea.reference_at.timestamp() + hours * 3600.0)
