"""The weight of a map's views: whole documents in, sizes out."""

import json

import pytest

from dashboard.map_payload import main

EVERYTHING: dict[str, dict[str, list[str]]] = {"filter": {}}
ONE_SURVEY = {"filter": {"surveys": ["Flight 1"]}}


def test_a_filter_sends_no_more_than_the_whole_map(seeded_store):
    whole, part = main({"views": [EVERYTHING, ONE_SURVEY]})["views"]
    assert 0 < part["sent_bytes"] < whole["sent_bytes"]
    assert part["tiles"] == whole["tiles"]


def test_halving_the_width_raises_the_zoom_by_one(seeded_store):
    views = [{"halvings": step, "resolution": 1} for step in range(3)]
    zooms = [view["zoom"] for view in main({"views": views})["views"]]
    assert zooms == pytest.approx([zooms[0], zooms[0] + 1, zooms[0] + 2], abs=0.02)


def test_a_period_is_read_from_text(seeded_store):
    period = {"start": "2030-01-01T00:00+00:00", "end": "2031-01-01T00:00+00:00"}
    whole, none = main({"views": [EVERYTHING, {"filter": period}]})["views"]
    assert none["sent_bytes"] < whole["sent_bytes"]


def test_the_answer_is_plain_json(seeded_store):
    answer = main({"views": [EVERYTHING]})
    assert json.loads(json.dumps(answer)) == answer


def test_an_empty_store_has_a_map_without_cells(empty_store):
    answer = main({"views": [EVERYTHING]})
    assert answer["resolution"] == 0
    assert answer["views"][0]["sent_bytes"] > 0
