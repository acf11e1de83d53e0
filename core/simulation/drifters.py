"""A handful of simulated drifters: true current, true windage and chance, all known."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.simulation.drift import TrueTrack, drift_truly
from core.simulation.sea import SimulatedSea

if TYPE_CHECKING:
    from core.environment.sensors import SensorFix

__all__ = ["SIMULATED_DRIFTERS", "SimulatedDrifter", "drifter_fixes", "drifter_table"]

#: Hours before and after the reference time at which the drifters send.
DRIFTER_HOURS = (-48, 96)
#: Standard deviation of a fix along each axis (assumption: a civil receiver at sea).
FIX_NOISE_M = 8.0
#: Motion too small for the current's grid (assumption, of the size used for surface
#: drift at scales of kilometres).
TRUE_DIFFUSIVITY_M2_S = 5.0
_STREAM = 31
_DEGREES_PER_METRE = 1.0 / 111_195.0
#: A satellite message takes some minutes (assumption).
_DELAY = timedelta(minutes=4)


@dataclass(frozen=True, kw_only=True)
class SimulatedDrifter:
    """One drifter, where it was put out and what share of the wind it truly takes.

    Attributes
    ----------
    drifter_id, drifter_type : str
        Name and make.
    x_share, y_share : float
        Start in the demo area, as shares of its width and height.
    windage, deflection_deg : float
        True share of the wind, and degrees to the left of it.
    """

    drifter_id: str
    drifter_type: str
    x_share: float
    y_share: float
    windage: float
    deflection_deg: float


def _drifter(number: int, kind: str, place: tuple[float, float], windage: float,
             deflection_deg: float) -> SimulatedDrifter:  # fmt: skip
    return SimulatedDrifter(
        drifter_id=f"sim-drifter-{number}",
        drifter_type=f"simulated {kind}",
        x_share=place[0],
        y_share=place[1],
        windage=windage,
        deflection_deg=deflection_deg,
    )


#: Shares of the wind are assumptions: spheres of the size found on real undrogued
#: drifters (1.4 to 2.8 %), drogued ones next to nothing.
SIMULATED_DRIFTERS: tuple[SimulatedDrifter, ...] = (
    _drifter(1, "sphere", (0.35, 0.30), 0.020, 6.0),
    _drifter(2, "sphere", (0.55, 0.70), 0.022, 2.0),
    _drifter(3, "sphere", (0.75, 0.45), 0.018, 10.0),
    _drifter(4, "drogued", (0.45, 0.55), 0.002, 0.0),
    _drifter(5, "drogued", (0.65, 0.25), 0.003, 0.0),
)


def true_tracks(sea: SimulatedSea) -> TrueTrack:
    """Return where the drifters truly were each hour, without the noise of fixes."""
    area = sea.truth.area
    first, last = DRIFTER_HOURS
    lat, lon = area.lat_lon(
        x_km=[d.x_share * area.width_km for d in SIMULATED_DRIFTERS],
        y_km=[d.y_share * area.height_km for d in SIMULATED_DRIFTERS],
    )
    return drift_truly(
        area=area,
        current=sea.current,
        wind=sea.wind,
        lat=lat,
        lon=lon,
        windage=[d.windage for d in SIMULATED_DRIFTERS],
        deflection_deg=[d.deflection_deg for d in SIMULATED_DRIFTERS],
        diffusivity_m2_s=TRUE_DIFFUSIVITY_M2_S,
        start_h=first,
        hours=last - first,
        rng=np.random.default_rng([sea.seed, _STREAM, 1]),
    )


def drifter_table(sea: SimulatedSea) -> pd.DataFrame:
    """Return the fixes as a drifter table with the model's current and wind at each.

    Returns
    -------
    DataFrame
        ``drifter_id, drifter_type, time, lat, lon`` and, in m/s, ``u_ocean_simulated,
        v_ocean_simulated, u_wind, v_wind``; hourly, by drifter and time. A drifter
        that went ashore sends no more.
    """
    track = true_tracks(sea)
    rng = np.random.default_rng([sea.seed, _STREAM, 2])
    noise = rng.standard_normal((2, *track.lat.shape)) * FIX_NOISE_M
    lat = track.lat + noise[0] * _DEGREES_PER_METRE
    lon = track.lon + noise[1] * _DEGREES_PER_METRE / np.cos(np.radians(track.lat))
    x_km, y_km = sea.truth.area.x_y_km(lat=lat, lon=lon)
    currents = [
        sea.current.velocity_m_s(x_km=x_km[i], y_km=y_km[i], time_h=float(hour))
        for i, hour in enumerate(track.time_h)
    ]
    wind = sea.wind.velocity_m_s(lat=lat, time_h=track.time_h[:, None])
    times = pd.Timestamp(sea.reference_at) + pd.to_timedelta(track.time_h, unit="h")
    n_times, n = lat.shape
    frame = pd.DataFrame(
        {
            "drifter_id": np.tile([d.drifter_id for d in SIMULATED_DRIFTERS], n_times),
            "drifter_type": np.tile(
                [d.drifter_type for d in SIMULATED_DRIFTERS], n_times
            ),
            "time": times.repeat(n).as_unit("us"),
            "lat": lat.ravel().round(6),
            "lon": lon.ravel().round(6),
            "u_ocean_simulated": np.array([u for u, _ in currents]).ravel(),
            "v_ocean_simulated": np.array([v for _, v in currents]).ravel(),
            "u_wind": wind[0].ravel(),
            "v_wind": wind[1].ravel(),
        }
    )
    afloat = frame[~track.is_stranded.ravel()]
    return afloat.sort_values(["drifter_id", "time"], kind="stable", ignore_index=True)


def drifter_fixes(table: pd.DataFrame) -> "list[SensorFix]":
    """Return the messages that drifters would have sent to make a table.

    Parameters
    ----------
    table : DataFrame
        From :func:`drifter_table`.
    """
    from core.environment.sensors import SensorFix

    fixes = []
    for row in table.to_dict("records"):
        sent_at = pd.Timestamp(row["time"]).to_pydatetime()
        speed = float(np.hypot(row["u_wind"], row["v_wind"]))
        fixes.append(
            SensorFix(
                sensor_id=row["drifter_id"],
                platform_id=row["drifter_type"],
                observed_at=sent_at,
                received_at=sent_at + _DELAY,
                lat=row["lat"],
                lon=row["lon"],
                values={"wind_speed_m_s": round(speed, 2)},
                profile="plain",
                topic=f"drifter/{row['drifter_id']}/position",
            )
        )
    return fixes
