"""Ports, starts and ends of a fleet: at sea, and within reach of its vessels."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError
from core.geo import great_circle_distance_km
from core.routing.fleet import Fleet, Place
from core.routing.rejected import Rejected, shown
from core.routing.sea import nearest_sea
from core.routing.states import VesselState

__all__ = [
    "Berth",
    "Places",
    "find_places",
    "place_name",
    "used_places",
    "within_reach",
]

#: A port this far from the drawn sea is a mistake, not a coarse coastline.
_MAX_SNAP_KM = 30.0
#: A vessel this near a port is in it.
_IN_PORT_KM = 1.0


@dataclass(frozen=True)
class Berth:
    """Where one vessel of the fleet starts and ends, by number of the place."""

    vessel: int
    start: int
    end: int


@dataclass(frozen=True)
class Places:
    """Places of a fleet that can be used, and what is said about the others.

    Attributes
    ----------
    positions : tuple of Place
        Positions at sea, with the name of the port.
    berths : tuple of Berth
        Vessels that can take part.
    ports : tuple of int
        Which places are ports to unload in.
    """

    positions: tuple[Place, ...]
    berths: tuple[Berth, ...]
    ports: tuple[int, ...]
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class _Finder:
    """Places met so far, each once."""

    positions: list[Place] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _known: dict[Place, int | None] = field(default_factory=dict)

    def number(self, place: Place) -> int | None:
        """Return the number of a place, or None if it lies too far inland."""
        if place not in self._known:
            self._known[place] = self._add(place)
        return self._known[place]

    def _add(self, place: Place) -> int | None:
        name = place_name(place)
        try:
            sea = nearest_sea(lat=place.lat, lon=place.lon)
            far = f"it lies {sea.moved_km:.0f} km from the sea"
        except RouteInputError:
            sea, far = None, "it lies more than 600 km from the sea"
        if sea is None or sea.moved_km > _MAX_SNAP_KM:
            kind = f"port {place.port}" if place.port else name
            reason = f"{far}, expected {_MAX_SNAP_KM:.0f} km at most"
            position = f"{place.lat:.4f}, {place.lon:.4f}"
            self.rejected.append(Rejected(kind, "lat, lon", position, reason))
            return None
        if sea.moved_km > 0.0:
            self.notes.append(
                f"{name} lies on land at 1:50 million; its legs begin and end "
                f"{sea.moved_km:.1f} km away at sea."
            )
        self.positions.append(Place(sea.lat, sea.lon, place.port))
        return len(self.positions) - 1


def place_name(place: Place) -> str:
    """How messages name a place."""
    return place.port or f"position ({place.lat:.3f}, {place.lon:.3f})"


def find_places(fleet: Fleet, states: Mapping[str, VesselState]) -> Places:
    """Move every place of a fleet to the nearest sea, and refuse what lies inland.

    A vessel with a state starts where that says. A vessel whose start or end is
    refused is refused as well.
    """
    finder = _Finder()
    ports = {port.name: Place(port.lat, port.lon, port.name) for port in fleet.ports}
    known = [finder.number(place) for place in ports.values()]
    berths = []
    for v, vessel in enumerate(fleet.vessels):
        state = states.get(vessel.name)
        start = vessel.start if state is None else _here(state, list(ports.values()))
        numbers = []
        for what, place in (("start", start), ("end", vessel.end)):
            number = finder.number(place)
            if number is None:
                finder.rejected.append(
                    Rejected(
                        f"vessel {vessel.name}",
                        what,
                        shown(place_name(place)),
                        f"its {what} cannot be used; the vessel stays where it is",
                    )
                )
                break
            numbers.append(number)
        else:
            berths.append(Berth(v, *numbers))
    return Places(
        positions=tuple(finder.positions),
        berths=tuple(berths),
        ports=tuple(number for number in known if number is not None),
        rejected=tuple(finder.rejected),
        notes=tuple(finder.notes),
    )


def _here(state: VesselState, ports: list[Place]) -> Place:
    """Return the port a vessel is in, or its position."""
    for port in ports:
        away_km = great_circle_distance_km(
            lat1=state.lat, lon1=state.lon, lat2=port.lat, lon2=port.lon
        )
        if away_km <= _IN_PORT_KM:
            return port
    return Place(state.lat, state.lon)


def within_reach(
    places: Places, fleet: Fleet, distance_km: npt.NDArray[np.float64]
) -> Places:
    """Refuse vessels that are shut in, then ports that no vessel reaches.

    Parameters
    ----------
    places : Places
        Places, the first nodes of ``distance_km``.
    fleet : Fleet
        Names of the vessels.
    distance_km : ndarray of float, shape (n, n)
        Sea distances between places and sites; infinity where there is no way.
    """
    open_way = np.isfinite(distance_km)
    berths, ports, rejected = [], [], []
    for berth in places.berths:
        record = f"vessel {fleet.vessels[berth.vessel].name}"
        start, end = (
            place_name(places.positions[berth.start]),
            place_name(places.positions[berth.end]),
        )
        if open_way[berth.start].sum() < 2:
            reason = "no way by sea leads out of it; the vessel stays there"
            rejected.append(Rejected(record, "start", shown(start), reason))
        elif not open_way[berth.start, berth.end]:
            reason = f"no way by sea leads there from {start}; the vessel stays"
            rejected.append(Rejected(record, "end", shown(end), reason))
        else:
            berths.append(berth)
    for port in places.ports:
        if any(open_way[berth.start, port] for berth in berths):
            ports.append(port)
        elif berths:
            name = place_name(places.positions[port])
            reason = "no vessel has a way by sea to it"
            rejected.append(Rejected(f"port {name}", "lat, lon", "", reason))
    return replace(
        places,
        berths=tuple(berths),
        ports=tuple(ports),
        rejected=(*places.rejected, *rejected),
    )


def used_places(places: Places) -> list[int]:
    """Places that some vessel uses: the first nodes of the problem."""
    ends = [one for berth in places.berths for one in (berth.start, berth.end)]
    return sorted({*places.ports, *ends})
