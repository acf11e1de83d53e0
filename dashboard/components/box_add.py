"""A new box: drawn with the mouse on the photo, or given by four numbers."""

from base64 import b64encode
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.components import review_state as state
from dashboard.components.box_drawing import drawn_picture
from dashboard.components.review_pictures import shelf

if TYPE_CHECKING:
    from collections.abc import Mapping

    import plotly.graph_objects as go

    from core.surveys import PhotoForReview

__all__ = ["adding", "box_figure", "drawn_box"]

#: Fits the column of the photo on a laptop screen.
_WIDTH_PX, _MAX_HEIGHT_PX = 600, 400
#: A rectangle smaller than this on either side is a click, px of the photo.
_LEAST_PX = 3.0
#: Unseen marks, so that a rectangle always encloses something to select.
_MARKS = 24


def adding(
    shown: "PhotoForReview", labels: "Mapping[str, str]", *, blind: bool
) -> None:
    """Draw the photo to draw on, and the four numbers for the keyboard.

    Parameters
    ----------
    shown : PhotoForReview
        The photo under review.
    labels : mapping of str to str
        Category codes to names for people.
    blind : bool
        Whether this is a second review without the first's answer.
    """
    photo = shown.photo
    sha256, wide, high = str(photo["sha256"]), photo["width"], photo["height"]
    decoded = shelf().get(sha256, photo["name"])
    if decoded is not None:
        picture = drawn_picture(
            decoded.pixels,
            shown.boxes,
            scale=decoded.scale,
            labels=labels,
            shown_px=round(wide * _shrink(wide, high)),
        )
        # A new drawing for each box, or the last one would be added again.
        key = f"surveys_box_{sha256}_{len(shown.boxes)}"
        st.plotly_chart(
            box_figure(picture, wide, high),
            theme=None,
            key=key,
            alt="The photo, to draw a box on. By keyboard, give its numbers below.",
            on_select=partial(_drawn, shown, key, blind=blind),
            selection_mode="box",
            width="content",
            config={"displayModeBar": False, "scrollZoom": False},
        )
        st.caption("Drag a rectangle around the object, or give its numbers.")
    _numbers(shown, blind=blind)


def _numbers(shown: "PhotoForReview", *, blind: bool) -> None:
    photo = shown.photo
    sha256, wide, high = str(photo["sha256"]), photo["width"], photo["height"]
    fields = (
        ("From left (px)", "x", 0, wide - 1, wide // 4),
        ("From top (px)", "y", 0, high - 1, high // 4),
        ("Width (px)", "w", 1, wide, max(wide // 2, 1)),
        ("Height (px)", "h", 1, high, max(high // 2, 1)),
    )
    with (
        st.form("surveys_box_form", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        for label, name, least, most, start in fields:
            st.number_input(
                label, least, most, start, 1, key=_field(name, sha256), width=120
            )
        st.form_submit_button(
            "Add this box",
            key="surveys_box_send",
            on_click=_given,
            args=(shown,),
            kwargs={"blind": blind},
        )


def _drawn(shown: "PhotoForReview", key: str, *, blind: bool) -> None:
    selection = st.session_state[key]["selection"]
    box = drawn_box(selection, shown.photo["width"], shown.photo["height"])
    if box is not None:
        state.add_box(shown, box, blind=blind)


def _field(name: str, sha256: str) -> str:
    return f"surveys_box_{name}_{sha256}"


def _given(shown: "PhotoForReview", *, blind: bool) -> None:
    sha256 = str(shown.photo["sha256"])
    x, y, w, h = (int(st.session_state[_field(name, sha256)]) for name in "xywh")
    wide, high = shown.photo["width"], shown.photo["height"]
    state.add_box(shown, [x, y, min(w, wide - x), min(h, high - y)], blind=blind)


def _shrink(wide: int, high: int) -> float:
    """Px of the screen for each px of the photo."""
    return min(_WIDTH_PX / wide, _MAX_HEIGHT_PX / high)


def box_figure(picture: bytes, wide: int, high: int) -> "go.Figure":
    """Return the photo as a figure on which a box is drawn.

    Parameters
    ----------
    picture : bytes
        JPEG of the photo.
    wide, high : int
        Size of the full photo, px; also the axes.
    """
    import plotly.graph_objects as go

    shrink = _shrink(wide, high)
    xs = [wide * (k + 0.5) / _MARKS for k in range(_MARKS)]
    ys = [high * (k + 0.5) / _MARKS for k in range(_MARKS)]
    figure = go.Figure(
        go.Scatter(
            x=xs * _MARKS,
            y=[y for y in ys for _ in xs],
            mode="markers",
            marker={"size": 1, "opacity": 0},
            hoverinfo="skip",
        )
    )
    figure.add_layout_image(
        source="data:image/jpeg;base64," + b64encode(picture).decode(),
        xref="x",
        yref="y",
        x=0,
        y=0,
        sizex=wide,
        sizey=high,
        sizing="stretch",
        layer="below",
    )
    figure.update_layout(
        width=max(round(wide * shrink), 40),
        height=max(round(high * shrink), 40),
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        dragmode="select",
        newselection={"line": {"color": "#FFFFFF", "width": 2, "dash": "solid"}},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={"range": [0, wide], "visible": False, "fixedrange": True},
        yaxis={"range": [high, 0], "visible": False, "fixedrange": True},
        showlegend=False,
    )
    return figure


def drawn_box(
    selection: "Mapping[str, Any]", wide: int, high: int
) -> list[float] | None:
    """Return the drawn rectangle cut at the photo's edge; None if there is none.

    Parameters
    ----------
    selection : mapping
        ``selection`` of `st.plotly_chart`; its ``box`` lists ``x`` and ``y`` ranges.
    wide, high : int
        Size of the full photo, px.

    Returns
    -------
    list of float or None
        x, y, width and height, px.
    """
    drawn = selection.get("box") or []
    if not drawn:
        return None
    xs = sorted(min(max(float(x), 0.0), float(wide)) for x in drawn[-1]["x"])
    ys = sorted(min(max(float(y), 0.0), float(high)) for y in drawn[-1]["y"])
    width, height = xs[-1] - xs[0], ys[-1] - ys[0]
    if width < _LEAST_PX or height < _LEAST_PX:
        return None
    return [round(v, 1) for v in (xs[0], ys[0], width, height)]
