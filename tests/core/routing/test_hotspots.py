"""Hotspots against hand calculation and published Poisson limits."""

import numpy as np
import pandas as pd
import pytest

from core.errors import ObservationError
from core.geo import cell_area_km2, cell_of, great_circle_distance_km
from core.observations import category, empty_observations, make_observations
from core.routing import check_sites, find_hotspots


def observations(*rows):
    names = ["lat", "lon", "category", "count", "mass_kg", "effort_km2"]
    frame = pd.DataFrame(rows, columns=names)
    frame["observed_at"] = [f"2026-05-01T0{i}:00:00Z" for i in range(len(rows))]
    return make_observations(frame.assign(survey="s")).accepted


def test_single_heavy_observation_is_a_site():
    sites = find_hotspots(observations((10.0, -40.0, "fishing_gear", 1, 250.0, np.nan)))
    assert sites["mass_kg"].tolist() == [250.0]
    assert sites["basis"].tolist() == ["items seen"]


def test_light_observation_is_none():
    seen = observations((10.0, -40.0, "plastic", 1, 0.1, np.nan))
    assert find_hotspots(seen).empty


def test_two_groups_make_two_sites_the_heavier_first():
    sites = find_hotspots(
        observations(
            (10.0, -40.0, "plastic", 1, 5.0, np.nan),
            (10.01, -40.0, "plastic", 1, 5.0, np.nan),
            (12.0, -40.0, "metal", 1, 30.0, np.nan),
        )
    )
    assert sites["mass_kg"].tolist() == [30.0, 10.0]
    assert sites["category"].tolist() == ["metal", "plastic"]
    assert sites["n_items"].tolist() == [1, 2]


def test_shares_are_those_of_the_mass():
    site = find_hotspots(
        observations(
            (10.0, -40.0, "plastic", 1, 30.0, np.nan),
            (10.0, -40.0, "metal", 1, 10.0, np.nan),
        )
    ).iloc[0]
    assert site["shares"] == {"plastic": 0.75, "metal": 0.25}
    assert site["category"] == "plastic"


def test_other_debris_makes_a_site_too():
    sites = find_hotspots(
        observations((10.0, -40.0, "other", 100, np.nan, np.nan)), min_mass_kg=1e-6
    )
    assert sites["category"].tolist() == ["other"]
    assert sites["mass_kg"].tolist() == [100 * category("other").item_mass_kg]


def test_interval_is_poisson_times_item_mass():
    """Garwood, 90 %: 10 seen lies between 5.425 and 16.962 (Pearson-Hartley)."""
    kind = category("plastic")
    sites = find_hotspots(
        observations((10.0, -40.0, "plastic", 10, np.nan, np.nan)), min_mass_kg=1e-6
    )
    site = sites.iloc[0]
    assert site["mass_kg"] == pytest.approx(10 * kind.item_mass_kg)
    assert site["mass_kg_low"] == pytest.approx(5.425 * kind.item_mass_low_kg, rel=1e-3)
    assert site["mass_kg_high"] == pytest.approx(
        16.962 * kind.item_mass_high_kg, rel=1e-3
    )


def test_effort_spreads_the_density_over_the_searched_cell():
    """5 kg on 0.5 km2 of clean and littered search, in one cell."""
    seen = observations(
        (10.0, -40.0, "metal", 1, 5.0, 0.2), (10.0, -40.0, "clean", 0, np.nan, 0.3)
    )
    area = cell_area_km2(cell_of(lat=10.0, lon=-40.0, resolution=7))
    site = find_hotspots(seen).iloc[0]
    assert site["mass_kg"] == pytest.approx(5.0 / 0.5 * area)
    assert site["basis"] == "density x area"
    unscaled = find_hotspots(seen, scale_by_effort=False).iloc[0]
    assert unscaled["mass_kg"] == 5.0


def test_wide_cluster_is_cut():
    rows = [(10.0 + 0.03 * i, -40.0, "metal", 1, 5.0, np.nan) for i in range(9)]
    sites = find_hotspots(observations(*rows), max_extent_km=10.0)
    assert len(sites) >= 3
    assert sites["mass_kg"].sum() == pytest.approx(45.0)


def test_cluster_over_180_degrees_is_one_site():
    sites = find_hotspots(
        observations(
            (0.0, 179.99, "metal", 1, 5.0, np.nan),
            (0.0, -179.99, "metal", 1, 5.0, np.nan),
        )
    )
    assert len(sites) == 1
    away = great_circle_distance_km(
        lat1=0.0, lon1=180.0, lat2=sites["lat"][0], lon2=sites["lon"][0]
    )
    assert away < 1e-3


def test_hotspots_are_sites_that_can_be_planned():
    sites = find_hotspots(observations((10.0, -40.0, "metal", 1, 50.0, np.nan)))
    assert check_sites(sites)["mass_kg"].tolist() == [50.0]


def test_nothing_seen_gives_no_sites():
    assert find_hotspots(empty_observations()).empty


def test_bad_options_are_refused():
    with pytest.raises(ObservationError, match="radius_km"):
        find_hotspots(empty_observations(), radius_km=0.0)
