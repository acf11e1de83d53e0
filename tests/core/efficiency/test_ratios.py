"""Ratio of totals against hand calculation and simulated coverage."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.efficiency import Ratio, change_between, ratio_of_totals
from core.errors import InputError


def test_two_trips_by_hand() -> None:
    """Check by hand: r = 40/3, residuals -+10/3, se = sqrt(200/9 / 2) / 1.5 = 20/9.

    t(1 df, 97.5 %) = 12.7062 (any table), so the log reach is 12.7062 * (20/9) / (40/3)
    = 2.11770 and the ends are 13.3333 * exp(-+2.11770).
    """
    ratio = ratio_of_totals([10.0, 30.0], [1.0, 2.0])
    assert ratio.value == pytest.approx(40 / 3)
    assert ratio.standard_error == pytest.approx(20 / 9)
    assert ratio.low == pytest.approx(1.60411, rel=1e-4)
    assert ratio.high == pytest.approx(110.826, rel=1e-4)
    assert ratio.n == 2


def test_ratio_of_totals_is_not_the_mean_of_ratios() -> None:
    """A one-hour trip of 100 kg and a 99-hour trip of 0 kg: 1 kg/h, not 50."""
    assert ratio_of_totals([100.0, 0.0], [1.0, 99.0]).value == 1.0


def test_equal_trips_leave_no_doubt() -> None:
    ratio = ratio_of_totals([4.0, 8.0, 2.0], [2.0, 4.0, 1.0])
    assert (ratio.low, ratio.value, ratio.high) == (2.0, 2.0, 2.0)


def test_one_trip_has_no_interval() -> None:
    assert ratio_of_totals([5.0], [2.0]) == Ratio(2.5, None, None, 1)


def test_no_trip_or_nothing_to_divide_by_has_no_value() -> None:
    assert ratio_of_totals([], []).value is None
    assert ratio_of_totals([1.0, 2.0], [0.0, 0.0]).value is None


def test_empty_nets_have_a_value_but_no_interval() -> None:
    ratio = ratio_of_totals([0.0, 0.0], [3.0, 4.0])
    assert (ratio.value, ratio.low, ratio.high) == (0.0, None, None)


def test_vessels_as_strata_by_hand() -> None:
    """Check by hand: r = 36/6; d = 4, 8 and -4, -8; var 8 each, so 2*8 + 2*8 = 32.

    se = sqrt(32) / 6; without strata sum d2 = 160, so sqrt(4 * 160/3) / 6.
    """
    y, x = [10.0, 20.0, 2.0, 4.0], [1.0, 2.0, 1.0, 2.0]
    split = ratio_of_totals(y, x, strata=["a", "a", "b", "b"])
    assert split.value == 6.0
    assert split.standard_error == pytest.approx(32**0.5 / 6)
    assert split.freedom == 2
    whole = ratio_of_totals(y, x)
    assert whole.standard_error == pytest.approx((4 * 160 / 3) ** 0.5 / 6)
    assert whole.freedom == 3


def test_single_trips_of_several_vessels_are_taken_together() -> None:
    y, x = [10.0, 30.0], [1.0, 2.0]
    apart = ratio_of_totals(y, x, strata=["a", "b"])
    assert apart.standard_error == ratio_of_totals(y, x).standard_error


def test_one_vessel_with_a_single_trip_widens_the_interval() -> None:
    """Check by hand: r = 24/4; d = -2, 2, 0, then d of the lone trip is 0 as well."""
    y, x = [4.0, 8.0, 12.0], [1.0, 1.0, 2.0]
    lone = ratio_of_totals(y, x, strata=["a", "a", "b"])
    assert lone.standard_error == pytest.approx(16**0.5 / 4)
    shifted = ratio_of_totals([4.0, 8.0, 16.0], x, strata=["a", "a", "b"])
    # r = 7: d = -3, 1 (variance 8, doubled), and the lone trip's 2 squared.
    assert shifted.standard_error == pytest.approx(20**0.5 / 4)


def test_strata_must_fit_the_trips() -> None:
    with pytest.raises(InputError, match="1 strata for 2 trips"):
        ratio_of_totals([1.0, 2.0], [1.0, 2.0], strata=["a"])


def test_interval_with_strata_covers_as_often_as_it_says() -> None:
    """Three vessels of 40, 15 and 10 kg/h with fixed hours: ratio known."""
    rng = np.random.default_rng(8)
    rate = np.repeat([40.0, 15.0, 10.0], 4)
    hours = np.repeat([90.0, 70.0, 35.0], 4)
    truth = (rate * hours).sum() / hours.sum()
    covered = 0
    for _ in range(600):
        kg = rate * hours * rng.lognormal(-0.02, 0.2, 12)
        ratio = ratio_of_totals(kg, hours, strata=np.repeat(["a", "b", "c"], 4))
        assert ratio.low is not None
        assert ratio.high is not None
        covered += ratio.low <= truth <= ratio.high
    assert 0.90 <= covered / 600 <= 0.98


def test_interval_covers_as_often_as_it_says() -> None:
    """Simulated trips with a known ratio of 20: 95 % intervals cover it 92 to 98 %."""
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(600):
        hours = rng.uniform(30, 100, 12)
        kg = 20.0 * hours * rng.lognormal(-0.045, 0.3, 12)
        ratio = ratio_of_totals(kg, hours)
        assert ratio.low is not None
        assert ratio.high is not None
        covered += ratio.low <= 20.0 <= ratio.high
    assert 0.92 <= covered / 600 <= 0.98


amounts = st.lists(
    st.tuples(st.floats(0.1, 1e4), st.floats(0.1, 1e3)), min_size=2, max_size=20
)


@given(trips=amounts, factor=st.floats(0.01, 100))
def test_interval_holds_the_value_and_scales_with_the_unit(
    trips: list[tuple[float, float]], factor: float
) -> None:
    y, x = np.array(trips).T
    ratio = ratio_of_totals(y, x)
    scaled = ratio_of_totals(y * factor, x)
    assert ratio.value is not None
    assert ratio.low is not None
    assert ratio.high is not None
    assert 0.0 <= ratio.low <= ratio.value <= ratio.high
    assert scaled.value == pytest.approx(ratio.value * factor)


@given(trips=amounts)
def test_order_of_trips_does_not_matter(trips: list[tuple[float, float]]) -> None:
    y, x = np.array(trips).T
    forward, backward = ratio_of_totals(y, x), ratio_of_totals(y[::-1], x[::-1])
    assert forward.value == pytest.approx(backward.value)
    assert forward.standard_error == pytest.approx(
        backward.standard_error, rel=1e-6, abs=1e-9
    )


def test_change_by_hand() -> None:
    """Check by hand: log variances (2/20)^2 and (1/10)^2 add to 0.02; n = 5 each.

    Welch: 0.02^2 / (0.01^2/4 + 0.01^2/4) = 8 df, t = 2.30600; exp(2.306 * 0.141421).
    """
    change = change_between(
        Ratio(20.0, 1.0, 99.0, 5, 2.0, 4), Ratio(10.0, 1.0, 99.0, 5, 1.0, 4)
    )
    assert change is not None
    assert change.factor == 2.0
    assert change.high == pytest.approx(2.77110, rel=1e-4)
    assert change.low == pytest.approx(4.0 / 2.77110, rel=1e-4)
    assert change.is_clear


def test_change_within_the_noise_is_not_clear() -> None:
    change = change_between(
        Ratio(11.0, 1.0, 99.0, 5, 2.0, 4), Ratio(10.0, 1.0, 99.0, 5, 1.0, 4)
    )
    assert change is not None
    assert not change.is_clear


@pytest.mark.parametrize("missing", [None, 0.0])
def test_nothing_before_is_no_change(missing: float | None) -> None:
    now = Ratio(20.0, 1.0, 99.0, 5, 2.0, 4)
    assert change_between(now, Ratio(missing, None, None, 0)) is None
    assert change_between(Ratio(missing, None, None, 0), now) is None


def test_single_trips_change_without_interval() -> None:
    change = change_between(Ratio(3.0, None, None, 1), Ratio(2.0, None, None, 1))
    assert change is not None
    assert (change.factor, change.low, change.is_clear) == (1.5, None, False)


@pytest.mark.parametrize(
    ("y", "x", "words"),
    [
        ([1.0], [1.0, 2.0], "1 numerators for 2"),
        ([1.0, -2.0], [1.0, 2.0], "numerator -2.0 of trip 2"),
        ([1.0, 2.0], [float("nan"), 2.0], "denominator nan of trip 1"),
        ([float("inf")], [2.0], "numerator inf"),
    ],
)
def test_impossible_amounts_are_refused(
    y: list[float], x: list[float], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        ratio_of_totals(y, x)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 1.5])
def test_confidence_outside_its_range_is_refused(confidence: float) -> None:
    with pytest.raises(InputError, match="confidence"):
        ratio_of_totals([1.0], [1.0], confidence=confidence)


def test_the_first_page_does_not_wait_for_scipy_stats():
    code = "import core.efficiency, sys; print('scipy.stats' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).resolve().parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
