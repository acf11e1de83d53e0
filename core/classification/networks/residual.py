"""A residual network of 18 layers, half as wide as the published one.

No package carries ImageNet weights of a ResNet, so it learns from nothing, taught by
a better network (distillation). Half the width keeps its file below 6 MB.

References
----------
.. [1] K. He et al., "Deep Residual Learning for Image Recognition", CVPR 2016.
"""

from typing import Any

__all__ = ["build_residual"]

_WIDTHS = (32, 64, 128, 256)
_BLOCKS_PER_STAGE = 2
_BN_MOMENTUM = 0.97


def build_residual(n_classes: int, *, dropout: float = 0.2) -> Any:
    """Build the network; takes RGB from 0 to 255 of any side and returns logits.

    Parameters
    ----------
    n_classes : int
        Number of logits.
    dropout : float, default 0.2
        Share of pooled features dropped in training.

    Returns
    -------
    keras.Model
        About 2.8 million parameters.
    """
    from keras import Model, layers

    inputs = layers.Input((None, None, 3), name="pixels")
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="scale")(inputs)
    x = _convolution(x, _WIDTHS[0], "stem", kernel=7, stride=2)
    x = layers.ReLU(name="stem_relu")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="stem_pool")(x)
    for stage, width in enumerate(_WIDTHS, 1):
        for block in range(1, _BLOCKS_PER_STAGE + 1):
            stride = 2 if stage > 1 and block == 1 else 1
            x = _block(x, width, f"stage_{stage}_{block}", stride)
    x = layers.GlobalAveragePooling2D(name="features")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    outputs = layers.Dense(n_classes, name="fc")(x)
    return Model(inputs, outputs, name="resnet18_half")


def _block(x: Any, width: int, name: str, stride: int) -> Any:
    """Two 3 x 3 convolutions beside a shortcut, projected where shapes differ."""
    from keras import layers

    shortcut = x
    if stride != 1 or int(x.shape[-1]) != width:
        shortcut = _convolution(x, width, f"{name}_shortcut", kernel=1, stride=stride)
    x = _convolution(x, width, f"{name}_a", kernel=3, stride=stride)
    x = layers.ReLU(name=f"{name}_a_relu")(x)
    x = _convolution(x, width, f"{name}_b", kernel=3)
    x = layers.Add(name=f"{name}_add")([shortcut, x])
    return layers.ReLU(name=f"{name}_relu")(x)


def _convolution(x: Any, width: int, name: str, *, kernel: int, stride: int = 1) -> Any:
    from keras import layers

    x = layers.Conv2D(
        width, kernel, strides=stride, padding="same", use_bias=False, name=name
    )(x)
    return layers.BatchNormalization(momentum=_BN_MOMENTUM, name=f"{name}_bn")(x)
