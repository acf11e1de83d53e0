"""Champions: tested before, audited, taken back, never half changed."""

import json
from contextlib import contextmanager

import pytest

from core.classification import champions, find_model
from core.distribution import find_forest
from core.errors import (
    InputError,
    ModelError,
    ModelIntegrityError,
    NotFoundError,
    StorageError,
)
from core.governance import detail_of, verify_chain
from core.mlops.acceptance import Limits, check_model
from core.mlops.promotion import deploy_folder, promote, rollback
from core.mlops.registry import list_models, read_deployed
from core.storage import open_store


@pytest.fixture
def store(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/gyre.db", data_dir=tmp_path) as opened:
        yield opened


@pytest.fixture
def models_dir(tmp_path, deploy):
    deploy()
    deploy(version=2)
    return tmp_path / "deployment"


def actions(store):
    return [(entry["action"], entry["subject"]) for entry in store.audit.entries()]


def test_a_promoted_model_is_in_use_and_a_rollback_restores_the_one_before(
    store, models_dir
):
    done = promote(store, "optimized_cnn_model@1", models_dir=models_dir, actor="Ada")
    assert all(check.is_passed for check in done.checks)
    assert find_model(models_dir, "optimized_cnn_model").name == "1"
    promote(store, "optimized_cnn_model", models_dir=models_dir, actor="Ada")
    assert champions(models_dir) == {"classifier": "optimized_cnn_model@2"}
    best = {row["model"]: row["is_champion"] for row in list_models(models_dir)}
    assert best == {"optimized_cnn_model@1": False, "optimized_cnn_model@2": True}
    back = rollback(store, models_dir=models_dir, actor="Bo")
    assert (back.model, back.before) == (
        "optimized_cnn_model@1",
        "optimized_cnn_model@2",
    )
    assert champions(models_dir) == {"classifier": "optimized_cnn_model@1"}
    assert actions(store)[0] == ("model.rollback", "model:optimized_cnn_model@1")
    assert [entry["actor"] for entry in store.audit.entries()] == ["Bo", "Ada", "Ada"]
    assert verify_chain(store).length == 3


def test_the_first_promotion_can_be_taken_back_to_what_was_in_use(
    store, models_dir, deploy
):
    deploy("resnet_model_v1", 1)
    promote(store, "resnet_model_v1", models_dir=models_dir, actor="Ada")
    rollback(store, models_dir=models_dir, actor="Ada")
    assert champions(models_dir) == {"classifier": "optimized_cnn_model@2"}


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ({"accuracy": 0.2}, "accuracy: 0.200"),
        ({"macro_f1": 0.1}, "macro-F1"),
        ({"ece": 0.3}, "calibration error"),
        ({"accuracy": None}, "not measured"),
        (
            {"per_source": {"trashcan": {"accuracy": 0.2, "n": 200}}},
            r"trashcan 0\.\d\d to 0\.20",
        ),
    ],
)
def test_a_model_that_fails_a_test_is_refused_with_the_figure(
    store, models_dir, deploy, figures, told
):
    deploy(version=3, **figures)
    with pytest.raises(ModelError, match=told):
        promote(store, "optimized_cnn_model@3", models_dir=models_dir, actor="Ada")
    assert champions(models_dir) == {}
    assert actions(store) == []


def test_a_forced_promotion_keeps_its_reason(store, models_dir, deploy):
    deploy(version=3, accuracy=0.2)
    with pytest.raises(ModelError):
        promote(
            store, "optimized_cnn_model@3", models_dir=models_dir, actor="A", force=" "
        )
    promote(
        store,
        "optimized_cnn_model@3",
        models_dir=models_dir,
        actor="Ada",
        force="only for the demo",
    )
    (entry,) = store.audit.entries()
    detail = detail_of(entry)
    assert detail["forced"] == "only for the demo"
    assert [one["name"] for one in detail["checks"] if not one["is_passed"]] == [
        "accuracy"
    ]


def test_pointer_and_audit_entry_are_kept_together_or_not_at_all(
    store, models_dir, monkeypatch
):
    promote(store, "optimized_cnn_model@1", models_dir=models_dir, actor="Ada")
    transaction = store.transaction

    @contextmanager
    def full_disk():
        with transaction():
            yield
            raise StorageError("no room for the entry")

    monkeypatch.setattr(store, "transaction", full_disk)
    with pytest.raises(StorageError):
        promote(store, "optimized_cnn_model@2", models_dir=models_dir, actor="Ada")
    assert champions(models_dir) == {"classifier": "optimized_cnn_model@1"}
    assert len(actions(store)) == 1


def test_a_promoted_forest_is_the_one_in_use(tmp_path):
    for version in (1, 2):
        folder = tmp_path / "debris_forest" / str(version)
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text("{}", encoding="utf-8")
    assert find_forest(tmp_path).name == "2"
    roles = {"forest": {"model": "debris_forest@1", "since": "2026", "previous": []}}
    text = json.dumps({"roles": roles})
    (tmp_path / "champions.json").write_text(text, encoding="utf-8")
    assert find_forest(tmp_path).name == "1"
    assert find_forest(tmp_path, "debris_forest@2").name == "2"
    (tmp_path / "champions.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="which model is in use"):
        find_forest(tmp_path)


def test_damaged_files_are_never_promoted_nor_rolled_back_to(store, models_dir):
    promote(store, "optimized_cnn_model@1", models_dir=models_dir, actor="Ada")
    promote(store, "optimized_cnn_model@2", models_dir=models_dir, actor="Ada")
    (network,) = (models_dir / "optimized_cnn_model" / "1").glob("*.tflite")
    with network.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ModelIntegrityError):
        rollback(store, models_dir=models_dir, actor="Ada")
    assert champions(models_dir) == {"classifier": "optimized_cnn_model@2"}
    with pytest.raises(ModelError, match="files"):
        promote(
            store,
            "optimized_cnn_model@1",
            models_dir=models_dir,
            actor="Ada",
            force="I want it",
        )


def test_a_model_too_slow_for_its_limit_fails(deploy):
    model = read_deployed(deploy())
    checks = check_model(model, limits=Limits(milliseconds=0.0))
    assert [check.name for check in checks if not check.is_passed] == [
        "time of one prediction (ms)"
    ]


def test_no_earlier_champion_no_such_role_no_such_model(store, models_dir):
    with pytest.raises(InputError, match="no earlier"):
        rollback(store, models_dir=models_dir, actor="Ada")
    with pytest.raises(InputError, match="no role"):
        rollback(store, "mascot", models_dir=models_dir, actor="Ada")
    with pytest.raises(NotFoundError):
        promote(store, "optimized_cnn_model@9", models_dir=models_dir, actor="Ada")
    promote(store, "optimized_cnn_model@1", models_dir=models_dir, actor="Ada")
    with pytest.raises(InputError, match="already"):
        promote(store, "optimized_cnn_model@1", models_dir=models_dir, actor="Ada")


def test_a_model_from_elsewhere_is_copied_whole_and_audited(
    store, models_dir, deploy, tmp_path
):
    source = deploy("cnn_model", 4, into=tmp_path / "elsewhere")
    model = deploy_folder(store, source, models_dir=models_dir, actor="Ada")
    assert model.model_id == "cnn_model@4"
    assert actions(store) == [("model.deploy", "model:cnn_model@4")]
    with pytest.raises(ModelError, match="deployed already"):
        deploy_folder(store, source, models_dir=models_dir, actor="Ada")
    assert not [path for path in models_dir.iterdir() if path.name.startswith(".")]


def test_a_foreign_model_is_refused_if_it_holds_links_or_other_files(
    store, models_dir, deploy, tmp_path
):
    source = deploy("cnn_model", 4, into=tmp_path / "elsewhere")
    (source / "more.txt").write_text("x", encoding="utf-8")
    with pytest.raises(ModelIntegrityError):
        deploy_folder(store, source, models_dir=models_dir, actor="Ada")
    (source / "more.txt").unlink()
    (source / "model_card.md").unlink()
    (source / "model_card.md").symlink_to("/etc/hostname")
    with pytest.raises(ModelError, match="link"):
        deploy_folder(store, source, models_dir=models_dir, actor="Ada")
    with pytest.raises(NotFoundError):
        deploy_folder(store, tmp_path / "none", models_dir=models_dir, actor="Ada")
    assert not (models_dir / "cnn_model").exists()
    assert actions(store) == []


def test_an_unknown_kind_is_a_problem_of_that_model_alone(models_dir, deploy):
    folder = deploy("odd_model", 1)
    content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(
        json.dumps(content | {"kind": "oracle"}), encoding="utf-8"
    )
    rows = {row["model"]: row["problem"] for row in list_models(models_dir)}
    assert "oracle" in rows["odd_model@1"]
    assert rows["optimized_cnn_model@1"] is None
