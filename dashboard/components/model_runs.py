"""Training runs from MLflow: a table, and the learning curve of the chosen one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import CleanupError
from dashboard import services
from dashboard.components.charts import chart, figure
from dashboard.components.page import empty_state, error_panel
from dashboard.components.tables import Column, table
from dashboard.state import StateKey

__all__ = ["training_runs"]

RUN = StateKey[str | None]("models", "run", None)
_COLUMNS = {
    "name": Column("Model"),
    "status": Column("State"),
    "started": Column("Started", "time"),
    "hours": Column("Took (h)", "number", 2),
    "seed": Column("Seed"),
    "licence": Column("Sources"),
    "accuracy": Column("Accuracy on validation", "number", 3),
    "macro_f1": Column("Macro-F1 on validation", "number", 3),
    "map50": Column("mAP50 on validation", "number", 3),
    "commit": Column("Code"),
}
#: Shares that are drawn together on an axis from 0 to 1, by the end of their name.
_SHARES = {
    "val_accuracy": ("Accuracy", "solid"),
    "val_macro_f1": ("Macro-F1", "dash"),
    "val_map50": ("mAP50", "solid"),
    "val_ap50_any": ("AP50 of any", "dash"),
}
#: Each keeps 3:1 on the light and the dark background; lines differ by symbol too.
_COLOURS = ("#1B7CA8", "#C0651A", "#8A6CC2", "#4E8F4A")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star")


def training_runs() -> None:
    """Draw the runs, or what will be here."""
    uri = services.settings().resolved_mlflow_uri
    try:
        runs = _runs(uri, _mark(uri))
    except CleanupError as error:
        error_panel(error, next_step="Check the setting GYRE_MLFLOW_URI.")
        return
    if not runs:
        empty_state(
            "Every training will be listed here with its settings, its learning "
            "curve and its figures. None is logged yet: "
            "`python -m core models train NAME --photos DIR` logs one.",
            icon=":material/model_training:",
        )
        return
    table(
        pd.DataFrame(_row(run) for run in runs),
        _COLUMNS,
        name="training-runs",
        title="Training runs",
    )
    names = {run["run_id"]: _name(run) for run in runs}
    chosen = st.selectbox(
        "Run", list(names), format_func=lambda one: names[one], key=RUN.key, width=420
    )
    run = next(run for run in runs if run["run_id"] == chosen)
    _curves(uri, run)
    with st.expander("Settings of the run", icon=":material/tune:"):
        settings = {**run["tags"], **run["parameters"]}
        table(
            pd.DataFrame(sorted(settings.items()), columns=["setting", "value"]),
            {"setting": Column("Setting"), "value": Column("Value")},
            name="run-settings",
        )


def _mark(uri: str) -> float:
    """Return what changes when a run was logged; a server is asked every minute."""
    path = Path(uri.removeprefix("sqlite:///"))
    return path.stat().st_mtime if path.is_file() else 0.0


@st.cache_data(show_spinner="Reading the run log", ttl=60, max_entries=4)
def _runs(uri: str, mark: float) -> list[dict[str, Any]]:
    from core.mlops.tracking import read_runs

    return read_runs(uri)


@st.cache_data(show_spinner="Reading the learning curve", ttl=60, max_entries=16)
def _curve(
    uri: str, run_id: str, metrics: tuple[str, ...], mark: float
) -> pd.DataFrame:
    from core.mlops.tracking import learning_curve

    rows = learning_curve(uri, run_id, metrics)
    return pd.DataFrame(rows, columns=["metric", "epoch", "value"])


def _name(run: dict[str, Any]) -> str:
    return f"{run['name']}, {_time(run['started_ms']):%Y-%m-%d %H:%M} UTC"


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _row(run: dict[str, Any]) -> dict[str, Any]:
    ended, metrics, tags = run["ended_ms"], run["metrics"], run["tags"]
    return {
        "name": run["name"],
        "status": str(run["status"]).lower(),
        "started": _time(run["started_ms"]),
        "hours": (ended - run["started_ms"]) / 3.6e6 if ended else None,
        "seed": tags.get("seed", ""),
        "licence": "open only" if tags.get("licence") == "open" else "all",
        "commit": str(tags.get("git_commit", ""))[:10],
        **{key: metrics.get(f"val/{key}") for key in ("accuracy", "macro_f1", "map50")},
    }


def _curves(uri: str, run: dict[str, Any]) -> None:
    logged = sorted(run["metrics"])
    losses = tuple(name for name in logged if name.rpartition("/")[2] == "loss")
    shares = tuple(name for name in logged if name.rpartition("/")[2] in _SHARES)
    if not losses and not shares:
        st.caption("This run logged no epoch.")
        return
    try:
        rows = _curve(uri, run["run_id"], losses + shares, _mark(uri))
    except CleanupError as error:
        error_panel(error)
        return
    left, right = st.columns(2, gap="large")
    with left:
        _chart(rows[rows["metric"].isin(losses)], run, "Loss", "run-loss")
    with right:
        _chart(rows[rows["metric"].isin(shares)], run, "Score", "run-scores")


def _chart(rows: pd.DataFrame, run: dict[str, Any], what: str, name: str) -> None:
    import plotly.graph_objects as go

    if rows.empty:
        return
    drawn = figure(x_title="Epoch", y_title=what, zero_based=True)
    for number, (metric, part) in enumerate(rows.groupby("metric", sort=False)):
        label, dash = _style(str(metric))
        drawn.add_trace(
            go.Scatter(
                x=part["epoch"],
                y=part["value"],
                name=label,
                mode="lines+markers",
                line={"dash": dash, "color": _COLOURS[number % len(_COLOURS)]},
                marker={"symbol": _SYMBOLS[number % len(_SYMBOLS)], "size": 7},
                hovertemplate=f"{label}<br>epoch %{{x}}: %{{y:.3f}}<extra></extra>",
            )
        )
    drawn.update_layout(showlegend=True)
    last = rows.iloc[-1]
    chart(
        drawn,
        title=f"{what} by epoch, {last['value']:.3f} at the end",
        name=name,
        alt=f"{what} from {rows.iloc[0]['value']:.3f} at epoch "
        f"{rows.iloc[0]['epoch']} to {last['value']:.3f} at epoch {last['epoch']}.",
        source=f"run log of {run['name']}",
        n=len(rows),
        data=rows,
    )


def _style(metric: str) -> tuple[str, str]:
    run, _, short = metric.rpartition("/")
    label, dash = _SHARES.get(short, ("Loss", "solid"))
    return (f"{label}, {run.replace('_', ' ')}" if run else label), dash
