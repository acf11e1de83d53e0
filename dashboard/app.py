"""The application: settings, navigation, who acts. Pages live in ``views/``."""

import logging
import sys
from pathlib import Path

# ``streamlit run`` puts this folder on the path, not the checkout.
_ROOT = Path(__file__).resolve().parents[1]
if str(_ROOT) not in sys.path:
    sys.path.insert(0, str(_ROOT))

import streamlit as st  # noqa: E402

from core.errors import CleanupError  # noqa: E402
from dashboard.components.page import error_panel  # noqa: E402
from dashboard.navigation import page_groups  # noqa: E402
from dashboard.state import ACTOR, default_actor  # noqa: E402

_ASSETS = Path(__file__).resolve().parent / "assets"
_LOG = logging.getLogger(__name__)


def main() -> None:
    """Draw the frame around every page, then the page."""
    st.set_page_config(
        page_title="Gyre",
        page_icon=str(_ASSETS / "icon.png"),  # a named icon would come from outside
        layout="wide",
    )
    st.logo(str(_ASSETS / "logo.svg"), size="large")
    page = st.navigation(page_groups(), position="sidebar", expanded=True)
    _who_acts()
    try:
        page.run()
    except CleanupError as error:
        _LOG.exception("page %s failed", page.title)
        st.header(page.title)
        error_panel(error)


def _who_acts() -> None:
    with st.sidebar:
        st.text_input(
            "Your name",
            value=default_actor(),
            key=ACTOR,
            max_chars=80,
            persist_state="session",
            help="Written to the audit log with every decision you make.",
        )


main()
