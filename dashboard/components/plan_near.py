"""The part of the sea that a plan was asked for from the Debris map."""

from typing import TYPE_CHECKING

import streamlit as st

from core.geo import great_circle_distance_km
from core.units import km_to_nautical_miles
from dashboard.components.formats import number
from dashboard.components.map_cell import PLAN_NEAR

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["WITHIN_KM", "rows_near"]

#: Assumption: what a vessel that was sent to one cell can also reach on that trip.
WITHIN_KM = 100.0


def rows_near(rows: "pd.DataFrame") -> "pd.DataFrame":
    """Keep the records around the cell that "Plan here" was pressed for.

    Says so, and offers to take all records again.

    Parameters
    ----------
    rows : DataFrame
        Observations with ``lat`` and ``lon``.
    """
    place = PLAN_NEAR.get()
    if place is None:
        return rows
    lat, lon = place
    away = great_circle_distance_km(
        lat1=lat, lon1=lon, lat2=rows["lat"].to_numpy(), lon2=rows["lon"].to_numpy()
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        reach = number(km_to_nautical_miles(WITHIN_KM), "nm", digits=2)
        st.markdown(
            f"Only within {WITHIN_KM:.0f} km ({reach}) of the cell at {lat:.3f}°, "
            f"{lon:.3f}° on the Debris map.",
            width="content",
        )
        st.button(
            "Take all places",
            key="planner_near_clear",
            icon=":material/public:",
            type="tertiary",
            on_click=PLAN_NEAR.clear,
        )
    return rows.loc[away <= WITHIN_KM]
