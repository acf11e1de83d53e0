import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.mlops.evaluation import expected_calibration_error
from core.mlops.reliability import reliability_bins


@given(
    st.lists(
        st.tuples(st.floats(0, 1, allow_nan=False), st.booleans()),
        min_size=1,
        max_size=60,
    )
)
def test_the_bins_sum_to_the_calibration_error(pairs):
    confidence = np.array([pair[0] for pair in pairs])
    is_right = np.array([pair[1] for pair in pairs])
    bins = reliability_bins(confidence, is_right)
    assert sum(one["n"] for one in bins) == len(pairs)
    error = sum(one["n"] * abs(one["accuracy"] - one["confidence"]) for one in bins)
    expected = expected_calibration_error(confidence, is_right)
    # Bins are rounded to four digits.
    assert error / len(pairs) == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("confidence", [[1.2], [-0.1], [float("nan")], [0.5, 0.5]])
def test_what_is_no_confidence_is_refused(confidence):
    with pytest.raises(InputError):
        reliability_bins(np.array(confidence), np.array([True]))
