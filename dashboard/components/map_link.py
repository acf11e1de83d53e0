"""The address of what is seen: every choice of the page stands in it."""

from urllib.parse import urlencode

import streamlit as st

__all__ = ["link_button", "view_link"]


def view_link() -> str:
    """Address that opens the page with the same layer, view, filters and area."""
    base = (st.context.url or "").partition("?")[0]
    pairs = [
        (name, value)
        for name in st.query_params
        for value in st.query_params.get_all(name)
    ]
    return f"{base}?{urlencode(pairs)}" if pairs else base


def link_button() -> None:
    """Draw the button that shows the address, with its copy mark."""
    with st.popover("Copy link", icon=":material/link:", key="map_link"):
        st.caption("Opens this layer, view, filters, comparison and area.")
        st.code(view_link() or "No address known.", language=None, wrap_lines=True)
