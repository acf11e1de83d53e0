"""What a plan brings when the debris drifts: executed in every member.

The mass of a site is drawn anew in each member, evenly below and above what is
expected between its low and its high, independent of the other sites, and scaled so
that its mean stays (an assumption: nobody measured how sites err together).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.routing.execution import Execution, execute
from core.routing.outcome import PlanDrift
from core.routing.problem import Trip
from core.routing.setup import Setup

__all__ = ["Expectation", "expect"]

_LOW, _HIGH = 0.1, 0.9


@dataclass(frozen=True, eq=False)
class Expectation:
    """A plan over the members of a drift forecast."""

    execution: Execution
    drift: PlanDrift

    def mass_kg(self, nodes: Sequence[int]) -> tuple[float, float, float]:
        """Mean and 10 and 90 % quantile of the mass taken at some nodes together."""
        taken = self.execution.mass_kg[:, list(nodes)].sum(axis=1)
        low, high = np.quantile(taken, [_LOW, _HIGH])
        return float(taken.mean()), float(low), float(high)

    def miss_chance(self, nodes: Sequence[int]) -> float:
        """Share of the members in which nothing is taken at any of the nodes."""
        return float(np.mean((self.execution.fate[:, list(nodes)] != 0).all(axis=1)))


def expect(
    setup: Setup, trips: Sequence[Sequence[Trip]], *, forecast_id: str
) -> Expectation:
    """Execute a plan in every member of the setup's targets, tracked and not."""
    factors = _mass_factors(setup)
    problem = setup.problem
    tracked = execute(problem, trips, mass_factor=factors)
    blind = execute(problem, trips, track=False, mass_factor=factors)
    drift = PlanDrift(
        members=len(tracked.mass_kg),
        mode="tracked",
        mass_kg=float(tracked.total_kg.mean()),
        p10=tracked.quantile_kg(_LOW),
        p90=tracked.quantile_kg(_HIGH),
        untracked_mass_kg=float(blind.total_kg.mean()),
        forecast_id=forecast_id,
    )
    return Expectation(tracked, drift)


def _mass_factors(setup: Setup) -> npt.NDArray[np.float64]:
    """Draw true over expected mass for each member and node; loads of a site alike."""
    targets = setup.problem.targets
    members = 1 if targets is None else targets.n_members
    factors = np.ones((members, len(setup.sea_node)))
    if members == 1:
        return factors
    rng = np.random.default_rng(setup.request.seed)
    steps = (np.arange(members) + 0.5) / members
    drawn: dict[int, npt.NDArray[np.float64]] = {}
    for i, load in enumerate(setup.loads):
        if load.row not in drawn:
            # A stratum a member, in random order: the mean needs no luck.
            u = 2.0 * rng.permutation(steps) - 1.0
            below, above = (
                load.mass_kg - load.mass_kg_low,
                load.mass_kg_high - load.mass_kg,
            )
            mass = load.mass_kg + np.where(u < 0.0, u * below, u * above)
            drawn[load.row] = mass / mass.mean()
        factors[:, setup.n_places + i] = drawn[load.row]
    return factors
