"""Plan a cleanup: from sites and a fleet to a schedule in UTC."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise

import numpy as np
import pandas as pd

from core.errors import InfeasibleError, RouteInputError
from core.routing._check_plan import check_plan
from core.routing._setup import Load, Setup, make_setup
from core.routing.emissions import CollectionModel, collect_fuel_l_per_h
from core.routing.fleet import Fleet, FleetVessel
from core.routing.problem import RoutePlan, Trip
from core.routing.rejected import Rejected
from core.routing.schedule import (
    CleanupPlan,
    LeftOut,
    Leg,
    Partial,
    PlannedTrip,
    PlannedVessel,
    Stop,
)
from core.routing.sites import accept_sites
from core.routing.solver import solve

__all__ = ["plan_cleanup"]

_MAX_HOURS = 10_000.0
_ON_LAND = (
    "It lies on land at 1:50 million (a coast drawn to about 1 km); vessels collect "
    "at sea."
)


def plan_cleanup(
    sites: pd.DataFrame,
    fleet: Fleet,
    *,
    hours: float,
    start_at: datetime,
    seconds: float = 10.0,
    seed: int = 1,
    iterations: int | None = None,
    collection: CollectionModel | None = None,
    least_kg_per_h: float = 0.0,
    simulated: bool = False,
    rejected: tuple[Rejected, ...] = (),
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> CleanupPlan:
    """Plan which vessel collects what, where and when.

    Sites heavier than the smallest hold are split into equal loads, so several
    vessels or trips may share one. Endurance limits the hours between two port
    calls, the horizon the hours until every vessel has ended and unloaded.

    Parameters
    ----------
    sites : DataFrame
        As :func:`core.routing.read_sites` returns it.
    fleet : Fleet
        Vessels and ports.
    hours : float
        Horizon, hours after ``start_at``.
    start_at : datetime
        When every vessel is ready, with a time zone.
    seconds, seed, iterations
        Effort and seed of the search, see :func:`core.routing.solve`.
    collection : CollectionModel, optional
        How long collecting takes.
    least_kg_per_h : float, default 0
        Stops that bring less (weighted by priority) for the hours they add are left
        out as not worth it.
    simulated : bool
        Whether the sites are simulated; written into the plan.
    rejected : tuple of Rejected
        Records refused when the inputs were read; written into the plan.
    progress : callable, optional
        Told ``(done, total)``.
    cancelled : callable, optional
        Asked now and then; once true, planning ends with a PlanningError.

    Returns
    -------
    CleanupPlan
        Checked again, leg by leg, against every constraint and the coastline.

    Raises
    ------
    RouteInputError
        If the sites, the fleet, the horizon or the start cannot be used.
    InfeasibleError
        If no vessel can serve any site; it lists what binds.
    """
    if not 0.0 < hours <= _MAX_HOURS:
        raise RouteInputError(f"hours is {hours}, expected above 0 to {_MAX_HOURS:g}")
    if start_at.tzinfo is None:
        raise RouteInputError(f"start {start_at} has no time zone, expected UTC")
    read = accept_sites(sites)
    sites = read.frame
    model = collection or CollectionModel()
    setup = make_setup(sites, fleet, hours=hours, collection=model)
    found = solve(
        setup.problem,
        seconds=seconds,
        seed=seed,
        iterations=iterations,
        least_prize_per_h=least_kg_per_h,
        progress=progress,
        cancelled=cancelled,
    )
    start_at = start_at.astimezone(UTC).replace(microsecond=0)
    unassigned, partial = _left(setup, found)
    if not any(found.trips):
        raise InfeasibleError(
            f"no vessel can serve any of the {len(sites)} sites within {hours:g} h",
            [f"{one.site}: {one.reason}, {one.detail}" for one in unassigned[:20]],
        )
    plan = CleanupPlan(
        start_at=start_at,
        horizon_h=hours,
        seed=seed,
        solver=found.solver,
        vessels=tuple(
            _vessel(setup, v, found.trips[v], start_at, model)
            for v in range(len(fleet.vessels))
        ),
        unassigned=tuple(unassigned),
        partial=tuple(partial),
        prize=found.prize,
        prize_bound=found.prize_bound,
        notes=(*setup.notes, *model.sentences()),
        simulated=simulated,
        rejected=(*rejected, *read.rejected),
    )
    check_plan(plan, sites, fleet)
    return plan


def _vessel(
    setup: Setup,
    v: int,
    trips: list[Trip],
    start_at: datetime,
    model: CollectionModel,
) -> PlannedVessel:
    vessel = setup.fleet.vessels[v]
    clock = start_at
    planned = []
    for trip in trips:
        one = _trip(setup, v, trip, clock, model)
        clock = one.end + timedelta(hours=one.unload_h)
        planned.append(one)
    return PlannedVessel(
        vessel.name, vessel.speed_kn, vessel.cost_per_h, tuple(planned)
    )


def _trip(
    setup: Setup, v: int, trip: Trip, depart: datetime, model: CollectionModel
) -> PlannedTrip:
    vessel, n_places = setup.fleet.vessels[v], len(setup.places)
    visits = [
        (row, list(loads))
        for row, loads in groupby(
            (setup.loads[node - n_places] for node in trip.sites), lambda one: one.row
        )
    ]
    nodes = [trip.start, *(loads[0].node for _, loads in visits), trip.end]
    travel = setup.problem.travel_of(v)
    clock = 0.0
    legs, stops = [], []
    node_of = {load.node: n_places + i for i, load in enumerate(setup.loads)}
    for k, (a, b) in enumerate(pairwise(nodes)):
        hours = float(travel[node_of.get(a, a), node_of.get(b, b)])
        legs.append(_leg(setup, vessel, a, b, depart + timedelta(hours=clock), hours))
        clock += hours
        if k < len(visits):
            stop = _stop(setup, vessel, *visits[k], depart, clock, model)
            stops.append(stop)
            clock += stop.service_h
    high = sum(stop.mass_kg_high for stop in stops)
    port = trip.end in setup.problem.vessels[v].ports
    unload = setup.problem.unload_h
    return PlannedTrip(
        start_name=_place_name(setup, trip.start),
        end_name=_place_name(setup, trip.end),
        depart=depart,
        end=depart + timedelta(hours=clock),
        stops=tuple(stops),
        legs=tuple(legs),
        load_kg=sum(stop.mass_kg for stop in stops),
        load_kg_low=sum(stop.mass_kg_low for stop in stops),
        load_kg_high=min(high, vessel.hold_kg),
        hours=clock,
        unload_h=float(unload[trip.end]) if port and unload is not None else 0.0,
    )


def _place_name(setup: Setup, node: int) -> str:
    place = setup.places[node]
    return place.port or f"{place.lat:.4f}, {place.lon:.4f}"


def _leg(
    setup: Setup, vessel: FleetVessel, a: int, b: int, depart: datetime, hours: float
) -> Leg:
    return Leg(
        path=setup.sea.path(a, b),
        depart=depart,
        distance_km=float(setup.sea.distance_km[a, b]),
        hours=hours,
        fuel_l=hours * vessel.fuel_l_per_h,
    )


def _stop(
    setup: Setup,
    vessel: FleetVessel,
    row: int,
    loads: list[Load],
    depart: datetime,
    clock: float,
    model: CollectionModel,
) -> Stop:
    site = setup.sites.iloc[row]
    mass = sum(load.mass_kg for load in loads)
    given = float(site["service_h"])
    # Loads taken in one go need the gear set only once, so this is never longer
    # than what the search allowed for.
    service = (
        float(model.service_h(vessel, mass))
        if np.isnan(given)
        else given * mass / float(site["mass_kg"])
    )
    return Stop(
        site=str(site["site"]),
        lat=float(site["lat"]),
        lon=float(site["lon"]),
        arrive=depart + timedelta(hours=clock),
        leave=depart + timedelta(hours=clock + service),
        mass_kg=mass,
        mass_kg_low=sum(load.mass_kg_low for load in loads),
        mass_kg_high=sum(load.mass_kg_high for load in loads),
        service_h=service,
        fuel_l=service * collect_fuel_l_per_h(vessel),
        category=str(site["category"]),
    )


def _left(setup: Setup, found: RoutePlan) -> tuple[list[LeftOut], list[Partial]]:
    """Sites without a visit, and those that keep a part of their mass."""
    n_places = len(setup.places)
    taken = np.zeros(len(setup.sites))
    why: dict[int, int] = {}
    for i, load in enumerate(setup.loads):
        if n_places + i in found.unassigned:
            why.setdefault(load.row, n_places + i)
        else:
            taken[load.row] += load.mass_kg
    unassigned, partial = [], []
    for row, (name, mass) in enumerate(
        zip(setup.sites["site"], setup.sites["mass_kg"], strict=True)
    ):
        node = why.get(row)
        if row in setup.on_land:
            unassigned.append(LeftOut(str(name), "on_land", _ON_LAND))
        elif taken[row] == 0.0 and node is not None:
            reason, detail = found.unassigned[node], found.details[node]
            unassigned.append(LeftOut(str(name), reason, detail))
        elif mass - taken[row] > 1e-6 * mass:
            reason = "hold" if node is None else found.unassigned[node]
            detail = (
                "More loads than one plan holds; plan it again afterwards."
                if node is None
                else found.details[node]
            )
            rest = float(mass - taken[row])
            partial.append(Partial(str(name), float(taken[row]), rest, reason, detail))
    return unassigned, partial
