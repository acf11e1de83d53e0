import pytest

from core.detection import Detection, counted
from core.errors import InputError
from core.observations.quantities import OTHER_DEBRIS


def detection(category, x, score, *, side=10.0):
    return Detection(
        category=category, x_px=x, y_px=0.0, w_px=side, h_px=side, score=score
    )


def test_only_what_reaches_the_threshold_counts():
    found = [detection("plastic", x, s) for x, s in ((0, 0.5), (20, 0.49), (40, 0.9))]
    assert counted(found, 0.5) == {"plastic": 2}
    assert counted(found, 1.0) == {}
    assert counted([], 0.5) == {}


def test_an_object_of_two_categories_counts_once_as_the_likelier():
    found = [
        detection("metal", 1, 0.6),
        detection("plastic", 0, 0.8),
        detection("wood", 50, 0.7),
    ]
    assert counted(found, 0.3) == {"plastic": 1, "wood": 1}


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_thresholds_outside_0_and_1_are_refused(threshold):
    with pytest.raises(InputError):
        counted([], threshold)


def test_debris_that_nobody_could_name_is_other_in_records():
    found = [detection("debris_other", 0, 0.9), detection("biota", 30, 0.9)]
    assert counted(found, 0.5) == {"biota": 1, OTHER_DEBRIS: 1}
