"""Training: a killed run ends as an uninterrupted one, the same seed gives the same.

Slow: TensorFlow, three times.
"""

import json
import subprocess
import sys

import numpy as np
import pytest

from core.config import PROJECT_ROOT

CODE = """
import os, sys
from pathlib import Path
import keras
import numpy as np
from core.classification.networks import build_network
from core.mlops.training.detector.config import DetectorConfig
from core.mlops.training.detector.fit import fit_detector
from core.mlops.training.detector.views import ViewMaker
sys.path.insert(0, "tests/core/mlops/training/detector")
from conftest import painted

folder, out, stop_after = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
pictures = [painted(seed) for seed in range(8)]
config = DetectorConfig(
    input_px=64, epochs=2, samples_per_epoch=8, batch_size=4, width=16, tower_depth=1,
    frozen_to="blocks_10_add", average_momentum=0.8, seed=int(sys.argv[4]),
)
keras.utils.set_random_seed(5)
classifier = build_network(2)

def after(epoch, network):
    if epoch == stop_after + 1:
        os._exit(9)  # as a kill would, before the checkpoint
    return {"seen": epoch}

maker = ViewMaker(pictures, (), (), 2, config)
network = fit_detector(config, maker, classifier, 2, folder, after_epoch=after)
pixels = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype("float32")
np.save(out, network(pixels, training=False))
"""


def train(folder, out, *, stop_after=99, seed=1):
    return subprocess.run(
        [sys.executable, "-c", CODE, str(folder), str(out), str(stop_after), str(seed)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_killed_run_goes_on_and_ends_as_an_uninterrupted_one(tmp_path):
    whole, killed = tmp_path / "whole.npy", tmp_path / "killed.npy"
    assert train(tmp_path / "a", whole).returncode == 0
    assert train(tmp_path / "b", killed, stop_after=1).returncode == 9
    assert train(tmp_path / "b", killed).returncode == 0
    np.testing.assert_allclose(np.load(killed), np.load(whole), atol=1e-4)
    lines = (tmp_path / "b" / "history.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2]
    other = train(tmp_path / "b", killed, seed=2)
    assert other.returncode == 1
    assert "other settings (seed)" in other.stderr
