"""The coast: where particles strand, and that nothing jumps over land."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drift import LandMask, VelocityField, advect, coastline_mask
from core.errors import InputError

KM = 1000.0


def flow(land, u=1.0, v=0.0, spacing=KM, times=(0.0,)):
    """Uniform flow on a grid with the given land nodes."""
    land = np.asarray(land, dtype=bool)
    n_y, n_x = land.shape
    shape = (len(times), n_y, n_x)
    u = np.where(land, np.nan, np.broadcast_to(u, shape))
    v = np.where(land, np.nan, np.broadcast_to(v, shape))
    return VelocityField(
        times, np.arange(n_y) * spacing, np.arange(n_x) * spacing, u, v
    )


def wall(n_y=11, n_x=31, columns=slice(20, None)):
    land = np.zeros((n_y, n_x), dtype=bool)
    land[:, columns] = True
    return land


@pytest.mark.parametrize("dt", [60.0, 600.0, 3600.0, 50_000.0])
@pytest.mark.parametrize("scheme", ["rk4", "rk2", "euler"])
@pytest.mark.parametrize("columns", [slice(20, None), slice(20, 21)])
def test_arrival_at_a_straight_coast_is_distance_over_speed(dt, scheme, columns):
    x0, y0 = np.array([0.0, 12_345.6, 19_900.0]), np.array([5000.0, 5250.0, 1.0])
    track = advect(
        flow(wall(columns=columns), u=0.5),
        x0,
        y0,
        t1_s=50_000.0,
        dt_s=dt,
        scheme=scheme,
    )
    assert track.status.tolist() == ["stranded"] * 3
    np.testing.assert_allclose(track.stranded_s, (20 * KM - x0) / 0.5, rtol=1e-7)
    np.testing.assert_allclose(track.x[-1], 20 * KM, rtol=1e-9)
    np.testing.assert_array_equal(track.y[-1], y0)
    rows = track.time_s[:, None] >= track.stranded_s
    assert ((track.statuses() == "stranded") == rows).all()


def test_arrival_at_a_slanting_coast_joined_by_diagonals():
    i, j = np.indices((21, 21))
    track = advect(flow(i + j >= 20), [0.0, 0.0], [3300.0, 7000.0], t1_s=40_000.0)
    np.testing.assert_allclose(track.x[-1], [20 * KM - 3300.0, 13 * KM], rtol=1e-9)
    assert (track.status == "stranded").all()


def test_arrival_with_a_rising_flow_in_time():
    """u = t/T on frames 0 and T: distance t^2/(2T)."""
    end = 40_000.0
    land = wall()
    u = np.array([0.0, 1.0])[:, None, None] * np.ones(land.shape)
    track = advect(
        flow(land, u=u, times=(0.0, end)), [1e3], [5e3], t1_s=end, dt_s=1200.0
    )
    # The last step is cut in pieces of a quarter of a cell, each a straight line.
    assert track.stranded_s[0] == pytest.approx(np.sqrt(2 * end * 19e3), rel=1e-3)
    assert track.x[-1, 0] == pytest.approx(20 * KM)


@given(
    row=st.integers(3, 17),
    column=st.integers(3, 17),
    offset=st.floats(-0.49, 0.49),
    angle=st.floats(0.0, 2 * np.pi),
    dt=st.sampled_from([100.0, 3600.0, 90_000.0]),
)
def test_no_step_jumps_a_single_island(row, column, offset, angle, dt):
    """A straight path that meets the island's diamond ends on the diamond."""
    land = np.zeros((21, 21), dtype=bool)
    land[row, column] = True
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    centre = np.array([column, row]) * KM
    # A line that passes the centre at this distance meets the inner circle of the
    # diamond, whose radius is half a cell over the root of two.
    miss = offset * KM / np.sqrt(2.0)
    start = centre + miss * across - 1.8 * KM * along
    track = advect(flow(land, *along), [start[0]], [start[1]], t1_s=90_000.0, dt_s=dt)
    assert track.status[0] == "stranded"
    gap = np.abs(np.array([track.x[-1, 0], track.y[-1, 0]]) - centre).sum()
    assert gap == pytest.approx(0.5 * KM, rel=1e-6)


@given(
    seed=st.integers(0, 10_000),
    dt=st.sampled_from([300.0, 7200.0, 100_000.0]),
    angle=st.floats(0.0, 2 * np.pi),
)
def test_paths_end_where_an_independent_geometry_says(seed, dt, angle):
    """Shapely builds the land from the rule's words and cuts the straight path."""
    import shapely

    rng = np.random.default_rng(seed)
    land = rng.random((9, 9)) < 0.25
    parts = []
    for i, j in np.argwhere(land):
        near = land[max(i - 1, 0) : i + 2, max(j - 1, 0) : j + 2]
        if near.sum() == 1:
            parts.append(
                shapely.Polygon(
                    [(j, i - 0.5), (j + 0.5, i), (j, i + 0.5), (j - 0.5, i)]
                )
            )
    for i in range(8):
        for j in range(8):
            nodes = [(i, j), (i, j + 1), (i + 1, j), (i + 1, j + 1)]
            wet = [(q, p) for p, q in nodes if land[p, q]]
            if len(wet) > 1:
                parts.append(shapely.convex_hull(shapely.MultiPoint(wet)))
    shore = shapely.union_all(parts)
    start = rng.uniform(0.0, 8.0, 2)
    along = np.array([np.cos(angle), np.sin(angle)])
    path = shapely.LineString([start, start + 12.0 * along])
    inside = shapely.intersection(path, shapely.box(0, 0, 8, 8))
    met = shapely.intersection(inside, shore)
    track = advect(
        flow(land, *along), [start[0] * KM], [start[1] * KM], t1_s=12_000.0, dt_s=dt
    )
    end = np.array([track.x[-1, 0], track.y[-1, 0]]) / KM
    went = np.hypot(*(end - start))
    if met.is_empty:
        assert track.status[0] == "out_of_domain"
        assert went == pytest.approx(inside.length, abs=1e-6)
    else:
        assert track.status[0] == "stranded"
        assert went == pytest.approx(
            shapely.distance(shapely.Point(start), met), abs=1e-6
        )


def test_starts_on_land_are_stranded_at_once():
    track = advect(
        flow(wall()), [25 * KM, 20 * KM, 19.5 * KM], [5e3] * 3, t1_s=100.0, dt_s=100.0
    )
    assert track.status.tolist() == ["stranded", "stranded", "afloat"]
    assert track.stranded_s[:2].tolist() == [0.0, 0.0]
    assert track.x[-1, :2].tolist() == [25 * KM, 20 * KM]


def test_velocity_beside_land_is_the_mean_over_the_sea():
    land = np.zeros((3, 3), dtype=bool)
    land[1, 1] = True
    u = np.arange(9.0).reshape(3, 3)
    field = flow(land, u=u)
    got, _ = field.velocity_at([500.0], [500.0], 0.0)
    assert got[0] == pytest.approx((0.0 + 1.0 + 3.0) / 3.0)


def test_a_shear_goes_on_to_the_shore():
    """u = y from the third row up: bilinear is exact down to the coast."""
    land = np.zeros((9, 9), dtype=bool)
    land[:3] = True
    u = np.arange(9.0)[:, None] * np.ones(9)
    got, _ = flow(land, u=u).velocity_at([4500.0] * 3, [2100.0, 2600.0, 3500.0], 0.0)
    np.testing.assert_allclose(got, [2.1, 2.6, 3.5])


@pytest.mark.parametrize("periodic", [False, True])
def test_the_shore_is_filled_from_a_side_across_or_not_at_all(periodic):
    """Values by hand: a line through two nodes, no faster than the faster of them."""
    land = np.zeros((9, 12), dtype=bool)
    land[:3, :] = True
    land[6, 5] = True  # a rock with water on opposite sides
    u = 5.0 - np.arange(9.0)[:, None] * np.ones(12)
    field = flow(land, u=u)
    if periodic:
        u = np.where(land, np.nan, u)
        lat, lon = np.arange(-4.0, 5.0), np.arange(0.0, 360.0, 30.0)
        field = VelocityField([0.0], lat, lon, u, 0.0 * u, mesh="spherical")
    filled = ~np.isnan(field.frames[0, ..., 0])
    assert filled[2].all()
    assert not filled[:2].any()
    assert not filled[6, 5]
    assert not field.wet[2].any()
    # 2 * 2 - 1 is 3, but the faster of the two nodes makes 2.
    scale = field.frames[0, 3, 0, 0] / 2.0
    assert field.frames[0, 2, 4, 0] == pytest.approx(2.0 * scale, rel=5e-3)


def test_velocity_in_a_cell_of_land_is_nan():
    u, v = flow(wall()).velocity_at([25_500.0, 1e9], [500.0, 0.0], 0.0)
    assert np.isnan(u).all()
    assert np.isnan(v).all()


def test_a_node_missing_in_one_frame_is_land_in_all():
    u = np.zeros((2, 4, 4))
    u[1, 2, 2] = np.nan
    axis = np.arange(4.0)
    field = VelocityField([0.0, 1.0], axis, axis, u, np.zeros_like(u))
    assert not field.wet[2, 2]
    assert field.wet.sum() == 15
    assert advect(field, [2.0], [2.0], t1_s=0.5).status[0] == "stranded"


def test_flow_along_a_coast_does_not_strand():
    land = np.zeros((11, 31), dtype=bool)
    land[:3] = True
    track = advect(flow(land), [100.0] * 3, [2001.0, 2500.0, 2999.0], t1_s=20_000.0)
    assert (track.status == "afloat").all()
    np.testing.assert_allclose(track.x[-1], 20_100.0)


def test_a_random_step_cannot_cross_a_wall():
    land = wall(n_y=41, n_x=41, columns=slice(20, 21))
    n = 2000
    track = advect(
        flow(land, u=0.0),
        np.full(n, 18 * KM),
        np.full(n, 20 * KM),
        t1_s=36_000.0,
        dt_s=3600.0,
        diffusivity_m2_s=100.0,
        seed=3,
    )
    assert (track.x <= 20 * KM * (1 + 1e-9)).all()
    assert 0.1 < (track.status == "stranded").mean() < 0.9


@pytest.mark.parametrize("dt", [300.0, 40_000.0])
def test_an_island_at_the_date_line_of_a_periodic_grid_is_met(dt):
    lon, lat = np.arange(-180.0, 180.0), np.arange(-5.0, 6.0)
    u = np.full((11, 360), 5.0)
    u[5, 0] = np.nan
    field = VelocityField([0.0], lat, lon, u, 0.0 * u, mesh="spherical")
    track = advect(field, [178.0, 178.0], [0.0, 0.6], t1_s=80_000.0, dt_s=dt)
    assert track.status.tolist() == ["stranded", "afloat"]
    assert track.x[-1, 0] == pytest.approx(179.5, abs=1e-9)
    assert track.x[-1, 1] < -175.0


# --- a finer mask ---------------------------------------------------------------------


@pytest.mark.parametrize("dt", [60.0, 50_000.0])
@pytest.mark.parametrize("falls", [False, True])
def test_a_mask_pixel_stops_particles_at_its_edge(dt, falls):
    y, x = np.arange(50.0, 10_000.0, 100.0), np.arange(10_050.0, 20_000.0, 100.0)
    mask = np.zeros((y.size, x.size), dtype=bool)
    mask[45:55, 50] = True  # x from 15.0 to 15.1 km, y from 4.5 to 5.5 km
    if falls:
        y, mask = y[::-1], mask[::-1]
    land = LandMask(y, x, mask, mesh="flat")
    field = flow(np.zeros((11, 31), dtype=bool))
    track = advect(
        field, [500.0, 500.0], [5020.0, 5600.0], t1_s=20_000.0, dt_s=dt, land=land
    )
    assert track.status.tolist() == ["stranded", "afloat"]
    assert track.x[-1, 0] == pytest.approx(15 * KM)
    assert track.stranded_s[0] == pytest.approx(14_500.0)


def test_the_bundled_coastline_stops_what_the_grid_does_not_know():
    """Sri Lanka (its west coast near 79.8 E at 7.5 N) in a field without land."""
    lon, lat = np.arange(75.0, 86.0), np.arange(3.0, 12.0)
    ones = np.ones((9, 11))
    field = VelocityField([0.0], lat, lon, ones, 0 * ones, mesh="spherical")
    land = coastline_mask(79.0, 5.5, 82.5, 10.0, 0.05)
    track = advect(field, [78.0, 78.0], [7.5, 4.0], t1_s=5e5, dt_s=7200.0, land=land)
    assert track.status.tolist() == ["stranded", "afloat"]
    assert track.x[-1, 0] == pytest.approx(79.8, abs=0.1)


@pytest.mark.parametrize(
    ("box", "says"),
    [
        ((10, 0, 5, 1, 0.1), "empty"),
        ((0, -95, 5, 1, 0.1), "not on Earth"),
        ((0, 0, 5, 1, 0.0), "not usable"),
        ((0, 0, 5, float("nan"), 0.1), "not usable"),
        ((0, -80, 359, 80, 0.01), "pixels"),
    ],
)
def test_coastline_mask_refuses_what_cannot_be(box, says):
    with pytest.raises(InputError, match=says):
        coastline_mask(*box)


def test_a_mask_of_another_mesh_is_refused():
    land = LandMask([0.0, 1.0], [0.0, 1.0], [[True, False]] * 2)
    with pytest.raises(InputError, match="spherical"):
        advect(flow(wall()), [0.0], [0.0], t1_s=1.0, land=land)


def test_a_mask_must_fit_its_axes():
    with pytest.raises(InputError, match=r"\(2, 3\)"):
        LandMask([0, 1], [0, 1, 2], [[True, False]] * 2)
    with pytest.raises(InputError, match="even"):
        LandMask([0, 1], [0, 1, 5], [[True, False, True]] * 2)
