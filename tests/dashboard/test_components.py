"""Building blocks: safe files, round numbers, maps with the right extent."""

from datetime import datetime

import pandas as pd
import pydeck as pdk
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core.errors import InputError
from dashboard.components import formats
from dashboard.components._frame import round_down, round_up
from dashboard.components.density_map import MAX_MAP_CELLS, cell_layers, density_view
from dashboard.components.maps import MapFrame, Scale, compact_deck, draw_map
from dashboard.components.page import Figure, metric_row
from dashboard.components.tables import csv_bytes


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_formula_in_a_cell_becomes_text(start):
    out = csv_bytes(pd.DataFrame({"name": [f"{start}cmd|calc"]})).decode()
    assert f"'{start}cmd" in out


def test_csv_keeps_numbers_and_writes_times_in_utc():
    frame = pd.DataFrame(
        {
            "kg": [-1.25],
            "at": [pd.Timestamp("2026-05-01T10:00:00+02:00")],
            "gap": [None],
        }
    )
    frame["at"] = frame["at"].dt.tz_convert("UTC")
    assert csv_bytes(frame).decode() == "kg,at,gap\n-1.25,2026-05-01T08:00:00Z,\n"


@pytest.mark.parametrize(
    ("kg", "shown"),
    [
        (0, "0 kg"),
        (640, "640 kg"),
        (2400, "2.4 t"),
        (0.5, "0.5 kg"),
        (float("nan"), "–"),  # noqa: RUF001
    ],
)
def test_mass_is_in_kg_or_tonnes(kg, shown):
    assert formats.mass(kg) == shown


def test_an_interval_has_one_unit():
    assert formats.interval(2400, 1600, 3500, "kg") == "2.4 t (1.6 to 3.5)"
    assert formats.interval(5, 2.584, 8.734) == "5 (2.6 to 8.7)"


@given(value=st.floats(1e-6, 1e12), digits=st.integers(1, 5))
def test_a_number_keeps_its_significant_digits(value, digits):
    shown = float(formats.number(value, digits=digits).replace(",", ""))
    assert shown == pytest.approx(value, rel=0.51 * 10.0 ** (1 - digits))


def test_shares_are_whole_percentages():
    assert [formats.share(x) for x in (0.237, 0.004, 0.0, None)] == [
        "24 %",
        "0.4 %",
        "0 %",
        "–",  # noqa: RUF001
    ]


def test_times_are_in_utc():
    moment = pd.Timestamp("2026-05-01T12:00:00+02:00").to_pydatetime()
    assert formats.when(moment) == "1 May 2026, 10:00 UTC"
    no_time = pd.NaT
    assert isinstance(no_time, datetime)  # which is why it reaches the function
    assert formats.when(no_time) == "–"  # noqa: RUF001


def test_five_figures_in_a_row_are_refused():
    with pytest.raises(ValueError, match="at most 4"):
        metric_row([Figure("a", "1")] * 5)


def test_a_frame_holds_its_positions_with_a_margin():
    frame = MapFrame.around([30.0, 32.0], [-141.0, -139.0])
    assert frame.west < -141.0 < -139.0 < frame.east
    assert frame.south < 30.0 < 32.0 < frame.north


def test_a_frame_goes_the_short_way_across_180_degrees():
    frame = MapFrame.around([0.0, 1.0], [179.0, -179.0])
    assert frame.width < 4.0
    assert frame.place(-179.0) == pytest.approx(181.0)
    assert frame.place(179.0) == pytest.approx(179.0)


@pytest.mark.parametrize("east", [-150.0, -179.0, 179.9])
def test_the_middle_of_a_frame_is_where_the_browser_turns_to(east):
    # deck.gl turns the view to within 180 degrees and draws no other turn.
    frame = MapFrame.of_box((170.0, -5.0, east, 5.0))
    middle = (frame.west + frame.east) / 2
    assert -180.0 <= middle <= 180.0
    assert frame.width == pytest.approx(1.3 * ((east - 170.0) % 360.0), abs=2e-3)
    assert frame.west < frame.place(175.0) < frame.east


@given(
    lat=st.lists(st.floats(-84, 84), min_size=1, max_size=6),
    lon=st.floats(-180, 179.9),
)
def test_a_frame_is_never_empty_or_beyond_the_map(lat, lon):
    frame = MapFrame.around(lat, [lon] * len(lat))
    assert frame.width > 0
    assert frame.height > 0
    assert -85.0 <= frame.south < frame.north <= 85.0
    assert 0.5 <= frame.view(height_px=600)["zoom"] <= 13.0


@given(value=st.floats(1e-6, 1e9))
def test_round_ends_hold_the_value(value):
    assert round_down(value) <= value * 1.002
    assert round_up(value) >= value * 0.998
    assert round_up(value) / round_down(value) <= 10.001


def test_a_scale_spans_its_values_with_round_ends():
    scale = Scale.over([0.0, 3.4, 87.0, float("nan")], "items")
    assert (scale.low, scale.high) == (2.0, 100.0)
    assert scale.share(2.0) == 0.0
    assert scale.share(100.0) == 1.0
    assert scale.share(200**0.5) == pytest.approx(0.5)


def test_a_scale_without_values_still_has_ends():
    scale = Scale.over([], "items")
    assert 0 < scale.low < scale.high


def cells(n):
    return pd.DataFrame(
        {
            "h3": ["863642d6fffffff"] * n,
            "lat": 31.0,
            "lon": -140.0,
            "n": 3,
            "effort_km2": 1.0,
            "density_per_km2": 3.0,
            "low": 0.6,
            "high": 8.8,
            "status": "surveyed",
            "n_sightings": 0,
        }
    )


def test_too_many_cells_for_a_map_are_refused():
    many = cells(MAX_MAP_CELLS + 1)
    view = density_view(many, "Density")
    frame = MapFrame(-141, 30, -139, 32)
    with pytest.raises(InputError, match="at most 8,000; narrow the filters"):
        cell_layers(many, view, frame)


def test_the_largest_map_of_cells_stays_below_three_megabytes():
    many = cells(MAX_MAP_CELLS)
    layers = cell_layers(
        many, density_view(many, "Density"), MapFrame(-141, 30, -139, 32)
    )
    assert len(compact_deck(layers=layers).to_json()) < 2_600_000


def test_a_nan_in_a_layer_is_refused_before_it_reaches_the_browser():
    deck = compact_deck(layers=[pdk.Layer("PathLayer", [{"x": float("nan")}], id="a")])
    with pytest.raises(ValueError, match="JSON"):
        deck.to_json()


def test_an_unknown_view_is_refused():
    with pytest.raises(InputError, match="no map view 'Heat'"):
        density_view(cells(1), "Heat")


def test_a_layer_without_an_id_is_refused():
    with pytest.raises(ValueError, match="no id of its own"):
        draw_map(
            [pdk.Layer("PathLayer", [])], MapFrame(0, 0, 1, 1), key="x", alt="nothing"
        )


def test_a_file_name_in_an_error_is_shown_as_text():
    def script():
        from core.errors import ImageError
        from dashboard.components.page import error_panel

        error_panel(ImageError("**bold** [x](y) <b>.jpg is cut off"))

    (panel,) = AppTest.from_function(script, default_timeout=30).run().error
    assert r"\*\*bold\*\* \[x\](y) \<b\>.jpg is cut off" in panel.value
    assert "Next:" in panel.value


def test_a_table_chart_and_legend_draw_with_downloads():
    def script():
        import pandas as pd

        from dashboard.components.charts import chart, figure
        from dashboard.components.maps import Scale, legend
        from dashboard.components.tables import Column, table

        frame = pd.DataFrame({"v": ["A", "B"], "kg": [12345.678, 0.01234]})
        frame["at"] = pd.Timestamp("2026-05-01T10:00Z")
        table(
            frame,
            {
                "v": Column("Vessel"),
                "kg": Column("Mass (kg)", "number"),
                "at": Column("Time (UTC)", "time"),
            },
            name="t",
            title="Vessels",
        )
        drawn = figure(x_title="Vessel", y_title="Mass (kg)", zero_based=True)
        drawn.add_bar(x=frame["v"], y=frame["kg"])
        chart(
            drawn,
            title="Mass by vessel",
            name="c",
            alt="Bar chart",
            n=2,
            source="simulated hauls",
            data=frame,
        )
        legend(Scale(1.0, 100.0, "items"), label="Debris", marks={"o": "none seen"})

    app = AppTest.from_function(script, default_timeout=30).run()
    assert not app.exception
    assert app.dataframe[0].value["kg"].tolist() == pytest.approx([12300.0, 0.0123])
    assert "n = 2" in "".join(caption.value for caption in app.caption)
