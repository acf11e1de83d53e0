"""The first fit of the classifier, in a process apart: it needs TensorFlow."""

import json
import subprocess
import sys

import pytest

from core.config import PROJECT_ROOT

CODE = """
import json
import numpy as np
from core.classification.networks import build_network
from core.mlops.training.probe import fit_classifier

rng = np.random.default_rng(0)
colours = np.array([(210, 40, 40), (40, 200, 60), (40, 60, 210)])

def batch(labels):
    noise = rng.normal(0, 20, (len(labels), 32, 32, 3))
    pixels = np.clip(colours[labels][:, None, None] + noise, 0, 255)
    return pixels.astype(np.float32), np.eye(4, dtype=np.float32)[labels]

network = build_network(4, backbone="compact")
first = network.get_layer("fc").get_weights()
fit_classifier(network, [batch(np.arange(24) % 3) for _ in range(4)])
seen, _ = batch(np.arange(30) % 3)
guess = np.asarray(network(seen)).argmax(axis=1)
kernel, bias = network.get_layer("fc").get_weights()
others = [w for layer in network.layers if layer.name != "fc" for w in layer.weights]
print(json.dumps({
    "right": float((guess == np.arange(30) % 3).mean()),
    "absent_as_before": bool((kernel[:, 3] == first[0][:, 3]).all()),
    "finite": bool(np.isfinite(kernel).all() and np.isfinite(bias).all()),
}))
"""


@pytest.fixture(scope="module")
def outcome():
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        check=True,
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_a_fitted_classifier_tells_what_the_features_tell(outcome):
    # Chance is a third (less, with the class that never occurs).
    assert outcome["right"] > 0.9
    assert outcome["finite"]


@pytest.mark.slow
def test_a_class_that_never_occurs_keeps_its_first_weights(outcome):
    assert outcome["absent_as_before"]
