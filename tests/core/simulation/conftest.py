"""A classifier that is quick, and photos of the demo painted once a session."""

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt
import pytest

from core.classification import Examination
from core.config import Settings
from core.observations import CATEGORY_CODES
from core.simulation import SimulatedSea, simulate_sea, write_photos
from core.simulation.sea import DEMO_SEED


class ColourClassifier:
    """Tells plastic from clean by brightness; stands in for the shipped model."""

    categories = CATEGORY_CODES
    model_id = "colour_test@1"
    threads = 1
    manifest = SimpleNamespace(input_px=96, low_confidence=0.5)

    def examine(self, pixels: npt.NDArray[np.uint8]) -> Examination:
        shares = np.full(len(self.categories), 0.01)
        code = "plastic" if pixels.mean() > 90 else "clean"
        shares[self.categories.index(code)] = 0.91
        return Examination(probabilities=shares)


@pytest.fixture
def classifier() -> ColourClassifier:
    return ColourClassifier()


@pytest.fixture(scope="session")
def sea() -> SimulatedSea:
    """The demo's sea."""
    return simulate_sea()


@pytest.fixture(scope="session")
def small_sea(sea: SimulatedSea) -> SimulatedSea:
    """The demo's sea with six photos a survey and few deck counts."""
    flights = [replace(flight, photos=flight.photos[:6]) for flight in sea.flights]
    return replace(sea, flights=tuple(flights), deck_counts=sea.deck_counts.head(30))


@pytest.fixture(scope="session")
def painted(tmp_path_factory: pytest.TempPathFactory, small_sea: SimulatedSea) -> Path:
    """Folder as the demo leaves it under ``data/demo``; the photos are small."""
    folder = tmp_path_factory.mktemp("painted")
    write_photos(small_sea.flights, folder / f"photos-seed-{DEMO_SEED}", size_px=64)
    return folder


@pytest.fixture
def settings(
    tmp_path: Path,
    painted: Path,
    small_sea: SimulatedSea,
    monkeypatch: pytest.MonkeyPatch,
) -> Settings:
    """Settings of a data folder of its own; for every seed the small sea and ocean."""
    shutil.copytree(painted, tmp_path / "demo")
    monkeypatch.setattr("core.simulation.demo.simulate_sea", lambda _seed: small_sea)
    monkeypatch.setattr("core.simulation.ocean.FORECAST_MEMBERS", 12)
    monkeypatch.setattr("core.simulation.ocean.SKILL_RESAMPLES", 10)
    return Settings(data_dir=tmp_path, database_url="")
