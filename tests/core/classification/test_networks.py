"""The rebuilt network, against published size and an independent forward pass.

The forward pass below is plain NumPy on the tensors as the package stores them, with
TensorFlow's rule of ``same`` padding written out, so a wrong transpose, padding,
epsilon or activation in the Keras network shows.
"""

import subprocess
import sys

import numpy as np
import pytest

from core.classification._torch_file import read_torch_tensors
from core.classification.networks import imagenet_weights_file
from core.config import PROJECT_ROOT

#: repeats, kernel, stride, expansion of EfficientNet-Lite0.
STAGES = [
    (1, 3, 1, 1),
    (2, 3, 2, 6),
    (2, 5, 2, 6),
    (3, 3, 2, 6),
    (3, 5, 1, 6),
    (4, 5, 2, 6),
    (1, 3, 1, 6),
]
SIDE = 48


@pytest.fixture(scope="module")
def tensors():
    return read_torch_tensors(imagenet_weights_file())


def test_the_weights_have_the_published_number_of_parameters(tensors):
    # 4.7 million in the table of the EfficientNet-Lite release.
    trained = sum(
        value.size
        for name, value in tensors.items()
        if "running" not in name and "num_batches" not in name
    )
    assert trained == 4_652_008


def patches(x, kernel, stride):
    """Windows under TensorFlow's same padding, shape (h, w, k, k, c)."""
    n_out = -(-x.shape[0] // stride)
    pad = max((n_out - 1) * stride + kernel - x.shape[0], 0)
    low, high = pad // 2, pad - pad // 2
    padded = np.pad(x, ((low, high), (low, high), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), (0, 1))
    return windows[::stride, ::stride].transpose(0, 1, 3, 4, 2)


def normalise(x, t, name):
    scale = t[f"{name}.weight"] / np.sqrt(t[f"{name}.running_var"] + 1e-3)
    return (x - t[f"{name}.running_mean"]) * scale + t[f"{name}.bias"]


def relu6(x):
    return np.clip(x, 0, 6)


def numpy_logits(pixels, t):
    x = (pixels - 127.0) / 128.0
    x = np.einsum("hwijc,ocij->hwo", patches(x, 3, 2), t["_conv_stem.weight"])
    x = relu6(normalise(x, t, "_bn0"))
    index = 0
    for repeats, kernel, first_stride, expansion in STAGES:
        for repeat in range(repeats):
            stride = first_stride if repeat == 0 else 1
            name, shortcut = f"_blocks.{index}", x
            if expansion != 1:
                x = x @ t[f"{name}._expand_conv.weight"][:, :, 0, 0].T
                x = relu6(normalise(x, t, f"{name}._bn0"))
            filters = t[f"{name}._depthwise_conv.weight"][:, 0]
            x = np.einsum("hwijc,cij->hwc", patches(x, kernel, stride), filters)
            x = relu6(normalise(x, t, f"{name}._bn1"))
            x = x @ t[f"{name}._project_conv.weight"][:, :, 0, 0].T
            x = normalise(x, t, f"{name}._bn2")
            if x.shape == shortcut.shape:
                x = x + shortcut
            index += 1
    x = relu6(normalise(x @ t["_conv_head.weight"][:, :, 0, 0].T, t, "_bn1"))
    return x.mean(axis=(0, 1)) @ t["_fc.weight"].T + t["_fc.bias"]


KERAS = """
import sys, numpy as np
from core.classification.networks import build_network, load_imagenet_weights
network = build_network(1000)
load_imagenet_weights(network, with_classifier=True)
pixels = np.load(sys.argv[1])
np.save(sys.argv[2], network(pixels[None], training=False).numpy()[0])
"""


def test_keras_gives_the_logits_of_a_plain_numpy_pass(tensors, tmp_path):
    pixels = np.random.default_rng(5).uniform(0, 255, (SIDE, SIDE, 3))
    given, got = tmp_path / "in.npy", tmp_path / "out.npy"
    np.save(given, pixels.astype(np.float32))
    # In a process of its own: TensorFlow must not enter that of the other tests.
    subprocess.run(
        [sys.executable, "-c", KERAS, str(given), str(got)],
        check=True,
        cwd=PROJECT_ROOT,
        capture_output=True,
    )
    expected = numpy_logits(pixels, {k: v.astype(float) for k, v in tensors.items()})
    np.testing.assert_allclose(np.load(got), expected, atol=2e-3)
    assert np.ptp(expected) > 1
