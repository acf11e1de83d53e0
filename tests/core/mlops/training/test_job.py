"""The job around training: what it passes on, logs, resumes and refuses."""

import io
import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.errors import InputError, ModelError, NotFoundError
from core.mlops.training import job
from core.mlops.training.config import Recipe, Run, Stage, TrainingConfig, read_recipe
from core.mlops.training.data import PhotoSet
from core.mlops.training.tracked import Tracking, final_metrics

SETTINGS = """
training:
  tiny_model:
    input_px: 64
    runs:
      - {share: 0.25, seed: 3, stages: [{epochs: 2, input_px: 64}]}
      - {share: 0.75, seed: 3, stages: [{epochs: 1, input_px: 64}]}
  resnet_model:
    input_px: 64
    combine: logits
    saved_model: false
    runs: [{share: 1.0, stages: [{epochs: 1, input_px: 64}]}]
data_sources:
  - {source: beach, licence_class: open, licence: MIT, origin: a, relevance: b}
  - {source: rov, licence_class: research_only, licence: no, origin: a, relevance: b}
  - {source: simulated, licence_class: open, licence: Apache, origin: a, relevance: b}
"""
METRICS = {
    "val": {
        "accuracy": 0.5,
        "n": 4,
        "intervals": {"accuracy": [0.4, None]},
        "per_source": {"rov": {"accuracy": 0.1, "n": 2}},
    }
}


class Weighted:
    """Stands for a network: it has weights that can be read and set."""

    def __init__(self, *weights):
        self.weights = [np.asarray(part, dtype=float) for part in weights]

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


@pytest.fixture
def place(tmp_path):
    for split in ("train", "val"):
        for source in ("beach", "rov"):
            path = tmp_path / "photos" / split / "glass" / f"{source}_1.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            data = io.BytesIO()
            Image.new("RGB", (8, 8)).save(data, "JPEG")
            path.write_bytes(data.getvalue())
    (tmp_path / "config.yaml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


class Renders:
    """Paints nothing."""

    def for_training(self, categories, n_per_kind):
        return PhotoSet.of([])

    unseen = for_training


@pytest.fixture
def calls(monkeypatch):
    """Stand in for the training and the export; keep what they were called with."""
    seen = SimpleNamespace(runs=[], export=None, fails=False)

    def run_training(config, photos, folder, categories, renders, **more):
        seen.runs.append((config, more))
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "history.jsonl").open("a") as file:
            for epoch in range(1, config.last_epoch + 1):
                line = {"epoch": epoch, "loss": 1 / epoch, "seconds": 60.0}
                file.write(json.dumps(line) + "\n")
        if seen.fails:
            raise MemoryError("no memory left")
        return Weighted([1.0])

    def export_model(networks, recipe, train, unseen, **more):
        seen.export = SimpleNamespace(networks=networks, train=train, **more)
        return SimpleNamespace(
            content={"metrics": METRICS}, model_id=f"{more['name']}@{more['version']}"
        )

    monkeypatch.setattr(job, "run_training", run_training)
    monkeypatch.setattr(job, "export_model", export_model)
    return seen


def train(place, name="tiny_model", **more):
    renders: Any = Renders()
    return job.train_and_deploy(
        name,
        1,
        config_file=place / "config.yaml",
        photos=place / "photos",
        folder=place / "run",
        models_dir=place / "models",
        categories=("glass",),
        renders=renders,
        **more,
    )


def test_an_unknown_model_is_named_before_its_photos(tmp_path, place, calls):
    with pytest.raises(InputError, match=r"for no_such_model; known: .*tiny_model"):
        train(place, name="no_such_model")
    place.joinpath("photos").rename(tmp_path / "elsewhere")
    with pytest.raises(NotFoundError, match="models prepare"):
        train(place)


def test_weights_are_averaged_by_the_shares_of_the_runs():
    config = TrainingConfig(stages=(Stage(epochs=1, input_px=64),))
    recipe = Recipe(
        runs=(Run(share=0.25, config=config), Run(share=0.75, config=config)),
        input_px=64,
    )
    mixed = job.average_networks([Weighted([4, 8], 0), Weighted([0, 4], 4)], recipe)
    np.testing.assert_allclose(mixed.weights[0], [1, 5])
    np.testing.assert_allclose(mixed.weights[1], 3)


def test_progress_tells_epoch_and_the_time_left(place, calls):
    told: list[str] = []
    train(place, tracking=Tracking(tell=told.append))
    assert told == [
        "run 1 of 2: epoch 2 of 2, loss 0.500, about 60 s left",
        "run 2 of 2: epoch 1 of 1, loss 1.000",
    ]


def test_an_open_model_sees_open_sources_alone(place, calls):
    train(place, licence="open")
    assert {"simulated", "beach"} == set(calls.runs[0][1]["sources"])
    assert calls.export.train.sources == ("beach",)
    assert set(calls.export.calibrate_on) == {"simulated", "beach"}
    assert calls.export.more["licence"] == "open"


def test_where_manifest_and_settings_differ_the_stricter_licence_counts(place, calls):
    listing = "file,source,licence_class\ntrain/glass/beach_1.jpg,beach,none_stated\n"
    (place / "photos" / "manifest.csv").write_text(listing, encoding="utf-8")
    with pytest.raises(InputError, match="open licence"):
        train(place, licence="open")
    with pytest.raises(InputError, match="licence 'free'"):
        train(place, licence="free")
    train(place)
    assert calls.runs[0][1]["sources"] is None


def test_an_open_model_may_not_learn_from_one_that_is_not(place, monkeypatch, calls):
    recipe = read_recipe(place / "config.yaml", "resnet_model")
    config = replace(recipe.runs[0].config, teacher="big@1")
    taught = replace(recipe, runs=(replace(recipe.runs[0], config=config),))
    monkeypatch.setattr(job, "read_recipe", lambda *_: taught)
    monkeypatch.setattr(job, "find_model", lambda *_: None)
    monkeypatch.setattr(
        job,
        "read_manifest",
        lambda _: SimpleNamespace(model_id="big@1", content={"research_use": True}),
    )
    with pytest.raises(InputError, match="big@1 is for research use"):
        train(place, "resnet_model", licence="open")


def test_a_seed_on_the_command_line_counts_up_over_the_runs(place, calls):
    train(place, seed=7)
    assert [config.seed for config, _ in calls.runs] == [7, 8]


def test_the_resnet_is_deployed_under_its_contracted_name(place, calls):
    assert train(place, "resnet_model").model_id == "resnet_model_v1@1"
    assert calls.export.saved_model is False
    assert calls.export.shares == [1.0]


def test_a_folder_of_another_training_is_refused(place, calls):
    train(place)
    train(place)
    with pytest.raises(ModelError, match="another seed"):
        train(place, seed=9)
    with pytest.raises(ModelError, match="another licence"):
        train(place, licence="open")
    (place / "photos" / "train" / "glass" / "beach_1.jpg").write_bytes(b"changed")
    with pytest.raises(ModelError, match="another data_sha256"):
        train(place)


def test_a_failed_training_is_told_to_the_log_and_raised(place, calls, monkeypatch):
    failed: list[str] = []
    log = SimpleNamespace(
        run_id="x",
        epochs=lambda *a, **k: None,
        fail=failed.append,
        finish=lambda *a: failed.append("finished"),
    )
    monkeypatch.setattr(Tracking, "open", lambda *a, **k: log)
    calls.fails = True
    with pytest.raises(MemoryError):
        train(place)
    assert failed == ["MemoryError: no memory left"]
    calls.fails = False
    train(place)
    assert failed[-1] == "finished"
    assert calls.export.more["mlflow_run"] == "x"


def test_prepared_data_may_name_the_split_validation(place, calls):
    (place / "photos" / "val").rename(place / "photos" / "validation")
    train(place)
    (place / "photos" / "validation").rename(place / "photos" / "other")
    with pytest.raises(NotFoundError, match="val"):
        train(place)


def test_figures_are_flattened_with_their_intervals():
    assert final_metrics(METRICS) == {
        "val/accuracy": 0.5,
        "val/n": 4.0,
        "val/accuracy_low": 0.4,
        "val/accuracy_rov": 0.1,
    }
