"""What comes of stops moved by hand: new times, and every limit that breaks."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import plan_data, plan_hand
from dashboard.components.formats import mass, number
from dashboard.components.photo_gallery import plain
from dashboard.components.plan_map import plan_map
from dashboard.components.plan_stops import letter_of
from dashboard.components.survey_words import counted
from dashboard.components.tables import Column, table

if TYPE_CHECKING:
    from core.routing import EditedPlan

__all__ = ["plan_edit_answer", "plan_edit_result"]

_HEIGHT = 420


def plan_edit_answer(history: plan_hand.History) -> None:
    """Say what breaks, and what the steps so far bring and cost."""
    now, begin = history.now, history.begin
    _limits(now)
    if not history.past:
        st.caption(
            "Nothing is changed yet. Times and limits are worked out anew with each "
            "step; nothing is stored before you keep it."
        )
        return
    st.markdown(
        f"{counted(len(history.past), 'step')}: mass {mass(now.mass_kg)}, before "
        f"{mass(begin.mass_kg)}; {_hours(now)} at sea, before {_hours(begin)}."
    )


def plan_edit_result(plan_id: str, history: plan_hand.History) -> None:
    """Draw the stops of an edited plan with their new times, and its map."""
    now, begin = history.now, history.begin
    rows = pd.DataFrame(list(_rows(plan_id, now, _arrivals(begin))))
    if len(rows):
        table(
            rows,
            {
                "vessel": Column("Vessel"),
                "label": Column("Stop"),
                "site": Column("Site"),
                "arrive": Column("Arrive", "time"),
                "shift_h": Column(
                    "Later than before (h)", "number", decimals=1, help="As made."
                ),
                "leave": Column("Leave", "time"),
                "mass_kg": Column("Mass (kg)", "number"),
                "breaks": Column("Breaks"),
            },
            name="planner-edited",
            title="Stops as changed, times in UTC",
        )
    document = plan_data.plan_row(plan_id)["document"]
    vessels = [one.to_dict() for one in now.vessels]
    plan_map({**document, "vessels": vessels}, key="planner_edit_map", height=_HEIGHT)


def _limits(now: "EditedPlan") -> None:
    if not now.violations:
        st.success("Every limit holds.", icon=":material/check:")
        return
    st.error(
        f"{counted(len(now.violations), 'limit')} broken. A plan kept like this says "
        "so.\n\n" + "\n".join(f"- {plain(one.message)}" for one in now.violations),
        icon=":material/rule:",
    )


def _hours(edited: "EditedPlan") -> str:
    return number(sum(one.hours for one in edited.vessels), "h")


def _arrivals(edited: "EditedPlan") -> dict[str, list[Any]]:
    """Arrivals at each site, in the order of the plan."""
    found = defaultdict(list)
    for vessel in edited.vessels:
        for trip in vessel.trips:
            for stop in trip.stops:
                found[stop.site].append(stop.arrive)
    return found


def _rows(
    plan_id: str, now: "EditedPlan", before: dict[str, list[Any]]
) -> Iterator[dict[str, Any]]:
    broken = _broken(plan_id, now)
    timed = {vessel.name: vessel.trips for vessel in now.vessels}
    trips = plan_hand.trip_sites(plan_id, now)
    for i, (vessel, own) in enumerate(trips.items()):
        count = 0
        for t, sites in enumerate(own):
            for k, site in enumerate(sites):
                count += 1
                row: dict[str, Any] = {
                    "vessel": vessel,
                    "label": f"{letter_of(i)}{count}",
                    "site": site,
                    "arrive": pd.NaT,
                    "leave": pd.NaT,
                    "shift_h": None,
                    "mass_kg": None,
                    "breaks": ", ".join(broken[vessel, t, k]),
                }
                # A vessel that cannot carry out its trips has no times.
                if timed[vessel]:
                    stop = timed[vessel][t].stops[k]
                    row |= {
                        "arrive": pd.Timestamp(stop.arrive),
                        "leave": pd.Timestamp(stop.leave),
                        "mass_kg": stop.mass_kg,
                    }
                    old = before.get(site)
                    if old:
                        shift = stop.arrive - old.pop(0)
                        row["shift_h"] = shift / pd.Timedelta(hours=1)
                yield row


def _broken(plan_id: str, now: "EditedPlan") -> dict[tuple[str, int, int], list[str]]:
    """Words for what breaks at a stop, by vessel, trip and number of the stop."""
    setup = plan_hand.editor(plan_id).setup
    found: dict[tuple[str, int, int], list[str]] = defaultdict(list)
    for one in now.violations:
        if one.trip is None or one.stop is None:
            continue
        rows = [setup.load(n).row for n in now.trips[one.vessel][one.trip].sites]
        changes = sum(a != b for a, b in pairwise(rows[: one.stop + 1]))
        vessel = setup.problem.vessels[one.vessel].name
        found[vessel, one.trip, changes].append(_WORDS.get(one.kind, one.kind))
    return found


_WORDS = {
    "hold": "hold",
    "endurance": "endurance",
    "time_window": "hours",
    "unreachable": "no way by sea",
    "forbidden": "rules",
    "port": "port",
    "twice": "visited twice",
}
