"""The forcing record: currents, wind, Stokes drift or waves on one regular grid."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from core.environment.grid import (
    EDGE_TOLERANCE_DEG,
    Bbox,
    axis_window,
    check_bbox,
    is_around_the_globe,
    lon_window,
    relative_lon,
    time_window,
)
from core.environment.sampling import (
    SpeedStatistics,
    sample,
    speed_statistics,
)
from core.environment.text import clean_text, epoch_s, moment_of, shown
from core.errors import InputError
from core.geo import normalise_lon

__all__ = ["KINDS", "Forcing", "Kind"]

Kind = Literal["current", "wind", "stokes", "waves"]
KINDS: tuple[Kind, ...] = get_args(Kind)

FloatArray = npt.NDArray[np.float64]
ValueArray = npt.NDArray[np.float32]


def _no_values() -> ValueArray:
    return np.empty((0, 0, 0), dtype=np.float32)


@dataclass(frozen=True, eq=False, kw_only=True)
class Forcing:
    """One quantity that moves debris, on a regular grid of latitude and longitude.

    Parameters
    ----------
    kind : {"current", "wind", "stokes", "waves"}
        What it is. Wind is that at 10 m above the sea.
    time_s : ndarray of float, shape (n_times,)
        Seconds since 1970-01-01 UTC, rising.
    lat : ndarray of float, shape (n_lat,)
        Degrees north, rising; steps may differ.
    lon : ndarray of float, shape (n_lon,)
        Degrees east, rising, the first in [-180, 180); a box over the date line runs
        past 180.
    u, v : ndarray of float32, shape (n_times, n_lat, n_lon)
        Components towards east and north in m/s, wind too; NaN is land. Empty
        (shape ``(0, 0, 0)``) for waves.
    height_m : ndarray of float32, same shape, optional
        Significant wave height, for waves only.
    title, source, attribution : str
        What the file says of itself and whom to credit.
    variables : tuple of str
        Names of the variables that were read.
    warnings : tuple of str
        Every assumption made on reading, and what is doubtful.
    sha256 : str
        Hash of the file read, empty where there is none.
    simulated : bool
        Whether the numbers are made up for a demonstration.

    Raises
    ------
    InputError
        If axes and values do not fit together.
    """

    kind: Kind
    time_s: FloatArray
    lat: FloatArray
    lon: FloatArray
    u: ValueArray = field(default_factory=_no_values, repr=False)
    v: ValueArray = field(default_factory=_no_values, repr=False)
    height_m: ValueArray | None = field(default=None, repr=False)
    title: str = ""
    source: str = ""
    attribution: str = ""
    variables: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sha256: str = ""
    simulated: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"kind {self.kind!r}: expected one of {', '.join(KINDS)}")
        for name in ("time_s", "lat", "lon"):
            _freeze(self, name, np.float64)
        for name in ("title", "source", "attribution"):
            object.__setattr__(self, name, clean_text(getattr(self, name)))
        for name in ("variables", "warnings"):
            texts = tuple(clean_text(text) for text in getattr(self, name))
            object.__setattr__(self, name, tuple(dict.fromkeys(texts)))
        self._check_axes()
        names = ("height_m",) if self.kind == "waves" else ("u", "v")
        for name in names:
            if getattr(self, name) is None:
                raise InputError(f"{self.kind} without {name}")
            _freeze(self, name, np.float32)
            got = getattr(self, name).shape
            if got != self.shape:
                raise InputError(
                    f"{name} has shape {got}, expected {self.shape} from the axes"
                )

    def _check_axes(self) -> None:
        for name, least in (("time_s", 1), ("lat", 2), ("lon", 2)):
            axis = getattr(self, name)
            if axis.ndim != 1 or axis.size < least:
                raise InputError(
                    f"{name} has shape {axis.shape}, expected one axis of at least "
                    f"{least}"
                )
            if not np.all(np.isfinite(axis)) or np.any(np.diff(axis) <= 0.0):
                raise InputError(f"{name} must be finite and rise at every step")
        if self.lat[0] < -90.0 or self.lat[-1] > 90.0:
            raise InputError(
                f"latitudes {self.lat[0]:g} to {self.lat[-1]:g} outside [-90, 90]"
            )
        # A closed axis repeats its first node a turn later, so 360 is allowed.
        if not -180.0 <= self.lon[0] < 180.0 or self.lon[-1] - self.lon[0] > 360.001:
            raise InputError(
                f"longitudes {self.lon[0]:g} to {self.lon[-1]:g}: expected a start in "
                "[-180, 180) and at most one turn"
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of times, latitudes and longitudes."""
        return self.time_s.size, self.lat.size, self.lon.size

    @property
    def starts_at(self) -> datetime:
        """First time covered, UTC."""
        return moment_of(self.time_s[0])

    @property
    def ends_at(self) -> datetime:
        """Last time covered, UTC."""
        return moment_of(self.time_s[-1])

    @property
    def is_global(self) -> bool:
        """Whether the longitudes go once around, so that every one is covered."""
        return is_around_the_globe(self.lon)

    @property
    def bbox(self) -> Bbox:
        """West, south, east, north in degrees; west > east crosses 180."""
        south, north = float(self.lat[0]), float(self.lat[-1])
        if self.is_global:
            return -180.0, south, 180.0, north
        east = float(self.lon[-1])
        if east > 180.0:
            east = float(normalise_lon(east))
        return float(self.lon[0]), south, east, north

    @property
    def values(self) -> tuple[ValueArray, ...]:
        """The fields held: u and v, or the wave height alone."""
        if self.height_m is not None:
            return (self.height_m,)
        return self.u, self.v

    @property
    def land_share(self) -> float:
        """Share of nodes without a value at every time, 0 to 1."""
        dry = np.ones(self.shape[1:], dtype=bool)
        for frame in self.values[0]:
            dry &= np.isnan(frame)
        return float(dry.mean())

    def covers(
        self, *, lat: npt.ArrayLike, lon: npt.ArrayLike
    ) -> npt.NDArray[np.bool_]:
        """Whether points lie inside the grid's area, land or not."""
        north = np.asarray(lat, dtype=np.float64)
        east = relative_lon(lon, first=float(self.lon[0]))
        inside = (north >= self.lat[0] - EDGE_TOLERANCE_DEG) & (
            north <= self.lat[-1] + EDGE_TOLERANCE_DEG
        )
        if not self.is_global:
            inside = inside & (east <= self.lon[-1] + EDGE_TOLERANCE_DEG)
        return np.asarray(inside & np.isfinite(east))

    def require(
        self,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        lat: npt.ArrayLike | None = None,
        lon: npt.ArrayLike | None = None,
    ) -> None:
        """Refuse times or places that are not covered; nothing is extrapolated.

        Parameters
        ----------
        start, end : datetime, optional
            First and last time asked for, with time zone.
        lat, lon : array_like of float, optional
            Places asked for, degrees; both or neither.

        Raises
        ------
        InputError
            Naming what was asked for and what is covered.
        """
        first, last = self.time_s[0], self.time_s[-1]
        for word, moment in (("start", start), ("end", end)):
            if moment is not None and not first <= epoch_s(moment, record=word) <= last:
                raise InputError(
                    f"{word} {shown(moment)} is outside the {self.kind} data, which "
                    f"cover {shown(self.starts_at)} to {shown(self.ends_at)}"
                )
        if lat is None and lon is None:
            return
        if lat is None or lon is None:
            raise InputError("a place needs lat and lon")
        north, east = np.broadcast_arrays(
            np.atleast_1d(np.asarray(lat, dtype=np.float64)),
            np.atleast_1d(np.asarray(lon, dtype=np.float64)),
        )
        outside = np.flatnonzero(~self.covers(lat=north, lon=east).ravel())
        if outside.size:
            at = outside[0]
            west, south, right, top = self.bbox
            raise InputError(
                f"{outside.size} of {north.size} places are outside the {self.kind} "
                f"data, the first at lat {north.ravel()[at]:g}, lon "
                f"{east.ravel()[at]:g}; they cover latitude {south:g} to {top:g}, "
                f"longitude {west:g} to {right:g}"
            )

    def at(
        self, *, time: datetime | npt.ArrayLike, lat: npt.ArrayLike, lon: npt.ArrayLike
    ) -> tuple[FloatArray, ...]:
        """Values at times and places: bilinear from wet nodes, linear in time.

        Parameters
        ----------
        time : datetime or array_like of float
            With time zone, or seconds since 1970-01-01 UTC.
        lat, lon : array_like of float
            Degrees; the three shapes must broadcast.

        Returns
        -------
        tuple of ndarray
            East and north components in m/s (for waves the height in m alone), in
            the broadcast shape; NaN on land and outside the area.

        Raises
        ------
        InputError
            If a time is not covered.
        """
        return sample(self, time=time, lat=lat, lon=lon)

    def closed(self) -> "Forcing":
        """Return the forcing with its first column repeated after a turn, if global.

        Between the last and the first column of a global grid lies a strip that no
        cell covers; the repeated column covers it. Other grids come back unchanged.
        """
        if not self.is_global or self.lon[-1] - self.lon[0] >= 360.0:
            return self
        columns = np.append(np.arange(self.lon.size), 0)
        lon = np.append(self.lon, self.lon[0] + 360.0)
        return self._taken(slice(None), slice(None), columns, lon)

    def subset(
        self,
        *,
        bbox: tuple[float, ...] | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> "Forcing":
        """Return the part around a box and a period, with one node beyond each end.

        Parameters
        ----------
        bbox : tuple of float, optional
            West, south, east, north in degrees; west > east crosses 180.
        start, end : datetime, optional
            With time zone.

        Raises
        ------
        InputError
            If box or period lie wholly outside, or the end is before the start.
        """
        times = time_window(self.time_s, start=start, end=end, record=self.kind)
        rows, columns, lon = slice(None), np.arange(self.lon.size), self.lon
        if bbox is not None:
            west, south, east, north = check_bbox(bbox)
            rows = axis_window(self.lat, south, north)
            lon, columns = lon_window(self.lon, west, east)
            if rows.start == rows.stop or not columns.size:
                raise InputError(
                    f"box {west:g},{south:g},{east:g},{north:g} lies outside the "
                    f"{self.kind} data, which cover "
                    + ",".join(f"{edge:g}" for edge in self.bbox)
                )
        return self._taken(times, rows, columns, lon)

    def _taken(
        self, times: slice, rows: slice, columns: npt.NDArray[np.int64], lon: FloatArray
    ) -> "Forcing":
        """Return the nodes named, every text kept."""
        cut = [values[times, rows][:, :, columns] for values in self.values]
        return replace(
            self,
            time_s=self.time_s[times],
            lat=self.lat[rows],
            lon=lon,
            u=self.u if self.kind == "waves" else cut[0],
            v=self.v if self.kind == "waves" else cut[1],
            height_m=cut[0] if self.kind == "waves" else None,
        )

    def speed_statistics(self) -> SpeedStatistics:
        """Speeds of wet nodes over all times (for waves heights); zeros without any."""
        return speed_statistics(self)

    def to_netcdf(self, path: Path | str) -> Path:
        """Write a CF-1.8 file, see :func:`core.environment.write_forcing`."""
        # Imported here because writing needs this record's own module.
        from core.environment.files.write import write_forcing

        return write_forcing(self, path)


def _freeze(forcing: Forcing, name: str, dtype: type) -> None:
    """Keep an array as its own read-only view, copied only where the type differs."""
    kept: npt.NDArray[np.generic] = np.ascontiguousarray(
        getattr(forcing, name), dtype=dtype
    ).view()
    kept.flags.writeable = False
    object.__setattr__(forcing, name, kept)
