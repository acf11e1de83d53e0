"""A store, and a way to fill it with uniform flows."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from core.forecasts import add_forcing
from core.storage import Store, open_store
from tests.core.forecasts.flows import uniform


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'store' / 'gyre.db'}") as opened:
        yield opened


@pytest.fixture
def add(store: Store, tmp_path: Path) -> Callable[..., str]:
    """Return a function that takes a uniform flow into the store."""

    def add_one(kind: str = "current", **changes: float | bool | int) -> str:
        path = tmp_path / f"{kind}.nc"
        uniform(kind, **changes).to_netcdf(path)  # type: ignore[arg-type]
        (forcing_id,) = add_forcing(store, path, name=f"Uniform {kind}", actor="mia")
        return forcing_id

    return add_one


@pytest.fixture
def seeds() -> pd.DataFrame:
    """Two seeds on the equator whose position is known exactly."""
    return pd.DataFrame(
        {
            "seed_id": ["A", "B"],
            "lat": [0.0, 1.0],
            "lon": [-158.0, -157.0],
            "category": ["net", "plastic"],
            "mass_kg": [100.0, None],
            "radius_m": [0.0, 0.0],
        }
    )
