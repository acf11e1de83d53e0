"""What the map asks for, against the store it comes from."""

import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.density import Bbox, MapFilter, cell_density, total_mass
from core.governance import record
from core.observations.measurement_checks import make_measurements
from dashboard import map_data
from dashboard.components.density_map import (
    cell_layers,
    density_view,
    picked_cell,
    picked_layer,
)
from dashboard.components.density_views import measured_view
from dashboard.components.maps import compact_deck


@pytest.fixture
def nets():
    """Three nets of microplastics: two counted, one with a class range."""
    checked = make_measurements(
        pd.DataFrame(
            {
                "survey": "Nets",
                "event": ["1", "2", "3"],
                "lat": [31.0, 31.0, 33.0],
                "lon": -140.0,
                "observed_at": "2024-05-01T00:00Z",
                "time_precision": "day",
                "quantity": "items_per_km2",
                "medium": "sea_surface",
                "category": "any_debris",
                "value": [10.0, 0.0, None],
                "value_low": [None, None, 1.0],
                "value_high": [None, None, 5.0],
                "count": [10, 0, None],
                "effort": [1.0, 9.0, None],
                "source": "test",
                "source_row": [1, 2, 3],
            }
        )
    )
    assert not checked.rejected
    return checked.accepted


def test_the_map_is_that_of_the_frame(seeded_store, make_rows):
    rows = make_rows()
    found = map_data.density_map(resolution=6)
    shown = found.cells[list(cell_density(rows, resolution=6).columns)]
    pd.testing.assert_frame_equal(shown, cell_density(rows, resolution=6), rtol=1e-12)
    # The total is told for cells of one size, whatever the map shows.
    assert found.mass.mass_kg == pytest.approx(total_mass(rows, resolution=7).mass_kg)
    assert found.simulated
    assert not found.from_photos


def test_an_empty_store_has_no_layer_and_no_frame(empty_store):
    assert map_data.layers() == ()
    assert map_data.map_frame() is None
    assert map_data.density_map().cells.empty


def test_new_records_are_seen_and_other_writes_read_nothing(
    seeded_store, make_rows, monkeypatch
):
    before = map_data.index_of()
    record(seeded_store, "test", "mia", "something", {})
    assert map_data.index_of() is before
    seeded_store.observations.add(make_rows(with_effort=False))
    assert len(map_data.index_of()) > len(before)


def test_measurements_are_layers_of_their_own(empty_store, nets):
    empty_store.measurements.add(nets)
    (layer,) = map_data.layers()
    assert layer.is_measured
    assert layer.title == "Sea surface"
    assert layer.unit == "items/km²"
    found = map_data.measured_map(MapFilter(), layer, resolution=5)
    assert sorted(found.cells["basis"]) == ["pooled", "range"]
    assert (found.n_events, found.n_ranges) == (3, 1)
    pooled = found.cells.loc[found.cells["basis"] == "pooled"].iloc[0]
    assert pooled["value"] == pytest.approx(1.0)
    with pytest.raises(ValueError, match="measurement layer"):
        map_data.index_of(layer)


def test_a_measurement_layer_can_be_drawn_and_says_what_it_shows(empty_store, nets):
    empty_store.measurements.add(nets)
    (layer,) = map_data.layers()
    cells = map_data.measured_map(MapFilter(), layer, resolution=5).cells
    view = measured_view(cells, label=layer.title, unit=layer.unit)
    frame = map_data.map_frame(layer)
    assert frame is not None
    text = json.loads(compact_deck(layers=cell_layers(cells, view, frame)).to_json())
    tips = [one["tip"] for layer in text["layers"] for one in layer["data"]]
    assert any("95 % interval" in tip and "items/km²" in tip for tip in tips)
    assert any("Between 1 and 5 items/km²" in tip for tip in tips)
    assert view.marks == {"⬡": "none found, or a class range only"}


def test_tiles_have_an_address_only_where_they_are_served(seeded_store):
    def script():
        from core.density import MapFilter
        from dashboard import map_data, tiles
        from dashboard.components.density_map import density_view

        cells = map_data.density_map().cells
        view = density_view(cells, "Density")
        assert map_data.tiles_of(MapFilter(), view) is None
        tiles.registry.is_served = True
        first = map_data.tiles_of(MapFilter(), view)
        second = map_data.tiles_of(MapFilter(), view)
        tiles.registry.is_served = False
        assert first == second
        assert first is not None
        assert first.endswith("/{z}/{x}/{y}.json")

    app = AppTest.from_function(script, default_timeout=30).run()
    assert not app.exception


def test_a_map_of_tiles_sends_no_cells(seeded_store):
    cells = map_data.density_map().cells
    view = density_view(cells, "Density")
    frame = map_data.map_frame()
    assert frame is not None
    deck = compact_deck(layers=cell_layers(cells, view, frame, tiles="/tiles/x"))
    assert len(deck.to_json()) < 3_000
    assert "http" not in deck.to_json()
    (layer,) = json.loads(deck.to_json())["layers"]
    assert layer["data"] == "/tiles/x"
    assert layer["loadOptions"] == {"worker": False, "core": {"worker": False}}


def test_points_are_capped_and_the_legend_says_so(seeded_store):
    points = map_data.sample(MapFilter(), n=5)
    view = density_view(map_data.density_map().cells, "Sightings", points)
    assert view.marks["●"] == f"5 of {points.n_records} records, drawn at random"
    frame = map_data.map_frame()
    assert frame is not None
    (layer,) = cell_layers(pd.DataFrame(), view, frame, points=points)
    assert len(layer.data) == 5


def test_a_clicked_cell_is_found_in_tiles_and_in_polygons():
    assert picked_cell({"cells": [{"properties": {"h3": "a"}}]}) == "a"
    assert picked_cell({"cells": [{"h3": "b"}]}) == "b"
    assert picked_cell({"points": [{"tip": "x"}]}) is None
    assert picked_cell({}) is None


def test_a_chosen_cell_gets_an_outline(seeded_store):
    frame = map_data.map_frame()
    assert frame is not None
    cell = map_data.density_map().cells["h3"].iloc[0]
    (path,) = [one["path"] for one in picked_layer(cell, frame).data]
    assert path[0] == path[-1]


def test_one_cell_of_any_size_can_be_opened(seeded_store, make_rows):
    cells = map_data.cells(map_data.OBSERVATIONS, MapFilter(), 7)
    row = cells.sort_values("n").iloc[-1]
    opened = map_data.cell(MapFilter(), row["h3"])
    assert opened is not None
    assert opened["n"] == row["n"]
    sources = map_data.cell_sources(MapFilter(), row["h3"])
    assert sources["items"].sum() == row["n"]
    nowhere = MapFilter(bbox=Bbox(0.0, 0.0, 1.0, 1.0))
    assert map_data.cell(nowhere, row["h3"]) is None
