"""What a map shows, as everything an export needs to know about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd

from core.density.area_totals import AreaTotals
from core.density.areas import Area
from core.errors import InputError

__all__ = ["COLUMN_NOTES", "MapExport"]

#: What each column of an exported table holds, with its unit.
COLUMN_NOTES: dict[str, str] = {
    "h3": "name of the cell in the H3 grid",
    "lat": "latitude of the cell's centre, degrees, WGS 84",
    "lon": "longitude of the cell's centre, degrees, WGS 84",
    "n": "items counted in the searched area; items sighted where nothing was searched",
    "effort_km2": "area searched, km2; 0 where no searched area is known",
    "density_per_km2": "items per km2: all items over all area searched in the cell",
    "low": "lower limit of the density, items per km2",
    "high": "upper limit of the density, items per km2",
    "status": "surveyed, surveyed_none_seen (nothing found) or never_surveyed",
    "n_sightings": "items seen without a known searched area; in no density",
    "mass_kg": "expected mass in the whole cell, kg",
    "mass_low_kg": "lower limit of that mass, kg",
    "mass_high_kg": "upper limit of that mass, kg",
    "main_category": "category with the most mass in the cell",
    "simulated": "true if any record in the cell was simulated and not observed",
}


@dataclass(frozen=True, kw_only=True)
class MapExport:
    """A map as it stands on the screen.

    Attributes
    ----------
    cells : DataFrame
        A row an H3 cell; the column ``h3`` and any others.
    title : str
        Subject of the map.
    layer : str
        What kind of data it shows; a model says that it is one.
    value : str
        Column that is coloured.
    label, unit : str
        What that column measures.
    bbox : tuple of float
        West, south, east, north of the picture, degrees; east may exceed 180.
    made_at : datetime
        Aware time of the export.
    filters : mapping of str to str
        Filter to its setting, in words.
    surveys : DataFrame
        A row a survey or source behind the map; any columns.
    sources, licences, methods : tuple of str
        Citations, terms of use, and how values and intervals were made.
    link : str
        Address that opens the same view.
    simulated : bool
        Whether any of the data was simulated.
    is_logarithmic : bool
        Whether the colours follow the logarithm of the value.
    columns : mapping of str to str
        What columns beyond `COLUMN_NOTES` hold, with their units.
    area : Area or None
        An area chosen on the map.
    totals : AreaTotals or None
        What it holds.
    """

    cells: pd.DataFrame
    title: str
    layer: str
    value: str
    label: str
    unit: str
    bbox: tuple[float, float, float, float]
    made_at: datetime
    filters: Mapping[str, str] = field(default_factory=dict)
    surveys: pd.DataFrame = field(default_factory=pd.DataFrame)
    sources: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    link: str = ""
    simulated: bool = False
    is_logarithmic: bool = True
    columns: Mapping[str, str] = field(default_factory=dict)
    area: Area | None = None
    totals: AreaTotals | None = None

    def __post_init__(self) -> None:
        for name in ("h3", self.value):
            if name not in self.cells:
                raise InputError(f"an exported map lacks the column {name}")
        if self.made_at.tzinfo is None:
            raise InputError(f"time of the export {self.made_at} has no offset")
        west, south, east, north = self.bbox
        if not (west < east and south < north):
            raise InputError(f"extent of the map {self.bbox} is empty")

    def note(self, column: str) -> str:
        """Say what a column holds; empty if nobody told."""
        return self.columns.get(column, COLUMN_NOTES.get(column, ""))
