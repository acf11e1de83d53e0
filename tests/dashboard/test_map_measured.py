"""The Debris map of measurement layers."""

import pandas as pd
import pytest

from core.observations.measurement_checks import make_measurements
from tests.dashboard.test_map_data import nets

__all__ = ["nets"]


@pytest.fixture
def beaches():
    """Two walks of one beach."""
    checked = make_measurements(
        pd.DataFrame(
            {
                "survey": "Walks",
                "event": ["1", "2"],
                "lat": 52.1,
                "lon": 4.27,
                "observed_at": ["2024-05-01T00:00Z", "2024-08-01T00:00Z"],
                "time_precision": "day",
                "quantity": "items_per_100m",
                "medium": "shore",
                "category": "plastic",
                "value": [80.0, 120.0],
                "source": "test",
                "source_row": [1, 2],
            }
        )
    )
    assert not checked.rejected
    return checked.accepted


def said(app):
    return "\n".join(one.value for one in [*app.title, *app.markdown, *app.caption])


def test_a_store_of_nets_alone_shows_their_layer(open_app, empty_store, nets):
    empty_store.measurements.add(nets)
    app = open_app("debris_map")
    assert not app.exception
    assert "3 samples" in said(app)
    (chart,) = app.get("deck_gl_json_chart")
    assert "NaN" not in chart.proto.json
    shown = app.dataframe[0].value
    assert set(shown["basis"]) == {"pooled", "range"}


def test_two_layers_are_never_mixed(open_app, empty_store, nets, beaches):
    empty_store.measurements.add(pd.concat([nets, beaches], ignore_index=True))
    first = open_app("debris_map")
    assert not first.exception
    (choice,) = [one for one in first.selectbox if one.label == "Layer"]
    assert len(choice.options) == 2
    choice.set_value("Shore (items/100 m)").run()
    assert not first.exception
    assert "2 samples" in said(first)
    assert "100 items/100 m" in said(first)  # the median of 80 and 120


def test_counted_debris_comes_first_among_the_layers(open_app, seeded_store, nets):
    seeded_store.measurements.add(nets)
    app = open_app("debris_map")
    assert not app.exception
    assert app.title[0].value == "Debris map"


def test_a_filter_that_fits_nothing_says_so(open_app, empty_store, nets):
    empty_store.measurements.add(nets)
    app = open_app("debris_map", map_category="Undivided totals")
    assert not app.exception
    assert "3 samples" in said(app)


def test_several_surveys_in_one_layer_are_warned_of(open_app, empty_store, beaches):
    others = beaches.assign(
        survey="Compilation",
        correction=["wind_corrected", ""],
        measurement_id=[f"{name}-0" for name in beaches["measurement_id"]],
    )
    empty_store.measurements.add(beaches)
    assert "choose one survey" not in said(open_app("debris_map"))
    empty_store.measurements.add(others)
    shown = said(open_app("debris_map"))
    assert "2 surveys stand in this layer" in shown
    assert "mixes down: 1 of 4 samples" in shown
