"""Flows whose effect on debris has a closed form."""

from datetime import UTC, datetime

import numpy as np

from core.environment import Forcing

START = datetime(2026, 6, 1, tzinfo=UTC)


def uniform(
    kind: str = "current",
    *,
    u: float = 0.5,
    v: float = 0.0,
    hours: int = 96,
    west: float = -160.0,
    simulated: bool = False,
) -> Forcing:
    """The same flow everywhere, 10 degrees square about the equator, hourly."""
    time_s = START.timestamp() + 3600.0 * np.arange(hours + 1, dtype=np.float64)
    lat, lon = np.linspace(-5.0, 5.0, 11), west + np.linspace(0.0, 10.0, 11)
    shape = (time_s.size, lat.size, lon.size)
    return Forcing(
        kind=kind,  # type: ignore[arg-type]
        time_s=time_s,
        lat=lat,
        lon=lon,
        u=np.full(shape, u, dtype=np.float32),
        v=np.full(shape, v, dtype=np.float32),
        title=f"Uniform {kind}",
        attribution="Nobody",
        simulated=simulated,
    )
