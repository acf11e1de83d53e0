import numpy as np
import pytest

from core.classification import softmax
from core.errors import InputError
from core.mlops.calibration import (
    Scaling,
    compare_scalings,
    cross_fitted_probabilities,
    fit_accepted,
    fit_biased_temperature,
    fit_entropy_temperature,
    fit_temperature,
)


def drawn(temperature, n=4000, seed=0):
    """Labels drawn from the softmax of the logits at a known temperature."""
    rng = np.random.default_rng(seed)
    logits = 4 * rng.normal(size=(n, 5))
    shares = softmax(logits, temperature=temperature)
    truth = np.array([rng.choice(5, p=row) for row in shares])
    return logits, truth


@pytest.mark.parametrize("temperature", [0.7, 1.0, 2.5])
def test_the_temperature_that_made_the_labels_is_found(temperature):
    found = fit_temperature(*drawn(temperature))
    assert found == pytest.approx(temperature, rel=0.08)


def test_each_fold_uses_a_temperature_of_other_scenes():
    logits, truth = drawn(2.0, n=1000)
    groups = [f"scene {k // 50}" for k in range(1000)]
    shares = cross_fitted_probabilities(logits, truth, groups, n_folds=4)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    gap = np.log(shares)[:, 0] - np.log(shares)[:, 1]
    used = (logits[:, 0] - logits[:, 1]) / gap
    by_scene = [set(np.round(used[k : k + 50], 6)) for k in range(0, 1000, 50)]
    assert all(len(values) == 1 for values in by_scene)
    assert len(set.union(*by_scene)) == 4


def biased(n=3000, seed=1):
    """Logits of a network that says one category too rarely."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.normal(size=(n, 4))
    bias = np.array([1.5, 0.0, 0.0, -0.5])
    truth = np.array([rng.choice(4, p=row) for row in softmax(logits, bias=list(bias))])
    return logits, truth, bias


def test_biases_that_made_the_labels_are_found():
    logits, truth, bias = biased()
    found = fit_biased_temperature(logits, truth, penalty=1e-6)
    assert found.temperature == pytest.approx(1, rel=0.08)
    np.testing.assert_allclose(
        np.array(found.bias) - np.mean(found.bias), bias - bias.mean(), atol=0.2
    )


def test_a_strong_penalty_leaves_the_temperature_alone():
    logits, truth = drawn(2.0)
    found = fit_biased_temperature(logits, truth, penalty=1e6)
    assert max(map(abs, found.bias)) < 1e-3
    assert found.temperature == pytest.approx(fit_temperature(logits, truth), rel=1e-3)


def test_other_scenes_tell_which_scaling_is_needed():
    groups = [f"scene {k // 20}" for k in range(3000)]
    logits, truth, _ = biased()
    told = compare_scalings(logits, truth, groups, n_deals=2)
    assert told["vector"]["nll"] < told["temperature"]["nll"]
    assert told["vector"]["ece"] < 0.05
    few = slice(0, 300)
    logits, truth = drawn(2.0, n=300)
    told = compare_scalings(logits, truth, groups[few], n_deals=2)
    assert told["temperature"]["nll"] < told["none"]["nll"]


def accepted(confidence, is_right, groups, **options):
    return fit_accepted(
        np.asarray(confidence), np.asarray(is_right), groups, n_resamples=100, **options
    )


def test_the_accepted_reach_the_target_and_other_scenes_come_near_it():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.2, 1.0, 3000)
    is_right = rng.random(3000) < confidence
    groups = [f"scene {k // 10}" for k in range(3000)]
    found = accepted(confidence, is_right, groups, target=0.85)
    # Confidence c is right c of the time, so from t on the accuracy is (1 + t) / 2.
    assert found.threshold == pytest.approx(0.7, abs=0.06)
    assert found.accuracy >= 0.85
    assert found.accuracy_interval[0] < 0.85 < found.accuracy_interval[1]
    assert found.threshold_interval[0] <= found.threshold <= found.threshold_interval[1]


def test_scenes_that_are_alike_inside_widen_the_interval():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1.0, 600)
    lucky = np.repeat(np.arange(20) % 4 > 0, 30)
    groups = [f"scene {k // 30}" for k in range(600)]
    scenes = accepted(confidence, lucky, groups, target=0.5)
    alone = accepted(confidence, lucky, [str(k) for k in range(600)], target=0.5)
    assert np.ptp(scenes.accuracy_interval) > 2 * np.ptp(alone.accuracy_interval)


def test_a_target_out_of_reach_accepts_no_photo():
    found = accepted([0.9, 0.8], [False, False], ["a", "b"], target=0.85)
    assert found.threshold == 1.0
    assert found.share == 0.0
    assert np.isnan(found.accuracy)


def test_lengths_that_differ_are_refused():
    with pytest.raises(InputError, match="2 confidences"):
        accepted([0.9, 0.8], [True], ["a", "b"])
    with pytest.raises(InputError):
        accepted([], [], [])


@pytest.mark.parametrize("power", [-0.2, 0.0, 0.4])
def test_the_entropy_power_that_made_the_labels_is_found(power):
    rng = np.random.default_rng(3)
    logits = 3 * rng.normal(size=(6000, 5)) * rng.uniform(0.2, 1.5, (6000, 1))
    made = Scaling(1.5, entropy_power=power)
    truth = np.array([rng.choice(5, p=row) for row in made.probabilities(logits)])
    found = fit_entropy_temperature(logits, truth, penalty=0.0)
    assert found.entropy_power == pytest.approx(power, abs=0.1)
    assert found.temperature == pytest.approx(1.5, rel=0.15)


def test_a_temperature_that_follows_entropy_keeps_the_likeliest_category():
    logits = np.random.default_rng(0).normal(size=(500, 6)) * 4
    shares = Scaling(0.7, entropy_power=0.5).probabilities(logits)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    np.testing.assert_array_equal(shares.argmax(axis=1), logits.argmax(axis=1))
    # Logits are known but for a constant: logarithms of probabilities do as well.
    again = Scaling(0.7, entropy_power=0.5).probabilities(np.log(softmax(logits)))
    np.testing.assert_allclose(again, shares)


def test_an_answer_without_doubt_stays_finite():
    logits = np.array([[900.0, 0.0, -900.0], [0.0, 0.0, 0.0]])
    shares = Scaling(0.5, entropy_power=1.0).probabilities(logits)
    assert np.isfinite(shares).all()
    np.testing.assert_allclose(shares[1], 1 / 3)


def test_the_manifest_entry_names_the_method():
    assert Scaling(0.69123).to_dict() == {
        "method": "temperature",
        "temperature": 0.6912,
    }
    entry = Scaling(0.7, entropy_power=0.31).to_dict()
    assert entry["method"] == "entropy"
    assert entry["entropy_power"] == 0.31
    assert Scaling(0.7, (0.1, -0.1)).to_dict()["bias"] == [0.1, -0.1]
