"""Rules of the ``audit verify`` command."""

import json
import sqlite3
from contextlib import closing

import pytest
from typer.testing import CliRunner

from core.cli import app
from core.errors import NotFoundError
from core.governance import record, verify_chain
from core.storage import open_store


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("GYRE_DATA_DIR", str(tmp_path))

    def call(*arguments):
        return CliRunner().invoke(app, ["audit", "verify", *arguments])

    return call


@pytest.fixture
def head(tmp_path):
    """Write a chain of three entries; return its head."""
    with open_store(f"sqlite:///{tmp_path / 'gyre.db'}") as store:
        for i in range(3):
            record(store, "survey.add", "ana", f"survey:{i}")
        return verify_chain(store).head


def break_it(tmp_path, statement):
    with closing(sqlite3.connect(tmp_path / "gyre.db")) as raw:
        raw.execute("DROP TRIGGER audit_entry_no_update")
        raw.execute("DROP TRIGGER audit_entry_no_delete")
        raw.execute(statement)
        raw.commit()


def test_a_chain_that_holds_gives_its_head_and_exit_0(run, head):
    result = run()
    assert (result.exit_code, result.stdout) == (0, f"{head}\n")
    assert json.loads(run("--json").stdout) == {
        "valid": True,
        "length": 3,
        "head": head,
    }


def test_a_broken_chain_gives_the_first_broken_record_and_exit_3(run, head, tmp_path):
    break_it(tmp_path, "UPDATE audit_entry SET actor = 'eve' WHERE seq >= 2")
    result = run()
    assert result.exit_code == 3
    assert "audit record 2 is broken: its content was changed" in result.stderr
    result = run("--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["broken"]["seq"] == 2


def test_a_noted_head_shows_that_the_end_was_cut(run, head, tmp_path):
    assert run("--expect-head", head).exit_code == 0
    break_it(tmp_path, "DELETE FROM audit_entry WHERE seq = 3")
    assert run().exit_code == 0
    result = run("--expect-head", head)
    assert result.exit_code == 3
    assert "it was cut" in result.stderr


def test_no_database_is_refused_and_not_made(run, tmp_path):
    assert isinstance(run().exception, NotFoundError)
    assert not (tmp_path / "gyre.db").exists()
