"""Four hauls of two vessels in two weeks, small enough to add up by hand."""

import pandas as pd
import pytest


@pytest.fixture
def hauls() -> pd.DataFrame:
    frame = pd.DataFrame(
        [
            ["a1", "Ahi", "2026-06-01", "2026-06-02", 100.0, 80.0, 20.0, 200.0, 1000.0],
            ["b1", "Ono", "2026-06-03", "2026-06-05", 300.0, 330.0, 40.0, 100.0, 500.0],
            ["a2", "Ahi", "2026-06-08", "2026-06-09", 100.0, 120.0, 20.0, 200.0, 1000],
            ["b2", "Ono", "2026-06-10", "2026-06-12", 200.0, 360.0, 40.0, 100.0, 500.0],
        ],
        columns=[
            "haul_id",
            "vessel",
            "started_at",
            "ended_at",
            "planned_kg",
            "hauled_kg",
            "hours",
            "fuel_l",
            "cost",
        ],
    )
    for column in ("started_at", "ended_at"):
        frame[column] = pd.to_datetime(frame[column] + "T12:00:00Z")
    return frame.assign(site="P01", distance_km=300.0, simulated=True)
