"""Drift: the kernel against plain numpy RK4, the gather limit, and a real field.

All on one thread, in one run. The comparison moves 100,000 particles on a simulated
gyre of the size of the GlobCurrent file (41 x 81 nodes, daily frames); numpy blends
the frames in time once a stage as the kernel does. Speeds are particle-steps per CPU
second, a step being four stages.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numba
import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.interpolate import RegularGridInterpolator

from benchmarks import Row
from core.drift import Track, VelocityField, advect

__all__ = ["run"]

Array = npt.NDArray[np.float64]
T = TypeVar("T")

_N = 100_000
_STEP_S = 600.0
_COMPARED_STEPS = 36
_REPEATS = 3
_HOURS = 72.0
_OCEAN = Path(__file__).resolve().parents[2] / "shared" / "datasets" / "ocean"
_GLOBCURRENT = _OCEAN / "globcurrent_agulhas_2002_daily.nc"
_DEGREES_PER_METRE = 180.0 / (np.pi * 6_371_000.0)


def run() -> list[Row]:
    """Measure speeds, their ratio, how far the results differ, and the real run."""
    began = time.perf_counter()
    axes, frames = _gyre()
    field = _field(axes, frames)
    x, y = _starts()
    advect(field, x[:4], y[:4], t1_s=_STEP_S)
    compiled = time.perf_counter() - began
    end = _COMPARED_STEPS * _STEP_S

    def kernel() -> Track:
        return advect(
            field, x, y, t1_s=end, dt_s=_STEP_S, output_every_s=None, scheme="rk4"
        )

    steps = float(_N * _COMPARED_STEPS)
    fast, track = _best(kernel)
    plain, (x1, y1) = _best(lambda: _numpy_rk4(axes, frames, x, y))
    tuned, _ = _best(lambda: _numpy_rk4(axes, frames, x, y, flat=True))
    gathers, _ = _best(lambda: _gather_only(frames[0], x, y, _COMPARED_STEPS))
    tenth, _ = _best(lambda: _scipy_stage(axes, frames[0], x, y), repeats=1)
    differ = float(np.abs([track.x[-1] - x1, track.y[-1] - y1]).max())
    return [
        _row("drift kernel", steps / fast / 1e6, "million particle-steps per CPU s"),
        _row(
            "plain numpy RK4", steps / plain / 1e6, "million particle-steps per CPU s"
        ),
        _row(
            "numpy RK4 on flat indices",
            steps / tuned / 1e6,
            "million particle-steps per CPU s",
            f"kernel over it: {tuned / fast:.2f}",
        ),
        _row("kernel over plain numpy", plain / fast, "ratio", "asked: at least 4"),
        _row("kernel and numpy differ by", differ / _DEGREES_PER_METRE, "m at most"),
        _row(
            "gather limit",
            steps / gathers / 1e6,
            "million particle-steps per CPU s",
            "a compiled loop that only reads the 16 nodes of a step",
        ),
        _row("kernel over gather limit", gathers / fast, "ratio"),
        _row(
            "scipy RegularGridInterpolator, the reads alone",
            _N / (4.0 * tenth) / 1e6,
            "million particle-steps per CPU s",
        ),
        _row("first call", compiled, "s", "compiles, or loads what was compiled"),
        *_globcurrent(),
    ]


def _globcurrent() -> list[Row]:
    """72 h at 10 min of 100,000 particles on the GlobCurrent file."""
    if not _GLOBCURRENT.exists():
        return [_row("GlobCurrent run", float("nan"), "s", "left out: no data file")]
    began = time.perf_counter()
    with xr.open_dataset(_GLOBCURRENT) as data:
        u, v = (
            data[f"{name}_eulerian_current_velocity"].to_numpy()
            for name in ("eastward", "northward")
        )
        field = VelocityField(
            data.time.to_numpy(),
            data.lat.to_numpy(),
            data.lon.to_numpy(),
            u,
            v,
            mesh="spherical",
        )
    x, y = _starts()
    on_land = np.isnan(field.velocity_at(x, y, field.time_s[0])[0])
    x[on_land], y[on_land] = x[~on_land][0], y[~on_land][0]
    start = float(field.time_s[0])
    cpu = time.process_time()
    track = advect(field, x, y, t0_s=start, t1_s=start + _HOURS * 3600.0, dt_s=_STEP_S)
    cpu = time.process_time() - cpu
    wall = time.perf_counter() - began
    steps = _N * _HOURS * 3600.0 / _STEP_S
    shares = ", ".join(
        f"{share:.1%} {name}"
        for name, share in zip(*_shares(track.status), strict=True)
    )
    note = f"100,000 particles, 72 h at 10 min, hourly rows, file read too; {shares}"
    return [
        _row("GlobCurrent run", wall, "s", note),
        _row("GlobCurrent run", steps / cpu / 1e6, "million particle-steps per CPU s"),
    ]


def _shares(status: npt.NDArray[np.str_]) -> tuple[list[str], list[float]]:
    names, counts = np.unique(status, return_counts=True)
    return names.tolist(), (counts / status.size).tolist()


def _row(measure: str, value: float, unit: str, note: str = "") -> Row:
    return {"measure": measure, "value": value, "unit": unit, "note": note}


def _best(work: Callable[[], T], repeats: int = _REPEATS) -> tuple[float, T]:
    """Least CPU seconds of some runs, and the last result; one run is for warmth."""
    result = work()
    spent = []
    for _ in range(repeats):
        began = time.process_time()
        result = work()
        spent.append(time.process_time() - began)
    return min(spent), result


def _starts() -> tuple[Array, Array]:
    rng = np.random.default_rng(2002)
    return rng.uniform(17.0, 33.0, _N), rng.uniform(-38.5, -31.5, _N)


def _gyre() -> tuple[tuple[Array, Array, Array], Array]:
    """Axes and frames (time, y, x, component) of a simulated gyre that pulses."""
    times = np.arange(4.0) * 86_400.0
    lat, lon = np.linspace(-40.125, -30.125, 41), np.linspace(14.875, 34.875, 81)
    x, y = np.meshgrid((lon - lon[0]) / 20.0, (lat - lat[0]) / 10.0)
    speed = 1.0 + 0.5 * np.sin(np.arange(4))
    u = -np.sin(np.pi * x) * np.cos(np.pi * y)
    v = np.cos(np.pi * x) * np.sin(np.pi * y)
    frames = speed[:, None, None, None] * np.stack([u, v], axis=-1)
    axes = (
        np.asarray(times, dtype=float),
        np.asarray(lat, dtype=float),
        np.asarray(lon, dtype=float),
    )
    return axes, np.asarray(frames, dtype=np.float64)


def _field(axes: tuple[Array, Array, Array], frames: Array) -> VelocityField:
    return VelocityField(*axes, frames[..., 0], frames[..., 1], mesh="spherical")


def _numpy_rk4(
    axes: tuple[Array, Array, Array],
    frames: Array,
    x: Array,
    y: Array,
    *,
    flat: bool = False,
) -> tuple[Array, Array]:
    """RK4 in whole-array numpy on node velocities in degrees per second.

    ``flat`` computes one index a node by hand where numpy would take row and column.
    """
    times, lat, lon = axes
    scale = np.stack([1.0 / np.cos(np.radians(lat)), np.ones(lat.size)], axis=-1)
    rates = frames * _DEGREES_PER_METRE * scale[None, :, None, :]
    dx, dy, n_x = lon[1] - lon[0], lat[1] - lat[0], lon.size

    def blended(t: float) -> tuple[Array, Array]:
        k = min(int(t // 86_400.0), times.size - 2)
        w = (t - times[k]) / 86_400.0
        frame = (1.0 - w) * rates[k] + w * rates[k + 1]
        return np.ascontiguousarray(frame[..., 0]), np.ascontiguousarray(frame[..., 1])

    def velocity(
        frame: tuple[Array, Array], px: Array, py: Array
    ) -> tuple[Array, Array]:
        a, b = (px - lon[0]) / dx, (py - lat[0]) / dy
        j, i = a.astype(np.int64), b.astype(np.int64)
        a -= j
        b -= i
        at = i * n_x + j
        found = []
        for values in frame:
            if flat:
                line = values.ravel()
                south = line[at] * (1.0 - a) + line[at + 1] * a
                north = line[at + n_x] * (1.0 - a) + line[at + n_x + 1] * a
            else:
                south = values[i, j] * (1.0 - a) + values[i, j + 1] * a
                north = values[i + 1, j] * (1.0 - a) + values[i + 1, j + 1] * a
            found.append(south * (1.0 - b) + north * b)
        return found[0], found[1]

    h = _STEP_S
    for step in range(_COMPARED_STEPS):
        t = step * h
        start, middle, end = blended(t), blended(t + h / 2), blended(t + h)
        u1, v1 = velocity(start, x, y)
        u2, v2 = velocity(middle, x + h / 2 * u1, y + h / 2 * v1)
        u3, v3 = velocity(middle, x + h / 2 * u2, y + h / 2 * v2)
        u4, v4 = velocity(end, x + h * u3, y + h * v3)
        x = x + h / 6 * (u1 + 2 * u2 + 2 * u3 + u4)
        y = y + h / 6 * (v1 + 2 * v2 + 2 * v3 + v4)
    return x, y


def _gather_only(frame: Array, x: Array, y: Array, n_steps: int) -> float:
    lon = frame.shape[1]
    first = ((y + 40.125) * 4.0).astype(np.int64) * lon
    nodes = 2 * (first + ((x - 14.875) * 4.0).astype(np.int64))
    return float(_read(frame.ravel(), nodes.astype(np.uint64), 2 * lon, n_steps))


@numba.njit(nogil=True, fastmath=True)
def _read(flat: Array, nodes: Array, row: int, n_steps: int) -> float:
    """Sum the four nodes of a cell, both components, four times a particle-step."""
    up, one, two, three = np.uint64(row), np.uint64(1), np.uint64(2), np.uint64(3)
    p = q = r = s = 0.0  # apart, so that no sum waits for another
    for step in range(4 * n_steps):
        shift = np.uint64(2 * (step % 2))
        for node in nodes:
            at = node + shift
            p += flat[at] + flat[at + up]
            q += flat[at + one] + flat[at + up + one]
            r += flat[at + two] + flat[at + up + two]
            s += flat[at + three] + flat[at + up + three]
    return float(p + q + r + s)


def _scipy_stage(
    axes: tuple[Array, Array, Array], frame: Array, x: Array, y: Array
) -> Array:
    """Read both components once at every particle."""
    reader = RegularGridInterpolator(axes[1:], frame)
    return np.asarray(reader(np.column_stack([y, x])))
