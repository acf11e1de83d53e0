"""Compliance page: empty, with decisions, with a broken chain."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pandas as pd
import pytest

from core.governance import record, verify_chain
from core.observations import make_observations


@pytest.fixture
def decided_store(empty_store):
    """Two photos judged by a model, one of them corrected by a person."""
    store = empty_store
    store.surveys.add("Flight 7", simulated=True)
    for n, category in enumerate(["plastic", "glass"]):
        sha256 = store.files.put(f"photo {n}".encode())
        store.photos.add(
            {
                "sha256": sha256,
                "name": f"IMG_{n}.jpg",
                "size_bytes": 7,
                "width": 40,
                "height": 30,
                "format": "JPEG",
                "taken_at": datetime(2026, 6, 1, tzinfo=UTC),
                "lat": 30.0,
                "lon": -140.0,
                "position_source": "camera",
                "survey": "Flight 7",
                "simulated": True,
            }
        )
        store.predictions.add(
            {
                "photo_sha256": sha256,
                "model": "gone_model@3",
                "category": category,
                "confidence": 0.7,
                "probabilities": {category: 0.7},
                "status": "ok",
            }
        )
        record(store, "photo.add", "ana", f"photo:{sha256}", {"category": category})
    store.reviews.add(
        photo_sha256=sha256, category="wood", previous="glass", actor="ana"
    )
    raw = pd.DataFrame(
        {
            "lat": [30.0],
            "lon": [-140.0],
            "observed_at": ["2026-06-01"],
            "category": ["wood"],
            "count": [1],
            "source": ["photo"],
            "photo_sha256": [sha256],
            "simulated": [True],
        }
    )
    store.observations.add(make_observations(raw).accepted)
    record(store, "review.add", "ana", f"photo:{sha256}", {"to": "wood"})
    return store


def texts(app):
    return "\n".join(str(m.value) for m in app.markdown)


def test_an_empty_record_says_so_and_offers_the_way_on(open_app, empty_store):
    app = open_app("compliance")
    assert not app.exception
    assert "Nothing has been decided yet" in texts(app)
    assert any(button.label == "Add survey photos" for button in app.button)


def test_the_answer_counts_entries_and_decisions(open_app, decided_store):
    app = open_app("compliance")
    assert not app.exception
    head = verify_chain(decided_store).head
    assert "whole: 3 entries, 2 decisions by models" in texts(app)
    assert head[:12] in texts(app)
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Entries that hold"] == "3"
    assert figures["Reviewed by a person"] == "50 %"
    assert figures["Last verified"] == "Never"
    table = next(t.value for t in app.dataframe if "reviewer" in t.value.columns)
    assert set(table["counts_as"]) == {"Plastic", "Wood"}
    assert set(table["model_said"]) == {"Plastic", "Glass and ceramics"}


def test_filters_come_from_the_link(open_app, decided_store):
    app = open_app("compliance", compliance_survey="Flight 7")
    table = next(t.value for t in app.dataframe if "reviewer" in t.value.columns)
    assert len(table) == 2
    app.selectbox(key="record_action").select("review.add").run()
    assert not app.exception
    entries = next(t.value for t in app.dataframe if "entry_hash" in t.value.columns)
    assert entries["action"].tolist() == ["review.add"]


def test_verifying_is_itself_written_down(open_app, decided_store):
    app = open_app("compliance")
    button = next(b for b in app.button if b.label == "Verify record now")
    button.click().run()
    assert not app.exception
    newest = decided_store.audit.entries(limit=1)[0]
    assert (newest["action"], newest["actor"]) == ("audit.verify", "tester")
    assert verify_chain(decided_store).length == 4
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Last verified"] != "Never"


def test_a_broken_chain_is_told_with_the_entry_and_what_holds(
    open_app, decided_store, data_dir
):
    with closing(sqlite3.connect(data_dir / "gyre.db")) as raw:
        raw.execute("DROP TRIGGER audit_entry_no_update")
        raw.execute("UPDATE audit_entry SET actor = 'eve' WHERE seq = 2")
        raw.commit()
    app = open_app("compliance")
    assert not app.exception
    assert "broken at entry 2" in texts(app)
    (message,) = [error.value for error in app.error]
    assert "Entries before it that hold: 1." in message
    assert "Next:" in message
    button = next(b for b in app.button if b.label == "Verify record now")
    button.click().run()
    assert not app.exception
    assert any("entry 2 is broken" in str(error.value) for error in app.error)
    assert decided_store.audit.count() == 3


def test_unreadable_entries_are_shown_and_told(open_app, decided_store, data_dir):
    with closing(sqlite3.connect(data_dir / "gyre.db")) as raw:
        raw.execute("DROP TRIGGER audit_entry_no_update")
        raw.execute("UPDATE audit_entry SET detail = '{oops', at = 'never'")
        raw.commit()
    app = open_app("compliance")
    assert not app.exception
    assert "broken at entry 1" in texts(app)
    entries = next(t.value for t in app.dataframe if "told" in t.value.columns)
    assert set(entries["told"]) == {"{oops"}


def test_sources_and_personal_data_are_listed(open_app, decided_store):
    app = open_app("compliance")
    columns = [set(t.value.columns) for t in app.dataframe]
    assert any({"licence", "credit"} <= c for c in columns)
    kept = next(t.value for t in app.dataframe if "why" in t.value.columns)
    assert kept["amount"].tolist() == [1, 2, 2]


def test_a_trail_is_drawn_with_its_checklist(decided_store):
    # AppTest cannot choose a row of a table, so the part is drawn by itself.
    from streamlit.testing.v1 import AppTest

    sha256 = decided_store.photos.listing()[1]["sha256"]
    app = AppTest.from_function(_trail_page, args=(sha256,), default_timeout=30)
    app.run()
    assert not app.exception
    said = texts(app)
    assert "Counts as **Wood**" in said
    assert "ana reviewed it" in said
    assert "not deployed any more" in said
    assert "Is it on the map as decided? | :material/check: Met" in said


def test_a_trail_of_a_photo_that_is_gone_is_an_error_in_words(decided_store):
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_function(_trail_page, args=("ab" * 32,), default_timeout=30)
    app.run()
    assert not app.exception
    assert "No photo" in app.error[0].value


def _trail_page(sha256):
    from dashboard.components.compliance_trail import draw_trail

    draw_trail(sha256)
