"""Widgets that move the stops of a plan; each step can be taken back."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import CleanupError
from dashboard import plan_hand
from dashboard.components.page import error_panel
from dashboard.components.plan_stops import letter_of

if TYPE_CHECKING:
    from core.routing import EditedPlan

__all__ = ["plan_edit"]

Trips = Mapping[str, Sequence[Sequence[str]]]
Place = tuple[str, int, int]


def plan_edit(plan_id: str, history: plan_hand.History) -> None:
    """Draw the steps that can be taken."""
    trips = plan_hand.trip_sites(plan_id, history.now)
    _move(plan_id, history, trips)
    _add(plan_id, history, trips)
    _reverse(plan_id, history, trips)
    with st.container(horizontal=True):
        st.button(
            "Undo",
            icon=":material/undo:",
            key="planner_undo",
            disabled=not history.past,
            on_click=history.undo,
        )
        st.button(
            "Redo",
            icon=":material/redo:",
            key="planner_redo",
            disabled=not history.ahead,
            on_click=history.redo,
        )
        st.button(
            "Start over",
            icon=":material/restart_alt:",
            key="planner_start_over",
            disabled=not (history.past or history.ahead),
            on_click=history.start_over,
        )


def _move(plan_id: str, history: plan_hand.History, trips: Trips) -> None:
    sailing = [name for name, own in trips.items() if any(own)]
    with st.container(border=True):
        if not sailing:
            st.caption("No vessel has a stop.")
            return
        columns = st.columns(2)
        vessel = columns[0].selectbox("Vessel", sailing, key="planner_edit_vessel")
        stops = {
            (vessel, t, k): label for t, k, label in _stops(trips, vessel or sailing[0])
        }
        at = columns[1].selectbox(
            "Stop",
            list(stops),
            format_func=lambda one: stops.get(one, ""),
            key=f"planner_edit_stop_{vessel}",
        )
        columns = st.columns(2)
        to = columns[0].selectbox("To vessel", list(trips), key="planner_edit_to")
        with columns[1]:
            place = _place(trips, str(to), moved=at, key="planner_edit_place")
        with st.container(horizontal=True):
            moved = st.button(
                "Move stop", icon=":material/swap_vert:", key="planner_edit_move"
            )
            removed = st.button(
                "Remove stop", icon=":material/remove:", key="planner_edit_remove"
            )
    if at is None:
        return
    edit = plan_hand.editor(plan_id)
    if moved and place is not None:
        _step(history, lambda: edit.move_stop(history.now, at, place))
    elif removed:
        _step(history, lambda: edit.remove_stop(history.now, at))


def _add(plan_id: str, history: plan_hand.History, trips: Trips) -> None:
    left = plan_hand.left_sites(plan_id, history.now)
    with st.container(border=True):
        if not left:
            st.caption("Every site that can be visited is in the plan.")
            return
        columns = st.columns(3)
        site = columns[0].selectbox("Left-out site", left, key="planner_add_site")
        to = columns[1].selectbox("With vessel", list(trips), key="planner_add_to")
        with columns[2]:
            place = _place(trips, str(to), moved=None, key="planner_add_place")
        clicked = st.button("Add site", icon=":material/add:", key="planner_add")
    if clicked and site and place is not None:
        edit = plan_hand.editor(plan_id)
        _step(history, lambda: edit.add_stop(history.now, site, place))


def _reverse(plan_id: str, history: plan_hand.History, trips: Trips) -> None:
    options = {
        (name, t): f"{name}, trip {t + 1}"
        for name, own in trips.items()
        for t, sites in enumerate(own)
        if len(sites) > 1
    }
    if not options:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Trip",
            list(options),
            format_func=lambda one: options.get(one, ""),
            key="planner_reverse_trip",
            width=260,
        )
        clicked = st.button(
            "Reverse trip", icon=":material/swap_horiz:", key="planner_reverse"
        )
    if clicked and chosen:
        edit = plan_hand.editor(plan_id)
        _step(history, lambda: edit.reverse(history.now, *chosen))


def _step(history: plan_hand.History, edit: "Callable[[], EditedPlan]") -> None:
    try:
        history.add(edit())
    except CleanupError as error:
        error_panel(error, kept="The plan stands as it was.")
        return
    st.rerun()


def _stops(trips: Trips, vessel: str) -> list[tuple[int, int, str]]:
    """Trip, number in it, and label of each stop, as on the map."""
    letter = letter_of(list(trips).index(vessel))
    found, count = [], 0
    for t, sites in enumerate(trips[vessel]):
        for k, site in enumerate(sites):
            count += 1
            found.append((t, k, f"{letter}{count} {site}"))
    return found


def _place(trips: Trips, vessel: str, *, moved: Place | None, key: str) -> Place | None:
    """Draw the choice of a place among the stops of a vessel."""
    places: dict[Place, str] = {}
    labels = {(t, k): label for t, k, label in _stops(trips, vessel)}
    for t, sites in enumerate(trips[vessel]):
        # Places are counted without the stop that moves.
        kept = [k for k in range(len(sites)) if (vessel, t, k) != moved]
        for number, k in enumerate(kept):
            places[vessel, t, number] = f"Trip {t + 1}, before {labels[t, k]}"
        last = f", after {labels[t, kept[-1]]}" if kept else ""
        places[vessel, t, len(kept)] = f"Trip {t + 1}{last}"
    places[vessel, len(trips[vessel]), 0] = "A new trip"
    return st.selectbox(
        "Place",
        list(places),
        format_func=lambda one: places.get(one, ""),
        key=f"{key}_{vessel}",
    )
