"""Ensembles: where debris may be, hour by hour, with what is not known spelt out.

Each seed is followed by members that differ in what is uncertain: where exactly the
debris lay, how much of the wind it takes up and to which side, and how the real current
differs from the modelled one. Member 0 is the run without any of that.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import numpy as np
import pandas as pd

from core.drift.ensembles.coverage import (
    named_fields,
    release_times,
    seconds_of,
    uncovered_seeds,
)
from core.drift.ensembles.draws import STREAMS_PER_SEED
from core.drift.ensembles.scheduler import run_tasks
from core.drift.ensembles.tasks import Chunk, ChunkResult, Physics, run_chunk
from core.drift.field import VelocityField
from core.drift.land import LandMask
from core.drift.noise import RandomFlight
from core.drift.track import STATUS_NAMES
from core.drift.windage import WINDAGE, Windage, windage_of
from core.errors import InputError

__all__ = [
    "CURRENT_ERROR",
    "DRIFT_COLUMNS",
    "MAX_HOURS",
    "MAX_ROWS",
    "POSITION_ERROR_M",
    "run_ensemble",
]

#: Columns of an ensemble, in order; the contract's, and ``hour`` since release
#: (negative in a run backward in time).
DRIFT_COLUMNS = ("seed", "member", "time", "lat", "lon", "status", "hour")

#: How the real current differs from the modelled one: measured on 248 drifters of the
#: Gulf of St Lawrence against the CIOPS-E model with 2 % of the wind, along the
#: observed tracks. The endpoint error per axis was 3.3, 6.3, 11.6, 20.3 and 33.5 km
#: (root mean square) after 3, 6, 12, 24 and 48 h; these two figures give 3.1, 6.0,
#: 11.3, 20.2 and 33.5 km. One sea with strong tides: elsewhere it is an assumption.
CURRENT_ERROR = RandomFlight(sigma_m_s=0.30, time_scale_s=14 * 3600.0)
#: Standard deviation of a sighting's position along each axis, m (assumption: fix of a
#: vessel or drone, and the distance from it to the item).
POSITION_ERROR_M = 200.0
MAX_HOURS = 2400
#: Rows of one run; more would need over 3 GB.
MAX_ROWS = 50_000_000
#: Particles carried in one call; the cut does not depend on the scheduler, so neither
#: does the result.
_CHUNK = 10_000
_SECONDS_PER_HOUR = 3600.0
_SHOWN_ISSUES = 20
_MICRO = 1_000_000


def run_ensemble(
    seeds: pd.DataFrame,
    *,
    current: VelocityField,
    wind: VelocityField | None = None,
    stokes: VelocityField | None = None,
    start: datetime | None = None,
    hours: int,
    members: int = 50,
    seed: int = 1,
    position_error_m: float = POSITION_ERROR_M,
    random_flight: RandomFlight | None = CURRENT_ERROR,
    diffusivity_m2_s: float = 0.0,
    windages: Mapping[str, Windage] | None = None,
    land: LandMask | None = None,
    dt_s: float = 600.0,
    backward: bool = False,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    scheduler: str = "",
) -> pd.DataFrame:
    """Follow debris from each seed with an ensemble, hour by hour.

    Parameters
    ----------
    seeds : DataFrame
        ``lat, lon`` and, if known, ``seed`` (whole number; the row's place if missing),
        ``time`` (release; ``start`` where it is missing), ``category`` and
        ``radius_m`` (standard deviation of the position along each axis), as the
        accepted seeds of ``read_seeds``.
    current, wind, stokes : VelocityField
        Geographic fields (spherical mesh, seconds since 1970). The wind moves each
        seed by its category's windage; where a Stokes field is given, the factor is
        taken beside it (see :mod:`core.drift.windage`).
    start : datetime, optional
        Release of seeds without a time; the first moment that every field covers (the
        last one, if backward) by default.
    hours : int
        Hours each seed is followed from its own release.
    members : int, default 50
        Members a seed, the unperturbed member 0 included.
    seed : int, default 1
        Names the random numbers. A member is the same whatever the number of members
        and seeds, to the rounding of the forcing's own precision.
    position_error_m : float, default 200
        Standard deviation of the start along each axis where ``radius_m`` is missing.
    random_flight : RandomFlight or None
        Error of the modelled current, ``CURRENT_ERROR`` by default.
    diffusivity_m2_s : float, default 0
        Random walk besides it.
    windages : mapping of str to Windage, optional
        Windage by category in place of the table's, such as one fitted to drifters.
    land : LandMask, optional
        A finer coast, checked besides the land of the current.
    dt_s : float, default 600
        Longest time step.
    backward : bool, default False
        Follow the debris back in time, to where it came from.
    progress : callable ``(done, total)``, optional
        Particles done.
    cancelled : callable returning bool, optional
        Asked between chunks.
    scheduler : str
        Dask scheduler: empty for threads, ``processes``, or an address. The result is
        the same.

    Returns
    -------
    DataFrame
        Columns ``DRIFT_COLUMNS``; rows by seed, member and hour. ``status`` is
        ``afloat``, ``stranded`` or ``out_of_domain``; a particle that stranded or left
        keeps the place where it did so.

    Raises
    ------
    InputError
        If a value is out of range, a field is not geographic, or a seed lies outside
        the fields' area or time (each is named; ``uncovered_seeds`` finds them before).
    SourceError
        If a Dask scheduler does not answer.
    CleanupError
        If cancelled.
    """
    fields = named_fields(current, wind, stokes)
    _check(fields, hours=hours, members=members, n_seeds=len(seeds))
    if not (np.isfinite(position_error_m) and position_error_m >= 0.0):
        raise InputError(f"position error {position_error_m} m, expected 0 or more")
    table = _table(seeds, position_error_m)
    table["start_s"] = seconds_of(
        release_times(table, fields.values(), start=start, backward=backward)
    )
    refused = uncovered_seeds(
        table, current=current, wind=wind, stokes=stokes, start=start, hours=hours,
        backward=backward,
    )  # fmt: skip
    if refused:
        more = len(refused) - _SHOWN_ISSUES
        said = [str(issue) for issue in refused[:_SHOWN_ISSUES]]
        raise InputError("; ".join(said + [f"and {more} more"] * (more > 0)))
    _add_windage(table, windages, beside_stokes=stokes is not None)
    physics = Physics(
        current=current, wind=wind, stokes=stokes, land=land, seed=seed, hours=hours,
        random_flight=random_flight, diffusivity_m2_s=diffusivity_m2_s,
        backward=backward, dt_s=dt_s,
    )  # fmt: skip
    chunks = _chunks(table, members)
    n_each = np.cumsum([chunk.member.size for chunk in chunks])

    def report(done: int, total: int) -> None:
        if progress is not None:
            progress(int(n_each[done - 1]), int(n_each[total - 1]))

    results = run_tasks(
        run_chunk, physics, chunks, scheduler=scheduler, progress=report,
        cancelled=cancelled,
    )  # fmt: skip
    return _frame(chunks, results, hours=hours, backward=backward)


def _check(
    fields: Mapping[str, VelocityField], *, hours: int, members: int, n_seeds: int
) -> None:
    for name, field in fields.items():
        if field.mesh != "spherical":
            raise InputError(f"the {name} is on a flat mesh, expected degrees")
    if not 1 <= hours <= MAX_HOURS or hours != int(hours):
        raise InputError(
            f"hours {hours}, expected a whole number from 1 to {MAX_HOURS}"
        )
    if not 1 <= members < STREAMS_PER_SEED:
        raise InputError(f"members {members}, expected 1 to {STREAMS_PER_SEED - 1}")
    if n_seeds == 0:
        raise InputError("there are no seeds to follow")
    rows = n_seeds * members * (hours + 1)
    if rows > MAX_ROWS:
        raise InputError(
            f"{n_seeds} seeds, {members} members and {hours} h make {rows} rows; at "
            f"most {MAX_ROWS} are made in one run"
        )


def _table(seeds: pd.DataFrame, position_error_m: float) -> pd.DataFrame:
    """Seeds with every column that is needed, by seed number."""
    table = seeds.reset_index(drop=True).copy()
    if "seed" not in table:
        table["seed"] = np.arange(len(table))
    if table["seed"].duplicated().any():
        raise InputError("two seeds have the same number")
    for name in ("lat", "lon"):
        if not np.isfinite(table[name].to_numpy(dtype=np.float64)).all():
            raise InputError(f"a seed's {name} is not a number")
    if "category" not in table:
        table["category"] = ""
    if "radius_m" not in table:
        table["radius_m"] = np.nan
    table["radius_m"] = table["radius_m"].astype(float).fillna(position_error_m)
    return table.sort_values("seed", ignore_index=True)


def _add_windage(
    table: pd.DataFrame,
    windages: Mapping[str, Windage] | None,
    *,
    beside_stokes: bool,
) -> None:
    known = {**WINDAGE, **(windages or {})}
    names = ("factor", "low", "high", "deflection_deg", "divergence_deg")
    rows = {}
    for category in table["category"].unique():
        row = known.get(category) or windage_of(category)
        row = row.beside_stokes() if beside_stokes else row
        rows[category] = [getattr(row, name) for name in names]
    values = np.array([rows[category] for category in table["category"]])
    for column, name in enumerate(names):
        table[name] = values[:, column]


def _chunks(table: pd.DataFrame, members: int) -> list[Chunk]:
    """Cut the ensemble into calls of the kernel: one release time each."""
    chunks = []
    for start_s, group in table.groupby("start_s", sort=True):
        rows = group.index.to_numpy()
        for first, last in ((0, 1), (1, members)):
            numbers = np.arange(first, last)
            row = np.repeat(rows, numbers.size)
            member = np.tile(numbers, rows.size)
            for k in range(0, row.size, _CHUNK):
                part = slice(k, k + _CHUNK)
                chosen = table.loc[row[part]]
                columns = {
                    name: chosen[name].to_numpy(dtype=np.float64)
                    for name in ("lat", "lon", "radius_m", "factor", "low", "high",
                                 "deflection_deg", "divergence_deg")
                }  # fmt: skip
                chunks.append(
                    Chunk(
                        start_s=float(np.asarray(start_s)),
                        perturbed=first > 0,
                        seed_index=chosen["seed"].to_numpy(dtype=np.int64),
                        member=member[part],
                        **columns,
                    )
                )
    return chunks


def _frame(
    chunks: list[Chunk], results: list[ChunkResult], *, hours: int, backward: bool
) -> pd.DataFrame:
    seed = np.concatenate([chunk.seed_index for chunk in chunks])
    member = np.concatenate([chunk.member for chunk in chunks])
    start = np.concatenate([np.full(c.member.size, c.start_s) for c in chunks])
    order = np.lexsort((member, seed))
    hour = np.arange(hours + 1) * (-1 if backward else 1)
    n_rows = hours + 1
    start_us = np.rint(start[order] * _MICRO).astype(np.int64)
    time_us = start_us[:, None] + hour * int(_SECONDS_PER_HOUR * _MICRO)
    state = np.concatenate([result.state for result in results])[order]
    return pd.DataFrame(
        {
            "seed": np.repeat(seed[order], n_rows),
            "member": np.repeat(member[order].astype(np.int32), n_rows),
            "time": pd.to_datetime(time_us.ravel(), unit="us", utc=True).as_unit("us"),
            "lat": np.concatenate([r.lat for r in results])[order].ravel(),
            "lon": np.concatenate([r.lon for r in results])[order].ravel(),
            "status": pd.Categorical.from_codes(
                state.ravel().astype(np.int8), pd.Index([str(n) for n in STATUS_NAMES])
            ),
            "hour": np.tile(hour.astype(np.int32), seed.size),
        },
        columns=list(DRIFT_COLUMNS),
    )
