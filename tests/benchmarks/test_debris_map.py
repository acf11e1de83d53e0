"""The benchmark of the map on a part of its size."""

import pytest

from benchmarks.debris_map import FILTERS, make_store, run

ROWS = 4_000


@pytest.fixture(scope="module")
def measured():
    return {row["measure"]: row for row in run(ROWS)}


def test_every_filter_is_timed_and_weighed(measured):
    assert measured["observations"]["value"] == ROWS
    for name in FILTERS:
        assert measured[f"{name}: page's data"]["value"] > 0
        # A map without a cell still has its coast, grid and scale bar.
        assert measured[f"{name}: first view"]["value"] > 0


def test_no_view_is_larger_than_three_megabytes(measured):
    assert measured["largest first view"]["value"] < 3.0
    assert measured["largest closer view"]["value"] < 3.0


def test_a_filter_takes_less_than_a_second(measured):
    # So few records leave the cost of the cells themselves.
    assert measured["slowest filter"]["value"] < 1.0


def test_the_index_takes_less_than_200_bytes_a_record(measured):
    assert measured["memory of the index"]["value"] * 1e6 < 200 * ROWS


def test_the_store_is_the_same_in_every_run(tmp_path):
    stores = [make_store(tmp_path / name, 400) for name in ("a", "b")]
    first, second = (store.observations.frame() for store in stores)
    for store in stores:
        store.close()
    assert len(first) == 400
    assert first.equals(second)
