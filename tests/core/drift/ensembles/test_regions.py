import json
from math import log, pi

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from core.drift.ensembles.contour import area_above
from core.drift.ensembles.plane import Plane, mean_position, split_at_180
from core.drift.ensembles.regions import (
    MIN_MEMBERS,
    REGION_COLUMNS,
    regions,
    regions_geojson,
)
from core.errors import InputError
from core.geo import EARTH_RADIUS_KM, great_circle_distance_km

START = pd.Timestamp("2024-01-01T00:00Z")


def ensemble(lat, lon, *, seed=0, status="afloat", hour=0):
    """One hour of an ensemble: member 0 at the mean, then a member a position."""
    lats = np.concatenate([[np.mean(lat)], lat])
    lons = np.concatenate([[lon[0]], lon])
    n = len(lats)
    return pd.DataFrame(
        {"seed": seed, "member": range(n), "time": START + pd.Timedelta(hour, "h"),
         "lat": lats, "lon": lons,
         "status": [status] * n if isinstance(status, str) else status, "hour": hour}
    )  # fmt: skip


def gaussian(rng, n, *, lat=10.0, lon=20.0, sd_km=(20.0, 5.0), turn=0.6):
    x, y = rng.normal(size=n) * sd_km[0], rng.normal(size=n) * sd_km[1]
    c, s = np.cos(turn), np.sin(turn)
    found_lat, found_lon = Plane(lat, lon).to_degrees(x_km=c * x - s * y,
                                                      y_km=s * x + c * y)  # fmt: skip
    return found_lat, (found_lon + 180) % 360 - 180


# Fresh draws of the same law fall into the region at its level. Each replicate is an
# independent ensemble with 50 fresh draws, so the rate's standard error is measured
# over the replicates; 4 of them hold with probability 0.9999.
@pytest.mark.parametrize("n", [20, 50, 200])
@pytest.mark.parametrize("lon", [20.0, 180.0])
def test_regions_hold_fresh_draws_of_a_gaussian_at_their_level(n, lon):
    rng = np.random.default_rng(5)
    rates: dict[float, list[float]] = {0.5: [], 0.9: []}
    for _ in range(120):
        found = regions(ensemble(*gaussian(rng, n, lon=lon)))
        fresh_lat, fresh_lon = gaussian(rng, 50, lon=lon)
        for level, area in zip(found["level"], found["geometry"], strict=True):
            rates[level].append(
                shapely.intersects_xy(area, fresh_lon, fresh_lat).mean()
            )
    for level, rate in rates.items():
        error = np.std(rate) / np.sqrt(len(rate))
        assert np.mean(rate) == pytest.approx(level, abs=4 * error + 0.005)


def test_regions_hold_fresh_draws_of_two_separate_clouds():
    rng = np.random.default_rng(6)

    def draw(n):
        west = gaussian(rng, n // 3, lon=20.0, sd_km=(4, 4))
        east = gaussian(rng, n - n // 3, lon=21.5, sd_km=(8, 8))
        return np.concatenate([west[0], east[0]]), np.concatenate([west[1], east[1]])

    rates = []
    for _ in range(80):
        found = regions(ensemble(*draw(90)), levels=(0.9,))
        lat, lon = draw(60)
        rates.append(shapely.intersects_xy(found["geometry"][0], lon, lat).mean())
    error = np.std(rates) / np.sqrt(len(rates))
    assert np.mean(rates) == pytest.approx(0.9, abs=4 * error + 0.005)


# The smallest region with chance p of a Gaussian is an ellipse of area
# -2 ln(1-p) pi sd_x sd_y.
def test_area_of_a_large_gaussian_ensemble_is_that_of_the_ellipse():
    found = regions(ensemble(*gaussian(np.random.default_rng(7), 2000)))
    assert tuple(found.columns) == REGION_COLUMNS
    for level, area in zip(found["level"], found["area_km2"], strict=True):
        assert area == pytest.approx(-2 * log(1 - level) * pi * 20 * 5, rel=0.15)
    assert found["lat"][0] == pytest.approx(10.0, abs=0.05)
    assert found["lon"][0] == pytest.approx(20.0, abs=0.05)


def test_the_smaller_region_lies_in_the_larger_and_polygons_are_valid():
    rng = np.random.default_rng(8)
    for lon in (20.0, 180.0, -179.9):
        half, most = regions(ensemble(*gaussian(rng, 60, lon=lon)))["geometry"]
        assert half.is_valid
        assert most.is_valid
        assert most.buffer(1e-6).contains(half)


def test_region_across_180_degrees_is_cut_there_and_keeps_its_area():
    rng = np.random.default_rng(9)
    lat, lon = gaussian(rng, 80, lon=20.0)
    turned = (lon - 20.0 + 180.0 + 180.0) % 360.0 - 180.0
    here, there = (regions(ensemble(lat, x)) for x in (lon, turned))
    np.testing.assert_allclose(there["area_km2"], here["area_km2"], rtol=1e-6)
    geometry = there["geometry"][1]
    assert geometry.geom_type == "MultiPolygon"
    assert geometry.bounds[0] == -180.0
    assert geometry.bounds[2] == 180.0
    assert there["lon"][1] == pytest.approx(
        (here["lon"][1] - 20 + 360) % 360 - 180, abs=1e-6
    )


def test_few_members_give_a_mean_but_no_region():
    rng = np.random.default_rng(10)
    found = regions(ensemble(*gaussian(rng, MIN_MEMBERS - 1)))
    assert set(found["status"]) == {"too_few"}
    assert found["area_km2"].isna().all()
    assert found["lat"].notna().all()
    assert regions_geojson(found)["features"] == []
    assert set(regions(ensemble(*gaussian(rng, MIN_MEMBERS)))["status"]) == {"ok"}


def test_unperturbed_run_alone_has_no_region():
    found = regions(ensemble([1.0], [2.0]).head(1))
    assert set(found["status"]) == {"too_few"}
    assert list(found["n_members"]) == [1, 1]


def test_all_members_stranded_on_one_point_give_a_disc_of_50_m():
    found = regions(ensemble([5.0] * 30, [6.0] * 30, status="stranded"))
    assert set(found["status"]) == {"one_point"}
    assert list(found["n_stranded"]) == [30, 30]
    assert found["area_km2"][1] == pytest.approx(pi * 0.05**2, rel=0.01)
    assert shapely.intersects_xy(found["geometry"][1], 6.0, 5.0)


def test_most_members_stranded_on_one_point_keep_a_region_around_it():
    rng = np.random.default_rng(11)
    lat, lon = gaussian(rng, 10)
    found = regions(ensemble([*lat, *[10.0] * 40], [*lon, *[20.0] * 40]))
    assert (found["area_km2"] > 0).all()
    for area in found["geometry"]:
        assert shapely.intersects_xy(area, 20.0, 10.0)


def test_members_on_a_line_have_a_thin_region():
    found = regions(ensemble(np.linspace(0, 1, 40), np.zeros(40)))
    assert set(found["status"]) == {"ok"}
    assert 0 < found["area_km2"][1] < 111 * 1.0


def test_members_that_left_the_area_are_counted_and_do_not_shape_the_region():
    rng = np.random.default_rng(12)
    lat, lon = gaussian(rng, 30)
    status = ["afloat"] * 31 + ["out_of_domain"] * 5
    mixed = regions(ensemble([*lat, *[50.0] * 5], [*lon, *[60.0] * 5], status=status))
    alone = regions(ensemble(lat, lon))
    np.testing.assert_allclose(mixed["area_km2"], alone["area_km2"])
    assert list(mixed["n_out"]) == [5, 5]
    gone = regions(ensemble([1.0] * 12, [1.0] * 12, status="out_of_domain"))
    assert set(gone["status"]) == {"too_few"}


def test_region_around_a_pole_has_an_area_but_no_polygon():
    rng = np.random.default_rng(13)
    found = regions(ensemble(*gaussian(rng, 50, lat=90.0, lon=0.0, sd_km=(30, 30))))
    assert set(found["status"]) == {"over_pole"}
    assert (found["area_km2"] > 0).all()
    assert regions_geojson(found)["features"] == []


def test_each_seed_and_hour_has_a_row_a_level():
    rng = np.random.default_rng(14)
    frame = pd.concat(
        ensemble(*gaussian(rng, 12), seed=seed, hour=hour)
        for seed in (0, 3)
        for hour in range(5)
    )
    found = regions(frame)
    assert len(found) == 2 * 5 * 2
    assert sorted(regions(frame, every_h=2)["hour"].unique()) == [0, 2, 4]


def test_geojson_holds_no_nan_and_names_the_level():
    rng = np.random.default_rng(15)
    document = regions_geojson(regions(ensemble(*gaussian(rng, 30, lon=180.0))))
    text = json.dumps(document, allow_nan=False)
    first = json.loads(text)["features"][0]
    assert first["properties"]["level"] == 0.5
    assert first["properties"]["time"] == "2024-01-01T00:00:00Z"
    assert shapely.from_geojson(json.dumps(first["geometry"])).is_valid


def test_level_outside_0_to_1_is_refused():
    with pytest.raises(InputError, match="levels must lie between 0 and 1"):
        regions(ensemble([0.0], [0.0]), levels=(90,))


# A cone over a square grid: its level set is a circle, of area pi (1-t)^2.
def test_contour_of_a_cone_is_a_circle_and_that_of_a_ring_has_a_hole():
    axis = np.linspace(-1.5, 1.5, 121)
    radius = np.hypot(axis, axis[:, None])
    circle = area_above(axis, axis, 1 - radius, 0.4)
    assert circle.area == pytest.approx(pi * 0.6**2, rel=2e-3)
    ring = area_above(axis, axis, -np.abs(radius - 1.0), -0.2)
    assert ring.area == pytest.approx(pi * (1.2**2 - 0.8**2), rel=2e-3)
    assert len(ring.interiors) == 1
    assert area_above(axis, axis, 1 - radius, 2.0).is_empty


def test_contour_takes_saddles_and_flat_ground():
    axis = np.arange(4.0)
    checks = np.zeros((4, 4))
    checks[1, 1] = checks[2, 2] = 1.0
    assert area_above(axis, axis, checks, 0.3).geom_type == "Polygon"
    assert area_above(axis, axis, checks, 0.7).geom_type == "MultiPolygon"
    assert area_above(axis, axis, np.zeros((4, 4)), 0.0).is_empty


@given(
    st.floats(-89, 89), st.floats(-180, 180), st.floats(-2000, 2000),
    st.floats(-2000, 2000),
)  # fmt: skip
def test_plane_there_and_back_is_the_identity(lat, lon, x, y):
    plane = Plane(lat, lon)
    back = plane.to_km(**dict(zip(("lat", "lon"), plane.to_degrees(x_km=x, y_km=y),
                                  strict=True)))  # fmt: skip
    assert np.hypot(back[0] - x, back[1] - y) < 1e-3


# A cap of angular radius c covers 2 pi R^2 (1 - cos c) on the sphere.
def test_plane_keeps_areas():
    cap_km = 1500.0
    chord = 2 * EARTH_RADIUS_KM * np.sin(cap_km / EARTH_RADIUS_KM / 2)
    true = 2 * pi * EARTH_RADIUS_KM**2 * (1 - np.cos(cap_km / EARTH_RADIUS_KM))
    assert pi * chord**2 == pytest.approx(true)
    lat, lon = Plane(40.0, 170.0).to_degrees(x_km=chord, y_km=0.0)
    distance = great_circle_distance_km(lat1=40, lon1=170, lat2=lat, lon2=lon)
    assert distance == pytest.approx(cap_km, rel=1e-9)


def test_mean_position_crosses_180_and_is_refused_where_there_is_none():
    assert mean_position(lat=[0, 0], lon=[179, -179]) == pytest.approx((0, -180))
    with pytest.raises(InputError, match="no position"):
        mean_position(lat=[], lon=[])
    with pytest.raises(InputError, match="spread round the Earth"):
        mean_position(lat=[0, 0], lon=[0, 180])


def test_split_leaves_what_lies_within_180():
    box = shapely.box(10, 0, 20, 5)
    assert split_at_180(box) is box
    cut = split_at_180(shapely.box(175, 0, 185, 5))
    assert cut.area == pytest.approx(50)
    assert cut.geom_type == "MultiPolygon"
