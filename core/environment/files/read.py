"""Reading currents, wind, Stokes drift and waves from a NetCDF file or Zarr store."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from core.environment.files.attributes import describe
from core.environment.files.find import Found, find_variables, refuse_trajectories
from core.environment.files.layout import Layout, find_layout, text_of
from core.environment.files.source import content_hash, opened_dataset
from core.environment.files.target import find_target, read_field
from core.environment.files.units import direction_deg, to_height_m, to_speed_m_s
from core.environment.files.values import check_size, read_values
from core.environment.forcing import KINDS, Forcing, Kind
from core.environment.grid import Bbox, check_bbox, time_window
from core.environment.text import clean_text, epoch_s
from core.environment.times import averaging_warnings, decode_times
from core.errors import InputError

__all__ = ["open_forcing", "read_forcings"]

_LOG = logging.getLogger(__name__)

Values = npt.NDArray[np.floating]
FloatArray = npt.NDArray[np.float64]

#: Variables named in a message at most.
_SHOWN_NAMES = 12


@dataclass(frozen=True, kw_only=True)
class _Request:
    """What was asked for, and how messages name the file."""

    bbox: Bbox | None
    start: datetime | None
    end: datetime | None
    record: str


class _Times(NamedTuple):
    """Frames to read, the order they go in, their times, and notes."""

    window: slice
    order: npt.NDArray[np.int64]
    time_s: FloatArray
    notes: tuple[str, ...]


def open_forcing(
    path: Path | str,
    *,
    kind: str | None = None,
    bbox: tuple[float, ...] | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    variables: tuple[str, ...] | None = None,
) -> tuple[Forcing, ...]:
    """Read what moves debris from a NetCDF file or a Zarr store.

    Variables are found by CF standard name, then by the names known products use.
    Only the box and period asked for are read, with one node and one frame beyond
    each end. Every assumption stands in the ``warnings`` of the result.

    Parameters
    ----------
    path : Path or str
        A NetCDF file, a Zarr folder or a Zarr zip.
    kind : {"current", "wind", "stokes", "waves"}, optional
        Which to read; every kind the file has unless given.
    bbox : tuple of float, optional
        West, south, east, north in degrees; west > east crosses 180.
    start, end : datetime, optional
        Period, with time zone.
    variables : tuple of str, optional
        The variables to read, for a file where they cannot be told; needs ``kind``.

    Returns
    -------
    tuple of Forcing
        One a kind found, at least one, in the order of ``KINDS``.

    Raises
    ------
    InputError
        If the file is broken, holds no such field, leaves open what it means, is too
        large, or does not cover any of the box or period.
    """
    path = Path(path)
    with opened_dataset(path) as dataset:
        forcings = read_forcings(
            dataset, record=path.name, kind=kind, bbox=bbox, start=start, end=end,
            variables=variables,
        )  # fmt: skip
    digest = content_hash(path)
    return tuple(replace(forcing, sha256=digest) for forcing in forcings)


def read_forcings(
    dataset: xr.Dataset,
    *,
    record: str,
    kind: str | None = None,
    bbox: tuple[float, ...] | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    variables: tuple[str, ...] | None = None,
) -> tuple[Forcing, ...]:
    """Read forcings from a dataset opened with ``decode_cf=False``.

    See :func:`open_forcing`; ``record`` is how messages name the dataset.
    """
    record = clean_text(record, longest=120)
    kinds = KINDS if kind is None else tuple(each for each in KINDS if each == kind)
    if not kinds:
        raise InputError(f"kind {kind!r}: expected one of {', '.join(KINDS)}")
    if variables is not None and kind is None:
        raise InputError("variables are named, so say which kind they are")
    request = _Request(
        bbox=None if bbox is None else check_bbox(bbox),
        start=start,
        end=end,
        record=record,
    )
    refuse_trajectories(dataset, record=record)
    forcings: list[Forcing] = []
    refused: list[InputError] = []
    for each in kinds:
        try:
            found = find_variables(
                dataset, each, asked=kind is not None, variables=variables,
                record=record,
            )  # fmt: skip
            if found is not None:
                forcings.append(_read(dataset, each, found, request))
        except InputError as error:
            if kind is not None:
                raise
            _LOG.info("%s: no %s: %s", record, each, error)
            refused.append(error)
    if not forcings:
        if refused:
            raise refused[0]
        raise _nothing_found(dataset, kind, record)
    left_out = tuple(f"left out: {error}" for error in refused)
    return tuple(replace(f, warnings=(*f.warnings, *left_out)) for f in forcings)


def _nothing_found(dataset: xr.Dataset, kind: str | None, record: str) -> InputError:
    names = [clean_text(name, longest=40) for name in dataset.variables]
    shown = ", ".join(names[:_SHOWN_NAMES]) + (
        f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    )
    advice = (
        "expected a CF standard_name such as eastward_sea_water_velocity or "
        "eastward_wind, or names such as uo and vo"
    )
    plain = {"u", "v"} <= {name.lower() for name in names}
    return InputError(
        f"{record}: no {kind or 'current, wind, Stokes drift or waves'} recognised in "
        f"{shown or 'an empty file'}; {advice}"
        + ("; u and v may be either: say which kind they are" if plain else "")
    )


def _read(dataset: xr.Dataset, kind: Kind, found: Found, request: _Request) -> Forcing:
    first = found.names[0]
    said = f"{request.record}, {clean_text(first, longest=80)}"
    layout = find_layout(dataset, first, kind=kind, record=request.record)
    _check_partner(dataset, found.names, request.record)
    times = _read_times(dataset, first, layout, request)
    target = find_target(
        dataset, first, layout, frame=found.frame, bbox=request.bbox,
        record=request.record,
    )  # fmt: skip
    fields, notes = [], [*found.notes, *layout.notes, *times.notes, *target.notes]
    for number, name in enumerate(found.names):
        part, said_of_it = read_field(
            dataset, name, layout, target, times=times.window, record=request.record
        )
        attrs = dataset.variables[name].attrs
        label = f"{request.record}, {clean_text(name, longest=80)}"
        if kind == "waves":
            part, of_unit = to_height_m(part, attrs, record=label)
        elif number == 1 and found.frame in {"to", "from"}:
            part, of_unit = direction_deg(part, attrs, record=label)
        else:
            part, of_unit = to_speed_m_s(part, attrs, kind=kind, record=label)
        notes += [f"{clean_text(name, longest=80)}: {text}" for text in said_of_it]
        notes += [f"{clean_text(name, longest=80)}: {text}" for text in of_unit]
        fields.append(part)
    pair = _as_components(tuple(fields), found.frame)
    pair, masked = _with_one_mask(pair)
    if masked:
        notes.append(f"{masked} values with one component only left out")
    pair = target.finish(pair, frame=found.frame)
    time_s, pair, of_time = _in_order(times, pair, said)
    if all(np.isnan(pair[0][k]).all() for k in range(time_s.size)):
        raise InputError(
            f"{said}: no value anywhere in the {'box' if request.bbox else 'file'}; "
            "is all of it land?"
        )
    about = describe(dataset)
    values = tuple(field.astype(np.float32, copy=False) for field in pair)
    forcing = partial(
        Forcing,
        kind=kind,
        time_s=time_s,
        lat=target.lat,
        lon=target.lon,
        title=about.title,
        source=about.source,
        attribution=about.attribution,
        simulated=about.simulated,
        variables=about.variables or found.names,
        warnings=(*about.warnings, *notes, *of_time),
    )
    if kind == "waves":
        return forcing(height_m=values[0])
    return forcing(u=values[0], v=values[1])


def _check_partner(dataset: xr.Dataset, names: tuple[str, ...], record: str) -> None:
    if len(names) < 2:
        return
    one, other = (dataset.variables[name] for name in names)
    if set(one.dims) != set(other.dims) or sorted(one.shape) != sorted(other.shape):
        shapes = " and ".join(
            f"{clean_text(name, longest=80)} on {clean_text(variable.dims)} of "
            + " x ".join(map(str, variable.shape))
            for name, variable in zip(names, (one, other), strict=True)
        )
        raise InputError(
            f"{record}: {shapes} do not lie on one grid; a staggered grid must be "
            "averaged to its centres first"
        )


def _read_times(
    dataset: xr.Dataset, name: str, layout: Layout, request: _Request
) -> _Times:
    said = f"{request.record}, {clean_text(layout.time, longest=60)}"
    variable = dataset.variables[layout.time]
    check_size(variable.shape, record=said)
    values, _ = read_values(dataset, layout.time, {}, record=request.record)
    units, calendar = text_of(variable, "units"), text_of(variable, "calendar")
    if variable.dtype.kind in "iu":
        values = values.astype(np.float64)  # whole numbers are as exact as they look
    decoded = decode_times(values, units=units, calendar=calendar, record=said)
    time_s, notes = decoded.time_s, list(decoded.warnings)
    order = np.argsort(time_s, kind="stable")
    ordered = time_s[order]
    chosen = order
    if request.start is not None or request.end is not None:
        unique = np.unique(ordered)
        part = unique[
            time_window(
                unique, start=request.start, end=request.end, record=request.record
            )
        ]
        chosen = order[(ordered >= part[0]) & (ordered <= part[-1])]
        low, high = ordered[0], ordered[-1]
        if (request.start is not None and epoch_s(request.start) < low) or (
            request.end is not None and epoch_s(request.end) > high
        ):
            notes.append("the period asked for reaches beyond the data")
    if np.any(np.diff(order) < 0):
        notes.append("times were not in order; frames sorted by time")
    window = slice(int(chosen.min()), int(chosen.max()) + 1)
    bounds = _bounds_s(dataset, layout.time, units, calendar, said)
    if bounds is not None and bounds.shape[0] == time_s.size:
        frames, bounds = ordered, bounds[order]
    else:
        frames, bounds = np.unique(ordered), None
    methods = text_of(dataset.variables[name], "cell_methods")
    notes += averaging_warnings(frames, bounds_s=bounds, cell_methods=methods)
    return _Times(window, chosen - window.start, time_s[chosen], tuple(notes))


def _bounds_s(
    dataset: xr.Dataset, time: str, units: str, calendar: str, said: str
) -> FloatArray | None:
    """Periods the frames stand for, none where the file does not say it."""
    name = text_of(dataset.variables[time], "bounds")
    if name not in dataset.variables:
        return None
    variable = dataset.variables[name]
    if variable.ndim != 2 or variable.shape[1] != 2:
        return None
    values, _ = read_values(dataset, name, {}, record=said)
    if not np.all(np.isfinite(values)):
        return None
    decoded = decode_times(
        values.ravel(),
        units=text_of(variable, "units") or units,
        calendar=calendar,
        record=f"{said}, {clean_text(name, longest=60)}",
    )
    return decoded.time_s.reshape(-1, 2)


def _as_components(fields: tuple[Values, ...], frame: str) -> tuple[Values, ...]:
    if frame not in {"to", "from"}:
        return fields
    speed, direction = fields
    towards = np.radians(direction) + (np.pi if frame == "from" else 0.0)
    return speed * np.sin(towards), speed * np.cos(towards)


def _with_one_mask(pair: tuple[Values, ...]) -> tuple[tuple[Values, ...], int]:
    """Leave out nodes that have one component only; return how many they were."""
    if len(pair) < 2:
        return pair, 0
    missing = [np.isnan(values) for values in pair]
    odd = missing[0] != missing[1]
    n_odd = int(odd.sum())
    if n_odd:
        pair = tuple(np.where(odd, np.nan, values) for values in pair)
    return pair, n_odd


def _in_order(
    times: _Times, pair: tuple[Values, ...], said: str
) -> tuple[FloatArray, tuple[Values, ...], tuple[str, ...]]:
    """Frames in rising time; identical repeats dropped, others refused."""
    time_s = times.time_s
    is_plain = np.array_equal(times.order, np.arange(pair[0].shape[0]))
    ordered = pair if is_plain else tuple(values[times.order] for values in pair)
    repeated = np.flatnonzero(np.diff(time_s) == 0.0) + 1
    for k in repeated:
        if not all(np.array_equal(f[k], f[k - 1], equal_nan=True) for f in ordered):
            moment = np.datetime64(int(time_s[k]), "s")
            raise InputError(
                f"{said}: time {moment}Z occurs twice with different values; drop one "
                "of the frames"
            )
    notes = []
    if repeated.size:
        keep = np.setdiff1d(np.arange(time_s.size), repeated)
        time_s, ordered = time_s[keep], tuple(values[keep] for values in ordered)
        notes.append(f"{repeated.size} repeated times with the same values dropped")
    empty = [k for k in range(time_s.size) if np.isnan(ordered[0][k]).all()]
    if empty and len(empty) < time_s.size:
        notes.append(f"{len(empty)} of {time_s.size} times hold no value at all")
    return time_s, ordered, tuple(notes)
