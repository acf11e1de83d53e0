"""Areas of the Debris map: drawn, kept, undone, and what they hold in words."""

import json

import pytest
import shapely

from core.density import Bbox, MapFilter, area_totals, make_area
from core.density.model_totals import ModelTotal
from dashboard import map_areas
from dashboard.components._frame import MapFrame
from dashboard.components.map_area_totals import area_sentences, model_sentence
from dashboard.components.map_compare import Counted, difference
from dashboard.components.map_draw import drawing_figure

BOX = shapely.box(-140.6, 30.7, -139.9, 31.3)


def test_the_last_lasso_of_a_drawing_is_the_area():
    first = {"x": [0, 1, 1, 0], "y": [0, 0, 1, 1]}
    last = {"x": [-140.0, -139.0, -139.0], "y": [30.0, 30.0, 31.0]}
    area = map_areas.area_of_selection({"lasso": [first, last], "box": []})
    assert area is not None
    assert area.polygon.equals(shapely.Polygon([(-140, 30), (-139, 30), (-139, 31)]))


def test_a_box_drawn_from_any_corner_is_the_area():
    box = {"x": [-139.0, -141.0], "y": [32.0, 30.0]}
    area = map_areas.area_of_selection({"box": [box], "lasso": []})
    assert area is not None
    assert area.area_km2 == pytest.approx(Bbox(-141, 30, -139, 32).area_km2)


def test_a_drawing_past_180_degrees_is_cut_there():
    box = {"x": [175.0, 186.0], "y": [0.0, 5.0]}
    area = map_areas.area_of_selection({"box": [box]})
    assert area is not None
    assert area.bbox == Bbox(175.0, 0.0, -174.0, 5.0)


@pytest.mark.parametrize(
    "selection", [{}, {"lasso": [], "box": []}, {"lasso": [{"x": [1], "y": [1]}]}]
)
def test_no_drawing_is_no_area(selection):
    assert map_areas.area_of_selection(selection) is None


def test_a_kept_area_comes_back_and_is_kept_once(empty_store):
    area = make_area("Drawn area", BOX, notes=("an outline was mended",))
    area_id = map_areas.keep(area, name="  North   patch ", origin="drawn on the map")
    assert (
        map_areas.keep(area, name="North patch", origin="drawn on the map") == area_id
    )
    (kept,) = map_areas.kept()
    assert kept.area.name == "North patch"
    assert kept.area.polygon.equals(BOX)
    assert kept.area.notes == ("an outline was mended",)
    assert kept.saved_by == "tester"


def test_a_removed_area_can_be_restored_and_both_are_on_record(empty_store):
    area_id = map_areas.keep(make_area("a", BOX), name="Patch", origin="file x.zip")
    map_areas.retire(area_id)
    assert map_areas.kept() == []
    map_areas.restore(area_id)
    (kept,) = map_areas.kept()
    assert (kept.area_id, kept.area.name) == (area_id, "Patch")
    actions = [entry["action"] for entry in empty_store.audit.entries()]
    assert {"area.keep", "area.retire", "area.restore"} <= set(actions)


def test_areas_of_other_kinds_are_not_on_the_map(empty_store):
    shape = json.loads(shapely.to_geojson(BOX))
    empty_store.areas.save("Reserve", "sensitive", shape, {"factor": 2.0}, "mia")
    assert map_areas.kept() == []


def test_totals_follow_the_filters_of_the_map(seeded_store, make_rows):
    rows = make_rows()
    area = make_area("Patch", BOX)
    chosen = MapFilter(surveys=("Flight 1",), categories=("plastic",))
    found = map_areas.totals(area, chosen)
    one = rows.loc[rows["survey"] == "Flight 1"]
    expected = area_totals(one, area, categories=["plastic"])
    assert found.n_items == expected.n_items > 0
    assert found.pooled == expected.pooled
    assert found.surveys == ("Flight 1",)


def test_sentences_give_items_mass_basis_and_effort(make_rows):
    found = area_totals(make_rows(), make_area("Patch", BOX))
    first, second = area_sentences(found)
    assert "items (" in first
    assert "of sea" in first
    assert "surveyed part stands for the whole area" in first
    assert f"{found.n_items} items counted in" in second
    assert f"{found.n_searches} searches of 2 surveys" in second


def test_nothing_counted_is_said_as_an_upper_limit(make_rows):
    rows = make_rows().assign(count=0)
    first = area_sentences(area_totals(rows, make_area("Patch", BOX)))[0]
    assert first.startswith("**At most")


def test_sightings_are_said_apart(make_rows):
    found = area_totals(make_rows(with_effort=False), make_area("Patch", BOX))
    (line,) = area_sentences(found)
    assert "enter no total" in line


def test_a_model_is_called_a_model():
    line = model_sentence(
        ModelTotal(
            name="vansebille",
            quantity="grams_per_km2",
            source="x",
            total=2.0e6,
            covered_km2=50.0,
        )
    )
    assert "Published model, not observed" in line
    assert "2 t" in line


def test_a_difference_has_both_rates_and_the_interval_of_their_ratio():
    said = difference(("May", "June"), Counted(20, 2.0), Counted(10, 2.0))
    assert "**May**: 10 items per km² (6.1 to 15)" in said
    assert "2 times the density of the second (95 % interval 0.89 to 4.8)" in said
    assert "chance in counting alone could explain" in said


def test_a_clear_difference_is_called_one():
    said = difference(("A", "B"), Counted(200, 2.0), Counted(10, 2.0))
    assert "more than chance in counting explains" in said


@pytest.mark.parametrize(
    ("first", "second", "part"),
    [
        (Counted(0, 0.0), Counted(3, 1.0), "Nothing was searched"),
        (Counted(0, 1.0), Counted(0, 1.0), "their ratio is open"),
        (Counted(9, 1.0), Counted(0, 1.0), "to any"),
        (Counted(0, 1.0), Counted(9, 1.0), "0 times"),
    ],
)
def test_empty_sides_are_said_in_words(first, second, part):
    assert part in difference(("A", "B"), first, second)


def test_names_of_surveys_are_shown_as_text():
    said = difference(("*x*", "<b>"), Counted(1, 1.0), Counted(2, 1.0))
    assert "\\*x\\*" in said
    assert "<b>" not in said


def test_the_chart_to_draw_on_holds_every_cell_and_the_coast(make_rows):
    from core.density import cell_density

    cells = cell_density(make_rows(), resolution=5)
    values = cells["density_per_km2"].where(cells["n"] > 0)
    frame = MapFrame(-161.0, 18.0, -139.0, 32.0)  # Hawaii is in it
    drawn = drawing_figure(cells, values, frame, unit="items per km²")
    land, hollow, filled = drawn.data
    assert len(land.x) > 20
    assert len(hollow.x) + len(filled.x) == len(cells)
    assert len(filled.x) == (cells["n"] > 0).sum()
    assert drawn.layout.dragmode == "lasso"
