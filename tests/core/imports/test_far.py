"""Rules of positions that lie far from the rest of their file."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.geo import great_circle_distance_km
from core.imports import check_file, far_places

RNG = np.random.default_rng(7)
LAT, LON = 31.0 + RNG.normal(0, 0.5, 60), -140.0 + RNG.normal(0, 0.5, 60)


def test_a_wrong_sign_and_a_slipped_digit_stand_out():
    lat, lon = LAT.copy(), LON.copy()
    lon[5] = -lon[5]
    lat[9] = lat[9] + 20.0
    found = far_places(lat, lon)
    assert np.flatnonzero(found.is_far).tolist() == [5, 9]


def test_the_distance_is_that_from_the_middle_of_the_places():
    lat, lon = np.array([10.0, 10.0, 10.0]), np.array([-1.0, 0.0, 1.0])
    found = far_places(lat, lon)
    expected = great_circle_distance_km(lat1=10.0, lon1=0.0, lat2=10.0, lon2=1.0)
    assert found.distance_km[[0, 2]] == pytest.approx(float(expected), rel=1e-3)
    assert found.distance_km[1] == pytest.approx(0.0, abs=0.3)


def test_a_second_area_of_work_is_no_slip():
    lat = np.concatenate([LAT, np.full(20, -20.0) + RNG.normal(0, 0.5, 20)])
    lon = np.concatenate([LON, np.full(20, 60.0) + RNG.normal(0, 0.5, 20)])
    assert not far_places(lat, lon).is_far.any()


def test_surveys_of_all_oceans_have_no_far_places():
    lat = np.degrees(np.arcsin(RNG.uniform(-1, 1, 500)))
    assert not far_places(lat, RNG.uniform(-180, 180, 500)).is_far.any()


def test_the_antimeridian_parts_nothing():
    lon = np.where(np.arange(60) % 2, 179.8, -179.8)
    assert not far_places(LAT, lon).is_far.any()


def test_many_rows_of_one_station_do_not_make_the_others_far():
    lat = np.concatenate([np.full(1000, 31.0), LAT])
    lon = np.concatenate([np.full(1000, -140.0), LON])
    assert not far_places(lat, lon).is_far.any()


@pytest.mark.parametrize("n_places", [0, 1, 7])
def test_few_places_say_nothing(n_places):
    lon = np.append(LON[: max(n_places - 1, 0)], [40.0] * min(n_places, 1))
    assert not far_places(LAT[:n_places], lon).is_far.any()


@given(
    st.lists(
        st.tuples(st.floats(-90, 90) | st.just(np.nan), st.floats(-180, 180)),
        max_size=40,
    )
)
def test_any_positions_are_judged_and_few_are_far(places):
    lat = np.array([place[0] for place in places], dtype=float)
    lon = np.array([place[1] for place in places], dtype=float)
    found = far_places(lat, lon)
    assert found.is_far.shape == lat.shape
    assert not (found.is_far & np.isnan(lat)).any()


def test_a_far_record_is_kept_with_a_flag_and_a_reason(write):
    rows = [
        f"{lat:.4f},{lon:.4f},2026-06-01,plastic,1,north"
        for lat, lon in zip(LAT, np.where(np.arange(60) == 7, 150.0, LON), strict=True)
    ]
    head = "lat,lon,observed_at,category,count,survey\n"
    bad = "x,-140,2026-06-01,plastic,1,north"
    text = head + "\n".join([*rows[:3], bad, *rows[3:]])
    preview = check_file(write("north.csv", text))
    imported = preview.imported
    assert (imported.n_accepted, imported.n_rejected) == (60, 1)
    flags = imported.observations["quality_flag"]
    assert flags.tolist() == [1] * 7 + [3] + [1] * 52
    (doubt,) = imported.doubts
    assert doubt.row == 9  # the refused record counts
    assert doubt.value.endswith(", 150")
    assert "km from the middle of this file" in doubt.reason
    assert imported.flags["far_from_the_rest"] == 1
