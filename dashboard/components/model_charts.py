"""Charts of a model's scores: confusions, and dots with intervals."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dashboard.components.charts import chart, figure
from dashboard.theme import theme_name

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["category_scores", "confusion_chart", "score_dots", "source_scores"]

_DOT = "#1B7CA8"
_ROW_PX = 30
_CELL_PX = 38
#: Empty cell, full cell and the ink that keeps 4.5:1 on both.
_RAMPS = {
    "light": ("#FFFFFF", "#5FA8D3", "#14212B"),
    "dark": ("#15202B", "#1F6F99", "#FFFFFF"),
}


def category_scores(
    scores: Mapping[str, Any], labels: Mapping[str, str]
) -> pd.DataFrame:
    """F1 of each category, best first."""
    rows = [
        {
            "name": labels.get(code, code),
            "score": entry["f1"],
            "low": _known(entry["f1_interval"][0]),
            "high": _known(entry["f1_interval"][1]),
            "photos": entry["support"],
            "precision": entry["precision"],
            "recall": entry["recall"],
        }
        for code, entry in scores["per_category"].items()
        if entry["support"]
    ]
    return pd.DataFrame(rows).sort_values("score", ascending=False, ignore_index=True)


def _known(value: float | None) -> float:
    return float("nan") if value is None else value


def source_scores(scores: Mapping[str, Any]) -> pd.DataFrame:
    """Accuracy on each source of photos, best first."""
    rows = [
        {
            "name": name,
            "score": entry["accuracy"],
            "low": _known(entry["accuracy_interval"][0]),
            "high": _known(entry["accuracy_interval"][1]),
            "photos": entry["n"],
        }
        for name, entry in scores["per_source"].items()
    ]
    return pd.DataFrame(rows).sort_values("score", ascending=False, ignore_index=True)


def score_dots(
    rows: pd.DataFrame,
    *,
    score: str,
    title: str,
    name: str,
    source: str,
    n: int,
) -> None:
    """Draw scores from 0 to 1 as dots with their 95 % intervals, best on top."""
    import plotly.graph_objects as go

    drawn = figure(x_title=score, height=110 + _ROW_PX * len(rows))
    drawn.add_trace(
        go.Scatter(
            x=rows["score"],
            y=[
                f"{name} ({n})"
                for name, n in zip(rows["name"], rows["photos"], strict=True)
            ],
            mode="markers",
            marker={"size": 10, "color": _DOT},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": rows["high"] - rows["score"],
                "arrayminus": rows["score"] - rows["low"],
                "thickness": 1.6,
                "color": _DOT,
            },
            customdata=rows[["low", "high", "photos"]],
            hovertemplate="%{y}<br>%{x:.2f} (%{customdata[0]:.2f} to "
            "%{customdata[1]:.2f}), n = %{customdata[2]}<extra></extra>",
        )
    )
    drawn.update_xaxes(range=[-0.02, 1.02], tickformat=".1f", dtick=0.2)
    drawn.update_yaxes(autorange="reversed")
    best, worst = rows.iloc[0], rows.iloc[-1]
    chart(
        drawn,
        title=f"{title}: {best['name'].lower()} best, {worst['name'].lower()} worst",
        name=name,
        alt=f"{score} with 95 % intervals: best {best['name']} {best['score']:.2f}, "
        f"worst {worst['name']} {worst['score']:.2f}.",
        source=f"{source}; photos in brackets, bars are 95 % bootstrap intervals",
        n=n,
        data=rows,
    )


def confusion_chart(
    scores: Mapping[str, Any],
    labels: Mapping[str, str],
    *,
    source: str,
) -> None:
    """Draw which category was taken for which: counts, shaded by share of the row."""
    confusion = scores["confusion"]
    codes = confusion["categories"]
    counts = pd.DataFrame(
        confusion["counts"],
        index=[labels.get(code, code) for code in codes],
        columns=[labels.get(code, code) for code in codes],
    )
    shares = counts.div(counts.sum(axis=1).clip(lower=1), axis=0)
    chart(
        _heatmap(counts, shares),
        title=_worst_confusion(counts, shares),
        name="model-confusions",
        alt="Table of true category by row and predicted category by column. "
        + _worst_confusion(counts, shares),
        source=f"{source}; numbers are photos, shade is the share of the row",
        n=int(counts.to_numpy().sum()),
        data=counts.rename_axis("true category").reset_index(),
    )


def _heatmap(counts: pd.DataFrame, shares: pd.DataFrame) -> "go.Figure":
    import plotly.graph_objects as go

    drawn = figure(
        x_title="Predicted", y_title="True", height=150 + _CELL_PX * len(counts)
    )
    low, high, ink = _RAMPS[theme_name()]
    drawn.add_trace(
        go.Heatmap(
            z=shares.to_numpy(),
            x=list(counts.columns),
            y=list(counts.index),
            colorscale=[[0, low], [1, high]],
            zmin=0,
            zmax=1,
            text=[[str(n) if n else "" for n in row] for row in counts.to_numpy()],
            texttemplate="%{text}",
            textfont={"color": ink},
            showscale=False,
            hovertemplate="true %{y}<br>predicted %{x}<br>%{z:.0%} of the row"
            "<extra></extra>",
            xgap=1,
            ygap=1,
        )
    )
    drawn.update_xaxes(side="bottom", tickangle=-35, showgrid=False)
    drawn.update_yaxes(autorange="reversed", showgrid=False)
    drawn.update_layout(margin_t=36)  # room for the buttons above the last column
    return drawn


def _worst_confusion(counts: pd.DataFrame, shares: pd.DataFrame) -> str:
    wrong = shares.to_numpy(copy=True)
    np.fill_diagonal(wrong, 0.0)
    if not wrong.any():
        return "No category is taken for another"
    row, column = divmod(int(wrong.argmax()), wrong.shape[1])
    true, predicted = str(counts.index[row]), str(counts.columns[column])
    found = counts.to_numpy()
    n, of = int(found[row, column]), int(found[row].sum())
    return f"{true} is most often taken for {predicted.lower()} ({n} of {of})"
