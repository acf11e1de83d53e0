"""Rules of forcings, forecasts, skill reports, sensors and fixes."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import NotFoundError, StorageError
from core.storage import FIX_COLUMNS, fixes, open_store

NOW = datetime(2026, 6, 1, 12, 30, 15, 123456, tzinfo=UTC)
SHA = "ab" * 32


def forcing(**changes):
    return {
        "name": "sea",
        "kind": "current",
        "sha256": SHA,
        "west": 170.0,
        "south": -10.0,
        "east": 190.0,
        "north": 10.0,
        "starts_at": NOW,
        "ends_at": NOW + timedelta(days=3),
        "n_times": 73,
        "warnings": ["no units"],
        "request": {"west": 170.0},
        "fetched_at": NOW,
        "added_by": "mia",
        **changes,
    }


def fix(n=1, **changes):
    return {
        "message_id": f"m{n}",
        "sensor_id": "buoy-1",
        "observed_at": NOW + timedelta(minutes=n),
        "lat": 21.0,
        "lon": -158.0,
        "quality_flag": 1,
        "values": {"wind_speed_m_s": 7.5},
        **changes,
    }


def forecast(**changes):
    return {
        "forecast_id": "f1",
        "name": "72 h",
        "kind": "forecast",
        "params": {"hours": 72},
        "forcing_ids": ["current-abababababab"],
        "result_sha256": SHA,
        "summary": {"seeds": []},
        "created_by": "mia",
        **changes,
    }


def test_a_forcing_comes_back_as_it_was_added(store):
    forcing_id = store.forcings.add(forcing())
    row = store.forcings.get(forcing_id)
    assert forcing_id == "current-abababababab"
    assert {key: row[key] for key in forcing()} == forcing()
    assert row["active"]
    assert row["stale_since"] is None


def test_the_same_kind_of_the_same_file_is_kept_once(store):
    first = store.forcings.add(forcing())
    assert store.forcings.add(forcing(name="again")) == first
    assert [row["name"] for row in store.forcings.listing()] == ["sea"]
    wind = store.forcings.add(forcing(kind="wind"))
    assert [r["forcing_id"] for r in store.forcings.listing(kind="wind")] == [wind]


def test_a_retired_forcing_stays_and_is_in_use_again_when_added_again(store):
    forcing_id = store.forcings.add(forcing())
    store.forcings.retire(forcing_id, superseded_by="current-cd")
    assert store.forcings.listing() == []
    (row,) = store.forcings.listing(active=None)
    assert row["superseded_by"] == "current-cd"
    assert store.forcings.listing(active=False) == [row]
    store.forcings.add(forcing())
    assert store.forcings.get(forcing_id)["superseded_by"] == ""


def test_what_the_data_are_cannot_be_changed_but_their_state_can(store):
    forcing_id = store.forcings.add(forcing())
    store.forcings.update(forcing_id, stale_since=NOW, last_error="no answer")
    assert store.forcings.get(forcing_id)["last_error"] == "no answer"
    for field in ("sha256", "kind", "starts_at", "active", "no_such"):
        with pytest.raises(StorageError, match=f"cannot change {field}"):
            store.forcings.update(forcing_id, **{field: "x"})
    for change in (store.forcings.get, store.forcings.retire):
        with pytest.raises(NotFoundError, match="no forcing 'x'"):
            change("x")
    with pytest.raises(NotFoundError, match="no forcing 'x'"):
        store.forcings.update("x", last_error="")


def test_a_forcing_without_its_file_or_end_is_refused(store):
    with pytest.raises(StorageError, match="needs the field sha256"):
        store.forcings.add(forcing(sha256=""))
    row = forcing()
    del row["ends_at"]
    with pytest.raises(StorageError, match="needs the field ends_at"):
        store.forcings.add(row)
    assert store.counts()["forcing"] == 0


def test_a_forecast_is_kept_once_and_listed_without_its_summary(store):
    assert store.forecasts.add(forecast())
    assert not store.forecasts.add(forecast(name="again"))
    assert store.forecasts.get("f1")["summary"] == {"seeds": []}
    (row,) = store.forecasts.listing()
    assert (row["name"], "summary" in row) == ("72 h", False)
    assert store.forecasts.listing(kind="hindcast") == []
    with pytest.raises(NotFoundError, match="no forecast 'f2'"):
        store.forecasts.get("f2")


@pytest.mark.parametrize("bad", [{"x": float("nan")}, {"x": NOW}, {"x": b"y"}])
def test_documents_that_are_no_json_are_refused(store, bad):
    with pytest.raises(StorageError, match="summary is not JSON"):
        store.forecasts.add(forecast(summary=bad))
    with pytest.raises(StorageError, match="skill report is not JSON"):
        store.skill_reports.add(bad, name="x", created_by="mia")


def test_a_skill_report_is_kept_once_by_its_content(store):
    first = store.skill_reports.add({"a": 1, "b": 2}, name="trex", created_by="mia")
    again = store.skill_reports.add({"b": 2, "a": 1}, name="again", created_by="mia")
    assert first == again
    (row,) = store.skill_reports.listing()
    assert row == store.skill_reports.get(first)
    assert (row["name"], row["document"]) == ("trex", {"a": 1, "b": 2})
    with pytest.raises(NotFoundError, match="no skill report 'x'"):
        store.skill_reports.get("x")


def test_what_a_sensor_does_not_say_again_stays(store):
    store.sensors.seen(
        "b1", platform="buoy", name="North", status="online", seen_at=NOW
    )
    store.sensors.seen("b1", status="offline", seen_at=NOW + timedelta(hours=1))
    (row,) = store.sensors.listing()
    assert (row["platform"], row["name"], row["status"]) == ("buoy", "North", "offline")
    assert row["last_seen_at"] == NOW + timedelta(hours=1)
    assert row["last_message_at"] is None


def test_a_late_note_does_not_set_a_sensor_back(store):
    late = NOW - timedelta(hours=5)
    store.sensors.seen("b1", seen_at=NOW, message_at=NOW)
    store.sensors.seen("b1", seen_at=late, message_at=late)
    store.sensors.seen("b2", seen_at=NOW - timedelta(hours=1))
    rows = store.sensors.listing()
    assert [row["sensor_id"] for row in rows] == ["b1", "b2"]
    assert (rows[0]["last_seen_at"], rows[0]["last_message_at"]) == (NOW, NOW)
    with pytest.raises(StorageError, match="needs an id"):
        store.sensors.seen(" ")


def test_fixes_come_back_as_a_frame_in_order_of_time(store):
    assert store.fixes.add([fix(2), fix(1, lat=None, lon=float("nan"))]) == 2
    frame = store.fixes.frame()
    assert list(frame.columns) == list(FIX_COLUMNS)
    assert frame["message_id"].tolist() == ["m1", "m2"]
    assert frame["observed_at"].iloc[1] == NOW + timedelta(minutes=2)
    assert str(frame["observed_at"].dtype) == "datetime64[us, UTC]"
    assert frame["lat"].isna().tolist() == [True, False]
    assert frame["lon"].isna().tolist() == [True, False]
    assert frame["values"].iloc[1] == {"wind_speed_m_s": 7.5}


def test_a_message_that_comes_again_is_kept_once(store):
    assert store.fixes.add([fix(1), fix(1, lat=0.0), fix(2)]) == 2
    assert store.fixes.add([fix(2), fix(3)]) == 1
    assert store.fixes.count() == 3
    assert store.fixes.frame()["lat"].tolist() == [21.0] * 3


def test_fixes_are_found_by_sensor_and_period(store):
    store.fixes.add([fix(n, sensor_id=f"b{n % 2}") for n in range(6)])
    frame = store.fixes.frame(
        sensor="b1", since=NOW + timedelta(minutes=1), until=NOW + timedelta(minutes=5)
    )
    assert frame["message_id"].tolist() == ["m1", "m3"]
    assert store.fixes.latest()["message_id"].tolist() == ["m4", "m5"]
    assert store.fixes.frame(sensor="none").empty
    assert store.fixes.frame(sensor="none")["lat"].dtype == "float64"


def test_two_fixes_of_one_time_are_one_latest(store):
    store.fixes.add([fix(1), fix(2, observed_at=NOW + timedelta(minutes=1))])
    assert store.fixes.latest()["message_id"].tolist() == ["m2"]


def test_flags_are_counted(store):
    store.fixes.add([fix(n, quality_flag=4 if n < 2 else 1) for n in range(5)])
    assert store.fixes.flag_counts() == {1: 3, 4: 2}


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"speed": 3}, r"unknown \['speed'\]"),
        ({"message_id": ""}, r"missing \['message_id'\]"),
        ({"observed_at": datetime(2026, 1, 1)}, "without a zone"),
        ({"lat": "north"}, "cannot be stored"),
        ({"sequence": 2**63}, "cannot be stored"),
        ({"values": {"x": float("inf")}}, "cannot be stored"),
        ({"sensor_id": "\ud800"}, "cannot be stored"),
        ({"quality_flag": None}, "cannot be stored"),
    ],
)
def test_one_fix_that_cannot_be_stored_leaves_none_of_its_batch(store, bad, words):
    with pytest.raises(StorageError, match=words):
        store.fixes.add([fix(1), fix(2, **bad)])
    assert store.fixes.count() == 0


def test_two_thousand_fixes_a_second_are_kept(store):
    batch = [fix(n) for n in range(20_000)]
    started = time.perf_counter()
    assert store.fixes.add(batch) == 20_000
    assert 20_000 / (time.perf_counter() - started) > 2_000  # measured above 100,000


@settings(max_examples=30, deadline=None)
@given(
    batches=st.lists(st.lists(st.integers(0, 20), max_size=8), max_size=5),
)
def test_any_repeats_in_any_batches_keep_each_message_once(
    batches, tmp_path_factory: pytest.TempPathFactory
):
    folder = tmp_path_factory.mktemp("fixes")
    with open_store(f"sqlite:///{folder / 'gyre.db'}") as store:
        new = sum(store.fixes.add([fix(n) for n in batch]) for batch in batches)
        distinct = {n for batch in batches for n in batch}
        assert new == store.fixes.count() == len(distinct)


def test_only_the_newest_refused_messages_are_kept(store, monkeypatch):
    monkeypatch.setattr(fixes, "KEPT_REFUSALS", 3)
    for n in range(5):
        store.fixes.add_refused(f"reason {n}", topic="buoy/1", payload=b"\xff" * 9000)
    rows = store.fixes.refused()
    assert [row["reason"] for row in rows] == ["reason 4", "reason 3", "reason 2"]
    assert len(store.fixes.refused(limit=1)) == 1
    assert rows[0]["payload"] == "\ufffd" * 2000


@pytest.mark.parametrize("text", ["\ud800", "x\x00y", "=cmd()", "é\n", ""])
def test_any_text_of_a_refused_message_is_kept(store, text):
    store.fixes.add_refused("bad", topic=text, payload=text)
    (row,) = store.fixes.refused()
    assert row["topic"] == text.encode("utf-8", "replace").decode()


def test_every_field_of_a_fix_comes_back(store):
    sent = fix(
        platform_id="buoy",
        received_at=NOW + timedelta(minutes=9),
        sequence=7,
        reasons=["old: measured 3 h before it arrived"],
        topic="fleet/buoy/position",
        profile="plain",
        simulated=True,
    )
    store.fixes.add([sent])
    (row,) = store.fixes.frame().to_dict("records")
    assert set(row) == set(sent) == set(FIX_COLUMNS)
    assert row == sent
