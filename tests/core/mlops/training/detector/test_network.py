"""The network: folded as the classifier was, exported as it was trained. TensorFlow."""

import numpy as np
import pytest

from core.errors import ModelError
from core.mlops.training.detector.network import (
    STRIDES,
    build_backbone,
    build_detector,
    cell_centres,
    load_classifier_weights,
    with_final_outputs,
)

SIDE = 64


@pytest.fixture(scope="module")
def classifier():
    """Fresh weights, but batch statistics as if it had been trained."""
    import keras

    from core.classification.networks import build_network

    keras.utils.set_random_seed(0)
    network = build_network(3)
    rng = np.random.default_rng(0)
    for layer in network.layers:
        if type(layer).__name__ == "BatchNormalization":
            shape = layer.get_weights()[0].shape
            layer.set_weights(
                [
                    rng.uniform(0.8, 1.6, shape),
                    rng.normal(0, 0.1, shape),
                    rng.normal(0, 0.1, shape),
                    rng.uniform(0.2, 1.0, shape),
                ]
            )
    return network


@pytest.fixture(scope="module")
def detector(classifier):
    return build_detector(classifier, 2, width=16, tower_depth=1)


@pytest.fixture(scope="module")
def pixels():
    rng = np.random.default_rng(1)
    return rng.uniform(0, 255, (1, SIDE, SIDE, 3)).astype(np.float32)


def test_folding_changes_nothing(classifier, pixels):
    import keras

    inputs, maps = build_backbone(classifier)
    folded = keras.Model(inputs, maps)(pixels)
    assert [SIDE // x.shape[1] for x in folded] == list(STRIDES)
    whole = keras.Model(classifier.input, classifier.get_layer("features").input)
    expected = np.asarray(whole(pixels, training=False))
    assert expected.std() > 0
    np.testing.assert_allclose(folded[-1], expected, atol=1e-3 * expected.max())


def test_every_cell_answers_and_starts_unsure(detector, pixels):
    cells = np.asarray(detector(pixels, training=False))
    assert cells.shape == (1, len(cell_centres(SIDE)[0]), 7)
    assert np.isfinite(cells).all()
    outputs = with_final_outputs(detector, SIDE)(pixels)
    assert outputs["boxes"].shape == (1, cells.shape[1], 4)
    assert 0 < float(np.max(outputs["scores"])) < 0.9
    boxes = np.asarray(outputs["boxes"])
    assert (boxes[..., 2:] > boxes[..., :2]).all()


@pytest.mark.slow
def test_the_exported_file_agrees_with_keras(detector, pixels, tmp_path):
    from ai_edge_litert.interpreter import Interpreter

    from core.mlops.training.detector.export import write_litert

    path = tmp_path / "detector.tflite"
    write_litert(detector, SIDE, path)
    interpreter = Interpreter(str(path))
    assert list(interpreter.get_signature_list()) == ["serving_default"]
    found = interpreter.get_signature_runner()(pixels=pixels)
    expected = with_final_outputs(detector, SIDE)(pixels)
    assert set(found) == {"boxes", "scores"}
    np.testing.assert_allclose(found["scores"], expected["scores"], atol=2e-3)
    np.testing.assert_allclose(found["boxes"], expected["boxes"], atol=0.5)


def test_a_folder_without_weights_is_told(tmp_path):
    with pytest.raises(ModelError, match="SavedModel"):
        load_classifier_weights(tmp_path)
