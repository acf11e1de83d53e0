"""What limits the fleet of a plan: a little more of each thing, and what it brings."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import plan_data, plan_runs
from dashboard.components.charts import chart, figure
from dashboard.components.formats import mass, number
from dashboard.components.plan_jobs import AWAITED

__all__ = ["plan_limits"]

Limit = Mapping[str, Any]
_ABOVE, _WITHIN = "#0072B2", "#999999"


def plan_limits(plan_id: str) -> None:
    """Draw what limits a plan, and the button that asks for it."""
    limits = plan_runs.limits_of(plan_id)
    if limits:
        st.markdown(_answer(limits))
        _bars(plan_id, limits)
        st.caption(
            "Each thing is changed by itself and the plan is searched again from where "
            "it is. Noise is how far three searches of the unchanged plan differ."
        )
    elif limits is not None:
        st.info("Nothing could be changed: the fleet has no limit that binds.")
    else:
        st.markdown(
            "One more hour, tonne, knot or vessel: what would each bring? The plan is "
            "searched again with each, which takes the time below in all."
        )
    _ask(plan_id, again=limits is not None)


def _ask(plan_id: str, *, again: bool) -> None:
    if plan_data.plan_row(plan_id)["document"].get("request") is None:
        st.info(
            "This plan was made by an earlier version and does not hold what it was "
            "asked for. Plan it again above, then ask.",
            icon=":material/history:",
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seconds = st.number_input(
            "Longest search in all (s)",
            1.0,
            1800.0,
            30.0,
            10.0,
            key="planner_limits_seconds",
            format="%.0f",
            width=220,
        )
        clicked = st.button(
            "Find limits again" if again else "Find what limits you",
            key="planner_find_limits",
            icon=":material/query_stats:",
            type="secondary" if again else "primary",
            disabled=plan_runs.is_asking_limits(plan_id),
        )
    if clicked:
        AWAITED.set(plan_runs.find_limits(plan_id, seconds=seconds))
        st.rerun()


def _answer(limits: Sequence[Limit]) -> str:
    best = limits[0]
    if _within_noise(best):
        return (
            "Nothing tried brings more than the search itself varies by "
            f"({mass(best['noise_kg'])}): no single limit binds."
        )
    noise = mass(best["noise_kg"])
    text = f"**{_words(best)}** would bring {mass(best['mass_kg'])} (noise {noise})."
    within = [_words(one) for one in limits if _within_noise(one)]
    if within:
        text += " Within the noise, so no gain can be told: " + "; ".join(within) + "."
    return text


def _within_noise(limit: Limit) -> bool:
    from core.routing import PlanLimit
    from core.routing.explain.levers import within_noise

    return within_noise(PlanLimit.from_dict(limit))


def _words(limit: Limit) -> str:
    """Say a change in words: one more vessel like Alma."""
    what, change, unit = limit["what"], float(limit["change"]), limit["unit"]
    if unit == "vessel":
        return f"One more {unit} {what.removeprefix('vessels ')}"
    more = "more" if change > 0 else "less"
    return f"{number(abs(change), unit)} {more} in the {what}"


def _bars(plan_id: str, limits: Sequence[Limit]) -> None:
    import plotly.graph_objects as go

    simulated = bool(plan_data.plan_row(plan_id)["document"].get("simulated"))
    rows = pd.DataFrame(
        [
            {**one, "change_words": _words(one), "within_noise": _within_noise(one)}
            for one in limits
        ]
    )
    drawn = figure(
        x_title="Mass gained (kg)", zero_based=True, height=110 + 44 * len(rows)
    )
    drawn.add_trace(
        go.Bar(
            x=rows["mass_kg"],
            y=rows["change_words"],
            orientation="h",
            error_x={"type": "data", "array": rows["noise_kg"], "thickness": 1.5},
            marker={
                "color": [_WITHIN if x else _ABOVE for x in rows["within_noise"]],
                "pattern": {"shape": ["/" if x else "" for x in rows["within_noise"]]},
            },
            hovertemplate="%{y}: %{x:.0f} kg<extra></extra>",
            showlegend=False,
        )
    )
    noise_kg = float(rows["noise_kg"].max())
    if noise_kg > 0.0:
        drawn.add_vrect(
            -noise_kg,
            noise_kg,
            fillcolor=_WITHIN,
            opacity=0.25,
            line_width=0,
            annotation={"text": "noise", "font": {"size": 12}},
            annotation_position="top left",
        )
    drawn.update_xaxes(rangemode="tozero", zeroline=True, tickformat=",")
    drawn.update_yaxes(autorange="reversed")
    chart(
        drawn,
        title="What a little more of each would bring",
        name="planner-limits",
        alt="Bars, what brings most first: "
        + "; ".join(f"{_words(one)} {mass(one['mass_kg'])}" for one in limits),
        source="this plan searched again" + (", simulated sites" * simulated),
        n=len(rows),
        data=rows,
    )
