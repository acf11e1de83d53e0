"""A compact convolutional network, trained from nothing.

Residual blocks of separable convolutions: 3 x 3 filters by channel, then 1 x 1
across channels, as in [1]_. It shows what the photos alone can teach, without
knowledge from ImageNet.

References
----------
.. [1] F. Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions",
   CVPR 2017.
"""

from typing import Any

__all__ = ["build_compact"]

_N_STEM = 24
#: Channels of each stage; every stage halves the picture.
_WIDTHS = (48, 96, 160, 256)
_BN_MOMENTUM = 0.97


def build_compact(n_classes: int, *, dropout: float = 0.3) -> Any:
    """Build the network; takes RGB from 0 to 255 of any side and returns logits.

    Parameters
    ----------
    n_classes : int
        Number of logits.
    dropout : float, default 0.3
        Share of pooled features dropped in training.

    Returns
    -------
    keras.Model
        About 0.3 million parameters.
    """
    from keras import Model, layers

    inputs = layers.Input((None, None, 3), name="pixels")
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="scale")(inputs)
    x = layers.Conv2D(
        _N_STEM, 3, strides=2, padding="same", use_bias=False, name="stem"
    )(x)
    x = _normalise(x, "stem")
    for number, width in enumerate(_WIDTHS, 1):
        x = _separable(x, width, f"stage_{number}_down", stride=2)
        shortcut = x
        x = _separable(x, width, f"stage_{number}_a")
        x = _separable(x, width, f"stage_{number}_b")
        x = layers.Add(name=f"stage_{number}_add")([shortcut, x])
    x = layers.GlobalAveragePooling2D(name="features")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    outputs = layers.Dense(n_classes, name="fc")(x)
    return Model(inputs, outputs, name="compact")


def _separable(x: Any, width: int, name: str, stride: int = 1) -> Any:
    from keras import layers

    x = layers.DepthwiseConv2D(
        3, strides=stride, padding="same", use_bias=False, name=f"{name}_depthwise"
    )(x)
    x = layers.Conv2D(width, 1, use_bias=False, name=f"{name}_pointwise")(x)
    return _normalise(x, name)


def _normalise(x: Any, name: str) -> Any:
    from keras import layers

    x = layers.BatchNormalization(momentum=_BN_MOMENTUM, name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x)
