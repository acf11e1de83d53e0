"""Errors of inputs carried to the effort, against the rule for products."""

from math import cos, hypot, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.observations.effort import (
    photo_footprint_km2,
    strip_transect_km2,
    trawl_m3,
    with_uncertainty,
)


@given(st.floats(0.1, 100.0), st.floats(1.0, 500.0), st.floats(0.01, 0.3))
def test_relative_errors_of_a_product_add_in_squares(length_km, width_m, share):
    effort = with_uncertainty(
        strip_transect_km2,
        length_km=(length_km, 0.1 * length_km),
        width_m=(width_m, share * width_m),
    )
    assert effort.value == pytest.approx(length_km * width_m / 1000.0)
    assert effort.sd / effort.value == pytest.approx(hypot(0.1, share), rel=1e-6)


def test_an_error_in_height_counts_twice_in_a_footprint():
    effort = with_uncertainty(
        photo_footprint_km2,
        altitude_m=(100.0, 5.0),
        focal_length_35mm=24.0,
        aspect=1.5,
    )
    assert effort.sd / effort.value == pytest.approx(0.10)


def test_an_error_of_tilt_follows_the_derivative_of_the_trapezoid():
    # d ln A / dt of cos t / (cos2 t - b2 sin2 t)2, by hand.
    b, t = 12.0 / 50.0, radians(30.0)
    spread = cos(t) ** 2 - b * b * sin(t) ** 2
    slope = -sin(t) / cos(t) + 4.0 * (1.0 + b * b) * sin(t) * cos(t) / spread
    effort = with_uncertainty(
        photo_footprint_km2,
        altitude_m=100.0,
        focal_length_mm=50.0,
        sensor_width_mm=36.0,
        sensor_height_mm=24.0,
        tilt_deg=(30.0, 2.0),
    )
    assert effort.sd / effort.value == pytest.approx(slope * radians(2.0), rel=1e-4)


def test_exact_inputs_give_an_exact_effort():
    effort = with_uncertainty(
        trawl_m3,
        mouth_width_m=(0.6, 0.0),
        immersed_depth_m=0.15,
        speed_kn=2.0,
        duration_h=0.5,
    )
    assert effort.sd == 0.0
    assert effort.value == pytest.approx(166.68)


def test_negative_errors_and_impossible_values_are_refused():
    with pytest.raises(InputError, match="standard deviation of width_m"):
        with_uncertainty(strip_transect_km2, length_km=1.0, width_m=(50.0, -1.0))
    with pytest.raises(InputError, match="strip width"):
        with_uncertainty(strip_transect_km2, length_km=1.0, width_m=(0.0, 1.0))
