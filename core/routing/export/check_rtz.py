"""The rules of RTZ 1.0, 1.1 and 1.2, checked on a file (IEC 61174, Annex S)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.etree.ElementTree import Element

from core.errors import RouteInputError
from core.routing.export._rtz_schema import (
    ATTRIBUTES,
    CHILDREN,
    NAMESPACES,
    REPEATED,
    REQUIRED,
    UTC_TIME,
)
from core.routing.export._xml import parse_xml

__all__ = ["MAX_RTZ_BYTES", "check_rtz"]

#: Bridge systems are only sure to take files below this.
MAX_RTZ_BYTES = 400_000
_LEAST_WAYPOINTS = 2


def check_rtz(text: str | bytes, *, max_bytes: int | None = MAX_RTZ_BYTES) -> list[str]:
    """List what breaks the rules of RTZ in a file.

    Parameters
    ----------
    text : str or bytes
        Content of a ``.rtz`` file.
    max_bytes : int, optional
        Largest size without a fault.

    Returns
    -------
    list of str
        The faults, each a sentence; empty if there are none.
    """
    try:
        root = parse_xml(text, what="RTZ file")
    except RouteInputError as error:
        return [str(error)]
    data = text.encode("utf-8") if isinstance(text, str) else text
    faults = []
    if max_bytes is not None and len(data) >= max_bytes:
        faults.append(f"the file has {len(data)} bytes, expected below {max_bytes}")
    uri, _, tag = root.tag.rpartition("}")
    version = NAMESPACES.get(uri.lstrip("{"))
    if tag != "route" or version is None:
        return [*faults, f"the root is {root.tag}, expected route of an RTZ namespace"]
    if root.get("version") != version:
        faults.append(f"version is {root.get('version')!r}, expected {version}")
    faults += _element_faults(root, uri + "}")
    return faults + _waypoint_faults(root, uri + "}", version)


def _element_faults(parent: Element, ns: str) -> Iterator[str]:
    """Compare an element and all below it with the tables."""
    tag = parent.tag.removeprefix(ns)
    yield from _attribute_faults(parent, tag)
    if tag == "extension":
        return  # holds whatever its maker likes
    order = CHILDREN[tag]
    seen: list[str] = []
    for one in parent:
        name = one.tag.removeprefix(ns)
        if not one.tag.startswith(ns) or name not in order:
            yield f"{tag} holds {one.tag}, which is not in the schema"
            continue
        if seen and order.index(name) < order.index(seen[-1]):
            yield f"{name} stands after {seen[-1]} in {tag}"
        if name in seen and name not in REPEATED:
            yield f"{tag} holds {name} twice"
        seen.append(name)
        yield from _element_faults(one, ns)


def _attribute_faults(one: Element, tag: str) -> Iterator[str]:
    rules = ATTRIBUTES.get(tag, {})
    label = f"{tag} {one.get('id') or one.get('waypointId') or ''}".strip()
    for name in REQUIRED.get(tag, ()):
        if name not in one.attrib:
            yield f"{label} lacks {name}"
    for name, value in one.attrib.items():
        if name.startswith("{"):
            continue  # of another namespace, such as xsi:schemaLocation
        if name not in rules:
            yield f"{label} has the attribute {name}, which is not in the schema"
        elif wrong := rules[name](value.strip()):
            yield f"{name} {value!r} of {label} {wrong}"


def _waypoint_faults(root: Element, ns: str, version: str) -> list[str]:
    """Find faults between elements: numbers, identifiers, places, times."""
    faults = [
        f"route lacks {name}"
        for name in ("routeInfo", "waypoints")
        if root.find(ns + name) is None
    ]
    if root.findall(f"{ns}routeInfo[@routeName='']"):
        faults.append("routeName is empty")
    points = root.findall(f"{ns}waypoints/{ns}waypoint")
    if len(points) < _LEAST_WAYPOINTS:
        faults.append(f"there are {len(points)} waypoints, expected at least 2")
    ids = [point.get("id", "") for point in points]
    faults += [f"waypoint id {x} stands twice" for x in sorted(_doubles(ids))]
    if points and points[0].find(f"{ns}leg") is not None:
        faults.append("the first waypoint has a leg, though nothing leads to it")
    for point in points:
        label = f"waypoint {point.get('id')}"
        if point.find(f"{ns}position") is None:
            faults.append(f"{label} lacks position")
        if version == "1.2" and "revision" not in point.attrib:
            faults.append(f"{label} lacks revision")
    faults += _place_faults(points, ns)
    for schedule in root.iterfind(f"{ns}schedules/{ns}schedule"):
        for kind in ("manual", "calculated"):
            rows = schedule.findall(f"{ns}{kind}/{ns}scheduleElement")
            faults += _schedule_faults(rows, set(ids))
    return faults


def _doubles(values: Iterable[str]) -> set[str]:
    return {value for value, count in Counter(values).items() if count > 1}


def _place_faults(points: list[Element], ns: str) -> list[str]:
    first_at: dict[tuple[float, float], str] = {}
    faults = []
    for point in points:
        position = point.find(f"{ns}position")
        if position is None:
            continue
        try:
            lat, lon = float(position.get("lat", "")), float(position.get("lon", ""))
        except ValueError:
            continue  # told of already
        place = (round(lat, 5), round(lon, 5))
        name = point.get("id", "")
        if place in first_at:
            faults.append(f"waypoints {first_at[place]} and {name} are at one place")
        first_at.setdefault(place, name)
    return faults


def _schedule_faults(rows: list[Element], ids: set[str]) -> list[str]:
    faults = [
        f"schedule names waypoint {row.get('waypointId')}, which does not exist"
        for row in rows
        if row.get("waypointId", "") not in ids
    ]
    latest, at = None, ""
    for row in rows:
        for name in ("eta", "etd"):
            text = row.get(name, "")
            if not UTC_TIME.fullmatch(text):
                continue  # missing, or told of already
            moment = _moment(text)
            if moment is None:
                faults.append(f"{name} {text!r} is no date of the calendar")
            elif latest is not None and moment < latest:
                faults.append(f"{name} {text} comes after {at}")
            if moment is not None:
                latest, at = moment, text
    return faults


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
