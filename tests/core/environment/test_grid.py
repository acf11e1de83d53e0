"""Axes, windows and sampling, against brute force and scipy."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.interpolate import RegularGridInterpolator

from core.environment import Forcing
from core.environment.grid import (
    axis_window,
    is_around_the_globe,
    lat_axis,
    lon_axis,
    lon_window,
)
from core.environment.names import water_or_air

steps = st.lists(st.integers(1, 400), min_size=1, max_size=12)
starts = st.integers(-1800, 3599)


@given(start=starts, steps=steps, falling=st.booleans(), wrapped=st.booleans())
def test_any_run_of_longitudes_rises_and_stays_where_it_is(
    start, steps, falling, wrapped
):
    lon = (start + np.cumsum([0, *steps])) / 10.0
    assume(lon[-1] - lon[0] < 360.0)
    # A file may count in one turn; steps over 180 degrees cannot be told from a seam.
    stored = (lon + 180.0) % 360.0 - 180.0 if wrapped else lon
    assume(np.all(np.abs(stored) <= 540.0))
    stored = stored[::-1] if falling else stored
    assume(not falling or np.median(np.diff(stored)) < 0.0)
    axis = lon_axis(stored, record="f")
    assert -180.0 <= axis.lon[0] < 180.0
    assert np.all(np.diff(axis.lon) > 0.0)
    assert axis.lon.size == stored.size
    turns = (axis.lon - stored[axis.columns]) / 360.0
    assert np.allclose(turns, np.round(turns), atol=1e-9)


@pytest.mark.parametrize(
    ("stored", "want"),
    [
        ([-180, -179, -178, 177, 178, 179], [177, 178, 179, 180, 181, 182]),
        ([-179, 179], [179, 181]),
        # The Pacific of a file that left out the rest of the globe.
        ([-180, -150, -120, 120, 150], [120, 150, 180, 210, 240]),
        ([179, 178, -179, -180], [178, 179, 180, 181]),
        # Falling, three nodes, the seam between two of them.
        ([-179, 180, 179], [179, 180, 181]),
    ],
)
def test_a_sorted_box_over_180_is_no_globe_with_a_hole(stored, want):
    axis = lon_axis(stored, record="f")
    assert axis.lon.tolist() == want
    turns = (axis.lon - np.asarray(stored)[axis.columns]) / 360.0
    assert np.array_equal(turns, np.round(turns))
    assert not is_around_the_globe(axis.lon)


def test_a_globe_that_lacks_one_column_is_still_a_globe():
    lon = np.delete(np.arange(0.0, 360.0), 200)
    assert is_around_the_globe(lon_axis(lon, record="f").lon)


@given(
    start=starts, steps=steps, west=st.floats(-180, 179), width=st.floats(0.1, 359.0)
)
def test_a_window_holds_every_node_of_the_range_and_one_beyond(
    start, steps, west, width
):
    lon = (start + np.cumsum([0, *steps])) / 10.0
    assume(lon[-1] - lon[0] < 300.0)
    lon = lon - 360.0 * np.floor((lon[0] + 180.0) / 360.0)
    window = lon_window(lon, west, west + width)
    ahead = (lon - west) % 360.0
    inside = ahead <= width
    # One run only is taken where the range goes over the axis' end and meets its start.
    if not ahead[-1] < ahead[0] <= width:
        assert set(np.flatnonzero(inside)) <= set(window.columns.tolist())
    assert np.all(np.diff(window.lon) > 0.0)
    if window.lon.size:
        assert -180.0 <= window.lon[0] < 180.0
        turns = (window.lon - lon[window.columns]) / 360.0
        assert np.allclose(turns, np.round(turns), atol=1e-9)


@given(
    n=st.integers(4, 40), first=st.integers(-180, 179), west=st.floats(-180, 179),
    width=st.floats(0.1, 350.0),
)  # fmt: skip
def test_a_window_of_a_global_axis_covers_the_range(n, first, west, width):
    lon = lon_axis(first + np.arange(n) * (360.0 / n), record="f").lon
    assert is_around_the_globe(lon)
    window = lon_window(lon, west, west + width)
    if window.lon.size < n:
        begin = window.lon[0] + (west - window.lon[0]) % 360.0
        assert begin - window.lon[0] <= 360.0 / n + 1e-6
        assert window.lon[-1] >= begin + width - 1e-4


def test_an_axis_window_is_empty_only_outside():
    axis = np.array([0.0, 1.0, 3.0])
    # A range that only touches an edge takes the cell there: one node is no field.
    assert axis_window(axis, 3.0, 9.0) == slice(1, 3)
    assert axis_window(axis, -9.0, 0.0) == slice(0, 2)
    assert axis_window(axis, 1.5, 2.0) == slice(1, 3)
    assert axis_window(axis, 1.0, 1.0) == slice(1, 2)
    assert axis_window(axis, -5.0, 9.0) == slice(0, 3)
    assert axis_window(axis, 3.5, 4.0) == slice(0, 0)
    assert axis_window(axis, -2.0, -1.0) == slice(0, 0)


def test_latitudes_stored_as_float32_may_overshoot_the_pole_by_their_rounding():
    lat, rows = lat_axis(np.array([90.00001, 45.0, 0.0]), record="f")
    assert (lat.tolist(), rows.tolist()) == ([0.0, 45.0, 90.0], [2, 1, 0])


@pytest.mark.parametrize("lon_0", [-170.0, -10.0, 170.0])
def test_sampling_at_sea_is_what_scipy_interpolates(lon_0):
    rng = np.random.default_rng(7)
    time_s = 1.7e9 + np.cumsum(rng.uniform(100.0, 5000.0, 4))
    lat = -20.0 + np.cumsum(rng.uniform(0.1, 2.0, 9))
    lon = lon_0 + np.cumsum(rng.uniform(0.1, 3.0, 11))
    lon -= 360.0 * np.floor((lon[0] + 180.0) / 360.0)
    u, v = rng.normal(size=(2, 4, 9, 11)).astype(np.float32)
    forcing = Forcing(kind="stokes", time_s=time_s, lat=lat, lon=lon, u=u, v=v)
    points = np.column_stack(
        [rng.uniform(axis[0], axis[-1], 200) for axis in (time_s, lat, lon)]
    )
    found = forcing.at(
        time=points[:, 0], lat=points[:, 1], lon=(points[:, 2] + 180.0) % 360.0 - 180.0
    )
    for field, got in zip((u, v), found, strict=True):
        theirs = RegularGridInterpolator((time_s, lat, lon), field.astype(float))
        assert got == pytest.approx(theirs(points), abs=1e-6)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ocean Surface Zonal Currents", "current"),
        ("eastward sea water velocity", "current"),
        ("10 metre U wind component", "wind"),
        ("u component of wind driven current", None),
        ("velocity", None),
    ],
)
def test_a_description_tells_water_from_air_or_neither(text, kind):
    assert water_or_air(text) == kind
