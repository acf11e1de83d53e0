"""Categories: what counts as what in which litter list, and what an item weighs."""

import streamlit as st

from dashboard.components.category_tables import (
    crosswalk_rows,
    list_note,
    mass_rows,
    show_crosswalk,
    show_masses,
)
from dashboard.components.page import page_header
from dashboard.state import StateKey, reset_button

LIST = StateKey[str | None]("categories", "list", None)
TEXT = StateKey[str]("categories", "search", "")


def render() -> None:
    """Draw the page."""
    from core.observations.crosswalk import lists

    masses = mass_rows()
    assumed = int((masses["known_from"] == "assumed").sum())
    page_header(
        "Categories",
        f"Items of **{len(lists())} litter lists** count as one of {len(masses)} kinds "
        f"of debris. What one item weighs is **measured for {len(masses) - assumed} "
        f"kinds and assumed for {assumed}**.",
    )
    codes, weights = st.tabs(["Litter lists", "Item masses"])
    with codes:
        _lists()
    with weights:
        st.caption(
            "Used to turn counts into kilograms where a record gives no mass of its "
            "own. Low and high bracket the mean over ways of surveying; they are no "
            "confidence interval."
        )
        show_masses(masses)


def _lists() -> None:
    from core.observations.crosswalk import crosswalk_table, find_items, lists

    by_code = {one.code: one for one in lists()}
    left, middle, right = st.columns([3, 4, 2], vertical_alignment="bottom")
    chosen = left.selectbox(
        "Litter list",
        list(by_code),
        format_func=lambda code: by_code[code].title,
        index=None,
        key=LIST.key,
        placeholder="All lists",
        bind="query-params",
    )
    text = middle.text_input(
        "Code or word",
        key=TEXT.key,
        placeholder="For example: G27, rope, food container",
        bind="query-params",
    )
    with right:
        reset_button([LIST, TEXT])
    found = find_items(crosswalk_table(chosen or ""), text)
    if found.empty:
        where = by_code[chosen].title if chosen else "any list"
        st.info(
            f"No code or item in {where} fits “{text.strip()}”. Try fewer letters, or "
            "another list.",
            icon=":material/search_off:",
        )
        return
    st.caption(
        list_note(by_code[chosen])
        if chosen
        else "Choose a list to see its codes in the six others. Where a list has no "
        "such item, exports use what that list calls other."
    )
    show_crosswalk(crosswalk_rows(found), item_list=chosen or "")


if __name__ == "__main__":
    render()
