"""Every network of the family, built in one process apart from the other tests."""

import json
import subprocess
import sys

import pytest

from core.classification.networks import BACKBONES, LITE_SCALES, build_network
from core.config import PROJECT_ROOT
from core.errors import InputError

CODE = """
import json
import numpy as np
from core.classification.networks import (
    BACKBONES, LITE_SCALES, build_network, explained, load_imagenet_weights)
pixels = np.random.default_rng(3).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)
facts = {}
for name in BACKBONES:
    network = build_network(10, backbone=name)
    before = network.get_weights()[0].copy()
    if name in LITE_SCALES:
        load_imagenet_weights(network)
    out = {k: np.asarray(v) for k, v in explained(network)(pixels).items()}
    bias = network.get_layer("fc").get_weights()[1]
    pooled = out["activation"].mean(axis=(1, 2)) + bias
    facts[name] = {
        "parameters": network.count_params(),
        "moved": bool((network.get_weights()[0] != before).any()),
        "off": float(np.abs(pooled - out["logits"]).max()),
        "spread": float(np.ptp(out["logits"])),
        "shape": list(out["logits"].shape),
        "features": out["features"].shape[1],
        "early": out["early_features"].shape[1],
    }
print(json.dumps(facts))
"""


@pytest.fixture(scope="module")
def facts():
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        check=True,
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_the_family_is_complete(facts):
    assert set(facts) == set(BACKBONES)
    assert all(fact["shape"] == [2, 10] for fact in facts.values())


# Published, in millions with the thousand ImageNet classes: 4.7, 5.4 and 6.1. Ten
# classes have 1281 x 990 fewer; the rest beside is the moving statistics.
@pytest.mark.parametrize(
    ("name", "millions"), [("lite0", 4.7), ("lite1", 5.4), ("lite2", 6.1)]
)
def test_lite_networks_have_their_published_size(facts, name, millions):
    whole = facts[name]["parameters"] + 1281 * 990
    assert whole / 1e6 == pytest.approx(millions, abs=0.1)


def test_only_lite_networks_start_from_imagenet(facts):
    assert {name for name, fact in facts.items() if fact["moved"]} == set(LITE_SCALES)


@pytest.mark.parametrize("name", BACKBONES)
def test_the_activation_map_averages_to_the_logits(facts, name):
    assert facts[name]["off"] < 1e-4 * max(1.0, facts[name]["spread"])


def test_early_features_are_those_of_the_last_block_with_a_shortcut(facts):
    assert {name: facts[name]["early"] for name in LITE_SCALES} == {
        "lite0": 192,
        "lite1": 192,
        "lite2": 208,
    }


def test_an_unknown_network_is_refused_by_name():
    with pytest.raises(InputError, match="no network 'resnet9000'; there are lite0"):
        build_network(10, backbone="resnet9000")
