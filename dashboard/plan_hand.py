"""A plan moved by hand: the editor, what was done so far, and keeping the result."""

from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import plan_data, services
from dashboard.state import actor

if TYPE_CHECKING:
    from core.routing import EditedPlan, PlanEditor

__all__ = ["History", "editor", "history", "keep", "left_sites", "trip_sites"]


@dataclass
class History:
    """States of a plan moved by hand, so that each step can be taken back."""

    begin: "EditedPlan"
    past: "list[EditedPlan]" = field(default_factory=list)
    ahead: "list[EditedPlan]" = field(default_factory=list)

    @property
    def now(self) -> "EditedPlan":
        """Return the plan as it stands."""
        return self.past[-1] if self.past else self.begin

    def add(self, edited: "EditedPlan") -> None:
        """Take a step; what was taken back before is forgotten."""
        self.past.append(edited)
        self.ahead.clear()

    def undo(self) -> None:
        """Take the last step back."""
        if self.past:
            self.ahead.append(self.past.pop())

    def redo(self) -> None:
        """Do again what was taken back last."""
        if self.ahead:
            self.past.append(self.ahead.pop())

    def start_over(self) -> None:
        """Go back to the plan as it was made."""
        self.past.clear()
        self.ahead.clear()


def editor(plan_id: str) -> "PlanEditor":
    """Open a plan for edits; shared by all sessions.

    Raises
    ------
    InputError
        If the plan does not hold what it was asked for, or its forcing is gone.
    """
    chosen = services.settings()
    return _editor(chosen.resolved_database_url, str(chosen.data_dir), plan_id)


@st.cache_resource(show_spinner="Measuring sea distances", max_entries=4)
def _editor(url: str, data_dir: str, plan_id: str) -> "PlanEditor":
    from core.planning import editor_of

    return editor_of(services.store(), plan_data.plan_row(plan_id)["document"])


def history(plan_id: str) -> History:
    """Return what this session did to a plan so far."""
    key = f"planner_history_{plan_id}"
    if key not in st.session_state:
        st.session_state[key] = History(editor(plan_id).begin())
    found: History = st.session_state[key]
    return found


def trip_sites(plan_id: str, edited: "EditedPlan") -> dict[str, list[list[str]]]:
    """For each vessel the sites of each trip, as stops: loads in a row are one."""
    setup = editor(plan_id).setup
    names = setup.request.sites["site"].tolist()
    return {
        vessel.name: [
            [names[row] for row, _ in groupby(setup.load(n).row for n in trip.sites)]
            for trip in own
        ]
        for vessel, own in zip(setup.problem.vessels, edited.trips, strict=True)
    }


def left_sites(plan_id: str, edited: "EditedPlan") -> list[str]:
    """Sites that could be in the plan and are not visited."""
    visited = {
        site
        for trips in trip_sites(plan_id, edited).values()
        for sites in trips
        for site in sites
    }
    setup = editor(plan_id).setup
    names = setup.request.sites["site"].tolist()
    known = dict.fromkeys(names[load.row] for load in setup.loads)
    return [name for name in known if name not in visited]


def keep(plan_id: str, edited: "EditedPlan", *, name: str) -> str:
    """Keep an edited plan as a plan of its own; returns its id.

    Raises
    ------
    PlanningError
        If a vessel cannot carry out its trips at all.
    """
    from core.planning import PlanForcing, keep_plan

    made = editor(plan_id).as_plan(edited)
    document = plan_data.plan_row(plan_id)["document"]
    forcing = document.get("forcing")
    request = {**(made.request or {}), "parent": plan_id}
    return keep_plan(
        services.store(),
        replace(made, parent=plan_id, request=request),
        forcing=PlanForcing.from_dict(forcing) if forcing else None,
        name=name,
        actor=actor(),
        surveys=document.get("surveys", ()),
    )
