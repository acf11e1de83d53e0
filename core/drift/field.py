"""Velocities on a grid in space and time, ready for the kernel."""

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from core.drift._kernel.axes import as_axis, as_seconds, close_ring, is_uniform
from core.drift._kernel.land_nodes import Grid, cell_codes, clear_cells
from core.drift._kernel.layers import FRAME, SECOND, pack
from core.drift._kernel.sample import sample_many
from core.drift._kernel.shore import extend_over_land
from core.errors import InputError
from core.geo import EARTH_RADIUS_KM

__all__ = ["DEGREES_PER_METRE", "Mesh", "VelocityField"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Mesh = Literal["flat", "spherical"]

#: Degrees of latitude in a metre, on the sphere of radius 6,371,000 m.
DEGREES_PER_METRE = 180.0 / (np.pi * EARTH_RADIUS_KM * 1000.0)
_TURN_DEG = 360.0
_AXIS_SLACK_DEG = 1e-6


class VelocityField:
    """Velocities at the nodes of a grid, at one or more times.

    Between nodes they are bilinear, between frames linear in time. A node whose u or
    v is NaN in any frame is land. A land node beside the sea takes the straight line
    through the two nearest nodes at sea (2 a - b), meant over the directions that have
    two, but no faster than they are; opposite directions count for nothing. The
    velocity is the bilinear mean over the nodes that have one, their weights brought
    back to one. So the coast neither slows the water (as zero velocities on land would)
    nor blanks it, and keeps its shear.

    Parameters
    ----------
    time_s : array_like of float, shape (n_t,)
        Times of the frames, s, strictly rising; ``datetime64`` is read as seconds
        since 1970. A field of one frame is steady and holds at any time.
    y, x : array_like of float, shape (n_y,) and (n_x,)
        Node positions, strictly monotonic and rising or falling: metres on a flat
        mesh; latitude and longitude in degrees on a spherical one. Longitudes that go
        once round the Earth close on themselves.
    u, v : array_like of float, shape (n_t, n_y, n_x)
        Velocity towards +x (east) and +y (north), m/s; NaN is land. One frame may
        come without its time axis. Kept in float32 if both are given so.
    mesh : {"flat", "spherical"}
        What x and y are.

    Raises
    ------
    InputError
        If shapes disagree, an axis or the clock is not finite or not monotonic, a
        velocity is infinite, or a frame among others holds no value at all.

    Notes
    -----
    On a spherical mesh the nodes hold degrees per second, u / (R cos lat) with
    R = 6,371,000 m, so it is the turning rate that is interpolated: a rigid rotation
    about the poles comes out exact. A node on a pole has no turning rate; it takes
    that of half a spacing before the pole. The grid ends at its last rows, so a
    particle that crosses a pole leaves the domain.
    """

    def __init__(
        self,
        time_s: npt.ArrayLike,
        y: npt.ArrayLike,
        x: npt.ArrayLike,
        u: npt.ArrayLike,
        v: npt.ArrayLike,
        mesh: Mesh = "flat",
    ) -> None:
        if mesh not in get_args(Mesh):
            raise InputError(f"mesh {mesh!r} is not one of {', '.join(get_args(Mesh))}")
        self.mesh: Mesh = mesh
        self.time_s = as_seconds(time_s)
        self.y, y_falls = as_axis(y, "y")
        self.x, x_falls = as_axis(x, "x")
        shape = (self.time_s.size, self.y.size, self.x.size)
        frames = _frames(u, v, shape)
        frames = frames[:, :: -1 if y_falls else 1, :: -1 if x_falls else 1]
        periodic = False
        if mesh == "spherical":
            _check_degrees(self.y, self.x)
            if closed := close_ring(self.x):
                periodic = True
                self.x, n_before = closed
                columns = np.append(np.arange(n_before), 0)
                frames = frames[:, :, columns]
        #: Nodes at sea, shape (n_y, n_x); a periodic axis repeats its first column.
        self.wet: BoolArray = ~np.isnan(frames).any(axis=(0, 3))
        _check_frames(frames, self.wet, self.time_s)
        frames = np.array(frames, order="C")
        frames[:, ~self.wet] = np.nan
        extend_over_land(frames, self.wet, periodic=periodic)
        frames *= self._scale(frames.dtype)
        #: Node velocities in units of the axes per second, the first land nodes filled.
        self.frames = frames
        self._pair: tuple[int, FloatArray] | None = None
        self.grid = self._make_grid(periodic)

    def _scale(self, dtype: npt.DTypeLike) -> npt.NDArray[np.floating]:
        """Factor from m/s to units of the axes per second, per row and component."""
        scale = np.ones((1, self.y.size, 1, 2))
        if self.mesh == "spherical":
            half_deg = 0.5 * min(self.y[1] - self.y[0], self.y[-1] - self.y[-2])
            least = np.sin(np.radians(half_deg))
            cosine = np.maximum(np.cos(np.radians(self.y)), least)
            scale[0, :, 0, 0] = DEGREES_PER_METRE / cosine
            scale[0, :, 0, 1] = DEGREES_PER_METRE
        return scale.astype(dtype)

    def _make_grid(self, periodic: bool) -> Grid:
        code = cell_codes(~self.wet, periodic=periodic)
        clear = clear_cells(code, periodic=periodic, edges=True)
        return make_grid(self.x, self.y, code, clear, mesh=self.mesh, periodic=periodic)

    @property
    def is_steady(self) -> bool:
        """Whether the field has one frame, which then holds at any time."""
        return self.time_s.size == 1

    @property
    def is_periodic(self) -> bool:
        """Whether the longitudes go once round the Earth."""
        return bool(self.grid.periodic)

    def require_time(self, *times_s: float, name: str = "field") -> None:
        """Refuse times that the frames do not span.

        Raises
        ------
        InputError
            If a time lies before the first frame or after the last.
        """
        first, last = float(self.time_s[0]), float(self.time_s[-1])
        for time_s in times_s:
            if not (self.is_steady or first <= time_s <= last):
                raise InputError(
                    f"time {time_s:.12g} s outside the {name}'s frames, "
                    f"{first:.12g} to {last:.12g} s"
                )

    def own_turn(self, x: npt.ArrayLike) -> FloatArray:
        """Bring longitudes into the turn that the field's own axis counts in.

        On a flat mesh x is returned unchanged. A field round the Earth gives
        ``[x[0], x[0] + 360)``, any other the turn nearest to its middle.
        """
        lon = np.asarray(x, dtype=np.float64)
        if self.mesh == "flat":
            return lon
        start = self.grid.xc - _TURN_DEG / 2.0
        if lon.size and start <= lon.min() and lon.max() < start + _TURN_DEG:
            return lon
        turns = np.floor((lon - start) / _TURN_DEG)
        # A longitude already in its turn is not touched, not even by rounding.
        return np.where(turns == 0.0, lon, lon - turns * _TURN_DEG)

    def velocity_at(
        self, x: npt.ArrayLike, y: npt.ArrayLike, time_s: float
    ) -> tuple[FloatArray, FloatArray]:
        """Velocity at positions, by the rule that moves particles.

        Parameters
        ----------
        x, y : array_like of float, shape (n,)
            Positions in units of the axes.
        time_s : float
            Time on the field's clock.

        Returns
        -------
        u, v : ndarray of float, shape (n,)
            m/s; NaN outside the grid and in cells without a node at sea.

        Raises
        ------
        InputError
            If the time lies outside the frames.
        """
        self.require_time(time_s)
        px, py = np.broadcast_arrays(np.atleast_1d(self.own_turn(x)), np.atleast_1d(y))
        k = self.bracket(time_s, time_s)
        share = 0.0
        if not self.is_steady:
            before, after = self.time_s[k], self.time_s[k + 1]
            share = float((time_s - before) / (after - before))
        grids = pack([self.grid])
        grids.counts[0, SECOND] = 0 if self.is_steady else grids.counts[0, FRAME]
        rate = sample_many(
            self.pair(k),
            share,
            *grids,
            np.ascontiguousarray(px, dtype=np.float64),
            np.ascontiguousarray(py, dtype=np.float64),
        )
        rate[:, self._in_land(px, py)] = np.nan
        if self.mesh == "flat":
            return rate[0], rate[1]
        east = rate[0] * np.cos(np.radians(py)) / DEGREES_PER_METRE
        return east, rate[1] / DEGREES_PER_METRE

    def _in_land(self, x: FloatArray, y: FloatArray) -> BoolArray:
        """Whether each place is in a cell whose four nodes are land."""
        n_y, n_x = self.grid.code.shape
        j = np.clip(np.searchsorted(self.grid.xs, x, side="right") - 1, 0, n_x - 1)
        i = np.clip(np.searchsorted(self.grid.ys, y, side="right") - 1, 0, n_y - 1)
        return np.asarray((self.grid.code[i, j] & 15) == 15)

    def pair(self, k: int) -> FloatArray:
        """Frames k and k + 1 (one if steady) in float64, end to end."""
        kept = self._pair  # read once: ensembles run in threads
        if kept is not None and kept[0] == k:
            return kept[1]
        flat = self.frames[k : k + 2].astype(np.float64, copy=False).reshape(-1)
        self._pair = k, flat
        return flat

    def bracket(self, first_s: float, last_s: float) -> int:
        """Index of the frame before a span of time without a frame inside it."""
        middle = 0.5 * (first_s + last_s)
        k = int(np.searchsorted(self.time_s, middle, side="right")) - 1
        return max(0, min(k, self.time_s.size - 2))


def make_grid(
    x: FloatArray,
    y: FloatArray,
    code: npt.NDArray[np.uint8],
    clear: npt.NDArray[np.uint8],
    *,
    mesh: Mesh,
    periodic: bool,
) -> Grid:
    """Put the cells between given edges in the form that the kernel reads."""
    uniform_x, uniform_y = is_uniform(x), is_uniform(y)
    # On a uniform axis a cell is found by a product, so the edges must agree with it.
    xs = np.linspace(x[0], x[-1], x.size) if uniform_x else x
    ys = np.linspace(y[0], y[-1], y.size) if uniform_y else y
    return Grid(
        xs=np.ascontiguousarray(xs),
        ys=np.ascontiguousarray(ys),
        x_per=float((x.size - 1) / (x[-1] - x[0])),
        y_per=float((y.size - 1) / (y[-1] - y[0])),
        uniform_x=uniform_x,
        uniform_y=uniform_y,
        turn=_TURN_DEG if mesh == "spherical" else 0.0,
        xc=float(0.5 * (x[0] + x[-1])),
        periodic=periodic,
        code=code,
        clear=clear,
    )


def _frames(
    u: npt.ArrayLike, v: npt.ArrayLike, shape: tuple[int, int, int]
) -> npt.NDArray[np.floating]:
    """Both components side by side, shape (n_t, n_y, n_x, 2), checked."""
    parts = []
    for name, given in (("u", u), ("v", v)):
        array = np.asanyarray(given)
        if array.dtype.kind not in "fiub":
            raise InputError(f"{name}: expected real numbers, got {array.dtype}")
        if array.dtype != np.float32:
            array = array.astype(np.float64)
        array = np.ma.filled(array, np.nan)
        if array.ndim == 2 and shape[0] == 1:
            array = array[None]
        if array.shape != shape:
            raise InputError(
                f"{name}: expected shape {shape} as (time, y, x), got {array.shape}"
            )
        if np.isinf(array).any():
            raise InputError(f"{name}: infinite at {_first(np.isinf(array))}")
        parts.append(array)
    return np.stack(parts, axis=-1)


def _first(wrong: BoolArray) -> str:
    t, i, j = (int(k) for k in np.argwhere(wrong)[0])
    return f"frame {t}, row {i}, column {j}"


def _check_frames(
    frames: npt.NDArray[np.floating], wet: BoolArray, time_s: FloatArray
) -> None:
    empty = np.isnan(frames).any(axis=3).all(axis=(1, 2))
    if not wet.any() and not empty.all() and empty.any():
        k = int(np.flatnonzero(empty)[0])
        raise InputError(f"frame {k} (time {time_s[k]:.12g} s) holds no value")


def _check_degrees(lat: FloatArray, lon: FloatArray) -> None:
    for value in (lat[0], lat[-1]):
        if abs(value) > 90.0 + _AXIS_SLACK_DEG:
            raise InputError(f"y: latitude {value:g} outside [-90, 90]")
    if abs(lon[0]) > 2 * _TURN_DEG or abs(lon[-1]) > 2 * _TURN_DEG:
        raise InputError(f"x: longitudes {lon[0]:g} to {lon[-1]:g} are not degrees")
