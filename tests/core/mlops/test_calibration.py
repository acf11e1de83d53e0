import numpy as np
import pytest

from core.classification import softmax
from core.mlops.calibration import cross_fitted_probabilities, fit_temperature


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
