"""Small fleets and sites that several tests of the planner share."""

from datetime import UTC, datetime
from typing import Any

import pandas as pd

from core.routing import Fleet, parse_fleet

__all__ = ["START", "VESSEL", "fleet_of", "sites_of"]

START = datetime(2026, 6, 1, 4, tzinfo=UTC)

#: A vessel of 10 kn from a port at 0 N, 30 W in the open Atlantic.
VESSEL: dict[str, Any] = {
    "name": "Alma",
    "speed_kn": 10.0,
    "collect_speed_kn": 2.0,
    "sweep_width_m": 50.0,
    "hold_kg": 1000.0,
    "endurance_h": 100.0,
    "fuel_l_per_h": 80.0,
    "cost_per_h": 100.0,
    "start": {"port": "P"},
}
PORT: dict[str, Any] = {"name": "P", "lat": 0.0, "lon": -30.0, "unload_h": 4.0}


def fleet_of(
    *vessels: dict[str, Any], ports: tuple[dict[str, Any], ...] = (), **change: Any
) -> Fleet:
    """Fleet of the vessel above, changed; or of several, each a change of it."""
    made = [VESSEL | change | one for one in vessels or ({},)]
    return parse_fleet({"vessels": made, "ports": list(ports or (PORT,))})


def sites_of(*rows: tuple[str, float, float, float], **columns: Any) -> pd.DataFrame:
    """Sites by name, latitude, longitude and mass."""
    names = ["site", "lat", "lon", "mass_kg"]
    return pd.DataFrame(rows, columns=names).assign(**columns)
