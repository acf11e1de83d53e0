"""Several fields on one regular grid of time, latitude and longitude."""

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError

__all__ = ["RegularGrid"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


class RegularGrid:
    """Fields that are read bilinear in space and linear in time.

    A value between two times needs both. In space the known corners of a cell are
    weighed anew; where none of them is known, nothing is.

    Parameters
    ----------
    time_h : array_like of float, shape (n_times,)
        Ascending, two at least.
    lat, lon : array_like of float
        Regular nodes, two at least each, ascending or descending.
    fields : sequence of ndarray, shape (n_times, n_lat, n_lon)
        NaN is unknown.

    Raises
    ------
    RouteInputError
        If an axis cannot be used.
    """

    def __init__(
        self,
        time_h: npt.ArrayLike,
        lat: npt.ArrayLike,
        lon: npt.ArrayLike,
        fields: list[npt.NDArray[np.floating]],
    ) -> None:
        self.time_h = np.asarray(time_h, dtype=np.float64)
        if not _ascends(self.time_h):
            raise RouteInputError(
                "time_h of conditions must be numbers that ascend, two at least"
            )
        self._lat0, self._dlat, n_lat = _axis(lat, "lat")
        self._lon0, self._dlon, n_lon = _axis(lon, "lon")
        ends = (self._lat0, self._lat0 + self._dlat * (n_lat - 1))
        round_deg = abs(self._dlon) * (n_lon - 1)
        if max(np.abs(ends)) > 90.0 + 1e-6 or round_deg > 360.0 + 1e-6:
            raise RouteInputError(
                "lat of conditions leaves [-90, 90], or lon goes round more than once"
            )
        values = np.stack(fields, axis=-1)
        if abs(abs(self._dlon) * n_lon - 360.0) < 1e-3 * abs(self._dlon):
            # One step short of the full circle is no gap.
            values = np.concatenate([values, values[:, :, :1]], axis=2)
            n_lon += 1
        self._shape = (n_lat, n_lon)
        self._values = values.reshape(len(self.time_h), n_lat * n_lon, len(fields))
        self._is_whole = not np.isnan(values).any()

    def sample(self, lat: FloatArray, lon: FloatArray, hour: FloatArray) -> FloatArray:
        """Read every field at positions (n,), at one hour or at (n,); (n, n_fields)."""
        cell, fy, fx, is_outside = self._cells(lat, lon)
        frame, part, is_early_or_late = self._frames(hour)
        n_lon = self._shape[1]
        corners = (
            (cell, (1.0 - fy) * (1.0 - fx)),
            (cell + 1, (1.0 - fy) * fx),
            (cell + n_lon, fy * (1.0 - fx)),
            (cell + n_lon + 1, fy * fx),
        )
        shape = (len(cell), self._values.shape[2])
        total, known = np.zeros(shape), np.zeros(shape)
        # One hour for many positions: the whole frame is blended once. A cell is read
        # at four corners, so this pays from a quarter of the nodes on.
        plane = None
        if hour.ndim == 0 and 4 * len(cell) > self._values.shape[1]:
            plane = _blend(self._values[frame], self._values[frame + 1], part)
        for at, weight in corners:
            if plane is not None:
                one = plane[at]
            else:
                before, after = self._values[frame, at], self._values[frame + 1, at]
                one = _blend(before, after, part[..., None])
            if self._is_whole:
                total += weight[:, None] * one
                continue
            is_known = ~np.isnan(one)
            total += weight[:, None] * np.where(is_known, one, 0.0)
            known += weight[:, None] * is_known
        if not self._is_whole:
            is_known = known > 1e-9
            total = np.where(is_known, total / np.where(is_known, known, 1.0), np.nan)
        total[is_outside | is_early_or_late] = np.nan
        return total

    def _cells(
        self, lat: FloatArray, lon: FloatArray
    ) -> tuple[IntArray, FloatArray, FloatArray, npt.NDArray[np.bool_]]:
        """South-west (first) corner of each cell, shares in it, and what is outside."""
        n_lat, n_lon = self._shape
        y = (lat - self._lat0) / self._dlat
        turned = (lon - self._lon0) * np.sign(self._dlon) % 360.0
        # A hair before the first meridian is on it.
        turned = np.where(turned > 360.0 - 1e-6, 0.0, turned)
        x = turned / abs(self._dlon)
        slack = 1e-6
        is_outside = ~(
            (y >= -slack)
            & (y <= n_lat - 1 + slack)
            & (x >= 0.0)
            & (x <= n_lon - 1 + slack)
        )
        y = np.clip(np.where(is_outside, 0.0, y), 0.0, n_lat - 1.0)
        x = np.clip(np.where(is_outside, 0.0, x), 0.0, n_lon - 1.0)
        row = np.minimum(y.astype(np.intp), n_lat - 2)
        column = np.minimum(x.astype(np.intp), n_lon - 2)
        return row * n_lon + column, y - row, x - column, is_outside

    def _frames(
        self, hour: FloatArray
    ) -> tuple[IntArray, FloatArray, npt.NDArray[np.bool_]]:
        """Frame before each hour, share of the next one, and what is not covered."""
        last = len(self.time_h) - 2
        frame = np.clip(np.searchsorted(self.time_h, hour, "right") - 1, 0, last)
        part = (hour - self.time_h[frame]) / (
            self.time_h[frame + 1] - self.time_h[frame]
        )
        is_outside = ~((part >= 0.0) & (part <= 1.0))
        return frame, np.where(is_outside, 0.0, part), np.asarray(is_outside)


def _blend(before: FloatArray, after: FloatArray, part: FloatArray) -> FloatArray:
    """Go on a straight line in time; on a frame the other one does not matter."""
    if part.ndim == 0:
        part = part[None]
    blended = (1.0 - part) * before + part * after
    if not ((part == 0.0) | (part == 1.0)).any():
        return np.asarray(blended)
    blended = np.where(part == 0.0, before, blended)
    return np.where(part == 1.0, after, blended)


def _ascends(values: FloatArray) -> bool:
    return (
        values.ndim == 1
        and len(values) >= 2
        and bool(np.isfinite(values).all())
        and bool((np.diff(values) > 0.0).all())
    )


def _axis(values: npt.ArrayLike, name: str) -> tuple[float, float, int]:
    """First node, step and number of nodes of an axis."""
    nodes = np.asarray(values, dtype=np.float64)
    if nodes.ndim != 1 or len(nodes) < 2 or not np.isfinite(nodes).all():
        raise RouteInputError(f"{name} of conditions must hold two numbers at least")
    steps = np.diff(nodes)
    if name == "lon":
        # 170 ... 179, -180 ... -170 is regular too.
        steps = (steps + 180.0) % 360.0 - 180.0
    step = float(steps.mean())
    if step == 0.0 or np.abs(steps - step).max() > 0.01 * abs(step):
        raise RouteInputError(
            f"{name} of conditions is not regular: steps between {steps.min():g} and "
            f"{steps.max():g} degrees"
        )
    return float(nodes[0]), step, len(nodes)
