"""Rules of areas, harm weights, model fields and revisions."""

import pytest

from core.errors import NotFoundError, StorageError
from tests.core.storage.field_rows import (
    events,
    imported,
    measurements,
    model_field,
)

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]],
}


def test_an_area_is_kept_once_and_a_retired_one_comes_back(store):
    first = store.areas.save("Reef", "sensitive", SQUARE, {"weight": 2.0}, "mia")
    assert store.areas.save("Reef", "sensitive", SQUARE, {"weight": 2.0}) == first
    drawn = store.areas.save("Box", "drawn", SQUARE)
    assert [r["area_id"] for r in store.areas.listing()] == [drawn, first]
    assert [r["area_id"] for r in store.areas.listing(kind="sensitive")] == [first]
    store.areas.retire(first)
    assert store.areas.listing(kind="sensitive") == []
    assert store.areas.get(first)["retired_at"] is not None
    store.areas.save("Reef", "sensitive", SQUARE, {"weight": 2.0}, "mia")
    row = store.areas.get(first)
    assert (row["active"], row["retired_at"]) == (True, None)
    assert (row["geojson"], row["properties"]) == (SQUARE, {"weight": 2.0})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((" ", "drawn", SQUARE), "needs a name"),
        (("A", "holiday", SQUARE), "expected sensitive, species_range, drawn"),
        (("A", "drawn", {"coordinates": [float("nan")]}), "cannot be kept as JSON"),
    ],
)
def test_an_area_that_cannot_be_used_is_refused(store, given, words):
    with pytest.raises(StorageError, match=words):
        store.areas.save(*given)


def test_unknown_areas_and_fields_are_named(store):
    for ask in (store.areas.get, store.areas.retire):
        with pytest.raises(NotFoundError, match="no area 'x'"):
            ask("x")
    with pytest.raises(NotFoundError, match="no model field 'x'"):
        store.model_fields.get("x")
    with pytest.raises(StorageError, match="needs the field field_id"):
        store.model_fields.add(model_field(""))


def test_harm_weights_are_never_overwritten(store):
    assert store.harm_weights.current() is None
    assert store.harm_weights.save({"plastic": 1.0}, "mia", "first") == 1
    assert store.harm_weights.save({"plastic": 1.0}, "ana") == 1
    assert store.harm_weights.save({"plastic": 2.0}, "ana", "doubled") == 2
    assert store.harm_weights.save({"plastic": 1.0}, "ana", "back") == 3
    assert [r["note"] for r in store.harm_weights.listing()] == [
        "back",
        "doubled",
        "first",
    ]
    assert store.harm_weights.current()["document"] == {"plastic": 1.0}
    with pytest.raises(StorageError, match="cannot be kept as JSON"):
        store.harm_weights.save({"plastic": float("inf")}, "ana")


def writes(store, frame):
    """Every write that changes a kind of record, by the name of its revision."""
    return {
        "observations": [
            lambda: store.observations.add(frame, import_id="a"),
            lambda: store.observations.replace_for_photo("ab" * 32, frame.iloc[:0]),
            lambda: store.imports.withdraw("a"),
            lambda: store.imports.restore("a"),
        ],
        "measurements": [lambda: store.measurements.add(measurements())],
        "events": [lambda: store.events.add(events())],
        "imports": [
            lambda: store.imports.add(imported("b")),
            lambda: store.imports.withdraw("b"),
        ],
        "import_profiles": [lambda: store.import_profiles.save("p", {}, "a")],
        "model_fields": [lambda: store.model_fields.add(model_field())],
        "areas": [
            lambda: store.areas.save("A", "drawn", SQUARE),
            lambda: store.areas.retire(store.areas.listing()[0]["area_id"]),
        ],
        "harm_weights": [lambda: store.harm_weights.save({}, "a")],
    }


def test_every_write_raises_the_revision_of_its_kind(store, frame):
    store.imports.add(imported("a"))
    for name, changes in writes(store, frame).items():
        for change in changes:
            before = store.revisions.of(name)
            change()
            assert store.revisions.of(name) == before + 1, name


def test_adding_nothing_new_keeps_the_revision(store, frame):
    store.observations.add(frame)
    store.observations.add(frame)
    assert store.revisions.of("observations") == 1


def test_a_revision_falls_with_the_transaction_that_raised_it(store, frame):
    def fail():
        with store.transaction():
            store.observations.add(frame)
            assert store.revisions.of("observations") == 1
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fail()
    assert store.revisions.of("observations") == 0
