import pytest

from core.config import PROJECT_ROOT
from core.errors import InputError
from core.mlops.training.config import Recipe, Run, Stage, TrainingConfig, read_recipe
from core.mlops.training.sources import read_data_sources

CONFIG = PROJECT_ROOT / "config" / "model_config.yaml"


def test_the_settings_in_the_repository_are_valid_and_survive_a_round_trip():
    recipe = read_recipe(CONFIG, "optimized_cnn_model")
    assert sum(run.share for run in recipe.runs) == pytest.approx(1)
    for run in recipe.runs:
        assert TrainingConfig.from_dict(run.config.to_dict()) == run.config


def test_shares_of_runs_sum_to_one():
    config = TrainingConfig(stages=(Stage(epochs=1, input_px=64),))
    for shares in ((0.5,), (0.5, 0.6), (1.5, -0.5), ()):
        runs = tuple(Run(share=share, config=config) for share in shares)
        with pytest.raises(InputError, match="sum to 1"):
            Recipe(runs=runs, input_px=64)


def test_a_run_may_end_before_its_schedule():
    stages = (Stage(epochs=5, input_px=64),)
    assert TrainingConfig(stages=stages).last_epoch == 5
    assert TrainingConfig(stages=stages, stop_after=3).last_epoch == 3


def test_the_stage_of_an_epoch_follows_their_lengths():
    config = TrainingConfig(
        stages=(Stage(epochs=2, input_px=64), Stage(epochs=1, input_px=96))
    )
    assert [config.stage_of(epoch).input_px for epoch in range(3)] == [64, 64, 96]
    assert (config.epochs, config.input_px) == (3, 96)
    with pytest.raises(InputError):
        config.stage_of(3)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"stages": []},
        {"stages": [{"epochs": 0, "input_px": 64}]},
        {"stages": [{"epochs": 1, "input_px": 9}]},
        {"stages": [{"epochs": 1}]},
        {"stages": [{"epochs": 1, "input_px": 64}], "no_such_setting": 1},
        {"stages": [{"epochs": 1, "input_px": 64}], "balance": 2},
        {"stages": [{"epochs": 1, "input_px": 64}], "mixup": 0.7, "cutmix": 0.7},
        {"stages": [{"epochs": 1, "input_px": 64}], "learning_rate": 0},
        {"stages": [{"epochs": 1, "input_px": 64}], "learning_rate": "fast"},
        {"stages": [{"epochs": 1, "input_px": 64}], "saturation": [1, 2, 3]},
    ],
)
def test_settings_that_make_no_sense_are_refused(values):
    with pytest.raises(InputError):
        TrainingConfig.from_dict(values)


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "training: 3",
        "training: {m: 4}",
        "\x00",
        "",
        "training: {m: {runs: [{share: x}]}}",
    ],
)
def test_a_settings_file_without_the_model_is_refused(tmp_path, text):
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(InputError):
        read_recipe(path, "m")


def test_every_data_source_has_a_known_licence_class():
    for entry in read_data_sources(CONFIG):
        assert entry["licence_class"] in {"open", "research_only", "none_stated"}


def test_data_sources_that_lack_a_field_are_refused(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("data_sources: [{source: a}]")
    with pytest.raises(InputError, match="licence_class"):
        read_data_sources(path)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"network": "vgg"}, "no network 'vgg'"),
        ({"balance_by": "day"}, "is not source or scene"),
        ({"probe_views": -1}, "probe_views -1 is negative"),
        ({"teacher_share": 1.2}, "teacher_share 1.2 outside"),
        ({"sea_views": float("nan")}, "sea_views nan outside"),
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(values, message):
    with pytest.raises(InputError, match=message):
        TrainingConfig(stages=(Stage(epochs=1, input_px=64),), **values)
