"""A slider of hours or periods with a play button, for maps that change."""

from collections.abc import Callable, Sequence
from datetime import datetime

import streamlit as st

from dashboard.components.formats import when

__all__ = ["time_player"]

#: Seconds between two hours while playing; a map takes about half of it to draw.
_PLAY_EVERY_S = 0.9


def time_player(
    moments: Sequence[datetime],
    draw: Callable[[int], None],
    *,
    key: str,
    label: str = "Hours ahead",
    first: int = 0,
    below: bool = False,
    names: Sequence[str] = (),
) -> None:
    """Draw a map and a slider of moments that can also play by itself.

    Only this part of the page runs again when the hour changes.

    Parameters
    ----------
    moments : sequence of datetime
        Aware times, in order; not empty.
    draw : callable
        Draws the moment of an index.
    key : str
        Prefix of the widgets' keys.
    label : str
        What the slider counts from the first moment.
    first : int
        Index shown before anybody moves the slider.
    below : bool
        Whether the slider stands below the map and not above it.
    names : sequence of str
        What the steps are called, in place of hours from the first moment.
    """
    playing = bool(st.session_state.get(f"{key}_playing", False))
    st.fragment(_player, run_every=_PLAY_EVERY_S if playing else None)(
        tuple(moments),
        draw,
        key,
        label,
        min(first, len(moments) - 1),
        below,
        tuple(names),
    )


def _player(
    moments: tuple[datetime, ...],
    draw: Callable[[int], None],
    key: str,
    label: str,
    first: int,
    below: bool,
    names: tuple[str, ...],
) -> None:
    above = st.container() if below else None
    last = len(moments) - 1
    chosen, playing = f"{key}_hour", f"{key}_playing"
    hours = [round((m - moments[0]).total_seconds() / 3600.0) for m in moments]
    if names:
        hours = list(range(len(moments)))
    index = min(int(st.session_state.get(f"{key}_index", first)), last)
    # A click on "Pause" stops at the hour that was seen.
    if st.session_state.get(playing) and not st.session_state.get(f"{key}_play"):
        index = 0 if index >= last else index + 1
        st.session_state[f"{key}_index"] = index
        st.session_state[chosen] = hours[index]
    if st.session_state.get(chosen) not in hours:
        st.session_state[chosen] = hours[index]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        is_on = bool(st.session_state.get(playing))
        if st.button(
            "Pause" if is_on else "Play",
            icon=":material/pause:" if is_on else ":material/play_arrow:",
            key=f"{key}_play",
            disabled=last == 0,
        ):
            st.session_state[playing] = not is_on
            st.rerun()
        if last > 0:
            hour = st.select_slider(
                label,
                hours,
                key=chosen,
                format_func=lambda h: _step_name(h, names),
            )
            index = hours.index(int(hour))
            st.session_state[f"{key}_index"] = index
        if not names:
            st.markdown(f"**{when(moments[index])}**", width="content")
    if above is None:
        draw(index)
        return
    with above:
        draw(index)


def _step_name(step: int, names: tuple[str, ...]) -> str:
    if names:
        return names[step]
    return f"{step:+d} h" if step else "0 h"
