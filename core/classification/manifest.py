"""The manifest beside every deployed model: what it is and what its files hash to.

A deployed model lies in ``<models_dir>/<name>/<version>/`` with a ``manifest.json``
that lists every file with its SHA-256. Nothing of a model is used before its hash was
compared.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.classification.champions import champions
from core.errors import InputError, ModelError, ModelIntegrityError, NotFoundError

__all__ = [
    "MANIFEST_NAME",
    "ModelFile",
    "ModelManifest",
    "calibrated",
    "deployed_models",
    "find_model",
    "read_manifest",
    "read_verified",
    "softmax",
    "verify_model",
]

MANIFEST_NAME = "manifest.json"
_FORMAT = 1
_MAX_MANIFEST_BYTES = 2_000_000
_LEAST_ENTROPY = 0.02
_SPEC = re.compile(r"(?P<name>[a-z][a-z0-9_]{0,63})(@(?P<version>[1-9][0-9]{0,5}))?")


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """One file of a model as the manifest promises it."""

    name: str
    sha256: str
    n_bytes: int


@dataclass(frozen=True, kw_only=True)
class ModelManifest:
    """What a deployed model says of itself.

    Attributes
    ----------
    name, version : str, int
        Identity; `model_id` joins them.
    categories : tuple of str
        Order of the model's output.
    input_px : int
        Side of the square the network sees.
    temperature : float
        Divides the logits before the softmax (calibration).
    low_confidence : float
        Below this probability a prediction is marked ``low_confidence``.
    prediction_file : str
        The LiteRT model among the files.
    files : tuple of ModelFile
        Every file of the model.
    content : mapping
        The whole manifest: metrics, training data and their licences, dates.
    bias : tuple of float
        Added to the scaled logits, one a category; empty if there is none.
    entropy_power : float
        Lets the temperature grow with the entropy of each photo's answer, see
        `calibrated`; zero if it does not.
    """

    name: str
    version: int
    categories: tuple[str, ...]
    input_px: int
    temperature: float
    low_confidence: float
    prediction_file: str
    files: tuple[ModelFile, ...]
    content: Mapping[str, Any]
    bias: tuple[float, ...] = ()
    entropy_power: float = 0.0

    def probabilities(self, logits: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Calibrated probabilities of logits along the last axis."""
        return calibrated(
            logits,
            temperature=self.temperature,
            bias=self.bias,
            entropy_power=self.entropy_power,
        )

    @property
    def model_id(self) -> str:
        """Name and version, as written into every result."""
        return f"{self.name}@{self.version}"

    def file(self, name: str) -> ModelFile:
        """Look a file's entry up.

        Raises
        ------
        ModelError
            If the manifest does not list it.
        """
        for entry in self.files:
            if entry.name == name:
                return entry
        raise ModelError(f"the manifest of {self.model_id} does not list {name}")


def softmax(
    logits: npt.NDArray[Any],
    *,
    temperature: float = 1.0,
    bias: Sequence[float] = (),
) -> npt.NDArray[np.float64]:
    """Probabilities of logits along the last axis, at a calibration temperature.

    Parameters
    ----------
    logits : ndarray of float, shape (..., n_categories)
        As the network gives them.
    temperature : float, default 1.0
        Divides the logits; positive.
    bias : sequence of float, optional
        Added to the divided logits, one a category.
    """
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    if len(bias) > 0:
        scaled = scaled + np.asarray(bias, dtype=np.float64)
    shifted = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def calibrated(
    logits: npt.NDArray[Any],
    *,
    temperature: float,
    bias: Sequence[float] = (),
    entropy_power: float = 0.0,
) -> npt.NDArray[np.float64]:
    """Probabilities of logits at a temperature that may follow their entropy [1]_.

    The temperature of each photo is ``temperature * h ** entropy_power``, with the
    entropy ``h`` of its softmax as a share of the largest, but not below 0.02. The
    likeliest category stays the likeliest.

    Parameters
    ----------
    logits : ndarray of float, shape (..., n_categories)
        As the network gives them, but for a constant.
    temperature : float
        At the largest entropy; positive.
    bias : sequence of float, optional
        Added to the divided logits, one a category.
    entropy_power : float, default 0.0
        Zero for one temperature.

    References
    ----------
    .. [1] S. Balanya, J. Maronas and D. Ramos, "Adaptive Temperature Scaling for
       Robust Calibration of Deep Neural Networks", 2022 (arXiv 2208.00461).
    """
    logits = np.asarray(logits, dtype=np.float64)
    if entropy_power == 0.0:
        return softmax(logits, temperature=temperature, bias=bias)
    shares = softmax(logits)
    entropy = -(shares * np.log(np.maximum(shares, 1e-300))).sum(axis=-1, keepdims=True)
    entropy = np.maximum(entropy / np.log(max(logits.shape[-1], 2)), _LEAST_ENTROPY)
    own = temperature * entropy**entropy_power
    return softmax(logits / own, bias=bias)


def deployed_models(models_dir: Path) -> dict[str, list[int]]:
    """List the versions of every deployed model, oldest first."""
    found: dict[str, list[int]] = {}
    for path in sorted(models_dir.glob(f"*/*/{MANIFEST_NAME}")):
        spec = f"{path.parts[-3]}@{path.parts[-2]}"
        if _SPEC.fullmatch(spec):
            found.setdefault(path.parts[-3], []).append(int(path.parts[-2]))
    return {name: sorted(versions) for name, versions in found.items()}


def find_model(models_dir: Path, spec: str) -> Path:
    """Find the folder of a model given as ``NAME`` or ``NAME@VERSION``.

    Without a version the champion of that name is taken, and the highest version
    where it is not a champion.

    Raises
    ------
    InputError
        If the text is no model name.
    NotFoundError
        If there is no such model; the message lists what exists.
    """
    match = _SPEC.fullmatch(spec)
    if match is None:
        raise InputError(
            f"{spec[:80]!r} is no model name; expected NAME or NAME@VERSION, "
            "such as optimized_cnn_model@1"
        )
    deployed = deployed_models(models_dir)
    versions = deployed.get(match["name"], [])
    if match["version"]:
        wanted = int(match["version"])
    else:
        wanted = _champion_version(models_dir, match["name"]) or max(
            versions, default=0
        )
    if wanted not in versions:
        known = [f"{name}@{v}" for name, all_ in deployed.items() for v in all_]
        raise NotFoundError(
            f"no model {spec}; deployed: {', '.join(known) or 'none'} ({models_dir})"
        )
    return models_dir / match["name"] / str(wanted)


def _champion_version(models_dir: Path, name: str) -> int:
    for model in champions(models_dir).values():
        match = _SPEC.fullmatch(model)
        if match and match["name"] == name and match["version"]:
            return int(match["version"])
    return 0


def read_manifest(folder: Path) -> ModelManifest:
    """Read and check the manifest of the model in a folder.

    Raises
    ------
    ModelError
        If it is missing, not JSON, of another format, or contradicts itself.
    """
    path = folder / MANIFEST_NAME
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(_MAX_MANIFEST_BYTES).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"cannot read the model manifest {path}") from error
    try:
        manifest = _parse(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"the model manifest {path} is malformed: {error}") from error
    if (manifest.name, str(manifest.version)) != (folder.parent.name, folder.name):
        raise ModelError(
            f"{path} describes {manifest.model_id}, not its folder's model"
        )
    return manifest


def _parse(content: Mapping[str, Any]) -> ModelManifest:
    if content["format"] != _FORMAT:
        raise ValueError(f"format {content['format']!r}, expected {_FORMAT}")
    manifest = ModelManifest(
        name=str(content["name"]),
        version=int(content["version"]),
        categories=tuple(str(code) for code in content["categories"]),
        input_px=int(content["input"]["side_px"]),
        temperature=float(content["calibration"]["temperature"]),
        low_confidence=float(content["thresholds"]["low_confidence"]),
        prediction_file=str(content["prediction_file"]),
        files=tuple(
            ModelFile(
                name=str(name),
                sha256=str(entry["sha256"]),
                n_bytes=int(entry["bytes"]),
            )
            for name, entry in content["files"].items()
        ),
        content=content,
        bias=tuple(float(value) for value in content["calibration"].get("bias", ())),
        entropy_power=float(content["calibration"].get("entropy_power", 0.0)),
    )
    if not manifest.categories or len(set(manifest.categories)) < len(
        manifest.categories
    ):
        raise ValueError("categories are missing or repeated")
    if manifest.bias and len(manifest.bias) != len(manifest.categories):
        raise ValueError(f"{len(manifest.bias)} biases of calibration")
    if not all(math.isfinite(value) for value in manifest.bias):
        raise ValueError("a bias of calibration is not finite")
    if not abs(manifest.entropy_power) <= 2:
        raise ValueError(f"entropy power {manifest.entropy_power} outside [-2, 2]")
    if not 0 < manifest.temperature < math.inf:
        raise ValueError(f"temperature {manifest.temperature} is not positive")
    if not 0 <= manifest.low_confidence <= 1:
        raise ValueError(f"threshold {manifest.low_confidence} outside [0, 1]")
    if not 32 <= manifest.input_px <= 1024:
        raise ValueError(f"input side {manifest.input_px} outside [32, 1024]")
    for entry in manifest.files:
        parts = Path(entry.name).parts
        if Path(entry.name).is_absolute() or ".." in parts or "\\" in entry.name:
            raise ValueError(f"file name {entry.name!r} leads out of the folder")
    return manifest


def read_verified(folder: Path, manifest: ModelManifest, name: str) -> bytes:
    """Read one file of a model and hand it out only if its hash is the promised one.

    Raises
    ------
    ModelIntegrityError
        If the file is missing or differs; the message names it.
    """
    entry = manifest.file(name)
    try:
        data = (folder / name).read_bytes()
    except OSError as error:
        raise ModelIntegrityError(
            f"{name} of {manifest.model_id} is missing ({folder})"
        ) from error
    found = hashlib.sha256(data).hexdigest()
    if found != entry.sha256:
        raise ModelIntegrityError(
            f"{name} of {manifest.model_id} has hash {found[:12]}, "
            f"the manifest says {entry.sha256[:12]}; the file was changed or damaged"
        )
    return data


def verify_model(folder: Path) -> ModelManifest:
    """Compare every file of a model with its manifest, and find files it lacks.

    Raises
    ------
    ModelIntegrityError
        If a file differs, is missing, or is not listed.
    """
    manifest = read_manifest(folder)
    for entry in manifest.files:
        read_verified(folder, manifest, entry.name)
    listed = {entry.name for entry in manifest.files} | {MANIFEST_NAME}
    present = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    }
    if extra := sorted(present - listed):
        raise ModelIntegrityError(
            f"{manifest.model_id} holds files its manifest does not list: "
            f"{', '.join(extra)}"
        )
    return manifest
