import json

import pytest

from core.classification import champions, classifier_in_use, find_model
from core.config import Settings
from core.errors import ModelError, NotFoundError


@pytest.fixture
def models_dir(tmp_path):
    for version in (1, 2, 3):
        folder = tmp_path / "small_model" / str(version)
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text("{}", encoding="utf-8")
    return tmp_path


def point(models_dir, model, role="classifier"):
    entry = {"model": model, "since": "2026-11-28T00:00:00+00:00", "previous": []}
    (models_dir / "champions.json").write_text(
        json.dumps({"roles": {role: entry}}), encoding="utf-8"
    )


def test_the_newest_version_is_in_use_until_one_is_promoted(models_dir):
    assert champions(models_dir) == {}
    assert find_model(models_dir, "small_model").name == "3"
    point(models_dir, "small_model@2")
    assert find_model(models_dir, "small_model").name == "2"
    assert find_model(models_dir, "small_model@3").name == "3"
    point(models_dir, "other_model@1")
    assert find_model(models_dir, "small_model").name == "3"


def test_a_champion_that_is_gone_is_not_replaced_in_silence(models_dir):
    point(models_dir, "small_model@9")
    with pytest.raises(NotFoundError):
        find_model(models_dir, "small_model")


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"roles": []}', '{"roles": {"classifier": {}}}', "\xff"]
)
def test_a_damaged_pointer_is_an_error(models_dir, text):
    (models_dir / "champions.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ModelError, match="which model is in use"):
        find_model(models_dir, "small_model")


def test_the_setting_decides_before_the_champion(models_dir, monkeypatch):
    monkeypatch.delenv("GYRE_MODEL", raising=False)
    default = Settings(models_dir=models_dir)
    assert classifier_in_use(default) == "optimized_cnn_model"
    point(models_dir, "small_model@2")
    assert classifier_in_use(default) == "small_model@2"
    chosen = Settings(models_dir=models_dir, model="small_model@1")
    assert classifier_in_use(chosen) == "small_model@1"
    point(models_dir, "debris_detector@1", role="detector")
    assert classifier_in_use(default) == "optimized_cnn_model"
