"""Models: which are deployed, how well they do, and what they decided."""

from typing import Any

import streamlit as st

from core.errors import CleanupError, ModelIntegrityError
from dashboard import services
from dashboard.components import model_facts, model_tables
from dashboard.components.page import empty_state, error_panel, page_header
from dashboard.state import StateKey

CHOSEN = StateKey[str]("models", "model", "")


def render() -> None:
    """Draw the page."""
    models = model_facts.deployed()
    if not models:
        page_header("Models")
        empty_state(
            "This page will show which photo classifiers are deployed, how well they "
            "do and what they decided. No model lies in "
            f"`{services.settings().models_dir}`; restore it from the release.",
            icon=":material/neurology:",
        )
        return
    decided = model_facts.decided_by_model()
    known = [row["model"] for row in models]
    in_use = _in_use(known)
    top = st.container()
    chosen = in_use
    if len(known) > 1:
        chosen = st.selectbox("Model", known, index=known.index(in_use), key=CHOSEN.key)
    row = next(row for row in models if row["model"] == chosen)
    with top:
        page_header(
            "Models",
            model_tables.model_answer(models, row),
            simulated=bool(decided["simulated"].any()),
            research_use=any(bool(r.get("research_use")) for r in models),
        )
        for bad in (r for r in models if r["problem"]):
            error_panel(ModelIntegrityError(bad["problem"]))
    manifest = _manifest(chosen)
    if manifest:
        model_tables.model_figures(manifest)
    model_tables.model_table(models, in_use)
    model_tables.decided_table(decided)
    if manifest:
        model_tables.model_scores(manifest)
        model_tables.training_data_table(manifest)
        with st.expander("Model card", icon=":material/description:"):
            st.markdown(model_facts.model_card(manifest) or "This model has no card.")


def _in_use(known: list[str]) -> str:
    """Return the model that classifies: the highest version of the one in settings."""
    wanted = services.settings().model
    fits = [model for model in known if wanted in (model, model.partition("@")[0])]
    return fits[-1] if fits else known[-1]


def _manifest(model: str) -> dict[str, Any] | None:
    try:
        return model_facts.manifest_of(model)
    except CleanupError:  # told above, as the problem of its row
        return None


if __name__ == "__main__":
    render()
