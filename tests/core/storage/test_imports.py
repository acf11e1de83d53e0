"""Rules of imports: what a withdrawal takes out of use, and what it leaves."""

import pytest

from core.errors import NotFoundError, StorageError
from core.storage import AddResult
from tests.core.storage.field_rows import (
    events,
    imported,
    measurements,
    model_field,
)


def test_a_withdrawn_import_takes_its_rows_out_of_use_and_back(store, frame):
    store.imports.add(imported("a"))
    store.observations.add(frame, import_id="a")
    store.measurements.add(measurements(), import_id="a")
    store.events.add(events(), import_id="a")
    store.model_fields.add(model_field(import_id="a"))
    gone = {"observations": 3, "measurements": 3, "events": 2, "model_fields": 1}
    assert store.imports.withdraw("a", actor="ana") == gone
    assert store.observations.count() == 0
    assert store.measurements.count() == store.events.count() == 0
    assert store.model_fields.listing() == []
    row = store.imports.get("a")
    assert (row["active"], row["changed_by"]) == (False, "ana")
    assert store.imports.restore("a", actor="ana") == gone
    assert store.observations.count() == store.measurements.count() == 3
    assert len(store.model_fields.listing()) == 1


def test_a_second_withdrawal_changes_nothing(store, frame):
    store.imports.add(imported("a"))
    store.observations.add(frame, import_id="a")
    store.imports.withdraw("a")
    before = store.revisions.of("observations")
    assert set(store.imports.withdraw("a").values()) == {0}
    assert store.revisions.of("observations") == before


def test_a_row_of_two_imports_stays_while_one_of_them_stands(store):
    for name, first in (("a", 0), ("b", 1)):
        store.imports.add(imported(name))
        rows = measurements(4).iloc[first : first + 3]
        store.measurements.add(rows, import_id=name)
    assert store.imports.withdraw("a")["measurements"] == 1
    assert standing(store) == ["m1", "m2", "m3"]
    assert store.imports.withdraw("b")["measurements"] == 3
    assert standing(store) == []
    assert store.imports.restore("a")["measurements"] == 3
    assert standing(store) == ["m0", "m1", "m2"]


def standing(store):
    return store.measurements.frame()["measurement_id"].tolist()


def test_a_field_of_two_imports_stays_while_one_of_them_stands(store):
    for name in ("a", "b"):
        store.imports.add(imported(name))
        store.model_fields.add(model_field(import_id=name))
    store.imports.withdraw("a")
    assert len(store.model_fields.listing()) == 1
    store.imports.withdraw("b")
    assert store.model_fields.listing() == []


def test_withdrawn_rows_that_come_with_another_import_stand_again(store, frame):
    store.imports.add(imported("a"))
    store.observations.add(frame, import_id="a")
    store.imports.withdraw("a")
    ids = frame["observation_id"].tolist()
    assert store.observations.known(ids) == set(ids)
    assert store.observations.known(ids, include_withdrawn=False) == set()
    store.imports.add(imported("b"))
    assert store.observations.add(frame, import_id="b") == AddResult(3, 0)
    assert store.observations.count() == 3
    store.imports.withdraw("b")
    assert store.observations.count() == 0


def test_rows_that_also_came_without_an_import_always_stand(store, frame):
    store.imports.add(imported("a"))
    store.observations.add(frame, import_id="a")
    store.observations.add(frame)
    assert store.imports.withdraw("a")["observations"] == 0
    store.observations.add(frame, import_id="a")
    assert store.observations.count() == 3


def test_a_correction_outlives_the_import_of_what_it_corrected(store, frame):
    sha256 = "ab" * 32
    rows = frame.assign(photo_sha256=[sha256, "", ""])
    store.imports.add(imported("a"))
    store.observations.add(rows, import_id="a")
    corrected = frame.iloc[1:2].assign(observation_id="x", photo_sha256=sha256)
    store.observations.replace_for_photo(sha256, corrected)
    store.imports.withdraw("a")
    store.imports.restore("a")
    stands = {
        r["observation_id"]: r["active"] for r in store.observations.for_photo(sha256)
    }
    assert stands == {"x": True, frame["observation_id"][0]: False}
    assert store.observations.add(rows, import_id="b") == AddResult(0, 3)


def test_an_import_is_noted_once_and_listed_newest_first(store):
    assert store.imports.add(imported("a"))
    assert not store.imports.add(imported("a", name="other.csv"))
    later = imported("b", imported_at=imported()["imported_at"].replace(year=2027))
    store.imports.add(later)
    assert [r["name"] for r in store.imports.listing()] == ["b.csv", "a.csv"]
    store.imports.withdraw("b")
    assert [r["import_id"] for r in store.imports.listing(active=True)] == ["a"]


def test_an_unknown_import_is_named(store):
    for ask in (store.imports.get, store.imports.withdraw, store.imports.restore):
        with pytest.raises(NotFoundError, match="no import 'x'"):
            ask("x")
    with pytest.raises(StorageError, match="needs the field import_id"):
        store.imports.add(imported(""))


def test_a_layout_keeps_its_versions(store):
    assert store.import_profiles.save("ours", {"lat": "B"}, "mia") == 1
    assert store.import_profiles.save("ours", {"lat": "B"}, "ana") == 1
    assert store.import_profiles.save("ours", {"lat": "Breite"}, "ana") == 2
    store.import_profiles.save("theirs", {}, "ana")
    assert [(r["name"], r["version"]) for r in store.import_profiles.listing()] == [
        ("ours", 2),
        ("theirs", 1),
    ]
    assert store.import_profiles.get("ours")["document"] == {"lat": "Breite"}
    assert store.import_profiles.get("ours", version=1)["saved_by"] == "mia"
    with pytest.raises(NotFoundError, match="no saved layout 'x'"):
        store.import_profiles.get("x")
    with pytest.raises(StorageError, match="needs a name"):
        store.import_profiles.save(" ", {}, "ana")


def test_staged_rows_are_seen_by_nobody_until_the_import_stands(store, frame):
    store.observations.add(frame.iloc[:1])
    before = store.revisions.of("observations")
    store.imports.stage("a", observations=frame, measurements=measurements())
    assert store.observations.count() == 1
    assert store.measurements.count() == 0
    assert store.revisions.of("observations") == before
    ids = frame["observation_id"].tolist()
    assert store.observations.known(ids, include_withdrawn=False) == set(ids[:1])
    record = imported("a", n_observations=3, n_measurements=3)
    changed = store.imports.stand(record)
    assert (changed["observations"], changed["measurements"]) == (2, 3)
    assert store.observations.count() == 3
    assert store.imports.withdraw("a")["observations"] == 2


def test_what_was_staged_and_given_up_leaves_nothing(store, frame):
    store.observations.add(frame.iloc[:1])
    store.imports.stage("a", observations=frame, events=events())
    store.imports.discard("a")
    counts = store.counts()
    assert (counts["observation"], counts["sampling_event"]) == (1, 0)
    assert counts["import_row"] == 0


def test_staged_rows_that_another_import_needs_are_not_given_up(store, frame):
    store.imports.stage("a", observations=frame)
    store.imports.stage("b", observations=frame.iloc[:1])
    store.imports.stand(imported("b", n_observations=1))
    store.imports.discard("a")
    assert store.counts()["observation"] == store.observations.count() == 1


def test_an_import_whose_staged_rows_are_gone_does_not_stand(store, frame):
    store.imports.stage("a", observations=frame)
    store.imports.discard("a")
    with pytest.raises(StorageError, match=r"3 staged observations of a\.csv are gone"):
        store.imports.stand(imported("a", n_observations=3))
    assert store.imports.listing() == []


def test_an_import_that_stands_cannot_be_discarded(store):
    store.imports.stand(imported("a"))
    with pytest.raises(StorageError, match="is kept; withdraw it instead"):
        store.imports.discard("a")
