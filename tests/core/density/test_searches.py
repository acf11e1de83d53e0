"""The rule of one search, against the same rule written out row by row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.density.searches import find_searches
from core.errors import ObservationError

ROW = st.tuples(
    st.integers(0, 1),  # survey
    st.sampled_from(["", "", "a", "b"]),  # photo
    st.integers(0, 1),  # time
    st.sampled_from([0.0, 1.0]),  # lat
    st.sampled_from([np.nan, 0.5]),  # effort
    st.integers(0, 2),  # category and size
)


def found(rows):
    survey, photo, time, lat, effort, kind = (
        list(x) for x in (zip(*rows, strict=True) if rows else [[]] * 6)
    )
    return find_searches(
        survey=np.array(survey, dtype=np.int64),
        photo=np.array(photo, dtype=object),
        time=np.array(time, dtype=np.int64),
        lat=np.array(lat, dtype=float),
        lon=np.zeros(len(rows)),
        effort_km2=np.array(effort, dtype=float),
        kind=np.array(kind, dtype=np.int64),
    )


def searches_by_hand(rows):
    """Name of the search of every row that has an effort, row by row."""
    often: dict[tuple[object, ...], int] = {}
    names: dict[int, tuple[object, ...]] = {}
    for number, (survey, photo, time, lat, effort, kind) in enumerate(rows):
        if np.isnan(effort):
            continue
        if photo:
            names[number] = (survey, photo)
            continue
        key = (survey, time, lat, effort)
        nth = often[key, kind] = often.get((key, kind), 0) + 1
        names[number] = (*key, nth)
    return names


@given(st.lists(ROW, max_size=12))
def test_every_search_is_carried_by_one_row(rows):
    names = searches_by_hand(rows)
    carried = np.flatnonzero(found(rows).carries).tolist()
    assert set(carried) <= set(names)
    transects = [n for n in carried if len(names[n]) == 5]
    photos = [names[n] for n in carried if len(names[n]) == 2]
    # Rows of one transect are alike in all a filter looks at, so any may carry it.
    by_key = [names[n][:4] for n in transects]
    expected = [name[:4] for name in set(names.values()) if len(name) == 5]
    assert sorted(by_key) == sorted(expected)
    assert sorted(photos) == sorted({n for n in names.values() if len(n) == 2})


@given(st.lists(ROW, max_size=12), st.sets(st.sampled_from([(0, 0.0), (1, 1.0)])))
def test_a_photo_is_carried_by_a_row_that_a_filter_keeps(rows, dropped):
    # Filters look at time and place, never at rows that share both.
    kept = np.array([(row[2], row[3]) not in dropped for row in rows], dtype=bool)
    left = [row for row, keep in zip(rows, kept, strict=True) if keep]
    carried = [rows[n][:3] for n in np.flatnonzero(found(rows).among(kept))]
    alone = [left[n][:3] for n in np.flatnonzero(found(left).carries)]
    assert sorted(carried) == sorted(alone)


@given(st.lists(ROW, max_size=12), st.randoms())
def test_reordering_the_rows_keeps_who_carries(rows, random):
    mixed = list(range(len(rows)))
    random.shuffle(mixed)
    order = np.array(mixed, dtype=np.int64)
    searches = found(rows)
    kept = np.array([row[2] == 0 for row in rows], dtype=bool)
    again = searches.reordered(order)
    assert again.among(kept[order]).tolist() == searches.among(kept)[order].tolist()


def test_a_photo_with_two_efforts_is_refused():
    with pytest.raises(ObservationError, match=r"photo a comes .*\(row 1\)"):
        found([(0, "a", 0, 0.0, 0.5, 0), (0, "a", 0, 0.0, 0.7, 0)])
