"""The trips of a vessel as one chain of waypoints, no two at one place."""

from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from core.geo import bearing_deg, destination, great_circle_distance_km
from core.routing.export.outline import (
    PortCall,
    TripOutline,
    numbered_trips,
    outline,
    stop_fields,
)
from core.routing.export.waypoints import leg_waypoints
from core.routing.schedule import CleanupPlan, Leg, PlannedTrip, iso_utc

__all__ = ["VoyagePoint", "voyage"]

#: Nearer than this, two points that follow each other are one waypoint.
_ONE_PLACE_KM = 0.02
#: A waypoint that would lie on an earlier one is set back along its leg, 0.05 nm.
_SET_BACK_KM = 0.0926
_MAX_NAME = 120


@dataclass(frozen=True)
class VoyagePoint:
    """A waypoint with its times and what the vessel does there.

    Attributes
    ----------
    eta, etd : datetime, optional
        Arrival and departure; the first waypoint has no arrival.
    speed_kn : float, optional
        Planned on the leg that leads here.
    calls : tuple of (str, dict)
        Port calls and stops at this waypoint, in order, as texts.
    """

    lat: float
    lon: float
    name: str
    eta: datetime | None = None
    etd: datetime | None = None
    speed_kn: float | None = None
    note: str = ""
    calls: tuple[tuple[str, dict[str, str]], ...] = field(default=())


def voyage(plan: CleanupPlan, vessel: str) -> list[VoyagePoint]:
    """Join a vessel's trips, at least two waypoints.

    Consecutive points within 20 m are merged. A waypoint that would lie on an earlier
    one (a port the vessel comes back to) is set back along its leg by 93 m or a
    multiple, because bridge systems refuse two waypoints at one place; its true
    position stands in the extension.
    """
    outlines = {one.id: one for one in outline(plan).trips}
    ids = [one.id for one in outline(plan).trips]
    points: list[VoyagePoint] = []
    for key, (owner, trip, _) in zip(ids, numbered_trips(plan), strict=True):
        if owner.name == vessel:
            for point in _trip_points(trip, outlines[key]):
                _append(points, point)
    if len(points) == 1:  # every stop at the quay: a route still needs two waypoints
        points.append(replace(points[0], eta=points[0].etd, speed_kn=None, calls=()))
    return _apart(points)


def _trip_points(trip: PlannedTrip, one: TripOutline) -> list[VoyagePoint]:
    first, last = one.start, one.end
    if first is None or last is None:  # only a table of stops has none
        return []
    points = [_port_point(one, first, "start")]
    for k, leg in enumerate(trip.legs):
        arrive = one.stops[k].arrive if k < len(one.stops) else last.at
        points += _via_points(leg, k, arrive)
        speed_kn = leg.speed_kn
        if k < len(one.stops):
            stop = one.stops[k]
            point = VoyagePoint(
                lat=stop.lat,
                lon=stop.lon,
                name=f"{k + 1} {stop.site}",
                eta=stop.arrive,
                etd=stop.leave,
                note=f"collect {stop.mass_kg:.0f} kg",
                calls=(("stop", stop_fields(stop)),),
            )
        else:
            point = _port_point(one, last, "end")
        points.append(replace(point, speed_kn=speed_kn))
    return points


def _port_point(one: TripOutline, call: PortCall, kind: str) -> VoyagePoint:
    fields = {
        "id": one.id,
        "vessel": one.vessel,
        "number": str(one.number),
        "name": call.name,
        "lat": repr(call.lat),
        "lon": repr(call.lon),
        "at": iso_utc(call.at),
    }
    begins = kind == "start"
    return VoyagePoint(
        lat=call.lat,
        lon=call.lon,
        name=call.name,
        eta=None if begins else call.at,
        etd=call.at if begins else None,
        calls=((kind, fields),),
    )


def _via_points(leg: Leg, k: int, arrive: datetime) -> list[VoyagePoint]:
    places, shares = leg_waypoints(leg.path)
    points = []
    for i, (place, share) in enumerate(
        zip(places[1:-1].tolist(), shares[1:-1].tolist(), strict=True), start=1
    ):
        at = leg.depart + share * (arrive - leg.depart)
        point = VoyagePoint(place[0], place[1], f"via {k + 1}.{i}", at, at)
        points.append(replace(point, speed_kn=leg.speed_kn))
    return points


def _append(points: list[VoyagePoint], point: VoyagePoint) -> None:
    """Add a point, or merge it into the one before at the same place."""
    if not points or _distance_km(points[-1], point) > _ONE_PLACE_KM:
        points.append(point)
        return
    last = points[-1]
    if not point.calls:
        return
    if not last.calls:
        points[-1] = replace(point, eta=last.eta, speed_kn=last.speed_kn)
        return
    names = [last.name] if point.name == last.name else [last.name, point.name]
    points[-1] = replace(
        last,
        name=", ".join(names)[:_MAX_NAME],
        etd=point.etd or point.eta or last.etd,
        note=", ".join(filter(None, (last.note, point.note))),
        calls=(*last.calls, *point.calls),
    )


def _distance_km(a: VoyagePoint, b: VoyagePoint) -> float:
    return float(
        great_circle_distance_km(lat1=a.lat, lon1=a.lon, lat2=b.lat, lon2=b.lon)
    )


def _apart(points: list[VoyagePoint]) -> list[VoyagePoint]:
    """Set waypoints that would lie on an earlier one back along their leg."""
    taken: set[tuple[float, float]] = set()
    placed: list[VoyagePoint] = []
    for point in points:
        one, count = point, 0
        while (round(one.lat, 5), round(one.lon, 5)) in taken:
            count += 1
            one = _set_back(point, placed[-1], count)
        taken.add((round(one.lat, 5), round(one.lon, 5)))
        placed.append(one)
    return placed


def _set_back(point: VoyagePoint, before: VoyagePoint, count: int) -> VoyagePoint:
    course = bearing_deg(
        lat1=point.lat, lon1=point.lon, lat2=before.lat, lon2=before.lon
    )
    lat, lon = destination(
        lat=point.lat,
        lon=point.lon,
        bearing=course,
        distance_km=_SET_BACK_KM * count,
    )
    return replace(point, lat=round(float(lat), 6), lon=float(np.round(lon, 6)))
