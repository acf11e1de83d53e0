"""Priorities against hand calculation, and the properties they must have."""

from dataclasses import replace
from math import exp, hypot, log
from typing import Any

import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.observations import RECORD_DEBRIS_CODES
from core.priorities import (
    HARM_KINDS,
    PRIORITY_COLUMNS,
    HarmWeight,
    HarmWeights,
    Importance,
    SensitiveArea,
    cell_priority,
    default_weights,
    priority,
    site_priority,
)

REEF = SensitiveArea(name="Reef", polygon=shapely.box(0, 0, 1, 1), factor=3.0)
WEIGHTS = default_weights()
TABLE = WEIGHTS.harm()
#: Harm and its bounds by category.
HARM: dict[str, Any] = {
    str(code): {name: float(row[name]) for name in ("harm", "low", "high")}
    for code, row in TABLE.iterrows()
}


def places(*rows):
    base: dict[str, Any] = {
        "lat": 5.0,
        "lon": 5.0,
        "mass_kg": 100.0,
        "mass_low_kg": 50.0,
    }
    base |= {"mass_high_kg": 400.0, "main_category": "plastic"}
    return pd.DataFrame([{**base, **row} for row in rows])


def test_priority_is_mass_times_harm_times_sensitivity():
    one = priority(places({"lat": 0.5, "lon": 0.5}), WEIGHTS, [REEF]).iloc[0]
    harm = HARM["plastic"]["harm"]
    assert one["priority"] == pytest.approx(100.0 * harm * 3.0)
    assert (one["sensitivity"], one["top_area"]) == (3.0, "Reef")
    assert (one["top_category"], one["top_kind"]) == ("plastic", "ingestion")


def test_limits_join_in_quadrature_on_the_log_scale():
    one = priority(places({}), WEIGHTS).iloc[0]
    harm, low, high = HARM["plastic"].values()
    down = hypot(log(2.0), log(harm / low))
    up = hypot(log(4.0), log(high / harm))
    assert one["priority_low"] == pytest.approx(one["priority"] * exp(-down))
    assert one["priority_high"] == pytest.approx(one["priority"] * exp(up))


def test_harm_of_a_mixture_is_weighed_by_mass():
    mixed = places({"shares": {"plastic": 3.0, "glass": 1.0}})
    one = priority(mixed, WEIGHTS).iloc[0]
    expected = 0.75 * HARM["plastic"]["harm"] + 0.25 * HARM["glass"]["harm"]
    assert one["harm"] == pytest.approx(expected)
    shift = hypot(
        0.75 * (HARM["plastic"]["harm"] - HARM["plastic"]["low"]),
        0.25 * (HARM["glass"]["harm"] - HARM["glass"]["low"]),
    )
    assert one["harm_low"] == pytest.approx(expected - shift)
    table = pd.DataFrame({"plastic": [30.0], "glass": [10.0]})
    given_apart = priority(places({}), WEIGHTS, shares=table).iloc[0]
    assert given_apart["harm"] == pytest.approx(expected)


def test_living_things_are_no_part_of_the_mixture():
    mixed = places({"shares": {"plastic": 1.0, "biota": 9.0}})
    one = priority(mixed, WEIGHTS).iloc[0]
    assert one["harm"] == pytest.approx(HARM["plastic"]["harm"])


@pytest.mark.parametrize("code", ["", "any_debris", "clean", "tyres"])
def test_an_unknown_kind_is_average_with_the_widest_limits(code):
    one = priority(places({"main_category": code}), WEIGHTS).iloc[0]
    assert one["harm"] == 1.0
    assert one["harm_low"] == pytest.approx(TABLE["low"].min())
    assert one["harm_high"] == pytest.approx(TABLE["high"].max())
    assert one["reason"].startswith("Unknown kind")


def test_unknown_mass_has_no_priority_and_ranks_last():
    cells = pd.DataFrame(
        {
            "h3": [h3.latlng_to_cell(lat, 5.0, 5) for lat in (5.0, 6.0, 7.0)],
            "mass_kg": [np.nan, 1.0, 2.0],
            "main_category": ["plastic", "plastic", "glass"],
        }
    )
    ranked = cell_priority(cells, WEIGHTS)
    assert ranked["rank"].tolist()[:2] == [1, 2]
    assert ranked["mass_kg"].tolist()[:2] == [1.0, 2.0]  # plastic harms more
    last = ranked.iloc[2]
    assert np.isnan(last["priority"])
    assert pd.isna(last["rank"])
    assert last["harm"] == pytest.approx(HARM["plastic"]["harm"])


def test_no_mass_has_priority_zero_below_an_upper_limit():
    empty = {"mass_kg": 0.0, "mass_low_kg": 0.0, "main_category": ""}
    one = priority(places({**empty, "lat": 0.5, "lon": 0.5}), WEIGHTS, [REEF]).iloc[0]
    assert (one["priority"], one["priority_low"]) == (0.0, 0.0)
    assert one["priority_high"] == pytest.approx(400.0 * 3.0)


def test_without_limits_of_the_mass_there_are_none_of_the_priority():
    given_mass = places({}).drop(columns=["mass_low_kg", "mass_high_kg"])
    one = priority(given_mass, WEIGHTS).iloc[0]
    assert np.isfinite(one["priority"])
    assert np.isnan(one["priority_low"])


def test_no_weights_leave_mass_times_sensitivity():
    both = priority(
        places({"main_category": "glass"}, {"lat": 0.5, "lon": 0.5}), None, [REEF]
    )
    assert both["priority"].tolist() == [100.0, 300.0]
    assert both["priority_high"].tolist() == pytest.approx([400.0, 1200.0])


def test_no_place_gives_an_empty_table():
    made = priority(places({}).iloc[:0], WEIGHTS, [REEF])
    assert made.empty
    assert tuple(made.columns) == PRIORITY_COLUMNS


def test_index_of_the_places_is_kept():
    frame = places({}, {}).set_axis([7, 3])
    assert priority(frame, WEIGHTS).index.tolist() == [7, 3]


def test_a_cell_half_inside_counts_half():
    cell = h3.latlng_to_cell(10.0, 20.0, 5)
    lat, lon = h3.cell_to_latlng(cell)
    half = SensitiveArea(
        name="half", polygon=shapely.box(lon, lat - 5, lon + 5, lat + 5), factor=3.0
    )
    cells = pd.DataFrame({"h3": [cell], "mass_kg": [10.0]})
    one = cell_priority(cells, None, [half]).iloc[0]
    assert one["sensitivity"] == pytest.approx(2.0, abs=0.03)


def test_sites_get_what_a_kilogram_is_worth():
    sites = pd.DataFrame(
        {
            "site": ["a", "b"],
            "lat": [0.5, 5.0],
            "lon": [0.5, 5.0],
            "mass_kg": [10.0, 10.0],
            "category": ["glass", "glass"],
            "priority": [2.0, np.nan],
        }
    )
    made = site_priority(sites, WEIGHTS, [REEF])
    glass = HARM["glass"]["harm"]
    assert made["priority"].tolist() == pytest.approx([glass * 3.0 * 2.0, glass])


def test_a_harmless_kind_has_priority_zero_below_an_upper_limit():
    table = dict(WEIGHTS.weights)
    table["glass"] = dict.fromkeys(HARM_KINDS, HarmWeight(0.0, 0.0, 0.5, "test"))
    made = priority(
        places({"main_category": "glass"}), replace(WEIGHTS, weights=table)
    ).iloc[0]
    assert (made["priority"], made["priority_low"]) == (0.0, 0.0)
    assert made["priority_high"] == pytest.approx(400.0 * made["harm_high"])


masses = st.lists(st.just(0.0) | st.floats(1e-6, 1e6), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None)
@given(masses, st.floats(1e-3, 1e3))
def test_scaling_the_mass_scales_the_priority(mass, factor):
    frame = pd.DataFrame({"mass_kg": mass}).assign(
        lat=0.5,
        lon=0.5,
        category="metal",
        mass_kg_low=np.array(mass) / 2.0,
        mass_kg_high=np.array(mass) * 3.0 + 1.0,
    )
    scaled = frame.copy()
    for name in ("mass_kg", "mass_kg_low", "mass_kg_high"):
        scaled[name] = frame[name] * factor
    one = priority(frame, WEIGHTS, [REEF])
    two = priority(scaled, WEIGHTS, [REEF])
    for name in ("priority", "priority_low", "priority_high"):
        assert two[name].tolist() == pytest.approx((one[name] * factor).tolist())


@settings(max_examples=40, deadline=None)
@given(masses, st.floats(0.05, 1.0), st.data())
def test_equal_weights_leave_the_mass(mass, value, data):
    codes = data.draw(
        st.lists(
            st.sampled_from(RECORD_DEBRIS_CODES),
            min_size=len(mass),
            max_size=len(mass),
        )
    )
    same = HarmWeights(
        weights={
            code: dict.fromkeys(HARM_KINDS, HarmWeight(value, value, value, "test"))
            for code in RECORD_DEBRIS_CODES
        },
        importance=dict.fromkeys(HARM_KINDS, Importance(1.0)),
    )
    frame = pd.DataFrame({"mass_kg": mass, "category": codes}).assign(lat=0.0, lon=9.0)
    assert priority(frame, same)["priority"].tolist() == pytest.approx(mass)


@settings(max_examples=30, deadline=None)
@given(masses, st.floats(1.0, 50.0))
def test_adding_an_area_never_lowers_a_priority(mass, factor):
    frame = pd.DataFrame({"mass_kg": mass, "category": "rubber"}).assign(
        lat=np.linspace(-1.0, 2.0, len(mass)), lon=0.5
    )
    few = priority(frame, WEIGHTS, [REEF])["priority"]
    added = SensitiveArea(name="B", polygon=shapely.box(0, -2, 1, 0.5), factor=factor)
    more = priority(frame, WEIGHTS, [REEF, added])["priority"]
    assert (more >= few).all()


@settings(max_examples=50, deadline=None)
@given(
    st.floats(0.1, 1e5),
    st.floats(0.01, 1.0),
    st.floats(1.0, 100.0),
    st.sampled_from(RECORD_DEBRIS_CODES),
)
def test_the_priority_lies_within_its_limits(mass, below, above, code):
    frame = places(
        {
            "mass_kg": mass,
            "mass_low_kg": mass * below,
            "mass_high_kg": mass * above,
            "main_category": code,
        }
    )
    one = priority(frame, WEIGHTS).iloc[0]
    assert 0.0 <= one["priority_low"] <= one["priority"] <= one["priority_high"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mass_kg": -1.0}, "row 0"),
        ({"mass_kg": np.inf}, "row 0"),
        ({"mass_low_kg": 200.0}, "within its limits"),
        ({"lat": 95.0}, "not on Earth"),
        ({"shares": {"plastic": -1.0}}, "share of a category"),
    ],
)
def test_what_cannot_be_ranked_is_named(change, message):
    with pytest.raises(InputError, match=message):
        priority(places(change), WEIGHTS)


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="mass_kg"):
        priority(pd.DataFrame({"lat": [0.0]}), None)
    with pytest.raises(InputError, match="lon"):
        priority(pd.DataFrame({"lat": [0.0], "mass_kg": [1.0]}), None)
    with pytest.raises(InputError, match="h3"):
        cell_priority(places({}), None)
