"""Up to four plans side by side: figures, maps, where they differ, and is it fair."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.errors import CleanupError
from dashboard import plan_data
from dashboard.components.charts import chart, figure
from dashboard.components.formats import mass, when
from dashboard.components.page import error_panel
from dashboard.components.photo_gallery import plain
from dashboard.components.plan_map import plan_map
from dashboard.components.survey_words import counted
from dashboard.components.tables import Column, table

if TYPE_CHECKING:
    from core.routing import Comparison
    from core.routing.compare import SiteVisit

__all__ = ["plan_compare"]

_MOST = 4
_MAP_PX, _MAP_HEIGHT = 300, 320
_WHAT = {
    "visited": "Not visited by all",
    "vessel": "Other vessel",
    "time": "Other time",
    "mass": "Other mass",
}


def plan_compare(plan_id: str) -> None:
    """Draw the choice of plans and the comparison."""
    rows = plan_data.plan_rows()
    parent = plan_data.plan_row(plan_id)["document"].get("parent")
    others = [one for one in rows if one != plan_id]
    first = parent if parent in rows else next(iter(others), None)

    def label(one: str) -> str:
        return f"{rows[one].name or one}, {when(rows[one].created_at)}"

    chosen = st.multiselect(
        "Plans",
        list(rows),
        default=[plan_id, *([first] if first else [])],
        max_selections=_MOST,
        format_func=label,
        key=f"planner_compared_{plan_id}",
        help="Two to four plans of the store.",
    )
    if len(chosen) < 2:
        st.info(
            "Choose two to four plans. Plan again with another fleet, horizon or sea, "
            "or change a plan by hand, to have one to compare with.",
            icon=":material/compare_arrows:",
        )
        return
    # Names may be long and alike, so that a number stands for each plan.
    labels = {one: f"Plan {i}" for i, one in enumerate(chosen, start=1)}
    try:
        found = plan_data.comparison(labels)
    except CleanupError as error:
        error_panel(error, next_step="Take that plan out of the comparison.")
        return
    if found.warnings:
        st.warning(
            "These plans were not asked alike; figures may differ for it.\n\n"
            + "\n".join(f"- {plain(one)}" for one in found.warnings),
            icon=":material/balance:",
        )
    _maps(labels, {one: label(one) for one in chosen})
    _masses(found)
    _figures(found, {name: label(one) for one, name in labels.items()})
    _differences(found)


def _maps(labels: dict[str, str], names: dict[str, str]) -> None:
    for column, (plan_id, label) in zip(
        st.columns(len(labels)), labels.items(), strict=True
    ):
        document = plan_data.plan_row(plan_id)["document"]
        with column:
            st.markdown(f"**{label}**")
            st.text(names[plan_id])
            plan_map(
                document,
                key=f"planner_compare_{plan_id}",
                height=_MAP_HEIGHT,
                width_px=_MAP_PX * 3 // max(len(labels), 2),
            )


def _masses(found: "Comparison") -> None:
    import plotly.graph_objects as go

    rows = pd.DataFrame([vars(one) for one in found.figures])
    drawn = figure(
        x_title="Expected mass (kg)", zero_based=True, height=110 + 36 * len(rows)
    )
    drawn.add_trace(
        go.Scatter(
            x=rows["mass_kg"],
            y=rows["name"],
            mode="markers",
            marker={"size": 11, "color": "#0072B2"},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": (rows["mass_kg_high"] - rows["mass_kg"]).clip(lower=0.0),
                "arrayminus": (rows["mass_kg"] - rows["mass_kg_low"]).clip(lower=0.0),
            },
            hovertemplate="%{y}: %{x:.0f} kg<extra></extra>",
            showlegend=False,
        )
    )
    drawn.update_xaxes(rangemode="tozero", tickformat=",")
    drawn.update_yaxes(autorange="reversed", type="category")
    most = max(found.figures, key=lambda one: one.mass_kg)
    chart(
        drawn,
        title=f"{most.name} brings most: {mass(most.mass_kg)}",
        name="planner-compare-mass",
        alt="Expected mass with its interval: "
        + "; ".join(
            f"{one.name} {mass(one.mass_kg)} ({mass(one.mass_kg_low)} to "
            f"{mass(one.mass_kg_high)})"
            for one in found.figures
        ),
        source="plans of the store",
        n=len(rows),
    )


def _figures(found: "Comparison", names: dict[str, str]) -> None:
    rows = pd.DataFrame([vars(one) for one in found.figures])
    rows["priority_kg"] = rows["priority_kg"].astype("float64")
    rows.insert(1, "plan", rows["name"].map(names))
    weighed = {
        "priority_kg": Column(
            "Weighed (kg)", "number", help="By harm and sensitivity, kg of average harm"
        )
    }
    table(
        rows,
        {
            "name": Column("Plan"),
            **(weighed if rows["priority_kg"].notna().any() else {}),
            "mass_kg": Column("Mass (kg)", "number"),
            "mass_kg_low": Column("Low (kg)", "number"),
            "mass_kg_high": Column("High (kg)", "number"),
            "hours": Column("At sea (h)", "number"),
            "kg_per_h": Column("Mass an hour (kg/h)", "number"),
            "fuel_l": Column("Fuel (l)", "number"),
            "co2_kg": Column("CO2 (kg)", "number"),
            "cost": Column("Cost", "number"),
            "n_stops": Column("Stops", "number", decimals=0),
            "n_left_out": Column("Left out", "number", decimals=0),
        },
        name="planner-compare",
        title="Figures",
    )


def _differences(found: "Comparison") -> None:
    if not found.differences:
        st.success("The plans do the same at every site.", icon=":material/check:")
        return
    names = [one.name for one in found.figures]
    rows = pd.DataFrame(
        [
            {
                "site": one.site,
                "what": ", ".join(_WHAT[what] for what in one.what),
                **{name: _visit(one.visits[name]) for name in names},
            }
            for one in found.differences
        ]
    )
    columns = {"site": Column("Site"), "what": Column("Differs in")}
    columns |= {name: Column(name) for name in names}
    with st.expander(
        f"{counted(len(rows), 'site')} at which they differ",
        icon=":material/difference:",
        expanded=len(rows) <= 12,
    ):
        table(rows, columns, name="planner-differences", title="What differs")


def _visit(visit: "SiteVisit | None") -> str:
    if visit is None:
        return "left out"
    vessels = " and ".join(visit.vessels)
    return f"{vessels}, {visit.arrive:%d %b %H:%M}, {mass(visit.mass_kg)}"
