"""A plan across 180 degrees with hostile names, for the tests of every format."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from core.routing import parse_fleet, plan_cleanup


@pytest.fixture(scope="session")
def plan():
    """A vessel west of 180 degrees, one site on each side."""
    vessel = {
        "name": "=Alma",
        "speed_kn": 12,
        "collect_speed_kn": 2,
        "sweep_width_m": 50,
        "hold_kg": 900,
        "endurance_h": 200,
        "fuel_l_per_h": 50,
        "start": {"port": "P"},
    }
    port = {"name": "P", "lat": 40.0, "lon": 179.0}
    sites = pd.DataFrame(
        {
            "site": ["=cmd|' /C calc'!A0", "b & <c>"],
            "lat": [40.5, 41.0],
            "lon": [-179.0, 179.5],
            "mass_kg": [200.0, 300.0],
        }
    )
    return plan_cleanup(
        sites,
        parse_fleet({"vessels": [vessel], "ports": [port]}),
        hours=72.0,
        start_at=datetime(2026, 6, 1, tzinfo=UTC),
        iterations=50,
        simulated=True,
    )
