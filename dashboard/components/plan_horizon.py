"""When a plan begins, how long it lasts, and what it is to bring."""

from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from dashboard import plan_data, plan_runs, services
from dashboard.components.formats import when
from dashboard.state import StateKey

__all__ = ["AIM", "BY_PRIORITY", "Horizon", "horizon_step", "take_objective"]

_MOST_MASS = "Most mass"
#: Objective that weighs mass by harm and sensitivity.
BY_PRIORITY = "Priority (harm x sensitivity)"
_WORTH = "Only stops worth their hours"
_POOR_DAY = "Most mass on a poor day"
#: Of ten days, the plan brings more on nine.
_POOR_QUANTILE = 0.1
#: What the plan is to bring.
AIM = StateKey[str]("planner", "aim", _MOST_MASS)


@dataclass(frozen=True)
class Horizon:
    """When and how long, and what counts.

    Attributes
    ----------
    least_kg_per_h : float
        Stops that bring less for each hour they add are left out.
    quantile : float or None
        Quantile of the mass to maximise instead of its mean; needs drift.
    by_priority : bool
        Whether mass counts with harm and sensitivity.
    """

    start_at: datetime
    hours: float
    seconds: float
    seed: int
    least_kg_per_h: float
    quantile: float | None
    by_priority: bool = False


def take_objective() -> None:
    """Take the objective that a link to the page asks for, once, and open the steps."""
    if st.query_params.get("objective") == "priority":
        AIM.set(BY_PRIORITY)
        plan_runs.SET_UP.set(True)
        del st.query_params["objective"]


def horizon_step() -> Horizon:
    """Draw horizon and objective."""
    begin = plan_data.default_start(services.observations())
    columns = st.columns([2, 2, 2, 3, 2], vertical_alignment="bottom")
    day = columns[0].date_input("Start (UTC)", begin.date(), key="planner_day")
    hour = columns[1].time_input("At (UTC)", begin.time(), key="planner_time")
    hours = columns[2].number_input(
        "Horizon (h)", 1.0, 2000.0, 72.0, 12.0, key="planner_hours", format="%.0f"
    )
    aim = columns[3].selectbox(
        "Objective",
        [_MOST_MASS, BY_PRIORITY, _WORTH, _POOR_DAY],
        key=AIM.key,
        help="Priority maximises mass times harm times sensitivity, with the weights "
        "and areas of the page Priorities. A poor day is the 10 % quantile over the "
        "members of the drift forecast: nine days of ten bring more. It needs debris "
        "that drifts (step 4).",
    )
    least = columns[4].number_input(
        "Least kg per added hour",
        0.0,
        10_000.0,
        10.0,
        5.0,
        key="planner_least",
        format="%.0f",
        disabled=aim != _WORTH,
    )
    seconds, seed = _search()
    start_at = datetime.combine(day, hour, tzinfo=UTC)
    if begin < datetime.now(UTC) and start_at == begin:
        st.caption(
            f"No stored current covers tomorrow, so the plan starts {when(begin)}, the "
            "day after the debris was last seen."
        )
    return Horizon(
        start_at,
        float(hours),
        seconds,
        seed,
        float(least) if aim == _WORTH else 0.0,
        _POOR_QUANTILE if aim == _POOR_DAY else None,
        by_priority=aim == BY_PRIORITY,
    )


def _search() -> tuple[float, int]:
    with st.expander("Search", icon=":material/tune:"):
        left, right = st.columns(2)
        seconds = left.number_input(
            "Longest search (s)", 1.0, 600.0, 10.0, key="planner_seconds", format="%.0f"
        )
        seed = right.number_input(
            "Seed",
            0,
            2**31 - 1,
            1,
            key="planner_seed",
            help="The same seed and inputs give the same plan.",
        )
    return float(seconds), int(seed)
