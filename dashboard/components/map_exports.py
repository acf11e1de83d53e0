"""What is seen on the Debris map, described for its files."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pandas as pd

from dashboard.components.map_link import view_link

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.density import Area, AreaTotals
    from core.density.export import MapExport
    from dashboard.components._frame import MapFrame
    from dashboard.components.density_map import DensityView

__all__ = ["counted_export"]

_METHODS = (
    "Density: all items over all area searched in a cell, with the exact 95 % Poisson "
    "interval (Garwood 1936); where none was seen the upper limit is one-sided.",
    "Intervals cover counting alone; clustered debris varies more than they say.",
    "Mass: density times cell area times the mean item mass of the category, or the "
    "measured mass; the searched part stands for the whole cell. Its interval joins "
    "counting and item mass in quadrature on the log scale.",
    "Rows of one photo or transect share its searched area, which counts once. Rows "
    "flagged fail or missing (QARTOD 4 and 9) are left out.",
)
_COLUMNS = {
    "area_km2": "area of the cell, km2",
    "field_per_km2": "smooth field at the cell's centre, items per km2",
    "field_low": "lower 95 % limit of the field, items per km2",
    "field_high": "upper 95 % limit of the field, items per km2",
    "priority": "expected mass times harm times sensitivity, kg of average harm",
    "priority_low": "lower limit of the priority",
    "priority_high": "upper limit of the priority",
    "shown": "what the picture shows: the value of the chosen view",
}


def counted_export(
    cells: pd.DataFrame,
    view: "DensityView",
    frame: "MapFrame",
    words: "Mapping[str, str]",
    surveys: pd.DataFrame,
    *,
    part: str = "",
    simulated: bool,
    area: "Area | None" = None,
    totals: "AreaTotals | None" = None,
) -> "MapExport":
    """Describe a map of counted debris.

    Parameters
    ----------
    cells, view, frame
        What is drawn.
    words : mapping of str to str
        Filters in words.
    surveys : DataFrame
        Surveys behind the map.
    part : str
        The part of the period that is shown; empty for all of it.
    simulated : bool
        Whether any of the data was simulated.
    area, totals
        The chosen area and what it holds.
    """
    from core.density.export import MapExport

    filters = dict(words) | ({"Shown of the period": part} if part else {})
    return MapExport(
        cells=cells.assign(shown=view.value),
        title=f"Debris map: {view.name.lower()}",
        layer="Counted debris (items at sea, with the area searched where it is known)",
        value="shown",
        label=view.label,
        unit=view.scale.unit,
        bbox=(frame.west, frame.south, frame.east, frame.north),
        made_at=datetime.now(UTC),
        filters=filters,
        surveys=surveys,
        licences=(
            "Gyre keeps no licence with a survey: the terms of whoever made the counts "
            "hold. Ask them before you publish.",
        ),
        methods=_METHODS,
        link=view_link(),
        simulated=simulated,
        is_logarithmic=view.scale.logarithmic,
        columns=_COLUMNS,
        area=area,
        totals=totals,
    )
