"""EfficientNet-Lite in Keras: the mobile networks 0, 1 and 2 of the family.

TensorFlow costs seconds and hundreds of megabytes, so it is imported inside the
functions: only training and export pay for it, prediction never does.

References
----------
.. [1] M. Tan and Q. Le, "EfficientNet: Rethinking Model Scaling for Convolutional
   Neural Networks", ICML 2019. The Lite variant drops squeeze-and-excitation and
   takes ReLU6 for swish so that it quantises well.
"""

import math
from typing import Any, NamedTuple

__all__ = ["LITE_SCALES", "N_FEATURES", "build_lite"]

#: Width of the pooled features of every Lite network.
N_FEATURES = 1280
#: Input scaling of the published weights: (x - 127) / 128 on RGB 0 to 255.
_INPUT_SCALE = 1 / 128
_INPUT_OFFSET = -127 / 128
_BN_EPSILON = 1e-3


class _Scale(NamedTuple):
    width: float
    depth: float


#: Factors on channels and repeats; stem, head, first and last repeats stay.
LITE_SCALES = {
    "lite0": _Scale(1.0, 1.0),
    "lite1": _Scale(1.0, 1.1),
    "lite2": _Scale(1.1, 1.2),
}


class _Stage(NamedTuple):
    repeats: int
    kernel: int
    stride: int
    expansion: int
    n_out: int


#: Table 1 of [1]_, with the width and depth of Lite0.
_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)
_N_STEM = 32


def build_lite(n_classes: int, *, backbone: str = "lite0", dropout: float = 0.2) -> Any:
    """Build an EfficientNet-Lite with a fresh classifier.

    The network takes RGB pixels as float32 from 0 to 255, shape
    ``(n, side, side, 3)`` of any side, scales them itself and returns logits.

    Parameters
    ----------
    n_classes : int
        Number of logits.
    backbone : str, default "lite0"
        ``lite0``, ``lite1`` or ``lite2``.
    dropout : float, default 0.2
        Share of pooled features dropped in training.

    Returns
    -------
    keras.Model
        Layers carry the names of the published weights (``blocks_3_project_conv``).
    """
    from keras import Model, layers

    scale = LITE_SCALES[backbone]
    inputs = layers.Input((None, None, 3), name="pixels")
    x = layers.Rescaling(_INPUT_SCALE, offset=_INPUT_OFFSET, name="scale")(inputs)
    x = _convolution(x, "conv_stem", "bn0", n_out=_N_STEM, kernel=3, stride=2)
    index = 0
    for stage in _scaled_stages(scale):
        for repeat in range(stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            x = _block(x, f"blocks_{index}", stage, stride)
            index += 1
    x = _convolution(x, "conv_head", "bn1", n_out=N_FEATURES)
    x = layers.GlobalAveragePooling2D(name="features")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    outputs = layers.Dense(n_classes, name="fc")(x)
    return Model(inputs, outputs, name=f"efficientnet_{backbone}")


def _scaled_stages(scale: _Scale) -> list[_Stage]:
    last = len(_STAGES) - 1
    return [
        stage._replace(
            n_out=_rounded_channels(stage.n_out * scale.width),
            repeats=stage.repeats
            if number in (0, last)
            else math.ceil(stage.repeats * scale.depth),
        )
        for number, stage in enumerate(_STAGES)
    ]


def _rounded_channels(channels: float) -> int:
    """Round to a multiple of 8, never below nine tenths of the value [1]_."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def _convolution(
    x: Any,
    name: str,
    norm_name: str,
    *,
    n_out: int,
    kernel: int = 1,
    stride: int = 1,
    activate: bool = True,
) -> Any:
    from keras import layers

    x = layers.Conv2D(
        n_out, kernel, strides=stride, padding="same", use_bias=False, name=name
    )(x)
    return _normalise(x, norm_name, activate=activate)


def _normalise(x: Any, name: str, *, activate: bool) -> Any:
    from keras import layers

    x = layers.BatchNormalization(epsilon=_BN_EPSILON, momentum=0.99, name=name)(x)
    return layers.ReLU(6.0, name=f"{name}_relu6")(x) if activate else x


def _block(x: Any, name: str, stage: _Stage, stride: int) -> Any:
    """Inverted residual: expand, filter by channel, project without activation."""
    from keras import layers

    shortcut, n_in = x, int(x.shape[-1])
    if stage.expansion != 1:
        x = _convolution(
            x, f"{name}_expand_conv", f"{name}_bn0", n_out=n_in * stage.expansion
        )
    x = layers.DepthwiseConv2D(
        stage.kernel,
        strides=stride,
        padding="same",
        use_bias=False,
        name=f"{name}_depthwise_conv",
    )(x)
    x = _normalise(x, f"{name}_bn1", activate=True)
    x = _convolution(
        x, f"{name}_project_conv", f"{name}_bn2", n_out=stage.n_out, activate=False
    )
    if stride == 1 and n_in == stage.n_out:
        x = layers.Add(name=f"{name}_add")([shortcut, x])
    return x
