"""Models: which are deployed, how well they do, what they decided, how they learned."""

from typing import Any

import streamlit as st

from core.errors import CleanupError, ModelIntegrityError
from dashboard import services
from dashboard.components import (
    model_facts,
    model_kinds,
    model_reliability,
    model_runs,
    model_tables,
)
from dashboard.components.page import empty_state, error_panel, page_header
from dashboard.state import StateKey

CHOSEN = StateKey[str]("models", "model", "")
PART = StateKey[str]("models", "part", "Models")
TIMES = StateKey[dict[str, float]]("models", "times", {})
_MODELS, _RUNS = "Models", "Training runs"


def render() -> None:
    """Draw the page."""
    try:
        models = model_facts.deployed()
    except CleanupError as error:  # nobody can tell which model is in use
        page_header("Models")
        error_panel(error)
        return
    top = st.container()
    part = st.segmented_control(
        "Part",
        (_MODELS, _RUNS),
        default=_MODELS,
        required=True,
        key=PART.key,
        label_visibility="collapsed",
    )
    if part == _RUNS:
        with top:
            page_header("Models", "How each model was trained, as the run log has it.")
        model_runs.training_runs()
        return
    if not models:
        with top:
            page_header("Models")
        empty_state(
            "This page will show which models are deployed, how well they do and what "
            f"they decided. No model lies in `{services.settings().models_dir}`; "
            "restore it from the release.",
            icon=":material/neurology:",
        )
        return
    _deployed(models, top)


def _deployed(models: list[dict[str, Any]], top: Any) -> None:
    decided = model_facts.decided_by_model()
    known = [row["model"] for row in models]
    used = model_facts.in_use(models)
    chosen = used.get("classifier", known[-1])
    if len(known) > 1:
        chosen = st.selectbox("Model", known, index=known.index(chosen), key=CHOSEN.key)
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
    kind = row.get("kind", "classifier")
    if manifest and kind == "classifier":
        model_tables.model_figures(manifest)
    _side_by_side(models, set(used.values()))
    model_tables.decided_table(decided)
    if manifest:
        _scores(manifest, kind)
        model_tables.training_data_table(manifest)
        with st.expander("Model card", icon=":material/description:"):
            st.markdown(model_facts.model_card(manifest) or "This model has no card.")


def _side_by_side(models: list[dict[str, Any]], used: set[str]) -> None:
    if st.button(
        "Measure times",
        icon=":material/timer:",
        help="Some predictions of each model on one thread of this machine, in turns.",
    ):
        with st.spinner("Measuring each model in turns"):
            TIMES.set(model_facts.times(models))
    model_tables.model_table(models, used, TIMES.get())
    model_kinds.classifier_dots(models)
    model_kinds.source_table(model_facts.per_source(models))


def _scores(manifest: dict[str, Any], kind: str) -> None:
    if kind == "detector":
        model_kinds.detector_scores(manifest)
    elif kind == "forest":
        model_kinds.forest_scores(manifest)
    else:
        model_tables.model_scores(manifest)
        model_reliability.reliability_chart(manifest)


def _manifest(model: str) -> dict[str, Any] | None:
    try:
        return model_facts.manifest_of(model)
    except CleanupError:  # told above, as the problem of its row
        return None


if __name__ == "__main__":
    render()
