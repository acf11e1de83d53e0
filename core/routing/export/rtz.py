"""Plans as RTZ, the route exchange format of bridge systems (IEC 61174, Annex S).

A file holds one route, so a vessel's trips become one voyage, port calls included.
"""

import warnings
from collections.abc import Sequence
from datetime import timedelta
from typing import Literal
from xml.etree.ElementTree import Element

from core.errors import CleanupWarning, PlanningError
from core.routing.export._voyage import VoyagePoint, voyage
from core.routing.export._xml import child, to_text
from core.routing.export.check_rtz import MAX_RTZ_BYTES, check_rtz
from core.routing.export.labels import chosen_vessel, file_stems, labelled
from core.routing.schedule import CleanupPlan, iso_utc

__all__ = [
    "RTZ_CALL_NAMESPACE",
    "TURN_RADIUS_NM",
    "XTD_NM",
    "RtzVersion",
    "rtz_files",
    "to_rtz",
]

RtzVersion = Literal["1.0", "1.2"]

#: Namespace of what RTZ has no attribute for: masses, identifiers, the trip.
RTZ_CALL_NAMESPACE = "urn:gyre:rtz:1"
#: Turn radius and cross-track limit are assumptions: a plan knows neither the vessel's
#: turning circle nor the depth. 0.25 nm (463 m) is within the least clearance of 0.5 km
#: that legs keep from the land they go round.
TURN_RADIUS_NM = 0.1
XTD_NM = 0.25


def to_rtz(
    plan: CleanupPlan,
    vessel: str | None = None,
    *,
    version: RtzVersion = "1.2",
    name: str | None = None,
) -> str:
    """Write the voyage of one vessel as RTZ.

    Parameters
    ----------
    plan : CleanupPlan
    vessel : str, optional
        Name of the vessel; may be left out where only one sails.
    version : {"1.2", "1.0"}
        Version of the format.
    name : str, optional
        Name of the route, which should be that of the file without its ending; made
        from the vessel and the day by default, as in :func:`rtz_files`.

    Raises
    ------
    RouteInputError
        If the vessel does not sail in the plan, or is needed and not named.
    """
    one = chosen_vessel(plan, vessel)
    return _written(plan, one, version, name or file_stems(plan)[one])


def rtz_files(
    plan: CleanupPlan, *, version: RtzVersion = "1.2", stem: str | None = None
) -> dict[str, str]:
    """Write an RTZ file for each vessel that sails.

    Parameters
    ----------
    plan : CleanupPlan
    version : {"1.2", "1.0"}
        Version of the format.
    stem : str, optional
        File name without ending for the first vessel; the others get ``stem`` and
        their own name.

    Returns
    -------
    dict of str to str
        File name, ending in ``.rtz``, and content; empty if no vessel sails.
    """
    stems = file_stems(plan)
    if stem is not None:
        first = next(iter(stems), "")
        stems = {
            vessel: stem if vessel == first else f"{stem} {own}"
            for vessel, own in stems.items()
        }
    return {
        f"{name}.rtz": _written(plan, vessel, version, name)
        for vessel, name in stems.items()
    }


def _written(
    plan: CleanupPlan, vessel: str, version: RtzVersion, route_name: str
) -> str:
    root = Element(
        "route",
        {
            "xmlns": f"http://www.cirm.org/RTZ/{version.replace('.', '/')}",
            "xmlns:gyre": RTZ_CALL_NAMESPACE,
            "version": version,
        },
    )
    points = voyage(plan, vessel)
    info = child(
        root,
        "routeInfo",
        routeName=route_name,
        routeAuthor="Gyre",
        routeStatus=labelled(plan, "planned, not for navigation"),
        validityPeriodStart=iso_utc(points[0].etd or plan.start_at),
        validityPeriodStop=iso_utc(points[-1].eta or plan.start_at),
        vesselName=vessel,
    )
    extension = child(
        child(info, "extensions"),
        "extension",
        manufacturer="Gyre",
        name="plan",
        version="1",
    )
    child(extension, "gyre:plan", simulated=str(plan.simulated).lower())
    _waypoints(root, points, version)
    _schedule(root, points)
    text = to_text(root)
    _check(text, route_name)
    return text


def _waypoints(
    root: Element, points: Sequence[VoyagePoint], version: RtzVersion
) -> None:
    waypoints = child(root, "waypoints")
    default = child(waypoints, "defaultWaypoint", radius=f"{TURN_RADIUS_NM:.2f}")
    limits = {"starboardXTD": f"{XTD_NM:.2f}", "portsideXTD": f"{XTD_NM:.2f}"}
    child(default, "leg", **limits, geometryType="Orthodrome")
    revision = {"revision": "1"} if version == "1.2" else {}
    for i, point in enumerate(points, start=1):
        waypoint = child(
            waypoints,
            "waypoint",
            id=str(i),
            **revision,
            name=point.name,
            radius=f"{TURN_RADIUS_NM:.2f}",
        )
        child(waypoint, "position", lat=f"{point.lat:.6f}", lon=f"{point.lon:.6f}")
        if i > 1:  # a leg leads to its waypoint, so the first has none
            child(waypoint, "leg", **limits, geometryType="Orthodrome")
        if point.calls:
            extensions = child(waypoint, "extensions")
            for kind, fields in point.calls:
                extension = child(
                    extensions,
                    "extension",
                    manufacturer="Gyre",
                    name=kind,
                    version="1",
                )
                child(extension, f"gyre:{kind}", **fields)


def _schedule(root: Element, points: Sequence[VoyagePoint]) -> None:
    schedule = child(child(root, "schedules"), "schedule", id="1", name="plan")
    calculated = child(schedule, "calculated")
    for i, point in enumerate(points, start=1):
        fields = {"waypointId": str(i)}
        if point.etd is not None:
            fields["etd"] = iso_utc(point.etd)
        if point.eta is not None:
            fields["eta"] = iso_utc(point.eta)
        if point.eta is not None and point.etd is not None and point.calls:
            fields["stay"] = _duration(point.etd - point.eta)
        if point.speed_kn:
            fields["speed"] = f"{point.speed_kn:.2f}"
        if point.note:
            fields["Note"] = point.note
        child(calculated, "scheduleElement", **fields)


def _duration(span: timedelta) -> str:
    """Write an xsd:duration in hours, minutes and seconds."""
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"PT{hours}H{minutes}M{seconds}S"


def _check(text: str, route_name: str) -> None:
    """Hold what was written against the format's rules."""
    size = len(text.encode("utf-8"))
    if size > MAX_RTZ_BYTES:
        warnings.warn(
            f"RTZ route {route_name} has {size // 1000} kB; bridge systems may refuse "
            f"more than {MAX_RTZ_BYTES // 1000} kB",
            CleanupWarning,
            stacklevel=2,
        )
    faults = check_rtz(text, max_bytes=None)
    if faults:
        raise PlanningError(f"RTZ route {route_name}: {'; '.join(faults[:5])}")
