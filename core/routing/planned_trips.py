"""A schedule back into trips over the nodes of a routing problem."""

from collections import defaultdict
from datetime import datetime

from core.routing.problem import Trip
from core.routing.schedule import CleanupPlan, PlannedTrip
from core.routing.setup import Setup, place_name
from core.routing.stops import Stop

__all__ = ["planned_trips"]


def planned_trips(setup: Setup, plan: CleanupPlan) -> list[list[Trip]]:
    """Trips of a plan, as far as the problem of a setup still holds their stops.

    Stops at sites that are gone are left out, and so is what is over by the time a
    vessel is ready. The first trip starts where the vessel then is.

    Parameters
    ----------
    setup : Setup
        The problem; its plan may begin later than ``plan``, with fewer sites and
        vessels.
    plan : CleanupPlan
        The schedule.

    Returns
    -------
    list of list of Trip
        For each vessel of the problem its trips; none for a vessel that ``plan``
        does not know.
    """
    reader = _Reader(setup)
    of = {vessel.name: vessel.trips for vessel in plan.vessels}
    return [
        reader.trips(v, of.get(vessel.name, ()))
        for v, vessel in enumerate(setup.problem.vessels)
    ]


class _Reader:
    """Gives every load of a site to one stop."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.nodes: dict[str, list[int]] = defaultdict(list)
        names = setup.request.sites["site"].tolist()
        for i, load in enumerate(setup.loads):
            self.nodes[names[load.row]].append(setup.n_places + i)
        self.port_of = {
            place_name(setup.places.positions[int(setup.sea_node[node])]): node
            for node in {p for one in setup.problem.vessels for p in one.ports}
        }

    def trips(self, v: int, planned: tuple[PlannedTrip, ...]) -> list[Trip]:
        vessel = self.setup.problem.vessels[v]
        here, made = vessel.depot, list[Trip]()
        ready = self._ready(vessel.name)
        for trip in planned:
            if trip.end <= ready:
                continue
            ahead = [stop for stop in trip.stops if stop.leave > ready]
            sites = tuple(node for stop in ahead for node in self._take(stop))
            is_last = trip is planned[-1]
            end = vessel.last if is_last else self.port_of.get(trip.end_name, here)
            # A call without stops is planned to unload, or to leave later.
            if sites or here != end or not trip.stops:
                made.append(Trip(here, sites, end))
                here = end
        return made

    def _ready(self, name: str) -> datetime:
        """When a vessel is free; what it leaves by then is done."""
        request = self.setup.request
        state = request.states.get(name)
        return max(request.start_at, state.ready_at if state else request.start_at)

    def _take(self, stop: Stop) -> list[int]:
        """Nodes of the loads that a stop takes."""
        free = self.nodes[stop.site]
        if not free:
            return []
        n_loads = max(1, round(stop.mass_kg / self.setup.load(free[0]).mass_kg))
        taken, self.nodes[stop.site] = free[:n_loads], free[n_loads:]
        return taken
