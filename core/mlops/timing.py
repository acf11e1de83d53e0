"""What one photo costs each model, measured now and turn by turn.

Models take turns photo by photo, so that a machine that gets busier meanwhile slows
all of them alike.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from core.classification import PhotoClassifier
from core.classification.manifest import read_manifest, read_verified
from core.distribution import load_forest
from core.mlops.registry import DeployedModel

__all__ = ["milliseconds", "predictor"]

_SIDE_PX = (480, 640)
_WARM_UP = 2


def milliseconds(
    models: Sequence[DeployedModel], *, rounds: int = 15, seed: int = 0
) -> dict[str, float]:
    """Fastest prediction of each model, on one thread, decoding left out.

    Other programs can only slow a prediction down, so the fastest of several tells
    most of the model.

    Parameters
    ----------
    models : sequence of DeployedModel
        Of any kind. A forest foretells one place.
    rounds : int, default 15
        Predictions of each model, after two that do not count.
    seed : int, default 0
        Of the picture of noise, 640 x 480.

    Raises
    ------
    ModelError
        If a model cannot be used.
    """
    rng = np.random.default_rng(seed)
    photo = rng.integers(0, 255, (*_SIDE_PX, 3), dtype=np.uint8)
    ready: Mapping[str, Callable[[npt.NDArray[np.uint8]], Any]] = {
        model.model_id: predictor(model) for model in models
    }
    times: dict[str, list[float]] = {name: [] for name in ready}
    for turn in range(rounds + _WARM_UP):
        for name, predict in ready.items():
            started = time.perf_counter()
            predict(photo)
            if turn >= _WARM_UP:
                times[name].append(time.perf_counter() - started)
    return {name: round(1e3 * min(t), 2) for name, t in times.items()}


def predictor(model: DeployedModel) -> Callable[[npt.NDArray[np.uint8]], Any]:
    """Load a model of any kind and return what predicts one photo, or one place."""
    models_dir = model.folder.parent.parent
    if model.kind == "forest":
        forest = load_forest(models_dir, model.model_id)
        code = next(iter(model.content["targets"]))
        day = datetime(2015, 6, 1, tzinfo=UTC)
        return lambda _photo: forest.predict(
            lat=[30.0], lon=[-140.0], time=day, target=code
        )
    if model.kind == "detector":
        from core.config import Settings
        from core.detection import load_detector

        settings = Settings(models_dir=models_dir, threads=1)
        return load_detector(model.model_id, settings=settings).detect
    manifest = read_manifest(model.folder)
    data = read_verified(model.folder, manifest, manifest.prediction_file)
    return PhotoClassifier(manifest, data, threads=1).predict_one
