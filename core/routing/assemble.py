"""Timed voyages into the schedule of a plan, in UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice

from core.geo import great_circle_distance_km
from core.routing.emissions import collect_fuel_l_per_h
from core.routing.expectation import Expectation
from core.routing.schedule import PlannedTrip, PlannedVessel
from core.routing.setup import Load, Setup
from core.routing.stops import Leg, Stop
from core.routing.timing import TripTiming, Visit
from core.routing.voyages import Sailed, Voyage

__all__ = ["planned_vessels"]


@dataclass(frozen=True)
class _Work:
    """Visits to the loads of one site, one after the other."""

    visits: list[Visit]
    loads: list[Load]

    @property
    def nodes(self) -> list[int]:
        return [visit.node for visit in self.visits]


def planned_vessels(
    setup: Setup, voyages: Sequence[Voyage], expectation: Expectation | None = None
) -> tuple[PlannedVessel, ...]:
    """Every vessel of the fleet with its trips; one that takes no part has none.

    Parameters
    ----------
    setup : Setup
        The problem and what its nodes stand for.
    voyages : sequence of Voyage
        The trips of each vessel of the problem, timed.
    expectation : Expectation, optional
        The plan executed in every member; where it is given, masses are what it
        brings on average, with its quantiles.
    """
    writer = _Writer(setup, expectation)
    voyage_of = {
        berth.vessel: (v, voyages[v]) for v, berth in enumerate(setup.places.berths)
    }
    made = []
    for i, vessel in enumerate(setup.request.fleet.vessels):
        trips: tuple[PlannedTrip, ...] = ()
        if i in voyage_of:
            v, voyage = voyage_of[i]
            trips = tuple(
                writer.trip(v, voyage, number) for number in range(len(voyage.trips))
            )
        made.append(
            PlannedVessel(vessel.name, vessel.speed_kn, vessel.cost_per_h, trips)
        )
    return tuple(made)


@dataclass(frozen=True, eq=False)
class _Writer:
    setup: Setup
    expectation: Expectation | None

    def trip(self, v: int, voyage: Voyage, number: int) -> PlannedTrip:
        setup, trip, timed = self.setup, voyage.trips[number], voyage.timing[number]
        one = setup.problem.vessels[v]
        works = self._works(timed)
        stops = tuple(self._stop(v, voyage, work) for work in works)
        carried_kg = one.load_kg if number == 0 else 0.0
        mass, low, high = self._load(works, stops)
        unload = setup.problem.unload_h
        leaves = [timed.depart_h, *(work.visits[-1].leave_h for work in works)]
        return PlannedTrip(
            start_name=self._end_name(trip.start),
            end_name=self._end_name(trip.end),
            depart=self._moment(timed.depart_h),
            end=self._moment(timed.end_h),
            free=self._moment(timed.free_h),
            stops=stops,
            legs=tuple(
                self._leg(leg, depart_h)
                for leg, depart_h in zip(voyage.legs[number], leaves, strict=True)
            ),
            load_kg=mass,
            load_kg_low=low,
            load_kg_high=min(high, max(one.capacity_kg - carried_kg, mass)),
            hours=timed.end_h - timed.depart_h,
            unload_h=float(unload[trip.end]) if trip.end in one.ports else 0.0,  # type: ignore[index]
            carried_kg=carried_kg,
            spent_h=one.spent_h if number == 0 else 0.0,
        )

    def _load(
        self, works: Sequence[_Work], stops: Sequence[Stop]
    ) -> tuple[float, float, float]:
        """Load of a trip, with its low and high."""
        mass = sum(stop.mass_kg for stop in stops)
        if self.expectation is None or not works:
            low = sum(stop.mass_kg_low for stop in stops)
            return mass, low, sum(stop.mass_kg_high for stop in stops)
        nodes = [node for work in works for node in work.nodes]
        _, low, high = self.expectation.mass_kg(nodes)
        return mass, low, high

    def _works(self, timed: TripTiming) -> list[_Work]:
        visits = iter(timed.visits)
        rows = [self.setup.load(visit.node).row for visit in timed.visits]
        made = []
        for _, group in groupby(rows):
            taken = list(islice(visits, len(list(group))))
            made.append(_Work(taken, [self.setup.load(one.node) for one in taken]))
        return made

    def _moment(self, hour: float) -> datetime:
        return self.setup.request.start_at + timedelta(hours=hour)

    def _end_name(self, node: int) -> str:
        place = self.setup.places.positions[int(self.setup.sea_node[node])]
        return place.port or f"{place.lat:.4f}, {place.lon:.4f}"

    def _leg(self, leg: Sailed, depart_h: float) -> Leg:
        return Leg(
            path=leg.path,
            depart=self._moment(depart_h),
            distance_km=leg.distance_km,
            hours=leg.hours,
            fuel_l=leg.fuel_l,
        )

    def _stop(self, v: int, voyage: Voyage, work: _Work) -> Stop:
        vessel = self.setup.vessel(v)
        first, last = work.visits[0], work.visits[-1]
        site = self.setup.request.sites.iloc[work.loads[0].row]
        # Pauses are no work: hours on deck come from the problem, not the clock.
        service_h = sum(voyage.service_h[node] for node in work.nodes)
        lat, lon = voyage.met_at[first.node]
        mass, low, high = self._mass(work)
        return Stop(
            site=str(site["site"]),
            lat=lat,
            lon=lon,
            arrive=self._moment(first.arrive_h),
            start=self._moment(first.start_h),
            leave=self._moment(last.leave_h),
            mass_kg=mass,
            mass_kg_low=low,
            mass_kg_high=high,
            service_h=service_h,
            fuel_l=service_h * collect_fuel_l_per_h(vessel),
            category=str(site["category"]),
            miss_chance=(
                None
                if self.expectation is None
                else self.expectation.miss_chance(work.nodes)
            ),
            drift_km=float(
                great_circle_distance_km(
                    lat1=float(site["lat"]),
                    lon1=float(site["lon"]),
                    lat2=lat,
                    lon2=lon,
                )
            )
            if self.expectation is not None
            else 0.0,
        )

    def _mass(self, work: _Work) -> tuple[float, float, float]:
        if self.expectation is not None:
            return self.expectation.mass_kg(work.nodes)
        return (
            sum(load.mass_kg for load in work.loads),
            sum(load.mass_kg_low for load in work.loads),
            sum(load.mass_kg_high for load in work.loads),
        )
