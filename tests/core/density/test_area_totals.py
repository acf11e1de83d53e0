from math import isnan

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from core.density import (
    Bbox,
    area_totals,
    make_area,
    model_total,
    poisson_interval,
    polygon_area_km2,
)
from core.errors import InputError, ObservationError
from core.observations import category, make_observations
from core.observations.importers import GridField

BOX = Bbox(-141.0, 30.0, -139.0, 32.0)
AREA = make_area("Patch", shapely.box(*BOX))


def rows(*records):
    base = {
        "lat": 31.0,
        "lon": -140.0,
        "observed_at": "2026-05-01T10:00Z",
        "category": "plastic",
        "count": 0,
        "effort_km2": 2.0,
        "survey": "A",
    }
    table = pd.DataFrame([{**base, **one} for one in records])
    checked = make_observations(table.assign(replicate=range(len(table))))
    assert not checked.rejected
    return checked.accepted


def test_items_are_the_pooled_rate_times_the_sea_with_the_exact_interval():
    found = area_totals(
        rows({"count": 10, "effort_km2": 0.4}, {"count": 2, "lat": 31.5}), AREA
    )
    exact = poisson_interval(12, 2.4)
    pooled = found.pooled
    assert pooled is not None
    assert found.sea_km2 == pytest.approx(BOX.area_km2)
    assert (pooled.items, pooled.items_low, pooled.items_high) == pytest.approx(
        [x * BOX.area_km2 for x in exact]
    )
    assert (found.n_items, found.n_searches) == (12, 2)
    assert found.effort_km2 == pytest.approx(2.4)


def test_mass_of_weighed_items_has_the_counting_interval_alone():
    found = area_totals(rows({"count": 4, "mass_kg": 10.0}), AREA).pooled
    exact = poisson_interval(4, 2.0)
    assert found is not None
    assert found.mass_kg == pytest.approx(2.0 * 2.5 * BOX.area_km2)
    assert found.mass_low_kg == pytest.approx(exact.low * 2.5 * BOX.area_km2)
    assert found.mass_high_kg == pytest.approx(exact.high * 2.5 * BOX.area_km2)


def test_only_what_lies_inside_counts():
    # Brute force: points kept by their own comparison with the box.
    rng = np.random.default_rng(4)
    n = 200
    lat, lon = rng.uniform(28, 34, n), rng.uniform(-143, -137, n)
    count = rng.poisson(2, n)
    frame = rows(
        *[
            {"lat": float(y), "lon": float(x), "count": int(c)}
            for y, x, c in zip(lat, lon, count, strict=True)
        ]
    )
    inside = (lat >= 30) & (lat <= 32) & (lon >= -141) & (lon <= -139)
    found = area_totals(frame, AREA)
    assert found.n_items == count[inside].sum()
    assert found.n_searches == inside.sum()
    assert found.effort_km2 == pytest.approx(2.0 * inside.sum())


def test_land_is_taken_off_the_area():
    area = make_area("Hawaii", shapely.box(-156.5, 18.5, -154.5, 20.5))
    found = area_totals(rows({"lat": 18.7, "lon": -156.0, "count": 6}), area).pooled
    assert found is not None
    assert found.items == pytest.approx(3.0 * area.sea_km2)
    assert area.sea_km2 < 0.85 * area.area_km2


def test_categories_add_up_to_the_total():
    found = area_totals(
        rows(
            {"count": 7},
            {"count": 3, "category": "fishing_gear"},
            {"count": 0, "category": "clean"},
        ),
        AREA,
    )
    assert found.pooled is not None
    assert set(found.by_category["category"]) == {"plastic", "fishing_gear"}
    assert found.by_category["items"].sum() == pytest.approx(found.pooled.items)
    assert found.by_category["mass_kg"].sum() == pytest.approx(found.pooled.mass_kg)
    # Same search for every category: nothing of the effort belongs to one alone.
    gear = found.by_category.set_index("category").loc["fishing_gear"]
    exact = poisson_interval(3, found.effort_km2)
    assert gear["items_high"] == pytest.approx(exact.high * found.sea_km2)


def test_a_chosen_category_is_counted_over_all_effort():
    frame = rows({"count": 7}, {"count": 3, "category": "wood"})
    found = area_totals(frame, AREA, categories=["wood"])
    assert (found.n_items, found.effort_km2) == (3, 2.0)


def test_a_size_class_is_counted_over_all_effort():
    frame = rows(
        {"count": 7, "size_class": "macro"},
        {"count": 3, "size_class": "meso", "lat": 30.5},
    )
    found = area_totals(frame, AREA, size_classes=["meso"])
    assert (found.n_items, found.effort_km2) == (3, 4.0)


def test_nothing_seen_leaves_an_upper_limit():
    found = area_totals(rows({}), AREA).pooled
    assert found is not None
    assert (found.items, found.items_low, found.mass_kg) == (0.0, 0.0, 0.0)
    assert found.items_high == pytest.approx(-np.log(0.05) / 2.0 * BOX.area_km2)
    assert found.mass_high_kg > 0


def test_without_effort_there_is_no_total_and_it_is_said():
    found = area_totals(rows({"count": 5, "effort_km2": None}), AREA)
    assert found.totals == ()
    assert found.n_sightings == 5
    assert found.by_category.empty
    assert "No search" in found.cautions[0]


def test_too_little_effort_is_said():
    found = area_totals(rows({"count": 5}), AREA)
    assert any("Only 1 search " in text for text in found.cautions)
    assert any("% of the sea inside was searched" in text for text in found.cautions)


def test_enough_effort_needs_no_caution():
    many = rows(*[{"effort_km2": 10.0, "lat": 30.5 + i / 20} for i in range(20)])
    assert area_totals(many, AREA).cautions == ()


def test_an_area_without_sea_has_no_total():
    inland = make_area("Kansas", shapely.box(-100, 38, -98, 39))
    found = area_totals(rows({"lat": 38.5, "lon": -99.0, "count": 3}), inland)
    assert found.totals == ()
    assert "no sea" in found.cautions[0]


def test_an_area_across_180_degrees_counts_both_sides():
    area = make_area("Date line", shapely.box(179.0, 10.0, 181.0, 12.0))
    frame = rows(
        {"lat": 11.0, "lon": 179.5, "count": 3},
        {"lat": 11.0, "lon": -179.5, "count": 4},
        {"lat": 11.0, "lon": -178.5, "count": 9},
    )
    assert area_totals(frame, area).n_items == 7


def test_no_rows_at_all_are_no_effort():
    found = area_totals(rows({}).iloc[:0], AREA)
    assert (found.n_items, found.effort_km2, found.surveys) == (0, 0.0, ())


def test_missing_positions_are_refused():
    with pytest.raises(ObservationError, match="column lat"):
        area_totals(pd.DataFrame({"lon": [1.0]}), AREA)


@settings(max_examples=20)
@given(st.integers(0, 500), st.integers(2, 50))
def test_more_effort_at_the_same_rate_narrows_the_interval(count, times):
    one = area_totals(rows({"count": count}), AREA).pooled
    more = area_totals(
        rows({"count": count * times, "effort_km2": 2.0 * times}), AREA
    ).pooled
    assert one is not None
    assert more is not None
    assert more.items == pytest.approx(one.items)
    assert more.items_high < one.items_high


class Even:
    """A field of even density, known within a factor of two."""

    def __init__(self, per_km2, share=1.0):
        self.per_km2, self.share = per_km2, share

    def share_within_reach(self, polygon):
        return self.share

    def total(self, polygon):
        items = self.per_km2 * polygon_area_km2(polygon)
        return items, items / 2, items * 2


def test_a_field_gives_a_second_total_under_its_own_name():
    found = area_totals(rows({"count": 4, "mass_kg": 10.0}), AREA, field=Even(3.0))
    pooled, field = found.totals
    assert (pooled.basis, field.basis) == (
        "surveyed part stands for the whole area",
        "smooth field fitted to the counts",
    )
    assert field.items == pytest.approx(3.0 * BOX.area_km2)
    # Weighed items have no error of their mass, so the field's factor remains.
    assert field.mass_kg == pytest.approx(2.5 * field.items)
    assert field.mass_high_kg == pytest.approx(2.0 * field.mass_kg)
    assert field.mass_low_kg == pytest.approx(0.5 * field.mass_kg)


def test_a_field_joins_the_error_of_the_item_mass():
    field = area_totals(rows({"count": 4}), AREA, field=Even(3.0)).totals[1]
    plastic = category("plastic")
    up = np.hypot(np.log(2.0), np.log(plastic.item_mass_high_kg / plastic.item_mass_kg))
    assert field.mass_high_kg == pytest.approx(field.mass_kg * np.exp(up))


def test_a_field_where_nothing_was_counted_gives_items_and_no_mass():
    (field,) = area_totals(rows({}).iloc[:0], AREA, field=Even(1.0)).totals
    assert field.items > 0
    assert isnan(field.mass_kg)


def test_a_field_that_reaches_a_part_says_which():
    found = area_totals(rows({"count": 4}), AREA, field=Even(3.0, share=0.4))
    assert any("reaches 40 % of the sea" in text for text in found.cautions)


def test_a_field_out_of_reach_gives_no_total_and_says_why():
    class Silent(Even):
        def total(self, polygon):
            raise InputError("no part of the area is within 3 km of a surveyed cell")

    found = area_totals(rows({"count": 4}), AREA, field=Silent(1.0))
    assert len(found.totals) == 1
    assert any("within 3 km" in text for text in found.cautions)


def grid(lat, lon, value):
    half = abs(lat[1] - lat[0]) / 2
    band = np.sin(np.radians(lat + half)) - np.sin(np.radians(lat - half))
    width = np.radians(abs(lon[1] - lon[0]))
    area = np.repeat((6371.0**2 * width * band)[:, None], len(lon), axis=1)
    return GridField(
        name="model",
        quantity="items_per_km2",
        lat=lat,
        lon=lon,
        value=value,
        cell_area_km2=area,
        total=float(np.nansum(value * area)),
        source="a test",
    )


@pytest.mark.parametrize("lon", [np.arange(-179.5, 180), np.arange(-180.0, 180)])
@pytest.mark.parametrize("turned", [1, -1])
def test_a_model_field_summed_over_the_world_is_its_total(lon, turned):
    lat = np.arange(-89.5, 90)[::turned]
    value = np.random.default_rng(1).uniform(0, 9, (180, 360))
    value[40:60, 100:130] = np.nan
    field = grid(lat, lon, value)
    found = model_total(field, make_area("World", shapely.box(-180, -90, 180, 90)))
    assert found.total == pytest.approx(field.total)


def test_cells_partly_inside_count_with_their_share():
    # An even field: the sum must be the density times the area on the sphere.
    lat, lon = np.arange(-89.5, 90), np.arange(-179.5, 180)
    field = grid(lat, lon, np.full((180, 360), 7.0))
    odd = shapely.Polygon([(178.3, 10.2), (185.6, 12.9), (180.1, 19.7)])
    area = make_area("odd", odd)
    found = model_total(field, area)
    assert found.total == pytest.approx(7.0 * area.area_km2, rel=1e-9)
    assert found.covered_km2 == pytest.approx(area.area_km2, rel=1e-9)


def test_a_model_field_says_how_much_of_the_area_it_covers():
    lat, lon = np.arange(-89.5, 90), np.arange(-179.5, 180)
    value = np.full((180, 360), 1.0)
    value[:, lon < -140] = np.nan
    found = model_total(grid(lat, lon, value), AREA)
    assert found.covered_km2 == pytest.approx(BOX.area_km2 / 2)
