"""Ocean data page: forcing taken in, refused, retired, stale; sensors heard or not."""

import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from core.forecasts import add_forcing
from core.forecasts.refresh import forcing_request
from core.jobs import JobState
from dashboard import forcing_data
from dashboard.components.page import _plain
from tests.core.forecasts.flows import START, uniform

PAGE = "ocean_data"
HOSTILE = "**bold** <img src=x> $x$ [link](http://example.invalid)"


def words(app):
    kinds = (app.markdown, app.caption, app.info, app.error, app.warning, app.title)
    return "\n".join(str(one.value) for kind in kinds for one in kind)


def sources(app):
    return next(t.value for t in app.dataframe if "resolution_deg" in t.value.columns)


def netcdf(tmp_path, kind="current", **changes):
    path = tmp_path / "made.nc"
    uniform(kind, **changes).to_netcdf(path)
    return path.read_bytes()


def upload(app, name, data):
    app.file_uploader[0].upload(name, data, "application/x-netcdf").run()
    return app.button(key="ocean_add").click().run()


def sensors_tab(app):
    app.segmented_control(key="ocean_shown").set_value("Live sensors")
    return app.run()


def test_an_empty_store_asks_for_currents(empty_store, open_app):
    app = open_app(PAGE)
    assert not app.exception
    assert "No currents or wind yet" in words(app)
    assert app.expander[0].label == "Add currents or wind"
    assert app.expander[0].proto.expanded
    assert app.button(key="ocean_add").disabled


def test_an_uploaded_file_is_taken_in_audited_and_drawn(
    empty_store, open_app, tmp_path
):
    app = upload(open_app(PAGE), "model run.nc", netcdf(tmp_path, simulated=True))
    assert not app.exception
    (row,) = empty_store.forcings.listing()
    assert (row["kind"], row["name"]) == ("current", "model run.nc")
    assert row["added_by"] == "tester"
    assert "forcing.added" in {e["action"] for e in empty_store.audit.walk()}
    assert sources(app)["name"].tolist() == ["model run.nc"]
    # The flow is 0.5 m/s everywhere, and the simulated badge must not be missed.
    assert "0.5 m/s in the mean, up to 0.5 m/s" in words(app)
    assert "Simulated data" in words(app)
    assert len(app.get("deck_gl_json_chart")) == 1


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("Bad day.nc", b"\x89HDF\r\n\x1a\nbroken", "broken or cut off"),
        ("page.nc", b"<html>not found</html>", "a web page"),
        ("empty.nc", b"", "the file is empty"),
        ("../../../etc/up.nc", b"GRIB....", "a GRIB file"),
    ],
)
def test_a_broken_file_is_named_and_nothing_is_kept(
    empty_store, open_app, name, data, said
):
    app = upload(open_app(PAGE), name, data)
    assert not app.exception
    (error,) = app.error
    shown = error.value.replace("\\", "")
    assert said in shown
    assert name.rpartition("/")[2] in shown
    assert "Nothing was taken in" in shown
    assert empty_store.forcings.listing(active=None) == []
    assert list(empty_store.audit.walk()) == []


def test_a_retired_source_can_be_put_back(empty_store, open_app, add_flow):
    forcing_id = add_flow()
    app = open_app(PAGE)
    app.button(key=f"ocean_retire_{forcing_id}").click().run()
    assert empty_store.forcings.listing() == []
    assert "No currents or wind yet" in words(app)
    app.button(key=f"ocean_restore_{forcing_id}").click().run()
    assert not app.exception
    assert [r["forcing_id"] for r in empty_store.forcings.listing()] == [forcing_id]
    done = [(e["action"], e["subject"]) for e in empty_store.audit.walk()]
    assert done[-2:] == [
        ("forcing.retired", f"forcing:{forcing_id}"),
        ("forcing.restored", f"forcing:{forcing_id}"),
    ]


def test_a_stale_source_says_since_when_and_why(empty_store, open_app, add_flow):
    since = datetime(2026, 6, 2, 4, 30, tzinfo=UTC)
    forcing_id = add_flow()
    empty_store.forcings.update(
        forcing_id, stale_since=since, last_error="the *server* did not answer"
    )
    app = open_app(PAGE)
    assert not app.exception
    assert "**1 is stale**, the oldest since 2 Jun 2026, 04:30 UTC" in words(app)
    assert sources(app)["state"].tolist() == ["Stale since 2 Jun 2026, 04:30"]
    assert app.warning[0].value == r"the \*server\* did not answer"


def test_states_go_from_ended_to_covered(empty_store, add_flow):
    add_flow(hours=96)
    (row,) = empty_store.forcings.listing()
    end = START + timedelta(hours=96)
    said = [
        forcing_data.state_of(row, end + timedelta(hours=h)) for h in (1, -5.2, -25)
    ]
    assert said == ["Ended 5 Jun 2026, 00:00 UTC", "Ends in 5 h", "Covers the next day"]


def test_without_allowed_servers_nothing_can_be_asked(empty_store, open_app):
    app = open_app(PAGE)
    assert "GYRE_FORCING_HOSTS" in words(app)
    assert not [b for b in app.button if b.label == "Fetch"]


def test_a_server_that_is_allowed_but_gone_leaves_an_error_not_data(
    empty_store, open_app, monkeypatch
):
    monkeypatch.setenv("GYRE_FORCING_HOSTS", "127.0.0.1:9")
    app = open_app(PAGE)
    assert "127.0.0.1" in words(app)
    app.selectbox(key="ocean_method").set_value("file").run()
    app.text_input(key="ocean_url").set_value("http://127.0.0.1:9/a.nc").run()
    app.button(key="ocean_fetch").click().run()
    (job,) = forcing_data.jobs()
    forcing_data.runner().wait(job.job_id, timeout_s=60)
    app.run()
    assert not app.exception
    assert "The data taken in before stay in use" in words(app)
    assert empty_store.forcings.listing() == []


def test_a_request_without_a_dataset_is_refused_in_words(
    empty_store, open_app, monkeypatch
):
    monkeypatch.setenv("GYRE_FORCING_HOSTS", "127.0.0.1:9")
    app = open_app(PAGE)
    app.text_input(key="ocean_url").set_value("http://127.0.0.1:9").run()
    app.button(key="ocean_fetch").click().run()
    assert not app.exception
    assert "needs the name of a dataset" in words(app)
    assert forcing_data.jobs() == []


def test_only_what_came_from_a_server_can_be_asked_again(
    empty_store, open_app, tmp_path
):
    uniform().to_netcdf(tmp_path / "a.nc")
    url = "http://127.0.0.1:9/a.nc"
    (forcing_id,) = add_forcing(
        empty_store,
        tmp_path / "a.nc",
        name="Served",
        actor="mia",
        source_url=url,
        request=forcing_request("file", url),
    )
    app = open_app(PAGE)
    app.button(key=f"ocean_refresh_{forcing_id}").click().run()
    (job,) = forcing_data.jobs()
    forcing_data.runner().wait(job.job_id, timeout_s=60)
    app.run()
    assert not app.exception
    # Its only server is not on the list, so the data stay and are called stale.
    assert empty_store.forcings.get(forcing_id)["stale_since"] is not None
    assert "Stale since" in sources(app)["state"][0]


def test_a_request_that_runs_can_be_cancelled(empty_store, open_app, monkeypatch):
    def waiting(_store, _settings):
        def work(_params, job):
            while not job.cancelled():
                time.sleep(0.02)
            return {}

        return work

    monkeypatch.setattr(forcing_data, "_fetch_work", waiting)
    job_id = forcing_data.fetch({"method": "file", "url": "x"}, name="Slow")
    app = open_app(PAGE)
    assert not app.exception
    app.button(key=f"ocean_cancel_{job_id}").click().run()
    ended = forcing_data.runner().wait(job_id, timeout_s=30)
    assert ended.state is JobState.CANCELLED
    app.run()
    assert not app.exception
    assert len(app.error) == 0


def test_names_and_titles_are_shown_as_text(empty_store, open_app, tmp_path):
    flow = uniform()
    object.__setattr__(flow, "title", f"T {HOSTILE}")
    object.__setattr__(flow, "attribution", HOSTILE)
    flow.to_netcdf(tmp_path / "a.nc")
    add_forcing(empty_store, tmp_path / "a.nc", name=HOSTILE, actor="mia")
    app = open_app(PAGE)
    assert not app.exception
    said = "\n".join([words(app), *(str(h.value) for h in app.subheader)])
    assert said.count(_plain(HOSTILE)) == 3  # subheader, title, credit
    assert "<img" not in said.replace(r"\<img", "")


def test_the_play_button_goes_to_the_next_hour(empty_store, open_app, add_flow):
    forcing_id = add_flow(hours=6)
    app = open_app(PAGE)
    key = f"ocean_{forcing_id}"
    assert app.select_slider(key=f"{key}_hour").value == 0
    app.button(key=f"{key}_play").click().run()
    assert app.select_slider(key=f"{key}_hour").value == 1
    assert app.button(key=f"{key}_play").label == "Pause"
    app.run()
    assert app.select_slider(key=f"{key}_hour").value == 2
    app.button(key=f"{key}_play").click().run()
    for _ in range(2):
        assert app.select_slider(key=f"{key}_hour").value == 2
        app.run()


def test_a_file_that_was_damaged_shows_what_happened(empty_store, open_app, add_flow):
    forcing_id = add_flow()
    path = empty_store.files.checked_path(
        empty_store.forcings.get(forcing_id)["sha256"]
    )
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    app = open_app(PAGE)
    assert not app.exception
    assert "The record of the source is kept" in app.error[0].value


def test_a_field_of_one_time_has_nothing_to_play(empty_store, open_app, add_flow):
    add_flow(hours=0)
    app = open_app(PAGE)
    assert not app.exception
    assert len(app.select_slider) == 0
    assert "1 Jun 2026, 00:00 UTC" in words(app)


def test_no_sensor_heard_says_how_to_listen(empty_store, open_app):
    app = sensors_tab(open_app(PAGE))
    assert not app.exception
    assert "No sensor was heard yet" in words(app)
    assert "python -m core ingest mqtt" in app.code[0].value


def heard(store, sensor_id, minutes_ago, *, status="", simulated=False, lon=-157.0):
    seen = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    store.sensors.seen(sensor_id, platform="drifting buoy", status=status, seen_at=seen)
    store.fixes.add(
        [
            {
                "message_id": f"{sensor_id}-{n}",
                "sensor_id": sensor_id,
                "observed_at": seen - timedelta(minutes=n),
                "lat": 21.0 + 0.01 * n,
                "lon": lon,
                "simulated": simulated,
            }
            for n in range(3)
        ]
    )


def test_sensors_are_heard_silent_or_offline(empty_store, open_app):
    heard(empty_store, "buoy-1", 2)
    heard(empty_store, "buoy-2", 45)
    heard(empty_store, "buoy-3", 1, status="offline")
    app = sensors_tab(open_app(PAGE))
    assert not app.exception
    table = next(t.value for t in app.dataframe if "heard" in t.value.columns)
    states = dict(zip(table["sensor_id"], table["state"], strict=True))
    assert states == {"buoy-1": "Heard", "buoy-2": "Silent", "buoy-3": "Offline"}
    assert "**1 of 3 sensors** heard" in words(app)
    assert "Simulated data" not in words(app)
    assert len(app.get("deck_gl_json_chart")) == 1


def test_simulated_sensors_wear_the_badge(empty_store, open_app):
    heard(empty_store, "buoy-1", 2, simulated=True)
    app = sensors_tab(open_app(PAGE))
    assert "Simulated data" in words(app)


def test_sensors_on_both_sides_of_180_degrees_fit_one_map(empty_store, open_app):
    heard(empty_store, "west", 2, lon=179.9)
    heard(empty_store, "east", 2, lon=-179.9)
    app = sensors_tab(open_app(PAGE))
    assert not app.exception
    assert len(app.get("deck_gl_json_chart")) == 1


def test_a_track_is_the_last_day_thinned_to_its_newest(empty_store):
    newest = datetime(2026, 6, 2, tzinfo=UTC)
    empty_store.fixes.add(
        [
            {
                "message_id": f"m{n}",
                "sensor_id": "a",
                "observed_at": newest - timedelta(minutes=n),
                "lat": 1.0,
                "lon": 2.0,
                "quality_flag": 4 if n == 1 else 1,
            }
            for n in range(2_000)
        ]
    )
    found = forcing_data.track("a", until=newest, most=100)
    # 1441 minutes of the day, both ends included, less the one that failed.
    assert len(found) == 96  # every fifteenth of 1440
    assert found["observed_at"].iloc[-1] == pd.Timestamp(newest)
    assert found["observed_at"].is_monotonic_increasing
    whole = forcing_data.track("a", until=newest, most=5_000)
    assert len(whole) == 1440


def test_a_sensor_without_a_fix_is_listed_without_a_place(empty_store, open_app):
    empty_store.sensors.seen("<b>x</b>\n# y", status="online")
    app = sensors_tab(open_app(PAGE))
    assert not app.exception
    table = next(t.value for t in app.dataframe if "heard" in t.value.columns)
    assert table["lat"].isna().all()
    assert "<b>" not in words(app)


def test_refused_messages_are_listed_as_text(empty_store, open_app):
    heard(empty_store, "buoy-1", 2)
    empty_store.fixes.add_refused("latitude 95 *", topic="a/b", payload=b"\xff<b>")
    app = sensors_tab(open_app(PAGE))
    assert not app.exception
    table = next(t.value for t in app.dataframe if "payload" in t.value.columns)
    assert table["reason"].tolist() == ["latitude 95 *"]


def test_refused_messages_show_even_when_no_sensor_was_heard(empty_store, open_app):
    empty_store.fixes.add_refused("no position", topic="a/b", payload="{}")
    app = sensors_tab(open_app(PAGE))
    assert not app.exception
    assert any("payload" in t.value.columns for t in app.dataframe)


def test_arrows_point_where_the_water_goes():
    from dashboard.components._frame import MapFrame
    from dashboard.components.arrows import arrow_layer, arrow_scale

    axis = np.array([0.0, 1.0])
    # Every node moves to the north-east but one, which is land.
    u = np.array([[0.3, 0.3], [np.nan, 0.3]])
    v = np.array([[0.3, 0.3], [np.nan, 0.3]])
    scale = arrow_scale(u, v)
    layer = arrow_layer(
        axis, axis, u, v, frame=MapFrame(0, 0, 1, 1), scale=scale, what="Current"
    )
    assert len(layer.data) == 3
    for arrow in layer.data:
        (x0, y0), (x1, y1) = arrow["path"][:2]
        # Closed form: equal parts east and north make a course of 45 degrees; the
        # arrow is centred on its node, and its barbs lie behind its tip.
        assert x1 > x0
        assert y1 > y0
        assert (y1 - y0) == pytest.approx(x1 - x0, rel=1e-2)
        assert "towards 45°" in arrow["tip"]
        for barb in (arrow["path"][2], arrow["path"][4]):
            behind = (barb[0] - x1) * (x1 - x0) + (barb[1] - y1) * (y1 - y0)
            assert behind < 0


def test_arrows_keep_their_course_at_high_latitude():
    from dashboard.components._frame import MapFrame
    from dashboard.components.arrows import arrow_layer, arrow_scale

    lat, lon = np.array([60.0, 60.5]), np.array([179.5, 180.5])
    one = np.full((2, 2), 0.2)
    frame = MapFrame(179.5, 60.0, 180.5, 60.5)
    layer = arrow_layer(lat, lon, one, one, frame=frame, scale=arrow_scale(one, one))
    (x0, y0), (x1, y1) = layer.data[0]["path"][:2]
    # A degree of longitude is half as long as one of latitude at 60 degrees.
    assert (x1 - x0) * np.cos(np.radians(60.0)) == pytest.approx(y1 - y0, rel=0.05)
    assert all(abs(p[0] - 180.0) < 2.0 for a in layer.data for p in a["path"])


def test_the_scale_of_speed_is_that_of_all_times(empty_store, open_app):
    from dashboard.components.arrows import arrow_scale

    u = np.stack([np.full((2, 2), 0.1), np.full((2, 2), 1.7)])
    scale = arrow_scale(u, np.zeros_like(u))
    assert (scale.low, scale.high, scale.unit) == (0.0, 2.0, "m/s")
    nothing = arrow_scale(np.full((2, 2), np.nan), np.zeros((2, 2)))
    assert (nothing.low, nothing.high) == (0.0, 1.0)


def test_sensor_frame_of_an_empty_store_has_its_columns(empty_store):
    frame = forcing_data.sensors(pd.Timestamp("2026-06-01", tz="UTC").to_pydatetime())
    assert frame.empty
    assert {"sensor_id", "state", "lat", "simulated"} <= set(frame.columns)
