"""The best place for each site, with and without its limits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.routing.explain.excess import (
    LIMITS,
    Excess,
    allowed_at,
    still_excess,
)
from core.routing.explain.moving import is_still, moving_excess
from core.routing.explain.places import Place
from core.routing.explain.still import TOLERANCE
from core.routing.problem import RoutingProblem, Trip

__all__ = ["Best", "Figures", "look"]

#: Sites times places counted at once: a few tens of MB.
_CHUNK = 500_000


@dataclass(frozen=True)
class Figures:
    """The best place found for one site.

    Attributes
    ----------
    place : Place
        Where.
    added_h, gain : float
        Hours it adds, and what it brings to the plan's prize.
    over : dict of str to float
        By how much each limit of :data:`LIMITS` is exceeded: kg, h, h.
    share : dict of str to float
        The same as a share of the limit; only limits that are exceeded.
    """

    place: Place
    added_h: float
    gain: float
    over: dict[str, float]
    share: dict[str, float]

    @property
    def fits(self) -> bool:
        """Whether no limit is exceeded."""
        return not self.share


@dataclass(frozen=True, eq=False)
class Best:
    """For each site the best place, or none where no vessel has a way."""

    of: dict[int, Figures]

    def fitting(self) -> set[int]:
        """Sites that fit somewhere."""
        return {site for site, figures in self.of.items() if figures.fits}


def look(
    problem: RoutingProblem,
    plan: Sequence[list[Trip]],
    places: Sequence[Place],
    sites: npt.NDArray[np.intp],
    *,
    rules: bool = True,
) -> Best:
    """Find the best place of each site.

    Where a site fits, that is the place that brings most, then the one that adds
    least hours; else the one with the fewest limits exceeded, then the smallest sum
    of shares of them.

    Parameters
    ----------
    problem : RoutingProblem
        The problem.
    plan : sequence of list of Trip
        Trips of each vessel, which the places belong to.
    places : sequence of Place
        Where to try.
    sites : ndarray of int, shape (n,)
        Sites to try.
    rules : bool, default True
        Whether only vessels that may visit a site are tried.
    """
    found: dict[int, Figures] = {}
    if places:
        still = is_still(problem)
        for part in _parts(sites, len(places)):
            with np.errstate(invalid="ignore"):
                excess = (
                    still_excess(problem, places, part)
                    if still
                    else moving_excess(problem, plan, places, part)
                )
            if rules:
                excess.added_h[~allowed_at(problem, places, part)] = np.inf
            excess.added_h[np.isnan(excess.added_h)] = np.inf
            _collect(problem, places, part, excess, found)
    return Best(found)


def _parts(
    sites: npt.NDArray[np.intp], n_places: int
) -> Iterator[npt.NDArray[np.intp]]:
    step = max(1, _CHUNK // n_places)
    for first in range(0, len(sites), step):
        yield sites[first : first + step]


def _collect(
    problem: RoutingProblem,
    places: Sequence[Place],
    sites: npt.NDArray[np.intp],
    excess: Excess,
    found: dict[int, Figures],
) -> None:
    shares = excess.shares(problem, places)
    chosen = _choose(excess, shares)
    rows = np.arange(len(sites))
    known = np.isfinite(excess.added_h[rows, chosen])
    over = np.stack(
        [
            excess.over_hold_kg[rows, chosen],
            excess.over_endurance_h[rows, chosen],
            excess.over_limit_h[rows, chosen],
        ]
    )
    if problem.horizon_h is None:
        over[1] = np.maximum(over[1], over[2])
    share = shares[:, rows, chosen]
    added, gain = excess.added_h[rows, chosen], excess.gain[rows, chosen]
    for i in np.flatnonzero(known).tolist():
        found[int(sites[i])] = Figures(
            place=places[chosen[i]],
            added_h=float(added[i]),
            gain=float(gain[i]),
            over=dict(zip(LIMITS, over[:, i].tolist(), strict=True)),
            share={
                name: float(share[j, i])
                for j, name in enumerate(LIMITS)
                if over[j, i] > TOLERANCE and share[j, i] > 0.0
            },
        )


def _choose(excess: Excess, shares: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    fits = excess.fits()
    n_exceeded = (shares > 0.0).sum(axis=0)
    n_exceeded[~np.isfinite(excess.added_h)] = len(LIMITS) + 1
    fewest = n_exceeded == n_exceeded.min(axis=1, keepdims=True)
    total = np.where(fewest, shares.sum(axis=0), np.inf)
    gain = np.where(fits, excess.gain, -np.inf)
    most = fits & (gain >= gain.max(axis=1, keepdims=True) - TOLERANCE)
    added = np.where(most, excess.added_h, np.inf)
    anywhere = fits.any(axis=1)
    return np.asarray(np.where(anywhere, added.argmin(axis=1), total.argmin(axis=1)))
