"""Drift forecast page: empty, run to its end, cancelled, failed, damaged, hostile."""

import json
import time
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from core.drift import RandomFlight
from core.forecasts import add_forcing, make_forecast, read_forecast
from core.geo import great_circle_distance_km
from core.jobs import JobState
from dashboard import drift_data
from dashboard.components._frame import MapFrame
from dashboard.components.drift_map import drift_frame, drift_layers, stranding_scale
from dashboard.components.formats import number
from dashboard.components.maps import MAX_PAYLOAD_BYTES, compact_deck
from dashboard.components.page import _plain
from tests.core.forecasts.flows import START, uniform

PAGE = "drift_forecast"
#: The first run on a machine compiles the kernel, which takes a minute on a busy one.
WAIT_S = 300.0
HOSTILE = "**A** <img src=x> $y$ `z`"
KM_24H = 0.5 * 24 * 3.6  # of the uniform flow, 0.5 m/s to the east


def words(app):
    kinds = (app.markdown, app.caption, app.info, app.error, app.warning, app.title)
    return "\n".join(str(one.value) for kind in kinds for one in kind)


def by_day(app):
    return next(t.value for t in app.dataframe if "moved_km" in t.value.columns)


def seeds(**changes):
    rows = {
        "seed_id": ["Alpha", "Beta"],
        "lat": [0.0, 1.0],
        "lon": [-158.0, -157.0],
        "category": ["net", "plastic"],
        "mass_kg": [100.0, None],
        "radius_m": [500.0, 500.0],
    }
    return pd.DataFrame(rows | changes)


def made(store, current_id, *, rows=None, **changes):
    options: dict[str, Any] = {
        "start": START,
        "hours": 24,
        "members": 12,
        "name": "Kept",
        "actor": "mia",
        "current_error": RandomFlight(0.1, 3600.0),
    }
    return make_forecast(
        store,
        seeds() if rows is None else rows,
        current_id=current_id,
        **(options | changes),
    )


def ask(app, *, lat=0.0, lon=-158.0, hours=24, members=20):
    """Fill the form in for one position and press the button."""
    app.segmented_control(key="drift_source").set_value("One position").run()
    app.number_input(key="drift_lat").set_value(lat)
    app.number_input(key="drift_lon").set_value(lon)
    app.number_input(key="drift_hours").set_value(hours)
    app.number_input(key="drift_members").set_value(members)
    app.run()
    return app.button(key="drift_run").click().run()


def finish(app):
    job = drift_data.jobs()[0]
    ended = drift_data.runner().wait(job.job_id, timeout_s=WAIT_S)
    app.run()
    return ended


def test_an_empty_store_leads_to_the_currents(empty_store, open_app):
    app = open_app(PAGE)
    assert not app.exception
    assert "It needs a file of ocean currents" in words(app)
    assert app.button(key="go-to-ocean_data").label == "Add currents"


def test_currents_without_observations_still_take_a_position(
    empty_store, open_app, add_flow
):
    add_flow()
    app = open_app(PAGE)
    assert not app.exception
    assert "No forecast yet" in words(app)
    assert "No observations yet" in words(app)
    assert app.button(key="drift_run").disabled


def test_one_position_is_followed_as_a_job_and_shown(empty_store, open_app, add_flow):
    add_flow()
    app = ask(open_app(PAGE), members=60)
    assert finish(app).state is JobState.DONE
    assert not app.exception
    (row,) = empty_store.forecasts.listing()
    (seed,) = read_forecast(empty_store, row["forecast_id"]).summary["seeds"]
    assert row["created_by"] == "tester"
    assert "forecast.created" in {e["action"] for e in empty_store.audit.walk()}
    table = by_day(app)
    (day,) = seed["days"]
    assert table["lat"].tolist() == pytest.approx([day["lat"]], abs=0.005)
    assert table["area_90_km2"].tolist() == pytest.approx(
        [day["area_90_km2"]], rel=5e-3
    )
    moved = great_circle_distance_km(
        lat1=seed["lat"], lon1=seed["lon"], lat2=day["lat"], lon2=day["lon"]
    )
    # Shown as the library says, and near the closed form: members scatter by the
    # error of the current, 0.3 m/s lasting 14 h, so the mean of sixty by some km.
    assert table["moved_km"].tolist() == pytest.approx([float(moved)], rel=5e-3)
    assert moved == pytest.approx(KM_24H, abs=20)
    assert f"{number(float(moved), digits=2)} km from where it was seen" in words(app)
    assert len(app.get("deck_gl_json_chart")) == 1


def test_a_new_forecast_is_shown_though_an_older_one_was_chosen(
    empty_store, open_app, add_flow
):
    kept = made(empty_store, add_flow())
    app = open_app(PAGE)
    assert app.selectbox(key="drift_forecast").value == kept
    ask(app)
    finish(app)
    newest = empty_store.forecasts.listing()[0]["forecast_id"]
    assert newest != kept
    assert app.selectbox(key="drift_forecast").value == newest
    app.selectbox(key="drift_forecast").set_value(kept).run()
    assert app.selectbox(key="drift_forecast").value == kept


def test_a_hindcast_speaks_of_the_past(empty_store, open_app, add_flow):
    start = START + timedelta(hours=48)
    made(empty_store, add_flow(), hindcast=True, start=start)
    app = open_app(PAGE)
    assert not app.exception
    assert "24 h before it was seen" in words(app)
    # Members are born in the west: 0.5 m/s for a day, backward.
    assert by_day(app)["lon"].tolist()[0] < -158.2
    assert by_day(app)["time"].tolist() == [pd.Timestamp("2026-06-02")] * 2


def test_a_hindcast_is_asked_for_on_the_form(empty_store, open_app, add_flow):
    add_flow()
    app = open_app(PAGE)
    app.segmented_control(key="drift_direction").set_value("Where did it come from")
    app.run()
    assert app.button(key="drift_run").label == "Trace back"
    ask(app)
    assert finish(app).state is JobState.DONE
    assert empty_store.forecasts.listing()[0]["kind"] == "hindcast"
    assert "before it was seen" in words(app)


def test_a_run_that_cannot_be_made_says_why(empty_store, open_app, add_flow):
    add_flow(hours=6)
    app = ask(open_app(PAGE), hours=72)
    assert finish(app).state is JobState.FAILED
    assert not app.exception
    assert "choose a start and hours that the currents and wind cover" in words(app)
    assert empty_store.forecasts.listing() == []


def test_a_run_can_be_cancelled(empty_store, open_app, add_flow, monkeypatch):
    import core.forecasts

    def waiting(_store, *, scheduler=""):
        def work(_params, job):
            while not job.cancelled():
                time.sleep(0.02)
            return {}

        return work

    monkeypatch.setattr(core.forecasts, "forecast_work", waiting)
    add_flow()
    app = ask(open_app(PAGE))
    (job,) = drift_data.jobs()
    assert app.get("progress")[0].proto.text == "Following 1 hotspot for 24 h"
    app.button(key=f"drift_cancel_{job.job_id}").click().run()
    assert finish(app).state is JobState.CANCELLED
    assert not app.exception
    assert "The last forecast was cancelled; none was made." in words(app)


def test_places_outside_the_current_cannot_be_asked_for(
    empty_store, open_app, add_flow
):
    add_flow()
    app = open_app(PAGE)
    app.segmented_control(key="drift_source").set_value("One position").run()
    app.number_input(key="drift_lat").set_value(60.0).run()
    assert "1 of 1 lie outside the area of the current" in words(app)
    assert app.button(key="drift_run").disabled


def upload(app, data, name="seeds.csv"):
    app.segmented_control(key="drift_source").set_value("File").run()
    return app.file_uploader(key="drift_file").upload(name, data, "text/csv").run()


def test_a_file_keeps_its_good_rows_and_names_the_bad(empty_store, open_app, add_flow):
    add_flow()
    data = b"seed_id,lat,lon\nA,0,-158\n*B*,95,-158\nC,x,-158\n"
    app = upload(open_app(PAGE), data)
    assert not app.exception
    assert "2 of 3 rows are left out" in words(app)
    assert "(row 2)" in words(app)
    assert not app.button(key="drift_run").disabled
    app.number_input(key="drift_members").set_value(20)
    app.number_input(key="drift_hours").set_value(12).run()
    app.button(key="drift_run").click().run()
    assert finish(app).state is JobState.DONE
    assert by_day(app)["seed"].unique().tolist() == ["A"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no CSV table"),
        (b"\xff\xfe\x00bad", "no CSV table"),
        (b"a,b\n1,2\n", "lack the columns lat, lon"),
        (b"lat,lon\n95,0\n", "No seed can be used"),
        (b"lat,lon\n" + b"0,0\n" * 1_300_000, "larger than 5 MB"),
    ],
)
def test_a_bad_file_is_refused_in_words(empty_store, open_app, add_flow, data, said):
    add_flow()
    app = upload(open_app(PAGE), data)
    assert not app.exception
    assert said in words(app).replace("\\", "")
    assert app.button(key="drift_run").disabled


def test_a_wind_of_another_time_is_not_offered(
    empty_store, open_app, add_flow, tmp_path
):
    add_flow(hours=24)
    add_flow("wind", name="Today", hours=48)
    wind = uniform("wind")
    years_ago = replace(wind, time_s=wind.time_s - 6 * 365 * 86_400.0)
    path = years_ago.to_netcdf(tmp_path / "old.nc")
    add_forcing(empty_store, path, name="Long ago", actor="mia")
    app = open_app(PAGE)
    (box,) = (box for box in app.selectbox if box.label == "Wind")
    assert box.options == ["Today", "None"]


def test_wind_is_part_of_the_forecast(empty_store, open_app, add_flow):
    add_flow()
    add_flow("wind", u=0.0, v=10.0)
    app = ask(open_app(PAGE))
    assert finish(app).state is JobState.DONE
    (row,) = empty_store.forecasts.listing()
    assert len(row["forcing_ids"]) == 2
    # A bottle takes 3.6 % of 10 m/s to the north: 31 km a day, and loses some sideways.
    assert by_day(app)["lat"].iloc[0] > 0.1
    assert _plain("wind: Uniform wind") in words(app)


def test_a_damaged_forecast_shows_what_happened(empty_store, open_app, add_flow):
    made(empty_store, add_flow())
    (row,) = empty_store.forecasts.listing()
    path = empty_store.files.checked_path(row["result_sha256"])
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    app = open_app(PAGE)
    assert not app.exception
    assert "The record of the forecast is kept" in app.error[0].value


def test_names_are_shown_as_text(empty_store, open_app, add_flow):
    current_id = add_flow(name=HOSTILE)
    rows = seeds(seed_id=[HOSTILE, HOSTILE])
    made(empty_store, current_id, rows=rows, name="<b>n</b>\n# x")
    app = open_app(PAGE)
    assert not app.exception
    said = words(app)
    assert _plain(f"current: {HOSTILE}") in said
    assert "<img" not in said.replace(r"\<img", "")
    # Two seeds of one name are told apart, or their tracks would be drawn as one.
    only = next(box for box in app.selectbox if box.label == "On the map")
    assert only.options == [f"{HOSTILE} (1)", f"{HOSTILE} (2)"]


def test_seeds_left_out_are_named(empty_store, open_app, add_flow):
    rows = seeds(lat=[0.0, 60.0])
    made(empty_store, add_flow(), rows=rows)
    app = open_app(PAGE)
    assert not app.exception
    assert "1 left out" in words(app)
    assert by_day(app)["seed"].tolist() == ["Alpha"]


def test_forecasts_stay_when_every_current_is_retired(empty_store, open_app, add_flow):
    forcing_id = add_flow()
    made(empty_store, forcing_id)
    empty_store.forcings.retire(forcing_id)
    app = open_app(PAGE)
    assert not app.exception
    assert "No currents are in use" in words(app)
    assert len(by_day(app)) == 2


def test_play_goes_on_from_the_hour_shown(empty_store, open_app, add_flow):
    forecast_id = made(empty_store, add_flow(), hours=30)
    app = open_app(PAGE)
    key = f"drift_{forecast_id}"
    assert app.select_slider(key=f"{key}_hour").value == 24
    app.button(key=f"{key}_play").click().run()
    assert app.select_slider(key=f"{key}_hour").value == 25
    app.run()
    assert app.select_slider(key=f"{key}_hour").value == 26
    app.button(key=f"{key}_play").click().run()
    # The end goes on from the start.
    app.select_slider(key=f"{key}_hour").set_value(30).run()
    app.button(key=f"{key}_play").click().run()
    assert app.select_slider(key=f"{key}_hour").value == 0


def test_one_hotspot_can_be_looked_at_alone(empty_store, open_app, add_flow):
    made(empty_store, add_flow())
    app = open_app(PAGE)
    only = next(box for box in app.selectbox if box.label == "On the map")
    only.set_value("Beta").run()
    assert not app.exception
    deck = json.loads(app.get("deck_gl_json_chart")[0].proto.json)
    starts = next(one for one in deck["layers"] if one["id"] == "drift-starts")
    assert [one["tip"] for one in starts["data"]] == ["Beta: start (stays put)"]


def layers_at(store, forecast_id, hour):
    opened = read_forecast(store, forecast_id)
    frame = drift_frame(opened.frame)
    now = opened.frame[opened.frame["hour"] == hour]
    tracks = opened.frame[opened.frame["member"] == 0]
    kept = opened.baselines()["persistence"]
    coast = pd.DataFrame(columns=["segment", "probability", "low", "high", "geometry"])
    layers = drift_layers(
        members=now[now["member"] > 0],
        regions=opened.regions(hour=hour),
        tracks=tracks,
        starts=opened.seeds,
        persistence=kept[kept["hour"] == hour],
        stranding=coast,
        scale=stranding_scale(coast),
        frame=frame,
    )
    return frame, {layer.id: layer for layer in layers}


def test_a_forecast_across_180_degrees_is_drawn_in_one_piece(
    empty_store, open_app, add_flow
):
    current_id = add_flow(west=175.0)
    rows = seeds(lon=[179.8, -179.9])
    forecast_id = made(empty_store, current_id, rows=rows)
    app = open_app(PAGE)
    assert not app.exception
    frame, layers = layers_at(empty_store, forecast_id, 24)
    assert frame.width < 3.0
    # Either turn of the globe, but everything in the one that the map shows.
    meridian = 180.0 if frame.east > 0.0 else -180.0
    assert frame.west < meridian < frame.east
    rings = [r for one in layers["drift-regions"].data for r in one["rings"]]
    paths = [one["path"] for one in layers["drift-outlines"].data]
    assert rings
    for line in [*rings, *paths, *(p["path"] for p in layers["drift-tracks"].data)]:
        steps = [abs(b[0] - a[0]) for a, b in pairwise(line)]
        assert max(steps) < 1.0
        assert all(abs(x - meridian) < 3.0 for x, _ in line)
    assert all(abs(d["at"][0] - meridian) < 3.0 for d in layers["drift-members"].data)


def test_the_frame_of_a_hindcast_holds_its_start(empty_store, add_flow):
    start = START + timedelta(hours=72)
    forecast_id = made(empty_store, add_flow(), hindcast=True, start=start, hours=72)
    opened = read_forecast(empty_store, forecast_id)
    frame = drift_frame(opened.frame)
    for _, seed in opened.seeds.iterrows():
        assert frame.west < frame.place(seed["lon"]) < frame.east
        assert frame.south < seed["lat"] < frame.north


def test_sixty_seeds_of_500_members_make_a_map_under_3_mb(empty_store, add_flow):
    n = 60
    rows = pd.DataFrame(
        {
            "seed_id": [f"Hotspot {k}" for k in range(n)],
            "lat": [-3.0 + 0.1 * k for k in range(n)],
            "lon": [-158.0 + 0.05 * (k % 20) for k in range(n)],
        }
    )
    forecast_id = made(empty_store, add_flow(), rows=rows, hours=72, members=500)
    _, layers = layers_at(empty_store, forecast_id, 72)
    deck = compact_deck(layers=list(layers.values()))
    assert len(deck.to_json()) < MAX_PAYLOAD_BYTES
    # What is thinned still shows every seed.
    shown = {d["tip"].split(":")[0] for d in layers["drift-members"].data}
    assert len(shown) == n


def test_overlap_and_inside_follow_the_earth(empty_store):
    across = {"west": 175.0, "east": -175.0, "south": -5.0, "north": 5.0}
    places = pd.DataFrame({"lat": [0.0, 0.0, 0.0], "lon": [179.0, -179.0, 0.0]})
    assert drift_data.n_inside(across, places) == 2
    globe = {"west": -180.0, "east": 180.0, "south": -90.0, "north": 90.0}
    assert drift_data.n_inside(globe, places) == 3
    assert drift_data.n_inside(globe, places.iloc[:0]) == 0
    one = {"n_times": 2, "starts_at": START, "ends_at": START + timedelta(hours=2)}
    later = one | {
        "starts_at": START + timedelta(hours=2),
        "ends_at": START + timedelta(hours=4),
    }
    assert not drift_data.overlap(one, later)
    assert drift_data.overlap(one, later | {"n_times": 1})


def test_a_frame_places_longitudes_by_whole_turns():
    frame = MapFrame(179.0, -1.0, 182.0, 1.0)
    assert frame.place(-179.5) == 180.5
    assert frame.place(179.5) == 179.5
