"""A store with a uniform sea, and a plan to ask for."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.forecasts import add_forcing
from core.routing import PlanRequest, accept_sites, parse_fleet
from core.storage import Store, open_store
from tests.core.forecasts.flows import START, uniform
from tests.core.planning.small import FLEET, SITES


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
def plan_wish() -> PlanRequest:
    """Forty hours from the second hour of the forcing on."""
    return PlanRequest(
        sites=accept_sites(SITES).frame,
        fleet=parse_fleet(FLEET),
        hours=40.0,
        start_at=START + timedelta(hours=1),
        seconds=5.0,
        iterations=60,
        seed=3,
    )
