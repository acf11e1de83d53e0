"""Curvilinear grids: vectors along their axes turned, fields put on a regular grid."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.environment.files.values import check_size
from core.errors import InputError

__all__ = [
    "Regridding",
    "angle_difference_deg",
    "cell_reach_deg",
    "grid_angle_deg",
    "holds_box",
    "regridding",
    "rotated",
    "separable_axes",
    "unwrapped_lon",
]

FloatArray = npt.NDArray[np.float64]
Values = npt.NDArray[np.floating]

#: Newton steps to find a point in its cell; a smooth grid needs three or four.
_MAX_STEPS = 25
#: A point is found when it is this close to where it should be, degrees (0.1 m).
_FOUND_DEG = 1e-6
#: Positions this far outside the outermost nodes, in cells, count as on them.
_EDGE_CELLS = 1e-6
#: Latitude and longitude repeat along the other axis to within this share of a step.
_SEPARABLE_SHARE = 1e-3


def unwrapped_lon(lon: FloatArray) -> FloatArray:
    """Longitudes of a grid without a jump of a turn, the middle in [-180, 180)."""
    angle = np.radians(lon)
    middle = np.degrees(np.arctan2(np.sin(angle).mean(), np.cos(angle).mean()))
    return np.asarray(middle + (lon - middle + 180.0) % 360.0 - 180.0)


def separable_axes(
    lat: FloatArray, lon: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """Axes of two-dimensional coordinates that are a regular grid after all."""
    smooth = unwrapped_lon(lon)
    steps = (np.abs(np.diff(lat[:, 0])), np.abs(np.diff(smooth[0])))
    if not all(step.size and step.min() > 0.0 for step in steps):
        return None
    if np.ptp(lat, axis=1).max() > _SEPARABLE_SHARE * steps[0].min():
        return None
    if np.ptp(smooth, axis=0).max() > _SEPARABLE_SHARE * steps[1].min():
        return None
    return lat[:, 0], smooth[0]


def grid_angle_deg(lat: FloatArray, lon: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Angle from east to the grid's first axis, and from north to its second.

    Parameters
    ----------
    lat, lon : ndarray of float, shape (n_y, n_x)
        Positions of the nodes, degrees.

    Returns
    -------
    x_angle, y_angle : ndarray of float, shape (n_y, n_x)
        Degrees, positive anticlockwise; equal on a grid of right angles.
    """
    shrink = np.cos(np.radians(lat))
    north, east = (
        [
            np.gradient(field, axis=axis, edge_order=min(2, field.shape[axis] - 1))
            for axis in (0, 1)
        ]
        for field in (lat, unwrapped_lon(lon))
    )
    x_angle = np.degrees(np.arctan2(north[1], east[1] * shrink))
    y_angle = np.degrees(np.arctan2(-east[0] * shrink, north[0]))
    return x_angle, y_angle


def angle_difference_deg(first: FloatArray, second: FloatArray) -> FloatArray:
    """Difference of angles in [-180, 180)."""
    return np.asarray((first - second + 180.0) % 360.0 - 180.0)


def rotated(x: Values, y: Values, angle_deg: FloatArray) -> tuple[Values, Values]:
    """Turn components along grid axes into components towards east and north.

    Parameters
    ----------
    x, y : ndarray, shape (n_times, n_y, n_x)
        Components along the first and second axis.
    angle_deg : ndarray of float, shape (n_y, n_x)
        From east to the first axis, anticlockwise.
    """
    cosine = np.cos(np.radians(angle_deg)).astype(x.dtype)
    sine = np.sin(np.radians(angle_deg)).astype(x.dtype)
    return x * cosine - y * sine, x * sine + y * cosine


class Regridding(NamedTuple):
    """Where each node of a regular grid lies in a curvilinear one.

    ``row`` and ``column`` are fractional indexes, NaN outside the curvilinear grid.
    """

    lat: FloatArray
    lon: FloatArray
    row: FloatArray
    column: FloatArray

    def apply(self, field: Values) -> npt.NDArray[np.float32]:
        """Bilinear values on the regular grid.

        A node is wet if the nearest node of the curvilinear grid is, so that coasts
        keep their place; its value is the mean of the wet corners of its cell with
        their weights scaled to sum to one.
        """
        inside = np.isfinite(self.row)
        row, column = self.row[inside], self.column[inside]
        n_rows, n_columns = field.shape[1:]
        low = np.clip(np.floor(row).astype(np.int64), 0, n_rows - 2)
        left = np.clip(np.floor(column).astype(np.int64), 0, n_columns - 2)
        up, right = np.clip(row - low, 0.0, 1.0), np.clip(column - left, 0.0, 1.0)
        nearest = (low + (up > 0.5), left + (right > 0.5))
        out = np.full((field.shape[0], *self.row.shape), np.nan, dtype=np.float32)
        for frame, target in zip(field, out, strict=True):
            total = np.zeros(row.shape)
            weight = np.zeros(row.shape)
            for dy, w_y in ((0, 1.0 - up), (1, up)):
                for dx, w_x in ((0, 1.0 - right), (1, right)):
                    node = frame[low + dy, left + dx].astype(np.float64)
                    wet = np.isfinite(node)
                    total += np.where(wet, w_y * w_x * np.where(wet, node, 0.0), 0.0)
                    weight += np.where(wet, w_y * w_x, 0.0)
            value = np.full(row.shape, np.nan)
            wet = np.isfinite(frame[nearest])
            value[wet] = total[wet] / weight[wet]
            target[inside] = value
        return out


def regridding(lat: FloatArray, lon: FloatArray, *, record: str) -> Regridding:
    """Lay a regular grid of about the same resolution over a curvilinear one.

    Parameters
    ----------
    lat, lon : ndarray of float, shape (n_y, n_x)
        Positions of the nodes, degrees.
    record : str
        The file, for messages.

    Raises
    ------
    InputError
        If the grid is wider than half the globe or holds a pole.
    """
    smooth = unwrapped_lon(lon)
    if np.ptp(smooth) > 180.0 or np.abs(lat).max() > 89.0:
        raise InputError(
            f"{record}: a curvilinear grid over {np.ptp(smooth):.0f} degrees of "
            f"longitude up to latitude {np.abs(lat).max():.0f}; "
            "give a box of less than half the globe and away from the poles"
        )
    middle = float(lat.mean())
    shrink = np.cos(np.radians(middle))
    along_x = np.hypot(np.diff(lat, axis=1), np.diff(smooth, axis=1) * shrink)
    along_y = np.hypot(np.diff(lat, axis=0), np.diff(smooth, axis=0) * shrink)
    step = float(np.median(np.concatenate([along_x.ravel(), along_y.ravel()])))
    if not step > 0.0:
        raise InputError(f"{record}: the nodes of the grid lie on one another")
    axes = [
        np.linspace(low, high, max(2, round((high - low) / width) + 1))
        for low, high, width in (
            (float(lat.min()), float(lat.max()), step),
            (float(smooth.min()), float(smooth.max()), step / shrink),
        )
    ]
    check_size((axes[0].size, axes[1].size), record=record)
    row, column = _located(lat, smooth, axes[0], axes[1], shrink)
    first = axes[1][0]
    turn = 360.0 * np.floor((first + 180.0) / 360.0)
    return Regridding(axes[0], axes[1] - turn, row, column)


def cell_reach_deg(field: FloatArray) -> FloatArray:
    """Most degrees of latitude, or of longitude, that the cells at each node span."""
    reach = np.zeros(field.shape)
    for axis in (0, 1):
        step = np.abs(angle_difference_deg(np.diff(field, axis=axis), np.zeros(1)))
        sides = [[(0, 0), (0, 0)], [(0, 0), (0, 0)]]
        sides[0][axis], sides[1][axis] = (1, 0), (0, 1)
        reach += np.maximum(*(np.pad(step, side, mode="edge") for side in sides))
    return reach


def holds_box(
    lat: FloatArray, lon: FloatArray, bbox: tuple[float, float, float, float]
) -> bool:
    """Whether the corners of a box lie in cells of a curvilinear grid."""
    west, south, east, north = bbox
    smooth = unwrapped_lon(lon)
    middle = 0.5 * float(smooth.min() + smooth.max())
    width = (east - west) % 360.0 or 360.0
    left = middle - 0.5 * width + (west + 0.5 * width - middle + 180.0) % 360.0 - 180.0
    shrink = float(np.cos(np.radians(lat.mean())))
    corners = np.array([south, north]), np.array([left, left + width])
    row, _ = _located(lat, smooth, *corners, shrink)
    return bool(np.isfinite(row).all())


def _located(
    lat: FloatArray,
    lon: FloatArray,
    lat_axis: FloatArray,
    lon_axis: FloatArray,
    shrink: float,
) -> tuple[FloatArray, FloatArray]:
    """Fractional indexes of a regular grid's nodes, by Newton's method in each cell."""
    # Imported here: only curvilinear grids need it, and it takes a third of a second.
    from scipy.spatial import cKDTree

    n_rows, n_columns = lat.shape
    y, x = (a.ravel() for a in np.meshgrid(lat_axis, lon_axis, indexing="ij"))
    tree = cKDTree(np.column_stack([lat.ravel(), lon.ravel() * shrink]))
    _, start = tree.query(np.column_stack([y, x * shrink]))
    row, column = (index.astype(np.float64) for index in np.divmod(start, n_columns))
    residual = np.full(y.shape, np.inf)
    for _ in range(_MAX_STEPS):
        low = np.clip(np.floor(row).astype(np.int64), 0, n_rows - 2)
        left = np.clip(np.floor(column).astype(np.int64), 0, n_columns - 2)
        a, b = row - low, column - left
        value, d_row, d_column = zip(
            *(_bilinear(field, low, left, a, b) for field in (lat, lon)), strict=True
        )
        miss_y, miss_x = value[0] - y, value[1] - x
        residual = np.maximum(np.abs(miss_y), np.abs(miss_x) * shrink)
        if np.all(residual < _FOUND_DEG):
            break
        determinant = d_row[0] * d_column[1] - d_column[0] * d_row[1]
        with np.errstate(divide="ignore", invalid="ignore"):
            step_row = (miss_y * d_column[1] - miss_x * d_column[0]) / determinant
            step_column = (miss_x * d_row[0] - miss_y * d_row[1]) / determinant
        # Steps are held to one cell: the map is only known cell by cell.
        row = np.clip(row - np.clip(np.nan_to_num(step_row), -1, 1), -2, n_rows + 1)
        column = np.clip(
            column - np.clip(np.nan_to_num(step_column), -1, 1), -2, n_columns + 1
        )
    inside = (
        (residual < _FOUND_DEG)
        & (row >= -_EDGE_CELLS)
        & (row <= n_rows - 1 + _EDGE_CELLS)
        & (column >= -_EDGE_CELLS)
        & (column <= n_columns - 1 + _EDGE_CELLS)
    )
    shape = (lat_axis.size, lon_axis.size)
    return (
        np.where(inside, row, np.nan).reshape(shape),
        np.where(inside, column, np.nan).reshape(shape),
    )


def _bilinear(
    field: FloatArray,
    low: npt.NDArray[np.int64],
    left: npt.NDArray[np.int64],
    a: FloatArray,
    b: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Value in a cell and its derivatives by row and column."""
    f00, f01 = field[low, left], field[low, left + 1]
    f10, f11 = field[low + 1, left], field[low + 1, left + 1]
    bottom, top = f00 + b * (f01 - f00), f10 + b * (f11 - f10)
    by_column = (f01 - f00) + a * ((f11 - f10) - (f01 - f00))
    return bottom + a * (top - bottom), top - bottom, by_column
