"""Pages against a store of their own, empty or seeded; nothing is shared."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.forecasts import add_forcing
from core.observations import make_observations
from core.storage import Store, open_store
from tests.core.forecasts.flows import uniform

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
#: AppTest gives up after 3 s otherwise, too soon for a first import of pandas.
TIMEOUT_S = 30


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder that the settings point to."""
    monkeypatch.setenv("GYRE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("GYRE_DATABASE_URL", f"sqlite:///{tmp_path / 'gyre.db'}")
    monkeypatch.setenv("GYRE_ACTOR", "tester")
    st.cache_data.clear()
    st.cache_resource.clear()
    yield tmp_path
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def empty_store(data_dir: Path) -> Iterator[Store]:
    """A store with tables and nothing in them."""
    with open_store(f"sqlite:///{data_dir / 'gyre.db'}", data_dir=data_dir) as store:
        yield store


def seeded_observations(
    *, with_effort: bool = True, simulated: bool = True
) -> pd.DataFrame:
    """Ninety transects north of Hawaii, fixed by a seed; counts rise to the east."""
    rng = np.random.default_rng(20261124)
    n = 90
    lon = rng.uniform(-141.0, -139.5, n)
    rows = pd.DataFrame(
        {
            "survey": rng.choice(["Flight 1", "Flight 2"], n),
            "lat": rng.uniform(30.5, 31.6, n),
            "lon": lon,
            "observed_at": pd.Timestamp("2026-05-01T08:00Z")
            + pd.to_timedelta(np.arange(n) * 40, unit="min"),
            "category": rng.choice(["plastic", "fishing_gear", "wood", "clean"], n),
            "count": rng.poisson(0.2 + 4.0 * (lon + 141.0)),
            "effort_km2": rng.uniform(0.05, 0.6, n) if with_effort else np.nan,
            "simulated": simulated,
        }
    )
    rows.loc[rows["category"] == "clean", "count"] = 0
    checked = make_observations(rows)
    assert not checked.rejected
    return checked.accepted


@pytest.fixture
def make_rows() -> Callable[..., pd.DataFrame]:
    """The rows of the seeded store, or the same without effort or not simulated."""
    return seeded_observations


@pytest.fixture
def seeded_store(empty_store: Store) -> Store:
    """A store with ninety simulated transects of two flights."""
    empty_store.observations.add(seeded_observations())
    return empty_store


@pytest.fixture
def add_flow(empty_store: Store, tmp_path: Path) -> Callable[..., str]:
    """Return a function that takes a uniform flow into the store."""

    def added(
        kind: str = "current", *, name: str = "", south: float = -5.0, **changes: Any
    ) -> str:
        path = tmp_path / f"{kind}.nc"
        flow = uniform(kind, **changes)
        replace(flow, lat=flow.lat + (south + 5.0)).to_netcdf(path)
        label = name or f"Uniform {kind}"
        (forcing_id,) = add_forcing(empty_store, path, name=label, actor="mia")
        return forcing_id

    return added


@pytest.fixture
def open_app(data_dir: Path) -> Callable[..., AppTest]:
    """Open the application on a page, such as ``open_app("debris_map")``."""

    def opened(page: str = "", **query: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=TIMEOUT_S)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        if page:
            app.switch_page(f"views/{page}.py").run()
        return app

    return opened
