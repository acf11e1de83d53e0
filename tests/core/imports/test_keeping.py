"""Rules of keeping, withdrawing and bringing back an import."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError, NotFoundError, StorageError
from core.governance import verify_chain
from core.imports import (
    ImportCancelledError,
    check_file,
    keep,
    model_field,
    restore,
    withdraw,
)
from core.observations.importers import GridField
from tests.core.imports.conftest import GOOD, HEAD


def counts(told):
    return [told[k] for k in ("rows", "accepted", "rejected", "duplicates")]


def test_a_kept_file_is_stored_with_its_records_report_and_survey(file, store):
    told = keep(store, check_file(file, store=store), "ana")
    assert (counts(told), told["state"]) == ([3, 2, 1, 0], "kept")
    assert store.observations.count() == 2
    (row,) = store.imports.listing()
    assert (row["name"], row["imported_by"]) == ("field.csv", "ana")
    assert store.files.get(row["sha256"]) == file.read_bytes()
    assert json.loads(store.files.get(row["report_sha256"])) == told
    assert row["surveys"] == ["north"]
    survey = store.surveys.get("north")
    assert (survey["platform"], survey["started_at"].day) == ("table", 1)
    (entry,) = store.audit.entries()
    assert (entry["action"], entry["actor"]) == ("observations.import", "ana")
    assert verify_chain(store).length == 1


def test_keeping_again_adds_nothing_and_says_so(file, store):
    keep(store, check_file(file, store=store), "ana")
    before = store.counts(), store.revisions.of("observations")
    told = keep(store, check_file(file, store=store), "ana")
    assert (counts(told), told["state"]) == ([3, 0, 1, 2], "already_kept")
    assert (store.counts(), store.revisions.of("observations")) == before


def test_rows_another_file_brought_are_duplicates(file, write, store):
    keep(store, check_file(file), "ana")
    more = "32,-140,2026-06-03T10:00:00Z,wood,1,north\n"
    told = keep(store, check_file(write("more.csv", HEAD + GOOD + more)), "ana")
    assert counts(told) == [3, 1, 0, 2]
    first, second = sorted(store.imports.listing(), key=lambda row: row["name"])
    withdraw(store, first["import_id"], "ana")
    assert store.observations.count() == 3
    assert withdraw(store, second["import_id"], "ana")["observations"] == 3


def test_what_is_withdrawn_comes_back_by_itself_and_by_importing_again(file, store):
    import_id = keep(store, check_file(file), "ana")["import_id"]
    assert withdraw(store, import_id, "bo") == {
        "observations": 2,
        "measurements": 0,
        "events": 0,
        "model_fields": 0,
    }
    assert store.observations.count() == 0
    assert restore(store, import_id, "bo")["observations"] == 2
    withdraw(store, import_id, "bo")
    told = keep(store, check_file(file, store=store), "cy")
    assert (counts(told), told["state"]) == ([3, 2, 1, 0], "restored")
    assert store.observations.count() == 2
    done = [(e["action"], e["actor"]) for e in store.audit.entries()][::-1]
    assert done == [
        ("observations.import", "ana"),
        ("import.withdraw", "bo"),
        ("import.restore", "bo"),
        ("import.withdraw", "bo"),
        ("import.restore", "cy"),
    ]


def test_a_second_withdrawal_is_no_decision(file, store):
    import_id = keep(store, check_file(file), "ana")["import_id"]
    withdraw(store, import_id, "bo")
    withdraw(store, import_id, "bo")
    assert store.audit.count() == 2
    with pytest.raises(NotFoundError, match="no import 'x'"):
        withdraw(store, "x", "bo")


def test_a_file_without_a_record_that_can_be_used_is_not_kept(write, store):
    bad = "95,-140,2026-06-01T10:00:00Z,plastic,1,north\n"
    told = keep(store, check_file(write("bad.csv", HEAD + bad)), "ana")
    assert (counts(told), told["state"]) == ([1, 0, 1, 0], "nothing")
    assert store.imports.listing() == []


def test_a_file_that_changed_since_it_was_checked_is_not_kept(file, store):
    preview = check_file(file)
    file.write_text(HEAD + GOOD, encoding="utf-8")
    with pytest.raises(InputError, match="changed since it was checked"):
        keep(store, preview, "ana")
    assert store.observations.count() == 0


def test_a_cancelled_import_leaves_nothing(file, store, monkeypatch):
    monkeypatch.setattr("core.imports.keeping._STAGE_ROWS", 1)
    asked = iter([False, True])
    seen = []
    with pytest.raises(ImportCancelledError, match="nothing of it was kept"):
        keep(
            store,
            check_file(file),
            "ana",
            progress=lambda done, total: seen.append((done, total)),
            cancelled=lambda: next(asked),
        )
    assert seen == [(1, 2)]
    found = store.counts()
    assert (found["observation"], found["imported_file"]) == (0, 0)
    assert found["audit_entry"] == 0


def test_an_import_that_fails_at_its_end_leaves_nothing(file, store, monkeypatch):
    def fail(*_args, **_kwargs):
        raise StorageError("no room left on the disk")

    monkeypatch.setattr("core.imports.keeping.record", fail)
    with pytest.raises(StorageError, match="no room"):
        keep(store, check_file(file), "ana")
    found = store.counts()
    assert (found["observation"], found["survey"], found["imported_file"]) == (0, 0, 0)
    monkeypatch.undo()
    assert keep(store, check_file(file), "ana")["accepted"] == 2


def test_measurements_carry_their_survey(nets, mapping, store):
    told = keep(store, check_file(nets, mapping=mapping), "ana")
    assert (counts(told), told["kinds"]) == ([3, 2, 1, 0], {"measurements": 2})
    assert store.measurements.frame()["survey"].tolist() == ["tows", "tows"]
    assert [survey["name"] for survey in store.surveys.listing()] == ["tows"]
    assert store.imports.listing()[0]["mapping"] == mapping.to_document()


def grid():
    value = np.array([[1.0, np.nan], [3.0, 4.0]])
    area = np.full((2, 2), 10.0)
    return GridField(
        name="model abundance",
        quantity="items_per_km2",
        lat=np.array([1.0, -1.0]),
        lon=np.array([-179.5, 0.5]),
        value=value,
        cell_area_km2=area,
        total=float(np.nansum(value * area)),
        source="a paper",
    )


def test_model_fields_and_tables_are_kept_as_files(file, store):
    preview = check_file(file)
    pieces = pd.DataFrame({"mass_kg": [0.1, np.nan], "kind": ["rope", 7]})
    imported = replace(preview.imported, fields=(grid(),), tables={"specimens": pieces})
    preview = replace(preview, imported=imported)
    told = keep(store, preview, "ana")
    assert told["kinds"] == {"observations": 2, "model_fields": 1, "specimens": 2}
    (row,) = store.model_fields.listing()
    found = model_field(store, row["field_id"])
    np.testing.assert_array_equal(found.value, grid().value)
    assert (found.total, found.source, found.name) == (80.0, "a paper", grid().name)
    kept = store.imports.get(told["import_id"])["tables"]["specimens"]
    table = pd.read_parquet(store.files.path(kept["sha256"]))
    assert (kept["rows"], table["kind"].tolist()) == (2, ["rope", "7"])
    withdraw(store, told["import_id"], "ana")
    assert store.model_fields.listing() == []


def test_a_damaged_model_field_is_named(file, store):
    preview = check_file(file)
    imported = replace(preview.imported, fields=(grid(),))
    keep(store, replace(preview, imported=imported), "ana")
    (row,) = store.model_fields.listing()
    bad = store.files.put(b"no archive")
    store.model_fields.add({**row, "field_id": "bad", "sha256": bad})
    with pytest.raises(StorageError, match="model field bad cannot be read"):
        model_field(store, "bad")
