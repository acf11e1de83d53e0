"""Exported plans read back: stops, times and positions, as each format carries them.

The readers take what the exports of this package wrote. Files from elsewhere lack the
identifiers and the trips, and are refused with what is missing.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from xml.etree.ElementTree import Element

from core.errors import RouteInputError
from core.routing.export._xml import parse_xml
from core.routing.export.check_rtz import check_rtz
from core.routing.export.gpx import GPX_NAMESPACE
from core.routing.export.outline import (
    PlanOutline,
    PortCall,
    StopOutline,
    TripOutline,
    east_of_180,
    stop_from_fields,
)
from core.routing.export.rtz import RTZ_CALL_NAMESPACE
from core.routing.export.table import CSV_COLUMNS, plain_cell

__all__ = ["read_csv", "read_geojson", "read_gpx", "read_kml", "read_rtz"]

_GPX = "{http://www.topografix.com/GPX/1/1}"
_GYRE = f"{{{GPX_NAMESPACE}}}"
_KML = "{http://www.opengis.net/kml/2.2}"
_CALL = f"{{{RTZ_CALL_NAMESPACE}}}"
_MAX_CHARACTERS = 20_000_000
_PORT_FIELDS = ("name", "lat", "lon", "at")


def read_gpx(text: str | bytes) -> PlanOutline:
    """Read a plan from GPX, from its routes.

    Raises
    ------
    RouteInputError
        If the text is hostile, no GPX, or not of this package.
    """
    root = parse_xml(text, what="GPX file")
    trips = [_gpx_trip(route) for route in root.iterfind(f"{_GPX}rte")]
    plan = root.find(f"{_GPX}metadata/{_GPX}extensions/{_GYRE}plan")
    if plan is None:
        raise RouteInputError("GPX file has no plan extension: it is not of Gyre")
    return PlanOutline(tuple(trips), _simulated(plan.attrib))


def _gpx_trip(route: Element) -> TripOutline:
    extensions = _needed(route, f"{_GPX}extensions")
    trip = _needed(extensions, f"{_GYRE}trip")
    ports: dict[str, PortCall] = {}
    stops: list[StopOutline] = []
    for point in route.iterfind(f"{_GPX}rtept"):
        kind = point.findtext(f"{_GPX}type", "")
        stop = point.find(f"{_GPX}extensions/{_GYRE}stop")
        if stop is not None:
            here = {"lat": point.get("lat", ""), "lon": point.get("lon", "")}
            here["arrive"] = point.findtext(f"{_GPX}time", "")
            stops.append(stop_from_fields({**stop.attrib, **here}))
        elif kind in ("start", "end"):
            ports[kind] = _port_call(
                name=point.findtext(f"{_GPX}name", ""),
                at=point.findtext(f"{_GPX}time", ""),
                lat=point.get("lat", ""),
                lon=point.get("lon", ""),
            )
    key = extensions.findtext(f"{_GYRE}id", "")
    return _trip_of({**trip.attrib, "id": key}, stops, ports)


def read_rtz(text: str | bytes) -> PlanOutline:
    """Read the trips of one vessel from RTZ.

    Raises
    ------
    RouteInputError
        If the text is hostile, breaks the rules of RTZ, or is not of this package.
    """
    faults = check_rtz(text, max_bytes=None)
    if faults:
        raise RouteInputError(f"RTZ file: {'; '.join(faults[:10])}")
    root = parse_xml(text, what="RTZ file")
    plan = next(root.iter(f"{_CALL}plan"), None)
    if plan is None:
        raise RouteInputError("RTZ file has no plan extension: it is not of Gyre")
    trips: list[TripOutline] = []
    start: Mapping[str, str] | None = None
    stops: list[StopOutline] = []
    for call in root.iter():
        if call.tag == f"{_CALL}start":
            start, stops = call.attrib, []
        elif call.tag == f"{_CALL}stop":
            stops.append(stop_from_fields(call.attrib))
        elif call.tag == f"{_CALL}end" and start is not None:
            ports = {
                "start": _port_call_of(start),
                "end": _port_call_of(call.attrib),
            }
            trips.append(_trip_of(start, stops, ports))
            start = None
    return PlanOutline(tuple(trips), _simulated(plan.attrib))


def read_kml(text: str | bytes) -> PlanOutline:
    """Read a plan from KML, from its places.

    Raises
    ------
    RouteInputError
        If the text is hostile, no KML, or not of this package.
    """
    root = parse_xml(text, what="KML file")
    document = _needed(root, f"{_KML}Document")
    trips = [_kml_trip(folder) for folder in document.iterfind(f"{_KML}Folder")]
    return PlanOutline(tuple(trips), _simulated(_kml_data(document)))


def _kml_trip(folder: Element) -> TripOutline:
    ports: dict[str, PortCall] = {}
    stops: list[StopOutline] = []
    for place in folder.iterfind(f"{_KML}Placemark"):
        data = _kml_data(place)
        kind = data.get("kind")
        where = place.findtext(f"{_KML}Point/{_KML}coordinates", "")
        lon, _, lat = where.partition(",")
        if kind == "stop":
            stops.append(stop_from_fields({**data, "lat": lat, "lon": lon}))
        elif kind is not None:
            at = place.findtext(f"{_KML}TimeStamp/{_KML}when", "")
            ports[kind] = _port_call(name=data["name"], at=at, lat=lat, lon=lon)
    return _trip_of(_kml_data(folder), stops, ports)


def _kml_data(parent: Element) -> dict[str, str]:
    return {
        one.get("name", ""): one.findtext(f"{_KML}value", "")
        for one in parent.iterfind(f"{_KML}ExtendedData/{_KML}Data")
    }


def read_geojson(document: Mapping[str, Any] | str | bytes) -> PlanOutline:
    """Read a plan from GeoJSON.

    Raises
    ------
    RouteInputError
        If it is no FeatureCollection of this package.
    """
    try:
        read: Any = document
        if isinstance(document, str | bytes):
            if len(document) > _MAX_CHARACTERS:
                raise RouteInputError("GeoJSON file is larger than 20 MB")
            read = json.loads(document)
        features = read["features"]
        trips = [
            _geojson_trip(list(rows))
            for _, rows in groupby(features, lambda one: one["properties"]["trip_id"])
        ]
        simulated = any(one["properties"]["simulated"] for one in features)
    except (KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise RouteInputError(f"GeoJSON file cannot be read: {error!r}") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise RouteInputError(f"GeoJSON file is not JSON: {error}") from error
    return PlanOutline(tuple(trips), simulated)


def _geojson_trip(features: list[dict[str, Any]]) -> TripOutline:
    legs = [one for one in features if one["properties"]["kind"] == "leg"]
    stops = [
        stop_from_fields(
            {
                **{k: _text(v) for k, v in one["properties"].items()},
                "lon": repr(one["geometry"]["coordinates"][0]),
                "lat": repr(one["geometry"]["coordinates"][1]),
            }
        )
        for one in features
        if one["properties"]["kind"] == "stop"
    ]
    first, last = legs[0]["properties"], legs[-1]["properties"]
    ports = {
        "start": _geojson_port(legs[0], 0, first["from"], first["trip_depart"]),
        "end": _geojson_port(legs[-1], -1, last["to"], last["arrive"]),
    }
    fields = {"id": first["trip_id"], "vessel": first["vessel"]}
    return _trip_of({**fields, "number": str(first["trip"])}, stops, ports)


def _geojson_port(leg: Mapping[str, Any], i: int, name: str, at: str) -> PortCall:
    places = leg["geometry"]["coordinates"]
    if leg["geometry"]["type"] == "MultiLineString":
        places = places[i]
    lon, lat = places[i]
    return _port_call(name=name, at=at, lat=str(lat), lon=str(east_of_180(lon)))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def read_csv(text: str) -> PlanOutline:
    """Read the stops of a plan from CSV; port calls are not in it.

    Raises
    ------
    RouteInputError
        If columns are missing or a row cannot be read.
    """
    if len(text) > _MAX_CHARACTERS:
        raise RouteInputError("CSV file is larger than 20 MB")
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
        rows = list(reader)
    except csv.Error as error:
        raise RouteInputError(f"file is not CSV: {error}") from error
    missing = set(CSV_COLUMNS) - set(reader.fieldnames or ())
    if missing:
        raise RouteInputError(
            f"CSV file lacks the columns {', '.join(sorted(missing))}"
        )
    trips = []
    for _, group in groupby(rows, lambda row: row["trip_id"]):
        some = [_plain_row(row) for row in group]
        stops = [stop_from_fields(row) for row in some]
        fields = {"id": some[0]["trip_id"], "vessel": some[0]["vessel"]}
        trips.append(_trip_of({**fields, "number": some[0]["trip"]}, stops, {}))
    return PlanOutline(tuple(trips), any(_simulated(row) for row in rows))


def _plain_row(row: Mapping[str, str]) -> dict[str, str]:
    names = ("vessel", "site", "category")
    return {**row, **{name: plain_cell(row[name]) for name in names}}


def _trip_of(
    fields: Mapping[str, str],
    stops: Iterable[StopOutline],
    ports: Mapping[str, PortCall],
) -> TripOutline:
    try:
        return TripOutline(
            id=fields["id"],
            vessel=fields["vessel"],
            number=int(fields["number"]),
            stops=tuple(stops),
            start=ports.get("start"),
            end=ports.get("end"),
        )
    except (KeyError, ValueError) as error:
        raise RouteInputError(f"a trip cannot be read: {error}") from error


def _port_call_of(fields: Mapping[str, str]) -> PortCall:
    return _port_call(**{name: fields.get(name, "") for name in _PORT_FIELDS})


def _port_call(*, name: str, lat: str, lon: str, at: str) -> PortCall:
    try:
        moment = datetime.fromisoformat(at).astimezone(UTC)
        return PortCall(name, float(lat), float(lon), moment)
    except ValueError as error:
        raise RouteInputError(f"a port call cannot be read: {error}") from error


def _simulated(fields: Mapping[str, str]) -> bool:
    return fields.get("simulated") == "true"


def _needed(parent: Element, tag: str) -> Element:
    found = parent.find(tag)
    if found is None:
        raise RouteInputError(
            f"{parent.tag.rpartition('}')[2]} lacks {tag.rpartition('}')[2]}: "
            "the file is not of Gyre"
        )
    return found
