"""What wind and waves add, against the published figures worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.routing.fleet import FleetVessel, Place
from core.routing.resistance import (
    beaufort,
    heading_share,
    kept_speed_share,
    propulsion_of,
)

HOME = Place(54.0, 10.0)
VESSEL = FleetVessel("Ada", 10.0, 2.0, 20.0, 5000.0, 72.0, 60.0, 0.0, HOME, HOME)
HEIGHTS = st.floats(0.0, 8.0)
WINDS = st.floats(0.0, 30.0)
COSINES = st.floats(-1.0, 1.0)


def height_of_beaufort(bn):
    return 0.21 * (1.026 * 0.836 * bn**1.5) ** 2 / 9.80665


def kept(vessel=VESSEL, *, wave=0.0, wind=0.0, bow=1.0):
    return float(
        kept_speed_share(
            propulsion_of(vessel), wave_height_m=wave, wind_m_s=wind, cos_off_bow=bow
        )
    )


def test_calm_resistance_follows_from_the_fuel():
    # 60 l/h x 0.8675 kg/l / 0.215 kg/kWh = 242.09 kW; x 0.55 / 5.1444 m/s = 25.88 kN.
    assert propulsion_of(VESSEL).resistance_n == pytest.approx(25882.5, abs=0.5)


def test_beaufort_is_that_of_the_wmo():
    # Middles of WMO's classes: force 4 is 6.7 m/s, 8 is 18.9 m/s.
    assert beaufort([6.7, 18.9]) == pytest.approx([4.0, 8.0], abs=0.03)


def test_headings_keep_kwons_figures_in_the_middle_of_his_sectors():
    # At Beaufort 6: bow (1.7 - 0.03 x 4) / 2, beam 0.9 / 2, astern (0.4 - 0.12) / 2.
    height = height_of_beaufort(6.0)
    cosines = np.cos(np.radians([0.0, 45.0, 105.0, 180.0]))
    assert heading_share(height, cosines) == pytest.approx([1.0, 0.79, 0.45, 0.14])


def test_an_unknown_heading_counts_as_the_mean_over_all():
    angles = (np.arange(180_000) + 0.5) / 1000.0
    mean = heading_share(2.0, np.cos(np.radians(angles))).mean()
    assert heading_share(2.0, np.nan) == pytest.approx(mean, abs=1e-6)


def test_head_sea_of_one_metre_is_kreitners():
    # 0.64 x 0.6 x 1026 x 9.80665 x (1 x 6.9444)^2 / 25 = 7453 N: r = 0.28797.
    x = kept(wave=1.0)
    assert x**3 + 7453.1 / 25882.5 * x == pytest.approx(1.0, abs=1e-4)


def test_head_wind_is_blendermanns():
    # 0.5 x 1.225 x 0.7 x 6.9444^2 x ((10 + 5.1444)^2 - 5.1444^2) = 4195 N.
    x = kept(wind=10.0)
    assert x**3 + 4194.8 / 25882.5 * x == pytest.approx(1.0, abs=1e-4)


def test_a_following_wind_and_calm_water_leave_the_speed_as_it_is():
    assert kept() == pytest.approx(1.0, abs=1e-9)
    assert kept(wind=10.0, bow=-1.0) == pytest.approx(1.0, abs=1e-9)


def test_what_is_unknown_slows_nothing():
    assert kept(wave=np.nan, wind=np.nan, bow=np.nan) == pytest.approx(1.0)
    assert kept(wind=10.0, bow=np.nan) == pytest.approx(1.0)


@given(HEIGHTS, HEIGHTS, WINDS, COSINES)
def test_higher_waves_never_help(low, high, wind, bow):
    low, high = sorted([low, high])
    # Kwon's share falls with Beaufort on no heading faster than the square grows.
    assert 0.0 < kept(wave=high, wind=wind) <= kept(wave=low, wind=wind) + 1e-12
    assert 0.0 < kept(wave=high, wind=wind, bow=bow) <= 1.0


@given(HEIGHTS, COSINES, COSINES)
def test_waves_from_further_astern_slow_less(height, one, other):
    ahead, astern = max(one, other), min(one, other)
    assert kept(wave=height, bow=astern) >= kept(wave=height, bow=ahead) - 1e-9


def test_calm_resistance_goes_with_the_square_of_the_speed():
    slow = propulsion_of(VESSEL, 5.0)
    assert slow.resistance_n == pytest.approx(25882.5 / 4.0, abs=0.5)


def test_a_given_length_replaces_the_assumed_one():
    longer = propulsion_of(replace(VESSEL, length_m=50.0))
    assert (longer.length_m, longer.beam_m) == pytest.approx((50.0, 50.0 / 3.6))
    assert propulsion_of(VESSEL).length_m == 25.0
