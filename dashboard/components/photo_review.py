"""Review: one photo large with its boxes, a key for everything, undo, progress."""

from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from dashboard import services
from dashboard.components import review_state as state
from dashboard.components.box_add import adding
from dashboard.components.box_drawing import drawn_picture
from dashboard.components.formats import share, when
from dashboard.components.photo_gallery import plain, show_problem
from dashboard.components.review_pictures import shelf
from dashboard.components.review_side import LEGEND, side
from dashboard.components.review_why import alike, overlay
from dashboard.components.survey_words import counted
from dashboard.state import StateKey, actor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.surveys import PhotoForReview

__all__ = ["review"]

_SHOW = StateKey[str]("surveys", "doubt", "All waiting")
_ORDER = StateKey[str]("surveys", "order", "Most doubtful first")
_ONLY = StateKey[str | None]("surveys", "only", None)
_SECOND = StateKey[bool]("surveys", "second", False)
_SHOWS = {
    "All waiting": "waiting",
    "Low confidence": "low_confidence",
    "Unlike survey photos": "foreign",
    "Reviewers disagree": "disagree",
    "Decided": "decided",
}
_ORDERS = {"Most doubtful first": "doubt", "By time": "time", "By name": "name"}
#: The photo stays above the fold of a laptop screen.
_MAX_WIDTH_PX, _MAX_HEIGHT_PX = 780, 440
_AHEAD = 3
#: A picture is fetched before its turn. A button that the mouse pressed gives the
#: focus back, or Enter would press it again instead of confirming the photo; who
#: goes by the keyboard keeps the focus (such a click has no detail). The step that
#: opened the review gives it back as well: it would swallow Enter and the arrows.
_HIDDEN = """<style>.st-key-surveys_review_hidden {display: none;}</style>
<script>
if (document.activeElement.closest('[data-testid="stButtonGroup"]')) {
  document.activeElement.blur();
}
if (!window.gyreReview) {
  window.gyreReview = true;
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("button");
    const review = document.querySelector(".st-key-surveys_review_hidden");
    if (button && review && event.detail > 0) button.blur();
  });
}
</script>"""


@st.fragment
def review(survey: str, labels: "Mapping[str, str]") -> None:
    """Draw the review of a survey; a key redraws this part of the page only.

    Parameters
    ----------
    survey : str
        Name of the survey.
    labels : mapping of str to str
        Category codes to names for people, all ten, in order.
    """
    show_problem()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        asked = _filters(survey, labels)
        queue = state.queue_of(asked)
        place = state.current(queue)
        if place is not None:
            st.caption(_place(place, len(queue.photos)), width="content")
    if place is None:
        _finished(queue, labels)
        return
    from core.surveys import to_review

    store, blind = services.store(), asked.blind_for is not None
    shown = to_review(store, queue.photos[place], blind_for=asked.blind_for)
    left, right = st.columns([2, 1], gap="medium")
    with left:
        if state.ADDING.get():
            adding(shown, labels, blind=blind)
        else:
            _photo(shown, labels)
        st.markdown(_headline(shown, labels))
        if state.WHY.get():
            alike(shown, labels, blind=blind)
        st.caption(LEGEND)
    with right:
        side(shown, labels, survey=survey, blind=blind)
    _fetch_ahead(queue, place, labels)


def _filters(survey: str, labels: "Mapping[str, str]") -> state.Asked:
    from core.surveys import ReviewFilter, ReviewOrder

    hidden: Literal["collapsed"] = "collapsed"  # what is chosen says what it is
    show = st.selectbox(
        "Photos",
        list(_SHOWS),
        key=_SHOW.key,
        bind="query-params",
        label_visibility=hidden,
        width=190,
    )
    only = st.selectbox(
        "Category",
        list(labels),
        index=None,
        format_func=lambda code: labels[code],
        placeholder="All categories",
        key=_ONLY.key,
        bind="query-params",
        label_visibility=hidden,
        width=180,
    )
    order = st.selectbox(
        "Order",
        list(_ORDERS),
        key=_ORDER.key,
        bind="query-params",
        label_visibility=hidden,
        width=190,
    )
    second = st.toggle(
        "Second review",
        key=_SECOND.key,
        bind="query-params",
        help="Shows photos that others decided and you have not, without their "
        "answer. Yours is kept beside it, so that the two can be compared; it "
        "changes no figure unless nobody else's stands.",
    )
    return state.Asked(
        survey,
        ReviewFilter(_SHOWS.get(show, "waiting")),
        only,
        ReviewOrder(_ORDERS.get(order, "doubt")),
        actor() if second else None,
    )


def _place(place: int, n: int) -> str:
    note = state.NOTE.get()
    return f"Photo {place + 1:,} of {n:,}" + (f" · {plain(note)}" if note else "")


def _photo(shown: "PhotoForReview", labels: "Mapping[str, str]") -> None:
    photo, said = shown.photo, labels.get(shown.category, shown.category or "nothing")
    words = f"{photo['name']}, labelled {said}"
    picture, problem = overlay(shown) if state.WHY.get() else (None, "")
    if problem:
        st.info(plain(problem), icon=":material/info:")
    if picture is not None:
        words += ", coloured where the model saw it"
    else:
        picture = _picture(shown, labels)
        words += f", {counted(len(shown.boxes), 'box', 'boxes')}"
    if picture is None:
        st.warning("The photo's file is gone from the store.")
        return
    # A width of its own would have the picture shrunk and packed once more.
    with st.container(width=_width(photo)):
        st.image(picture, alt=words, width="stretch")


def _picture(shown: "PhotoForReview", labels: "Mapping[str, str]") -> bytes | None:
    decoded = shelf().get(shown.photo["sha256"], shown.photo["name"])
    if decoded is None:
        return None
    chosen = state.selected_box(str(shown.photo["sha256"]), len(shown.boxes))
    return drawn_picture(
        decoded.pixels,
        shown.boxes,
        scale=decoded.scale,
        labels=labels,
        selected=chosen,
        shown_px=_width(shown.photo),
    )


def _width(photo: "Mapping[str, Any]") -> int:
    fitting = int(_MAX_HEIGHT_PX * photo["width"] / photo["height"])
    return max(1, min(_MAX_WIDTH_PX, fitting))


def _headline(shown: "PhotoForReview", labels: "Mapping[str, str]") -> str:
    photo, model = shown.photo, shown.prediction
    parts = []
    if shown.review:
        by, at = plain(shown.review["actor"]), when(shown.review["at"])
        parts.append(f"**{labels.get(shown.category, shown.category)}**, {by}, {at}")
    if model:
        guess = labels.get(model["category"], model["category"])
        said = guess if shown.review else f"**{guess}**"
        parts.append(f"Model says {said}, {share(model['confidence'])} sure")
    if shown.is_foreign:
        parts.append(":orange-badge[:material/help: Unlike survey photos]")
    taken = f", {when(photo['taken_at'])}" if photo["taken_at"] else ""
    parts.append(f"{plain(photo['name'])}{taken}")
    return "  \n".join([" · ".join(parts[:-1]), parts[-1]])


def _fetch_ahead(queue: state.Queue, place: int, labels: "Mapping[str, str]") -> None:
    """Have the next pictures ready, and the very next one in the browser."""
    from core.surveys import to_review

    store = services.store()
    coming = queue.photos[place + 1 : place + 1 + _AHEAD]
    shelf().ahead((sha256, store.photos.get(sha256)["name"]) for sha256 in coming)
    with st.container(key="surveys_review_hidden"):
        st.html(_HIDDEN, unsafe_allow_javascript=True)
        if coming:
            after = to_review(store, coming[0], blind_for=queue.asked.blind_for)
            if data := _picture(after, labels):
                st.image(data, alt="", width="stretch")


def _finished(queue: state.Queue, labels: "Mapping[str, str]") -> None:
    if queue.photos:
        st.success(
            f"{counted(len(queue.photos), 'photo')} of this list gone through.",
            icon=":material/check:",
        )
    else:
        words = (
            "No photo waits for your second opinion: nobody else has decided any that "
            "you have not."
            if queue.asked.blind_for
            else "Every photo of this survey has been looked at."
            if queue.asked.show == "waiting" and queue.asked.category is None
            else "No photo fits these filters."
        )
        st.info(words, icon=":material/check:")
    with st.container(horizontal=True, gap="small"):
        st.button(
            "List again",
            icon=":material/refresh:",
            on_click=state.forget_queue,
            key="surveys_review_again",
        )
        if queue.photos:
            st.button(
                "Back to the last photo",
                icon=":material/arrow_back:",
                shortcut="Left",
                on_click=state.step,
                args=(queue.photos[-1], 0),
                key="surveys_review_previous",
            )
        st.button(
            "Undo",
            icon=":material/undo:",
            shortcut="Z",
            on_click=state.undo,
            args=(queue.asked.survey, labels),
            key="surveys_review_undo",
        )
