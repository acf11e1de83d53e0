"""``models labels``: what people decided, out of the store and audited."""

import json

import pytest
from typer.testing import CliRunner

from core.cli._app import app, exit_code_of
from core.errors import InputError, NotFoundError
from core.imagery import content_hash
from core.storage import open_store
from core.surveys import correct_label, create_survey, take_in
from tests.core.surveys.fakes import GREY, RED, ColourClassifier, photo_file

RUNNER = CliRunner()


@pytest.fixture
def store_dir(tmp_path, monkeypatch):
    monkeypatch.setenv("GYRE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("GYRE_ACTOR", "cy")
    monkeypatch.delenv("GYRE_DATABASE_URL", raising=False)
    return tmp_path


@pytest.fixture
def reviewed(store_dir):
    with open_store(f"sqlite:///{store_dir / 'gyre.db'}", data_dir=store_dir) as store:
        create_survey(store, "June", actor="ana")
        items = [("a.jpg", photo_file(GREY)), ("b.jpg", photo_file(RED, number=1))]
        take_in(store, ColourClassifier(), "June", items, actor="ana")
        correct_label(store, content_hash(items[0][1]), "wood", actor="ana")
        yield store


def test_labels_are_written_and_audited_under_the_name_of_the_settings(
    reviewed, store_dir
):
    out = store_dir / "labels"
    done = RUNNER.invoke(app, ["models", "labels", "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert (report["n_photos"], report["n_undecided"]) == (1, 1)
    assert (out / "photos/wood/june_0001.jpg").is_file()
    (entry,) = reviewed.audit.entries(action="labels.export")
    assert entry["actor"] == "cy"


def test_words_say_what_was_left_out(reviewed, store_dir):
    out = store_dir / "labels"
    done = RUNNER.invoke(app, ["models", "labels", "--out", str(out)])
    assert "1 labelled photos" in done.stdout
    assert "1 left out, nobody decided them" in done.stdout
    whole = RUNNER.invoke(
        app, ["models", "labels", "--out", str(store_dir / "all"), "--machine"]
    )
    assert "2 labelled photos" in whole.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--survey", "none"], "no survey"), (["--survey", "Empty"], "no photo")],
)
def test_nothing_to_export_is_input_refused(reviewed, store_dir, options, words):
    create_survey(reviewed, "Empty", actor="ana")
    out = ["--out", str(store_dir / "labels")]
    done = RUNNER.invoke(app, ["models", "labels", *out, *options])
    assert isinstance(done.exception, InputError | NotFoundError)
    assert exit_code_of(done.exception) == 3
    assert words in str(done.exception)


def test_a_store_that_is_not_there_is_told(store_dir):
    out = str(store_dir / "labels")
    done = RUNNER.invoke(app, ["models", "labels", "--out", out])
    assert isinstance(done.exception, NotFoundError)
