"""Vessels that are planned anew at sea and have no stop left: they sail home."""

from dataclasses import replace

from core.routing.conditions import Conditions
from core.routing.mend import Mended, broken_by
from core.routing.problem import Trip
from core.routing.setup import Setup
from core.routing.voyages import sail_one

__all__ = ["with_ways_home"]


def with_ways_home(
    setup: Setup, mended: Mended, conditions: Conditions | None
) -> Mended:
    """Give every vessel with a state and no trip the way to where it ends.

    One that cannot be there within its limits stays without a trip, and a note says
    what is in the way.
    """
    trips, voyages = list(mended.found.trips), list(mended.voyages)
    notes = list(mended.notes)
    for v, vessel in enumerate(setup.problem.vessels):
        if trips[v] or vessel.depot == vessel.last:
            continue
        if vessel.name not in setup.request.states:
            continue
        home = [Trip(vessel.depot, (), vessel.last)]
        voyage = sail_one(setup, v, home, conditions)
        broken = broken_by(setup, v, voyage)
        if broken:
            notes.append(
                f"No way home is planned for {vessel.name}: {broken[0].message}"
            )
        else:
            trips[v], voyages[v] = home, voyage
    found = replace(mended.found, trips=trips)
    return replace(mended, found=found, voyages=voyages, notes=tuple(notes))
