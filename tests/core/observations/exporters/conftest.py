import pandas as pd
import pytest

from core.observations import make_observations
from core.observations.measurement_checks import make_events, make_measurements


@pytest.fixture
def observations():
    raw = pd.DataFrame(
        {
            "survey": ["=cmd()", "June", "June", "June"],
            "lat": [31.0, 31.5, 31.5, 31.7],
            "lon": [-140.0, -141.0, -141.0, -142.0],
            "observed_at": ["2026-05-01T10:00Z"] * 3 + ["2026-05-02T10:00Z"],
            "category": ["plastic", "fishing_gear", "other", "clean"],
            "count": [3, 1, 2, 0],
            "mass_kg": [None, 12.5, None, None],
            "effort_km2": [None, 0.2, 0.2, 0.4],
            "simulated": [False, False, False, True],
        }
    )
    return make_observations(raw).accepted


@pytest.fixture
def measurements():
    raw = pd.DataFrame(
        {
            "survey": "Coast, \"A\"",
            "event": ["walk 1", "walk 1", "walk 1", "walk 2", "tow 9", "pick"],
            "lat": [50.1, 50.1, 50.1, 50.2, 49.5, 50.3],
            "lon": [1.5, 1.5, 1.5, 1.52, -3.0, 1.57],
            "observed_at": ["2025-04-02"] * 3
            + ["2025-04", "2025-06-01T10:00Z", "2025"],
            "quantity": ["items_per_100m"] * 4 + ["items_per_m3", "items_per_10min"],
            "medium": ["shore"] * 4 + ["sea_surface", "shore"],
            "category": ["plastic", "plastic", "fishing_gear", "any_debris",
                         "any_debris", "plastic"],
            "item_list": ["TSG-ML", "TSG-ML", "TSG-ML", "", "", ""],
            "item_code": ["G7", "G72", "G54", "", "", ""],
            "count": [30, 6, 3, 0, 12, None],
            "effort": [150, 150, 150, 100, 60, None],
            "value_low": [None] * 5 + [2.0],
            "value_high": [None] * 5 + [40.0],
            "note": ["", "", "+1 more", "", "", ""],
            "method": ["walk"] * 4 + ["manta net", "hand"],
        }
    )  # fmt: skip
    checked = make_measurements(raw)
    assert not checked.rejected, checked.rejected
    return checked.accepted


@pytest.fixture
def events():
    raw = pd.DataFrame(
        {
            "survey": ['Coast, "A"', 'Coast, "A"'],
            "event": ["tow 9", "tow 10"],
            "lat": [49.5, 49.6],
            "lon": [-3.0, -3.1],
            "end_lat": [49.51, None],
            "end_lon": [-3.02, None],
            "started_at": ["2025-06-01T10:00Z", "2025-06-01T12:00Z"],
            "ended_at": ["2025-06-01T10:30Z", None],
            "medium": "sea_surface",
            "method": "manta net",
            "effort": [60.0, 55.0],
            "effort_unit": "m3",
        }
    )
    checked = make_events(raw)
    assert not checked.rejected, checked.rejected
    return checked.accepted
