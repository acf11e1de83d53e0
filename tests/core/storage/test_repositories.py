"""Rules of surveys, photos, predictions, reviews, plans, fleets, hauls and jobs."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from core.errors import NotFoundError, StorageError
from core.jobs import JobRunner
from core.storage import HAUL_COLUMNS, AddResult

NOW = datetime(2026, 6, 1, 12, 30, 15, 123456, tzinfo=UTC)
SHA = "ab" * 32


def photo(**changes):
    return {
        "sha256": SHA,
        "name": "IMG_1.jpg",
        "size_bytes": 10,
        "width": 4000,
        "height": 3000,
        "format": "JPEG",
        "taken_at": NOW,
        "survey": "north",
        **changes,
    }


@pytest.fixture
def with_photo(store):
    store.surveys.add("north", platform="drone", params={"altitude_m": 60})
    store.photos.add(photo())
    return store


def prediction(**changes):
    return {
        "photo_sha256": SHA,
        "model": "m@1",
        "category": "plastic",
        "confidence": 0.8,
        "probabilities": {"plastic": 0.8, "glass": 0.2},
        "status": "ok",
        **changes,
    }


def test_a_survey_is_added_once(store):
    assert store.surveys.add("north", note="first")
    assert not store.surveys.add("north", note="second")
    assert store.surveys.get("north")["note"] == "first"
    with pytest.raises(StorageError, match="needs a name"):
        store.surveys.add("  ")


def test_times_come_back_aware_and_naive_ones_are_refused(with_photo):
    assert with_photo.photos.get(SHA)["taken_at"] == NOW
    with pytest.raises(StorageError, match="without a zone"):
        with_photo.photos.add(photo(sha256="cd" * 32, taken_at=datetime(2026, 1, 1)))


def test_the_same_bytes_are_one_photo(with_photo):
    assert with_photo.photos.add(photo(name="copy.jpg")) == AddResult(0, 1)
    assert with_photo.photos.count(survey="north") == 1
    assert with_photo.photos.get(SHA)["name"] == "IMG_1.jpg"
    assert with_photo.photos.known([SHA, "cd" * 32]) == {SHA}


def test_a_photo_needs_its_survey(store):
    with pytest.raises(StorageError, match="add the survey"):
        store.photos.add(photo())


def test_an_unknown_or_missing_field_is_named(with_photo):
    with pytest.raises(StorageError, match="no field colour"):
        with_photo.photos.add(photo(colour="blue"))
    with pytest.raises(StorageError, match="needs the field width"):
        with_photo.photos.add({k: v for k, v in photo().items() if k != "width"})


def test_a_position_can_be_mended(with_photo):
    with_photo.photos.set_position(SHA, lat=1.5, lon=2.5, position_source="person")
    found = with_photo.photos.frame(survey="north").iloc[0]
    assert (found["lat"], found["position_source"]) == (1.5, "person")
    with pytest.raises(NotFoundError, match="no photo cd"):
        with_photo.photos.set_position("cd" * 32, lat=0, lon=0, position_source="")


def test_a_refused_file_is_recorded_once(store):
    hostile = "../../a\nb.jpg"
    assert store.photos.refuse(survey="s", name=hostile, reason="0 bytes")
    assert not store.photos.refuse(survey="s", name=hostile, reason="0 bytes")
    assert [r["name"] for r in store.photos.refused(survey="s")] == [hostile]


def test_one_prediction_for_a_photo_and_model(with_photo):
    first = with_photo.predictions.add(prediction(), prediction(model="m@2"))
    assert first == AddResult(2, 0)
    assert with_photo.predictions.add(prediction(category="wood")) == AddResult(0, 1)
    newest = with_photo.predictions.for_photo(SHA)[0]
    assert newest["model"] == "m@2"
    assert newest["probabilities"] == {"plastic": 0.8, "glass": 0.2}
    assert len(with_photo.predictions.frame(survey="north", model="m@1")) == 1
    counted = with_photo.predictions.counts_by_model()
    assert [(r["model"], r["predictions"]) for r in counted] == [("m@1", 1), ("m@2", 1)]


def test_the_last_review_that_is_not_undone_stands(with_photo):
    reviews = with_photo.reviews
    first = reviews.add(
        photo_sha256=SHA, category="wood", previous="plastic", actor="ana"
    )
    second = reviews.add(
        photo_sha256=SHA, category="metal", previous="wood", actor="ana"
    )
    assert reviews.standing(SHA)["category"] == "metal"
    reviews.undo(second, actor="bo")
    assert reviews.standing(SHA)["review_id"] == first
    assert reviews.get(second)["undone_by"] == "bo"
    assert len(reviews.listing(survey="north")) == 2
    with pytest.raises(StorageError, match="undone already"):
        reviews.undo(second, actor="bo")
    with pytest.raises(NotFoundError, match="no review 99"):
        reviews.undo(99, actor="bo")


def test_repeating_a_review_changes_nothing(with_photo):
    decision = {"photo_sha256": SHA, "category": "wood", "previous": "plastic"}
    first = with_photo.reviews.add(**decision, actor="ana")
    assert with_photo.reviews.add(**decision, actor="ana") == first
    assert with_photo.reviews.add(**decision, actor="bo") != first


def test_the_same_plan_is_kept_once(store):
    document = {"seed": 1, "solver": "pyvrp", "totals": {"mass_kg": 2.0}}
    first = store.plans.add(document, created_by="ana")
    assert store.plans.add(dict(reversed(document.items())), created_by="bo") == first
    assert store.plans.get(first)["created_by"] == "ana"
    assert len(store.plans.listing()) == 1


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"seed": 1, "solver": "x", "kg": float("nan")}, "not JSON"),
        ({"seed": 1}, "lacks its solver"),
    ],
)
def test_a_plan_that_cannot_be_kept_is_refused(store, document, words):
    with pytest.raises(StorageError, match=words):
        store.plans.add(document, created_by="ana")


def test_fleets_and_ports_are_replaced_by_name(store):
    store.fleets.save("demo", {"vessels": []}, simulated=True)
    store.fleets.save("demo", {"vessels": [{"name": "A"}]}, updated_by="ana")
    assert store.fleets.get("demo")["document"]["vessels"][0]["name"] == "A"
    assert len(store.fleets.listing()) == 1
    port = {"locode": "NLRTM", "name": "R", "lat": 51.9, "lon": 4.5, "unload_h": 2.0}
    store.fleets.save_ports([port])
    store.fleets.save_ports([{**port, "unload_h": 3.0}])
    assert [p["unload_h"] for p in store.fleets.ports()] == [3.0]
    store.fleets.remove("demo")
    with pytest.raises(NotFoundError, match="no fleet"):
        store.fleets.get("demo")


def hauls():
    return pd.DataFrame(
        {
            "haul_id": ["h1", "h2"],
            "vessel": ["A", "B"],
            "started_at": pd.to_datetime(["2026-06-01", "2026-06-03"], utc=True),
            "ended_at": pd.to_datetime(["2026-06-02", "2026-06-04"], utc=True),
            "site": ["s1", "s2"],
            "planned_kg": [10.0, None],
            "hauled_kg": [8.0, 5.0],
            "hours": [4.0, 3.0],
            "fuel_l": [100.0, 90.0],
            "cost": [1000.0, 900.0],
            "distance_km": [50.0, 40.0],
            "simulated": [True, False],
        }
    )


def test_hauls_come_back_and_are_added_once(store):
    assert store.hauls.add(hauls()) == AddResult(2, 0)
    assert store.hauls.add(hauls()) == AddResult(0, 2)
    found = store.hauls.frame()
    assert tuple(found.columns) == HAUL_COLUMNS
    assert found["hauled_kg"].tolist() == [8.0, 5.0]
    assert pd.isna(found["planned_kg"][1])
    late = store.hauls.frame(since=datetime(2026, 6, 2, tzinfo=UTC))
    assert late["haul_id"].tolist() == ["h2"]
    with pytest.raises(StorageError, match="lacks vessel"):
        store.hauls.add(hauls().drop(columns="vessel"))


def test_an_empty_store_gives_empty_frames(store):
    assert store.hauls.frame().empty
    assert store.photos.frame().empty
    assert "started_at" in store.hauls.frame().columns


def test_jobs_are_updated_only_in_the_states_asked_for(store):
    job = {"job_id": "j1", "kind": "survey", "state": "queued", "created_at": NOW}
    store.jobs.add(job)
    with pytest.raises(StorageError, match="stored already"):
        store.jobs.add(job)
    assert store.jobs.update("j1", only_in=("queued",), state="running", done=3)
    assert not store.jobs.update("j1", only_in=("queued",), state="cancelled")
    assert not store.jobs.update("unknown", state="done")
    with pytest.raises(StorageError, match="no field colour"):
        store.jobs.update("j1", colour="blue")
    later = {**job, "job_id": "j2", "created_at": NOW + timedelta(seconds=1)}
    store.jobs.add(later)
    assert [j["job_id"] for j in store.jobs.listing()] == ["j2", "j1"]
    assert [j["job_id"] for j in store.jobs.listing(states=["running"])] == ["j1"]
    with pytest.raises(NotFoundError, match="no job"):
        store.jobs.get("j3")


def test_the_job_runner_works_on_this_store(store, tmp_path):
    runner = JobRunner(store, lock_dir=tmp_path / "locks")
    try:
        job_id = runner.submit("double", {"x": 2}, lambda p, job: {"y": p["x"] * 2})
        job = runner.wait(job_id, timeout_s=20)
        assert (job.state, job.result) == ("done", {"y": 4})
    finally:
        runner.close()
