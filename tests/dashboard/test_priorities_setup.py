"""Priorities, set up: harm weights and areas, kept, refused, and taken back."""

import json

import pytest

from core.priorities import (
    current_weights,
    default_weights,
    sensitive_areas,
    weights_text,
    weights_to_document,
)
from tests.dashboard.test_priorities import BOX, text

WEST = {
    "type": "Feature",
    "properties": {"name": "West reserve", "factor": 50, "months": [5, 6]},
    "geometry": {"type": "Polygon", "coordinates": [BOX]},
}


def edit(app, changes):
    """Change rows of the table of weights, by row number."""
    (key,) = (
        str(one.key)
        for one in app.data_editor
        if str(one.key).startswith("priorities_weights_")
    )
    app.session_state[key] = {
        "edited_rows": changes,
        "added_rows": [],
        "deleted_rows": [],
    }
    return app


def note(app, words):
    version = next(
        str(one.key) for one in app.text_input if "priorities_note_" in str(one.key)
    )
    app.text_input(key=version).set_value(words)
    return app


def test_changed_weights_are_a_new_version_with_its_reason(open_app, seeded_store):
    app = note(edit(open_app("priorities"), {0: {"value": 0.9}}), "turtles here")
    app.button(key="priorities_save").click().run()
    assert not app.exception
    assert "Version 1 is in force." in text(app)
    kept = current_weights(seeded_store)
    assert kept.weights["fishing_gear"]["entanglement"].value == 0.9
    (row,) = seeded_store.harm_weights.listing()
    assert (row["note"], row["saved_by"]) == ("turtles here", "tester")


def test_weights_without_a_reason_are_not_kept(open_app, seeded_store):
    app = edit(open_app("priorities"), {0: {"value": 0.9}})
    app.button(key="priorities_save").click().run()
    assert "needs a note" in text(app)
    assert seeded_store.harm_weights.listing() == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": 0.1}, "must rise from low to high"),
        ({"value": None}, "expected a number"),
        ({"source": ""}, "expected a source"),
    ],
)
def test_weights_that_cannot_be_are_named_and_not_kept(
    open_app, seeded_store, change, words
):
    app = note(edit(open_app("priorities"), {0: change}), "why not")
    app.button(key="priorities_save").click().run()
    assert not app.exception
    assert words in text(app)
    assert seeded_store.harm_weights.listing() == []


def test_going_back_makes_a_version_and_is_in_the_history(open_app, seeded_store):
    app = note(edit(open_app("priorities"), {0: {"value": 0.9}}), "turtles here")
    app.button(key="priorities_save").click().run()
    app.button(key="priorities_go_back").click().run()  # to the built-in weights
    assert not app.exception
    assert "Version 2 is in force." in text(app)
    held = weights_to_document(current_weights(seeded_store))
    assert held == weights_to_document(default_weights())
    history = next(one.value for one in app.dataframe if "n_changed" in one.value)
    assert history["version"].tolist() == [2, 1]


def test_weights_of_a_file_are_a_version_and_a_broken_one_is_said(
    open_app, seeded_store
):
    app = open_app("priorities")
    text_of_file = weights_text(default_weights()).replace("0.8", "0.75", 1)
    for data, kept in ((b"weights: 3", 0), (text_of_file.encode(), 1)):
        app.file_uploader(key="priorities_yaml").upload("w.yaml", data, "text/yaml")
        app.text_input(key="priorities_yaml_note").set_value("from the institute").run()
        app.button(key="priorities_yaml_save").click().run()
        assert not app.exception
        assert len(seeded_store.harm_weights.listing()) == kept


def upload(app, data, name="west.geojson"):
    app.file_uploader(key="priorities_area").upload(
        name, data, "application/octet-stream"
    ).run()
    return app


def test_an_area_is_added_retired_and_brought_back(open_app, seeded_store):
    app = upload(open_app("priorities"), json.dumps(WEST).encode())
    app.number_input(key="priorities_area_factor").set_value(4.0)
    app.multiselect(key="priorities_area_months").set_value([6])
    app.button(key="priorities_add").click().run()
    assert not app.exception
    assert "1 area added: west." in text(app)
    (area,) = sensitive_areas(seeded_store).areas
    assert area.factor == 4.0
    assert area.months == {6}
    (retire,) = [b for b in app.button if b.label == "Retire"]
    retire.click().run()
    assert sensitive_areas(seeded_store).areas == ()
    assert "west is retired" in text(app)
    app.button(key="priorities_undo").click().run()
    assert len(sensitive_areas(seeded_store).areas) == 1
    assert not app.exception


def test_areas_may_bring_their_own_names_and_factors(open_app, seeded_store):
    app = upload(open_app("priorities"), json.dumps(WEST).encode())
    app.segmented_control(key="priorities_area_source").set_value(
        "Its own properties (GeoJSON)"
    ).run()
    app.button(key="priorities_add").click().run()
    (area,) = sensitive_areas(seeded_store).areas
    assert (area.name, area.factor) == ("West reserve", 50.0)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"{", "a.geojson"),
        (b"PK\x03\x04 cut", "a.zip"),
        (b"", "a.geojson"),
        (b'{"type": "Point", "coordinates": [0, 0]}', "a.geojson"),
    ],
)
def test_a_file_that_is_no_area_is_said_and_nothing_is_kept(
    open_app, seeded_store, data, name
):
    app = upload(open_app("priorities"), data, name)
    app.button(key="priorities_add").click().run()
    assert not app.exception
    assert "No area was added." in text(app)
    assert seeded_store.areas.listing(active=None) == []
