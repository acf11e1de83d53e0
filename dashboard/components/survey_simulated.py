"""Simulated photos in an upload: said at once, and never mixed with real ones."""

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import InputError
from dashboard.components.page import error_panel
from dashboard.components.survey_words import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.surveys import FileCheck

__all__ = ["simulated_note"]


def simulated_note(
    batch: "Sequence[FileCheck]", keep: "Callable[[Sequence[FileCheck]], None]"
) -> bool:
    """Say that a batch is simulated, or offer to leave one kind out of a mix.

    Parameters
    ----------
    batch : sequence of FileCheck
        From `core.surveys.check_files`.
    keep : callable
        Called with the files that stay when a person leaves a kind out.

    Returns
    -------
    bool
        Whether the batch is a mix, which cannot be run.
    """
    from core.surveys import are_simulated

    try:
        if are_simulated(batch):
            st.info(
                "These photos are simulated, so the survey will be marked as "
                "simulated everywhere.",
                icon=":material/science:",
            )
        return False
    except InputError as error:
        error_panel(error, kept="Nothing was run.")
    real = [check for check in batch if not (check.will_run and check.simulated)]
    painted = [check for check in batch if not check.will_run or check.simulated]
    with st.container(horizontal=True, gap="small"):
        for one, stay, key in (
            ("simulated photo", real, "surveys_drop_simulated"),
            ("real photo", painted, "surveys_drop_real"),
        ):
            n_left_out = len(batch) - len(stay)
            st.button(
                f"Leave out {counted(n_left_out, one)}",
                key=key,
                on_click=keep,
                args=(stay,),
            )
    return True
