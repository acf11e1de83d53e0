"""The debris field: published shares, masses, patchiness, and conservation."""

import numpy as np
import pytest
from scipy import stats

from core.coastline import land_in_bbox
from core.observations import category
from core.simulation import (
    DEMO_AREA,
    ITEM_KINDS,
    DebrisField,
    DoubleGyre,
    item_shares,
    scatter_debris,
)
from core.simulation.parameters import item_weights_kg

GYRE = DoubleGyre(width_km=90.0, height_km=50.0, peak_m_s=0.1)


@pytest.fixture(scope="module")
def field() -> DebrisField:
    return scatter_debris(DEMO_AREA, rng=np.random.default_rng(3))


def test_shares_add_up_to_one() -> None:
    assert item_shares().sum() == pytest.approx(1.0)


def test_shares_are_those_published() -> None:
    """78 % man-made, 95.6 % of it plastic (Suaria and Aliani 2014)."""
    share = {kind.name: kind.share for kind in ITEM_KINDS}
    plastic = share["bottle"] + share["bag"] + share["net"]
    assert plastic + share["can"] == pytest.approx(0.78)
    assert plastic / 0.78 == pytest.approx(0.956)
    assert share["net"] / plastic == pytest.approx(3055 / 7546)


def test_every_kind_says_where_its_spread_comes_from() -> None:
    for kind in ITEM_KINDS:
        assert kind.spread_source == "assumption" or "20" in kind.spread_source


def test_items_follow_the_shares(field: DebrisField) -> None:
    seen = np.bincount(field.kind, minlength=len(ITEM_KINDS))
    assert stats.chisquare(seen, item_shares() * len(field)).pvalue > 1e-4


def test_mean_mass_is_that_of_the_category() -> None:
    """Log-normal mean exp(mu + s2/2) set to the category's figure; 1 % at n = 4e6."""
    index = next(i for i, kind in enumerate(ITEM_KINDS) if kind.name == "bottle")
    masses = item_weights_kg(np.full(400_000, index), np.random.default_rng(0))
    assert masses.mean() == pytest.approx(category("plastic").item_mass_kg, rel=0.01)
    assert np.log(masses).std() == pytest.approx(0.76, rel=0.01)


def test_same_seed_same_field(field: DebrisField) -> None:
    again = scatter_debris(DEMO_AREA, rng=np.random.default_rng(3))
    assert np.array_equal(again.x_km, field.x_km)
    assert np.array_equal(again.mass_kg, field.mass_kg)


def test_area_lies_at_sea_and_holds_every_item(field: DebrisField) -> None:
    lat, lon = DEMO_AREA.lat_lon(x_km=[0.0, 90.0], y_km=[0.0, 50.0])
    box = {"south": lat[0], "north": lat[1], "west": lon[0], "east": lon[1]}
    assert land_in_bbox(**box) == []
    frame = field.frame()
    assert frame["lat"].between(lat[0], lat[1]).all()
    assert frame["lon"].between(lon[0], lon[1]).all()


def test_field_is_patchy(field: DebrisField) -> None:
    """Counts in 1 km2 squares vary far more than Poisson counts would."""
    counts, _, _ = np.histogram2d(field.x_km, field.y_km, bins=(90, 50))
    assert counts.var() / counts.mean() > 20


def test_current_moves_items_and_keeps_them(field: DebrisField) -> None:
    later = field.at(24.0, GYRE)
    assert len(later) == len(field)
    assert later.debris_mass_kg == field.debris_mass_kg
    way = np.hypot(later.x_km - field.x_km, later.y_km - field.y_km)
    assert 0.5 < np.median(way) < 0.1 * 3.6 * 24 * 1.2
    assert later.x_km.min() >= 0
    assert later.y_km.max() <= 50


def test_weed_is_no_debris(field: DebrisField) -> None:
    frame = field.frame()
    assert set(frame.loc[~field.is_debris, "category"]) == {"biota"}
    debris = frame.loc[frame["category"] != "biota", "mass_kg"].sum()
    assert field.debris_mass_kg == pytest.approx(debris)


def test_plane_and_degrees_are_inverse() -> None:
    lat, lon = DEMO_AREA.lat_lon(x_km=[0.0, 90.0], y_km=[50.0, 3.0])
    x, y = DEMO_AREA.x_y_km(lat=lat, lon=lon)
    assert x == pytest.approx([0.0, 90.0])
    assert y == pytest.approx([50.0, 3.0])
