"""Identifiers that stay the same from one export to the next.

A chart program knows a route again by its identifier. So it is made (UUID version 5,
RFC 9562) from what makes a voyage the same voyage for a navigator: the vessel, the
UTC day the plan starts and the number of the trip. Exported twice, a plan has the
same identifiers; planned anew on the same day, the route keeps its identifier and
changes its content.
"""

from datetime import UTC, datetime
from uuid import UUID, uuid5

__all__ = ["point_id", "route_number", "stop_id", "track_id", "trip_id"]

#: Made once, at random; another value would make every exported route a new one.
_NAMESPACE = UUID("6d0a2f0e-94c7-4b1e-9a53-7c1f6f0b8e21")
_MAX_TRIPS = 1000


def trip_id(*, vessel: str, start_at: datetime, number: int) -> str:
    """Identify a trip, and its route.

    Parameters
    ----------
    vessel : str
        Name of the vessel.
    start_at : datetime
        When the plan starts; its UTC day counts.
    number : int
        Number of the trip among those of the vessel, from 1.
    """
    return _made("trip", vessel, f"{start_at.astimezone(UTC):%Y-%m-%d}", str(number))


def track_id(trip: str) -> str:
    """Identify the track of a trip; a route and a track may not share one."""
    return _made("track", trip)


def stop_id(*, trip: str, site: str, visit: int) -> str:
    """Identify a stop by its site, whatever its place in the order.

    Parameters
    ----------
    trip : str
        Identifier of the trip.
    site : str
        Name of the site.
    visit : int
        1 for the first stop of the trip at the site, 2 for the second.
    """
    return _made("stop", trip, site, str(visit))


def point_id(*, owner: str, lat: float, lon: float) -> str:
    """Identify a route point by its owner and its place.

    A point that moved gets another identifier: chart programs keep two points of one
    identifier at two places as doubles.
    """
    return _made("point", owner, f"{lat:.4f}", f"{lon:.4f}")


def route_number(*, vessel_index: int, trip: int) -> int:
    """Return a route's number: 1000 for each vessel from the first, and the trip."""
    return _MAX_TRIPS * (vessel_index + 1) + trip


def _made(*parts: str) -> str:
    # A length before each part keeps ("a", "bc") and ("ab", "c") apart.
    name = "".join(f"{len(part)}:{part}" for part in parts)
    return str(uuid5(_NAMESPACE, name))
