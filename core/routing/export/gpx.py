"""Plans as GPX 1.1: a route and a track for each trip."""

from datetime import datetime
from xml.etree.ElementTree import Element

from core.routing.export._xml import child, to_text
from core.routing.export.identifiers import point_id, route_number, track_id
from core.routing.export.labels import labelled
from core.routing.export.outline import (
    PortCall,
    StopOutline,
    TripOutline,
    east_of_180,
    numbered_trips,
    outline,
    point_times,
    stop_fields,
)
from core.routing.export.waypoints import leg_waypoints
from core.routing.schedule import CleanupPlan, Leg, PlannedTrip, iso_utc
from core.units import knots_to_metres_per_second

__all__ = ["GPX_NAMESPACE", "to_gpx"]

#: Namespace of what GPX 1.1 has no element for: identifiers, speeds, masses.
GPX_NAMESPACE = "urn:gyre:gpx:1"
# OpenCPN looks for its elements by their prefix, so the prefixes are written out.
_ROOT = {
    "version": "1.1",
    "creator": "Gyre",
    "xmlns": "http://www.topografix.com/GPX/1/1",
    "xmlns:gyre": GPX_NAMESPACE,
    "xmlns:opencpn": "http://www.opencpn.org",
    "xmlns:gpxtpx": "http://www.garmin.com/xmlschemas/TrackPointExtension/v2",
}


def to_gpx(plan: CleanupPlan) -> str:
    """Write a plan as GPX 1.1: a route and a track for each trip.

    Route points are port, stops and port, with points between them where a straight
    line would leave the planned path; the track follows the sea legs with times. The
    planned speed stands in extensions: ours, those OpenCPN reads back, and Garmin's
    for track points. Names, numbers and identifiers are stable, so that a second
    import finds the first.
    """
    root = Element("gpx", _ROOT)
    metadata = child(root, "metadata")
    title = labelled(plan, f"Cleanup plan {iso_utc(plan.start_at)}")
    child(metadata, "name", title)
    child(metadata, "desc", "For planning, not for navigation.")
    child(metadata, "time", iso_utc(plan.start_at))
    simulated = str(plan.simulated).lower()
    child(child(metadata, "extensions"), "gyre:plan", simulated=simulated)
    index = {vessel.name: i for i, vessel in enumerate(plan.vessels)}
    rows = list(zip(numbered_trips(plan), outline(plan).trips, strict=True))
    for (vessel, trip, number), one in rows:
        route = child(root, "rte")
        code = route_number(vessel_index=index[vessel.name], trip=number)
        _head(route, plan, trip, one, code)
        _route_extensions(route, one.id, trip, one)
        _route_points(route, trip, one)
    for (vessel, trip, number), one in rows:
        track = child(root, "trk")
        code = route_number(vessel_index=index[vessel.name], trip=number)
        _head(track, plan, trip, one, code)
        _shared_extensions(track, track_id(one.id), one)
        _track_points(track, trip)
    return to_text(root)


def _head(
    parent: Element, plan: CleanupPlan, trip: PlannedTrip, one: TripOutline, code: int
) -> None:
    child(parent, "name", f"{one.vessel} trip {one.number}")
    child(parent, "desc", labelled(plan, f"{trip.load_kg:.0f} kg expected"))
    child(parent, "src", "Gyre")
    child(parent, "number", str(code))
    child(parent, "type", "cleanup plan")


def _shared_extensions(parent: Element, key: str, one: TripOutline) -> Element:
    extensions = child(parent, "extensions")
    child(extensions, "gyre:id", key)
    child(extensions, "gyre:trip", vessel=one.vessel, number=str(one.number))
    child(extensions, "opencpn:guid", key)
    for name, call in (("start", one.start), ("end", one.end)):
        child(extensions, f"opencpn:{name}", call.name if call else "")
    return extensions


def _route_extensions(
    parent: Element, key: str, trip: PlannedTrip, one: TripOutline
) -> None:
    extensions = _shared_extensions(parent, key, one)
    hours = sum(leg.hours for leg in trip.legs)
    miles = sum((leg.speed_kn or 0.0) * leg.hours for leg in trip.legs)
    mean_kn = miles / hours if hours > 0.0 else 0.0
    child(extensions, "opencpn:planned_speed", f"{mean_kn:.2f}")
    child(extensions, "opencpn:planned_departure", iso_utc(trip.depart))


def _route_points(route: Element, trip: PlannedTrip, one: TripOutline) -> None:
    first, last = one.start, one.end
    if first is None or last is None:  # only a table of stops has none
        return
    _port_point(route, one, first, "start", leave=first.at)
    for k, leg in enumerate(trip.legs):
        arrive = one.stops[k].arrive if k < len(one.stops) else last.at
        points, shares = leg_waypoints(leg.path)
        between = zip(points[1:-1].tolist(), shares[1:-1].tolist(), strict=True)
        for i, ((lat, lon), share) in enumerate(between, start=1):
            at = leg.depart + share * (arrive - leg.depart)
            point = _point(route, "rtept", lat, lon, at, f"via {k + 1}.{i}", "via")
            key = point_id(owner=f"{one.id} {k + 1}.{i}", lat=lat, lon=lon)
            _speeds(point, key, leg)
        if k < len(one.stops):
            _stop_point(route, k + 1, one.stops[k], leg)
        else:
            _port_point(route, one, last, "end", leg=leg)


def _point(
    parent: Element,
    tag: str,
    lat: float,
    lon: float,
    at: datetime,
    name: str = "",
    kind: str = "",
    note: str = "",
) -> Element:
    """Add a point with its children in the order of the schema, extensions last."""
    point = child(parent, tag, lat=f"{lat:.6f}", lon=f"{lon:.6f}")
    child(point, "time", iso_utc(at))
    for element, text in (("name", name), ("desc", note), ("type", kind)):
        if text:
            child(point, element, text)
    return point


def _port_point(
    route: Element,
    one: TripOutline,
    call: PortCall,
    kind: str,
    *,
    leg: Leg | None = None,
    leave: datetime | None = None,
) -> None:
    point = _point(route, "rtept", call.lat, call.lon, call.at, call.name, kind)
    key = point_id(owner=f"{one.id} {kind}", lat=call.lat, lon=call.lon)
    _speeds(point, key, leg, leave=leave)


def _stop_point(route: Element, number: int, stop: StopOutline, leg: Leg) -> None:
    note = (
        f"{stop.mass_kg:.0f} kg ({stop.mass_kg_low:.0f} to {stop.mass_kg_high:.0f}), "
        f"leave {iso_utc(stop.leave)}"
    )
    name = f"{number} {stop.site}"
    point = _point(route, "rtept", stop.lat, stop.lon, stop.arrive, name, "stop", note)
    key = point_id(owner=stop.id, lat=stop.lat, lon=stop.lon)
    extensions = _speeds(point, key, leg, leave=stop.leave)
    child(extensions, "gyre:stop", **stop_fields(stop))


def _speeds(
    point: Element, key: str, leg: Leg | None, *, leave: datetime | None = None
) -> Element:
    """Add the speed of the leg that leads to a point, and when to leave the point."""
    extensions = child(point, "extensions")
    properties = {}
    if leg is not None:
        child(extensions, "gyre:speed_kn", f"{leg.speed_kn:g}")
        properties["planned_speed"] = f"{leg.speed_kn:.4f}"
    if leave is not None:
        properties["etd"] = f"{leave:%Y-%m-%dT%H:%M:%S}"
    child(extensions, "opencpn:guid", key)
    child(extensions, "opencpn:rte_properties", **properties)
    return extensions


def _track_points(track: Element, trip: PlannedTrip) -> None:
    segment = child(track, "trkseg")
    for k, leg in enumerate(trip.legs):
        speed_kn = leg.speed_kn or 0.0
        for (lat, lon), at in zip(leg.path.tolist(), point_times(trip, k), strict=True):
            east = east_of_180(lon)
            extensions = child(_point(segment, "trkpt", lat, east, at), "extensions")
            child(extensions, "gyre:speed_kn", f"{speed_kn:g}")
            garmin = child(extensions, "gpxtpx:TrackPointExtension")
            child(garmin, "gpxtpx:speed", f"{knots_to_metres_per_second(speed_kn):.3f}")
