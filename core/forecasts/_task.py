"""What a forecast depends on, gathered and checked before anything runs."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from core.drift import RandomFlight, SeedIssue, read_seeds
from core.errors import InputError
from core.forecasts.forcings import require_kind

if TYPE_CHECKING:
    from core.storage import Store

__all__ = ["Kind", "Task", "first_of", "task_of"]

Kind = Literal["forecast", "hindcast"]


@dataclass(frozen=True, kw_only=True)
class Task:
    """All that a forecast depends on."""

    kind: Kind
    seeds: pd.DataFrame
    issues: tuple[SeedIssue, ...]
    flagged: tuple[SeedIssue, ...]
    rows: Mapping[str, Mapping[str, Any]]
    start: datetime
    hours: int
    members: int
    seed: int
    current_error: RandomFlight | None
    diffusivity_m2_s: float
    simulated: bool
    params: dict[str, Any]

    @property
    def backward(self) -> bool:
        """Whether it runs back in time."""
        return self.kind == "hindcast"


def task_of(
    store: "Store",
    kind: Kind,
    seeds: pd.DataFrame,
    ids: Mapping[str, str | None],
    *,
    start: datetime | None,
    hours: int,
    members: int,
    seed: int,
    current_error: RandomFlight | None,
    diffusivity_m2_s: float,
) -> Task:
    """Check what was asked for and gather it, with the numbers that name it."""
    rows = {
        role: store.forcings.get(forcing_id)
        for role, forcing_id in ids.items()
        if forcing_id
    }
    if "current" not in rows:
        raise InputError(f"a {kind} needs a current")
    for role, row in rows.items():
        require_kind(row, role)
    checked = read_seeds(seeds)
    if checked.accepted.empty:
        raise InputError(f"no seed can be used: {first_of(checked.rejected)}")
    begin = _start(rows, start, checked.accepted["time"], backward=kind == "hindcast")
    made_up = "simulated" in seeds and bool(seeds["simulated"].any())
    return Task(
        kind=kind,
        seeds=checked.accepted.assign(
            time=checked.accepted["time"].fillna(pd.Timestamp(begin).as_unit("us"))
        ),
        issues=checked.rejected,
        flagged=checked.flagged,
        rows=rows,
        start=begin,
        hours=hours,
        members=members,
        seed=seed,
        current_error=current_error,
        diffusivity_m2_s=diffusivity_m2_s,
        simulated=made_up or any(bool(row["simulated"]) for row in rows.values()),
        params={
            "kind": kind,
            "start": begin.isoformat(),
            "hours": hours,
            "members": members,
            "seed": seed,
            "current_error": None
            if current_error is None
            else {
                "sigma_m_s": current_error.sigma_m_s,
                "time_scale_s": current_error.time_scale_s,
            },
            "diffusivity_m2_s": diffusivity_m2_s,
            "seeds_sha256": _seeds_hash(checked.accepted),
            "forcing": {role: row["sha256"] for role, row in rows.items()},
            "forcing_ids": {role: row["forcing_id"] for role, row in rows.items()},
        },
    )


def _start(
    rows: Mapping[str, Mapping[str, Any]],
    start: datetime | None,
    times: pd.Series,
    *,
    backward: bool,
) -> datetime:
    """When the first seed is released, or the one without a time."""
    if start is not None:
        if start.tzinfo is None:
            raise InputError(f"start {start.isoformat()} has no time zone")
        return start.astimezone(UTC)
    if not times.isna().any():
        first: datetime = (times.max() if backward else times.min()).to_pydatetime()
        return first
    # A field of one time is taken as steady and bounds nothing.
    moving = [row for row in rows.values() if row["n_times"] > 1]
    if not moving:
        raise InputError("the forcing has a single time; give the start of the drift")
    found: datetime = (
        min(row["ends_at"] for row in moving)
        if backward
        else max(row["starts_at"] for row in moving)
    )
    return found


def _seeds_hash(seeds: pd.DataFrame) -> str:
    text = seeds.to_csv(
        index=False, float_format="%.9g", date_format="%Y-%m-%dT%H:%M:%S.%fZ"
    )
    return hashlib.sha256(text.encode()).hexdigest()


def first_of(issues: tuple[SeedIssue, ...]) -> str:
    """Return the first issue in words, and how many more there are."""
    more = f"; and {len(issues) - 1} more" if len(issues) > 1 else ""
    return f"{issues[0]}{more}"
