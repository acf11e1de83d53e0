"""Rules of the audit chain."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import AuditChainError, InputError, StorageError
from core.governance import (
    GENESIS,
    BrokenLink,
    ChainState,
    canonical_json,
    find_break,
    record,
    verify_chain,
)
from core.storage import open_store

ROOT = Path(__file__).resolve().parents[3]
FIELDS = (
    "seq",
    "at",
    "action",
    "actor",
    "subject",
    "detail",
    "previous_hash",
    "entry_hash",
)


def fill(store, n=5):
    for i in range(n):
        record(store, "survey.add", "ana", f"survey:s{i}", {"n": i})


def tamper(store, *statements):
    """Edit the file as somebody with a SQLite tool would: triggers first."""
    with closing(sqlite3.connect(store.path)) as raw:
        raw.execute("DROP TRIGGER IF EXISTS audit_entry_no_update")
        raw.execute("DROP TRIGGER IF EXISTS audit_entry_no_delete")
        for statement, values in statements:
            raw.execute(statement, values)
        raw.commit()


def test_an_empty_chain_holds(store):
    assert verify_chain(store) == ChainState(0, GENESIS)


def test_the_hash_is_sha256_over_canonical_json(store):
    # Computed here anew, without the code under test.
    entry = record(store, "plan.add", "Zoë", "plan:1", {"b": 1, "a": [1, "x"]})
    detail = '{"a":[1,"x"],"b":1}'
    sealed = json.dumps(
        [1, entry["at"], "plan.add", "Zoë", "plan:1", detail, "0" * 64],
        separators=(",", ":"),
    )
    assert entry["entry_hash"] == hashlib.sha256(sealed.encode()).hexdigest()
    assert entry["detail"] == detail
    assert verify_chain(store) == ChainState(1, entry["entry_hash"])


def test_each_entry_follows_the_one_before(store):
    fill(store, 3)
    newest, middle, first = store.audit.entries()
    assert newest["previous_hash"] == middle["entry_hash"]
    assert middle["previous_hash"] == first["entry_hash"]
    assert first["previous_hash"] == GENESIS
    assert verify_chain(store).length == 3


def test_the_database_refuses_to_change_or_delete_entries(store):
    fill(store, 1)
    for statement in ("UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"):
        with (
            pytest.raises(StorageError, match="only grows"),
            store._database.write() as connection,
        ):
            connection.exec_driver_sql(statement)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Make a database file with five entries, to be copied."""
    path = tmp_path_factory.mktemp("filled") / "gyre.db"
    with open_store(f"sqlite:///{path}") as store:
        fill(store)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode=DELETE")  # one file holds it all
    return path


@settings(max_examples=60, deadline=None)
@given(
    seq=st.integers(1, 5),
    field=st.sampled_from(FIELDS),
    value=st.text(st.characters(codec="ascii", exclude_characters="\x00"), max_size=8),
)
def test_any_change_of_one_field_is_found(filled, tmp_path_factory, seq, field, value):
    path = tmp_path_factory.mktemp("chain") / "gyre.db"
    shutil.copyfile(filled, path)
    with open_store(f"sqlite:///{path}") as store:
        old = next(e[field] for e in store.audit.walk() if e["seq"] == seq)
        new = len(value) + 100 if field == "seq" else f"{old}{value}!"
        change = f"UPDATE audit_entry SET {field} = ? WHERE seq = ?"  # noqa: S608
        tamper(store, (change, (new, seq)))
        found = find_break(store)
        assert isinstance(found, BrokenLink)
        assert found.length == seq - 1
        with pytest.raises(AuditChainError, match=f"audit entry {found.seq} is broken"):
            verify_chain(store)


def test_a_removed_entry_is_found(store):
    fill(store)
    tamper(store, ("DELETE FROM audit_entry WHERE seq = ?", (3,)))
    found = find_break(store)
    assert isinstance(found, BrokenLink)
    assert (found.seq, found.length) == (4, 2)
    assert found.reason == "entry 3 is missing"


def test_swapped_entries_are_found(store):
    fill(store)
    tamper(
        store,
        ("UPDATE audit_entry SET seq = 99 WHERE seq = ?", (2,)),
        ("UPDATE audit_entry SET seq = 2 WHERE seq = ?", (3,)),
        ("UPDATE audit_entry SET seq = 3 WHERE seq = ?", (99,)),
    )
    found = find_break(store)
    assert isinstance(found, BrokenLink)
    assert found.seq == 2


def test_a_cut_end_is_a_valid_chain_with_another_head(store):
    # A stated limit: only a head noted elsewhere shows it.
    fill(store)
    before = verify_chain(store)
    tamper(store, ("DELETE FROM audit_entry WHERE seq = ?", (5,)))
    after = verify_chain(store)
    assert after.length == 4
    assert after.head != before.head


def test_two_processes_do_not_fork_the_chain(store):
    code = (
        "from core.governance import record; from core.storage import open_store\n"
        f"store = open_store('sqlite:///{store.path}')\n"
        "for i in range(15): record(store, 'a.b', 'p', f'x:{i}')\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) for _ in range(2)
    ]
    fill(store, 15)
    assert [process.wait(120) for process in running] == [0, 0]
    assert verify_chain(store).length == 45


def test_an_entry_and_its_change_are_kept_together_or_not_at_all(store):
    def fail():
        with store.transaction():
            store.surveys.add("north")
            record(store, "survey.add", "ana", "survey:north")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail()
    assert store.audit.count() == 0
    assert store.surveys.listing() == []


@pytest.mark.parametrize(
    ("action", "actor", "subject", "detail", "words"),
    [
        ("", "ana", "x:1", {}, "action"),
        ("a.b", "  ", "x:1", {}, "actor"),
        ("a.b", "ana", "x" * 301, {}, "subject"),
        ("a.b", "a\ud800", "x:1", {}, "no valid text"),
        ("a.b", "ana", "x:1", {"kg": float("nan")}, "not JSON"),
        ("a.b", "ana", "x:1", {"set": {1}}, "not JSON"),
        ("a.b", "ana", "x:1", {"t": "x" * 100_001}, "longer"),
    ],
)
def test_entries_that_cannot_be_sealed_are_refused(
    store, action, actor, subject, detail, words
):
    with pytest.raises(InputError, match=words):
        record(store, action, actor, subject, detail)
    assert store.audit.count() == 0


@given(
    st.dictionaries(
        st.text(), st.none() | st.booleans() | st.integers() | st.text(), max_size=5
    )
)
def test_canonical_json_has_one_text_for_one_value(value):
    turned = dict(reversed(value.items()))
    assert canonical_json(value) == canonical_json(turned)
    assert json.loads(canonical_json(value)) == value
