"""Sites that are left out before any search, and why."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.routing.outcome import LeftOut
from core.routing.rules import SiteRules
from core.routing.sea import ClosedArea, SeaNetwork
from core.routing.setup.places import Berth, Places
from core.routing.stops import iso_utc

__all__ = ["left_out_at_outset"]

_ON_LAND = (
    "It lies on land at 1:50 million (a coast drawn to about 1 km); vessels collect "
    "at sea."
)


def left_out_at_outset(
    sites: pd.DataFrame,
    rows: npt.NDArray[np.intp],
    rules: SiteRules,
    sea: SeaNetwork,
    places: Places,
) -> dict[int, LeftOut]:
    """Tell which sites cannot be in any plan.

    Parameters
    ----------
    sites : DataFrame
        All sites.
    rows : ndarray of int
        Those on the network, in its order after the places.
    rules, sea, places
        What is forbidden, where the sea is, and where vessels start and end.

    Returns
    -------
    dict of int to LeftOut
        By row of the sites.
    """
    names = sites["site"].tolist()
    kept = set(rows.tolist())
    found: dict[int, LeftOut] = {
        row: LeftOut(name, "not_worth", *_thinned(len(sites), len(rows)))
        for row, name in enumerate(names)
        if row not in kept
    }
    forbidden = set(rules.forbidden)
    first = len(places.positions)
    for i, row in enumerate(rows.tolist()):
        reason = _reason(names[row] in forbidden, sea, places, first + i)
        if reason is not None:
            found[row] = LeftOut(names[row], *reason)
    return found


def _thinned(n_sites: int, n_kept: int) -> tuple[str, str]:
    return (
        f"{n_sites} sites are more than the {n_kept} that are planned together; this "
        "one is among those with the least mass for their distance.",
        "Planned with fewer others it may be worth a visit.",
    )


def _reason(
    is_forbidden: bool, sea: SeaNetwork, places: Places, node: int
) -> tuple[str, str, str] | None:
    if is_forbidden:
        return "forbidden", "The rules of this plan forbid it.", "Allow it."
    if sea.on_land[node]:
        return "on_land", _ON_LAND, "Correct its position if it floats."
    area = sea.in_closed[node]
    if area is not None:
        return "closed_area", *_closed(area)
    if not any(_is_reached(sea, berth, node) for berth in places.berths):
        return (
            "unreachable",
            "No vessel has a way by sea to it and back.",
            "A vessel that starts and ends in the same water would bring it in.",
        )
    return None


def _closed(area: ClosedArea) -> tuple[str, str]:
    why = f" ({area.reason})" if area.reason else ""
    until = "" if area.until_at is None else f" until {iso_utc(area.until_at)}"
    detail = f"It lies in {area.name}{why}, which is closed during this plan{until}."
    if area.until_at is None and not area.months:
        return detail, "Opening the area would bring it in."
    return detail, "A plan for a time when the area is open would bring it in."


def _is_reached(sea: SeaNetwork, berth: Berth, node: int) -> bool:
    there, back = sea.distance_km[berth.start, node], sea.distance_km[node, berth.end]
    return bool(np.isfinite(there) and np.isfinite(back))
