"""Reliability diagram: how often predictions of a confidence are right."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components.charts import chart, figure

__all__ = ["reliability_chart"]

_DOT, _LINE = "#1B7CA8", "#6B7A86"
_MAX_DOT_PX, _MIN_DOT_PX = 26, 7


def reliability_chart(manifest: Mapping[str, Any]) -> None:
    """Draw accuracy by confidence; dots grow with the photos in a bin."""
    import plotly.graph_objects as go

    scores = manifest["metrics"]["val"]
    bins = scores.get("reliability")
    if not bins:
        st.caption(
            "This model was exported before reliability was kept; its calibration "
            f"error is {scores['ece']:.3f}."
        )
        return
    rows = pd.DataFrame(bins)
    sizes = (rows["n"] / rows["n"].max()) ** 0.5 * _MAX_DOT_PX
    drawn = figure(x_title="Confidence", y_title="Share that is right")
    drawn.add_trace(
        go.Scatter(
            x=[0, 1],
            y=[0, 1],
            mode="lines",
            line={"color": _LINE, "dash": "dot", "width": 1.5},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    drawn.add_trace(
        go.Scatter(
            x=rows["confidence"],
            y=rows["accuracy"],
            mode="markers+lines",
            line={"color": _DOT, "width": 1.5},
            marker={"size": sizes.clip(lower=_MIN_DOT_PX), "color": _DOT},
            customdata=rows[["n"]],
            hovertemplate="confidence %{x:.2f}<br>right %{y:.2f}<br>"
            "n = %{customdata[0]}<extra></extra>",
            showlegend=False,
        )
    )
    drawn.update_xaxes(range=[0, 1.02], dtick=0.2)
    drawn.update_yaxes(range=[0, 1.02], dtick=0.2)
    gap = (rows["n"] * (rows["confidence"] - rows["accuracy"])).sum() / rows["n"].sum()
    said = "too sure" if gap > 0.005 else "not sure enough" if gap < -0.005 else "right"
    chart(
        drawn,
        title=f"Confidence is {said} on the whole: calibration error "
        f"{scores['ece']:.3f}",
        name="model-reliability",
        alt=f"Accuracy by confidence in {len(rows)} bins; on the dotted line both are "
        f"equal. Mean confidence less accuracy is {gap:+.3f}.",
        source=f"validation photos, {manifest['model']}; dots grow with their photos",
        n=int(rows["n"].sum()),
        data=rows,
    )
