"""What every page starts with, and what it shows when there is nothing or a failure."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.errors import (
    AccessError,
    AuditChainError,
    CleanupError,
    InputError,
    ModelError,
    NotFoundError,
    PlanningError,
    StorageError,
)
from dashboard.navigation import page_path

__all__ = ["Figure", "empty_state", "error_panel", "metric_row", "page_header"]

_MAX_FIGURES = 4

#: What a person can do about an error, most specific kind first.
_NEXT_STEPS: tuple[tuple[type[CleanupError], str], ...] = (
    (
        AuditChainError,
        "Stop deciding, keep a copy of the data folder, and compare it "
        "with the last backup.",
    ),
    (
        StorageError,
        "Check that the data folder can be written and has free space, "
        "then load the page again.",
    ),
    (
        ModelError,
        "Restore the model's files from the release, or choose another "
        "model on the Models page.",
    ),
    (PlanningError, "Loosen one of the limits named above and plan again."),
    (
        NotFoundError,
        "It may have been removed since the page was opened. Go back and choose again.",
    ),
    (InputError, "Mend the record named above and send it again."),
    (AccessError, "Ask a person with that right to do it."),
)


@dataclass(frozen=True)
class Figure:
    """A headline figure.

    Attributes
    ----------
    label : str
        What it is, with its unit where the value has none.
    value : str
        Formatted by :mod:`dashboard.components.formats`.
    note : str
        Interval or what it is compared with; stands under the value.
    change : str
        Change against that comparison, signed; empty for none.
    help : str
        How it was worked out.
    """

    label: str
    value: str
    note: str = ""
    change: str = ""
    help: str = ""


def page_header(
    title: str,
    answer: str = "",
    *,
    simulated: bool = False,
    research_use: bool = False,
) -> None:
    """Title, the badges that must not be missed, and the answer in words.

    Parameters
    ----------
    title : str
        Subject of the page's question.
    answer : str
        The answer with its interval, one sentence; Markdown.
    simulated : bool
        Whether any of the data shown is simulated.
    research_use : bool
        Whether a model or data set shown may be used for research only.
    """
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="page-header"
    ):
        st.title(title, anchor=False, width="content")
        if simulated:
            st.badge(
                "Simulated data",
                icon=":material/science:",
                color="orange",
                help="Made by the simulated sea of the demo, not observed.",
            )
        if research_use:
            st.badge(
                "Research use",
                icon=":material/school:",
                color="violet",
                help="A model or data set on this page is licensed for research only.",
            )
    if answer:
        st.markdown(answer)


def metric_row(figures: Sequence[Figure]) -> None:
    """Draw up to four headline figures side by side."""
    if len(figures) > _MAX_FIGURES:
        raise ValueError(f"{len(figures)} figures in a row, at most {_MAX_FIGURES}")
    for column, figure in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(
            figure.label,
            figure.value,
            delta=figure.change or figure.note or None,
            delta_color="off",
            delta_arrow="auto" if figure.change else "off",
            delta_description=figure.note if figure.change and figure.note else None,
            help=figure.help or None,
            border=True,
            height="stretch",
        )


def empty_state(
    what: str, *, button: str = "", page: str = "", icon: str = ":material/inbox:"
) -> None:
    """Say what the page will show and offer the one way there.

    Parameters
    ----------
    what : str
        What will be here and what it needs; one or two sentences.
    button, page : str
        Text of the button and the name of the page it leads to, such as
        ``"surveys"``; without them no button is drawn.
    icon : str
        Material symbol.
    """
    with st.container(border=True, horizontal_alignment="center", gap="medium"):
        st.space("small")
        st.markdown(f"{icon} &nbsp;{what}", width="content")
        if button and page and st.button(button, type="primary", key=f"go-to-{page}"):
            st.switch_page(page_path(page))
        st.space("small")


def error_panel(error: CleanupError, *, kept: str = "", next_step: str = "") -> None:
    """Show what happened to which record, what was kept, and what to do.

    Parameters
    ----------
    error : CleanupError
        Its message names the record.
    kept : str
        What was saved in spite of it.
    next_step : str
        What to do; a step that fits the kind of error unless given.
    """
    step = next_step or next(
        (text for kind, text in _NEXT_STEPS if isinstance(error, kind)),
        "Load the page again; if it stays, send the log to whoever runs this system.",
    )
    message = str(error).strip() or type(error).__name__
    if "." not in message.split(maxsplit=1)[0].rstrip("."):  # a file keeps its name
        message = message[0].upper() + message[1:]
    lines = [_plain(message), kept, f"**Next:** {step}"]
    st.error("\n\n".join(line for line in lines if line), icon=":material/error:")


def _plain(text: str) -> str:
    """Keep Markdown in a file name or value from being read as Markdown."""
    escaped = text.replace("\\", "\\\\")
    for mark in "`*_[]<>#$~|:":
        escaped = escaped.replace(mark, "\\" + mark)
    return escaped
