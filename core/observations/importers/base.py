"""What importers exchange: tables as they stand, profiles, and what came of a file."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.observations.frame import Rejection, empty_observations
from core.observations.measurements import empty_events, empty_measurements

__all__ = ["GridField", "ImportContext", "Imported", "Match", "Profile", "RawTable"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class RawTable:
    """One table of a file as it stands, before anybody gave it a meaning.

    Attributes
    ----------
    name : str
        Sheet, layer, record type (``HH``) or variable group; empty in plain text files.
    frame : DataFrame
        Columns under their own headings (made unique, in order). Text formats give
        text throughout, missing as empty text; binary formats keep their types.
    rows : ndarray of int, shape (n,)
        Number of each record in its file, from 1.
    file : str
        Name of the file, without folders.
    kind : str
        ``csv``, ``excel``, ``geojson``, ``parquet``, ``gpkg``, ``shapefile``,
        ``netcdf`` or ``dwca``.
    refused : tuple of Rejection
        Records the reader could not bring into columns (a ragged line).
    doubts : tuple of Rejection
        Records the reader brought into columns as they are not written: an area as a
        point inside it.
    notes : mapping of str to int
        What the reader undid: decimal commas, another encoding, a row of units.
    units : mapping of str to str
        Unit by column where the file states one apart from the heading; in a NetCDF
        grid, of every variable.
    path : Path, optional
        The file, for profiles that read more of it than a table (a grid).
    delimiter : str
        What parts the fields of a text file; empty for other kinds.
    """

    name: str
    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    file: str
    kind: str
    refused: tuple[Rejection, ...] = ()
    notes: Mapping[str, int] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None
    delimiter: str = ""
    doubts: tuple[Rejection, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Headings, in order."""
        return [str(name) for name in self.frame.columns]


@dataclass(frozen=True, kw_only=True)
class Match:
    """How well a profile fits a file.

    Attributes
    ----------
    score : float
        0 does not fit, 1 fits for certain; the highest wins, a tie is refused with
        both names.
    lacks : tuple of str
        What a near match misses, for the message to the user.
    """

    score: float
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ImportContext:
    """What a profile may ask beside the file.

    Attributes
    ----------
    now : datetime
        Times after this are doubtful.
    companions : tuple of RawTable
        Tables of files given beside (stations of a table that only names its tows).
    events : callable or None
        Stored sampling events by their names: ``events(names) -> DataFrame`` with
        ``EVENT_DTYPES``; None where there is no store.
    """

    now: datetime
    companions: tuple[RawTable, ...] = ()
    events: Callable[[Sequence[str]], pd.DataFrame] | None = None


@dataclass(frozen=True, kw_only=True)
class GridField:
    """A published model field: model output, never mixed with what was observed.

    Attributes
    ----------
    name : str
        Model and variable, such as ``vansebille abundance``.
    quantity : str
        ``items_per_km2`` or ``grams_per_km2``.
    lat, lon : ndarray of float, shape (n_lat,), (n_lon,)
        Cell centres, degrees; longitude in [-180, 180), no repeated column.
    value, cell_area_km2 : ndarray of float, shape (n_lat, n_lon)
        In the quantity's unit, NaN on land; area of each cell, km2.
    total : float
        Sum of value times area over the sea: items or grams.
    source : str
        Citation.
    """

    name: str
    quantity: str
    lat: FloatArray
    lon: FloatArray
    value: FloatArray
    cell_area_km2: FloatArray
    total: float
    source: str


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What came of a file: every record is accepted, refused or a duplicate.

    Attributes
    ----------
    profile : str
        Name of the profile that read it.
    n_rows : int
        Records of the file (rows of its main table).
    observations, measurements, events : DataFrame
        Checked frames in the layouts of `core.observations`.
    tables : mapping of str to DataFrame
        Checked tables that have no place on a map: ``specimens`` (mass, size, rise
        velocity of single pieces), ``item_list`` (codes of a litter list).
    fields : tuple of GridField
        Model fields.
    rejected, doubts, repeated : tuple of Rejection
        Refused records; accepted ones that were flagged or read otherwise than
        written, and why; records equal to an earlier one, kept once.
    notes : mapping of str to int
        How often something was read with an interpretation.
    mapping : mapping of str to str
        What each field was read from, for a person: ``{"lat": "Latitude"}``.
    totals : mapping of str to float
        Sums worth stating, name with unit.
    """

    profile: str
    n_rows: int
    observations: pd.DataFrame = field(default_factory=empty_observations)
    measurements: pd.DataFrame = field(default_factory=empty_measurements)
    events: pd.DataFrame = field(default_factory=empty_events)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    fields: tuple[GridField, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    doubts: tuple[Rejection, ...] = ()
    repeated: tuple[Rejection, ...] = ()
    notes: Mapping[str, int] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)
    totals: Mapping[str, float] = field(default_factory=dict)

    @property
    def n_rejected(self) -> int:
        """Records refused."""
        return len({fault.row for fault in self.rejected})

    @property
    def n_duplicates(self) -> int:
        """Records equal to an earlier one of the file."""
        return len({repeat.row for repeat in self.repeated})

    @property
    def n_accepted(self) -> int:
        """Records of which something is kept."""
        return self.n_rows - self.n_rejected - self.n_duplicates

    @property
    def flags(self) -> dict[str, int]:
        """Kept rows by quality flag, and the notes."""
        counted: Counter[str] = Counter()
        for frame in (self.observations, self.measurements, self.events):
            counted.update(f"quality_{flag}" for flag in frame["quality_flag"].tolist())
        return {**dict(sorted(counted.items())), **dict(self.notes)}


class Profile(Protocol):
    """A layout Gyre knows: recognises a file by its tables, and reads it."""

    name: str
    title: str

    def match(self, tables: Sequence[RawTable]) -> Match:
        """How well the file fits; looks at headings and a sample of values only."""
        ...

    def read(self, tables: Sequence[RawTable], context: ImportContext) -> Imported:
        """Read the file.

        Raises
        ------
        ObservationError
            If the file as a whole cannot be understood; says what it lacks.
        """
        ...
