"""From photos to a deployed model with a tiny network. Slow: TensorFlow."""

import json
import subprocess
import sys

import pytest

from core.config import PROJECT_ROOT
from core.mlops.registry import list_models, verify_deployed
from core.mlops.tracking import learning_curve, read_runs
from core.mlops.training.config import Recipe, Run, Stage, TrainingConfig
from core.mlops.training.export import _architecture

CODE = """
import sys
from pathlib import Path
import numpy as np
from PIL import Image
from core.mlops.training.data import PhotoSet
from core.mlops.training.job import train_and_deploy
from core.mlops.training.tracked import Tracking

root = Path(sys.argv[1])
codes = ("clean", "glass", "plastic")
colours = {"clean": (40, 90, 160), "glass": (40, 160, 60), "plastic": (200, 60, 40)}

def paint(code, rng):
    return np.clip(rng.normal(colours[code], 25, (48, 64, 3)), 0, 255).astype(np.uint8)

class Renders:
    def for_training(self, categories, n_per_kind):
        rng = np.random.default_rng(1)
        return PhotoSet.of(
            (paint(code, rng), k, "simulated", f"{code}:{n}")
            for k, code in enumerate(categories) for n in range(4)
        )
    def unseen(self, categories, n_per_kind):
        return self.for_training(categories, n_per_kind)

rng = np.random.default_rng(0)
for split, n in (("train", 8), ("val", 6)):
    for code in codes:
        folder = root / "photos" / split / code
        folder.mkdir(parents=True, exist_ok=True)
        for k in range(n):
            source = "rov" if k % 4 == 3 else "beach"
            path = folder / f"{source}_{k}.jpg"
            if not path.exists():
                Image.fromarray(paint(code, rng)).save(path, quality=95)
manifest = train_and_deploy(
    "cnn_model", 1,
    config_file=root / "config.yaml", photos=root / "photos", folder=root / "run",
    models_dir=root / "models", categories=codes, renders=Renders(), licence="open",
    tracking=Tracking(uri=f"sqlite:///{root}/mlflow.db", commit="abc", tell=print),
)
"""
SETTINGS = """
training:
  cnn_model:
    input_px: 32
    combine: logits
    saved_model: false
    runs:
      - {share: 0.5, seed: 1, network: compact, stages: [{epochs: 2, input_px: 32}],
         samples_per_epoch: 48, batch_size: 8, box_crops: false}
      - {share: 0.5, seed: 2, network: compact, stages: [{epochs: 1, input_px: 32}],
         samples_per_epoch: 48, batch_size: 8, box_crops: false}
data_sources:
  - {source: beach, licence_class: open, licence: MIT, origin: a, relevance: b}
  - {source: rov, licence_class: research_only, licence: no, origin: a, relevance: b}
  - {source: simulated, licence_class: open, licence: Apache, origin: a, relevance: b}
"""


@pytest.mark.slow
def test_an_open_ensemble_is_trained_logged_and_deployed(tmp_path):
    (tmp_path / "config.yaml").write_text(SETTINGS, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "run 2 of 2: epoch 1 of 1" in done.stdout
    models_dir = tmp_path / "models"
    assert verify_deployed(models_dir) == [{"model": "cnn_model@1", "problem": None}]
    (row,) = list_models(models_dir)
    assert row["research_use"] is False
    assert row["n"] == 18  # scored on every source, trained on the open ones
    folder = models_dir / "cnn_model" / "1"
    content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert {one["source"] for one in content["training"]["sources"]} == {
        "beach",
        "simulated",
    }
    assert content["calibration"]["sources"] == ["beach"]
    assert content["calibration"]["n"] == 15
    assert "domain.npz" in content["files"]
    assert not (folder / "saved_model").exists()
    assert "logits of 2 runs averaged" in content["architecture"]
    assert sum(one["n"] for one in content["metrics"]["val"]["reliability"]) == 18
    card = (folder / "model_card.md").read_text(encoding="utf-8")
    assert "open licence" in card
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    (run,) = read_runs(uri)
    assert run["status"] == "FINISHED"
    assert run["tags"]["git_commit"] == "abc"
    assert run["metrics"]["val/accuracy"] == row["accuracy"]
    curve = learning_curve(uri, run["run_id"], ["run_1/loss"])
    assert [point["epoch"] for point in curve] == [1, 2]
    assert content["training"]["mlflow_run"] == run["run_id"]


def test_the_architecture_names_networks_start_and_how_they_are_joined():
    def recipe(combine, **networks):
        runs = tuple(
            Run(
                share=1 / len(networks),
                config=TrainingConfig(
                    stages=(Stage(epochs=1, input_px=64),), network=name, teacher=taught
                ),
            )
            for name, taught in networks.items()
        )
        return Recipe(runs=runs, input_px=64, combine=combine)

    one = _architecture(recipe("weights", lite1=""))
    assert one == "EfficientNet-Lite1, fine-tuned from ImageNet weights (Apache-2.0)"
    taught = _architecture(recipe("weights", resnet18_half="big_model@2"))
    assert taught.endswith("trained from scratch, learning from big_model@2")
    assert "logits of 2 runs" in _architecture(recipe("logits", lite0="", compact=""))
