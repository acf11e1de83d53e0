"""Plans for the tests of the Route planner, made once a process."""

from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from typing import Any

from core.planning import keep_plan
from core.routing import CleanupPlan, find_hotspots, parse_fleet, plan_cleanup
from core.storage import Store
from tests.dashboard.conftest import seeded_observations

START = datetime(2026, 5, 4, 5, tzinfo=UTC)
FLEET: dict[str, Any] = {
    "vessels": [
        {
            "name": "Alma",
            "speed_kn": 12,
            "collect_speed_kn": 2,
            "sweep_width_m": 60,
            "hold_kg": 8000,
            "endurance_h": 400,
            "fuel_l_per_h": 180,
            "cost_per_h": 420,
            "start": {"lat": 31.0, "lon": -141.5},
        }
    ],
    "ports": [],
}


def two_vessels() -> dict[str, Any]:
    """The fleet with a second, smaller vessel, both at one port."""
    fleet = deepcopy(FLEET)
    fleet["ports"] = [{"locode": "XXBUO", "lat": 31.0, "lon": -141.5, "unload_h": 2}]
    fleet["vessels"][0]["start"] = {"port": "XXBUO"}
    other = {**fleet["vessels"][0], "name": "Brisa", "hold_kg": 400}
    fleet["vessels"].append(other)
    return fleet


@cache
def made_plan(hours: float = 30.0) -> CleanupPlan:
    """A plan of two vessels for the twelve heaviest hotspots of the seeded store."""
    sites = find_hotspots(seeded_observations(), min_mass_kg=1.0, max_sites=12)
    return plan_cleanup(
        sites,
        parse_fleet(two_vessels()),
        hours=hours,
        start_at=START,
        seconds=1.0,
        simulated=True,
    )


def kept_plan(store: Store, *, name: str = "First plan", hours: float = 30.0) -> str:
    """Keep that plan in a store; returns its id."""
    return keep_plan(store, made_plan(hours), name=name, actor="mia")
