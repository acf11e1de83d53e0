"""Plan anew from the middle of a kept plan: a vessel lost, new sites, newer forcing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import CleanupError
from core.forecasts import SITE_RADIUS_M, read_forecast
from core.geo import great_circle_distance_km
from core.planning.forcing import PlanForcing
from core.planning.work import Progress, keep_plan
from core.routing import (
    DriftForecast,
    lock_first,
    plan_from_dict,
    plan_request,
    replan_from,
)

if TYPE_CHECKING:
    from core.jobs import JobContext, Work
    from core.routing import CleanupPlan, PlanRequest
    from core.storage import Store

__all__ = ["REPLAN_JOB", "Replan", "drifted_places", "replan", "replan_work"]

#: Kind of the job that plans anew.
REPLAN_JOB = "replan"


@dataclass(frozen=True, kw_only=True)
class Replan:
    """What is planned anew, and why.

    Parameters
    ----------
    plan_id : str
        Plan to go on from.
    at : str, optional
        ISO 8601 time from which on everything may change.
    lost_vessels : tuple of str
        Vessels that take no further part.
    new_sites : tuple of mapping
        Rows of sites to add or to replace.
    locked_vessel, n_locked : str, int
        Instead of a time: a vessel whose first stops stay as they are.
    forcing : mapping, optional
        Newer forcing as :meth:`PlanForcing.to_dict` gives it; that of the plan when
        not given.
    """

    plan_id: str
    at: str | None = None
    lost_vessels: tuple[str, ...] = ()
    new_sites: tuple[Mapping[str, Any], ...] = ()
    locked_vessel: str = ""
    n_locked: int = 0
    forcing: Mapping[str, Any] | None = None

    @property
    def reason(self) -> str:
        """What changed, in words, for the audit log and the name of the plan."""
        if self.locked_vessel:
            return f"first {self.n_locked} stops of {self.locked_vessel} locked"
        parts = [f"without {name}" for name in self.lost_vessels]
        if self.new_sites:
            parts.append(f"{len(self.new_sites)} sites added")
        if self.forcing:
            parts.append("newer forcing")
        return ", ".join(parts) or "the rest planned anew"


def replan(
    store: "Store",
    wish: Replan,
    *,
    actor: str,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> str:
    """Plan the rest of a kept plan anew and keep the whole as a plan of its own.

    Debris goes on from where the forecast of the plan has it by then, as doubtful as
    it is there.

    Returns
    -------
    str
        Id of the new plan; its ``parent`` is the old one.

    Raises
    ------
    NotFoundError
        If there is no such plan.
    InputError, PlanningError
        If the wish cannot be followed, or no plan is found.
    """
    row = store.plans.get(wish.plan_id)
    document = row["document"]
    plan = plan_from_dict(document)
    kept = document.get("forcing")
    chosen = wish.forcing if wish.forcing is not None else kept
    forcing = (
        PlanForcing.from_dict(chosen)
        if chosen
        else PlanForcing(drift=False, sailing=False)
    )
    planner = partial(
        _plan_rest,
        store,
        plan,
        forcing,
        name=row["name"],
        actor=actor,
        progress=progress,
        cancelled=cancelled,
    )
    changes = {"parent": wish.plan_id}
    if wish.locked_vessel:
        made = lock_first(
            plan, wish.locked_vessel, wish.n_locked, changes=changes, planner=planner
        )
    else:
        at = datetime.fromisoformat(wish.at) if wish.at else plan.start_at
        made = replan_from(
            plan,
            at,
            lost_vessels=wish.lost_vessels,
            new_sites=pd.DataFrame(wish.new_sites) if wish.new_sites else None,
            changes=changes,
            planner=planner,
        )
    return keep_plan(
        store,
        made.plan,
        forcing=forcing,
        name=f"{row['name']}, {wish.reason}",
        actor=actor,
        surveys=document.get("surveys", ()),
    )


def _plan_rest(
    store: "Store",
    plan: "CleanupPlan",
    forcing: PlanForcing,
    request: "PlanRequest",
    *,
    name: str,
    actor: str,
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> "CleanupPlan":
    def tell(what: str, done: int, total: int) -> None:
        if progress is not None:
            progress(done, total, what)

    drift = forcing.drift_of(
        store,
        request,
        places=_places(store, plan, request),
        name=name,
        actor=actor,
        progress=partial(tell, "following the drift"),
        cancelled=cancelled,
    )
    return plan_request(
        request.changed(forecast_id=drift.forecast_id if drift else ""),
        drift=drift,
        conditions=forcing.conditions_of(store, request),
        start=plan,
        cache_dir=store.data_dir / "cache" / "sea",
        progress=partial(tell, "searching"),
        cancelled=cancelled,
    )


def _places(
    store: "Store", plan: "CleanupPlan", request: "PlanRequest"
) -> pd.DataFrame | None:
    """Sites where the plan's own forecast has them by the time of the request."""
    if plan.drift is None or not plan.drift.forecast_id:
        return None
    kept = read_forecast(store, plan.drift.forecast_id)
    seeds = dict(zip(kept.seeds["seed_id"], kept.seeds["seed"], strict=True))
    return drifted_places(
        request.sites, DriftForecast(kept.frame, seeds), at=request.start_at
    )


def drifted_places(
    sites: pd.DataFrame, drift: DriftForecast, *, at: datetime
) -> pd.DataFrame:
    """Sites where a forecast has them at a time, and how far about it they lie.

    Parameters
    ----------
    sites : DataFrame
        ``site, lat, lon`` and more; a site the forecast does not know stays.
    drift : DriftForecast
        The forecast; its last hour stands for any later time.
    at : datetime
        The time, aware.

    Returns
    -------
    DataFrame
        The sites moved to the mean of the members afloat, with ``radius_m``: the
        spread of the members along an axis, never less than that of a site.
    """
    hour = pd.Timestamp(at)
    frame = drift.frame[drift.frame["time"] <= hour]
    last = frame[frame["time"] == frame.groupby("seed")["time"].transform("max")]
    afloat = last[last["status"] == "afloat"]
    moved = sites.assign(radius_m=SITE_RADIUS_M)
    for row, name in enumerate(moved["site"].tolist()):
        seed = drift.seed_of_site.get(name)
        own = afloat[afloat["seed"] == seed]
        if len(own):
            found = _middle(own["lat"].to_numpy(float), own["lon"].to_numpy(float))
            moved.loc[moved.index[row], ["lat", "lon", "radius_m"]] = found
    return moved


def _middle(
    lat: npt.NDArray[np.float64], lon: npt.NDArray[np.float64]
) -> tuple[float, float, float]:
    """Mean position of members and their spread along an axis, m."""
    turned = (lon - lon[0] + 180.0) % 360.0 - 180.0
    at = float(lat.mean()), float((lon[0] + turned.mean() + 180.0) % 360.0 - 180.0)
    away_km = great_circle_distance_km(lat1=at[0], lon1=at[1], lat2=lat, lon2=lon)
    spread_m = 1000.0 * float(np.sqrt(np.mean(away_km**2) / 2.0))
    return (*at, max(spread_m, SITE_RADIUS_M))


def replan_work(store: "Store") -> "Work":
    """Work of a job that plans anew; its result is ``{"plan_id": ...}``.

    Its parameters are ``actor`` and ``wish``, the fields of :class:`Replan`.
    """

    def work(params: Mapping[str, Any], job: "JobContext") -> Mapping[str, Any]:
        wish: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in params["wish"].items()
        }
        try:
            plan_id = replan(
                store,
                Replan(**wish),
                actor=params["actor"],
                progress=job.progress,
                cancelled=job.cancelled,
            )
        except CleanupError:
            if job.was_stopped:  # what was raised is the stop that was asked for
                return {}
            raise
        return {"plan_id": plan_id}

    return work
