import numpy as np
import pytest

from core.errors import NotFoundError
from core.mlops.training.data import PhotoSet
from core.mlops.training.teacher import load_teacher, opinions_of


def photos_of_brightness(*values):
    return PhotoSet.of(
        (np.full((4, 6, 3), value, dtype=np.uint8), 0, "boat", str(value))
        for value in values
    )


def bright_or_dark(photos):
    return np.array([[p.mean() / 255, 1 - p.mean() / 255] for p in photos])


def test_an_opinion_is_softened_and_stays_a_probability():
    opinions = opinions_of(bright_or_dark, photos_of_brightness(204, 51))
    # Shares 0.8 and 0.2 at temperature 2 are as their roots: 2 to 1.
    np.testing.assert_allclose(opinions, [[2 / 3, 1 / 3], [1 / 3, 2 / 3]], rtol=1e-5)
    assert opinions.dtype == np.float32


def test_a_teacher_that_is_certain_leaves_finite_opinions():
    opinions = opinions_of(bright_or_dark, photos_of_brightness(255))
    assert np.isfinite(opinions).all()
    assert opinions.sum() == pytest.approx(1)


def test_a_teacher_that_is_not_deployed_is_named(tmp_path):
    with pytest.raises(NotFoundError, match="no model nobody@3"):
        load_teacher(tmp_path, "nobody@3")
