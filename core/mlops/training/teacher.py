"""A deployed model as the teacher of a smaller one (distillation)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.classification import find_model, verify_model
from core.classification.classifier import to_input
from core.errors import ModelError
from core.mlops.training.data import PhotoSet
from core.mlops.training.network_files import SAVED_MODEL_NAME

__all__ = ["Teacher", "load_teacher", "opinions_of"]

#: Softens the opinion, so that the teacher's doubts are learned too.
_TEMPERATURE = 2.0
_BATCH = 16

#: From a batch of float32 RGB squares of any side to logits.
Teacher = Callable[[Any], Any]


def load_teacher(models_dir: Path, spec: str) -> Teacher:
    """Load a deployed model to learn from, at its own picture size.

    Parameters
    ----------
    models_dir : Path
        Folder of deployed models.
    spec : str
        ``NAME@VERSION``; the files are compared with the manifest first.

    Raises
    ------
    NotFoundError, ModelIntegrityError, ModelError
        If it is not there, differs from its manifest, or has no SavedModel.
    """
    folder = find_model(models_dir, spec)
    manifest = verify_model(folder)
    if not (folder / SAVED_MODEL_NAME).is_dir():
        raise ModelError(f"{manifest.model_id} has no SavedModel to learn from")
    import tensorflow as tf

    loaded = tf.saved_model.load(str(folder / SAVED_MODEL_NAME))
    serve = loaded.signatures["serving_default"]
    side_px = manifest.input_px

    def teach(pixels: Any) -> Any:
        outputs = serve(pixels=tf.image.resize(pixels, (side_px, side_px)))
        return outputs.get("logits", next(iter(outputs.values())))

    # The signature dies with the object it came from.
    teach.loaded = loaded  # type: ignore[attr-defined]
    return teach


def opinions_of(
    teacher: Teacher, photos: PhotoSet, *, side_px: int = 256
) -> npt.NDArray[np.float32]:
    """Ask a teacher about each whole photo, softened.

    Every random view of a photo is taught the opinion of the whole photo: the
    teacher then costs one pass over the photos and not one over every view.

    Parameters
    ----------
    teacher : callable
        From `load_teacher`.
    photos : PhotoSet
        The training photos.
    side_px : int, default 256
        Side of the squares given to the teacher.

    Returns
    -------
    ndarray of float32, shape (n, n_categories)
        Probabilities.
    """
    import tensorflow as tf

    parts = []
    for start in range(0, len(photos), _BATCH):
        batch = [to_input(p, side_px)[0] for p in photos.photos[start : start + _BATCH]]
        logits = teacher(tf.constant(np.stack(batch)))
        parts.append(np.asarray(tf.nn.softmax(logits / _TEMPERATURE)))
    return np.concatenate(parts).astype(np.float32)
