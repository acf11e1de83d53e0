"""Rules of the ``demo`` command; what it builds is tested with the simulation."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from typer.testing import CliRunner, Result

from core.cli import app
from core.errors import InputError
from core.storage import open_store

Run = Callable[..., Result]
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("GYRE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("GYRE_MODELS_DIR", str(tmp_path / "no-models"))

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["demo", *arguments])

    return call


@pytest.fixture
def quick_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paint 48 px photos, which differ in nothing that these tests look at."""
    from core.simulation import render_photo

    def small(kind: str, *, seed: int, size_px: int = 48) -> npt.NDArray[np.uint8]:
        return render_photo(kind, seed=seed, size_px=48)

    monkeypatch.setattr("core.simulation.flights.render_photo", small)


def test_photos_are_written_and_nothing_else(
    run: Run, tmp_path: Path, quick_photos: None
) -> None:
    result = run("--photos", str(tmp_path / "mine"), "--json")
    assert result.exit_code == 0, result.stderr
    said = json.loads(result.stdout)
    assert (said["n_photos"], said["simulated"]) == (100, True)
    assert len(list((tmp_path / "mine").rglob("*.jpg"))) == 100
    assert "painting photos: 100 of 100" in result.stderr
    assert not (tmp_path / "data").exists()


def test_photos_to_upload_are_not_those_of_the_demo(
    run: Run, tmp_path: Path, quick_photos: None
) -> None:
    from core.simulation import simulate_sea

    run("--photos", str(tmp_path / "mine"))
    mine = {path.name for path in (tmp_path / "mine").rglob("*.jpg")}
    demo = {photo.name for flight in simulate_sea().flights for photo in flight.photos}
    assert not mine & demo


def test_photos_into_a_file_are_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    result = run("--photos", str(tmp_path / "taken"))
    assert isinstance(result.exception, InputError)


def test_demo_that_is_there_is_left_alone(run: Run, tmp_path: Path) -> None:
    from core.governance import record

    folder = tmp_path / "data"
    with open_store(f"sqlite:///{folder / 'gyre.db'}", data_dir=folder) as store:
        for action in ("demo.build", "demo.ocean", "demo.field_data"):
            record(store, action, "demo", "demo:sea", {"seed": 6})
    result = run("--if-missing", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"was_built": False}


def test_real_data_are_never_mixed_with_the_demo_unasked(
    run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    with open_store(f"sqlite:///{folder / 'gyre.db'}", data_dir=folder) as store:
        store.surveys.add("Cruise 12")
    result = run("--if-missing")
    assert result.exit_code == 0
    assert "real data" in result.stdout
    with open_store(f"sqlite:///{folder / 'gyre.db'}", data_dir=folder) as store:
        assert len(store.surveys.listing()) == 1
        assert store.hauls.frame().empty


def test_negative_seed_is_wrong_usage(run: Run) -> None:
    assert run("--seed", "-1").exit_code == 2


@pytest.mark.skipif(
    not (ROOT / "models" / "deployment" / "optimized_cnn_model").is_dir(),
    reason="the shipped model is not in this checkout",
)
@pytest.mark.slow
def test_demo_in_a_fresh_folder_with_the_shipped_model(tmp_path: Path) -> None:
    """The whole way of ``make run``: the model gets 80 % of painted photos right."""
    environment = {**os.environ, "GYRE_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "core", "demo", "--if-missing", "--json"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["n_photos"] == 100
    from core.simulation import simulate_sea

    truth = {
        photo.name: photo.category
        for flight in simulate_sea().flights
        for photo in flight.photos
    }
    right = 0
    with open_store(f"sqlite:///{tmp_path / 'gyre.db'}", data_dir=tmp_path) as store:
        names = {row["sha256"]: row["name"] for row in store.photos.listing()}
        for row in store.predictions.listing():
            right += row["category"] == truth[names[row["photo_sha256"]]]
    assert right >= 80
