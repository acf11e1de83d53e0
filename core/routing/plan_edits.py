"""A plan moved by hand: new times, legs and broken limits at once, nothing refused.

The sea distances are measured once, when the plan is opened; each edit then times only
the vessels it touches. What is returned never changes, so going back is keeping it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import isfinite
from pathlib import Path

from core.errors import PlanningError, RouteInputError
from core.routing.asked import request_of
from core.routing.assemble import planned_vessels
from core.routing.conditions import Conditions
from core.routing.edits import reverse as reverse_trips
from core.routing.expectation import expect
from core.routing.explain import explain_all
from core.routing.left import left_behind
from core.routing.outcome import PlanDrift
from core.routing.planned_trips import planned_trips
from core.routing.problem import RoutePlan, Trip
from core.routing.schedule import CleanupPlan, PlannedVessel
from core.routing.setup import Setup, make_setup
from core.routing.violations import Violation, find_violations
from core.routing.voyages import Voyage, sail_one

__all__ = ["EditedPlan", "PlanEditor"]

_BY_HAND = "moved by hand"


@dataclass(frozen=True, eq=False)
class EditedPlan:
    """A plan as it was moved by hand.

    Attributes
    ----------
    trips : tuple of tuple of Trip
        For each vessel of the problem its trips.
    vessels : tuple of PlannedVessel
        The schedule; a vessel whose trips cannot be carried out has none.
    violations : tuple of Violation
        Empty where every limit holds.
    drift : PlanDrift, optional
        How it fares in the members of the drift forecast, where there is one.
    """

    trips: tuple[tuple[Trip, ...], ...]
    vessels: tuple[PlannedVessel, ...]
    violations: tuple[Violation, ...]
    drift: PlanDrift | None = None

    @property
    def mass_kg(self) -> float:
        """Mass taken by the trips that can be carried out."""
        return sum(trip.load_kg for one in self.vessels for trip in one.trips)


class PlanEditor:
    """Moves the stops of one plan.

    Parameters
    ----------
    plan : CleanupPlan
        The plan.
    setup : Setup
        The problem it answers.
    conditions : Conditions, optional
        State of the sea that it was made with.
    """

    def __init__(
        self, plan: CleanupPlan, setup: Setup, *, conditions: Conditions | None = None
    ) -> None:
        self.plan, self.setup, self.conditions = plan, setup, conditions
        self._voyages: dict[tuple[int, tuple[Trip, ...]], Voyage] = {}

    @classmethod
    def open(
        cls,
        plan: CleanupPlan,
        *,
        conditions: Conditions | None = None,
        cache_dir: Path | None = None,
    ) -> "PlanEditor":
        """Measure the sea for a plan that holds its request.

        Raises
        ------
        RouteInputError
            If it holds none, or counts a drift forecast or the state of the sea: then
            the editor needs the setup that was made with them.
        """
        request = request_of(plan, otherwise="a setup")
        setup = make_setup(request, conditions=conditions, cache_dir=cache_dir)
        return cls(plan, setup, conditions=conditions)

    def begin(self) -> EditedPlan:
        """Return the plan as it is."""
        return self._edited(planned_trips(self.setup, self.plan))

    def move_stop(
        self, edited: EditedPlan, start: tuple[str, int, int], to: tuple[str, int, int]
    ) -> EditedPlan:
        """Take a stop to another place.

        Parameters
        ----------
        edited : EditedPlan
            What to change.
        start, to : tuple of (str, int, int)
            Vessel, number of the trip and number of the stop in it, from 0. ``to``
            counts the stops without the one that moves; the number of trips stands
            for a new trip.

        Raises
        ------
        RouteInputError
            If there is no such stop or place.
        """
        stops = self._stops(edited, start[0], start[1])
        nodes = _pick(stops, start[2], f"{start[0]}, trip {start[1] + 1}")
        rest = self._without(edited.trips, start, nodes)
        return self._edited(self._put(rest, to, nodes))

    def add_stop(
        self, edited: EditedPlan, site: str, to: tuple[str, int, int]
    ) -> EditedPlan:
        """Visit one more site, or take one more load of it; see :meth:`move_stop`.

        Raises
        ------
        RouteInputError
            If the site cannot be in a plan at all, or the place is none.
        """
        return self._edited(self._put(edited.trips, to, (self._load(edited, site),)))

    def remove_stop(self, edited: EditedPlan, at: tuple[str, int, int]) -> EditedPlan:
        """Leave out a stop with all it loads there."""
        stops = self._stops(edited, at[0], at[1])
        nodes = _pick(stops, at[2], f"{at[0]}, trip {at[1] + 1}")
        return self._edited(self._without(edited.trips, at, nodes))

    def reverse(self, edited: EditedPlan, vessel: str, trip: int) -> EditedPlan:
        """Make the stops of a trip in the other order."""
        changed = reverse_trips(
            self.setup.timed_problem, edited.trips, self._number(vessel), trip
        )
        return self._edited(changed.trips)

    def as_plan(self, edited: EditedPlan) -> CleanupPlan:
        """Write a plan, with what breaks in its notes and a reason for each site left.

        Raises
        ------
        PlanningError
            If a trip cannot be carried out at all, so that it has no times.
        """
        voyages = self._sailed(edited.trips)
        for v, voyage in enumerate(voyages):
            if not _is_finite(voyage):
                name = self.setup.problem.name_of(v)
                said = [x.message for x in edited.violations if x.vessel == v]
                raise PlanningError(f"{name} cannot carry out its trips: {said[0]}")
        found = self._found(edited, voyages)
        unassigned, partial = left_behind(self.setup, found)
        broken = [f"Breaks a limit: {one.message}" for one in edited.violations]
        return replace(
            self.plan,
            solver=f"{self.plan.solver.removesuffix(f', {_BY_HAND}')}, {_BY_HAND}",
            vessels=edited.vessels,
            unassigned=unassigned,
            partial=partial,
            prize=found.prize,
            prize_bound=max(self.plan.prize_bound, found.prize),
            notes=(*broken, *self.plan.notes),
            drift=edited.drift,
            limits=(),
        )

    def _found(self, edited: EditedPlan, voyages: Sequence[Voyage]) -> RoutePlan:
        problem, trips = self.setup.problem, [list(own) for own in edited.trips]
        seen = {node for own in trips for trip in own for node in trip.sites}
        left = [node for node in problem.sites.tolist() if node not in seen]
        causes = self.setup.causes or None
        verdicts = explain_all(problem, trips, left, causes)
        return RoutePlan(
            trips=trips,
            prize=sum(
                visit.prize
                for voyage in voyages
                for timed in voyage.timing
                for visit in timed.visits
            ),
            unassigned={node: one.reason for node, one in verdicts.items()},
            details={node: one.detail for node, one in verdicts.items()},
            remedies={node: one.remedy for node, one in verdicts.items()},
            prize_bound=self.plan.prize_bound,
            seed=self.plan.seed,
            solver=self.plan.solver,
        )

    def _edited(self, trips: Sequence[Sequence[Trip]]) -> EditedPlan:
        kept = tuple(
            tuple(one for one in own if one.sites or one.start != one.end)
            for own in trips
        )
        voyages = self._sailed(kept)
        violations = find_violations(
            self.setup.timed_problem, kept, [voyage.timing for voyage in voyages]
        )
        sound = [
            voyage if _is_finite(voyage) else self._voyage(v, ())
            for v, voyage in enumerate(voyages)
        ]
        expectation = None
        if self.setup.drift is not None:
            sailed = [voyage.trips for voyage in sound]
            name = self.setup.request.forecast_id
            expectation = expect(self.setup, sailed, forecast_id=name)
        vessels = planned_vessels(self.setup, sound, expectation)
        drift = None if expectation is None else expectation.drift
        return EditedPlan(kept, vessels, violations, drift)

    def _sailed(self, trips: Sequence[tuple[Trip, ...]]) -> list[Voyage]:
        return [self._voyage(v, own) for v, own in enumerate(trips)]

    def _voyage(self, v: int, trips: tuple[Trip, ...]) -> Voyage:
        if (v, trips) not in self._voyages:
            self._voyages[v, trips] = sail_one(
                self.setup, v, list(trips), self.conditions
            )
        return self._voyages[v, trips]

    def _number(self, vessel: str) -> int:
        for v, one in enumerate(self.setup.problem.vessels):
            if one.name == vessel:
                return v
        raise RouteInputError(f"the plan has no vessel {vessel!r}")

    def _stops(
        self, edited: EditedPlan, vessel: str, trip: int
    ) -> list[tuple[int, ...]]:
        """Nodes of each stop of a trip: loads of one site in a row are one stop."""
        own = edited.trips[self._number(vessel)]
        if not 0 <= trip < len(own):
            raise RouteInputError(
                f"{vessel} has {len(own)} trips, asked for number {trip + 1}"
            )
        return [
            tuple(group)
            for _, group in groupby(own[trip].sites, lambda n: self.setup.load(n).row)
        ]

    def _without(
        self,
        trips: Sequence[Sequence[Trip]],
        at: tuple[str, int, int],
        nodes: tuple[int, ...],
    ) -> list[list[Trip]]:
        changed = [list(own) for own in trips]
        own, t = changed[self._number(at[0])], at[1]
        left = tuple(node for node in own[t].sites if node not in nodes)
        own[t] = replace(own[t], sites=left)
        return changed

    def _put(
        self,
        trips: Sequence[Sequence[Trip]],
        to: tuple[str, int, int],
        nodes: tuple[int, ...],
    ) -> list[list[Trip]]:
        v, (_, t, k) = self._number(to[0]), to
        vessel = self.setup.problem.vessels[v]
        changed = [list(own) for own in trips]
        own = changed[v]
        if t == len(own):
            here = own[-1].end if own else vessel.depot
            own.append(Trip(here, (), vessel.last))
        stops = self._stops(_as_edited(changed), to[0], t)
        if not 0 <= k <= len(stops):
            raise RouteInputError(
                f"{to[0]}, trip {t + 1} has {len(stops)} stops, asked for place {k + 1}"
            )
        before = tuple(node for stop in stops[:k] for node in stop)
        after = tuple(node for stop in stops[k:] for node in stop)
        own[t] = replace(own[t], sites=(*before, *nodes, *after))
        return changed

    def _load(self, edited: EditedPlan, site: str) -> int:
        """Give a load of a site that is not taken yet, else one that is."""
        names = self.setup.request.sites["site"].tolist()
        nodes = [
            self.setup.n_places + i
            for i, load in enumerate(self.setup.loads)
            if names[load.row] == site
        ]
        if not nodes:
            known = {names[row]: one for row, one in self.setup.known.items()}
            why = f": {known[site].detail}" if site in known else ""
            raise RouteInputError(f"site {site!r} cannot be in this plan{why}")
        seen = {n for own in edited.trips for trip in own for n in trip.sites}
        return next((node for node in nodes if node not in seen), nodes[0])


def _as_edited(trips: Sequence[Sequence[Trip]]) -> EditedPlan:
    return EditedPlan(tuple(tuple(own) for own in trips), (), ())


def _pick(stops: list[tuple[int, ...]], number: int, where: str) -> tuple[int, ...]:
    if not 0 <= number < len(stops):
        raise RouteInputError(
            f"{where} has {len(stops)} stops, asked for number {number + 1}"
        )
    return stops[number]


def _is_finite(voyage: Voyage) -> bool:
    return all(isfinite(one.free_h) for one in voyage.timing)
