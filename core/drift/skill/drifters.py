"""Tables of drifter positions: every fix kept, flagged and counted.

Fixes carry a QARTOD flag [1]_ and the reason for it; nothing is dropped. Skill and
windage use the fixes flagged good, cut into segments at gaps and put on whole hours
from the segment's first fix by straight interpolation.

References
----------
.. [1] IOOS, "Manual for the use of real-time oceanographic data quality control
   flags", version 1.2 (2020): 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.drift.skill._drifter_files import read_raw
from core.drift.skill._drifter_flags import DrifterLimits, epoch_s, flag_fixes
from core.drift.skill._drifter_motion import KM_PER_H, step_displacement_km
from core.errors import InputError

__all__ = [
    "DrifterLimits",
    "DrifterTable",
    "HourlyTracks",
    "check_drifters",
    "read_drifters",
]

FloatArray = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]
IntArray = npt.NDArray[np.int64]
_GOOD = 1


@dataclass(frozen=True)
class DrifterTable:
    """Fixes of drifters with their flags.

    Attributes
    ----------
    rows : DataFrame
        A row a record of the file: ``row`` (number of the record, from 1),
        ``drifter_id, drifter_type, time`` (UTC), ``lat, lon, flag, reason`` and the
        velocity columns found, m/s towards east (``u_``) and north (``v_``).
    models : tuple of str
        Ocean models with a velocity at the fixes, by the names in the columns.
    has_wind : bool
        Whether the wind at the fixes is given.
    limits : DrifterLimits
        What was taken as impossible.
    name : str
        Name of the file.
    notes : tuple of str
        How the columns were understood.
    """

    rows: pd.DataFrame
    models: tuple[str, ...]
    has_wind: bool
    limits: DrifterLimits
    name: str = ""
    notes: tuple[str, ...] = ()

    @property
    def good(self) -> pd.DataFrame:
        """The fixes flagged good, by drifter and time."""
        good = self.rows[self.rows["flag"] == _GOOD]
        return good.sort_values(["drifter_id", "time"], kind="stable")

    @property
    def simulated(self) -> bool:
        """Whether any record was made, not observed.

        Told by a column ``simulated``, or by a model or drifter type of that name.
        """
        named = {*self.models, *self.rows["drifter_type"].str.split().str[0].dropna()}
        if "simulated" in {str(name).lower() for name in named}:
            return True
        if "simulated" not in self.rows:
            return False
        marks = self.rows["simulated"].astype("string").str.strip().str.lower()
        return bool(marks.isin(["true", "1", "yes"]).any())

    def quality(self) -> dict[str, Any]:
        """Count fixes by flag and by reason."""
        reasons = self.rows.loc[self.rows["reason"] != "", "reason"]
        return {
            "rows": len(self.rows),
            "drifters": int(self.rows["drifter_id"].replace("", pd.NA).nunique()),
            "flags": {
                str(flag): int(n)
                for flag, n in self.rows["flag"].value_counts().sort_index().items()
            },
            "reasons": {
                str(reason): int(n)
                for reason, n in reasons.value_counts().sort_index().items()
            },
        }

    def flagged(self, *, per_reason: int = 20) -> list[dict[str, Any]]:
        """Name the first rows of each reason, as JSON values."""
        doubtful = self.rows[self.rows["reason"] != ""]
        first = doubtful.groupby("reason", sort=True).head(per_reason)
        records: list[dict[Any, Any]] = first.to_dict("records")
        return [
            {
                "row": int(record["row"]),
                "drifter_id": str(record["drifter_id"])[:80],
                "time": None if pd.isna(record["time"]) else record["time"].isoformat(),
                "flag": int(record["flag"]),
                "reason": str(record["reason"]),
            }
            for record in records
        ]

    def hourly(self) -> "HourlyTracks":
        """Cut the good fixes into segments at gaps and put them on whole hours."""
        return _hourly(self)


@dataclass(frozen=True)
class HourlyTracks:
    """Hourly positions of drifters, one segment after the other.

    Attributes
    ----------
    lat, lon : ndarray of float, shape (n,)
        Degrees; longitude runs on past 180 within a segment.
    time_s : ndarray of float, shape (n,)
        Seconds since 1970-01-01 UTC.
    segment, drifter, kind : ndarray of int, shape (n,)
        Numbers of the segment, the drifter and the drifter type.
    currents : dict of str to ndarray of complex, shape (n,)
        Velocity of each ocean model at the drifter, ``u + 1j v`` in m/s; NaN unknown.
    wind : ndarray of complex, shape (n,), or None
        10 m wind at the drifter, m/s.
    drifters, kinds : tuple of str
        Names behind the numbers.
    """

    lat: FloatArray
    lon: FloatArray
    time_s: FloatArray
    segment: IntArray
    drifter: IntArray
    kind: IntArray
    currents: dict[str, ComplexArray]
    wind: ComplexArray | None
    drifters: tuple[str, ...]
    kinds: tuple[str, ...]

    @property
    def n_segments(self) -> int:
        """Number of segments."""
        return int(self.segment[-1]) + 1 if len(self.segment) else 0

    @property
    def current(self) -> ComplexArray | None:
        """Mean velocity of the ocean models, m/s; None without a model."""
        if not self.currents:
            return None
        stacked = np.stack(list(self.currents.values()))
        return np.asarray(stacked.mean(axis=0), dtype=np.complex128)

    def velocity(self) -> ComplexArray:
        """Velocity over the hour after each position, m/s; NaN at a segment's end."""
        out = np.full(len(self.lat), complex(np.nan, np.nan))
        if len(out) > 1:
            step = step_displacement_km(self.lat, self.lon) / KM_PER_H
            out[:-1] = np.where(self.segment[1:] == self.segment[:-1], step, np.nan)
        return out


def read_drifters(
    path: Path | str, *, limits: DrifterLimits | None = None
) -> DrifterTable:
    """Read a table of drifter positions and flag every fix.

    Understood are CSV (gzipped or not) and Parquet with ``drifter_id, time, lat, lon``
    or the usual other names for them, and NetCDF with ``lon, lat, time`` of shape
    ``(trajectory, obs)``. Columns ``drifter_type``, ``u_ocean_<model>``,
    ``v_ocean_<model>``, ``u_wind`` and ``v_wind`` (m/s) are used where present.

    Parameters
    ----------
    path : Path or str
        The file.
    limits : DrifterLimits, optional
        What is taken as impossible or as a gap.

    Returns
    -------
    DrifterTable
        All records of the file, flagged.

    Raises
    ------
    NotFoundError
        If there is no such file.
    InputError
        If the file as a whole cannot be understood; the message says what it lacks.
    """
    raw, notes = read_raw(Path(path))
    return check_drifters(raw, limits=limits, name=Path(path).name, notes=notes)


def check_drifters(
    frame: pd.DataFrame,
    *,
    limits: DrifterLimits | None = None,
    name: str = "table",
    notes: tuple[str, ...] = (),
) -> DrifterTable:
    """Flag every fix of a frame in the plain layout.

    Parameters
    ----------
    frame : DataFrame
        Columns ``drifter_id, time, lat, lon``, and those of :func:`read_drifters`.
    limits : DrifterLimits, optional
        What is taken as impossible or as a gap.
    name, notes : str, tuple of str
        Where the frame came from and how it was understood.

    Returns
    -------
    DrifterTable
        The rows with ``flag`` and ``reason``.

    Raises
    ------
    InputError
        If a column lacks or no row is left to look at.
    """
    lacking = [c for c in ("drifter_id", "time", "lat", "lon") if c not in frame]
    if lacking:
        raise InputError(f"{name} lacks {', '.join(lacking)}; has {list(frame)}")
    if frame.empty:
        raise InputError(f"{name} holds no positions")
    limits = limits or DrifterLimits()
    rows = flag_fixes(frame, limits)
    models = tuple(
        column.removeprefix("u_ocean_")
        for column in map(str, rows.columns)
        if column.startswith("u_ocean_")
        and column.replace("u_", "v_", 1) in rows.columns
    )
    return DrifterTable(
        rows=rows,
        models=models,
        has_wind={"u_wind", "v_wind"} <= set(rows),
        limits=limits,
        name=name,
        notes=notes,
    )


def _hourly(table: DrifterTable) -> HourlyTracks:
    names = [f"ocean_{model}" for model in table.models]
    names += ["wind"] if table.has_wind else []
    columns = [f"{part}_{name}" for name in names for part in "uv"]
    pieces: list[dict[str, Any]] = []
    for drifter, fixes in table.good.groupby("drifter_id", sort=True):
        time_s = epoch_s(fixes["time"])
        cuts = np.flatnonzero(np.diff(time_s) > table.limits.max_gap_h * 3600.0) + 1
        values = {c: fixes[c].to_numpy(dtype=np.float64) for c in ["lat", *columns]}
        values["lon"] = fixes["lon"].to_numpy(dtype=np.float64)
        kind = str(fixes["drifter_type"].iloc[0])
        for part in np.split(np.arange(len(fixes)), cuts):
            at = np.arange(time_s[part[0]], time_s[part[-1]] + 1.0, 3600.0)
            lon = np.degrees(np.unwrap(np.radians(values["lon"][part])))
            piece = {
                name: np.interp(at, time_s[part], lon if name == "lon" else v[part])
                for name, v in values.items()
            }
            pieces.append({**piece, "time": at, "drifter": str(drifter), "kind": kind})
    drifters = tuple(sorted({p["drifter"] for p in pieces}))
    kinds = tuple(sorted({p["kind"] for p in pieces}))

    def joined(name: str) -> FloatArray:
        return np.concatenate([np.empty(0), *(p[name] for p in pieces)])

    def numbered(values: list[int]) -> IntArray:
        lengths = [len(p["time"]) for p in pieces]
        return np.repeat(np.array(values, dtype=np.int64), lengths)

    def velocity(name: str) -> ComplexArray:
        return np.asarray(joined(f"u_{name}") + 1j * joined(f"v_{name}"))

    return HourlyTracks(
        lat=joined("lat"),
        lon=joined("lon"),
        time_s=joined("time"),
        segment=numbered(list(range(len(pieces)))),
        drifter=numbered([drifters.index(p["drifter"]) for p in pieces]),
        kind=numbered([kinds.index(p["kind"]) for p in pieces]),
        currents={model: velocity(f"ocean_{model}") for model in table.models},
        wind=velocity("wind") if table.has_wind else None,
        drifters=drifters,
        kinds=kinds,
    )
