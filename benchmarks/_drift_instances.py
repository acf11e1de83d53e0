"""Cleanup instances in the simulated double gyre, all fixed by their seed."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.routing import DriftingTargets, RoutingProblem, Vessel
from core.simulation import DoubleGyre

__all__ = [
    "HORIZON_H",
    "Instance",
    "greedy_kg",
    "make_instance",
    "members_of",
    "still_at",
]

FloatArray = npt.NDArray[np.float64]

N_SITES, N_VESSELS, HORIZON_H = 60, 3, 72.0
WIDTH_KM, HEIGHT_KM = 580.0, 290.0
SPEED_KM_H = 8.0 * 1.852
SET_AND_HAUL_H, KG_PER_H = 0.5, 150.0
#: Hours the tracks go on beyond the horizon.
_MORE_H = 4.0


@dataclass(frozen=True)
class Instance:
    """A gyre, the sites in it, and what a planner is told.

    Attributes
    ----------
    problem : RoutingProblem
        With the true tracks as its targets.
    gyre : DoubleGyre
        The current.
    start_km : ndarray of float, shape (n, 2)
        Positions at the start; the port first.
    """

    problem: RoutingProblem
    gyre: DoubleGyre
    start_km: FloatArray

    def other(
        self, strength: float, phase_h: float, speed_km_h: float = SPEED_KM_H
    ) -> DriftingTargets:
        """Tracks in a current of other strength and phase."""
        gyre = replace(self.gyre, peak_m_s=self.gyre.peak_m_s * strength)
        return tracks(gyre, self.start_km, speed_km_h, phase_h=phase_h)


def make_instance(
    seed: int, peak_km_h: float, *, speed_km_h: float = SPEED_KM_H
) -> Instance:
    """Make an instance: sites and masses depend on the seed alone."""
    rng = np.random.default_rng([6, seed])
    place = rng.uniform([0.0, 0.0], [WIDTH_KM, HEIGHT_KM], (N_SITES + 1, 2))
    place[0] = WIDTH_KM / 2.0, 0.0
    mass = np.concatenate([[0.0], rng.lognormal(np.log(200.0), 0.8, N_SITES)])
    gyre = DoubleGyre(width_km=WIDTH_KM, height_km=HEIGHT_KM, peak_m_s=peak_km_h / 3.6)
    targets = tracks(gyre, place, speed_km_h)
    service = np.where(mass > 0.0, SET_AND_HAUL_H + mass / KG_PER_H, 0.0)
    problem = RoutingProblem(
        travel_h=_hours(targets, HORIZON_H / 2.0, speed_km_h),
        prize=mass,
        service_h=service,
        demand_kg=mass,
        vessels=(Vessel(np.inf, HORIZON_H),) * N_VESSELS,
        horizon_h=HORIZON_H,
        targets=targets,
    )
    return Instance(problem, gyre, place)


def tracks(
    gyre: DoubleGyre,
    place: FloatArray,
    speed_km_h: float,
    *,
    phase_h: float = 0.0,
) -> DriftingTargets:
    """Hourly positions of the sites from the start on; node 0 is the port."""
    hours = np.arange(0.0, HORIZON_H + _MORE_H + 0.5)
    x, y = place[1:, 0], place[1:, 1]
    position = np.zeros((1, len(hours), len(place), 3))
    position[0, :, 0, :2] = place[0]
    for k in range(len(hours)):
        if k > 0:
            x, y = gyre.advect(
                x_km=x,
                y_km=y,
                start_h=hours[k - 1] + phase_h,
                end_h=hours[k] + phase_h,
                step_h=0.5,
            )
        position[0, k, 1:, 0], position[0, k, 1:, 1] = x, y
    n = len(place)
    return DriftingTargets(
        hours, position, np.ones((1, len(hours), n)), np.full((n, n), 1 / speed_km_h)
    )


def members_of(instance: Instance, members: int, *, seed: int) -> DriftingTargets:
    """Draw targets of a current known to 30 % of its strength and 0.4 rad of phase."""
    rng = np.random.default_rng([61, seed])
    assert instance.problem.targets is not None  # noqa: S101 - made with them
    speed = 1.0 / float(instance.problem.targets.pace_h_per_km[0, 0])
    made = []
    for _ in range(members):
        strength = max(0.2, 1.0 + 0.3 * rng.normal())
        phase_h = 0.4 * rng.normal() / (2.0 * np.pi) * instance.gyre.period_h
        made.append(instance.other(strength, phase_h, speed))
    return replace(
        made[0],
        position_km=np.concatenate([one.position_km for one in made]),
        share=np.concatenate([one.share for one in made]),
    )


def greedy_kg(problem: RoutingProblem, *, by_rate: bool) -> float:
    """Mass of a fleet that decides stop by stop, knowing where the patches are.

    The vessel that is free first goes for the nearest patch, or for the one of most
    mass an hour (way and work), among those from which it is home in time.
    """
    targets, horizon = problem.targets, problem.horizon_h
    assert targets is not None and horizon is not None  # noqa: S101 - made with them
    left = set(problem.sites.tolist())
    clock, here = [0.0] * len(problem.vessels), [v.depot for v in problem.vessels]
    out, total = set(range(len(clock))), 0.0
    while out:
        v = min(out, key=lambda one: clock[one])
        best = None
        for site in sorted(left):
            way = targets.meeting_h(v, here[v], site, clock[v])
            leave = clock[v] + way + float(problem.service_of(v)[site])
            home = targets.meeting_h(v, site, problem.vessels[v].last, leave)
            if not leave + home <= horizon:
                continue
            mass = float(problem.prize[site])
            worth = mass / (leave - clock[v]) if by_rate else -way
            if best is None or worth > best[0]:
                best = worth, site, leave
        if best is None:
            out.remove(v)
            continue
        _, here[v], clock[v] = best
        left.remove(here[v])
        total += float(problem.prize[here[v]])
    return total


def _hours(targets: DriftingTargets, hour: float, speed_km_h: float) -> FloatArray:
    place = np.array(
        [targets.position_at(i, hour) for i in range(targets.position_km.shape[2])]
    )
    apart = np.linalg.norm(place[:, None] - place[None], axis=2)
    return np.asarray(apart / speed_km_h)


def still_at(instance: Instance, hour: float) -> RoutingProblem:
    """Return the problem as it looks where every site stays as it is at an hour."""
    targets = instance.problem.targets
    assert targets is not None  # noqa: S101 - made with them
    speed = 1.0 / float(targets.pace_h_per_km[0, 0])
    return replace(
        instance.problem, travel_h=_hours(targets, hour, speed), targets=None
    )
