"""Rules of the ``backup`` and ``restore`` commands."""

import json

import pytest
from typer.testing import CliRunner

from core.cli import app
from core.errors import InputError, NotFoundError
from core.storage import open_store


@pytest.fixture
def run(tmp_path, monkeypatch):
    def call(folder, *arguments):
        monkeypatch.setenv("GYRE_DATA_DIR", str(tmp_path / folder))
        return CliRunner().invoke(app, list(map(str, arguments)))

    return call


def test_a_store_moves_to_another_folder(run, tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'old' / 'gyre.db'}") as store:
        store.surveys.add("north")
        store.files.put(b"photo")
    archive = tmp_path / "b.tar"
    done = run("old", "backup", archive, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["files"] == 1
    assert run("new", "restore", archive).exit_code == 0
    with open_store(f"sqlite:///{tmp_path / 'new' / 'gyre.db'}") as store:
        assert store.surveys.get("north")
    assert isinstance(run("old", "backup", archive).exception, InputError)
    assert isinstance(run("new", "restore", archive).exception, InputError)


def test_nothing_to_back_up_is_refused_and_not_made(run, tmp_path):
    assert isinstance(run("none", "backup", tmp_path / "b").exception, NotFoundError)
    assert not (tmp_path / "none").exists()
