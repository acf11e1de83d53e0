"""Tables with units in the heading, a download beside the title, safe to open."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.components.formats import NO_VALUE

__all__ = ["Column", "csv_bytes", "table"]

#: A cell that starts with one of these is run as a formula by spreadsheets.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
#: A file, or what makes it once somebody asks for it.
Content = bytes | Callable[[], bytes]
_ENDINGS = {"geojson": "GeoJSON", "parquet": "Parquet"}
_DIGITS = 3
#: A share is shown to a tenth of a percent; few samples tell it better.
_SHARE_PLACES = 3


@dataclass(frozen=True)
class Column:
    """How a column is shown.

    Attributes
    ----------
    label : str
        Heading, with the unit in brackets.
    kind : str
        ``text``, ``number``, ``time``, ``date``, ``share``, ``image`` or ``yes_no``.
    decimals : int, optional
        Digits after the point; without it three significant digits are shown.
    help : str
        What it means; shown on hover.
    width : int, optional
        Pixels, for text that would be cut; made to fit the first rows otherwise.
    """

    label: str
    kind: Literal["text", "number", "time", "date", "share", "image", "yes_no"] = "text"
    decimals: int | None = None
    help: str = ""
    width: int | None = None


def table(
    frame: pd.DataFrame,
    columns: Mapping[str, Column],
    *,
    name: str,
    title: str = "",
    alt: str = "",
    height: int | Literal["auto"] = "auto",
    select: bool = False,
    extra_downloads: Mapping[str, tuple[Content, str]] | None = None,
) -> int | None:
    """Draw a table; the download holds every column of the frame, in full precision.

    Parameters
    ----------
    frame : DataFrame
        The rows.
    columns : mapping of str to Column
        Columns to show, in order; others are only in the download.
    name : str
        Name of the downloaded file without ending; also the widget's key.
    title : str
        Heading above the table.
    alt : str
        What a reader who cannot see it should know; made from the title if empty.
    height : int or "auto"
        Height in pixels.
    select : bool
        Whether one row can be chosen.
    extra_downloads : mapping of str to (content, str), optional
        Further files beside the CSV: file name to content, or a function that makes
        it when asked, and media type.

    Returns
    -------
    int or None
        Position of the chosen row in ``frame``.
    """
    downloads: dict[str, tuple[Content, str]] = {
        f"{name}.csv": (partial(csv_bytes, frame), "text/csv")
    }
    downloads.update(extra_downloads or {})
    with st.container(horizontal=True, vertical_alignment="center"):
        if title:
            st.subheader(title, anchor=False, width="stretch")
        for file_name, (content, media_type) in downloads.items():
            st.download_button(
                f"Download {_ending(file_name)}",
                content,
                file_name=file_name,
                mime=media_type,
                key=f"{name}-download-{file_name}",
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
            )
    drawn = st.dataframe(
        _rounded(frame, columns),
        column_order=list(columns),
        column_config={key: _config(column) for key, column in columns.items()},
        hide_index=True,
        height=height,
        key=f"{name}-table",
        on_select="rerun" if select else "ignore",
        selection_mode="single-row",
        alt=alt or f"{title or name}: {len(frame)} rows",
        placeholder=NO_VALUE,
    )
    if not select:
        return None
    rows = cast("dict[str, Any]", drawn)["selection"]["rows"]
    return int(rows[0]) if rows and rows[0] < len(frame) else None


def _ending(file_name: str) -> str:
    ending = file_name.rpartition(".")[2]
    return _ENDINGS.get(ending, ending.upper())


def _rounded(frame: pd.DataFrame, columns: Mapping[str, Column]) -> pd.DataFrame:
    """Round what is shown to the digits that mean something; times are in UTC."""
    shown = frame[list(columns)].copy()
    for name, column in columns.items():
        if isinstance(shown[name].dtype, pd.DatetimeTZDtype):
            # The browser would shift an aware time into its own zone.
            shown[name] = shown[name].dt.tz_convert(None)
        if column.kind == "share" and pd.api.types.is_float_dtype(shown[name]):
            shown[name] = shown[name].round(_SHARE_PLACES)
        if column.kind != "number" or not pd.api.types.is_float_dtype(shown[name]):
            continue
        if column.decimals is not None:
            shown[name] = shown[name].round(column.decimals)
            continue
        values = shown[name].to_numpy(dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            places = _DIGITS - 1 - np.floor(np.log10(np.abs(values)))
        power = 10.0 ** np.where(np.isfinite(places), places, 0.0)
        shown[name] = np.round(values * power) / power
    return shown


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Comma-separated UTF-8, with text that a spreadsheet would run made harmless."""
    safe = frame.copy()
    for column in safe.columns:
        if pd.api.types.is_numeric_dtype(safe[column].dtype):
            continue
        if pd.api.types.is_datetime64_any_dtype(safe[column].dtype):
            safe[column] = safe[column].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
            continue
        safe[column] = safe[column].map(_harmless, na_action="ignore")
    return safe.to_csv(index=False).encode("utf-8")


def _harmless(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value


def _config(column: Column) -> Any:
    config = st.column_config
    common: dict[str, Any] = {
        "label": column.label,
        "help": column.help or None,
        "width": column.width,
    }
    if column.kind == "number":
        places = column.decimals
        # "localized" groups thousands; a fixed number of places keeps columns straight.
        return config.NumberColumn(
            **common, format=f"%.{places}f" if places else "localized"
        )
    if column.kind == "time":
        return config.DatetimeColumn(**common, format="D MMM YYYY, HH:mm")
    if column.kind == "date":
        return config.DatetimeColumn(**common, format="D MMM YYYY")
    if column.kind == "share":
        return config.NumberColumn(**common, format="percent")
    if column.kind == "image":
        return config.ImageColumn(**common)
    if column.kind == "yes_no":
        return config.CheckboxColumn(**common)
    return config.TextColumn(**common)
