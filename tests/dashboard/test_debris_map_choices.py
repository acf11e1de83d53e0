"""Debris map: time, comparison, areas, layers and exports, as a person uses them."""

import io
import json
import zipfile
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
import shapely

from core.density import area_totals, make_area, rate_ratio
from core.imports.pack import field_record
from core.observations.importers import GridField
from core.observations.measurement_checks import make_measurements
from dashboard import map_areas
from dashboard.components.formats import number

BOX = shapely.box(-140.6, 30.7, -139.9, 31.3)


def text(app):
    return "\n".join(block.value for block in [*app.markdown, *app.caption])


def deck(app, at=0):
    return json.loads(app.get("deck_gl_json_chart")[at].proto.json)


def ids(app, at=0):
    return [one["id"] for one in deck(app, at)["layers"]]


def test_the_slider_narrows_the_map_to_a_part_and_names_it_in_the_address(
    open_app, seeded_store, make_rows
):
    app = open_app("debris_map")
    slider = app.select_slider(key="map_play_hour")
    assert slider.options[0] == "Whole period"
    whole = len(deck(app)["layers"][3]["data"])
    slider.set_value(1).run()
    assert not app.exception
    name = slider.options[1]
    assert app.query_params["map_time"] in (name, [name])
    cells = next(one for one in deck(app)["layers"] if one["id"] == "cells")["data"]
    rows = make_rows()
    first = rows.loc[rows["observed_at"].dt.date == rows["observed_at"].min().date()]
    drawn = {cell["h3"] for cell in cells}
    assert 0 < len(drawn) < whole + 1
    assert len(first) < len(rows)


def test_a_link_opens_the_part_it_names(open_app, seeded_store):
    app = open_app("debris_map", map_time="2 May 2026")
    assert app.select_slider(key="map_play_hour").value == 2


def test_an_unknown_part_in_a_link_shows_the_whole_period(open_app, seeded_store):
    app = open_app("debris_map", map_time="never")
    assert not app.exception
    assert app.select_slider(key="map_play_hour").value == 0


def test_two_surveys_stand_side_by_side_with_the_exact_ratio(
    open_app, seeded_store, make_rows
):
    app = open_app("debris_map", map_compare="Compare two surveys")
    assert not app.exception
    assert len(app.get("deck_gl_json_chart")) == 2
    rows = make_rows()
    one, other = (rows.loc[rows["survey"] == f"Flight {i}"] for i in (1, 2))
    ratio = rate_ratio(
        int(one["count"].sum()),
        one["effort_km2"].sum(),
        int(other["count"].sum()),
        other["effort_km2"].sum(),
    )
    low, high = number(ratio.low, digits=2), number(ratio.high, digits=2)
    assert f"(95 % interval {low} to {high})" in text(app)
    # One scale: the same ends stand under both.
    ends = [c.value for c in app.caption if c.value.replace(",", "").isdigit()]
    assert ends[:2] == ends[2:4]


def test_two_periods_are_chosen_at_once_and_said_in_days(open_app, seeded_store):
    app = open_app("debris_map", map_compare="Compare two periods")
    assert not app.exception
    assert len(app.get("deck_gl_json_chart")) == 2
    assert "times the density of the second" in text(app)


def test_the_same_survey_twice_is_no_comparison(open_app, seeded_store):
    app = open_app("debris_map", map_compare="Compare two surveys")
    app.selectbox(key="map_survey_b").set_value("Flight 1").run()
    assert "Choose two different surveys" in app.info[0].value
    assert not app.get("deck_gl_json_chart")


def upload(app, content, name):
    app.segmented_control(key="map_area_from").set_value("Upload").run()
    uploader = app.get("file_uploader")[0]
    uploader.upload(name, content, "application/octet-stream").run()
    return app


def test_an_uploaded_area_gives_its_totals_in_the_first_line(
    open_app, seeded_store, make_rows
):
    app = open_app("debris_map", map_tab="Area")
    upload(app, shapely.to_geojson(BOX).encode(), "North patch.geojson")
    assert not app.exception
    found = area_totals(make_rows(), make_area("x", BOX))
    assert "Inside North patch: about" in text(app)
    assert f"{found.n_items} items counted in" in text(app)
    assert "area" in ids(app)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x00broken", "no readable file"),
        (b'{"type": "Point", "coordinates": [0, 0]}', "expected a Polygon"),
        (b"PK\x03\x04cut", "cut off, damaged"),
    ],
)
def test_a_broken_area_is_refused_and_the_map_stays(
    open_app, seeded_store, content, said
):
    app = open_app("debris_map", map_tab="Area")
    upload(app, content, "bad.geojson")
    assert not app.exception
    assert said in app.error[0].value
    assert app.get("deck_gl_json_chart")


def test_an_area_is_kept_named_linked_undone_and_removed(open_app, seeded_store):
    app = open_app("debris_map", map_tab="Area")
    upload(app, shapely.to_geojson(BOX).encode(), "Patch.geojson")
    name = next(one for one in app.text_input if one.label == "Name of the area")
    name.set_value("North patch")
    next(b for b in app.button if b.label == "Keep area").click().run()
    assert not app.exception
    (kept,) = map_areas.kept()
    assert kept.area.name == "North patch"
    assert app.query_params["map_area"] in (kept.area_id, [kept.area_id])
    next(b for b in app.button if b.label == "Undo").click().run()
    assert not app.exception
    assert map_areas.kept() == []
    assert "map_area" not in app.query_params


def test_a_link_with_an_area_opens_it(open_app, seeded_store):
    area_id = map_areas.keep(make_area("a", BOX), name="Patch 7", origin="test")
    app = open_app("debris_map", map_area=area_id)
    assert "Inside Patch 7: about" in text(app)


def test_a_link_to_a_removed_area_says_so(open_app, seeded_store):
    app = open_app("debris_map", map_area="gone", map_tab="Area")
    app.segmented_control(key="map_area_from").set_value("Kept").run()
    assert not app.exception
    assert "not kept here" in app.warning[0].value


def test_an_area_without_a_search_says_that_nothing_can_be_said(open_app, seeded_store):
    far = make_area("far", shapely.box(10.0, -40.0, 12.0, -38.0))
    area_id = map_areas.keep(far, name="Far away", origin="test")
    app = open_app("debris_map", map_area=area_id, map_tab="Area")
    assert not app.exception
    assert "No search with a known area was made inside" in text(app)


def test_everything_seen_is_exported_with_its_filters(seeded_store, make_rows):
    from core.density import MapFilter
    from core.density.export import export_bundle
    from dashboard import map_data, map_sources
    from dashboard.components.map_exports import counted_export
    from dashboard.map_views import drawing

    chosen = MapFilter(surveys=("Flight 1",))
    found = drawing(map_data.OBSERVATIONS, chosen, "Density")
    frame = map_data.map_frame()
    assert frame is not None
    made = counted_export(
        found.cells,
        found.view,
        frame,
        {"Survey": "Flight 1"},
        map_sources.survey_table(chosen),
        simulated=True,
    )
    with zipfile.ZipFile(io.BytesIO(export_bundle(made))) as archive:
        readme = archive.read("README.txt").decode()
        surveys = pd.read_csv(io.BytesIO(archive.read("surveys.csv")))
    assert "Survey: Flight 1" in readme
    assert "SIMULATED DATA" in readme
    rows = make_rows()
    assert surveys["survey"].tolist() == ["Flight 1"]
    assert surveys["records"].tolist() == [(rows["survey"] == "Flight 1").sum()]


def test_the_menu_offers_every_format(open_app, seeded_store):
    app = open_app("debris_map")
    labels = {one.proto.label for one in app.get("download_button")}
    assert {
        "All, with readme (zip)",
        "Picture (PNG)",
        "Cells (CSV)",
        "Cells (GeoJSON)",
        "Cells (GeoPackage)",
    } <= labels


@pytest.fixture
def measured(empty_store):
    table = pd.DataFrame(
        {
            "survey": "Nets",
            "event": [f"tow {i}" for i in range(8)],
            "lat": np.linspace(20.0, 24.0, 8),
            "lon": np.linspace(-150.0, -146.0, 8),
            "observed_at": "2020-06-01T00:00Z",
            "time_precision": "day",
            "quantity": "items_per_km2",
            "medium": "sea_surface",
            "category": "any_debris",
            "value": [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 1000.0],
            "source": "A. Author 2020",
        }
    )
    checked = make_measurements(table)
    assert not checked.rejected
    empty_store.measurements.add(checked.accepted)
    return empty_store


def test_a_store_of_measurements_alone_shows_them_with_their_unit(open_app, measured):
    app = open_app("debris_map")
    assert not app.exception
    assert "Median **35 items/km² (18 to 52)**" in text(app)
    assert "8 samples" in text(app)
    assert "cells" in ids(app)


@pytest.fixture
def modelled(seeded_store):
    lat, lon = np.arange(-89.5, 90), np.arange(-179.5, 180)
    value = np.full((180, 360), 5.0)
    value[:, :100] = np.nan
    band = np.sin(np.radians(lat + 0.5)) - np.sin(np.radians(lat - 0.5))
    area = np.repeat((6371.0**2 * np.radians(1.0) * band)[:, None], 360, axis=1)
    field = GridField(
        name="Test abundance",
        quantity="items_per_km2",
        lat=lat,
        lon=lon,
        value=value,
        cell_area_km2=area,
        total=float(np.nansum(value * area)),
        source="nobody",
    )
    record = field_record(seeded_store, field) | {"added_at": datetime.now(UTC)}
    seeded_store.model_fields.add(record)
    return seeded_store


def test_a_model_is_a_layer_of_its_own_and_marked_as_one(open_app, modelled):
    app = open_app("debris_map")
    options = app.selectbox(key="map_layer").options
    assert "Published model: Test abundance (items/km²)" in options
    app.selectbox(key="map_layer").set_value(options[-1]).run()
    assert not app.exception
    assert "a published model, not observed" in text(app)
    assert "model" in ids(app)
    assert "NaN" not in app.get("deck_gl_json_chart")[0].proto.json


def test_models_are_summed_inside_an_area_beside_the_counts(open_app, modelled):
    inside = make_area("a", shapely.box(-60.0, 0.0, -59.0, 1.0))
    area_id = map_areas.keep(inside, name="Model sea", origin="test")
    app = open_app("debris_map", map_area=area_id, map_tab="Area")
    assert not app.exception
    assert "Published model, not observed: Test abundance gives" in text(app)


def test_a_smooth_field_is_fitted_drawn_and_summed_inside_an_area(
    open_app, seeded_store
):
    from core.density import MapFilter
    from dashboard import map_data, map_fields

    area_id = map_areas.keep(make_area("a", BOX), name="Patch", origin="test")
    app = open_app(
        "debris_map", map_view="Smooth field", map_area=area_id, map_tab="Area"
    )
    assert not app.exception
    fit = map_fields.fit_of(map_data.OBSERVATIONS, MapFilter())
    assert fit is not None
    fit.wait(120)
    app.run()
    assert not app.exception
    assert "field" in ids(app)
    assert "smooth field fitted to the counts" in text(app)
    assert "says nothing" in text(app)
    assert "NaN" not in app.get("deck_gl_json_chart")[0].proto.json


def test_a_field_that_cannot_be_fitted_says_why(open_app, empty_store, make_rows):
    from core.density import MapFilter
    from dashboard import map_data, map_fields

    empty_store.observations.add(make_rows())
    none = MapFilter(surveys=("Nobody",))
    fit = map_fields.start(map_data.OBSERVATIONS, none)
    fit.wait(30)
    assert fit.future is not None
    assert "no cell with a known searched area" in str(fit.future.exception())


def test_a_cancelled_fit_is_forgotten(seeded_store):
    from core.density import MapFilter
    from dashboard import map_data, map_fields

    chosen = MapFilter(surveys=("Flight 2",))
    fit = map_fields.start(map_data.OBSERVATIONS, chosen)
    map_fields.cancel(map_data.OBSERVATIONS, chosen)
    assert fit.stop.is_set()
    assert map_fields.fit_of(map_data.OBSERVATIONS, chosen) is None
