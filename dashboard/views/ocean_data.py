"""Ocean data: what is known of currents, wind and sensors, and how fresh is it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import forcing_data
from dashboard.components.forcing_add import add_panel
from dashboard.components.forcing_panels import fetch_panel, field_panel, source_table
from dashboard.components.formats import when
from dashboard.components.page import page_header
from dashboard.components.sensor_panel import sensor_panel
from dashboard.components.survey_words import counted
from dashboard.state import StateKey

if TYPE_CHECKING:
    from collections.abc import Sequence

_FORCING, _SENSORS = "Currents and wind", "Live sensors"
SHOWN = StateKey[str]("ocean", "shown", _FORCING)


def render() -> None:
    """Draw the page."""
    rows = forcing_data.sources()
    page_header("Ocean data", _answer(rows), simulated=forcing_data.any_simulated(rows))
    shown = st.segmented_control(
        "Show",
        [_FORCING, _SENSORS],
        default=SHOWN.default,
        required=True,
        key=SHOWN.key,
        bind="query-params",
        label_visibility="collapsed",
    )
    if shown == _SENSORS:
        sensor_panel()
        return
    fetch_panel()
    if rows:
        chosen = source_table(rows)
        field_panel(rows[chosen or 0])
    add_panel(expanded=not rows)


def _answer(rows: "Sequence[dict[str, Any]]") -> str:
    if not rows:
        return (
            "No currents or wind yet. Drift forecasts need a file of currents; wind "
            "makes them better."
        )
    now = datetime.now(UTC)
    stale = [row for row in rows if row["stale_since"] is not None]
    currents = [row for row in rows if row["kind"] == "current"]
    parts = [f"{counted(len(rows), 'source')} in use"]
    if currents:
        last = max(row["ends_at"] for row in currents)
        verb = "reach to" if last >= now else "ended"
        parts.append(f"currents {verb} {when(last)}")
    else:
        parts.append("no currents, so no drift forecast can be made")
    if stale:
        since = min(row["stale_since"] for row in stale)
        parts.append(
            f"**{counted(len(stale), 'is', 'are')} stale**, the oldest since "
            f"{when(since)}"
        )
    return "; ".join(parts) + "."


if __name__ == "__main__":
    render()
