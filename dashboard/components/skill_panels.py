"""Charts and tables of the Forecast skill page, with their titles and words."""

import json
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components import skill_data
from dashboard.components.charts import chart
from dashboard.components.formats import number
from dashboard.components.page import Figure, metric_row
from dashboard.components.photo_gallery import plain
from dashboard.components.skill_charts import error_by_horizon, windage_dots
from dashboard.components.tables import Column, table

__all__ = [
    "error_panel_by_horizon",
    "fixes_panel",
    "score_table",
    "skill_figures",
    "type_table",
    "windage_panel",
]

_SCORES = {
    "configuration": Column("Forecast"),
    "median_km": Column("Median error (km)", "number", 1),
    "low_km": Column("from (km)", "number", 1, help="95 % interval over drifters"),
    "high_km": Column("to (km)", "number", 1, help="95 % interval over drifters"),
    "p90_km": Column("90 % below (km)", "number", 1),
    "skill": Column(
        "Skill", "number", 2, "Liu and Weisberg: 1 is perfect, 0 is worth nothing"
    ),
    "undefined": Column(
        "Without skill score", "share", help="Windows in which the drifter did not move"
    ),
    "n": Column("Windows", "number", 0),
}
_TYPES = {
    "type": Column("Drifter type"),
    "default_median_km": Column("Forecast (km)", "number", 1),
    "stays_put_median_km": Column("Stays put (km)", "number", 1),
    "persistence_median_km": Column("Keeps its motion (km)", "number", 1),
    "best": Column("Best"),
    "n": Column("Windows", "number", 0),
    "n_drifters": Column("Drifters", "number", 0),
}


def skill_figures(document: dict[str, Any], horizon_h: int) -> None:
    """Draw the headline figures of a horizon."""
    scores = skill_data.scores(document)
    rows = scores[scores["horizon_h"] == horizon_h].to_dict("records")
    at: dict[str, dict[Any, Any]] = {row["name"]: row for row in rows}
    figures = []
    default = at.get(document["default"] or "")
    if default is not None:
        known = pd.notna(default["low_km"])
        figures += [
            Figure(
                f"Forecast, {horizon_h} h",
                number(default["median_km"], "km"),
                note=f"{number(default['low_km'])} to {number(default['high_km'])}"
                if known
                else "one drifter, no interval",
                help="Median distance between forecast and drifter",
            ),
            Figure(
                "Skill",
                number(default["skill"], digits=2),
                note="1 is perfect, 0 worth nothing",
                help="Median of the score of Liu and Weisberg, with floor",
            ),
        ]
    for name, label in (
        ("stays_put", "Stays put"),
        ("persistence", "Keeps its motion"),
    ):
        row = at[name]
        note = ""
        if default is not None:
            better = row["median_km"] - default["median_km"]
            word = "worse" if better > 0 else "better"
            note = f"{number(abs(better), 'km', digits=2)} {word} than the forecast"
        figures.append(Figure(label, number(row["median_km"], "km"), note=note))
    metric_row(figures)
    if default is not None:
        st.caption(document["limits"][0])


def error_panel_by_horizon(document: dict[str, Any], *, source: str) -> None:
    """Draw the error of chosen configurations by horizon."""
    scores = skill_data.scores(document)
    fixed = scores[
        scores["is_default"] | scores["name"].isin(("stays_put", "persistence"))
    ]
    others = [
        label
        for label in dict.fromkeys(scores["configuration"])
        if label not in set(fixed["configuration"])
    ]
    chosen: list[str] = []
    has_default = bool(scores["is_default"].any())
    if others:
        chosen = st.multiselect(
            f"Beside {'the forecast and ' if has_default else ''}both baselines",
            others,
            default=_reference(document, others),
            key="forecast_skill_beside",
            placeholder="Choose forecasts to compare",
        )
    shown = scores[scores["configuration"].isin([*fixed["configuration"], *chosen])]
    order = shown["is_baseline"].astype(int) * -1 + shown["is_default"].astype(int)
    shown = shown.assign(order=order).sort_values(["order", "horizon_h"], kind="stable")
    last = int(shown["horizon_h"].max())
    at = shown[shown["horizon_h"] == last]
    said = "; ".join(
        f"{row['configuration']} {number(row['median_km'], 'km')}"
        for row in at.to_dict("records")
    )
    fitted = "; what was fitted saw other drifters only" if has_default else ""
    chart(
        error_by_horizon(shown),
        title=_beaten(scores),
        name="skill-by-horizon",
        alt=f"Line chart of the median error by hours. After {last} h: {said}.",
        source=f"{source}; bars and band: 95 % interval over drifters{fitted}",
        data=shown.drop(columns="order"),
    )


def _beaten(scores: pd.DataFrame) -> str:
    """Say at which horizons the forecast beats both baselines."""
    default = scores[scores["is_default"]].set_index("horizon_h")["median_km"]
    if default.empty:
        return "How far the baselines end from the drifter"
    bars = scores[scores["name"].isin(("stays_put", "persistence"))]
    bar = bars.groupby("horizon_h")["median_km"].min().reindex(default.index)
    won = [f"{hours} h" for hours in default.index[default < bar]]
    if len(won) == len(default):
        return "The forecast beats both baselines at every horizon"
    if not won:
        return "The forecast does not beat both baselines at any horizon"
    return f"The forecast beats both baselines after {', '.join(won)} only"


def _reference(document: dict[str, Any], others: list[str]) -> list[str]:
    """Customary forecast to begin with: the models and 2 % of the wind."""
    textbook = [
        c["label"]
        for c in document["configurations"]
        if c["windage"] == "textbook" and c["label"] in others
    ]
    return textbook[-1:]


def score_table(document: dict[str, Any], horizon_h: int) -> None:
    """Draw every configuration at a horizon, best first."""
    scores = skill_data.scores(document)
    at = scores[scores["horizon_h"] == horizon_h].sort_values("median_km")
    whole = json.dumps(document, indent=2, ensure_ascii=False).encode()
    table(
        at.reset_index(drop=True),
        _SCORES,
        name="skill-scores",
        title=f"Every forecast after {horizon_h} h",
        extra_downloads={"skill-report.json": (whole, "application/json")},
    )
    if document["default"]:
        st.caption(
            "Windage: share of the wind, fitted by drifter type. Gain: factor on the "
            "model current. Memory: what the model missed in the last hour observed "
            "is added and fades; debris that nobody tracks gets the rows without it."
        )


def type_table(document: dict[str, Any], horizon_h: int) -> None:
    """Draw the errors of each drifter type, where types are named."""
    rows = [e for e in document["by_type"] if e["horizon_h"] == horizon_h]
    if not rows:
        return
    labels = {
        "default_median_km": "Forecast",
        "stays_put_median_km": "Stays put",
        "persistence_median_km": "Keeps its motion",
    }
    frame = pd.DataFrame(rows)
    for column in labels:
        if column not in frame:
            frame[column] = float("nan")
    errors = frame[list(labels)].astype(float)
    frame["best"] = errors.idxmin(axis=1, skipna=True).map(labels)
    lost = int((frame["best"] != "Forecast").sum())
    words = (
        "wins for every type" if not lost else f"loses for {lost} of {len(frame)} types"
    )
    table(
        frame.sort_values("default_median_km", ignore_index=True),
        _TYPES,
        name="skill-types",
        title=f"By drifter type: the forecast {words}",
    )


def windage_panel(document: dict[str, Any], *, source: str) -> None:
    """Draw the windage fitted for each drifter type."""
    rows = skill_data.windage(document)
    if rows.empty:
        return
    none = rows[~rows["shows_windage"]]["type"].tolist()
    first = rows.iloc[0]
    title = f"Drifters take up {first['per_cent']:.1f} % of the wind"
    if len(rows) > 1:
        title += ", types differ"
    chart(
        windage_dots(rows),
        title=title,
        name="skill-windage",
        alt="Dot chart of the wind drift by drifter type: "
        + "; ".join(
            f"{r['type']} {r['per_cent']:.1f} %" for r in rows.to_dict("records")
        ),
        source=f"{source}; drifters in brackets, bars: 95 % interval over drifters",
        data=rows,
    )
    if none:
        st.caption(
            "Open dots: the part along the wind is not above zero with its interval "
            f"({', '.join(map(plain, none))})."
        )


def fixes_panel(document: dict[str, Any]) -> None:
    """Draw which fixes were used, what was left out and why, and the limits."""
    quality, source = document["quality"], document["source"]
    left_out = quality["rows"] - int(quality["flags"].get("1", 0))
    title = f"Fixes and limits: {quality['rows']:,} rows, {left_out:,} left out"
    with st.expander(title, icon=":material/fact_check:"):
        st.markdown(
            f"{source['drifters']:,} drifters, {source['hours']:,} hours, "
            f"{source['from'][:10]} to {source['to'][:10]}. "
            f"Windows: {document['windows']['definition']}."
        )
        lines = [f"- {n:,} rows: {plain(r)}" for r, n in quality["reasons"].items()]
        lines += [f"- {plain(note)}" for note in document["notes"]]
        lines += [f"- {plain(limit)}" for limit in document["limits"]]
        st.markdown("\n".join(lines))
        if document["flagged"]:
            table(
                pd.DataFrame(document["flagged"]),
                {
                    "row": Column("Row", "number", 0),
                    "drifter_id": Column("Drifter"),
                    "time": Column("Time (UTC)"),
                    "reason": Column("Why it was left out"),
                },
                name="skill-flagged",
                title="First rows left out, by reason",
                height=280,
            )
