"""Debris map: right numbers, right words, nothing the map cannot draw."""

import json

import pandas as pd
import pytest
import shapely
from shapely import Polygon
from streamlit.testing.v1 import AppTest

from core.density import cell_density, total_mass
from core.forecasts import make_forecast, read_forecast
from core.observations import make_observations
from dashboard.components._frame import MapFrame
from dashboard.components.formats import interval
from dashboard.components.map_drift import drift_extent
from tests.core.forecasts.flows import START


def deck(app):
    (chart,) = app.get("deck_gl_json_chart")
    return json.loads(chart.proto.json)


def layer(app, name):
    return next(one for one in deck(app)["layers"] if one["id"] == name)


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def text(app):
    return "\n".join(block.value for block in app.markdown)


def test_an_empty_store_leads_to_the_surveys(open_app):
    app = open_app("debris_map")
    assert app.title[0].value == "Debris map"
    assert [button.label for button in app.button] == ["Add survey photos"]
    assert not app.get("deck_gl_json_chart")


def test_the_answer_gives_the_mass_with_its_interval(open_app, seeded_store, make_rows):
    rows = make_rows()
    app = open_app("debris_map")
    # Whatever cells the map shows, the total is told for cells of 5 km2.
    mass = total_mass(rows, resolution=7)
    expected = interval(mass.mass_kg, mass.low_kg, mass.high_kg, "kg")
    assert f"About **{expected}** of floating debris" in text(app)
    assert "Simulated data" in text(app)


def test_figures_are_those_of_the_observations(open_app, seeded_store, make_rows):
    rows = make_rows()
    shown = metrics(open_app("debris_map"))
    assert shown["Items counted"] == f"{rows['count'].sum():,}"
    assert float(shown["Area searched (km²)"]) == pytest.approx(
        rows["effort_km2"].sum(), rel=0.005
    )


def test_cells_with_debris_and_cells_with_none_are_drawn_apart(
    open_app, seeded_store, make_rows
):
    app = open_app("debris_map")
    filled, hollow = layer(app, "cells")["data"], layer(app, "cells-none-seen")["data"]
    resolution = int(filled[0]["h3"][1], 16)
    cells = cell_density(make_rows(), resolution=resolution)
    status = cells["status"].value_counts()
    assert len(filled) == status["surveyed"]
    assert len(hollow) == status["surveyed_none_seen"]
    assert all("items per km² (" in cell["tip"] for cell in filled)
    assert all(cell["tip"].startswith("0 items in") for cell in hollow)


@pytest.mark.parametrize(
    "view", ["Density", "Uncertainty", "Effort", "Sightings", "Priority"]
)
def test_every_view_draws_and_stays_in_the_url(open_app, seeded_store, view):
    app = open_app("debris_map", map_view=view)
    assert not app.exception
    assert app.segmented_control[0].value == view
    assert layer(app, "points" if view == "Sightings" else "cells")["data"]


def test_the_map_asks_nobody_and_holds_no_nan(open_app, seeded_store):
    app = open_app("debris_map")
    (chart,) = app.get("deck_gl_json_chart")
    assert "NaN" not in chart.proto.json
    assert len(chart.proto.json) < 3_000_000
    drawn = deck(app)
    assert "http" not in chart.proto.json
    assert drawn.get("mapProvider") is None
    assert {"sea", "land", "grid", "scale-bar"} <= {
        one["id"] for one in drawn["layers"]
    }


def test_a_survey_in_the_url_filters_the_page(open_app, seeded_store, make_rows):
    rows = make_rows()
    one = rows.loc[rows["survey"] == "Flight 1"]
    app = open_app("debris_map", map_survey="Flight 1")
    assert metrics(app)["Items counted"] == f"{one['count'].sum():,}"


def test_the_view_of_the_map_stays_while_filters_change(open_app, seeded_store):
    whole = deck(open_app("debris_map"))["initialViewState"]
    part = deck(open_app("debris_map", map_survey="Flight 1"))["initialViewState"]
    assert whole == part


def test_a_category_never_seen_gives_an_upper_limit(open_app, seeded_store):
    app = open_app("debris_map", map_category="Rubber")
    assert "No debris was seen in" in text(app)
    assert metrics(app)["Items counted"] == "0"


def test_reset_takes_every_filter_back(open_app, seeded_store, make_rows):
    app = open_app("debris_map", map_survey="Flight 1")
    reset = next(b for b in app.button if b.label == "Reset filters")
    assert not reset.disabled
    reset.click().run()
    total = make_rows()["count"].sum()
    assert metrics(app)["Items counted"] == f"{total:,}"
    assert next(b for b in app.button if b.label == "Reset filters").disabled


def test_counts_without_effort_are_titled_sightings(open_app, empty_store, make_rows):
    rows = make_rows(with_effort=False)
    empty_store.observations.add(rows)
    app = open_app("debris_map")
    assert app.title[0].value == "Sightings"
    assert f"{rows['count'].sum():,} items were sighted" in text(app)
    assert not app.metric
    assert not app.segmented_control


def test_new_observations_show_on_the_next_run(open_app, seeded_store, make_rows):
    app = open_app("debris_map")
    before = int(metrics(app)["Items counted"].replace(",", ""))
    more = make_rows().drop(columns=["observation_id", "h3"]).head(1)
    checked = make_observations(more.assign(survey="Flight 3", count=7))
    seeded_store.observations.add(checked.accepted)
    app.run()
    assert int(metrics(app)["Items counted"].replace(",", "")) == before + 7


def test_a_survey_name_is_shown_as_text(open_app, empty_store, make_rows):
    rows = make_rows().drop(columns=["observation_id", "h3"])
    hostile = make_observations(rows.assign(survey="<img src=x onerror=1> **x**"))
    empty_store.observations.add(hostile.accepted)
    app = open_app("debris_map")
    assert not app.exception
    assert "<img" not in json.dumps(deck(app))


def test_a_cell_panel_tells_what_lies_behind_the_cell(open_app, seeded_store):
    def script():
        from core.density import MapFilter
        from dashboard import map_data
        from dashboard.components.map_cell import picked_cell

        cells = map_data.density_map(MapFilter()).cells
        name = cells.sort_values("n").iloc[-1]["h3"]
        picked_cell(map_data.OBSERVATIONS, MapFilter(), name, map_data.record_labels())

    app = AppTest.from_function(script, default_timeout=30).run()
    assert not app.exception
    shown = app.dataframe[0].value
    assert f"{shown['items'].sum():,} items in" in app.markdown[0].value
    assert "items per km² (" in app.markdown[0].value
    assert [button.label for button in app.button] == ["Plan here", "Close"]


@pytest.fixture
def drifting(empty_store, add_flow):
    """A forecast of 30 hours from the middle of the seeded store's cells."""
    current_id = add_flow(
        west=-145.0, south=26.0, hours=40, simulated=True, name="Flow"
    )
    seeds = pd.DataFrame(
        {"seed_id": ["A", "*B*"], "lat": [31.0, 31.2], "lon": [-140.5, -140.2]}
    )
    return make_forecast(
        empty_store,
        seeds,
        current_id=current_id,
        start=START,
        hours=30,
        members=20,
        name="Dawn *drift*",
        actor="mia",
    )


def test_without_a_forecast_there_is_no_drift_control(open_app, seeded_store):
    assert not open_app("debris_map", map_drift="true").toggle


def test_drift_is_off_until_asked_for(open_app, seeded_store, drifting):
    app = open_app("debris_map")
    assert not app.exception
    assert app.toggle(key="map_drift").value is False
    assert not any(one["id"].startswith("drift") for one in deck(app)["layers"])
    assert not any("drift" in str(one.key) for one in app.select_slider)


def test_drift_in_the_url_lies_over_the_cells_hour_by_hour(
    open_app, drifting, seeded_store
):
    app = open_app("debris_map", map_drift="true")
    assert not app.exception
    order = [one["id"] for one in deck(app)["layers"]]
    # The regions lie below the cells, whose colours must stay true.
    assert order.index("drift-regions") < order.index("cells")
    assert order.index("drift-tracks") > order.index("cells")
    slider = app.select_slider(key=f"map_drift_{drifting}_hour")
    assert slider.value == 24
    opened = read_forecast(seeded_store, drifting)
    assert len(layer(app, "drift-starts")["data"]) == len(opened.seeds)
    for hour in (24, 6):
        app.select_slider(key=f"map_drift_{drifting}_hour").set_value(hour).run()
        found = opened.regions(hour=hour)
        widest = shapely.union_all(found["geometry"].to_numpy())
        drawn = [
            Polygon(one["rings"][0]) for one in layer(app, "drift-regions")["data"]
        ]
        # Outlines are simplified by a thousandth of a degree.
        assert shapely.union_all(drawn).area == pytest.approx(widest.area, rel=0.02)
        # From the start to the hour shown, both included.
        paths = layer(app, "drift-tracks")["data"]
        assert [len(one["path"]) for one in paths] == [hour + 1] * 2
    assert layer(app, "cells")["data"]


def test_the_map_is_wide_enough_for_the_drift(open_app, seeded_store, drifting):
    cells = MapFrame(-141.0, 30.5, -139.5, 31.6)
    opened = read_forecast(seeded_store, drifting)
    wide = drift_extent(opened, cells)
    assert wide.west <= cells.west
    assert wide.east >= cells.east
    middle = opened.frame[opened.frame["hour"] == 30]
    assert wide.west < middle["lon"].median() < wide.east
    # A forecast in another sea leaves the map as it is.
    assert drift_extent(opened, MapFrame(10.0, 30.0, 12.0, 31.0)) == MapFrame(
        10.0, 30.0, 12.0, 31.0
    )


def test_the_slider_of_hours_stands_below_the_map(open_app, seeded_store, drifting):
    app = open_app("debris_map", map_drift="true")
    kinds = [type(one).__name__ + getattr(one, "type", "") for one in app.main]
    chart = next(i for i, kind in enumerate(kinds) if "deck_gl" in kind)
    slider = next(i for i, kind in enumerate(kinds) if "SelectSlider" in kind)
    assert chart < slider


def test_a_forecast_that_was_made_up_marks_the_map_as_simulated(
    open_app, empty_store, make_rows, drifting
):
    empty_store.observations.add(make_rows(simulated=False))
    assert "Simulated data" not in text(open_app("debris_map"))
    assert "Simulated data" in text(open_app("debris_map", map_drift="true"))


def test_the_name_of_a_forecast_is_shown_as_text(open_app, seeded_store, drifting):
    app = open_app("debris_map", map_drift="true")
    said = "\n".join(one.value for one in app.caption)
    assert "Dawn \\*drift\\*" in said


def test_a_damaged_forecast_leaves_the_map(open_app, drifting, seeded_store):
    row = seeded_store.forecasts.get(drifting)
    path = seeded_store.files.checked_path(row["result_sha256"])
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    app = open_app("debris_map", map_drift="true")
    assert not app.exception
    assert "are kept" in app.error[0].value
    assert layer(app, "cells")["data"]


def test_play_on_the_map_goes_to_the_next_hour(open_app, seeded_store, drifting):
    app = open_app("debris_map", map_drift="true")
    app.button(key=f"map_drift_{drifting}_play").click().run()
    assert app.select_slider(key=f"map_drift_{drifting}_hour").value == 25
