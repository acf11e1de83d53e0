"""Drift forecasts and hindcasts: made, kept with what they were made from, audited."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.drift import (
    CURRENT_ERROR,
    RandomFlight,
    SeedIssue,
    run_ensemble,
    uncovered_seeds,
)
from core.errors import InputError, NotFoundError
from core.forecasts._area import Box, box_around, coast_of
from core.forecasts._task import Kind, Task, first_of, task_of
from core.forecasts.forcings import load_forcing, velocity_field
from core.forecasts.summary import json_text, summarise
from core.governance import record

if TYPE_CHECKING:
    from core.drift import VelocityField
    from core.storage import Store

__all__ = ["make_forecast"]

#: Times of files are seconds as floating numbers; their last digits are no cover.
_CLOCK = pd.Timedelta(seconds=1)
Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


def make_forecast(
    store: "Store",
    seeds: pd.DataFrame,
    *,
    current_id: str,
    wind_id: str | None = None,
    stokes_id: str | None = None,
    start: datetime | None = None,
    hours: int = 72,
    members: int = 50,
    seed: int = 1,
    name: str,
    actor: str,
    current_error: RandomFlight | None = CURRENT_ERROR,
    diffusivity_m2_s: float = 0.0,
    hindcast: bool = False,
    scheduler: str = "",
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> str:
    """Forecast where debris will be, or trace where it came from, and keep that.

    The same seeds, forcing and numbers are one forecast: asked for again it is found
    in the store and nothing is run.

    Parameters
    ----------
    store : Store
        Holds the forcing and takes the result.
    seeds : DataFrame
        ``lat, lon`` and, if known, ``time, category, mass_kg, seed_id, radius_m,
        simulated``; see ``core.drift.read_seeds`` and :func:`seeds_from_sites`. Seeds
        that are wrong or that the forcing does not cover are left out and named in
        the summary.
    current_id, wind_id, stokes_id : str
        Forcing of the store.
    start : datetime, optional
        Release of seeds without a time, aware; by default the first moment that all
        forcing covers. Where every seed has a time it changes nothing.
    hours, members, seed : int
        Hours each seed is followed, members a seed, and the name of the random numbers.
    name, actor : str
        What people call it; who asks.
    current_error : RandomFlight or None
        How the real current differs from the modelled one.
    diffusivity_m2_s : float, default 0
        Random walk besides it.
    hindcast : bool, default False
        Follow the debris back in time from each seed's own; ``start`` then defaults to
        the last moment that all forcing covers. A member that strands came, on that
        way, off that coast.
    scheduler : str
        Dask scheduler, empty for threads of this process.
    progress : callable ``(done, total)``, optional
        Particles done.
    cancelled : callable returning bool, optional
        Asked between parts of the work.

    Returns
    -------
    str
        The forecast's id, for :func:`read_forecast`.

    Raises
    ------
    InputError
        If no seed can be followed, a forcing is of another kind, or a number is out
        of range.
    NotFoundError
        If a forcing is not in the store.
    CleanupError
        If cancelled; nothing is kept.
    """
    return _make(
        store,
        "hindcast" if hindcast else "forecast",
        seeds,
        ids={"current": current_id, "wind": wind_id, "stokes": stokes_id},
        start=start,
        hours=hours,
        members=members,
        seed=seed,
        name=name,
        actor=actor,
        current_error=current_error,
        diffusivity_m2_s=diffusivity_m2_s,
        scheduler=scheduler,
        progress=progress,
        cancelled=cancelled,
    )


def _make(
    store: "Store",
    kind: Kind,
    seeds: pd.DataFrame,
    *,
    ids: Mapping[str, str | None],
    name: str,
    actor: str,
    scheduler: str,
    progress: Progress | None,
    cancelled: Cancelled | None,
    **numbers: Any,
) -> str:
    if not name.strip():
        raise InputError(f"a {kind} needs a name")
    task = task_of(store, kind, seeds, ids, **numbers)
    forecast_id = hashlib.sha256(json_text(task.params).encode()).hexdigest()[:16]
    if _is_kept(store, forecast_id):
        return forecast_id
    in_time, too_late = _in_time(task)
    fields, box = _fields(store, in_time)
    covered, outside = _covered(in_time, fields)
    issues = sorted((*too_late, *outside), key=lambda issue: issue.row)
    frame = run_ensemble(
        covered,
        current=fields["current"],
        wind=fields.get("wind"),
        stokes=fields.get("stokes"),
        start=task.start,
        hours=task.hours,
        members=task.members,
        seed=task.seed,
        random_flight=task.current_error,
        diffusivity_m2_s=task.diffusivity_m2_s,
        land=coast_of(box),
        backward=task.backward,
        progress=progress,
        cancelled=cancelled,
        scheduler=scheduler,
    )
    summary = summarise(
        frame,
        covered,
        kind=kind,
        forcing=list(task.rows.values()),
        refused=[issue.to_dict() for issue in (*task.issues, *issues)],
        flagged=[issue.to_dict() for issue in task.flagged],
        simulated=task.simulated,
    )
    _keep(store, forecast_id, task, frame, summary, name=name.strip(), actor=actor)
    return forecast_id


def _is_kept(store: "Store", forecast_id: str) -> bool:
    try:
        store.forecasts.get(forecast_id)
    except NotFoundError:
        return False
    return True


def _in_time(task: Task) -> tuple[Task, tuple[SeedIssue, ...]]:
    """Leave out seeds beyond the time of the forcing, told by its whole cover.

    Only a part of the forcing is loaded, and what that covers is not what a person
    could have asked for.
    """
    moving = [row for row in task.rows.values() if row["n_times"] > 1]
    if not moving:
        return task, ()
    first = max(row["starts_at"] for row in moving)
    last = min(row["ends_at"] for row in moving)
    if first > last:
        return task, ()
    begin = task.seeds["time"]
    end = begin + pd.Timedelta(hours=-task.hours if task.backward else task.hours)
    late = (begin.clip(upper=end) < first - _CLOCK) | (
        begin.clip(lower=end) > last + _CLOCK
    )
    issues = tuple(
        SeedIssue(
            int(number) + 1,
            "time",
            _words(one),
            f"{_words(one)} to {_words(other)} is not covered by the forcing, which "
            f"runs from {_words(first)} to {_words(last)}",
        )
        for number, one, other in zip(
            task.seeds["seed"][late], begin[late], end[late], strict=True
        )
    )
    if late.all():
        raise InputError(f"no seed can be followed: {first_of(issues)}")
    return replace(task, seeds=task.seeds[~late].reset_index(drop=True)), issues


def _words(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _fields(store: "Store", task: Task) -> tuple[dict[str, "VelocityField"], Box]:
    """Fields of the area and time that particles may reach."""
    box = box_around(task.seeds, hours=task.hours)
    reach = pd.Timedelta(hours=-task.hours if task.backward else task.hours)
    times = task.seeds["time"]
    ends = pd.concat([times, times + reach])
    fields = {}
    for role, row in task.rows.items():
        # One time is a steady field, which holds at any time.
        moving = row["n_times"] > 1
        forcing = load_forcing(
            store,
            row["forcing_id"],
            bbox=box.wrapped(),
            start=ends.min().to_pydatetime() if moving else None,
            end=ends.max().to_pydatetime() if moving else None,
        )
        fields[role] = velocity_field(forcing)
    return fields, box


def _covered(
    task: Task, fields: Mapping[str, "VelocityField"]
) -> tuple[pd.DataFrame, tuple[SeedIssue, ...]]:
    issues = uncovered_seeds(
        task.seeds,
        current=fields["current"],
        wind=fields.get("wind"),
        stokes=fields.get("stokes"),
        start=task.start,
        hours=task.hours,
        backward=task.backward,
    )
    left_out = [issue.row - 1 for issue in issues]
    covered = task.seeds[~task.seeds["seed"].isin(left_out)]
    if covered.empty:
        raise InputError(f"no seed can be followed: {first_of(issues)}")
    return covered.reset_index(drop=True), issues


def _keep(
    store: "Store",
    forecast_id: str,
    task: Task,
    frame: pd.DataFrame,
    summary: dict[str, Any],
    *,
    name: str,
    actor: str,
) -> None:
    with tempfile.TemporaryDirectory(prefix="gyre-") as folder:
        path = Path(folder) / "tracks.parquet"
        # 1e-5 degrees is a metre, below what any of it is known to.
        frame.round({"lat": 5, "lon": 5}).to_parquet(
            path, index=False, compression="zstd"
        )
        result_sha256 = store.files.put_file(path)
    seeds = json.loads(task.seeds.to_json(orient="records", date_format="iso"))
    record_of = {
        "forecast_id": forecast_id,
        "name": name,
        "kind": task.kind,
        "params": {**task.params, "seeds": seeds},
        "forcing_ids": [row["forcing_id"] for row in task.rows.values()],
        "result_sha256": result_sha256,
        "summary": summary,
        "simulated": task.simulated,
        "created_by": actor,
    }
    with store.transaction():
        if store.forecasts.add(record_of):
            record(
                store,
                f"{task.kind}.created",
                actor,
                f"forecast:{forecast_id}",
                {
                    "name": name,
                    "seeds_sha256": task.params["seeds_sha256"],
                    "forcing": task.params["forcing"],
                    "result_sha256": result_sha256,
                    "hours": task.hours,
                    "members": task.members,
                    "seed": task.seed,
                    "simulated": task.simulated,
                },
            )
