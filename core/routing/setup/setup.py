"""A routing problem, and what its nodes stand for."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.errors import InfeasibleError
from core.routing.conditions import Conditions
from core.routing.drift_forecast import DriftForecast, SiteDrift
from core.routing.fleet import FleetVessel
from core.routing.outcome import LeftOut
from core.routing.problem import RoutingProblem
from core.routing.rejected import Rejected
from core.routing.request import PlanRequest
from core.routing.sea import ClosedArea, SeaNetwork, closed_during
from core.routing.setup.drifting import find_whereabouts, with_targets
from core.routing.setup.hours import find_hours
from core.routing.setup.loads import Load, split_sites
from core.routing.setup.outset import left_out_at_outset
from core.routing.setup.places import (
    Places,
    find_places,
    used_places,
    within_reach,
)
from core.routing.setup.problem import pose_problem
from core.routing.setup.thinning import worthiest
from core.routing.setup.travel import travel_hours_between

__all__ = ["Setup", "make_setup"]

FloatArray = npt.NDArray[np.float64]

#: Sites planned together at most; beyond, the worthiest are. Measured in CPU time:
#: 5,000 sites of a calm sea are set up in 10 s and 1.9 GB, 1,500 with conditions
#: in 7 s.
MOST_SITES = 5000
MOST_MOVING_SITES = 1500


@dataclass(frozen=True, eq=False)
class Setup:
    """A routing problem and what its nodes stand for.

    Attributes
    ----------
    request : PlanRequest
        What was asked, with rules and states of known names only.
    sea : SeaNetwork
        Distances and paths between places, then sites.
    places : Places
        Starts, ends and ports that can be used.
    loads : list of Load
        What the nodes after the places stand for.
    sea_node : ndarray of int
        Node of the sea network behind each node of the problem.
    known : dict of int to LeftOut
        Sites left out before any search, by row.
    closed : tuple of ClosedArea
        Areas closed during the plan.
    causes : tuple of dict of str to ndarray
        For each calendar of the problem, the open hours of each of its components.
    drift : SiteDrift, optional
        Where the sites are over time.
    """

    request: PlanRequest
    sea: SeaNetwork
    problem: RoutingProblem
    places: Places
    loads: list[Load]
    sea_node: npt.NDArray[np.intp]
    known: dict[int, LeftOut]
    rejected: tuple[Rejected, ...]
    notes: tuple[str, ...]
    closed: tuple[ClosedArea, ...]
    causes: tuple[dict[str, FloatArray], ...]
    drift: SiteDrift | None = None
    cache_dir: Path | None = None

    @cached_property
    def timed_problem(self) -> RoutingProblem:
        """The problem by which the schedule is timed: drift as its mean."""
        targets = self.problem.targets
        if targets is None or targets.n_members == 1:
            return self.problem
        return replace(self.problem, targets=targets.mean())

    def network(self, *, lat: FloatArray, lon: FloatArray) -> SeaNetwork:
        """Sea network between other positions, with the same land and areas."""
        return SeaNetwork(
            lat=lat,
            lon=lon,
            closed=self.closed,
            margin_km=self.request.margin_km,
            cache_dir=self.cache_dir,
        )

    @property
    def n_places(self) -> int:
        """How many nodes are places."""
        return len(self.sea_node) - len(self.loads)

    def load(self, node: int) -> Load:
        """Load that a node stands for."""
        return self.loads[node - self.n_places]

    def vessel(self, v: int) -> FleetVessel:
        """Vessel of the fleet behind a vessel of the problem."""
        return self.request.fleet.vessels[self.places.berths[v].vessel]

    def open_hours(self, vessel: str, site: str) -> FloatArray | None:
        """Open hours of a vessel at a site by their names; None for always."""
        names = [one.name for one in self.problem.vessels]
        sites = self.request.sites["site"].tolist()
        node = next(
            self.n_places + i
            for i, load in enumerate(self.loads)
            if sites[load.row] == site
        )
        return self.problem.open_hours(names.index(vessel), node)


def make_setup(
    request: PlanRequest,
    *,
    drift: DriftForecast | None = None,
    conditions: Conditions | None = None,
    cache_dir: Path | None = None,
) -> Setup:
    """Measure distances, split sites larger than a hold, and pose the problem.

    Parameters
    ----------
    request : PlanRequest
        What is asked.
    drift : DriftForecast, optional
        Where the debris drifts; it lies still when not given.
    conditions : Conditions, optional
        State of the sea; calm when not given.
    cache_dir : Path, optional
        Folder where what is found about a coast is kept.

    Raises
    ------
    InfeasibleError
        If no vessel can take part, or no site can be visited at all.
    """
    request, rejected = _known_names(request)
    places = find_places(request.fleet, request.states)
    _refuse_no_vessel(places, rejected)
    is_calm = drift is None and conditions is None
    most = MOST_SITES if is_calm else MOST_MOVING_SITES
    rows = worthiest(request.sites, places.positions, most)
    where = find_whereabouts(request, rows, drift)
    closed = closed_during(request.closed_areas, request.start_at, request.end_at)
    sea = SeaNetwork(
        lat=[*(p.lat for p in places.positions), *where.lat],
        lon=[*(p.lon for p in places.positions), *where.lon],
        closed=closed,
        margin_km=request.margin_km,
        cache_dir=cache_dir,
    )
    places = within_reach(places, request.fleet, sea.distance_km)
    _refuse_no_vessel(places, rejected)
    known = left_out_at_outset(request.sites, rows, request.rules, sea, places)
    _refuse_no_site(request, known)
    vessels = [request.fleet.vessels[berth.vessel] for berth in places.berths]
    planned = [row for row in rows.tolist() if row not in known]
    loads = split_sites(request.sites, planned, vessels, request.rules.vessel_of)
    at = {row: i for i, row in enumerate(rows.tolist())}
    of_loads = [at[load.row] for load in loads]
    used = used_places(places)
    nodes = np.array([*used, *(len(places.positions) + i for i in of_loads)])
    hours = find_hours(request, places, vessels, loads, conditions=conditions)
    travel_h = travel_hours_between(
        vessels,
        sea.lat[nodes],
        sea.lon[nodes],
        sea.distance_km[np.ix_(nodes, nodes)],
        conditions=conditions,
        hour=request.hours / 2.0,
    )
    problem = pose_problem(request, places, loads, travel_h, hours)
    problem = with_targets(
        problem, where, [-1] * len(used) + of_loads, sea.lat[nodes], sea.lon[nodes]
    )
    said = (*places.notes, *_thinned(len(request.sites), len(rows)), *hours.notes)
    return Setup(
        request=request,
        sea=sea,
        problem=problem,
        places=places,
        loads=loads,
        sea_node=nodes,
        known=known,
        rejected=(*request.rejected, *rejected, *places.rejected),
        notes=said if where.drift is None else (*where.drift.notes, *said),
        closed=closed,
        causes=hours.causes,
        drift=where.drift,
        cache_dir=cache_dir,
    )


def _refuse_no_site(request: PlanRequest, known: dict[int, LeftOut]) -> None:
    if len(known) == len(request.sites):
        raise InfeasibleError(
            f"none of the {len(request.sites)} sites can be visited",
            [f"{x.site}: {x.reason}, {x.detail}" for x in list(known.values())[:20]],
        )


def _thinned(n_sites: int, n_planned: int) -> list[str]:
    if n_planned == n_sites:
        return []
    return [
        f"{n_sites - n_planned} of {n_sites} sites were left out before the search "
        f"(not_worth): {n_planned} are planned together at most, those with most mass "
        "for their distance."
    ]


def _known_names(request: PlanRequest) -> tuple[PlanRequest, list[Rejected]]:
    """Set aside rules and states about sites and vessels that are not there."""
    names = request.sites["site"].tolist()
    vessels = [vessel.name for vessel in request.fleet.vessels]
    rules, rejected = request.rules.known(names, vessels)
    rejected += [
        Rejected("states", "vessel", name, "no vessel of the fleet has this name")
        for name in request.states
        if name not in vessels
    ]
    states = {name: one for name, one in request.states.items() if name in vessels}
    return replace(request, rules=rules, states=states), rejected


def _refuse_no_vessel(places: Places, rejected: list[Rejected]) -> None:
    if not places.berths:
        raise InfeasibleError(
            "no vessel of the fleet can take part",
            [str(one) for one in (*rejected, *places.rejected)][:20],
        )
