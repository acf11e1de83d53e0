"""Photos a second from 12-megapixel JPEGs, against Keras on fully decoded photos.

Both sides start from the same files on disk and end with probabilities, in one run:
Gyre decodes at reduced scale and predicts with LiteRT on every core; the baseline
decodes in full with Pillow, resizes, and calls Keras ``predict`` on the SavedModel.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks import Row
from core.classification import (
    PhotoClassifier,
    classify_files,
    find_model,
    load_classifier,
)
from core.classification.classifier import to_input
from core.config import PROJECT_ROOT, load_settings
from core.simulation import RENDER_KINDS, render_photo

__all__ = ["run"]

_WIDTH, _HEIGHT = 4000, 3000
_N_PHOTOS = 20
_N_CLI = 10
_BATCH = 32


def run() -> list[Row]:
    """Time prediction from files, the Keras baseline, and the command line."""
    settings = load_settings()
    with tempfile.TemporaryDirectory() as name:
        paths = _photos(Path(name), _N_PHOTOS)
        classifier = load_classifier(settings=settings)
        list(classify_files(paths[:2], classifier))  # interpreters made, files cached
        started = time.perf_counter()
        ours = list(classify_files(paths, classifier))
        ours_s = time.perf_counter() - started
        command_s = _command_line(paths[:_N_CLI], Path(name))
        folder = find_model(settings.models_dir, settings.model) / "saved_model"
        decode_s, predict_s, logits = _keras(paths, folder, classifier)
    agree = np.mean(
        [
            classifier.categories.index(result.category) == row.argmax()
            for result, row in zip(ours, logits, strict=True)
        ]
    )
    n, baseline_s = len(paths), decode_s + predict_s
    megabytes = f"{_WIDTH}x{_HEIGHT} JPEG"
    return [
        {
            "measure": "classify files",
            "value": n / ours_s,
            "unit": "photos/s",
            "note": f"{megabytes}, {classifier.threads} threads",
        },
        {
            "measure": "Keras, full decoding and predict",
            "value": n / baseline_s,
            "unit": "photos/s",
            "note": f"decoding {decode_s / n * 1e3:.0f} ms, "
            f"predict {predict_s / n * 1e3:.0f} ms a photo",
        },
        {"measure": "ratio", "value": baseline_s / ours_s, "unit": "times"},
        {
            "measure": "same category as Keras",
            "value": 100 * float(agree),
            "unit": "%",
            "note": f"{n} photos",
        },
        {
            "measure": f"command line, {_N_CLI} photos",
            "value": command_s,
            "unit": "s",
            "note": "from process start, best of 3",
        },
    ]


def _photos(folder: Path, n: int) -> list[Path]:
    """Write simulated photos with sensor noise, as large as a camera's."""
    rng = np.random.default_rng(0)
    kinds = list(RENDER_KINDS)
    paths = []
    for number in range(n):
        small = render_photo(kinds[number % len(kinds)], seed=number, size_px=1000)
        image = Image.fromarray(small).resize((_WIDTH, _HEIGHT))
        grain = rng.normal(0, 4, (_HEIGHT, _WIDTH, 1)).astype(np.float32)
        pixels = np.clip(np.asarray(image, np.float32) + grain, 0, 255)
        path = folder / f"photo_{number:02d}.jpg"
        Image.fromarray(pixels.astype(np.uint8)).save(path, quality=90)
        paths.append(path)
    return paths


def _command_line(paths: list[Path], folder: Path) -> float:
    command = [sys.executable, "-m", "core", "classify", *map(str, paths)]
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(
            [*command, "--out", str(folder / "p.csv")],
            cwd=PROJECT_ROOT,
            check=True,
            capture_output=True,
        )
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def _keras(
    paths: list[Path], saved_model: Path, classifier: PhotoClassifier
) -> tuple[float, float, npt.NDArray[np.float32]]:
    """Decode in full, then predict; seconds of each, and the logits."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    side_px = classifier.manifest.input_px
    pixels = keras.layers.Input((side_px, side_px, 3))
    layer = keras.layers.TFSMLayer(str(saved_model), call_endpoint="serving_default")
    model = keras.Model(pixels, layer(pixels))
    model.predict(np.zeros((_BATCH, side_px, side_px, 3), np.float32), verbose=0)
    started = time.perf_counter()
    batch = []
    for path in paths:
        with Image.open(path) as image:
            batch.append(to_input(np.asarray(image.convert("RGB")), side_px)[0])
    decoded = time.perf_counter()
    found = model.predict(np.stack(batch), batch_size=_BATCH, verbose=0)
    logits = next(iter(found.values())) if isinstance(found, dict) else found
    return decoded - started, time.perf_counter() - decoded, np.asarray(logits)
