"""Records in every list: nothing is dropped, nothing is invented."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ObservationError
from core.observations import RECORD_CATEGORY_CODES
from core.observations.crosswalk import (
    LIST_COLUMNS,
    NOT_LITTER,
    UNDIVIDED,
    item,
    lists,
    to_lists,
)

_ITEMS = [(one.code, each.code) for one in lists() for each in one.items]
_RECORDS = st.lists(
    st.tuples(
        st.sampled_from([*RECORD_CATEGORY_CODES, "any_debris", "", "seaweed?"]),
        st.sampled_from([*_ITEMS, ("", ""), ("OSPAR", "999"), ("nobody", "1")]),
        st.integers(0, 10**6),
    ),
    max_size=40,
)


def frame_of(records):
    return pd.DataFrame(
        [(c, n, code, k) for c, (n, code), k in records],
        columns=["category", "item_list", "item_code", "count"],
        index=range(7, 7 + len(records)),
    )


@given(_RECORDS)
@settings(max_examples=60, deadline=None)
def test_counts_are_preserved_in_every_list(records):
    frame = frame_of(records)
    out = to_lists(frame)
    pd.testing.assert_frame_equal(out[list(frame.columns)], frame)
    for column in LIST_COLUMNS:
        assert not out[column].isin(["", None]).any()
        assert out.groupby(column)["count"].sum().sum() == frame["count"].sum()


@given(st.sampled_from(_ITEMS))
def test_a_code_of_a_list_stays_itself_in_that_list(key):
    name, code = key
    column = next(c for c, one in LIST_COLUMNS.items() if one == name)
    one = frame_of([(item(name, code).category, key, 3)])
    assert to_lists(one)[column].tolist() == [code]
    assert to_lists(one)["crosswalk"].tolist() == ["item"]


def test_records_without_an_item_go_by_their_category():
    out = to_lists(pd.DataFrame({"category": ["glass", "fishing_gear", "other"]}))
    assert out["msfd"].tolist() == [
        "glass/ceramics",
        "artificial polymer materials",
        "undefined",
    ]
    assert out["noaa"].tolist() == ["glass", "plastic", "other/unclassifiable"]
    assert out["ospar"].tolist() == ["93", "48", "other"]
    assert out["crosswalk"].unique().tolist() == ["category"]


def test_totals_and_living_things_are_told_from_items():
    out = to_lists(pd.DataFrame({"category": ["any_debris", "biota", "clean"]}))
    assert out["ospar"].tolist() == [UNDIVIDED, NOT_LITTER, NOT_LITTER]


def test_a_code_nobody_knows_goes_by_its_category():
    out = to_lists(frame_of([("metal", ("OSPAR", "999"), 2)]))
    assert out["tsg_ml"].tolist() == ["G197"]
    assert out["crosswalk"].tolist() == ["category"]
    assert out["item_code"].tolist() == ["999"]


def test_missing_codes_are_no_codes():
    frame = pd.DataFrame(
        {"category": ["wood"], "item_list": [np.nan], "item_code": [None]}
    )
    assert to_lists(frame)["tsg_ml"].tolist() == ["G173"]


def test_records_without_categories_are_refused():
    with pytest.raises(ObservationError, match="lack the column category"):
        to_lists(pd.DataFrame({"count": [1]}))
