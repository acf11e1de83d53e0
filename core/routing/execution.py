"""A plan carried out in every member of the ensemble: what it really brings.

The order of the stops stays as planned. A stop that would keep a vessel from ending
its trip in time, with its hold and its endurance, is skipped, and so is a patch that
has stranded or cannot be reached any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError
from core.routing._engine.careful import BONUS
from core.routing._engine.careful_world import careful_world, tracks_of
from core.routing._engine.executing import (
    GONE,
    HOLD_FULL,
    NO_TIME,
    SERVED,
    STRANDED,
    execute_rows,
)
from core.routing._engine.tables import limits_of
from core.routing.problem import RoutingProblem, Trip
from core.routing.targets import DriftingTargets

__all__ = ["FIND_WITHIN_KM", "MISS_REASONS", "Execution", "StopOutlook", "execute"]

FloatArray = npt.NDArray[np.float64]

#: Why a stop is missed, by the number in ``Execution.fate``; 0 is served.
MISS_REASONS = {
    STRANDED: "stranded",
    GONE: "gone",
    NO_TIME: "no_time",
    HOLD_FULL: "hold",
}
#: Without tracking a patch is found up to this far from where the forecast has it.
#: Nobody measured it: an assumption (a lookout sees about 5 km of sea).
FIND_WITHIN_KM = 5.0
_UNPLANNED = -1


@dataclass(frozen=True)
class StopOutlook:
    """What may become of one stop.

    Attributes
    ----------
    node, vessel : int
        Which stop of which vessel.
    miss_chance : float
        Share of the members in which it is missed.
    why : dict of str to float
        Share of the members by the reason it is missed for: ``stranded``, ``gone``,
        ``no_time``, ``hold``; only what occurs.
    arrive_h : tuple of float
        10, 50 and 90 % quantile of the hour of arrival where it is served; NaN where
        it never is.
    mass_kg, mass_kg_p10, mass_kg_p90 : float
        Mean over all members (nothing where missed), and quantiles.
    """

    node: int
    vessel: int
    miss_chance: float
    why: dict[str, float]
    arrive_h: tuple[float, float, float]
    mass_kg: float
    mass_kg_p10: float
    mass_kg_p90: float


@dataclass(frozen=True, eq=False)
class Execution:
    """What a plan brings in each member.

    Attributes
    ----------
    tracked : bool
        Whether the vessels knew where the patches were.
    vessel_of : ndarray of int, shape (n,)
        Vessel whose plan holds a node, -1 for none.
    fate : ndarray of int, shape (members, n)
        0 served, else a key of ``MISS_REASONS``; -1 for what is not planned.
    arrive_h : ndarray of float, shape (members, n)
        Hour of arrival; NaN where not served.
    mass_kg, prize : ndarray of float, shape (members, n)
        What each stop brings.
    end_h : ndarray of float, shape (members, n_vessels)
        When each vessel has ended and unloaded; NaN for one that stays.
    """

    tracked: bool
    vessel_of: npt.NDArray[np.int32]
    fate: npt.NDArray[np.int32]
    arrive_h: FloatArray
    mass_kg: FloatArray
    prize: FloatArray
    end_h: FloatArray

    @property
    def total_kg(self) -> FloatArray:
        """Mass collected in each member, (members,)."""
        return np.asarray(self.mass_kg.sum(axis=1))

    @property
    def total_prize(self) -> FloatArray:
        """Prize collected in each member, (members,)."""
        return np.asarray(self.prize.sum(axis=1))

    def quantile_kg(self, share: float) -> float:
        """Quantile of the mass collected, linear between members."""
        return float(np.quantile(self.total_kg, share))

    def outlook(self, node: int) -> StopOutlook:
        """Sum up one stop over all members.

        Raises
        ------
        RouteInputError
            If the plan does not hold the node.
        """
        if self.vessel_of[node] < 0:
            raise RouteInputError(f"the plan has no stop at node {node}")
        fate, mass = self.fate[:, node], self.mass_kg[:, node]
        arrive = self.arrive_h[fate == SERVED, node]
        quantiles = (
            (np.nan,) * 3 if not arrive.size else np.quantile(arrive, _QUANTILES)
        )
        shares = {why: float(np.mean(fate == key)) for key, why in MISS_REASONS.items()}
        low, _, high = np.quantile(mass, _QUANTILES)
        return StopOutlook(
            node=node,
            vessel=int(self.vessel_of[node]),
            miss_chance=float(np.mean(fate != SERVED)),
            why={why: share for why, share in shares.items() if share > 0.0},
            arrive_h=(float(quantiles[0]), float(quantiles[1]), float(quantiles[2])),
            mass_kg=float(mass.mean()),
            mass_kg_p10=float(low),
            mass_kg_p90=float(high),
        )


_QUANTILES = (0.1, 0.5, 0.9)


def execute(
    problem: RoutingProblem,
    trips: Sequence[Sequence[Trip]],
    *,
    track: bool = True,
    forecast: DriftingTargets | None = None,
    find_within_km: float = FIND_WITHIN_KM,
    mass_factor: npt.ArrayLike | None = None,
) -> Execution:
    """Carry out a plan in every member of the problem's targets.

    Parameters
    ----------
    problem : RoutingProblem
        Its targets are what really happens; without targets there is one member, in
        which nothing moves.
    trips : sequence of sequence of Trip
        For each vessel its trips in order, as :attr:`RoutePlan.trips`.
    track : bool, default True
        The vessels know where a patch is when they go for it. Otherwise they sail to
        where the forecast has it and find it there or not.
    forecast : DriftingTargets, optional
        Without tracking: the forecast they go by, with the times of the targets and
        one member; the mean of all members when not given.
    find_within_km : float, default 5
        Without tracking: how far from the forecast a patch is found (assumption).
        A vessel that finds nothing loses the way, not the hours of work.
    mass_factor : array_like of float, shape (members, n), optional
        True mass over the mass expected. A hold that is too small for what is found
        is filled; hours of work stay those planned.

    Returns
    -------
    Execution
        Fate, arrival and mass of each stop in each member.

    Raises
    ------
    RouteInputError
        If shapes disagree or a number cannot be used.
    """
    rows, lengths = _rows(problem, trips)
    world = careful_world(problem)
    n, m = len(problem.prize), len(problem.vessels)
    tracks, share, fastest = world.tracks[None], world.share[None], world.fastest[None]
    plan_tracks, plan_share = tracks, share
    if problem.targets is not None:
        tracks, share, fastest, _ = tracks_of(problem.targets)
        seen = forecast or problem.targets.mean()
        _check_forecast(problem.targets, seen)
        plan_tracks, plan_share, quick, _ = tracks_of(seen)
        fastest = fastest if track else np.broadcast_to(quick, fastest.shape)
    if not find_within_km >= 0.0:
        raise RouteInputError(
            f"find_within_km is {find_within_km}, expected zero or more"
        )
    members = len(tracks)
    factors = _factors(mass_factor, members, n)
    node = world.node.copy()
    node[:, BONUS] = 0.0  # what being pinned counts is no prize
    fate = np.full((members, n), _UNPLANNED, dtype=np.int32)
    arrive, end_h = np.full((members, n), np.nan), np.full((members, m), np.nan)
    mass, worth = np.zeros((members, n)), np.zeros((members, n))
    execute_rows(
        rows, lengths, factors, -1.0 if track else float(find_within_km), world.travel,
        world.service, node, limits_of(problem), world.is_port, world.cal_of,
        world.cal_at, world.open_h, tracks, share, plan_tracks, plan_share,
        np.ascontiguousarray(fastest), float(world.scale[0]), float(world.scale[1]),
        fate, arrive, mass, worth, end_h,
    )  # fmt: skip
    vessel_of = np.full(n, -1, dtype=np.int32)
    for v, row in enumerate(rows):
        vessel_of[[x for x in row[: lengths[v]] if x in problem.sites]] = v
    return Execution(track, vessel_of, fate, arrive, mass, worth, end_h)


def _rows(
    problem: RoutingProblem, trips: Sequence[Sequence[Trip]]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Nodes of each vessel in one row; length 0 for a vessel that stays."""
    if len(trips) != len(problem.vessels):
        raise RouteInputError(
            f"the plan is for {len(trips)} vessels, the problem has "
            f"{len(problem.vessels)}"
        )
    nodes = []
    for v, own in enumerate(trips):
        row = [problem.vessels[v].depot] if own else []
        for trip in own:
            if trip.start != row[-1]:
                raise RouteInputError(
                    f"{problem.name_of(v)} ends a trip at node {row[-1]} and begins "
                    f"the next at {trip.start}"
                )
            row += [*trip.sites, trip.end]
        nodes.append(row)
    rows = np.zeros((len(nodes), max(1, *map(len, nodes))), dtype=np.int32)
    for v, row in enumerate(nodes):
        rows[v, : len(row)] = row
    return rows, np.array([len(row) for row in nodes], dtype=np.int64)


def _check_forecast(targets: DriftingTargets, forecast: DriftingTargets) -> None:
    same = np.array_equal(targets.time_h, forecast.time_h)
    if not same or forecast.position_km.shape[1:] != targets.position_km.shape[1:]:
        raise RouteInputError(
            "forecast and targets must have the same times and nodes, got "
            f"{forecast.position_km.shape[1:3]} and {targets.position_km.shape[1:3]}"
        )


def _factors(
    mass_factor: npt.ArrayLike | None, members: int, n: int
) -> npt.NDArray[np.float64]:
    if mass_factor is None:
        return np.ones((members, n))
    made = np.ascontiguousarray(mass_factor, dtype=np.float64)
    if made.shape != (members, n):
        raise RouteInputError(
            f"mass_factor has shape {made.shape}, expected ({members}, {n})"
        )
    if not ((made >= 0.0) & np.isfinite(made)).all():
        raise RouteInputError("mass_factor holds a value below zero or no number")
    return made
