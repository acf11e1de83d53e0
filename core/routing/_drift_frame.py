"""Rows of a drift ensemble as tracks over a plan's hours; what is wrong is named."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import RouteInputError
from core.geo import EARTH_RADIUS_KM

__all__ = ["Track", "lat_lon", "on_sphere", "tracks_of_sites"]

FloatArray = npt.NDArray[np.float64]

_COLUMNS = ("seed", "member", "time", "lat", "lon", "status")
_STATUSES = ("afloat", "stranded", "out_of_domain")


def lat_lon(position_km: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Latitude and longitude of directions from the middle of the Earth, (n, 3)."""
    x, y, z = np.moveaxis(position_km, -1, 0)
    lat = np.degrees(np.arctan2(z, np.hypot(x, y)))
    return lat, (np.degrees(np.arctan2(y, x)) + 180.0) % 360.0 - 180.0


def on_sphere(lat: npt.ArrayLike, lon: npt.ArrayLike) -> FloatArray:
    phi, lam = np.radians(lat), np.radians(lon)
    return EARTH_RADIUS_KM * np.stack(
        [np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1
    )


@dataclass(frozen=True, eq=False)
class Track:
    """One seed: hours after the plan's start, positions and shares by member."""

    seed: int
    member: npt.NDArray[np.intp]
    hour: FloatArray
    position: FloatArray
    afloat: FloatArray

    def at(self, grid: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Positions (members, times, 3) and shares (members, times) at given hours."""
        where = np.clip(grid, self.hour[0], self.hour[-1])
        k = np.searchsorted(self.hour, where, side="right") - 1
        k = np.minimum(k, max(len(self.hour) - 2, 0))
        after = np.minimum(k + 1, len(self.hour) - 1)
        gap = self.hour[after] - self.hour[k]
        part = np.where(
            gap > 0.0, (where - self.hour[k]) / np.where(gap > 0, gap, 1), 0
        )
        line = part[:, None]
        position = (1 - line) * self.position[:, k] + line * self.position[:, after]
        length = np.linalg.norm(position, axis=2, keepdims=True)
        share = (1 - part) * self.afloat[:, k] + part * self.afloat[:, after]
        return position * (EARTH_RADIUS_KM / length), share


def _checked(frame: pd.DataFrame) -> pd.DataFrame:
    """Refuse a frame that cannot be a forecast."""
    missing = [name for name in _COLUMNS if name not in frame.columns]
    if missing:
        raise RouteInputError(f"drift forecast lacks the column {missing[0]}")
    if frame.empty:
        raise RouteInputError("drift forecast is empty")
    if not isinstance(frame["time"].dtype, pd.DatetimeTZDtype):
        raise RouteInputError(
            f"drift forecast: time is {frame['time'].dtype}, expected times in UTC"
        )
    return frame


def _refuse(rows: pd.DataFrame, wrong: npt.NDArray[np.bool_], what: str) -> None:
    """Name the first row that is wrong."""
    if not wrong.any():
        return
    row = rows[wrong].iloc[0]
    raise RouteInputError(
        f"drift forecast: {what} (seed {row['seed']}, member {row['member']}, "
        f"{row['time']:%Y-%m-%d %H:%M} UTC: lat {row['lat']}, lon {row['lon']}, "
        f"status {row['status']})"
    )


def tracks_of_sites(
    frame: pd.DataFrame, seeds: Mapping[str, int], start_at: datetime
) -> dict[int, Track]:
    """Tracks of the sites' seeds, by seed.

    Raises
    ------
    RouteInputError
        Names the first record that cannot be used.
    """
    frame = _checked(frame)
    wanted = set(seeds.values())
    rows = frame[frame["seed"].isin(wanted)]
    known = set(rows["seed"].unique().tolist())
    for name, seed in seeds.items():
        if seed not in known:
            raise RouteInputError(
                f"site {name}: seed {seed} is not in the drift forecast"
            )
    lat = pd.to_numeric(rows["lat"], errors="coerce").to_numpy(float)
    lon = pd.to_numeric(rows["lon"], errors="coerce").to_numpy(float)
    on_earth = (np.abs(lat) <= 90.0) & (np.abs(lon) <= 360.0)
    _refuse(rows, ~on_earth, "a position is none")
    _refuse(rows, rows["time"].isna().to_numpy(), "a time is missing")
    known_status = rows["status"].isin(_STATUSES).to_numpy()
    _refuse(rows, ~known_status, f"status is none of {', '.join(_STATUSES)}")
    rows = rows.sort_values(["seed", "member", "time"])
    groups = rows.groupby("seed", sort=False)
    return {seed: _track(seed, groups.get_group(seed), start_at) for seed in wanted}


def _track(seed: int, rows: pd.DataFrame, start_at: datetime) -> Track:
    since = (rows["time"] - pd.Timestamp(start_at)).dt.total_seconds().to_numpy()
    member, counts = np.unique(rows["member"].to_numpy(), return_counts=True)
    hour = since.reshape(len(member), -1) / 3600.0 if _even(counts) else None
    if hour is None or not (hour == hour[0]).all() or not (np.diff(hour[0]) > 0).all():
        raise RouteInputError(
            f"drift forecast: the members of seed {seed} do not hold the same times, "
            "each once"
        )
    if hour[0, -1] <= 0.0:
        raise RouteInputError(
            f"drift forecast ends at {rows['time'].max():%Y-%m-%d %H:%M} UTC for seed "
            f"{seed}, before the plan starts at {start_at:%Y-%m-%d %H:%M} UTC"
        )
    shape = hour.shape
    place = on_sphere(rows["lat"].to_numpy(float), rows["lon"].to_numpy(float))
    afloat = rows["status"].eq("afloat").to_numpy().astype(np.float64)
    return Track(seed, member, hour[0], place.reshape(*shape, 3), afloat.reshape(shape))


def _even(counts: npt.NDArray[np.intp]) -> bool:
    return bool((counts == counts[0]).all())
