"""Harm weights against hand calculation; the built-in ones against their sources."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.observations import RECORD_DEBRIS_CODES
from core.priorities import (
    HARM_KINDS,
    HarmWeight,
    HarmWeights,
    Importance,
    default_weights,
)

N = len(RECORD_DEBRIS_CODES)


def flat(value=0.5, *, low=None, high=None, **figures):
    """Weights that are all alike, save those of the categories named."""

    def one(code):
        own = figures.get(code, value)
        return HarmWeight(
            own,
            own if low is None else min(low, own),
            own if high is None else max(high, own),
            "assumption: test",
        )

    return HarmWeights(
        weights={
            code: dict.fromkeys(HARM_KINDS, one(code)) for code in RECORD_DEBRIS_CODES
        },
        importance=dict.fromkeys(HARM_KINDS, Importance(1.0)),
    )


def with_kinds(code, *, importance, **kinds):
    """Weights 0.5 throughout, save some kinds of harm of one category."""
    made = flat()
    own = {
        kind: HarmWeight(kinds.get(kind, 0.5), 0.0, 1.0, "assumption: test")
        for kind in HARM_KINDS
    }
    return replace(
        made,
        weights={**made.weights, code: own},
        importance={kind: Importance(importance[kind]) for kind in HARM_KINDS},
    )


IMPORTANCE = {"entanglement": 1.0, "ingestion": 0.5, "smothering": 0.5, "toxic": 0.0}


def test_harm_of_the_mean_category_is_one():
    harm = default_weights().harm()
    assert harm["harm"].mean() == pytest.approx(1.0)
    assert tuple(harm.index) == RECORD_DEBRIS_CODES


def test_equal_weights_make_every_category_average():
    assert flat(0.3).harm()["harm"].tolist() == pytest.approx([1.0] * N)


def test_a_category_twice_as_harmful_counts_twice_as_much():
    harm = flat(0.4, glass=0.8).harm()["harm"]
    assert harm["glass"] / harm["metal"] == pytest.approx(2.0)


def test_mean_weighs_the_kinds_by_their_importance():
    made = with_kinds("glass", importance=IMPORTANCE, entanglement=1.0, ingestion=0.1)
    # (1 * 1.0 + 0.5 * 0.1 + 0.5 * 0.5 + 0 * 0.5) / 2 against 0.5 of every other one.
    own = (1.0 + 0.05 + 0.25) / 2.0
    mean = (own + (N - 1) * 0.5) / N
    assert made.harm().loc["glass", "harm"] == pytest.approx(own / mean)
    assert made.harm().loc["glass", "main_kind"] == "entanglement"


def test_maximum_takes_the_worst_kind_alone():
    made = replace(
        with_kinds("glass", importance=IMPORTANCE, entanglement=0.2, ingestion=1.0),
        combine="max",
    )
    own = max(0.2, 0.5 * 1.0, 0.5 * 0.5)  # the kind of importance 0 never counts
    mean = (own + (N - 1) * 0.5) / N
    assert made.harm().loc["glass", "harm"] == pytest.approx(own / mean)
    assert made.harm().loc["glass", "main_kind"] == "ingestion"


def test_bounds_of_a_mean_join_in_quadrature():
    made = flat(0.5, low=0.3, high=0.9).harm().loc["metal"]
    # Four equal kinds: the shift of the mean is 0.2 / sqrt(4), relative to 0.5.
    assert made["low"] == pytest.approx(1.0 - 0.1 / 0.5)
    assert made["high"] == pytest.approx(1.0 + 0.2 / 0.5)


def test_bounds_of_a_maximum_are_the_maxima_of_the_bounds():
    made = replace(flat(0.5, low=0.3, high=0.9), combine="max").harm().loc["metal"]
    assert (made["low"], made["high"]) == pytest.approx((0.6, 1.8))


@settings(max_examples=25, deadline=None)
@given(st.floats(0.01, 1.0), st.sampled_from(["mean", "max"]))
def test_scaling_all_weights_changes_nothing(factor, combine):
    base = default_weights()
    scaled = {
        code: {
            kind: HarmWeight(
                w.value * factor, w.low * factor, w.high * factor, w.source
            )
            for kind, w in by_kind.items()
        }
        for code, by_kind in base.weights.items()
    }
    one, two = replace(base, combine=combine), replace(base, combine=combine)
    two = replace(two, weights=scaled)
    for name in ("harm", "low", "high"):
        assert two.harm()[name].tolist() == pytest.approx(one.harm()[name].tolist())


def test_experts_order_holds_in_the_built_in_weights():
    """Wilcox et al. 2016: gear worst by entanglement, glass and paper most benign."""
    table = default_weights().weights
    by_entanglement = sorted(table, key=lambda c: -table[c]["entanglement"].value)
    assert by_entanglement[0] == "fishing_gear"
    by_ingestion = sorted(table, key=lambda c: -table[c]["ingestion"].value)
    assert by_ingestion[0] == "plastic"
    harm = default_weights().harm()["harm"].sort_values()
    assert set(harm.index[:3]) == {"glass", "paper_cardboard", "wood"}
    importance = default_weights().importance
    assert importance["entanglement"].value > importance["ingestion"].value
    assert min(importance, key=lambda kind: importance[kind].value) == "toxic"


def test_what_nobody_measured_has_wide_bounds():
    """An assumption spans a factor of 4 or more upwards or reaches down to nearly 0."""
    for code, by_kind in default_weights().weights.items():
        for kind, weight in by_kind.items():
            if weight.is_assumed:
                assert weight.high >= 2.0 * weight.value, (code, kind)
                assert weight.low <= 0.25 * weight.value, (code, kind)
            else:
                assert "set by hand" in weight.source, (code, kind)


@pytest.mark.parametrize(
    "figures", [(0.5, 0.6, 0.7), (0.5, 0.1, 0.4), (1.1, 0.1, 1.2), (np.nan, 0.0, 1.0)]
)
def test_weights_outside_their_bounds_are_refused(figures):
    with pytest.raises(InputError, match="rise from low to high within 0 to 1"):
        HarmWeight(figures[0], figures[1], figures[2], "assumption")


def test_a_weight_without_a_source_is_refused():
    with pytest.raises(InputError, match="needs a source"):
        HarmWeight(0.5, 0.1, 0.9, "  ")


def test_a_lacking_category_is_named():
    weights = dict(flat().weights)
    del weights["rubber"]
    with pytest.raises(InputError, match="lack rubber"):
        replace(flat(), weights=weights)


def test_an_unknown_category_is_named():
    weights = {**flat().weights, "tyres": flat().weights["rubber"]}
    with pytest.raises(InputError, match="unknown tyres"):
        replace(flat(), weights=weights)


def test_weights_of_nothing_but_zero_are_refused():
    with pytest.raises(InputError, match="every harm weight that counts is 0"):
        flat(0.0)


def test_no_important_kind_of_harm_is_refused():
    nothing = dict.fromkeys(HARM_KINDS, Importance(0.0))
    with pytest.raises(InputError, match="importance above 0"):
        replace(flat(), importance=nothing)


def test_an_unknown_rule_is_refused():
    with pytest.raises(InputError, match="expected mean or max"):
        replace(flat(), combine="sum")
