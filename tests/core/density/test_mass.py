from math import log

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.density import cell_density, expected_mass, poisson_interval, total_mass
from core.geo import cell_area_km2, cell_of
from core.observations import category

HERE = {"lat": 31.2, "lon": -140.1}
CELL = cell_of(**HERE, resolution=6)
AREA = cell_area_km2(CELL)


def rows(*records):
    base = {
        **HERE,
        "observed_at": pd.Timestamp("2026-05-01T10:00Z"),
        "category": "plastic",
        "count": 0,
        "mass_kg": np.nan,
        "effort_km2": 2.0,
    }
    return pd.DataFrame([{**base, **record} for record in records])


def test_mass_is_density_times_area_times_item_mass():
    frame = rows({"count": 6})
    (mass,) = expected_mass(frame, resolution=6)["mass_kg"]
    assert mass == pytest.approx(3.0 * AREA * category("plastic").item_mass_kg)


def test_other_debris_has_a_mass_and_the_widest_bounds():
    other = expected_mass(rows({"count": 6, "category": "other"}), resolution=6).iloc[0]
    assert other["mass_kg"] == pytest.approx(
        3.0 * AREA * category("other").item_mass_kg
    )
    plastic = expected_mass(rows({"count": 6}), resolution=6).iloc[0]
    assert (
        other["mass_high_kg"] / other["mass_low_kg"]
        > plastic["mass_high_kg"] / plastic["mass_low_kg"]
    )
    assert other["main_category"] == "other"


def test_weighed_items_count_with_their_weight_and_the_exact_interval():
    # One category with one weight: no item-mass error, so Garwood's limits remain.
    cell = expected_mass(rows({"count": 4, "mass_kg": 10.0}), resolution=6).iloc[0]
    exact = poisson_interval(4, 2.0)
    assert cell["mass_kg"] == pytest.approx(5.0 * AREA)
    assert cell["mass_low_kg"] == pytest.approx(exact.low * 2.5 * AREA)
    assert cell["mass_high_kg"] == pytest.approx(exact.high * 2.5 * AREA)


def test_item_mass_error_is_joined_with_the_counting_error():
    plastic = category("plastic")
    cell = expected_mass(rows({"count": 9}), resolution=6).iloc[0]
    exact = poisson_interval(9, 1.0)
    down = np.hypot(
        log(9 / exact.low), log(plastic.item_mass_kg / plastic.item_mass_low_kg)
    )
    up = np.hypot(
        log(exact.high / 9), log(plastic.item_mass_high_kg / plastic.item_mass_kg)
    )
    assert cell["mass_low_kg"] == pytest.approx(cell["mass_kg"] * np.exp(-down))
    assert cell["mass_high_kg"] == pytest.approx(cell["mass_kg"] * np.exp(up))


def test_none_seen_has_an_upper_limit_from_the_mean_item_of_the_survey():
    frame = rows({"count": 2, "mass_kg": 6.0}, {"lat": 20.0, "count": 0})
    cells = expected_mass(frame, resolution=6).set_index("h3")
    clean = cells.drop(index=CELL).iloc[0]
    other_area = cell_area_km2(cell_of(lat=20.0, lon=-140.1, resolution=6))
    assert (clean["mass_kg"], clean["mass_low_kg"]) == (0.0, 0.0)
    assert clean["mass_high_kg"] == pytest.approx(-log(0.05) / 2.0 * 3.0 * other_area)
    assert clean["main_category"] == ""


def test_main_category_is_the_heaviest_one():
    frame = rows(
        {"count": 50, "category": "paper_cardboard"},
        {"category": "wood", "count": 1, "mass_kg": 90.0},
    )
    assert expected_mass(frame, resolution=6)["main_category"].tolist() == ["wood"]


def test_sightings_carry_no_mass():
    frame = rows({"count": 9, "effort_km2": np.nan})
    assert expected_mass(frame, resolution=6).empty
    assert total_mass(frame, resolution=6) == (0.0, 0.0, 0.0, 0.0, 0.0, {})


def test_total_adds_the_cells_and_is_relatively_narrower_than_any():
    rng = np.random.default_rng(2)
    frame = rows(
        *[
            {"lat": float(lat), "count": int(n)}
            for lat, n in zip(np.linspace(20, 40, 30), rng.poisson(4, 30), strict=True)
        ]
    ).assign(mass_kg=lambda f: f["count"] * 2.0)
    cells = expected_mass(frame, resolution=6)
    total = total_mass(frame, resolution=6)
    assert total.mass_kg == pytest.approx(cells["mass_kg"].sum())
    assert total.area_km2 == pytest.approx(cells["area_km2"].sum())
    assert total.effort_km2 == pytest.approx(60.0)
    assert total.shares == {"plastic": pytest.approx(1.0)}
    seen = cells.loc[cells["mass_kg"] > 0]
    assert (
        total.high_kg / total.low_kg
        < (seen["mass_high_kg"] / seen["mass_low_kg"]).min()
    )


def test_total_interval_covers_a_simulated_truth():
    # Repeats of a known density with a fixed seed; 95 % limits hold it at least 93 %.
    rng = np.random.default_rng(11)
    lat = np.linspace(20.0, 40.0, 25)
    area = sum(cell_area_km2(cell_of(lat=y, lon=-140.1, resolution=5)) for y in lat)
    density, kg, hits, repeats = 1.5, 2.0, 0, 100
    for _ in range(repeats):
        counts = rng.poisson(density * 0.8, len(lat))
        frame = pd.DataFrame(
            {
                "lat": lat,
                "lon": -140.1,
                "category": "plastic",
                "count": counts,
                "mass_kg": counts * kg,
                "effort_km2": 0.8,
            }
        )
        total = total_mass(frame, resolution=5)
        hits += total.low_kg <= density * kg * area <= total.high_kg
    assert hits / repeats >= 0.93


@given(
    counts=st.lists(st.integers(0, 40), min_size=1, max_size=8),
    codes=st.lists(
        st.sampled_from(["plastic", "metal", "wood"]), min_size=8, max_size=8
    ),
)
@settings(max_examples=25, deadline=None)
def test_limits_are_ordered_and_finite(counts, codes):
    frame = rows(
        *[
            {"lat": 20.0 + i // 2, "count": n, "category": code}
            for i, (n, code) in enumerate(zip(counts, codes, strict=False))
        ]
    )
    cells = expected_mass(frame, resolution=5)
    assert (cells["mass_low_kg"] <= cells["mass_kg"]).all()
    assert (cells["mass_kg"] < cells["mass_high_kg"]).all()
    total = total_mass(frame, resolution=5)
    assert 0.0 <= total.low_kg <= total.mass_kg < total.high_kg < float("inf")
    assert set(cells["h3"]) == set(cell_density(frame, resolution=5)["h3"])
