"""Quality flags of drifter fixes: one check each, in the order they are applied."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import InputError
from core.geo import great_circle_distance_km

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

GOOD, NOT_EVALUATED, SUSPECT, FAIL, MISSING = 1, 2, 3, 4, 9

#: Reasons, as they stand in reports.
NOT_READ = "time, position or drifter missing or not understood"
OFF_EARTH = "position not on Earth"
BAD_TIME = "time before satellite tracking (1978) or in the future"
REPEAT = "exact repeat of a fix"
TIME_REPEATED = "time repeated with another position"
UNREACHABLE = "position not reachable from the other fixes"
NOT_MOVING = "not moving: on deck, aground or moored"
FAR = "far from the company of the other drifters"
ALONE = "no other fix of this drifter to check against"

#: Argos, the first system that tracked drifters by satellite, went up in 1978.
_FIRST_TIME = pd.Timestamp("1978-01-01", tz="UTC")
#: Noise of two fixes, which counts as speed when they follow closely: assumption.
_FIX_NOISE_KM = 0.1
#: A drifter is far off where it lies beyond both of these from the middle of at least
#: four drifters: assumptions. A table that spans an ocean has no such company.
_COMPANY, _FAR_KM, _FAR_SPREADS = 4, 200.0, 10.0
#: Velocities beyond these at a fix mean another unit or a fill value: assumption
#: (the fastest ocean currents run 2.5 m/s, tidal races 8 m/s; hurricanes 90 m/s).
_MAX_MODEL_M_S = {"ocean": 10.0, "wind": 100.0}


@dataclass(frozen=True, kw_only=True)
class DrifterLimits:
    """What is taken as impossible, and what as a gap; all assumptions.

    Attributes
    ----------
    max_speed_m_s : float
        Faster than any surface drifter, slower than most ships under way.
    still_km, still_h : float
        A drifter that stays within this many km for so many hours does not drift.
    max_gap_h : float
        Between fixes further apart a track is cut, not interpolated.
    """

    max_speed_m_s: float = 3.0
    still_km: float = 0.1
    still_h: float = 6.0
    max_gap_h: float = 3.0

    def __post_init__(self) -> None:
        for name in ("max_speed_m_s", "still_km", "still_h", "max_gap_h"):
            value = getattr(self, name)
            if not (isfinite(value) and value > 0):
                raise InputError(f"{name} must be above zero, got {value}")


def flag_fixes(frame: pd.DataFrame, limits: DrifterLimits) -> pd.DataFrame:
    """Add ``flag`` and ``reason`` to every row; the order of rows is kept."""
    rows = frame.reset_index(drop=True).copy()
    if "row" not in rows:
        rows["row"] = np.arange(1, len(rows) + 1)
    if "drifter_type" not in rows:
        rows["drifter_type"] = ""
    rows["drifter_type"] = rows["drifter_type"].astype("string").fillna("").astype(str)
    known_id = rows["drifter_id"].notna()
    rows["drifter_id"] = rows["drifter_id"].astype("string").fillna("").astype(str)
    time = pd.to_datetime(rows["time"], utc=True, errors="coerce", format="mixed")
    rows["time"] = time.astype("datetime64[us, UTC]")
    for column in ("lat", "lon"):
        rows[column] = pd.to_numeric(rows[column], errors="coerce").astype(np.float64)
    _check_velocities(rows)
    marks = _Marks(len(rows))
    mark = marks.mark
    lat, lon = rows["lat"].to_numpy(), rows["lon"].to_numpy()
    is_read = (
        known_id.to_numpy()
        & (rows["drifter_id"] != "").to_numpy()
        & rows["time"].notna().to_numpy()
        & np.isfinite(lat)
        & np.isfinite(lon)
    )
    mark(~is_read, MISSING, NOT_READ)
    mark((np.abs(lat) > 90) | (lon < -180) | (lon >= 360), FAIL, OFF_EARTH)
    # A clock may run ahead, and a ship's date may be a day off.
    last = pd.Timestamp.now(tz="UTC") + pd.Timedelta(days=1)
    mark(
        ((rows["time"] < _FIRST_TIME) | (rows["time"] > last)).to_numpy(),
        FAIL,
        BAD_TIME,
    )
    fix = ["drifter_id", "time", "lat", "lon"]
    for columns, flag, reason in (
        (fix, FAIL, REPEAT),
        (fix[:2], SUSPECT, TIME_REPEATED),
    ):
        usable = np.flatnonzero(marks.is_good)
        mark(usable[rows.loc[usable].duplicated(columns).to_numpy()], flag, reason)
    _mark_tracks(rows, marks, limits)
    _mark_far_drifters(rows, marks)
    rows["flag"] = marks.flag
    rows["reason"] = marks.reason.astype(str)
    return rows


class _Marks:
    """Flag and reason of every row; the first reason found stands."""

    def __init__(self, n: int) -> None:
        self.flag = np.full(n, GOOD, dtype=np.int64)
        self.reason = np.full(n, "", dtype=object)

    @property
    def is_good(self) -> BoolArray:
        return np.asarray(self.flag == GOOD)

    def mark(
        self, chosen: BoolArray | npt.NDArray[np.int64], flag: int, reason: str
    ) -> None:
        at = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
        at = at[self.is_good[at]]
        self.flag[at] = flag
        self.reason[at] = reason


def epoch_s(time: "pd.Series[Any]") -> FloatArray:
    """Return seconds since 1970 from UTC times."""
    seconds = (time - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
    return np.asarray(seconds, dtype=np.float64)


def _check_velocities(rows: pd.DataFrame) -> None:
    """Bring velocities to numbers and refuse columns in another unit."""
    for column in rows.columns:
        kind = "wind" if column in ("u_wind", "v_wind") else "ocean"
        if kind == "ocean" and not column.startswith(("u_ocean_", "v_ocean_")):
            continue
        values = pd.to_numeric(rows[column], errors="coerce").astype(np.float64)
        limit = _MAX_MODEL_M_S[kind]
        beyond = values.abs() > limit
        if beyond.any() and values[beyond].count() > 0.01 * max(values.count(), 1):
            first = rows["row"][beyond].iloc[0]
            raise InputError(
                f"{column} must be in m/s; {int(beyond.sum())} values lie beyond "
                f"{limit:g}, the first is {values[beyond].iloc[0]:g} (row {first})"
            )
        rows[column] = values.mask(beyond)


def _by_drifter(
    rows: pd.DataFrame, marks: _Marks
) -> list[tuple[npt.NDArray[np.int64], pd.DataFrame]]:
    """Good fixes of each drifter in the order of time, with their places."""
    usable = rows.loc[np.flatnonzero(marks.is_good)]
    usable = usable.sort_values(["drifter_id", "time"], kind="stable")
    return [
        (np.asarray(fixes.index, dtype=np.int64), fixes)
        for _, fixes in usable.groupby("drifter_id", sort=False)
    ]


def _mark_tracks(rows: pd.DataFrame, marks: _Marks, limits: DrifterLimits) -> None:
    """Flag what only the rest of a drifter's track can tell."""
    for places, fixes in _by_drifter(rows, marks):
        if len(fixes) == 1:
            marks.mark(places, NOT_EVALUATED, ALONE)
            continue
        seconds = epoch_s(fixes["time"])
        lat, lon = fixes["lat"].to_numpy(), fixes["lon"].to_numpy()
        is_reached = _reachable(seconds, lat, lon, limits.max_speed_m_s)
        marks.mark(places[~is_reached], FAIL, UNREACHABLE)
        still = _is_still(seconds[is_reached], lat[is_reached], lon[is_reached], limits)
        marks.mark(places[is_reached][still], SUSPECT, NOT_MOVING)


def _mark_far_drifters(rows: pd.DataFrame, marks: _Marks) -> None:
    """Flag drifters far off a company that keeps together: tests on land, mostly."""
    tracks = _by_drifter(rows, marks)
    if len(tracks) < _COMPANY:
        return
    middles = np.array([[f["lat"].median(), f["lon"].median()] for _, f in tracks])
    middle = np.median(middles, axis=0)
    apart = great_circle_distance_km(
        lat1=middles[:, 0], lon1=middles[:, 1], lat2=middle[0], lon2=middle[1]
    )
    limit = max(_FAR_KM, _FAR_SPREADS * float(np.median(apart)))
    for (places, _), distance in zip(tracks, apart, strict=True):
        if distance > limit:
            marks.mark(places, SUSPECT, FAR)


def _reachable(
    seconds: FloatArray, lat: FloatArray, lon: FloatArray, max_speed_m_s: float
) -> BoolArray:
    """Keep the longest run of plausible steps and what can be reached from it.

    One wild fix makes two impossible steps; a walk from the start would lose the whole
    track if the first fix were wild, so it starts from the longest plausible run.
    """

    def can_go(i: int, j: int) -> bool:
        apart = float(
            great_circle_distance_km(lat1=lat[i], lon1=lon[i], lat2=lat[j], lon2=lon[j])
        )
        way_km = max_speed_m_s * abs(seconds[j] - seconds[i]) / 1000.0
        return bool(apart <= way_km + _FIX_NOISE_KM)

    apart = great_circle_distance_km(
        lat1=lat[:-1], lon1=lon[:-1], lat2=lat[1:], lon2=lon[1:]
    )
    allowed = max_speed_m_s * np.diff(seconds) / 1000.0 + _FIX_NOISE_KM
    cuts = np.flatnonzero(apart > allowed) + 1
    kept = np.ones(len(lat), dtype=bool)
    if len(cuts) == 0:
        return kept
    runs = np.split(np.arange(len(lat)), cuts)
    longest = max(runs, key=len)
    for order in (
        range(int(longest[-1]) + 1, len(lat)),
        range(int(longest[0]) - 1, -1, -1),
    ):
        at = int(longest[-1] if order.step > 0 else longest[0])
        for i in order:
            kept[i] = can_go(at, i)
            if kept[i]:
                at = i
    return kept


def _is_still(
    seconds: FloatArray, lat: FloatArray, lon: FloatArray, limits: DrifterLimits
) -> BoolArray:
    """Find fixes in a stretch of ``still_h`` hours that stays within ``still_km``.

    The stretch is judged by the diagonal of its box, from fixes that span at least
    nine tenths of the hours; sparser fixes cannot tell and are left alone.
    """
    still = np.zeros(len(lat), dtype=bool)
    if len(lat) < 2:
        return still
    east = np.degrees(np.unwrap(np.radians(lon))) * np.cos(np.radians(lat.mean()))
    at = pd.to_datetime(seconds, unit="s")
    window = f"{round(limits.still_h * 3600)}s"
    boxes = pd.DataFrame({"y": lat, "x": east, "s": seconds}, index=at)
    rolled = boxes.rolling(window, closed="both")
    spread = (rolled.max() - rolled.min()).to_numpy()
    diagonal_km = np.hypot(spread[:, 0], spread[:, 1]) * np.pi / 180.0 * 6371.0
    ends = np.flatnonzero(
        (diagonal_km <= limits.still_km) & (spread[:, 2] >= 0.9 * limits.still_h * 3600)
    )
    first = np.searchsorted(seconds, seconds[ends] - limits.still_h * 3600.0)
    for start, end in zip(first, ends, strict=True):
        still[start : end + 1] = True
    return still
