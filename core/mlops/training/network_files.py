"""A trained network, or several averaged in one graph, as files to predict from.

Both files take ``pixels`` and give named outputs: ``logits``, the pooled ``features``
and ``early_features``, and the class ``activation`` before pooling, whose spatial mean
and the classifier's bias give the logits.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import InputError

__all__ = ["LITERT_NAME", "SAVED_MODEL_NAME", "combined", "write_network"]

LITERT_NAME = "model_float16.tflite"
SAVED_MODEL_NAME = "saved_model"
_OUTPUTS = ("logits", "features", "early_features", "activation")


def combined(
    networks: Sequence[Any],
    side_px: int,
    *,
    shares: Sequence[float] | None = None,
    temperatures: Sequence[float] | None = None,
    sides_px: Sequence[int] | None = None,
) -> Any:
    """Join networks into one graph of fixed input size.

    Parameters
    ----------
    networks : sequence of keras.Model
        Each returns logits; changed in nothing.
    side_px : int
        Side of the square photo.
    shares : sequence of float, optional
        Weight of each network's logits; equal if not given.
    temperatures : sequence of float, optional
        Divides each network's logits before they are averaged, so that one that is
        too sure of itself does not outvote the others; one if not given.
    sides_px : sequence of int, optional
        Side that each network was trained at; the photo is resized to it inside the
        graph. ``side_px`` if not given.

    Returns
    -------
    keras.Model
        Gives a dict of ``logits`` (n, C), ``features`` (n, D) and
        ``early_features`` (n, E) of the first network
        and ``activation`` (n, h, w, C), averaged as the logits are where the maps
        have one size, of the first network alone otherwise.

    Raises
    ------
    InputError
        If no network is given, or numbers differ in length.
    """
    n = len(networks)
    shares = list(shares or [1 / n for _ in networks])
    temperatures = list(temperatures or [1.0] * n)
    sides_px = list(sides_px or [side_px] * n)
    if not networks or not len(shares) == len(temperatures) == len(sides_px) == n:
        raise InputError(
            f"{n} networks, {len(shares)} shares, {len(temperatures)} temperatures, "
            f"{len(sides_px)} sides"
        )
    import keras

    from core.classification.networks import explained

    pixels = keras.layers.Input((side_px, side_px, 3), name="pixels")
    outputs = []
    for number, network in enumerate(networks, start=1):
        part, side = explained(network), sides_px[number - 1]
        resize = keras.layers.Resizing(side, side, name=f"resize_{number}")
        seen = pixels if side == side_px else resize(pixels)
        # Two of one kind have one name, which a graph takes once only.
        named = keras.Model(part.inputs, part.output, name=f"network_{number}")
        outputs.append(named(seen))
    factors = [
        float(share / (sum(shares) * temperature))
        for share, temperature in zip(shares, temperatures, strict=True)
    ]
    maps = [part["activation"] for part in outputs]
    if len({tuple(part.shape[1:]) for part in maps}) > 1:
        maps = maps[:1]
    return keras.Model(
        pixels,
        {
            "logits": _weighted([part["logits"] for part in outputs], factors),
            "features": outputs[0]["features"],
            "early_features": outputs[0]["early_features"],
            "activation": _weighted(maps, factors[: len(maps)]),
        },
    )


def _weighted(parts: Sequence[Any], factors: Sequence[float]) -> Any:
    if len(parts) == 1:
        return parts[0] * factors[0] if factors[0] != 1.0 else parts[0]
    total = parts[0] * factors[0]
    for part, factor in zip(parts[1:], factors[1:], strict=True):
        total = total + part * factor
    return total


def write_network(
    network: Any, side_px: int, folder: Path, *, saved_model: bool
) -> None:
    """Write LiteRT with float16 weights and, if wanted, a SavedModel.

    Parameters
    ----------
    network : keras.Model
        From `combined`.
    side_px : int
        Side of the square photo.
    folder : Path
        Receives ``model_float16.tflite`` and ``saved_model/``.
    saved_model : bool
        Write the SavedModel too; its kernels are kept as float16 and widened when
        it runs, as in the LiteRT file.
    """
    if saved_model:
        _write_saved_model(network, side_px, folder / SAVED_MODEL_NAME)
    _write_litert(network, side_px, folder / LITERT_NAME)


def _write_saved_model(network: Any, side_px: int, target: Path) -> None:
    import tensorflow as tf

    # Keras' own export would write every variable twice.
    module = tf.Module()
    module.trainable = [_narrowed(weight) for weight in network.trainable_variables]
    module.fixed = [_narrowed(weight) for weight in network.non_trainable_variables]

    def serve(pixels: Any) -> Any:
        outputs, _ = network.stateless_call(
            [tf.cast(weight, tf.float32) for weight in module.trainable],
            [tf.cast(weight, tf.float32) for weight in module.fixed],
            pixels,
            training=False,
        )
        return {name: outputs[name] for name in _OUTPUTS}

    spec = tf.TensorSpec((None, side_px, side_px, 3), tf.float32, name="pixels")
    module.serve = tf.function(serve, input_signature=[spec])
    tf.saved_model.save(module, str(target), signatures=module.serve)
    # The fingerprint holds random numbers, so the same model would never be equal.
    (target / "fingerprint.pb").unlink(missing_ok=True)


def _narrowed(weight: Any) -> Any:
    """Keep kernels as float16; vectors are few, and a variance may leave its range."""
    import tensorflow as tf

    value = weight.value if hasattr(weight, "value") else weight
    kind = tf.float16 if len(value.shape) > 1 else tf.float32
    return tf.Variable(tf.cast(tf.convert_to_tensor(value), kind), trainable=False)


def _write_litert(network: Any, side_px: int, target: Path) -> None:
    import tensorflow as tf

    spec = tf.TensorSpec((1, side_px, side_px, 3), tf.float32, name="pixels")

    def serve(pixels: Any) -> Any:
        outputs = network(pixels, training=False)
        return {name: outputs[name] for name in _OUTPUTS}

    holder = tf.Module()
    holder.weights = [getattr(w, "value", w) for w in network.weights]
    holder.serve = tf.function(serve, input_signature=[spec])
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [holder.serve.get_concrete_function()], holder
    )
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    target.write_bytes(converter.convert())
