"""A plan as files for other programs, and what each format cannot carry."""

import streamlit as st

from dashboard import plan_exports

__all__ = ["plan_files"]


def plan_files(plan_id: str) -> None:
    """Draw a row a format: what it is for, its download, what it leaves out."""
    st.markdown(
        "Identifiers are stable: taken in again, no stop is doubled. Times are UTC, "
        "positions WGS 84."
    )
    for one in plan_exports.exports(plan_id):
        with st.container(border=True):
            left, right = st.columns([2, 5], gap="medium")
            left.markdown(f"**{one.label}**")
            left.caption(one.purpose)
            left.download_button(
                f"Download {one.label}",
                one.content,
                file_name=one.file_name,
                mime=one.media_type,
                key=f"planner_download_{one.key}",
                on_click="ignore",
                icon=":material/download:",
            )
            with right:
                _not_carried(one.not_carried)


def _not_carried(not_carried: tuple[str, ...]) -> None:
    if not not_carried:
        st.caption("Carries the whole plan, and can be read back.")
        return
    st.caption("Does not carry:\n\n" + "\n".join(f"- {text}" for text in not_carried))
