"""Files of a network give what the network gives. Slow: TensorFlow."""

import json
import subprocess
import sys

import pytest

from core.config import PROJECT_ROOT

CODE = """
import json, sys
from pathlib import Path
import numpy as np
import keras
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from core.mlops.training.network_files import combined, write_network

def tiny(seed):
    keras.utils.set_random_seed(seed)
    inputs = keras.layers.Input((None, None, 3), name="pixels")
    x = keras.layers.Rescaling(1 / 128, offset=-127 / 128)(inputs)
    x = keras.layers.Conv2D(8, 3, strides=4, padding="same", name="conv")(x)
    x = keras.layers.BatchNormalization(name="bn")(x)
    x = keras.layers.ReLU(6.0, name="relu")(x)
    x = keras.layers.GlobalAveragePooling2D(name="features")(x)
    x = keras.layers.Dropout(0.5, name="dropout")(x)
    return keras.Model(inputs, keras.layers.Dense(3, name="fc")(x))

folder, shares = Path(sys.argv[1]), json.loads(sys.argv[2])
networks = [tiny(seed) for seed in range(len(shares))]
sides = [32, 24][: len(networks)]
whole = combined(
    networks, 32, shares=shares, temperatures=[2.0] * len(shares), sides_px=sides
)
write_network(whole, 32, folder, saved_model=True)
pixels = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 3)).astype("float32")
expected = sum(
    share * np.asarray(network(tf.image.resize(pixels, (side, side)))) / 2
    for share, network, side in zip(shares, networks, sides)
)
bias = sum(
    share * np.asarray(network.get_layer("fc").bias) / 2
    for share, network in zip(shares, networks)
)
signatures = Interpreter(str(folder / "model_float16.tflite"))
runner = signatures.get_signature_runner("serving_default")
lite = runner(pixels=pixels)
loaded = tf.saved_model.load(str(folder / "saved_model"))
saved = loaded.signatures["serving_default"](pixels=tf.constant(pixels))
print(json.dumps({
    "shapes": {name: list(value.shape) for name, value in lite.items()},
    "saved": sorted(saved),
    "litert_off": float(np.abs(lite["logits"] - expected).max()),
    "saved_off": float(np.abs(saved["logits"].numpy() - expected).max()),
    # Maps of different sizes have no mean: the first network's stands alone.
    "map_off": float(
        np.abs(lite["activation"].mean(axis=(1, 2)) + bias - lite["logits"]).max()
    ) if len(networks) == 1 else 0.0,
    "spread": float(np.abs(expected).max()),
    "kernels": sorted({str(v.dtype) for v in loaded.trainable if v.shape.rank > 1}),
}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("shares", [[1.0], [0.25, 0.75]])
def test_both_files_give_the_three_outputs_of_the_network(tmp_path, shares):
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path), json.dumps(shares)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["shapes"] == {
        "logits": [1, 3],
        "features": [1, 8],
        "early_features": [1, 8],
        "activation": [1, 8, 8, 3],
    }
    assert told["saved"] == ["activation", "early_features", "features", "logits"]
    assert told["kernels"] == ["<dtype: 'float16'>"]
    # Half precision has eleven bits: a thousandth of the value and a little more.
    for key in ("litert_off", "saved_off", "map_off"):
        assert told[key] < 0.005 * max(told["spread"], 0.2), key


def test_no_network_is_refused():
    from core.errors import InputError
    from core.mlops.training.network_files import combined

    with pytest.raises(InputError, match="0 networks"):
        combined([], 32, shares=[1.0])
