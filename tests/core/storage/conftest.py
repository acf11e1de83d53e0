"""A store in a folder of its own."""

import pandas as pd
import pytest

from core.observations import make_observations
from core.storage import open_store


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'gyre.db'}"


@pytest.fixture
def store(url):
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def frame():
    """Three observations, a day and ten degrees apart."""
    raw = pd.DataFrame(
        {
            "lat": [30.0, 31.0, 32.0],
            "lon": [-140.0, -150.0, 179.5],
            "observed_at": ["2026-06-01", "2026-06-02", "2026-06-03"],
            "category": ["plastic", "glass", "clean"],
            "count": [3, 1, 0],
            "mass_kg": [None, 0.5, None],
            "effort_km2": [0.1, None, 0.2],
            "survey": ["north", "south", "south"],
        }
    )
    return make_observations(raw).accepted
