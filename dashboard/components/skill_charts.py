"""Figures of the Forecast skill page: error by horizon, windage by drifter type."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from dashboard.components.charts import figure
from dashboard.theme import theme_name

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

__all__ = ["error_by_horizon", "spread_labels", "windage_dots"]

#: Of the Okabe-Ito palette. Baselines are grey, and each line has its own dash and
#: marker, so that nothing is told by colour alone.
_DEFAULT = {"light": "#0072B2", "dark": "#56B4E9"}
_BAND = "rgba(60, 145, 205, 0.22)"
_OTHERS = ("#D55E00", "#009E73", "#CC79A7", "#B97F00", "#7A6BC4", "#8A6D00")
_DASHES = ("dash", "dot", "dashdot", "longdash", "longdashdot", "dash")
_SYMBOLS = ("square", "diamond", "triangle-up", "cross", "star", "pentagon")
_GREY = {"light": "#5B6873", "dark": "#A9B6C1"}
_BASELINE_DASHES = ("solid", "dash", "dot")
_BASELINE_SYMBOLS = ("circle-open", "square-open", "diamond-open")
_HEIGHT_PX = 430
_LABEL_PX = 17  # between the middles of two labels
_PLOT_PX = 350
_ROW_PX = 40
_FEW_DRIFTERS = 10


def error_by_horizon(rows: "pd.DataFrame") -> "go.Figure":
    """Median endpoint error against hours, a labelled line a configuration.

    Parameters
    ----------
    rows : DataFrame
        ``configuration, is_default, is_baseline, horizon_h, median_km, low_km,
        high_km, n``; baselines first, the default last.
    """
    drawn = figure(
        x_title="Hours after the last fix",
        y_title="Median error (km)",
        zero_based=True,
        height=_HEIGHT_PX,
    )
    hours = sorted(rows["horizon_h"].unique())
    top = float(np.nanmax(rows[["median_km", "high_km"]].to_numpy(dtype=float)))
    ends: list[tuple[float, str, str]] = []
    n_baselines = n_others = 0
    main = _DEFAULT[theme_name()]
    for name, line in rows.groupby("configuration", sort=False):
        line = line.sort_values("horizon_h")
        if line["is_default"].iloc[0]:
            colour, dash, symbol, width = main, "solid", "circle", 3.5
            _band(drawn, line)
        elif line["is_baseline"].iloc[0]:
            colour, width = _GREY[theme_name()], 2.0
            dash = _BASELINE_DASHES[n_baselines % 3]
            symbol = _BASELINE_SYMBOLS[n_baselines % 3]
            n_baselines += 1
        else:
            colour, width = _OTHERS[n_others % len(_OTHERS)], 2.0
            dash, symbol = _DASHES[n_others % 6], _SYMBOLS[n_others % 6]
            n_others += 1
        _line(
            drawn, line, str(name), colour=colour, dash=dash, symbol=symbol, width=width
        )
        if line["horizon_h"].iloc[-1] == hours[-1]:
            label = "Forecast" if line["is_default"].iloc[0] else str(name)
            ends.append((float(line["median_km"].iloc[-1]), label, colour))
    top *= 1.06
    _labels(drawn, ends, x=float(hours[-1]), top=top)
    drawn.update_xaxes(
        tickvals=hours, range=[0, hours[-1] * 1.02], showgrid=False, zeroline=False
    )
    drawn.update_yaxes(range=[0, top])
    drawn.update_layout(showlegend=False, margin={"r": 260, "t": 28})
    return drawn


def _band(drawn: "go.Figure", line: "pd.DataFrame") -> None:
    known = line[line["low_km"].notna()]
    drawn.add_scatter(
        x=[*known["horizon_h"], *known["horizon_h"][::-1]],
        y=[*known["high_km"], *known["low_km"][::-1]],
        mode="lines",
        fill="toself",
        fillcolor=_BAND,
        line={"width": 0},
        hoverinfo="skip",
    )


def _line(
    drawn: "go.Figure",
    line: "pd.DataFrame",
    name: str,
    *,
    colour: str,
    dash: str,
    symbol: str,
    width: float,
) -> None:
    has_interval = line["low_km"].notna()
    drawn.add_scatter(
        x=line["horizon_h"],
        y=line["median_km"],
        mode="lines+markers",
        name=escape(name),
        line={"color": colour, "dash": dash, "width": width},
        marker={"color": colour, "symbol": symbol, "size": 8},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": (line["high_km"] - line["median_km"]).where(has_interval, 0.0),
            "arrayminus": (line["median_km"] - line["low_km"]).where(has_interval, 0.0),
            "color": colour,
            "thickness": 1.2,
            "width": 4,
        },
        customdata=line[["low_km", "high_km", "n"]],
        hovertemplate=f"{escape(name)}<br>"
        "%{x} h: %{y:.3g} km (%{customdata[0]:.3g} to %{customdata[1]:.3g}), "
        "%{customdata[2]:,} windows<extra></extra>",
    )


def _labels(
    drawn: "go.Figure", ends: list[tuple[float, str, str]], *, x: float, top: float
) -> None:
    """Name each line at its right end, moved apart where lines end close together."""
    places = spread_labels([y for y, _, _ in ends], gap=top * _LABEL_PX / _PLOT_PX)
    for (_, name, colour), place in zip(ends, places, strict=True):
        drawn.add_annotation(
            x=x,
            y=place,
            text=escape(name),
            showarrow=False,
            xanchor="left",
            xshift=12,
            font={"color": colour, "size": 13},
        )


def spread_labels(places: Sequence[float], *, gap: float) -> list[float]:
    """Move places apart until neighbours lie a gap apart, their order and middle kept.

    Examples
    --------
    >>> spread_labels([10.0, 10.0, 50.0], gap=2.0)
    [9.0, 11.0, 50.0]
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    groups: list[tuple[list[int], float]] = []
    for i in order:
        members, middle = [i], places[i]
        while groups:
            before, at = groups[-1]
            if middle - at >= gap * (len(before) + len(members)) / 2 - 1e-12:
                break
            groups.pop()
            weight = len(before) + len(members)
            middle = (at * len(before) + middle * len(members)) / weight
            members = before + members
        groups.append((members, middle))
    out = [0.0] * len(places)
    for members, middle in groups:
        for k, i in enumerate(members):
            out[i] = middle + gap * (k - (len(members) - 1) / 2)
    return out


def _axis_end(rows: "pd.DataFrame") -> float:
    """End of the windage axis: intervals of types with few drifters may run out."""
    sure = rows[rows["drifters"] >= _FEW_DRIFTERS]
    ends = (sure if len(sure) else rows)[["per_cent", "high"]].max(axis=1)
    furthest = float(max(1.35 * ends.max(), 1.1 * rows["per_cent"].max(), 0.5))
    everything = float(rows[["per_cent", "high"]].max(axis=1).max())
    return min(furthest, 1.08 * everything) if everything > 0 else furthest


def windage_dots(rows: "pd.DataFrame") -> "go.Figure":
    """One dot a drifter type with its interval; open where no windage shows."""
    drawn = figure(
        x_title="Wind drift (% of the 10 m wind)",
        zero_based=False,
        height=110 + _ROW_PX * len(rows),
    )
    ordered = rows.iloc[::-1]
    has_interval = ordered["low"].notna()
    colour = _DEFAULT[theme_name()]
    drawn.add_scatter(
        x=ordered["per_cent"],
        y=[
            escape(f"{t} ({n})")
            for t, n in zip(ordered["type"], ordered["drifters"], strict=True)
        ],
        mode="markers+text",
        marker={
            "color": colour,
            "size": 12,
            "symbol": [
                "circle" if s else "circle-open" for s in ordered["shows_windage"]
            ],
            "line": {"color": colour, "width": 2},
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (ordered["high"] - ordered["per_cent"]).where(has_interval, 0.0),
            "arrayminus": (ordered["per_cent"] - ordered["low"]).where(
                has_interval, 0.0
            ),
            "color": colour,
            "thickness": 2,
            "width": 6,
        },
        text=[f"{value:.1f} %" for value in ordered["per_cent"]],
        textposition="top center",
        customdata=ordered[["low", "high", "deflection_deg", "drifters"]],
        hovertemplate="%{y}: %{x:.2f} % "
        "(%{customdata[0]:.2f} to %{customdata[1]:.2f}), %{customdata[2]:.0f} degrees "
        "to the wind, %{customdata[3]} drifters"
        "<extra></extra>",
        cliponaxis=False,
        showlegend=False,
    )
    limit = _axis_end(rows)
    for place, high in enumerate(ordered["high"]):
        if high > limit:  # the bar runs out of the plot, so its end is written
            drawn.add_annotation(
                x=limit,
                y=place,
                text=f"to {high:.1f} %",
                showarrow=False,
                xanchor="right",
                yshift=13,
            )
    drawn.update_xaxes(range=[0, limit])
    drawn.update_yaxes(range=[-0.6, len(ordered) - 0.2])
    drawn.update_layout(margin={"t": 36})
    return drawn
