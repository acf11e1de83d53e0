"""Sites of a plan weighed by harm and sensitivity, with what the store has in force."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dashboard import services

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MOST_HOTSPOTS", "basis", "reweigh", "weigh", "worthiest"]

#: Hotspots are ranked among so many of the heaviest.
MOST_HOTSPOTS = 300


def weigh(
    sites: "pd.DataFrame", start_at: datetime, hours: float
) -> "tuple[pd.DataFrame, dict[str, Any]]":
    """Sites with the priority that the weights and areas in force give, and those.

    Parameters
    ----------
    sites : DataFrame
        Hotspots, or sites of a file.
    start_at, hours
        Span of the plan: areas with a season count if it touches their months.
    """
    from core.priorities import current_weights, sensitive_areas, weigh_sites

    store = services.store()
    span = (start_at, start_at + timedelta(hours=hours))
    areas = sensitive_areas(store).areas
    return weigh_sites(sites, current_weights(store), areas, span)


def worthiest(sites: "pd.DataFrame", n: int) -> "pd.DataFrame":
    """Return those with the most mass times priority, in that order."""
    worth = sites["mass_kg"] * sites["priority"]
    order = worth.sort_values(ascending=False, kind="stable").index
    return sites.loc[order].head(n).reset_index(drop=True)


def reweigh(plan: Mapping[str, Any], sites: "pd.DataFrame") -> "pd.DataFrame":
    """Later sites of a plan with the priority its own weights and areas give.

    Raises
    ------
    InputError, NotFoundError
        If the plan used weights or areas that the store does not have.
    """
    from core.priorities import reweigh_sites

    weighting = (plan["document"].get("request") or {}).get("weighting")
    if not weighting:
        return sites
    # The plan names the areas of its own season; no month need be asked for again.
    return reweigh_sites(services.store(), weighting, sites)


def basis(document: Mapping[str, Any]) -> str:
    """Say which weights and areas a plan used; empty for a plan by mass."""
    weighting = (document.get("request") or {}).get("weighting")
    if not weighting:
        return ""
    named = weighting.get("harm_weights")
    n_areas = len(weighting.get("areas", ()))
    used = "harm not weighed" if named is None else f"harm weights: {named['version']}"
    return f"{used}; {n_areas} sensitive area{'s' if n_areas != 1 else ''}"
