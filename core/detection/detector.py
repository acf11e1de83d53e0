"""Photos to boxes, through LiteRT on every core."""

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.classification import (
    ModelManifest,
    find_model,
    read_manifest,
)
from core.classification.interpreters import InterpreterPool
from core.classification.manifest import read_verified
from core.detection.boxes import Boxes, candidates, demote_second_categories, suppress
from core.detection.letterbox import letterbox
from core.detection.options import DetectorOptions, read_options
from core.detection.records import Detection
from core.detection.rescore import CropClassifier, rescored
from core.detection.second_stage import second_stage
from core.detection.tiles import Tile, is_cut_by, merge_tiles, plan_tiles, weighted
from core.errors import InputError, ModelError

if TYPE_CHECKING:
    from core.config import Settings
    from core.imagery import Photo

__all__ = ["DEFAULT_DETECTOR", "DebrisDetector", "load_detector"]

DEFAULT_DETECTOR = "debris_detector"
_MAX_THREADS = 16
#: Pairs of place and category that suppression looks at; more change nothing
#: but its time.
_MAX_CANDIDATES = 600
#: A box that ends this close to a tile's border, in network pixels, may go on.
_CUT_WITHIN_PX = 3.0
#: A tiled photo may show so many times as much.
_TILED_MORE = 3
#: Boxes thinner than this, in network pixels, are no objects.
_LEAST_SIDE_PX = 1.0


class DebrisDetector(InterpreterPool):
    """Finds and names debris in photos; safe to share between threads.

    Every thread that detects borrows an interpreter of its own, with one LiteRT
    thread each, as `core.classification.PhotoClassifier` does.

    Parameters
    ----------
    manifest : ModelManifest
        Of kind ``detector``.
    model : bytes
        The LiteRT model, already compared with the manifest.
    threads : int, default 0
        Threads for a batch of photos; 0 means every core this process may use.
    classifier : CropClassifier, optional
        The second stage; needed if the manifest has ``detector.rescore``.

    Raises
    ------
    ModelError
        If LiteRT cannot use the model, it does not fit its manifest, or the second
        stage is missing.
    """

    def __init__(
        self,
        manifest: ModelManifest,
        model: bytes,
        *,
        threads: int = 0,
        classifier: CropClassifier | None = None,
    ) -> None:
        self.manifest = manifest
        self.options: DetectorOptions = read_options(manifest)
        self.threads = min(threads or _usable_cores(), _MAX_THREADS)
        if self.options.rescore is not None and classifier is None:
            raise ModelError(f"{manifest.model_id} needs a classifier of crops")
        self._classifier = classifier
        super().__init__(model)
        first = self._new_interpreter()
        self._outputs = self._find_outputs(first)
        self._idle.put(first)

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories that it tells apart."""
        return self.manifest.categories

    @property
    def model_id(self) -> str:
        """Name and version, such as ``debris_detector@1``."""
        return self.manifest.model_id

    @property
    def score_threshold(self) -> float:
        """Score from which a box counts as an object."""
        return self.options.score_threshold

    @property
    def decode_side_px(self) -> int:
        """Shorter side that a decoded photo needs, for `decode_for_prediction`."""
        tiles = self.options.tiles
        factor = tiles.from_sides if tiles.max_tiles > 1 else 1.0
        return round(factor * self.options.input_px)

    def detect(self, pixels: npt.NDArray[np.uint8]) -> tuple[Detection, ...]:
        """Find the objects of one photo, in the calling thread.

        Parameters
        ----------
        pixels : ndarray of uint8, shape (h, w, 3)
            RGB, upright, any size; large ones are tiled.

        Returns
        -------
        tuple of Detection
            In pixels of that array, highest score first; everything above the floor
            of the manifest, so compare with `score_threshold` before counting.

        Raises
        ------
        InputError
            If the photo is not of that shape and type.
        """
        _check_pixels(pixels)
        options = self.options
        height, width = pixels.shape[:2]
        image = Image.fromarray(pixels)
        boxes = self._look(image, Tile(0, 0, width, height))
        tiles = plan_tiles(width, height, options.input_px, options.tiles)
        if tiles:
            found = [(tile, self._look_closely(image, tile)) for tile in tiles]
            boxes = merge_tiles(boxes, found, iou=options.nms_iou)
        if options.rescore is not None and self._classifier is not None and len(boxes):
            boxes = rescored(
                pixels,
                boxes,
                self._classifier,
                self.categories,
                options.rescore,
                floor=options.score_floor,
                iou=options.nms_iou,
            )
        boxes = demote_second_categories(
            boxes, iou=options.merge_iou, weight=options.second_weight
        )
        n_most = options.max_boxes * (_TILED_MORE if tiles else 1)
        return self._records(_first(boxes, n_most))

    def detect_photo(self, photo: "Photo") -> tuple[Detection, ...]:
        """Find the objects of a decoded photo, in pixels of the full upright photo.

        Parameters
        ----------
        photo : Photo
            In full, or reduced by ``decode_for_prediction`` with `decode_side_px`.
        """
        height, width = photo.pixels.shape[:2]
        by_x, by_y = photo.width / width, photo.height / height
        return tuple(found.scaled(by_x, by_y) for found in self.detect(photo.pixels))

    def _look(self, image: Image.Image, part: Tile) -> Boxes:
        """Run the network on a part of a photo; boxes in pixels of the photo."""
        options = self.options
        pixels, scale = letterbox(image, part, options.input_px)
        corners, scores = self._infer(pixels)
        found = candidates(
            corners, scores, floor=options.score_floor, max_boxes=_MAX_CANDIDATES
        )
        origin = np.array([part.left, part.top] * 2, dtype=np.float32)
        limits = np.array([part.right, part.bottom] * 2, dtype=np.float32)
        placed = found.corners / np.float32(scale) + origin
        placed = np.minimum(np.maximum(placed, origin), limits)
        cut = is_cut_by(placed, part, *image.size, near=_CUT_WITHIN_PX / scale)
        boxes = Boxes(placed, found.labels, found.scores, found.vectors, cut)
        is_thin = (placed[:, 2:] - placed[:, :2]).min(axis=1, initial=np.inf)
        boxes = boxes.take(is_thin * min(scale, 1.0) >= _LEAST_SIDE_PX)
        return _first(suppress(boxes, iou=options.nms_iou), options.max_boxes)

    def _look_closely(self, image: Image.Image, tile: Tile) -> Boxes:
        """Look at a tile; what the whole photo shows better counts less."""
        return weighted(
            self._look(image, tile),
            tile,
            weight=self.options.tiles.weight,
            floor=self.options.score_floor,
        )

    def _infer(
        self, pixels: npt.NDArray[np.float32]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        boxes, scores = self._outputs
        with self._borrowed() as interpreter:
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels)
            interpreter.invoke()
            return interpreter.get_tensor(boxes)[0], interpreter.get_tensor(scores)[0]

    def _records(self, boxes: Boxes) -> tuple[Detection, ...]:
        boxes = boxes.take(boxes.scores >= self.options.score_floor)
        corners = boxes.corners.astype(float).tolist()
        return tuple(
            Detection(
                category=self.categories[label],
                x_px=left,
                y_px=top,
                w_px=right - left,
                h_px=bottom - top,
                score=min(score, 1.0),
            )
            for (left, top, right, bottom), label, score in zip(
                corners, boxes.labels.tolist(), boxes.scores.tolist(), strict=True
            )
        )

    def _find_outputs(self, interpreter: Any) -> tuple[int, int]:
        """Find the tensors ``boxes`` and ``scores``; refuse other shapes."""
        details = {}
        for name in interpreter.get_signature_list():
            runner = interpreter.get_signature_runner(name)
            details.update(runner.get_output_details())
        shapes = {name: entry["shape"].tolist() for name, entry in details.items()}
        given = interpreter.get_input_details()[0]["shape"].tolist()
        side, n_categories = self.options.input_px, len(self.categories)
        n_places = (shapes.get("boxes") or [0, 0])[1]
        if (
            given != [1, side, side, 3]
            or shapes.get("boxes") != [1, n_places, 4]
            or shapes.get("scores") != [1, n_places, n_categories]
        ):
            raise ModelError(
                f"{self.model_id} takes shape {given} and gives {shapes}, "
                "which do not fit its manifest"
            )
        return int(details["boxes"]["index"]), int(details["scores"]["index"])


def load_detector(name: str | None = None, *, settings: "Settings") -> DebrisDetector:
    """Load a deployed detector after comparing its hash with its manifest.

    Parameters
    ----------
    name : str, optional
        ``NAME`` or ``NAME@VERSION``; ``debris_detector`` if not given.
    settings : Settings
        Says where models lie and how many threads to use.

    Raises
    ------
    NotFoundError
        If there is no such model, or none of the classifier of its second stage.
    ModelIntegrityError
        If a model file differs from its manifest.
    ModelError
        If the manifest or the model cannot be used, or it is no detector.
    """
    folder = find_model(settings.models_dir, name or DEFAULT_DETECTOR)
    manifest = read_manifest(folder)
    classifier = second_stage(folder, manifest, models_dir=settings.models_dir)
    model = read_verified(folder, manifest, manifest.prediction_file)
    return DebrisDetector(
        manifest, model, threads=settings.threads, classifier=classifier
    )


def _first(boxes: Boxes, n: int) -> Boxes:
    return boxes.take(np.arange(min(n, len(boxes))))


def _check_pixels(photo: npt.NDArray[np.uint8]) -> None:
    shape = np.shape(photo)
    fits = len(shape) == 3 and shape[-1] == 3 and min(shape) > 0
    kind = getattr(photo, "dtype", type(photo).__name__)
    if not fits or kind != np.uint8:
        raise InputError(
            f"the photo must be uint8 of shape (h, w, 3), got {kind} of shape {shape}"
        )


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
