"""Figures of the efficiency page; the page says what is in them."""

from typing import TYPE_CHECKING

from dashboard.components.charts import figure
from dashboard.components.formats import mass, number

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from core.efficiency import Period

__all__ = ["plan_by_week", "plan_steps", "trend", "vessels"]

#: Of the Okabe-Ito palette; they stay apart in grey and show on both backgrounds.
_MAIN = "#0072B2"
_BAND = "rgba(0, 114, 178, 0.3)"
_LESS = "#D55E00"
_MORE = "#56B4E9"
_QUIET = "#8796A3"
_WHOLE = ",d"


def trend(
    weeks: "pd.DataFrame", sliding: "pd.DataFrame", period: "Period", *, y_title: str
) -> "go.Figure":
    """Weeks as dots, the sliding window as a line with its interval as a band."""
    import plotly.graph_objects as go

    drawn = figure(y_title=y_title, zero_based=True)
    drawn.add_vrect(
        x0=period.start, x1=period.end, fillcolor=_QUIET, opacity=0.14, line_width=0
    )
    middle = _shifted(weeks["week"], 3.5)
    window_end = _shifted(sliding["week"], 3.5)
    known = sliding["low"].notna()
    drawn.add_scatter(
        x=[*window_end[known], *window_end[known][::-1]],
        y=[*sliding.loc[known, "high"], *sliding.loc[known, "low"][::-1]],
        mode="lines",
        fill="toself",
        fillcolor=_BAND,
        line={"width": 0},
        name="95 % interval",
        hoverinfo="skip",
    )
    drawn.add_scatter(
        x=window_end,
        y=sliding["value"],
        mode="lines",
        line={"color": _MAIN, "width": 2.5},
        name="Four weeks to then",
        hovertemplate="%{y:.3g}<extra>four weeks</extra>",
    )
    drawn.add_trace(
        go.Scatter(
            x=middle,
            y=weeks["value"],
            mode="markers",
            marker={"color": _QUIET, "size": 8, "line": {"color": _MAIN, "width": 1}},
            name="Single week",
            customdata=weeks[["n"]],
            hovertemplate="%{y:.3g}, %{customdata[0]} trips<extra>week</extra>",
        )
    )
    drawn.update_xaxes(tickformat="%-d %b", nticks=8)
    return drawn


def vessels(table: "pd.DataFrame", *, x_title: str) -> "go.Figure":
    """One dot a vessel with its interval, best on top, the value beside it."""
    drawn = figure(x_title=x_title, zero_based=True)
    ordered = table.iloc[::-1]
    has_interval = ordered["low"].notna()
    drawn.add_scatter(
        x=ordered["value"],
        y=ordered["vessel"],
        mode="markers+text",
        marker={"color": _MAIN, "size": 12},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (ordered["high"] - ordered["value"]).where(has_interval, 0.0),
            "arrayminus": (ordered["value"] - ordered["low"]).where(has_interval, 0.0),
            "color": _MAIN,
            "thickness": 2,
            "width": 6,
        },
        text=[number(value, digits=2) for value in ordered["value"]],
        textposition="top center",
        customdata=ordered[["low", "high", "n"]],
        hovertemplate="%{y}: %{x:.3g} (%{customdata[0]:.3g} to %{customdata[1]:.3g}), "
        "%{customdata[2]} trips<extra></extra>",
        showlegend=False,
        cliponaxis=False,
    )
    drawn.update_xaxes(rangemode="tozero", zeroline=True)
    # Room above the first vessel for its number and for the chart's buttons.
    drawn.update_yaxes(
        zeroline=False, rangemode="normal", range=[-0.6, len(ordered) - 0.2]
    )
    drawn.update_layout(margin={"t": 36})
    return drawn


def plan_steps(table: "pd.DataFrame", *, planned_kg: float) -> "go.Figure":
    """From planned to hauled mass in steps, one a vessel."""
    import plotly.graph_objects as go

    drawn = figure(y_title="Mass (kg)", zero_based=True)
    hauled = planned_kg + float(table["difference_kg"].sum())
    steps = [float(step) for step in table["difference_kg"]]
    drawn.add_trace(
        go.Waterfall(
            x=["Planned", *table["vessel"], "Hauled"],
            y=[planned_kg, *steps, hauled],
            measure=["absolute", *["relative"] * len(steps), "total"],
            text=[mass(planned_kg), *[_signed(step) for step in steps], mass(hauled)],
            textposition="outside",
            cliponaxis=False,
            totals={"marker": {"color": _MAIN}},
            increasing={"marker": {"color": _MORE}},
            decreasing={"marker": {"color": _LESS}},
            connector={"line": {"color": _QUIET, "width": 1, "dash": "dot"}},
            hovertemplate="%{x}: %{text}<extra></extra>",
        )
    )
    drawn.update_layout(showlegend=False, margin={"t": 36})
    top = 1.12 * max(planned_kg, hauled, 1.0)
    drawn.update_yaxes(range=[0, top], tickformat=_WHOLE)
    return drawn


def plan_by_week(table: "pd.DataFrame") -> "go.Figure":
    """Hauled mass as bars, the plan as a mark across each bar."""
    drawn = figure(y_title="Mass (kg)", zero_based=True)
    weeks = [f"{week.day} {week:%b}" for week in table["week"]]
    drawn.add_bar(
        x=weeks,
        y=table["hauled_kg"],
        name="Hauled",
        marker={"color": _MAIN},
        hovertemplate="%{x}: %{y:,.0f} kg<extra>hauled</extra>",
    )
    drawn.add_scatter(
        x=weeks,
        y=table["planned_kg"],
        mode="markers",
        name="Planned",
        marker={
            "symbol": "line-ew",
            "size": 26,
            "line": {"color": _LESS, "width": 3},
        },
        hovertemplate="%{x}: %{y:,.0f} kg<extra>planned</extra>",
    )
    drawn.update_xaxes(type="category", title="Week from Monday (UTC)")
    drawn.update_yaxes(tickformat=_WHOLE)
    return drawn


def _signed(kg: float) -> str:
    return ("+" if kg > 0 else "") + mass(kg)


def _shifted(mondays: "pd.Series[pd.Timestamp]", days: float) -> "pd.Series":
    """Shift Mondays to the middle of their weeks."""
    import pandas as pd

    return pd.to_datetime(mondays, utc=True) + pd.Timedelta(days=days)
