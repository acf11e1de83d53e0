"""Beside the photo under review: what to press, its boxes, who decided, progress."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import services
from dashboard.components import review_state as state
from dashboard.components.box_drawing import box_name
from dashboard.components.formats import share, when
from dashboard.components.photo_gallery import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.surveys import PhotoForReview

__all__ = ["LEGEND", "side"]

#: Keys of the ten categories, in their order, and what all keys do.
_KEYS = "1234567890"
LEGEND = (
    "**1**-**0** category of the photo, or of the chosen box · **Enter** confirm and "
    "go on · **← →** photo · **↑ ↓** box · **B** add box · **Delete** remove box · "
    "**E** why · **Z** undo"
)


def side(
    shown: "PhotoForReview", labels: "Mapping[str, str]", *, survey: str, blind: bool
) -> None:
    """Draw the column beside the photo.

    Parameters
    ----------
    shown : PhotoForReview
        The photo under review.
    labels : mapping of str to str
        Category codes to names for people.
    survey : str
        Name of the survey.
    blind : bool
        Whether this is a second review without the first's answer.
    """
    _progress(survey)
    _confirm(shown, labels, blind=blind)
    _strip(shown, labels, blind=blind)
    _go(str(shown.photo["sha256"]), labels, survey=survey)
    _boxes(shown, labels, blind=blind)
    _opinions(shown, labels)


def _progress(survey: str) -> None:
    from core.surveys import review_progress

    done = review_progress(services.store(), survey)
    part = done.n_reviewed / done.n_photos if done.n_photos else 0.0
    text = f"{done.n_reviewed:,} of {done.n_photos:,} reviewed"
    if done.n_reviewed:
        text += f", model agrees on {done.n_agreed:,}"
    st.progress(part, text=text)


def _confirm(
    shown: "PhotoForReview", labels: "Mapping[str, str]", *, blind: bool
) -> None:
    said = labels.get(shown.category, shown.category)
    _key(
        f"Confirm {said}" if said else "Go on",
        "Enter",
        "accept",
        state.confirm,
        shown,
        icon=":material/check:",
        primary=True,
        blind=blind,
    )


def _strip(
    shown: "PhotoForReview", labels: "Mapping[str, str]", *, blind: bool
) -> None:
    """One button a category; for a box, "no debris" gives way to other debris."""
    chosen = state.selected_box(str(shown.photo["sha256"]), len(shown.boxes))
    names = dict(labels)
    now = shown.category
    if chosen is not None:
        names = {k if k != "clean" else "other": v for k, v in labels.items()}
        names["other"] = "Other debris"
        now = str(shown.boxes[chosen]["category"])
    with st.container(horizontal=True, gap="xsmall"):
        for key, (code, label) in zip(_KEYS, names.items(), strict=False):
            st.button(
                label,
                shortcut=key,
                type="primary" if code == now else "secondary",
                on_click=state.choose,
                args=(shown, code),
                kwargs={"blind": blind},
                key=f"surveys_review_{code}",
            )


def _go(sha256: str, labels: "Mapping[str, str]", *, survey: str) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        _key("Back", "Left", "previous", state.step, sha256, -1)
        _key("Next", "Right", "skip", state.step, sha256, 1)
        _key("Undo", "Z", "undo", state.undo, survey, labels)
        _key("Why", "E", "why", state.toggle, state.WHY, on=state.WHY.get())


def _boxes(
    shown: "PhotoForReview", labels: "Mapping[str, str]", *, blind: bool
) -> None:
    sha256, n = str(shown.photo["sha256"]), len(shown.boxes)
    chosen = state.selected_box(sha256, n)
    if n or shown.boxes_by:
        st.markdown("\n".join(_lines(shown, labels, chosen)))
    with st.container(horizontal=True, gap="xsmall"):
        if n:
            _key("Box", "Down", "box_down", state.select_box, sha256, n, 1)
            _key("Box", "Up", "box_up", state.select_box, sha256, n, -1)
        adds = not state.ADDING.get()
        _key("Add box" if adds else "Cancel", "B", "add", state.toggle, state.ADDING)
        if chosen is not None:
            _key("Remove", "Delete", "remove", state.remove_box, shown, blind=blind)
    if chosen is not None:
        with st.container(key="surveys_review_hidden_keys"):
            st.html(
                "<style>.st-key-surveys_review_hidden_keys {display: none;}</style>"
            )
            _key("Remove box", "Backspace", "rub", state.remove_box, shown, blind=blind)


def _lines(
    shown: "PhotoForReview", labels: "Mapping[str, str]", chosen: int | None
) -> list[str]:
    by = plain(shown.boxes_by)
    head = f"Boxes, by {by}" if shown.boxes else f"No box, by {by}"
    lines = [f"**{head}**  "]
    for index, box in enumerate(shown.boxes):
        name = box_name(index + 1, str(box["category"]), labels)
        score = f", {share(box['score'])} sure" if "score" in box else ""
        text = f"{plain(name)}{score}"
        lines.append(f"**▸ {text}**  " if index == chosen else f"{text}  ")
    if shown.boxes_under(shown.category) is None and shown.boxes:
        lines.append("*No box says what the photo says; Enter leaves the boxes open.*")
    return lines


def _opinions(shown: "PhotoForReview", labels: "Mapping[str, str]") -> None:
    if not shown.opinions:
        return
    lines = ["**Decided by**  "]
    for row in shown.opinions:
        label = labels.get(row["category"], row["category"])
        blind = ", blind" if row["blind"] else ""
        lines.append(f"{plain(row['actor'])}: {label}{blind}, {when(row['at'])}  ")
    st.markdown("\n".join(lines))


def _key(
    label: str,
    shortcut: str,
    name: str,
    action: "Callable[..., None]",
    *args: Any,
    icon: str | None = None,
    primary: bool = False,
    on: bool = False,
    **more: Any,
) -> None:
    st.button(
        label,
        shortcut=shortcut,
        icon=icon,
        type="primary" if primary or on else "secondary",
        width="stretch" if primary else "content",
        on_click=action,
        args=args,
        kwargs=more,
        key=f"surveys_review_{name}",
    )
