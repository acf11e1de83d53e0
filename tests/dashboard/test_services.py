"""What pages share: who acts, and frames that follow the store."""

import streamlit as st

from core.observations import make_observations
from dashboard import services, state


def test_the_revision_changes_with_a_write_and_only_then(seeded_store, make_rows):
    before = services.store_revision()
    assert services.store_revision() == before
    rows = make_rows().drop(columns=["observation_id", "h3"]).head(1)
    added = make_observations(rows.assign(survey="Flight 3")).accepted
    seeded_store.observations.add(added)
    assert services.store_revision() != before


def test_observations_follow_the_store(seeded_store, make_rows):
    assert len(services.observations()) == 90
    rows = make_rows().drop(columns=["observation_id", "h3"]).head(2)
    added = make_observations(rows.assign(survey="Flight 3")).accepted
    seeded_store.observations.add(added)
    assert len(services.observations()) == 92


def test_the_store_is_that_of_the_settings(data_dir):
    assert services.store().path == data_dir / "gyre.db"
    assert services.store() is services.store()


def test_a_decision_is_recorded_under_the_name_in_the_sidebar(empty_store):
    st.session_state[state.ACTOR] = "  Ada \n Lovelace "
    assert state.actor() == "Ada Lovelace"
    services.record("review.add", "photo:" + "ab" * 32, {"category": "plastic"})
    (entry,) = empty_store.audit.entries()
    assert entry["actor"] == "Ada Lovelace"
    del st.session_state[state.ACTOR]


def test_an_empty_name_falls_back_to_the_settings(data_dir):
    st.session_state[state.ACTOR] = "   "
    assert state.actor() == "tester"
    del st.session_state[state.ACTOR]
