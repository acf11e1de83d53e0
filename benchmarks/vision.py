"""Photos a second through decode, classify and detect, against other runtimes.

All sides do the same in one run, from files on disk to categories and boxes: decode
once, classify, find boxes. Ours is LiteRT after decoding at reduced scale. The others
are onnxruntime on the same LiteRT files converted by tf2onnx, once with our decoder (so
that the runtime alone differs) and once decoding in full and averaging down, as is
customary; and the classifier's SavedModel under TensorFlow with our decoder. Threads
are the same, every side is warm, and rounds alternate so that a busy machine slows all
sides; ratios are medians over rounds. The share of decoding is of processor time.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks import Row
from benchmarks._vision_peers import keras_runner, onnx_runner, with_runner
from core.classification import PhotoClassifier, find_model, load_classifier
from core.config import Settings, load_settings
from core.detection import DebrisDetector, load_detector
from core.errors import NotFoundError
from core.imagery import decode_for_prediction, decode_photo, read_photo_file
from core.imagery.pixels import shrink
from core.simulation import RENDER_KINDS, render_photo

__all__ = ["run"]

#: Width, height and number of the made-up photos: a camera's, and a survey drone's
#: video frame.
SIZES = {"12 megapixels": (4000, 3000, 8), "survey size": (1280, 960, 16)}
N_ROUNDS = 5


@dataclass(frozen=True)
class _Side:
    name: str
    classifier: PhotoClassifier
    detector: DebrisDetector | None
    decodes_in_full: bool = False

    def steps(self, path: Path) -> tuple[float, float, float]:
        """Do one photo; processor seconds of decode, classify and detect.

        They are the whole process's, since TensorFlow works in threads of its own: they
        mean something only while one photo at a time is done.
        """
        started = time.process_time()
        side_px = self.classifier.manifest.input_px
        if self.detector is not None:
            side_px = max(side_px, self.detector.decode_side_px)
        data = read_photo_file(path)
        if self.decodes_in_full:
            whole = decode_photo(data, name=path.name)
            small = shrink(Image.fromarray(whole.pixels), side_px)
            photo = replace(whole, pixels=np.asarray(small))
        else:
            photo = decode_for_prediction(data, name=path.name, min_side_px=side_px)
        decoded = time.process_time()
        self.classifier.examine(photo.pixels)
        classified = time.process_time()
        if self.detector is not None:
            self.detector.detect_photo(photo)
        done = time.process_time()
        return decoded - started, classified - decoded, done - classified


def run(
    *,
    settings: Settings | None = None,
    sizes: dict[str, tuple[int, int, int]] | None = None,
    n_rounds: int = N_ROUNDS,
) -> list[Row]:
    """Time all sides on photos of each size."""
    settings = settings or load_settings()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sides, rows = _sides(settings, folder)
        for label, (width, height, n) in (sizes or SIZES).items():
            paths = _photos(folder, label, width, height, n)
            rows += _timed(label, paths, sides, n_rounds)
    return rows


def _sides(settings: Settings, folder: Path) -> tuple[list[_Side], list[Row]]:
    """Ours first; a peer that cannot be had is told with its reason."""
    rows: list[Row] = []
    classifier = load_classifier(settings=settings)
    detector: DebrisDetector | None = None
    try:
        detector = load_detector(settings=settings)
    except NotFoundError as error:
        rows.append(_row("detector", 0, "deployed", str(error)))
    sides = [_Side("LiteRT", classifier, detector)]
    try:
        other = with_runner(classifier, onnx_runner(classifier, folder))
        boxes = detector and with_runner(detector, onnx_runner(detector, folder))
        sides += [
            _Side("onnxruntime", other, boxes),
            _Side("onnxruntime, decoding in full", other, boxes, decodes_in_full=True),
        ]
    except (ImportError, RuntimeError) as error:
        rows.append(_row("onnxruntime", 0, "measured", str(error)))
    try:
        home = find_model(settings.models_dir, classifier.model_id)
        # The detector ships without a SavedModel; ours serves both sides there.
        sides.append(
            _Side(
                "Keras classifier",
                with_runner(classifier, keras_runner(classifier, home)),
                detector,
            )
        )
    except (ImportError, RuntimeError) as error:
        rows.append(_row("Keras classifier", 0, "measured", str(error)))
    return sides, rows


def _through(pool: ThreadPoolExecutor, side: _Side, paths: Sequence[Path]) -> None:
    for _ in pool.map(side.steps, paths):
        pass


def _timed(
    label: str, paths: Sequence[Path], sides: Sequence[_Side], n_rounds: int
) -> list[Row]:
    threads = sides[0].classifier.threads
    seconds: dict[str, list[float]] = {side.name: [] for side in sides}
    with ThreadPoolExecutor(threads) as pool:
        for number in range(-1, n_rounds):
            order = sides if number % 2 else sides[::-1]
            for side in order:
                took = _wall(partial(_through, pool, side, paths))
                if number >= 0:  # the first round only warms
                    seconds[side.name].append(took)
    n, ours = len(paths), seconds[sides[0].name]
    rows = []
    for side in sides:
        own = seconds[side.name]
        note = f"{n} photos, {threads} threads, best of {n_rounds}"
        rows.append(_row(f"{label}: {side.name}", n / min(own), "photos/s", note))
    for side in sides[1:]:
        ratios = [b / a for a, b in zip(ours, seconds[side.name], strict=True)]
        low, high = min(ratios), max(ratios)
        note = f"median of {n_rounds} paired rounds, {low:.2f} to {high:.2f}"
        rows.append(
            _row(
                f"{label}: LiteRT over {side.name}",
                statistics.median(ratios),
                "times",
                note,
            )
        )
    return rows + _shares(label, paths, sides)


def _shares(label: str, paths: Sequence[Path], sides: Sequence[_Side]) -> list[Row]:
    """Processor time of each step in one thread, the least of three passes."""
    rows = []
    for side in sides:
        passes = [
            np.sum([side.steps(path) for path in paths], axis=0) for _ in range(3)
        ]
        decode, classify, detect = np.min(passes, axis=0) / len(paths) * 1e3
        whole = decode + classify + detect
        rows.append(
            _row(
                f"{label}: JPEG decoding with {side.name}",
                100 * decode / whole,
                "% of time",
                f"decode {decode:.1f}, classify {classify:.1f}, "
                f"detect {detect:.1f} ms a photo",
            )
        )
    return rows


def _wall(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _row(measure: str, value: float, unit: str, note: str = "") -> Row:
    return {"measure": measure, "value": float(value), "unit": unit, "note": note}


def _photos(folder: Path, label: str, width: int, height: int, n: int) -> list[Path]:
    """Paint photos with sensor noise, as large as asked."""
    rng = np.random.default_rng(0)
    kinds = list(RENDER_KINDS)
    paths = []
    for number in range(n):
        small = render_photo(kinds[number % len(kinds)], seed=number, size_px=800)
        image = Image.fromarray(small).resize((width, height))
        grain = rng.normal(0, 4, (height, width, 1)).astype(np.float32)
        pixels = np.clip(np.asarray(image, np.float32) + grain, 0, 255)
        path = folder / f"{label.replace(' ', '_')}_{number:02d}.jpg"
        Image.fromarray(pixels.astype(np.uint8)).save(path, quality=90)
        paths.append(path)
    return paths
