"""One decision, drawn: photo, model, person, checklist, entries."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.errors import CleanupError
from dashboard import services
from dashboard.components.compliance_facts import moments, trail_file
from dashboard.components.formats import number, when
from dashboard.components.model_facts import evidence
from dashboard.components.page import error_panel
from dashboard.components.tables import Column, table

if TYPE_CHECKING:
    from core.governance import DecisionTrail

__all__ = ["draw_trail"]

_STATES = {
    "met": ":material/check: Met",
    "open": ":material/help: Open",
    "failed": ":material/close: Failed",
}
_SHORT = 16


def draw_trail(photo_sha256: str) -> None:
    """Draw everything behind the decision on one photo."""
    from core.governance import decision_trail

    try:
        trail = decision_trail(services.store(), photo_sha256, evidence=evidence)
    except CleanupError as error:
        error_panel(error)
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(
                f"How {trail.photo['name']} was decided", anchor=False, width="stretch"
            )
            st.download_button(
                "Download JSON",
                trail_file(trail),
                file_name=f"decision-{photo_sha256[:12]}.json",
                mime="application/json",
                key="trail-download",
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
            )
        picture, facts = st.columns([1, 3], gap="medium")
        with picture:
            _thumbnail(trail)
        with facts:
            st.markdown(_in_words(trail))
            _checklist(trail)
        _model_files(trail)
        _history(trail)


def _thumbnail(trail: "DecisionTrail") -> None:
    sha256 = str(trail.photo["thumbnail_sha256"])
    try:
        data = services.store().files.get(sha256) if sha256 else None
    except CleanupError:
        data = None
    if data is None:
        st.caption("No thumbnail is kept.")
        return
    st.image(data, alt=f"Photo {trail.photo['name']}", width="stretch")


def _in_words(trail: "DecisionTrail") -> str:
    labels = services.category_labels(debris_only=False)
    counts_as = labels.get(trail.category, trail.category) or "nothing yet"
    lines = [f"Counts as **{counts_as}**."]
    if trail.predictions:
        said = trail.predictions[0]
        lines.append(
            f"Model `{said['model']}` said "
            f"{labels.get(said['category'], '?').lower()} with confidence "
            f"{number(said['confidence'], digits=2)} on {when(said['created_at'])}."
        )
    review = trail.standing_review
    if review:
        lines.append(
            f"{_escaped(review['actor'])} reviewed it on {when(review['at'])}."
        )
    else:
        lines.append("No person has reviewed it.")
    if trail.plans:
        named = ", ".join(f"`{plan['plan_id']}`" for plan in trail.plans)
        lines.append(f"Its survey went into plan {named}.")
    lines.append(f"Photo SHA-256 `{trail.photo['sha256']}`.")
    return " ".join(lines)


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_[]<>#$~|:" else c for c in text)


def _checklist(trail: "DecisionTrail") -> None:
    rows = ["| Question | State | Facts |", "|---|---|---|"]
    rows += [
        f"| {check.question} | {_STATES[check.state]} | {_escaped(check.answer)} |"
        for check in trail.checks
    ]
    st.markdown("\n".join(rows))


def _model_files(trail: "DecisionTrail") -> None:
    rows = [
        {"model": model, "file": name, "sha256": sha256}
        for model, found in trail.models.items()
        for name, sha256 in found.files.items()
    ]
    if not rows:
        return
    with st.expander("Model files and their hashes", icon=":material/fingerprint:"):
        table(
            pd.DataFrame(rows),
            {
                "model": Column("Model"),
                "file": Column("File"),
                "sha256": Column("SHA-256"),
            },
            name="trail-model-files",
        )


def _history(trail: "DecisionTrail") -> None:
    with st.expander("Entries about this photo", icon=":material/history:"):
        if not trail.entries:
            st.caption("The audit log holds no entry about this photo.")
            return
        frame = pd.DataFrame(trail.entries)
        frame["at"] = moments(frame["at"])
        table(
            frame,
            {
                "seq": Column("No.", "number"),
                "at": Column("When", "time"),
                "action": Column("Action"),
                "actor": Column("Who"),
                "detail": Column("Detail"),
                "entry_hash": Column("Hash"),
            },
            name="trail-entries",
        )
