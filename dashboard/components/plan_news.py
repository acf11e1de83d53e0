"""What came in since a plan was made, so that it may be worth planning again."""

import streamlit as st

from dashboard import plan_data
from dashboard.components.photo_gallery import plain
from dashboard.components.survey_words import counted

__all__ = ["plan_news"]


def plan_news(plan_id: str) -> None:
    """Draw a banner if observations or forcing are newer than a plan."""
    news = plan_data.news(plan_id)
    if not news:
        return
    parts = []
    if news.n_observations:
        parts.append(counted(news.n_observations, "observation"))
    parts += [plain(name) for name in news.forcings]
    st.info(
        f"New since this plan was made: {', '.join(parts)}. The tab Change plans the "
        "rest again with them.",
        icon=":material/update:",
    )
