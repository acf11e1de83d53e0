"""Real observation tables as rows to learn from: one quantity, duplicates removed.

The importers of :mod:`core.observations` read the tables; here rows of one way of
looking are chosen, size classes of one tow added up, and tows that stand in several
compilations taken once. A tow of a later table counts as the same where an earlier
table has one within 15 km in the same month (or year, where no month is known): of two
tables the one with the more certain licence is kept.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from core.distribution.land_distance import unit_vectors
from core.distribution.targets import Target
from core.errors import InputError
from core.geo import EARTH_RADIUS_KM
from core.observations.importers import Imported, import_file

__all__ = ["ROW_COLUMNS", "TABLES", "SourceTable", "TrainingRows", "training_rows"]

Bools = npt.NDArray[np.bool_]

#: Columns of the rows to learn from.
ROW_COLUMNS = (
    "lat",
    "lon",
    "observed_at",
    "day_known",
    "month_known",
    "value",
    "mesh_mm",
    "is_corrected",
    "wind_m_s",
    "table",
    "licence",
    "source",
)
#: Two tows of different tables this near in the same month are taken as one.
SAME_TOW_KM = 15.0
_HALF_MONTH, _HALF_YEAR = pd.Timedelta(days=14), pd.Timedelta(days=182)
#: Size classes of a net in the table of 2014; all three were looked for, or none.
_NET_CLASSES = 3
_LARGE = ">200 mm"


@dataclass(frozen=True, kw_only=True)
class SourceTable:
    """A table to learn from.

    Attributes
    ----------
    name, file : str
        Short name, and name of the file.
    licence : str
        ``open``, or ``unstated`` where no licence file came with the table.
    citation : str
        Who measured, and under which terms.
    take : callable
        ``take(imported, target)``: rows of a target, or an empty frame.
    """

    name: str
    file: str
    licence: str
    citation: str
    take: Callable[[Path, Imported, Target], pd.DataFrame]


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """Rows of one target, and what became of the tables.

    Attributes
    ----------
    frame : DataFrame
        Columns ``ROW_COLUMNS``.
    used : list of dict
        Each table: ``name, file, sha256, licence, citation, n, n_same`` (rows left out
        because an earlier table or row has the tow).
    """

    frame: pd.DataFrame
    used: list[dict[str, object]]


def training_rows(
    observations_dir: Path, wanted: Target, *, licence: str = "any"
) -> TrainingRows:
    """Read every table of a folder that says something about a target.

    Parameters
    ----------
    observations_dir : Path
        Holds files named as in ``TABLES``; those that are not there are left out.
    wanted : Target
        What is learnt.
    licence : str
        ``open`` leaves out tables without a stated licence; ``any`` takes all.

    Raises
    ------
    InputError
        If no table is there or none has rows of the target.
    """
    if licence not in ("any", "open"):
        raise InputError(f"licence {licence[:20]!r}, expected any or open")
    kept: list[pd.DataFrame] = []
    used: list[dict[str, object]] = []
    for table in TABLES:
        path = observations_dir / table.file
        if not path.is_file() or (licence == "open" and table.licence != "open"):
            continue
        rows = table.take(path, import_file(path), wanted)
        if rows.empty:
            continue
        rows = rows.assign(table=table.name, licence=table.licence)
        fresh = _fresh(rows, kept)
        kept.append(rows.loc[fresh, list(ROW_COLUMNS)])
        used.append(
            {
                "name": table.name,
                "file": table.file,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "licence": table.licence,
                "citation": table.citation,
                "n": int(fresh.sum()),
                "n_same": int((~fresh).sum()),
            }
        )
    if not kept:
        raise InputError(
            f"no table with rows of {wanted.code} in {observations_dir}; expected "
            + ", ".join(table.file for table in TABLES)
        )
    return TrainingRows(pd.concat(kept, ignore_index=True), used)


def _fresh(rows: pd.DataFrame, earlier: Sequence[pd.DataFrame]) -> Bools:
    """Rows that neither repeat one of their own table nor stand in an earlier one."""
    fresh = ~rows.duplicated(["lat", "lon", "observed_at", "value"]).to_numpy()
    if not earlier:
        return np.asarray(fresh, dtype=np.bool_)
    before = pd.concat(earlier, ignore_index=True)
    tree = cKDTree(unit_vectors(before["lat"], before["lon"]))
    near = tree.query_ball_point(
        unit_vectors(rows["lat"], rows["lon"]), SAME_TOW_KM / EARTH_RADIUS_KM
    )
    year, month = _months(before)
    for i, (y, m, found) in enumerate(zip(*_months(rows), near, strict=True)):
        at = np.asarray(found, dtype=np.int64)
        same = (year[at] == y) & ((month[at] == m) | (month[at] == 0) | (m == 0))
        fresh[i] &= not same.any()
    return np.asarray(fresh, dtype=np.bool_)


def _months(rows: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Year and month; month 0 where it is not known."""
    time = rows["observed_at"].dt
    month = np.where(rows["month_known"], time.month, 0)
    return time.year.to_numpy(dtype=np.int64), month.astype(np.int64)


def _rows(measured: pd.DataFrame, **columns: pd.Series) -> pd.DataFrame:
    """Give measurements the columns of rows; a vague time stands in its middle."""
    precision = measured["time_precision"]
    shift = pd.Series(pd.Timedelta(0), index=measured.index)
    shift = shift.mask(precision == "month", _HALF_MONTH)
    shift = shift.mask(precision == "year", _HALF_YEAR)
    frame = pd.DataFrame(
        {
            "lat": measured["lat"],
            "lon": measured["lon"],
            "observed_at": measured["observed_at"] + shift,
            "day_known": precision != "year",
            "month_known": precision != "year",
            "value": measured["value"],
            "mesh_mm": measured["size_min_mm"],
            "is_corrected": (measured["correction"] != "").astype(np.float64),
            "wind_m_s": np.nan,
            "source": measured["source"],
        }
    ).assign(**columns)
    good = frame["value"].ge(0.0) & np.isfinite(frame["value"])
    kept: pd.DataFrame = frame.loc[good].reset_index(drop=True)
    return kept


def _of(imported: Imported, wanted: Target) -> pd.DataFrame:
    measured = imported.measurements
    return measured.loc[
        (measured["quantity"] == wanted.quantity)
        & (measured["medium"] == "sea_surface")
    ]


def _added(parts: pd.DataFrame, n: int) -> pd.DataFrame:
    """Add up the size classes of each tow; a tow that lacks one is left out."""
    first = parts.groupby("event", sort=False).first()
    value = parts.groupby("event", sort=False)["value"].agg(["sum", "count"])
    smallest = parts.groupby("event", sort=False)["size_min_mm"].min()
    whole = first.assign(value=value["sum"], size_min_mm=smallest)
    return whole.loc[value["count"] == n].reset_index()


def _eriksen_2014(path: Path, imported: Imported, wanted: Target) -> pd.DataFrame:
    measured = _of(imported, wanted)
    is_net = measured["method"].str.startswith("net")
    is_large = measured["size_class"] == _LARGE
    if wanted.mesh_mm < 1.0:
        return _rows(_added(measured.loc[is_net & ~is_large], _NET_CLASSES))
    return _rows(measured.loc[~is_net & is_large])


def _gpgp_2015(path: Path, imported: Imported, wanted: Target) -> pd.DataFrame:
    """Manta trawls as they came aboard, without the correction for wind."""
    measured = _of(imported, wanted)
    if wanted.mesh_mm >= 1.0:
        return _rows(measured.loc[measured["method"].str.contains("mosaic")])
    raw = imported.tables["raw_concentrations"].set_index("source_row")
    name = {"items_per_km2": "raw_items_per_km2"}.get(wanted.quantity, "raw_g_per_km2")
    towed = measured.loc[measured["method"] == "Manta trawl"]
    number = pd.to_numeric(raw[name].reindex(towed["source_row"]), errors="coerce")
    towed = towed.assign(value=number.to_numpy(dtype=np.float64), correction="")
    return _timed(_rows_of_events(_added(towed, 2)), path)


def _rows_of_events(tows: pd.DataFrame) -> pd.DataFrame:
    return _rows(tows, event=tows["event"])


def _timed(rows: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Take times and winds of tows from the table of stations, where it is there."""
    stations = path.with_name("gpgp2015_2016_stations.csv.gz")
    if not stations.is_file():
        return rows
    known = import_file(stations).events.drop_duplicates("event").set_index("event")
    known = known.reindex(rows["event"]).reset_index(drop=True)
    has = known["started_at"].notna()
    return rows.assign(
        observed_at=known["started_at"].where(has, rows["observed_at"]),
        day_known=has | rows["day_known"],
        month_known=has | rows["month_known"],
        wind_m_s=known["wind_m_s"],
    )


def _gpgp_history(path: Path, imported: Imported, wanted: Target) -> pd.DataFrame:
    if wanted.mesh_mm >= 1.0:
        return pd.DataFrame(columns=list(ROW_COLUMNS))
    return _rows(_of(imported, wanted))


def _surface_trawls(path: Path, imported: Imported, wanted: Target) -> pd.DataFrame:
    if wanted.mesh_mm >= 1.0:
        return pd.DataFrame(columns=list(ROW_COLUMNS))
    measured = _of(imported, wanted)
    wind = imported.events.drop_duplicates("event").set_index("event")["wind_m_s"]
    return _rows(measured, wind_m_s=measured["event"].map(wind))


#: In the order in which they are asked for a tow that stands in several.
TABLES: tuple[SourceTable, ...] = (
    SourceTable(
        name="eriksen2014",
        file="eriksen2014_trawls_and_visual.csv.gz",
        licence="open",
        citation="Eriksen et al. 2014, PLOS ONE 9:e111913, figshare 1015289; CC BY 4.0",
        take=_eriksen_2014,
    ),
    SourceTable(
        name="gpgp2015",
        file="gpgp2015_2016_concentration.csv.gz",
        licence="open",
        citation="The Ocean Cleanup; Lebreton et al. 2018, Sci. Rep. 8:4666, figshare "
        "5873142; CC BY 4.0",
        take=_gpgp_2015,
    ),
    SourceTable(
        name="gpgp_history",
        file="gpgp_historical_1972_2015.csv.gz",
        licence="open",
        citation="collected by Lebreton et al. 2018, Sci. Rep. 8:4666, figshare "
        "5873142; CC BY 4.0",
        take=_gpgp_history,
    ),
    SourceTable(
        name="surface_trawls",
        file="surface_trawls_1971_2019.csv.gz",
        licence="unstated",
        citation="36 sources, compiled for Eriksen et al. 2023, PLOS ONE "
        "18:e0281596 (article CC BY 4.0; no licence came with the table)",
        take=_surface_trawls,
    ),
)
