"""What came in since a plan was made: reasons to plan again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from core.storage import Store

__all__ = ["PlanNews", "news_since"]

_KINDS = ("current", "wind", "stokes", "waves")


@dataclass(frozen=True)
class PlanNews:
    """What is newer than a plan.

    Attributes
    ----------
    n_observations : int
        Observations stored after the plan.
    forcings : tuple of str
        Names of forcing of a kind the plan uses that was fetched after it and covers
        some of its hours.
    """

    n_observations: int
    forcings: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.n_observations or self.forcings)


def news_since(
    store: "Store", plan: Mapping[str, Any], observations: pd.DataFrame
) -> PlanNews:
    """Compare a kept plan with what the store holds now.

    Parameters
    ----------
    store : Store
        Holds the forcing.
    plan : mapping
        Row of the plan with its document.
    observations : DataFrame
        Observations of the store, with ``ingested_at``.
    """
    made_at = pd.Timestamp(plan["created_at"])
    document = plan["document"]
    used = document.get("forcing") or {}
    start = pd.Timestamp(document["start_at"])
    end = start + pd.Timedelta(hours=document["horizon_h"])
    newer = [
        str(row["name"])
        for kind in _KINDS
        if used.get(f"{kind}_id")
        for row in store.forcings.listing(kind=kind)
        if row["fetched_at"] > made_at
        and row["forcing_id"] != used[f"{kind}_id"]
        and row["starts_at"] < end
        and row["ends_at"] > start
    ]
    count = 0
    if "ingested_at" in observations:
        count = int((observations["ingested_at"] > made_at).sum())
    return PlanNews(count, tuple(newer))
