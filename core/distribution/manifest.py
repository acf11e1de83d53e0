"""The manifest of a deployed forest: what it is, and what its files hash to.

The layout is that of the other models (``format`` 1, ``files`` with SHA-256) with
``kind`` "forest". Nothing of a forest is used before its hash was compared.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.distribution.density_forest import Calibration
from core.distribution.features import FEATURES
from core.distribution.targets import TARGETS, Target, target
from core.errors import InputError, ModelError, ModelIntegrityError, NotFoundError

__all__ = [
    "FOREST_NAME",
    "ForestManifest",
    "ForestTarget",
    "find_forest",
    "forest_versions",
    "read_forest_manifest",
    "read_verified_file",
]

FOREST_NAME = "debris_forest"
KIND, FORMAT = "forest", 1
_MANIFEST, _MAX_BYTES = "manifest.json", 2_000_000
_SPEC = re.compile(r"(?P<name>[a-z][a-z0-9_]{0,63})(@(?P<version>[1-9][0-9]{0,5}))?")
_HASH = re.compile(r"[0-9a-f]{64}")
_FILE = re.compile(r"[a-z0-9][a-z0-9_]*\.[a-z]{2,4}")


@dataclass(frozen=True, kw_only=True)
class ForestTarget:
    """What the manifest says of one target."""

    target: Target
    features: tuple[str, ...]
    calibration: Calibration


@dataclass(frozen=True, kw_only=True)
class ForestManifest:
    """What a deployed forest says of itself.

    Attributes
    ----------
    name, version : str, int
        Identity; `model_id` joins them.
    prediction_file : str
        The arrays of the trees, an ``npz`` among the files.
    targets : tuple of ForestTarget
        What it predicts.
    hashes : mapping of str to str
        SHA-256 by file.
    content : mapping
        The whole manifest: figures, tables it was trained on and their licences.
    """

    name: str
    version: int
    prediction_file: str
    targets: tuple[ForestTarget, ...]
    hashes: Mapping[str, str]
    content: Mapping[str, Any]

    @property
    def model_id(self) -> str:
        """Name and version, as written beside every prediction."""
        return f"{self.name}@{self.version}"


def forest_versions(models_dir: Path, name: str = FOREST_NAME) -> list[int]:
    """Versions deployed, oldest first."""
    found = [path.parent.name for path in models_dir.glob(f"{name}/*/{_MANIFEST}")]
    return sorted(int(v) for v in found if _SPEC.fullmatch(f"{name}@{v}"))


def find_forest(models_dir: Path, spec: str = FOREST_NAME) -> Path:
    """Folder of a forest given as ``NAME`` or ``NAME@VERSION``.

    Without a version the champion of that name is taken (``models promote``), and the
    newest where there is none.

    Raises
    ------
    InputError
        If the text is no model name.
    NotFoundError
        If there is no such forest.
    ModelError
        If nobody can tell which forest is in use.
    """
    match = _SPEC.fullmatch(spec)
    if match is None:
        raise InputError(f"{spec[:80]!r} is no model name, expected NAME or NAME@1")
    versions = forest_versions(models_dir, match["name"])
    wanted = int(match["version"] or 0)
    if not wanted:
        wanted = _promoted(models_dir, match["name"]) or max(versions, default=0)
    if wanted not in versions:
        known = ", ".join(f"{match['name']}@{v}" for v in versions) or "none"
        raise NotFoundError(f"no forest {spec}; deployed: {known} ({models_dir})")
    return models_dir / match["name"] / str(wanted)


def _promoted(models_dir: Path, name: str) -> int:
    """Version of a forest's champion in ``champions.json``; 0 where there is none."""
    path = models_dir / "champions.json"
    try:
        roles = json.loads(path.read_text(encoding="utf-8"))["roles"]
        match = _SPEC.fullmatch(str(roles[KIND]["model"])) if KIND in roles else None
    except (FileNotFoundError, NotADirectoryError):
        return 0
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"cannot read {path}: which model is in use?") from error
    return int(match["version"] or 0) if match and match["name"] == name else 0


def read_forest_manifest(folder: Path) -> ForestManifest:
    """Read and check the manifest of a forest's folder.

    Raises
    ------
    ModelError
        If it is missing, no JSON, of another kind, or contradicts itself.
    """
    path = folder / _MANIFEST
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(_MAX_BYTES).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"cannot read the model manifest {path}") from error
    try:
        manifest = _parsed(content)
    except NotFoundError as error:
        raise ModelError(f"the model manifest {path} is malformed: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"the model manifest {path} is malformed: {error}") from error
    if (manifest.name, str(manifest.version)) != (folder.parent.name, folder.name):
        raise ModelError(
            f"{path} describes {manifest.model_id}, not its folder's model"
        )
    return manifest


def _parsed(content: Mapping[str, Any]) -> ForestManifest:
    if content["format"] != FORMAT or content["kind"] != KIND:
        raise ValueError(
            f"format {content['format']!r}, kind {content['kind']!r}, expected "
            f"{FORMAT} and {KIND!r}"
        )
    hashes = {str(n): str(entry["sha256"]) for n, entry in content["files"].items()}
    for name, digest in hashes.items():
        if not _FILE.fullmatch(name) or not _HASH.fullmatch(digest):
            raise ValueError(f"file {name[:60]!r} or its hash cannot be used")
    prediction_file = str(content["prediction_file"])
    if prediction_file not in hashes:
        raise ValueError(f"the files lack {prediction_file[:60]!r}")
    found = tuple(_target(code, one) for code, one in content["targets"].items())
    if not 1 <= len(found) <= len(TARGETS):
        raise ValueError(f"{len(found)} targets")
    return ForestManifest(
        name=str(content["name"]),
        version=int(content["version"]),
        prediction_file=prediction_file,
        targets=found,
        hashes=hashes,
        content=content,
    )


def _target(code: str, entry: Mapping[str, Any]) -> ForestTarget:
    wanted = target(code)
    features = tuple(str(name) for name in entry["features"])
    if (
        not features
        or len(set(features)) < len(features)
        or set(features) - {*FEATURES}
    ):
        raise ValueError(f"features of {code} are repeated or unknown")
    if tuple(map(float, entry["bounds"])) != wanted.bounds:
        raise ValueError(f"classes of {code} are bounded otherwise: {entry['bounds']}")
    held = entry["calibration"]
    calibration = Calibration(
        temperature=float(held["temperature"]),
        low_tail=float(held["low_tail"]),
        high_tail=float(held["high_tail"]),
    )
    tails = (calibration.low_tail, calibration.high_tail)
    if not 0.05 <= calibration.temperature <= 20.0:
        raise ValueError(f"temperature {calibration.temperature} of {code}")
    if not all(0.0 < tail < 0.5 for tail in tails):
        raise ValueError(f"tails {tails} of {code}")
    return ForestTarget(target=wanted, features=features, calibration=calibration)


def read_verified_file(folder: Path, manifest: ForestManifest, name: str) -> bytes:
    """Read one file and hand it out only if its hash is the promised one.

    Raises
    ------
    ModelIntegrityError
        If it is not listed, missing, or differs.
    """
    promised = manifest.hashes.get(name)
    if promised is None:
        raise ModelIntegrityError(f"{manifest.model_id} does not list {name}")
    try:
        data = (folder / name).read_bytes()
    except OSError as error:
        raise ModelIntegrityError(
            f"{name} of {manifest.model_id} is missing ({folder})"
        ) from error
    found = hashlib.sha256(data).hexdigest()
    if found != promised:
        raise ModelIntegrityError(
            f"{name} of {manifest.model_id} has hash {found[:12]}, the manifest says "
            f"{promised[:12]}; the file was changed or damaged"
        )
    return data
