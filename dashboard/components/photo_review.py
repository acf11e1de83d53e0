"""Review: one photo large, a key for each category, undo, and the agreement."""

from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from core.errors import CleanupError
from dashboard import services, survey_data
from dashboard.components.formats import share, when
from dashboard.components.photo_gallery import PROBLEM, plain
from dashboard.state import StateKey, actor

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from core.surveys import SurveySummary

__all__ = ["review"]

#: Photos this session has decided or passed, newest last; undo goes back through them.
_PASSED = StateKey[tuple[str, ...]]("surveys", "passed", ())
_KEYS = "1234567890"
#: The strip of categories stays above the fold of a laptop screen.
_MAX_WIDTH_PX, _MAX_HEIGHT_PX = 760, 430


def review(
    photos: "pd.DataFrame", summary: "SurveySummary", labels: "Mapping[str, str]"
) -> None:
    """Draw the photo that is most in doubt, its strip of categories, and progress.

    Parameters
    ----------
    photos : DataFrame
        From `core.surveys.survey_photos`.
    summary : SurveySummary
        Of the same survey.
    labels : mapping of str to str
        Category codes to names for people, all ten, in order.
    """
    passed = _PASSED.get()
    waiting = photos[(photos["reviewed_by"] == "") & ~photos["sha256"].isin(passed)]
    left, right = st.columns([3, 1], gap="large")
    with right:
        _progress(summary, len(waiting))
        can_undo = bool(passed)
        st.button(
            "Undo last",
            icon=":material/undo:",
            shortcut="Z",
            disabled=not can_undo,
            on_click=_undo,
            key="surveys_review_undo",
        )
    with left:
        if waiting.empty:
            st.success(
                "Every photo of this survey has been looked at.",
                icon=":material/check:",
            )
            return
        row = cast("Mapping[str, Any]", waiting.iloc[0].to_dict())
        _photo(row, labels)
        _strip(row, labels)


def _progress(summary: "SurveySummary", n_waiting: int) -> None:
    part = summary.n_reviewed / summary.n_photos if summary.n_photos else 0.0
    st.progress(part, text=f"{summary.n_reviewed} of {summary.n_photos} reviewed")
    st.caption(f"{n_waiting} left in this round")
    if summary.n_reviewed:
        st.metric(
            "Model agrees with reviews",
            share(summary.n_agreed / summary.n_reviewed),
            delta=f"{summary.n_agreed} of {summary.n_reviewed}",
            delta_color="off",
            delta_arrow="off",
        )


def _photo(row: "Mapping[str, Any]", labels: "Mapping[str, str]") -> None:
    picture = survey_data.large_picture(row["sha256"], row["name"])
    guess = labels.get(row["category"], row["category"])
    if picture is None:
        st.warning("The photo's file is gone from the store.")
    else:
        width = min(_MAX_WIDTH_PX, int(_MAX_HEIGHT_PX * row["width"] / row["height"]))
        alt = f"{row['name']}, model says {guess}"
        st.image(picture, alt=alt, width=max(width, 1))
    taken = (
        row["taken_at"].to_pydatetime() if row["taken_at"] == row["taken_at"] else None
    )
    st.markdown(
        f"Model says **{guess}**, {share(row['confidence'])} sure. "
        f"{plain(row['name'])}, {when(taken)}"
    )


def _strip(row: "Mapping[str, Any]", labels: "Mapping[str, str]") -> None:
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Accept label",
            type="primary",
            icon=":material/check:",
            shortcut="Enter",
            on_click=_decide,
            args=(row["sha256"], row["category"]),
            key="surveys_review_accept",
        )
        st.button(
            "Skip photo",
            icon=":material/skip_next:",
            shortcut="S",
            on_click=_pass,
            args=(row["sha256"],),
            key="surveys_review_skip",
        )
    with st.container(horizontal=True, gap="xsmall"):
        for key, (code, label) in zip(_KEYS, labels.items(), strict=False):
            st.button(
                label,
                shortcut=key,
                on_click=_decide,
                args=(row["sha256"], code),
                key=f"surveys_review_{code}",
            )


def _decide(sha256: str, category: str) -> None:
    from core.surveys import correct_label

    try:
        correct_label(services.store(), sha256, category, actor=actor())
    except CleanupError as error:
        PROBLEM.set(str(error))
        return
    _pass(sha256)


def _pass(sha256: str) -> None:
    _PASSED.set((*_PASSED.get(), sha256))


def _undo() -> None:
    from core.surveys import standing_of, undo_label

    passed = _PASSED.get()
    if not passed:
        return
    _PASSED.set(passed[:-1])
    try:
        if standing_of(services.store(), passed[-1]).review is not None:
            undo_label(services.store(), passed[-1], actor=actor())
    except CleanupError as error:
        PROBLEM.set(str(error))
