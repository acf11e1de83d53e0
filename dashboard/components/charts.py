"""Charts: one template, direct words, a source line, text for who cannot see it."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dashboard.components.tables import csv_bytes

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["chart", "figure"]

#: Grey for thin lines that shows on the light and the dark background.
_LINE = "#6B7A86"
_HEIGHT_PX = 340


def figure(
    *,
    x_title: str = "",
    y_title: str = "",
    zero_based: bool = False,
    height: int = _HEIGHT_PX,
) -> "go.Figure":
    """Return an empty figure in our template.

    Parameters
    ----------
    x_title, y_title : str
        Axis titles with their unit in brackets.
    zero_based : bool
        Whether the value axis starts at zero; always for bars.
    height : int
        Height in pixels.
    """
    import plotly.graph_objects as go

    drawn = go.Figure()
    drawn.update_layout(
        height=height,
        margin={"l": 8, "r": 16, "t": 12, "b": 8},
        hovermode="closest",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0.0},
        bargap=0.25,
        separators=".,",
    )
    drawn.update_xaxes(title=x_title or None, automargin=True, linecolor=_LINE)
    drawn.update_yaxes(
        title=y_title or None,
        automargin=True,
        zeroline=zero_based,
        rangemode="tozero" if zero_based else "normal",
    )
    return drawn


def chart(
    drawn: "go.Figure",
    *,
    title: str,
    name: str,
    alt: str,
    source: str,
    n: int | None = None,
    data: pd.DataFrame | None = None,
) -> None:
    """Draw a chart with what it shows, where it comes from, and its downloads.

    Parameters
    ----------
    drawn : plotly Figure
        From :func:`figure`.
    title : str
        What is seen, in words.
    name : str
        Name of the downloaded files without ending; also the widget's key.
    alt : str
        The same for a person who cannot see it: kind of chart, range, finding.
    source : str
        Where the data come from; a source that is simulated says so.
    n : int, optional
        Number of records behind it.
    data : DataFrame, optional
        What is drawn, for the CSV download.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(title, anchor=False, width="stretch")
        picture = _downloads(name, data)
    st.plotly_chart(
        drawn,
        theme="streamlit",
        key=f"{name}-chart",
        alt=alt,
        config={
            "displaylogo": False,
            "displayModeBar": True,
            "modeBarButtons": [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
            "toImageButtonOptions": {
                "format": picture,
                "filename": name,
                "scale": 2 if picture == "png" else 1,
            },
        },
    )
    counted = "" if n is None else f"; n = {n:,}"
    st.caption(f"Source: {source}{counted}")


def _downloads(name: str, data: pd.DataFrame | None) -> str:
    """Draw the downloads of a chart; return the format of the camera button."""
    with st.popover("Download", icon=":material/download:", type="tertiary"):
        if data is not None:
            st.download_button(
                "Download data as CSV",
                csv_bytes(data),
                file_name=f"{name}.csv",
                mime="text/csv",
                key=f"{name}-csv",
                on_click="ignore",
                icon=":material/table:",
            )
        chosen = st.segmented_control(
            "Picture format",
            ["PNG", "SVG"],
            default="PNG",
            required=True,
            key=f"{name}-picture",
            help="The camera button above the chart saves it in this format.",
        )
        st.caption("The camera button above the chart saves the picture.")
    return str(chosen or "PNG").lower()
