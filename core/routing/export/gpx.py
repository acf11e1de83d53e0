"""Plans as GPX 1.1."""

from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import gpxpy.gpx
import numpy as np

from core.geo import great_circle_distance_km
from core.routing.export.labels import labelled
from core.routing.schedule import CleanupPlan, Leg, PlannedTrip, PlannedVessel, iso_utc

__all__ = ["GPX_NAMESPACE", "to_gpx"]

#: Namespace of the planned speed, which GPX 1.1 has no element for.
GPX_NAMESPACE = "urn:gyre:gpx:1"


def to_gpx(plan: CleanupPlan) -> str:
    """Write a plan as GPX 1.1: a route and a track for each trip.

    Route points are port, stops and port; the track follows the sea legs with times.
    The planned speed stands in extensions of each track point. Names are stable, so
    that a second import finds the first.
    """
    gpx = gpxpy.gpx.GPX()
    gpx.creator = "Gyre"
    gpx.name = labelled(plan, f"Cleanup plan {iso_utc(plan.start_at)}")
    gpx.time = plan.start_at
    gpx.nsmap = {"gyre": GPX_NAMESPACE}
    for vessel in plan.vessels:
        for number, trip in enumerate(vessel.trips, start=1):
            name = f"{vessel.name} trip {number}"
            gpx.routes.append(_gpx_route(plan, name, trip))
            gpx.tracks.append(_gpx_track(plan, name, vessel, trip))
    return str(gpx.to_xml(version="1.1"))


def _gpx_route(plan: CleanupPlan, name: str, trip: PlannedTrip) -> Any:
    route = gpxpy.gpx.GPXRoute(
        name=name, description=labelled(plan, f"{trip.load_kg:.0f} kg expected")
    )
    point = gpxpy.gpx.GPXRoutePoint
    (lat, lon), (end_lat, end_lon) = trip.legs[0].path[0], trip.legs[-1].path[-1]
    route.points.append(
        point(
            float(lat), float(lon), time=_to_second(trip.depart), name=trip.start_name
        )
    )
    for number, stop in enumerate(trip.stops, start=1):
        route.points.append(
            point(
                stop.lat,
                stop.lon,
                time=_to_second(stop.arrive),
                name=f"{number} {stop.site}",
                description=f"{stop.mass_kg:.0f} kg "
                f"({stop.mass_kg_low:.0f} to {stop.mass_kg_high:.0f}), "
                f"leave {iso_utc(stop.leave)}",
            )
        )
    route.points.append(
        point(
            float(end_lat),
            float(end_lon),
            time=_to_second(trip.end),
            name=trip.end_name,
        )
    )
    return route


def _gpx_track(
    plan: CleanupPlan, name: str, vessel: PlannedVessel, trip: PlannedTrip
) -> Any:
    track = gpxpy.gpx.GPXTrack(name=name, description=labelled(plan, "Planned track"))
    segment = gpxpy.gpx.GPXTrackSegment()
    for leg in trip.legs:
        for (lat, lon), time in zip(leg.path.tolist(), _leg_times(leg), strict=True):
            point = gpxpy.gpx.GPXTrackPoint(lat, lon, time=_to_second(time))
            speed = ElementTree.Element(f"{{{GPX_NAMESPACE}}}speed_kn")
            speed.text = f"{vessel.speed_kn:g}"
            point.extensions.append(speed)
            segment.points.append(point)
    track.segments.append(segment)
    return track


def _to_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _leg_times(leg: Leg) -> list[datetime]:
    """Compute the times at the points of a leg's path, at its even speed."""
    a, b = leg.path[:-1], leg.path[1:]
    steps = great_circle_distance_km(
        lat1=a[:, 0], lon1=a[:, 1], lat2=b[:, 0], lon2=b[:, 1]
    )
    along = np.concatenate([[0.0], np.cumsum(steps)])
    share = along / along[-1] if along[-1] > 0.0 else along
    return [leg.depart + timedelta(hours=leg.hours * s) for s in share.tolist()]
