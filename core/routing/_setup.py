"""From sites and a fleet to the numbers of a routing problem."""

from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import RouteInputError
from core.routing.emissions import CollectionModel
from core.routing.fleet import Fleet, Place
from core.routing.problem import RoutingProblem, Vessel
from core.routing.sea import SeaNetwork, nearest_sea
from core.units import KM_PER_NAUTICAL_MILE

__all__ = ["Load", "Setup", "make_setup"]

#: A port this far from the drawn sea is a mistake, not a coarse coastline.
_MAX_SNAP_KM = 30.0
#: Loads one site is split into at most; what is beyond stays behind.
_MAX_LOADS = 24


@dataclass(frozen=True)
class Load:
    """A site, or the part of it that fills one hold."""

    row: int
    mass_kg: float
    mass_kg_low: float
    mass_kg_high: float
    node: int


@dataclass(frozen=True, eq=False)
class Setup:
    """A routing problem and what its nodes stand for.

    Attributes
    ----------
    places : list of Place
        What the first nodes of the problem stand for.
    loads : list of Load
        What the other nodes stand for, in order; each names its node of the network.
    """

    sites: pd.DataFrame
    fleet: Fleet
    sea: SeaNetwork
    problem: RoutingProblem
    places: list[Place]
    loads: list[Load]
    on_land: list[int]
    notes: tuple[str, ...]

    def sea_node(self, node: int) -> int:
        """Node of the sea network behind a node of the problem."""
        n = len(self.places)
        return node if node < n else self.loads[node - n].node


def make_setup(
    sites: pd.DataFrame,
    fleet: Fleet,
    *,
    hours: float,
    collection: CollectionModel,
    sea_limit: int = 1500,
) -> Setup:
    """Measure distances, split sites larger than a hold, and pose the problem."""
    if len(sites) > sea_limit:
        raise RouteInputError(
            f"{len(sites)} sites; at most {sea_limit} can be planned together: cluster "
            "them or leave out the smallest"
        )
    places = _places(fleet)
    afloat, notes = _afloat(places)
    sea = SeaNetwork(
        lat=[*(p.lat for p in afloat), *sites["lat"]],
        lon=[*(p.lon for p in afloat), *sites["lon"]],
    )
    n_places = len(places)
    on_land = np.flatnonzero(sea.on_land[n_places:]).tolist()
    loads = [
        load
        for row in range(len(sites))
        if row not in set(on_land)
        for load in _loads(sites.iloc[row], row, fleet, n_places + row)
    ]
    nodes = np.array([*range(n_places), *(load.node for load in loads)], dtype=np.intp)
    problem = _problem(sites, fleet, sea, places, loads, nodes, hours, collection)
    return Setup(sites, fleet, sea, problem, places, loads, on_land, tuple(notes))


def _places(fleet: Fleet) -> list[Place]:
    """Every port, and every start or end that is none, once each."""
    ports = [Place(port.lat, port.lon, port.name) for port in fleet.ports]
    ends = [place for v in fleet.vessels for place in (v.start, v.end)]
    return list(dict.fromkeys([*ports, *ends]))


def _afloat(places: list[Place]) -> tuple[list[Place], list[str]]:
    """Move places that lie on the drawn land to the nearest sea, and say so."""
    moved, notes = [], []
    for place in places:
        name = place.port or f"position ({place.lat:.3f}, {place.lon:.3f})"
        sea = nearest_sea(lat=place.lat, lon=place.lon)
        if sea.moved_km > _MAX_SNAP_KM:
            raise RouteInputError(
                f"{name} lies {sea.moved_km:.0f} km from the sea, expected at most "
                f"{_MAX_SNAP_KM:.0f} km"
            )
        if sea.moved_km > 0.0:
            notes.append(
                f"{name} lies on land at 1:50 million; its legs begin and end "
                f"{sea.moved_km:.1f} km away at sea."
            )
        moved.append(Place(sea.lat, sea.lon, place.port))
    return moved, notes


def _loads(site: pd.Series, row: int, fleet: Fleet, node: int) -> list[Load]:
    """Split a site that fills more than one hold into equal loads.

    The smallest hold sets the load, so that every vessel can take part, unless that
    makes too many; then the next larger hold does.
    """
    mass = float(site["mass_kg"])
    holds = sorted({vessel.hold_kg for vessel in fleet.vessels})
    n_loads = next(
        (ceil(mass / hold) for hold in holds if mass <= hold * _MAX_LOADS), _MAX_LOADS
    )
    load_kg = min(mass / n_loads, holds[-1])
    share = load_kg / mass
    one = Load(
        row=row,
        mass_kg=load_kg,
        mass_kg_low=float(site["mass_kg_low"]) * share,
        mass_kg_high=float(site["mass_kg_high"]) * share,
        node=node,
    )
    return [one] * n_loads


def _problem(
    sites: pd.DataFrame,
    fleet: Fleet,
    sea: SeaNetwork,
    places: list[Place],
    loads: list[Load],
    nodes: npt.NDArray[np.intp],
    hours: float,
    collection: CollectionModel,
) -> RoutingProblem:
    distance_km = sea.distance_km[np.ix_(nodes, nodes)]
    n_places = len(places)
    mass = np.array([load.mass_kg for load in loads])
    rows = [load.row for load in loads]
    given = sites["service_h"].to_numpy(dtype=np.float64)[rows]
    whole = sites["mass_kg"].to_numpy(dtype=np.float64)[rows]
    service = np.zeros((len(fleet.vessels), len(nodes)))
    for v, vessel in enumerate(fleet.vessels):
        computed = collection.service_h(vessel, mass)
        service[v, n_places:] = np.where(
            np.isnan(given), computed, given * mass / whole
        )
    priority = sites["priority"].to_numpy(dtype=np.float64)[rows]
    unload = {port.name: port.unload_h for port in fleet.ports}
    ports = tuple(i for i, place in enumerate(places) if place.port is not None)
    at = {place: i for i, place in enumerate(places)}
    return RoutingProblem(
        travel_h=np.stack(
            [distance_km / (v.speed_kn * KM_PER_NAUTICAL_MILE) for v in fleet.vessels]
        ),
        prize=np.concatenate([np.zeros(n_places), mass * priority]),
        service_h=service,
        demand_kg=np.concatenate([np.zeros(n_places), mass]),
        vessels=tuple(
            Vessel(
                capacity_kg=v.hold_kg,
                endurance_h=v.endurance_h,
                depot=at[v.start],
                end=at[v.end],
                reload_at=ports,
                name=v.name,
            )
            for v in fleet.vessels
        ),
        horizon_h=hours,
        unload_h=np.array(
            [
                *(unload[p.port] if p.port is not None else 0.0 for p in places),
                *np.zeros(len(loads)),
            ]
        ),
    )
