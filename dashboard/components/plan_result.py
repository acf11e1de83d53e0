"""A plan on screen: figures, map, stops, timeline, what is left out, and its basis."""

import pandas as pd
import streamlit as st

from core.units import KM_PER_NAUTICAL_MILE
from dashboard import plan_data, plan_priority
from dashboard.components.formats import interval, mass, number, when
from dashboard.components.page import Figure, metric_row
from dashboard.components.plan_left_out import plan_left_out
from dashboard.components.plan_map import plan_map
from dashboard.components.plan_stops import Document, plan_stops
from dashboard.components.plan_timeline import plan_timeline
from dashboard.components.survey_words import counted
from dashboard.components.tables import Column, table

__all__ = ["plan_answer", "plan_result"]

_TIMES = ("arrive", "start", "leave")


def plan_answer(document: Document) -> str:
    """Return the answer of the page in a sentence."""
    totals = document["totals"]
    expected = interval(
        totals["mass_kg"], totals["mass_kg_low"], totals["mass_kg_high"], "kg"
    )
    sailing = sum(bool(vessel["trips"]) for vessel in document["vessels"])
    return (
        f"**{expected}** expected from {len(list(plan_stops(document)))} stops by "
        f"{sailing} of {len(document['vessels'])} vessels within "
        f"{document['horizon_h']:.0f} h; "
        f"{counted(len(document['unassigned']), 'site')} left out."
        f"{_weighed(document)}"
    )


def _weighed(document: Document) -> str:
    """Say what a plan by priority brings, and by which weights; else nothing."""
    totals = document["totals"]
    if "priority_kg" not in totals:
        return ""
    names = ("priority_kg", "priority_kg_low", "priority_kg_high")
    value, low, high = (totals[name] for name in names)
    return (
        f" Weighed by harm and place: **{interval(value, low, high, 'kg')}** of "
        f"average harm ({plan_priority.basis(document)})."
    )


def plan_result(plan_id: str) -> None:
    """Draw a plan of the store."""
    row = plan_data.plan_row(plan_id)
    document = row["document"]
    _figures(document)
    plan_map(document)
    _stop_table(document)
    plan_timeline(document)
    plan_left_out(document)
    with st.expander("What this rests on", icon=":material/info:"):
        for note in document["notes"]:
            st.markdown(f"- {note}")
        st.caption(_basis(document))
        st.caption(
            f"Plan {plan_id}: {row['name']}, made by {row['created_by']}, "
            f"{when(row['created_at'])}"
        )


def _figures(document: Document) -> None:
    totals = document["totals"]
    kg, hours = totals["mass_kg"], totals["hours"]
    metric_row(
        [
            Figure(
                "Expected mass",
                mass(kg),
                f"{mass(totals['mass_kg_low'])} to {mass(totals['mass_kg_high'])}",
                help=_mass_help(document),
            ),
            Figure(
                "Hours at sea",
                number(hours, "h"),
                f"{number(kg / hours, digits=2)} kg an hour" if hours else "",
            ),
            Figure(
                "Fuel",
                number(totals["fuel_l"], "l"),
                f"{number(totals['co2_kg'] / 1000, 't', digits=2)} CO2",
            ),
            Figure(
                "Cost",
                number(totals["cost"]),
                f"{number(totals['cost'] / kg, digits=2)} per kg" if kg else "",
                help="Hours at sea and unloading at each vessel's rate, in the "
                "currency of the fleet table.",
            ),
        ]
    )


def _mass_help(document: Document) -> str:
    drift = document.get("drift")
    if not drift:
        return (
            "Lows and highs of all stops added up, as if every site were low or high "
            "at once; the high of a trip ends at the hold."
        )
    return (
        f"Mean and 10 to 90 % range of the plan carried out in {drift['members']} "
        "members of the drift forecast, when vessels track the patches. Sailing to "
        f"the forecast positions alone: {mass(drift['untracked_mass_kg'])}."
    )


def _stop_table(document: Document) -> None:
    stops = pd.DataFrame(list(plan_stops(document)))
    if stops.empty:
        return
    for column in _TIMES:
        stops[column] = pd.to_datetime(stops[column], utc=True)
    columns = {
        "vessel": Column("Vessel"),
        "label": Column("Stop"),
        "site": Column("Site"),
        "arrive": Column("Arrive", "time"),
        "leave": Column("Leave", "time"),
        "mass_kg": Column("Mass (kg)", "number"),
        "mass_kg_low": Column("Low (kg)", "number"),
        "mass_kg_high": Column("High (kg)", "number"),
        "leg_nm": Column("Leg before (nm)", "number"),
        "fuel_l": Column("Fuel (l)", "number", help="Leg before and work on site."),
    }
    weighting = (document.get("request") or {}).get("weighting")
    if weighting:
        rows = document["request"]["sites"]
        worth = {row["site"]: row.get("priority", 1.0) for row in rows}
        stops["worth"] = stops["site"].map(worth)
        columns["worth"] = Column(
            "Priority per kg", "number", 2, "Harm times sensitivity of the site"
        )
    if (stops["wait_h"] > 0.01).any():
        columns["wait_h"] = Column("Wait (h)", "number", help="Before work begins.")
    if document.get("drift"):
        stops["drift_nm"] = stops["drift_km"] / KM_PER_NAUTICAL_MILE
        columns["drift_nm"] = Column(
            "Drifted (nm)", "number", help="From where it is when the plan starts."
        )
        columns["miss_chance"] = Column(
            "Chance to miss", "share", help="Stranded, gone, or no time left."
        )
    table(stops, columns, name="planner-stops", title="Stops, times in UTC")


def _basis(document: Document) -> str:
    """Solver, seed and how far a better plan could reach at most."""
    prize, bound = document["prize"], document["prize_bound"]
    text = f"Solver {document['solver']}, seed {document['seed']}."
    if prize and bound:
        more = max(bound / prize - 1.0, 0.0)
        text += f" No plan can bring {more:.0%} more than this one (upper bound)."
    return text
