"""A deployed model as the teacher of a smaller one (distillation).

References
----------
.. [1] G. Hinton et al., "Distilling the Knowledge in a Neural Network", 2015.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.classification import (
    PhotoClassifier,
    find_model,
    read_manifest,
    softmax,
)
from core.classification.manifest import read_verified
from core.mlops.training.data import PhotoSet

__all__ = ["Teacher", "load_teacher", "opinions_of"]

#: Softens the opinion, so that the teacher's doubts are learned too.
_TEMPERATURE = 2.0

#: From photos, uint8 RGB of any size, to probabilities (n, n_categories).
Teacher = Callable[[Sequence[npt.NDArray[np.uint8]]], npt.NDArray[np.floating[Any]]]


def load_teacher(models_dir: Path, spec: str) -> Teacher:
    """Load a deployed model to learn from, as it predicts for everybody.

    Parameters
    ----------
    models_dir : Path
        Folder of deployed models.
    spec : str
        ``NAME@VERSION``; the file is compared with the manifest first.

    Raises
    ------
    NotFoundError, ModelIntegrityError, ModelError
        If it is not there, differs from its manifest, or cannot be used.
    """
    folder = find_model(models_dir, spec)
    manifest = read_manifest(folder)
    model = read_verified(folder, manifest, manifest.prediction_file)
    return PhotoClassifier(manifest, model).predict


def opinions_of(teacher: Teacher, photos: PhotoSet) -> npt.NDArray[np.float32]:
    """Ask a teacher about each whole photo, softened.

    Every random view of a photo is taught the opinion of the whole photo: the
    teacher then costs one pass over the photos and not one over every view.

    Parameters
    ----------
    teacher : callable
        From `load_teacher`.
    photos : PhotoSet
        The training photos.

    Returns
    -------
    ndarray of float32, shape (n, n_categories)
        Probabilities.
    """
    shares = np.maximum(teacher(photos.photos), 1e-12)
    return softmax(np.log(shares), temperature=_TEMPERATURE).astype(np.float32)
