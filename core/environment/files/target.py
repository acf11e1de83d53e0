"""Reading a pair of variables onto a regular grid of latitude and longitude."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from core.environment.files.layout import Layout
from core.environment.files.projection import Projected, projected_grid
from core.environment.files.rotate import (
    Regridding,
    angle_difference_deg,
    cell_reach_deg,
    grid_angle_deg,
    holds_box,
    regridding,
    rotated,
    separable_axes,
    unwrapped_lon,
)
from core.environment.files.values import (
    check_size,
    contiguous_runs,
    read_axis,
    read_values,
)
from core.environment.grid import (
    EDGE_TOLERANCE_DEG,
    Bbox,
    axis_window,
    is_around_the_globe,
    lat_axis,
    lon_axis,
    lon_window,
    relative_lon,
)
from core.errors import InputError

__all__ = ["Target", "find_target", "read_field"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Values = npt.NDArray[np.floating]

#: Angles from the projection and from the positions may differ by this, degrees: the
#: positions are differenced over whole cells, one-sided at the edge. Assumption.
_ANGLE_TOLERANCE_DEG = 0.5
_BEYOND = "the box asked for reaches beyond the data"


class _Curved(NamedTuple):
    """What a curvilinear grid needs: angles at its nodes and the way off it."""

    angle_deg: FloatArray
    regridding: Regridding


@dataclass(frozen=True, kw_only=True)
class Target:
    """The regular grid a field will lie on, and which nodes of the file it needs."""

    lat: FloatArray
    lon: FloatArray
    rows: IntArray
    columns: IntArray
    notes: tuple[str, ...] = ()
    curved: _Curved | None = None

    def finish(self, fields: tuple[Values, ...], *, frame: str) -> tuple[Values, ...]:
        """Turn vectors along grid axes, and leave a curvilinear grid."""
        if self.curved is None:
            return fields
        if frame == "grid" and len(fields) == 2:
            fields = rotated(fields[0], fields[1], self.curved.angle_deg)
        return tuple(self.curved.regridding.apply(field) for field in fields)


def find_target(
    dataset: xr.Dataset,
    name: str,
    layout: Layout,
    *,
    frame: str,
    bbox: Bbox | None,
    record: str,
) -> Target:
    """Find the grid that a variable will be given on.

    Raises
    ------
    InputError
        If the coordinates are broken, or the box lies outside.
    """
    if layout.two_d:
        return _curvilinear(
            dataset, name, layout, frame=frame, bbox=bbox, record=record
        )
    for coordinate in (layout.lat, layout.lon):
        check_size(dataset.variables[coordinate].shape, record=record)
    target = _regular(
        read_axis(dataset, layout.lat, record=record),
        read_axis(dataset, layout.lon, record=record),
        bbox=bbox,
        record=record,
    )
    if frame != "grid":
        return target
    note = "components along the grid's axes, which here run east and north"
    return Target(**{**target.__dict__, "notes": (*target.notes, note)})


def _regular(
    lat: FloatArray, lon: FloatArray, *, bbox: Bbox | None, record: str
) -> Target:
    north, rows = lat_axis(lat, record=f"{record}, latitude")
    east, columns = lon_axis(lon, record=f"{record}, longitude")
    if min(north.size, east.size) < 2:
        raise InputError(
            f"{record}: {north.size} x {east.size} latitudes and longitudes; a field "
            "needs at least two of each"
        )
    notes: list[str] = []
    if bbox is not None:
        west, south, right, top = bbox
        window = axis_window(north, south, top)
        taken = lon_window(east, west, right)
        if window.start == window.stop or not taken.columns.size:
            raise _outside(bbox, north, east, record)
        north, rows = north[window], rows[window]
        east, columns = taken.lon, columns[taken.columns]
        begin = float(relative_lon(west, first=float(east[0])))
        reach = begin + ((right - west) % 360.0 or 360.0)
        covered = (
            north[0] <= south + EDGE_TOLERANCE_DEG
            and north[-1] >= top - EDGE_TOLERANCE_DEG
            and (reach <= east[-1] + EDGE_TOLERANCE_DEG or is_around_the_globe(east))
        )
        if not covered:
            notes.append(_BEYOND)
    return Target(lat=north, lon=east, rows=rows, columns=columns, notes=tuple(notes))


def _outside(bbox: Bbox, lat: FloatArray, lon: FloatArray, record: str) -> InputError:
    return InputError(
        f"{record}: box {','.join(f'{edge:g}' for edge in bbox)} lies outside the "
        f"data, which cover latitude {lat.min():g} to {lat.max():g}, longitude "
        f"{lon.min():g} to {lon.max():g}"
    )


def _curvilinear(
    dataset: xr.Dataset,
    name: str,
    layout: Layout,
    *,
    frame: str,
    bbox: Bbox | None,
    record: str,
) -> Target:
    n_rows, n_columns = dataset.sizes[layout.y_dim], dataset.sizes[layout.x_dim]
    if min(n_rows, n_columns) < 2:
        raise InputError(f"{record}: a grid of {n_rows} x {n_columns} nodes is a line")
    check_size((n_rows, n_columns), record=record)
    whole = slice(0, None)
    if not (layout.lat and layout.lon):
        projection = projected_grid(
            dataset, name, rows=whole, columns=whole,
            y_dim=layout.y_dim, x_dim=layout.x_dim, record=record,
        )  # fmt: skip
        if projection is None:
            raise InputError(
                f"{record}: neither latitude and longitude nor a projection "
                "(grid_mapping) tells where the grid lies"
            )
        lat, lon = projection.positions()
    else:
        lat, lon = (
            _two_d(dataset, coordinate, layout, record)
            for coordinate in (layout.lat, layout.lon)
        )
        axes = separable_axes(lat, lon)
        if axes is not None:
            target = _regular(*axes, bbox=bbox, record=record)
            note = "latitude and longitude over two dimensions are a regular grid"
            return Target(**{**target.__dict__, "notes": (*target.notes, note)})
    rows, columns = _box_window(lat, lon, bbox, record)
    lat, lon = lat[rows, columns], lon[rows, columns]
    notes = [
        f"curvilinear grid of {n_rows} x {n_columns} nodes put on a regular one, "
        "bilinear between nodes"
    ]
    angle = np.zeros(lat.shape)
    if frame == "grid":
        projection = projected_grid(
            dataset, name, rows=rows, columns=columns,
            y_dim=layout.y_dim, x_dim=layout.x_dim, record=record,
        )  # fmt: skip
        angle, note = _angle(lat, lon, projection, record=record)
        notes.append(note)
    grid = regridding(lat, lon, record=record)
    if bbox is not None and not holds_box(lat, lon, bbox):
        notes.append(_BEYOND)
    return Target(
        lat=grid.lat,
        lon=grid.lon,
        rows=np.arange(n_rows, dtype=np.int64)[rows],
        columns=np.arange(n_columns, dtype=np.int64)[columns],
        notes=tuple(notes),
        curved=_Curved(angle, grid),
    )


def _two_d(
    dataset: xr.Dataset, coordinate: str, layout: Layout, record: str
) -> FloatArray:
    order = (layout.y_dim, layout.x_dim)
    values, _ = read_values(dataset, coordinate, {}, record=record, order=order)
    bad = int((~np.isfinite(values)).sum())
    if bad:
        raise InputError(
            f"{record}, {coordinate}: {bad} of {values.size} nodes have no position"
        )
    if np.abs(values).max() > 540.0:
        raise InputError(f"{record}, {coordinate}: {np.abs(values).max():g} degrees")
    return values.astype(np.float64)


def _box_window(
    lat: FloatArray, lon: FloatArray, bbox: Bbox | None, record: str
) -> tuple[slice, slice]:
    """Rows and columns of every cell that a box touches."""
    if bbox is None:
        return slice(0, lat.shape[0]), slice(0, lat.shape[1])
    west, south, east, north = bbox
    width = (east - west) % 360.0 or 360.0
    ahead = (lon - west) % 360.0
    if not ((lat >= south) & (lat <= north) & (ahead <= width)).any():
        raise _outside(bbox, lat, unwrapped_lon(lon), record)
    # Every node of a cell that the box touches lies within one cell of the box.
    d_lat, d_lon = cell_reach_deg(lat), cell_reach_deg(lon)
    inside = (lat >= south - d_lat) & (lat <= north + d_lat)
    inside &= (lon - west + d_lon) % 360.0 <= width + 2.0 * d_lon
    windows = []
    for axis in (1, 0):
        hit = np.flatnonzero(inside.any(axis=axis))
        windows.append(slice(int(hit[0]), int(hit[-1]) + 1))
    return windows[0], windows[1]


def _angle(
    lat: FloatArray, lon: FloatArray, projection: Projected | None, *, record: str
) -> tuple[FloatArray, str]:
    """Angle of the first axis and what was done to find it."""
    x_angle, y_angle = grid_angle_deg(lat, lon)
    skew = angle_difference_deg(y_angle, x_angle)
    backwards = bool(np.abs(np.median(skew)) > 90.0)
    if backwards:
        skew = angle_difference_deg(skew, np.full(skew.shape, 180.0))
    how = "turned to east and north by the angle of the grid"
    if projection is not None:
        exact = projection.angle_deg()
        apart = angle_difference_deg(x_angle, exact)
        worst = float(np.abs(apart).max())
        if np.abs(np.median(apart)) > 90.0 and worst > 90.0:
            raise InputError(
                f"{record}: columns are stored from east to west along the projection; "
                "turn the file round first"
            )
        if worst > _ANGLE_TOLERANCE_DEG:
            raise InputError(
                f"{record}: the grid's angle is {worst:.1f} degrees different by its "
                "projection and by its latitudes and longitudes; one of them is wrong"
            )
        note = (
            f"components along grid axes {how} (projection, "
            f"{exact.min():.1f} to {exact.max():.1f} degrees; latitudes and longitudes "
            f"agree within {worst:.2f})"
        )
        return exact, note
    note = (
        f"components along grid axes {how} (latitudes and longitudes, "
        f"{x_angle.min():.1f} to {x_angle.max():.1f} degrees)"
    )
    if np.abs(skew).max() > 2.0:
        note += f"; the axes are up to {np.abs(skew).max():.0f} degrees off square"
    if backwards:
        note += (
            "; rows are stored against the second axis, whose components are taken as "
            "pointing to the left of the first"
        )
    return x_angle, note


def read_field(
    dataset: xr.Dataset,
    name: str,
    layout: Layout,
    target: Target,
    *,
    times: slice,
    record: str,
) -> tuple[Values, tuple[str, ...]]:
    """Read a variable's frames on the file's nodes that a target needs.

    Returns
    -------
    values : ndarray, shape (n_times, n_rows, n_columns)
        In the variable's own unit; NaN is missing.
    warnings : tuple of str
    """
    n_times = dataset.sizes[layout.time_dim] if layout.time_dim else 1
    length = len(range(*times.indices(n_times)))
    check_size((length, target.rows.size, target.columns.size), record=record)
    order = (
        *((layout.time_dim,) if layout.time_dim else ()),
        layout.y_dim,
        layout.x_dim,
    )
    notes: list[str] = []
    bands = []
    for rows, upside_down in contiguous_runs(target.rows):
        pieces = []
        for columns, mirrored in contiguous_runs(target.columns):
            part: dict[str, slice | int] = {**layout.fixed}
            part |= {layout.y_dim: rows, layout.x_dim: columns}
            if layout.time_dim:
                part[layout.time_dim] = times
            stored, said = read_values(dataset, name, part, record=record, order=order)
            notes += said
            piece: Values = stored if layout.time_dim else stored[np.newaxis]
            piece = piece[:, ::-1] if upside_down else piece
            pieces.append(piece[:, :, ::-1] if mirrored else piece)
        bands.append(pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=2))
    values = bands[0] if len(bands) == 1 else np.concatenate(bands, axis=1)
    return values, tuple(dict.fromkeys(notes))
