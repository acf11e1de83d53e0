import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drift.windage import (
    STOKES_SHARE_OF_WIND,
    WINDAGE,
    Windage,
    is_known_category,
    windage_of,
)
from core.errors import InputError, NotFoundError
from core.observations import CATEGORIES


def test_every_kind_of_debris_of_the_photo_list_has_a_windage():
    debris = {category.code for category in CATEGORIES if category.is_debris}
    assert debris <= set(WINDAGE)
    assert not {c.code for c in CATEGORIES if not c.is_debris} & set(WINDAGE)


@pytest.mark.parametrize("row", WINDAGE.values(), ids=lambda row: row.category)
def test_every_row_states_its_source_and_is_marked_if_assumed(row):
    assert "Allen and Plourde 1999" in row.source or row.source.startswith("assumption")
    assert row.is_assumed == row.source.startswith("assumption")


# Slopes of the leeway table, in per cent: closed vials 3.64 down the wind and 0.67
# across, fishing vessel debris 1.97 and 0.36.
def test_measured_rows_are_those_of_the_published_table():
    assert windage_of("bottle").factor == 0.0364
    assert windage_of("bottle").divergence_deg == pytest.approx(10.4, abs=0.05)
    assert windage_of("wood").factor == 0.0197
    assert windage_of("wood").divergence_deg == pytest.approx(10.4, abs=0.05)


def test_submerged_things_drift_less_with_the_wind_than_floating_ones():
    assert windage_of("net").high <= windage_of("wood").low
    assert windage_of("wood").factor < windage_of("bottle").factor
    assert windage_of("bottle").factor < windage_of("foam").factor


def test_stokes_drift_is_not_counted_twice():
    # 3.3 % with the Stokes drift in it is 2.0 % beside it.
    pair = Windage(
        category="x", factor=0.033, low=0.005, high=0.04, source="assumption"
    )
    beside = pair.beside_stokes()
    assert beside.factor == pytest.approx(0.020)
    assert beside.low == 0.0
    assert beside.high == pytest.approx(0.027)
    assert beside.beside_stokes() == beside


@given(
    st.lists(st.floats(min_value=0, max_value=0.2), min_size=3, max_size=3),
    st.booleans(),
)
def test_taking_stokes_out_keeps_the_order_and_never_adds_wind(values, includes):
    low, factor, high = sorted(values)
    row = Windage(category="x", factor=factor, low=low, high=high,
                  includes_stokes=includes, source="assumption")  # fmt: skip
    beside = row.beside_stokes()
    assert 0.0 <= beside.low <= beside.factor <= beside.high <= row.high
    assert row.factor - beside.factor <= STOKES_SHARE_OF_WIND * (1 + 1e-12)


def test_names_are_understood_as_people_write_them():
    assert windage_of("Plastic bottle") is WINDAGE["bottle"]
    assert windage_of("fishing-gear") is WINDAGE["fishing_gear"]
    assert windage_of("") is WINDAGE["unknown"]
    assert not is_known_category("clean")


def test_other_debris_drifts_as_debris_of_unknown_kind_which_is_an_assumption():
    assert windage_of("other") is WINDAGE["unknown"]
    assert windage_of("other").is_assumed
    assert is_known_category("other")


def test_unknown_category_is_refused_with_the_closest_name():
    with pytest.raises(NotFoundError, match=r"'plastik'.*closest is plastic"):
        windage_of("plastik")


@pytest.mark.parametrize(
    ("low", "factor", "high"),
    [(0.02, 0.01, 0.03), (0.0, 0.02, 0.01), (-0.01, 0.0, 0.1), (1, 3, 5),
     (0.0, float("nan"), 0.1)],
)  # fmt: skip
def test_windage_that_is_no_rising_share_is_refused(low, factor, high):
    with pytest.raises(InputError, match="category foam"):
        Windage(category="foam", factor=factor, low=low, high=high, source="assumption")


def test_angle_beyond_a_right_angle_is_refused():
    with pytest.raises(InputError, match="deflection_deg 120"):
        Windage(category="x", factor=0, low=0, high=0, deflection_deg=120.0,
                source="assumption")  # fmt: skip
