"""A fleet of two and three sites on the equator."""

import pandas as pd

FLEET = {
    "vessels": [
        {
            "name": "Alma",
            "speed_kn": 10.0,
            "collect_speed_kn": 2.0,
            "sweep_width_m": 100.0,
            "hold_kg": 2000.0,
            "endurance_h": 60.0,
            "fuel_l_per_h": 50.0,
            "cost_per_h": 300.0,
            "start": {"port": "BASE"},
        },
        {
            "name": "Bora",
            "speed_kn": 12.0,
            "collect_speed_kn": 2.0,
            "sweep_width_m": 80.0,
            "hold_kg": 2000.0,
            "endurance_h": 60.0,
            "fuel_l_per_h": 60.0,
            "cost_per_h": 350.0,
            "start": {"port": "BASE"},
        },
    ],
    "ports": [{"name": "BASE", "lat": 0.5, "lon": -157.5, "unload_h": 2.0}],
}
SITES = pd.DataFrame(
    {
        "site": ["A", "B", "C"],
        "lat": [0.0, 1.0, 0.4],
        "lon": [-158.0, -157.0, -157.0],
        "mass_kg": [400.0, 300.0, 500.0],
        "category": ["net", "plastic", "plastic"],
    }
)
