"""The photo classifiers' networks in Keras, for training and export only.

TensorFlow costs seconds and hundreds of megabytes, so it is imported inside the
functions: only training and export pay for it, prediction never does.
"""

from typing import Any

from core.classification.networks.compact import build_compact
from core.classification.networks.explained import explained
from core.classification.networks.imagenet import (
    imagenet_weights_file,
    load_imagenet_weights,
)
from core.classification.networks.lite import LITE_SCALES, N_FEATURES, build_lite
from core.classification.networks.residual import build_residual
from core.errors import InputError

__all__ = [
    "BACKBONES",
    "LITE_SCALES",
    "N_FEATURES",
    "build_compact",
    "build_lite",
    "build_network",
    "build_residual",
    "explained",
    "imagenet_weights_file",
    "load_imagenet_weights",
]

#: Every network a recipe may name.
BACKBONES = (*LITE_SCALES, "compact", "resnet18_half")


def build_network(
    n_classes: int, *, backbone: str = "lite0", dropout: float = 0.2
) -> Any:
    """Build a network by its name, with fresh weights.

    Parameters
    ----------
    n_classes : int
        Number of logits.
    backbone : str, default "lite0"
        One of `BACKBONES`.
    dropout : float, default 0.2
        Share of pooled features dropped in training.

    Returns
    -------
    keras.Model
        RGB pixels as float32 from 0 to 255 in, logits out; the pooled features are
        the layer ``features``, the classifier the layer ``fc``.

    Raises
    ------
    InputError
        If there is no such network.
    """
    if backbone in LITE_SCALES:
        return build_lite(n_classes, backbone=backbone, dropout=dropout)
    if backbone == "compact":
        return build_compact(n_classes, dropout=dropout)
    if backbone == "resnet18_half":
        return build_residual(n_classes, dropout=dropout)
    raise InputError(f"no network {backbone!r}; there are {', '.join(BACKBONES)}")
