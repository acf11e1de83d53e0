"""Charts of the efficiency page with their titles, words and downloads."""

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components.charts import chart
from dashboard.components.efficiency_charts import (
    plan_by_week,
    plan_steps,
    trend,
    vessels,
)
from dashboard.components.efficiency_filters import HaulFilters
from dashboard.components.formats import mass, number, share

if TYPE_CHECKING:
    import pandas as pd

    from core.efficiency import Period

__all__ = ["plan_panels", "trend_panel", "vessels_panel"]


def trend_panel(hauls: "pd.DataFrame", chosen: HaulFilters, *, source: str) -> None:
    """Draw an indicator over all weeks, the period shaded."""
    from core.efficiency import by_week, sliding_weeks

    weeks = by_week(hauls, indicator=chosen.indicator)
    sliding = sliding_weeks(hauls, indicator=chosen.indicator, weeks=4)
    known = weeks["value"].dropna()
    chart(
        trend(weeks, sliding, chosen.period, y_title=chosen.unit),
        title=f"{chosen.title}, by week",
        name="efficiency-weeks",
        alt=f"Line chart of {chosen.unit} over {len(weeks)} weeks; single weeks lie "
        f"between {number(known.min())} and {number(known.max())}.",
        source=f"{source}; shaded: the period chosen",
        n=len(hauls),
        data=weeks,
    )


def vessels_panel(hauls: "pd.DataFrame", chosen: HaulFilters, *, source: str) -> None:
    """Draw an indicator for every vessel of the fleet in the period."""
    from core.efficiency import by_vessel

    ranked = by_vessel(hauls, indicator=chosen.indicator, period=chosen.period)
    said = "; ".join(
        f"{row['vessel']} {number(row['value'], digits=2)}"
        for row in ranked.to_dict("records")
    )
    chart(
        vessels(ranked, x_title=chosen.unit),
        title=f"{chosen.title}, by vessel",
        name="efficiency-vessels",
        alt=f"Dot chart of {chosen.unit} in the period: {said or 'no trips'}.",
        source=f"{source}; bars: 95 % interval",
        n=int(ranked["n"].sum()),
        data=ranked,
    )


def plan_panels(hauls: "pd.DataFrame", period: "Period", *, source: str) -> None:
    """Draw planned against hauled mass, in steps a vessel and week by week."""
    from core.efficiency import plan_against_actual

    by_vessel = plan_against_actual(hauls, period=period, by="vessel")
    by_week = plan_against_actual(hauls, period=period)
    planned = float(by_vessel["planned_kg"].sum())
    hauled = float(by_vessel["hauled_kg"].sum())
    part = share(hauled / planned) if planned else share(None)
    left, right = st.columns(2, gap="medium")
    with left:
        chart(
            plan_steps(by_vessel, planned_kg=planned),
            title=f"From plan to haul: {part} came ashore",
            name="efficiency-plan",
            alt=f"Waterfall chart from {mass(planned)} planned to {mass(hauled)} "
            "hauled, a step a vessel.",
            source=source,
            n=int(by_vessel["n"].sum()),
            data=by_vessel,
        )
    with right:
        chart(
            plan_by_week(by_week),
            title="Planned and hauled by week",
            name="efficiency-plan-weeks",
            alt="Bar chart of hauled mass a week with the plan as a mark; "
            f"{int((by_week['share'] < 1).sum())} of {len(by_week)} weeks fell short.",
            source=source,
            n=int(by_week["n"].sum()),
            data=by_week,
        )
