"""Photos to calibrated probabilities, through LiteRT on every core."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.classification.champions import classifier_in_use
from core.classification.domain import DOMAIN_NAME, DomainStatistics, read_domain
from core.classification.interpreters import InterpreterPool
from core.classification.manifest import (
    ModelManifest,
    find_model,
    read_manifest,
    read_verified,
)
from core.errors import InputError, ModelError

if TYPE_CHECKING:
    from core.config import Settings

__all__ = ["Examination", "PhotoClassifier", "load_classifier", "to_input"]

Probabilities = npt.NDArray[np.float64]
_MAX_THREADS = 16
_SIGNATURE = "serving_default"


@dataclass(frozen=True, kw_only=True, eq=False)
class Examination:
    """All that the network says of one photo.

    Attributes
    ----------
    probabilities : ndarray of float64, shape (n_categories,)
        Calibrated probabilities.
    features : ndarray of float32, shape (n_features,), or None
        Pooled features of the last layer; None for a model file without them.
    early_features : ndarray of float32, shape (n_early,), or None
        Pooled features of an earlier layer, which know more than the categories.
    activation : ndarray of float32, shape (h, w, n_categories), or None
        Part of each place in the logits before pooling; None for a model file
        without it.
    domain_distance : float or None
        How far the photo lies from those the model knows, about one if it is like
        them; None if the model has no statistics of them.
    is_foreign : bool
        The photo lies farther off than the model's threshold.
    """

    probabilities: Probabilities
    features: npt.NDArray[np.float32] | None = None
    early_features: npt.NDArray[np.float32] | None = None
    activation: npt.NDArray[np.float32] | None = None
    domain_distance: float | None = None
    is_foreign: bool = False


class PhotoClassifier(InterpreterPool):
    """A photo classifier ready to predict; safe to share between threads.

    Every thread that predicts borrows an interpreter of its own, with one LiteRT
    thread each: photos are independent, so this keeps all cores busy with the photos
    themselves.

    Parameters
    ----------
    manifest : ModelManifest
        Says categories, input size, calibration and threshold.
    model : bytes
        The LiteRT model, already compared with the manifest.
    domain : DomainStatistics, optional
        Where the photos lie that the model knows; without them none is foreign.
    threads : int, default 0
        Threads for prediction; 0 means every core this process may use.

    Raises
    ------
    ModelError
        If LiteRT cannot use the model, or it does not fit its manifest or its
        statistics.
    """

    def __init__(
        self,
        manifest: ModelManifest,
        model: bytes,
        *,
        domain: DomainStatistics | None = None,
        threads: int = 0,
    ) -> None:
        self.manifest = manifest
        self.domain = domain
        self.threads = min(threads or _usable_cores(), _MAX_THREADS)
        super().__init__(model)
        first = self._new_interpreter()
        self._outputs = _named_outputs(first)
        side = manifest.input_px
        shapes = (
            first.get_input_details()[0]["shape"].tolist(),
            self._outputs["logits"]["shape"].tolist(),
        )
        if shapes != ([1, side, side, 3], [1, len(manifest.categories)]):
            raise ModelError(
                f"{manifest.model_id} takes and gives shapes {shapes}, "
                "which do not fit its manifest"
            )
        early = self._outputs.get("early_features")
        n_early = 0 if early is None else int(early["shape"][-1])
        if domain is not None and len(domain.mean) != n_early:
            raise ModelError(
                f"{manifest.model_id} gives {n_early} early features, its statistics "
                f"of known photos are of {len(domain.mean)}"
            )
        self._idle.put(first)

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories in the order of the probabilities."""
        return self.manifest.categories

    @property
    def model_id(self) -> str:
        """Name and version, such as ``optimized_cnn_model@1``."""
        return self.manifest.model_id

    def predict(self, photos: Sequence[npt.NDArray[np.uint8]]) -> Probabilities:
        """Classify photos.

        Parameters
        ----------
        photos : sequence of ndarray of uint8, each of shape (h, w, 3)
            RGB, upright, any size.

        Returns
        -------
        ndarray of float64, shape (n, n_categories)
            Calibrated probabilities; each row sums to one.

        Raises
        ------
        InputError
            If a photo is not of that shape and type.
        """
        rows = [found.probabilities for found in self.examine_many(photos)]
        return np.array(rows, dtype=np.float64).reshape(-1, len(self.categories))

    def examine_many(
        self, photos: Sequence[npt.NDArray[np.uint8]]
    ) -> list[Examination]:
        """Examine photos on every thread, in their order; as `examine` otherwise."""
        for number, photo in enumerate(photos):
            _check_pixels(photo, number)
        if len(photos) < 2 or self.threads < 2:
            return [self.examine(photo) for photo in photos]
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(self.examine, photos))

    def predict_one(self, photo: npt.NDArray[np.uint8]) -> Probabilities:
        """Classify one photo in the calling thread.

        Parameters
        ----------
        photo : ndarray of uint8, shape (h, w, 3)
            RGB, upright, any size.

        Returns
        -------
        ndarray of float64, shape (n_categories,)
            Calibrated probabilities.
        """
        return self.examine(photo).probabilities

    def examine(self, photo: npt.NDArray[np.uint8]) -> Examination:
        """Classify one photo in the calling thread, and tell why.

        Parameters
        ----------
        photo : ndarray of uint8, shape (h, w, 3)
            RGB, upright, any size.

        Returns
        -------
        Examination
            Probabilities, and what else the model file gives.

        Raises
        ------
        ModelError
            If the network's answer is not finite.
        """
        pixels = to_input(photo, self.manifest.input_px)
        with self._borrowed() as interpreter:
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], pixels)
            interpreter.invoke()
            found = {
                name: interpreter.get_tensor(output["index"])[0]
                for name, output in self._outputs.items()
            }
        logits = found["logits"]
        if not np.isfinite(logits).all():
            raise ModelError(f"{self.model_id} gives no usable numbers for this photo")
        early, distance = found.get("early_features"), None
        if self.domain is not None and early is not None:
            distance = float(self.domain.distances(early[np.newaxis])[0])
        return Examination(
            probabilities=self.manifest.probabilities(logits),
            features=found.get("features"),
            early_features=early,
            activation=found.get("activation"),
            domain_distance=distance,
            is_foreign=distance is not None
            and self.domain is not None
            and distance > self.domain.threshold,
        )


def load_classifier(
    name: str | None = None, *, settings: "Settings"
) -> PhotoClassifier:
    """Load a deployed classifier after comparing its hash with its manifest.

    Parameters
    ----------
    name : str, optional
        ``NAME`` or ``NAME@VERSION``; the setting ``model`` or the champion if not
        given.
    settings : Settings
        Says where models lie and how many threads to use.

    Raises
    ------
    NotFoundError
        If there is no such model.
    ModelIntegrityError
        If the model file differs from its manifest.
    ModelError
        If the manifest or the model cannot be used.
    """
    folder = find_model(settings.models_dir, name or classifier_in_use(settings))
    manifest = read_manifest(folder)
    model = read_verified(folder, manifest, manifest.prediction_file)
    domain = None
    if "domain" in manifest.content:
        data = read_verified(folder, manifest, DOMAIN_NAME)
        domain = read_domain(data, model_id=manifest.model_id)
    return PhotoClassifier(manifest, model, domain=domain, threads=settings.threads)


def to_input(photo: npt.NDArray[np.uint8], side_px: int) -> npt.NDArray[np.float32]:
    """Squash a whole photo to the network's square, smoothed against aliasing.

    Nothing is cut off, so that debris at the border counts; the network was trained
    on distorted crops and scales the values itself.

    Returns
    -------
    ndarray of float32, shape (1, side_px, side_px, 3)
        Values from 0 to 255.
    """
    image = Image.fromarray(photo)
    if image.size != (side_px, side_px):
        image = image.resize(
            (side_px, side_px), Image.Resampling.BILINEAR, reducing_gap=3.0
        )
    return np.asarray(image, dtype=np.float32)[np.newaxis]


def _named_outputs(interpreter: Any) -> dict[str, Any]:
    """Find the outputs by name; the only output of an older file is its logits."""
    outputs = interpreter.get_output_details()
    if len(outputs) == 1:
        return {"logits": outputs[0]}
    runner = interpreter.get_signature_runner(_SIGNATURE)
    return dict(runner.get_output_details())


def _check_pixels(photo: npt.NDArray[np.uint8], number: int) -> None:
    shape = np.shape(photo)
    fits = len(shape) == 3 and shape[-1] == 3 and min(shape) > 0
    kind = getattr(photo, "dtype", type(photo).__name__)
    if not fits or kind != np.uint8:
        raise InputError(
            f"photo {number} must be uint8 of shape (h, w, 3), "
            f"got {kind} of shape {shape}"
        )


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
