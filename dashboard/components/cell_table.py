"""The cells of the debris map as a table and as files."""

import json
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components.tables import Column, table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cell_table"]

_COLUMNS = {
    "status": Column("Status"),
    "n": Column("Items", "number"),
    "effort_km2": Column("Searched (km²)", "number"),
    "density_per_km2": Column("Density (items per km²)", "number"),
    "low": Column("Low", "number", help="Lower 95 % limit, items per km²"),
    "high": Column("High", "number", help="Upper 95 % limit, items per km²"),
    "mass_kg": Column(
        "Expected (kg)", "number", help="Density times cell area times item mass"
    ),
    "lat": Column("Latitude (°)", "number", 3),
    "lon": Column("Longitude (°)", "number", 3),
    "h3": Column("H3 cell", help="Name of the cell in the H3 grid"),
}


def cell_table(cells: "pd.DataFrame") -> str | None:
    """Draw the cells, densest first; return the cell of the chosen row.

    Parameters
    ----------
    cells : DataFrame
        From :func:`core.density.cell_density`, with expected mass.
    """
    shown = cells.sort_values("density_per_km2", ascending=False, ignore_index=True)
    row = table(
        shown.assign(status=shown["status"].str.replace("_", " ")),
        _COLUMNS,
        name="debris-cells",
        title="Cells",
        height=320,
        select=True,
        extra_downloads={
            "debris-cells.geojson": (
                partial(_geojson, cells),
                "application/geo+json",
            )
        },
    )
    st.caption(
        "Intervals cover counting alone; clustered debris varies more. Mass takes the "
        "searched part of a cell as standing for the whole cell. Click a cell on the "
        "map or choose a row here to see what lies behind it."
    )
    return None if row is None else str(shown["h3"].iloc[row])


def _geojson(cells: "pd.DataFrame") -> bytes:
    from core.density import cells_geojson

    return json.dumps(cells_geojson(cells), allow_nan=False).encode("utf-8")
