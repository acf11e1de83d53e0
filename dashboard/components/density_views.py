"""Ways to colour the cells of a map: their values, units and scales."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.errors import InputError
from dashboard.components._frame import Scale
from dashboard.theme import RampName, line_ramp, theme_name

if TYPE_CHECKING:
    from core.density import PointSample

__all__ = [
    "MEASURED",
    "VIEWS",
    "DensityView",
    "column_view",
    "density_view",
    "measured_view",
    "view_values",
]

VIEWS = ("Density", "Uncertainty", "Effort", "Sightings")
#: The view of a measurement layer.
MEASURED = "Measured"
#: Shares of the cells that lie below and above the ends of a scale; one cell searched
#: for a minute would stretch it over decades that nothing else lies in.
_CUT = 0.01


@dataclass(frozen=True)
class DensityView:
    """One way to colour the cells: the values, their scale, and its name."""

    name: str
    label: str
    value: "pd.Series[float]"
    scale: Scale
    marks: dict[str, str]


def view_values(cells: pd.DataFrame, name: str) -> "pd.Series[float]":
    """Values of a view; cells without a value are NaN.

    Every value is one of a place and not of a cell's size, so that it keeps its scale
    while cells change with the zoom; only sightings are counted a cell.

    Parameters
    ----------
    cells : DataFrame
        From :meth:`core.density.MapIndex.cells`.
    name : str
        One of ``VIEWS``, or ``MEASURED`` for the cells of a measurement layer.

    Raises
    ------
    InputError
        If there is no such view.
    """
    if name == MEASURED:
        return cells["value"].where(cells["value"] > 0)
    surveyed = cells["effort_km2"] > 0
    seen = surveyed & (cells["n"] > 0)
    if name == "Density":
        return cells["density_per_km2"].where(seen)
    if name == "Uncertainty":
        # Upper over lower limit: 1 would be certain; none seen has no lower limit.
        return (cells["high"] / cells["low"].where(seen)).astype("float64")
    if name == "Effort":
        return (100.0 * cells["effort_km2"] / cells["area_km2"]).where(surveyed)
    if name == "Sightings":
        counted = cells["n"].where(surveyed, 0) + cells["n_sightings"]
        return counted.where(counted > 0).astype("float64")
    raise InputError(f"no map view {name!r}, expected one of {', '.join(VIEWS)}")


def density_view(
    cells: pd.DataFrame, name: str, points: "PointSample | None" = None
) -> DensityView:
    """Values and scale of a view; cells without a value are NaN.

    Parameters
    ----------
    cells, name
        As for `view_values`.
    points : PointSample, optional
        What the Sightings view draws instead of cells.

    Raises
    ------
    InputError
        If there is no such view.
    """
    values = view_values(cells, name)
    surveyed = cells["effort_km2"] > 0
    none_seen = surveyed & (cells["n"] == 0)
    marks: dict[str, str] = {}
    if none_seen.any() and name in ("Density", "Uncertainty"):
        marks["⬡"] = "surveyed, none seen"
    if (~surveyed).any() and name == "Density":
        marks["●"] = "sighted, no effort known"
    if name == "Density":
        label, scale = "Debris", _scale(values, "items per km²")
    elif name == "Uncertainty":
        fade: RampName = "fade_dark" if theme_name() == "dark" else "fade_light"
        cut = _cut(values)
        label, scale = "Upper over lower limit", Scale.over(cut, "times", ramp=fade)
    elif name == "Effort":
        label, scale = "Area searched", _scale(values, "% of the cell")
    elif points is None:
        label, scale = "Seen", Scale.over(values.tolist(), "items")
    else:
        shown = points.points["count"].astype("float64").tolist()
        # The dark end of the other scale is lost on a dark sea when a mark is small.
        label, scale = "Seen", Scale.over(shown, "items a record", ramp=line_ramp())
        marks["●"] = _points_in_words(points)
    return DensityView(name, label, values, scale, marks)


def measured_view(cells: pd.DataFrame, *, label: str, unit: str) -> DensityView:
    """View of a measurement layer.

    Parameters
    ----------
    cells : DataFrame
        From :meth:`core.density.measurement_index.MeasurementIndex.cells`.
    label, unit : str
        Of the layer.
    """
    values = view_values(cells, MEASURED)
    marks: dict[str, str] = {}
    if (cells["status"] == "surveyed_none_seen").any() or values.isna().any():
        marks["⬡"] = "none found"
    if (cells["basis"] == "range").any():
        marks["⬡"] = "none found, or a class range only"
    return DensityView(MEASURED, label, values, _scale(values, unit), marks)


def column_view(
    cells: pd.DataFrame, column: str, *, label: str, unit: str
) -> DensityView:
    """View of any column of positive numbers, such as a priority.

    Parameters
    ----------
    cells : DataFrame
        A row a cell.
    column : str
        The column.
    label, unit : str
        For people.
    """
    values = cells[column].astype("float64")
    values = values.where(values > 0)
    return DensityView(label, label, values, _scale(values, unit), {})


def _scale(values: "pd.Series[float]", unit: str) -> Scale:
    return Scale.over(_cut(values), unit)


def _cut(values: "pd.Series[float]") -> list[float]:
    """Values without the outermost at both ends, where there are many."""
    known = np.sort(values[np.isfinite(values)].to_numpy(dtype=np.float64))
    n = int(len(known) * _CUT)
    return [float(x) for x in known[n : len(known) - n]]


def _points_in_words(points: "PointSample") -> str:
    shown = len(points.points)
    if shown < points.n_records:
        return f"{shown:,} of {points.n_records:,} records, drawn at random"
    return "one record" if shown == 1 else f"{shown:,} records"
