import numpy as np

from core.mlops.training.config import Recipe, Run, Stage, TrainingConfig
from core.mlops.training.job import average_networks


class Weighted:
    """Stands for a network: it has weights that can be read and set."""

    def __init__(self, *weights):
        self.weights = [np.asarray(part, dtype=float) for part in weights]

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


def test_weights_are_averaged_by_the_shares_of_the_runs():
    config = TrainingConfig(stages=(Stage(epochs=1, input_px=64),))
    recipe = Recipe(
        runs=(Run(share=0.25, config=config), Run(share=0.75, config=config)),
        input_px=64,
    )
    mixed = average_networks([Weighted([4, 8], 0), Weighted([0, 4], 4)], recipe)
    np.testing.assert_allclose(mixed.weights[0], [1, 5])
    np.testing.assert_allclose(mixed.weights[1], 3)
