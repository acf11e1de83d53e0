"""The detector's network: folded EfficientNet-Lite, feature pyramid, anchor-free head.

Every cell of three maps (strides 8, 16 and 32) proposes one box, how likely it holds
an object, and the object's category, as in YOLOX [1]_ with a small pyramid [2]_.

References
----------
.. [1] Z. Ge et al., "YOLOX: Exceeding YOLO Series in 2021", arXiv 2107.08430.
.. [2] T.-Y. Lin et al., "Feature Pyramid Networks for Object Detection", CVPR 2017.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.classification.networks import build_network, load_imagenet_weights
from core.errors import ModelError

__all__ = [
    "STRIDES",
    "build_backbone",
    "build_detector",
    "cell_centres",
    "decode_boxes",
    "load_classifier_weights",
    "with_final_outputs",
]

STRIDES = (8, 16, 32)
_PRIOR_LOGIT = -4.6  # objectness of one in a hundred at the start
#: Greatest log size of a box in strides; 2.3 e^4 strides is beyond any canvas.
_MAX_LOG_SIZE = 4.0


def cell_centres(side_px: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Centres and strides of all cells, in the order of the network's output.

    Parameters
    ----------
    side_px : int
        Side of the square canvas, a multiple of 32.

    Returns
    -------
    centres : array of float32, shape (n, 2)
        x and y in pixels.
    strides : array of float32, shape (n,)
        Pixels from one cell to the next on the cell's map.
    """
    centres, strides = [], []
    for stride in STRIDES:
        steps = (np.arange(side_px // stride, dtype=np.float32) + 0.5) * stride
        x, y = np.meshgrid(steps, steps)
        centres.append(np.stack([x.ravel(), y.ravel()], axis=1))
        strides.append(np.full(x.size, stride, dtype=np.float32))
    return np.concatenate(centres), np.concatenate(strides)


def decode_boxes(raw: Any, centres: Any, strides: Any) -> Any:
    """Turn the four raw numbers of each cell into a rectangle.

    The first two move the centre by strides, the others are the log of width and
    height in strides.

    Parameters
    ----------
    raw : tensor, shape (..., n, 4)
        Network output.
    centres, strides : array
        From `cell_centres`.

    Returns
    -------
    tensor, shape (..., n, 4)
        Left, top, right, bottom in pixels of the canvas.
    """
    import tensorflow as tf

    step = strides[:, None]
    middle = centres + raw[..., :2] * step
    half = 0.5 * step * tf.exp(tf.minimum(raw[..., 2:4], _MAX_LOG_SIZE))
    return tf.concat([middle - half, middle + half], axis=-1)


def build_backbone(classifier: Any) -> tuple[Any, list[Any]]:
    """Rebuild a classifier's convolutions with the batch statistics folded in.

    The statistics stay fixed in fine-tuning, so each normalisation is a constant
    scale and shift: folded, it costs nothing forward or backward.

    Parameters
    ----------
    classifier : keras.Model
        From `core.classification.networks.build_network`, with its weights.

    Returns
    -------
    pixels : KerasTensor
        The input, RGB 0 to 255.
    maps : list of KerasTensor
        The last map of each of the `STRIDES`.
    """
    from keras import layers

    pixels = layers.Input((None, None, 3), name="pixels")
    found: dict[str, Any] = {}
    stride_of: dict[str, int] = {}
    maps: dict[int, Any] = {}
    folds = []
    convolution: Any = None
    for layer in classifier.layers:
        kind = type(layer).__name__
        inputs = layer.input if isinstance(layer.input, list) else [layer.input]
        sources = [found.get(tensor.name) for tensor in inputs]
        stride = max((stride_of.get(tensor.name, 1) for tensor in inputs), default=1)
        if kind == "InputLayer":
            out = pixels
        elif kind in ("Conv2D", "DepthwiseConv2D"):
            settings = layer.get_config() | {"use_bias": True}
            convolution = type(layer).from_config(settings)
            out = convolution(sources[0])
            stride *= layer.strides[0]
        elif kind == "BatchNormalization":
            folds.append((convolution, layer, found[inputs[0].name]))
            out = sources[0]
        elif kind in ("ReLU", "Rescaling"):
            out = type(layer).from_config(layer.get_config())(sources[0])
        elif kind == "Add":
            out = layers.Add(name=layer.name)(sources)
        elif kind == "GlobalAveragePooling2D":
            break
        else:
            raise ModelError(f"a backbone cannot hold a layer of kind {kind}")
        found[layer.output.name] = out
        stride_of[layer.output.name] = stride
        maps[stride] = out
    for folded, norm, _ in folds:
        _fold(folded, classifier.get_layer(folded.name), norm)
    return pixels, [maps[stride] for stride in STRIDES]


def _fold(folded: Any, convolution: Any, norm: Any) -> None:
    gamma, beta, mean, variance = (np.asarray(w) for w in norm.get_weights())
    scale = gamma / np.sqrt(variance + norm.epsilon)
    kernel = np.asarray(convolution.get_weights()[0])
    depthwise = type(convolution).__name__ == "DepthwiseConv2D"
    kernel = kernel * (scale[:, None] if depthwise else scale)
    folded.set_weights([kernel, beta - mean * scale])


def build_detector(
    classifier: Any,
    n_categories: int,
    *,
    width: int = 96,
    tower_depth: int = 2,
    dropout: float = 0.1,
) -> Any:
    """Build the network that training works on.

    Parameters
    ----------
    classifier : keras.Model
        Gives the backbone and its weights.
    n_categories : int
        Categories of boxes.
    width, tower_depth, dropout : int, int, float
        See `DetectorConfig`.

    Returns
    -------
    keras.Model
        Returns shape ``(b, n, 5 + n_categories)``: four raw box numbers, objectness
        logit, category logits of every cell.
    """
    from keras import Model, initializers, layers

    pixels, maps = build_backbone(classifier)
    merged = [
        layers.Conv2D(width, 1, name=f"lateral_{stride}")(x)
        for stride, x in zip(STRIDES, maps, strict=True)
    ]
    for k in (1, 0):
        up = layers.UpSampling2D(2, name=f"up_{STRIDES[k]}")(merged[k + 1])
        merged[k] = layers.Add(name=f"merge_{STRIDES[k]}")([merged[k], up])
    pyramid = [
        _separable(x, width, f"smooth_{stride}", f"smooth_{stride}")
        for stride, x in zip(STRIDES, merged, strict=True)
    ]
    shared: dict[str, Any] = {}
    predict_box = layers.Conv2D(4, 1, name="predict_box")
    predict_object = layers.Conv2D(
        1,
        1,
        bias_initializer=initializers.Constant(_PRIOR_LOGIT),
        name="predict_object",
    )
    predict_category = layers.Conv2D(n_categories, 1, name="predict_category")
    drop = layers.Dropout(dropout, name="drop")
    outputs = []
    for stride, x in zip(STRIDES, pyramid, strict=True):
        towers = []
        for tower in ("box", "category"):
            y = x
            for depth in range(tower_depth):
                name = f"{tower}_{depth}"
                y = _separable(y, width, name, f"{name}_{stride}", shared)
            towers.append(y)
        parts = [
            predict_box(towers[0]),
            predict_object(towers[0]),
            predict_category(drop(towers[1])),
        ]
        joined = layers.Concatenate(name=f"cells_{stride}")(parts)
        flat = layers.Reshape((-1, 5 + n_categories), name=f"flat_{stride}")(joined)
        outputs.append(flat)
    return Model(
        pixels, layers.Concatenate(axis=1, name="cells")(outputs), name="detector"
    )


def _separable(
    x: Any, width: int, name: str, norm: str, shared: dict[str, Any] | None = None
) -> Any:
    """Filter each channel, mix them, normalise; convolutions may be shared."""
    from keras import layers

    cache = {} if shared is None else shared
    if name not in cache:
        cache[name] = (
            layers.DepthwiseConv2D(
                3, padding="same", use_bias=False, name=f"{name}_dw"
            ),
            layers.Conv2D(width, 1, use_bias=False, name=f"{name}_pw"),
        )
    depthwise, pointwise = cache[name]
    x = pointwise(depthwise(x))
    x = layers.BatchNormalization(epsilon=1e-3, momentum=0.98, name=f"{norm}_bn")(x)
    return layers.ReLU(6.0, name=f"{norm}_relu6")(x)


def with_final_outputs(detector: Any, side_px: int) -> Any:
    """Fix the canvas and return rectangles and probabilities instead of raw numbers.

    Returns
    -------
    keras.Model
        ``{"boxes": (b, n, 4), "scores": (b, n, c)}``; a score is the objectness
        times the probability of the category.
    """
    import tensorflow as tf
    from keras import Model, layers

    centres, strides = cell_centres(side_px)

    class Final(layers.Layer):  # type: ignore[misc]
        """Decode inside the exported graph."""

        def call(self, cells: Any) -> dict[str, Any]:
            """Return the named outputs."""
            boxes = decode_boxes(cells[..., :4], centres, strides)
            scores = tf.sigmoid(cells[..., 4:5]) * tf.nn.softmax(cells[..., 5:])
            return {"boxes": boxes, "scores": scores}

    pixels = layers.Input((side_px, side_px, 3), name="pixels")
    return Model(pixels, Final(name="final")(detector(pixels)))


def load_classifier_weights(folder: Path | None) -> Any:
    """Build the classifier whose convolutions the backbone takes over.

    Parameters
    ----------
    folder : Path or None
        A deployed classifier with a SavedModel; None takes ImageNet weights.

    Raises
    ------
    ModelError
        If the weights are missing or do not fit.
    """
    if folder is None:
        network = build_network(1)
        load_imagenet_weights(network)
        return network
    import tensorflow as tf

    prefix = folder / "saved_model" / "variables" / "variables"
    if not prefix.with_suffix(".index").exists():
        raise ModelError(f"{folder} holds no SavedModel to start the detector from")
    reader = tf.train.load_checkpoint(str(prefix))
    tensors = {
        int(name.split("/")[1]): reader.get_tensor(name)
        for name in reader.get_variable_to_shape_map()
        if name.startswith("weights/")
    }
    values = [tensors[k] for k in sorted(tensors)]
    if not values:
        raise ModelError(f"the SavedModel in {folder} lists no weights")
    network = build_network(int(values[-1].shape[0]))
    try:
        network.set_weights(values)
    except ValueError as error:
        raise ModelError(f"the weights in {folder} do not fit the network") from error
    return network
