"""Shares of the mass in cells against hand calculation."""

import numpy as np
import pandas as pd
import pytest

from core.density import expected_mass, pooled_counts
from core.geo import cell_of
from core.observations import RECORD_DEBRIS_CODES, category
from core.priorities import cell_priority, cell_shares, default_weights


def rows(*records):
    base = {
        "lat": 31.2,
        "lon": -140.1,
        "observed_at": pd.Timestamp("2026-05-01T10:00Z"),
        "category": "plastic",
        "count": 1,
        "mass_kg": np.nan,
        "effort_km2": 2.0,
    }
    return pd.DataFrame([{**base, **record} for record in records])


CELL = cell_of(lat=31.2, lon=-140.1, resolution=6)


def test_counted_items_have_their_item_mass_and_weighed_ones_their_weight():
    counts, _ = pooled_counts(
        rows({"count": 4}, {"category": "metal", "count": 2, "mass_kg": 7.0}),
        resolution=6,
    )
    (shares,) = cell_shares(counts, [CELL]).to_dict("records")
    assert shares["plastic"] == pytest.approx(4 * category("plastic").item_mass_kg)
    assert shares["metal"] == pytest.approx(7.0)
    assert shares["glass"] == 0.0


def test_sightings_without_effort_and_living_things_are_no_part():
    counts, _ = pooled_counts(
        rows({"effort_km2": np.nan}, {"category": "biota", "count": 3}), resolution=6
    )
    assert cell_shares(counts, [CELL]).to_numpy().sum() == 0.0


def test_cells_come_in_the_order_given_with_every_category():
    other = cell_of(lat=10.0, lon=10.0, resolution=6)
    counts, _ = pooled_counts(rows({}), resolution=6)
    made = cell_shares(counts, [other, CELL])
    assert made.index.tolist() == [other, CELL]
    assert tuple(made.columns) == RECORD_DEBRIS_CODES
    assert made.loc[other].sum() == 0.0


def test_no_counts_give_rows_of_zeros():
    counts, _ = pooled_counts(rows({"category": "clean", "count": 0}), resolution=6)
    assert cell_shares(counts, [CELL]).to_numpy().sum() == 0.0


def test_a_map_cell_is_weighed_by_its_mixture():
    frame = rows({"count": 4}, {"category": "glass", "count": 1})
    counts, _ = pooled_counts(frame, resolution=6)
    cells = expected_mass(frame, resolution=6)
    shares = cell_shares(counts, cells["h3"].tolist())
    one = cell_priority(cells, default_weights(), shares=shares).iloc[0]
    harm = default_weights().harm()["harm"]
    plastic, glass = (
        4 * category("plastic").item_mass_kg,
        category("glass").item_mass_kg,
    )
    mixed = (plastic * harm["plastic"] + glass * harm["glass"]) / (plastic + glass)
    assert one["harm"] == pytest.approx(mixed)
    assert one["priority"] == pytest.approx(one["mass_kg"] * mixed)
