"""Training: a killed run ends as an uninterrupted one. Slow: TensorFlow, twice."""

import json
import subprocess
import sys

import numpy as np
import pytest

from core.config import PROJECT_ROOT

CODE = """
import os, sys
from pathlib import Path
import numpy as np
from core.mlops.training.config import Stage, TrainingConfig
from core.mlops.training.data import PhotoSet
from core.mlops.training.fit import fit, predict_logits

folder, out, stop_after = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
rng = np.random.default_rng(0)
rows = []
for k in range(24):
    label = k % 2
    colour = (200, 60, 40) if label else (30, 90, 180)
    photo = np.clip(rng.normal(colour, 20, (50, 60, 3)), 0, 255).astype(np.uint8)
    rows.append((photo, label, "boat", str(k)))
photos = PhotoSet.of(rows)
config = TrainingConfig(
    stages=(Stage(epochs=2, input_px=32), Stage(epochs=1, input_px=48)),
    samples_per_epoch=48, batch_size=8, renders_per_kind=0, dropout=0.0,
    average_momentum=0.8, frozen_to="blocks_2_add", probe_views=2,
)

def after(epoch, network, side_px):
    if epoch == stop_after + 1:
        os._exit(9)  # as a kill would, before the checkpoint
    return {"seen": side_px}

network = fit(config, photos, ("blue", "red"), folder, after_epoch=after)
np.save(out, predict_logits(network, photos, 48))
"""


def train(folder, out, *, stop_after=99):
    return subprocess.run(
        [sys.executable, "-c", CODE, str(folder), str(out), str(stop_after)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).returncode


@pytest.mark.slow
def test_a_killed_run_goes_on_and_ends_as_an_uninterrupted_one(tmp_path):
    whole, killed = tmp_path / "whole.npy", tmp_path / "killed.npy"
    assert train(tmp_path / "a", whole) == 0
    assert train(tmp_path / "b", killed, stop_after=1) == 9
    assert train(tmp_path / "b", killed) == 0
    first, second = np.load(whole), np.load(killed)
    np.testing.assert_allclose(first, second, atol=1e-3)
    truth = np.arange(24) % 2
    assert (first.argmax(axis=1) == truth).mean() == 1.0
    lines = (tmp_path / "b" / "history.jsonl").read_text().splitlines()
    history = [json.loads(line) for line in lines]
    assert [line["epoch"] for line in history] == [1, 2, 3]
    assert [line["seen"] for line in history] == [32, 32, 48]
