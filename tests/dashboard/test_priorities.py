"""Priorities: right order, right words, weights and areas that are kept and undone."""

import json

import pandas as pd
import pytest

from core.density import MapFilter, MapIndex
from core.density.map_index import INDEX_COLUMNS
from core.priorities import (
    SensitiveArea,
    cell_priority,
    cell_shares,
    current_weights,
    default_weights,
    save_area,
    save_weights,
    sensitive_areas,
    weights_from_document,
    weights_to_document,
)
from dashboard.components.formats import interval

BOX = [[-141.0, 30.4], [-140.4, 30.4], [-140.4, 31.7], [-141.0, 31.7], [-141.0, 30.4]]


def text(app):
    shown = [
        *app.markdown,
        *app.caption,
        *app.info,
        *app.success,
        *app.error,
        *app.text,
    ]
    return "\n".join(block.value for block in shown)


def layer(app, name):
    (chart,) = app.get("deck_gl_json_chart")
    layers = json.loads(chart.proto.json)["layers"]
    return next((one for one in layers if one["id"] == name), None)


def ranking(app):
    return next(one.value for one in app.dataframe if "priority" in one.value)


@pytest.fixture
def west():
    import shapely

    return SensitiveArea(
        name="West reserve",
        polygon=shapely.Polygon(BOX),
        factor=50.0,
        months=frozenset({5, 6}),
    )


def expected(store, areas=()):
    """Rank the cells of a store by the library alone."""
    index = MapIndex(store.observations.columns(INDEX_COLUMNS))
    chosen, resolution = MapFilter(), None
    for resolution in range(9, 0, -1):
        cells = index.cells(chosen, resolution=resolution)
        counts, _ = index.pooled(chosen, resolution=resolution)
        shares = cell_shares(counts, cells["h3"].tolist())
        yield (
            resolution,
            cell_priority(cells, current_weights(store), areas, shares=shares),
        )


def same_ranking(store, shown, areas=()):
    resolution = int(shown["place"].iloc[0][1], 16)
    wanted = next(frame for r, frame in expected(store, areas) if r == resolution)
    pd.testing.assert_series_equal(
        shown["priority"], wanted["priority"], check_exact=False, rtol=0.01
    )
    return wanted


def test_an_empty_store_leads_to_the_surveys(open_app, empty_store):
    app = open_app("priorities")
    assert not app.exception
    assert app.title[0].value == "Priorities"
    assert "Add survey photos" in [button.label for button in app.button]
    assert not app.get("deck_gl_json_chart")


def test_weights_and_areas_can_be_set_before_there_is_any_debris(open_app, empty_store):
    app = open_app("priorities")
    assert "built in" in text(app)
    assert "No area yet" in text(app)


def test_the_ranking_is_that_of_the_library(open_app, seeded_store):
    app = open_app("priorities")
    assert not app.exception
    wanted = same_ranking(seeded_store, ranking(app))
    first = wanted.iloc[0]
    mass = interval(first["mass_kg"], first["mass_low_kg"], first["mass_high_kg"], "kg")
    assert f"should go first: about {mass}" in text(app)
    assert "Simulated data" in text(app)
    assert "nobody measured them" in text(app)


def test_an_area_changes_what_goes_first_and_is_named(open_app, seeded_store, west):
    before = ranking(open_app("priorities"))["place"].iloc[0]
    save_area(seeded_store, west, actor="Ana")
    app = open_app("priorities")
    after = ranking(app)
    same_ranking(seeded_store, after, sensitive_areas(seeded_store).areas)
    assert after["place"].iloc[0] != before
    assert after["lon"].iloc[0] < -140.3
    assert "in **West reserve**, where it counts" in text(app)
    assert layer(app, "priority-areas")["data"]


def test_an_area_out_of_season_does_not_count(open_app, seeded_store, west):
    save_area(seeded_store, west, actor="Ana")
    june = open_app("priorities", priorities_month="June")
    december = open_app("priorities", priorities_month="December")
    assert ranking(june)["sensitivity"].max() == pytest.approx(50.0)
    assert ranking(december)["sensitivity"].max() == 1.0


def test_hotspots_are_ranked_where_no_area_was_searched(
    open_app, empty_store, make_rows
):
    empty_store.observations.add(make_rows(with_effort=False))
    cells = open_app("priorities")
    assert not cells.exception
    assert "Hotspots rank what was sighted" in text(cells)
    app = open_app("priorities", priorities_kind="Hotspots")
    assert not app.exception
    shown = ranking(app)
    assert shown["place"].str.startswith("H").all()
    assert shown["priority"].is_monotonic_decreasing
    assert "The hotspot H" in text(app)


def test_the_map_holds_no_nan_and_asks_nobody(open_app, seeded_store, west):
    save_area(seeded_store, west, actor="Ana")
    for kind in ("Map cells", "Hotspots"):
        app = open_app("priorities", priorities_kind=kind)
        (chart,) = app.get("deck_gl_json_chart")
        assert "NaN" not in chart.proto.json
        assert "http" not in chart.proto.json
        assert layer(app, "priority-places")["data"]


def test_a_survey_in_the_url_narrows_the_ranking(open_app, seeded_store):
    every = ranking(open_app("priorities"))
    one = ranking(open_app("priorities", priorities_survey="Flight 1"))
    assert one["mass_kg"].sum() != pytest.approx(every["mass_kg"].sum())


def test_a_version_of_the_store_ranks_the_places(open_app, seeded_store):
    document = weights_to_document(default_weights())
    document["importance"]["entanglement"]["value"] = 0.1
    save_weights(
        seeded_store, weights_from_document(document), actor="Ana", note="other"
    )
    app = open_app("priorities")
    same_ranking(seeded_store, ranking(app))
    assert "Harm weights: version 1." in text(app)


def test_a_name_of_an_area_is_shown_as_text(open_app, seeded_store, west):
    from dataclasses import replace

    save_area(seeded_store, replace(west, name="<b>*West*</b>"), actor="Ana")
    app = open_app("priorities")
    assert "<b>*West*</b>" in [one.value for one in app.text]
    answer = next(b.value for b in app.markdown if "should go first" in b.value)
    assert "\\*West\\*" in answer


def test_an_area_of_the_store_that_cannot_be_used_is_said(open_app, seeded_store):
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    seeded_store.areas.save("No factor", "sensitive", square, {}, "Ana")
    app = open_app("priorities")
    assert not app.exception
    assert any("No factor" in one.value for one in app.warning)


def test_a_link_leads_to_a_plan_by_priority(open_app, seeded_store):
    links = open_app("priorities", priorities_kind="Hotspots").get("page_link")
    (link,) = [one.proto for one in links if one.proto.label == "Plan by priority"]
    assert link.query_string == "objective=priority"
    app = open_app("route_planner", objective="priority")
    assert app.selectbox(key="planner_aim").value == "Priority (harm x sensitivity)"
    assert "objective" not in app.query_params
