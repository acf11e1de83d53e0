"""Plans as KML 2.2: tracks that can be played, stops with balloons."""

from html import escape
from xml.etree.ElementTree import Element

from core.routing.export._xml import child, to_text
from core.routing.export.labels import labelled
from core.routing.export.outline import (
    PortCall,
    StopOutline,
    TripOutline,
    numbered_trips,
    outline,
    point_times,
    stop_fields,
)
from core.routing.schedule import CleanupPlan, PlannedTrip, iso_utc

__all__ = ["to_kml"]

#: Okabe and Ito's colours as red, green, blue; apart also for the colour-blind.
_COLOURS = ("0072B2", "D55E00", "009E73", "CC79A7", "E69F00", "56B4E9")
_ROOT = {
    "xmlns": "http://www.opengis.net/kml/2.2",
    "xmlns:gx": "http://www.google.com/kml/ext/2.2",
}
_STOP_LINES = (
    ("Arrive", "arrive"),
    ("Work begins", "start"),
    ("Leave", "leave"),
)


def to_kml(plan: CleanupPlan) -> str:
    """Write a plan as KML 2.2: a folder for each trip with its track and its places.

    Tracks carry times, so that a globe can play them; names are escaped where a
    balloon shows them as HTML.
    """
    root = Element("kml", _ROOT)
    document = child(root, "Document")
    child(document, "name", labelled(plan, f"Cleanup plan {iso_utc(plan.start_at)}"))
    child(document, "description", "For planning, not for navigation.")
    sailing = [vessel.name for vessel in plan.vessels if vessel.trips]
    for i in range(len(sailing)):
        _style(document, i)
    _data(document, {"simulated": str(plan.simulated).lower()})
    for (vessel, trip, _), one in zip(
        numbered_trips(plan), outline(plan).trips, strict=True
    ):
        _folder(document, sailing.index(vessel.name), trip, one)
    return to_text(root)


def _style(document: Element, i: int) -> None:
    """Add a vessel's style; KML writes a colour as alpha, blue, green, red."""
    rgb = _COLOURS[i % len(_COLOURS)].lower()
    colour = f"ff{rgb[4:6]}{rgb[2:4]}{rgb[0:2]}"
    style = child(document, "Style", id=f"vessel-{i + 1}")
    child(child(style, "IconStyle"), "color", colour)
    line = child(style, "LineStyle")
    child(line, "color", colour)
    child(line, "width", "3")


def _folder(document: Element, i: int, trip: PlannedTrip, one: TripOutline) -> None:
    folder = child(document, "Folder", id=f"trip-{one.id}")
    child(folder, "name", f"{one.vessel} trip {one.number}")
    fields = {"id": one.id, "vessel": one.vessel, "number": str(one.number)}
    _data(folder, fields)
    style = f"#vessel-{i + 1}"
    _track(folder, style, trip, one)
    if one.start is not None:
        _port(folder, style, one.start, "start")
    for number, stop in enumerate(one.stops, start=1):
        _stop(folder, style, number, stop)
    if one.end is not None:
        _port(folder, style, one.end, "end")


def _track(folder: Element, style: str, trip: PlannedTrip, one: TripOutline) -> None:
    place = child(folder, "Placemark")
    child(place, "name", f"{one.vessel} trip {one.number}, track")
    child(place, "description", f"{trip.load_kg:.0f} kg expected")
    child(place, "styleUrl", style)
    track = child(place, "gx:Track")
    child(track, "altitudeMode", "clampToGround")
    legs = range(len(trip.legs))
    for k in legs:
        for at in point_times(trip, k):
            child(track, "when", iso_utc(at))
    for k in legs:
        for lat, lon in trip.legs[k].path.tolist():
            child(track, "gx:coord", f"{lon:.6f} {lat:.6f} 0")


def _stop(folder: Element, style: str, number: int, stop: StopOutline) -> None:
    fields = stop_fields(stop)
    lines = [f"{label} {fields[name]}" for label, name in _STOP_LINES]
    kilograms = f"{stop.mass_kg:.0f} kg expected"
    kilograms += f", {stop.mass_kg_low:.0f} to {stop.mass_kg_high:.0f}"
    lines += [kilograms]
    if stop.miss_chance is not None:
        lines.append(f"chance to miss it {stop.miss_chance:.0%}")
    balloon = f"<b>{escape(stop.site)}</b><br/>{'<br/>'.join(map(escape, lines))}"
    place = child(folder, "Placemark", id=f"stop-{stop.id}")
    child(place, "name", f"{number} {stop.site}")
    child(place, "description", balloon)
    span = child(place, "TimeSpan")
    child(span, "begin", fields["arrive"])
    child(span, "end", fields["leave"])
    child(place, "styleUrl", style)
    _data(place, {"kind": "stop", **fields})
    _at(place, stop.lat, stop.lon)


def _port(folder: Element, style: str, call: PortCall, kind: str) -> None:
    place = child(folder, "Placemark")
    child(place, "name", call.name)
    child(child(place, "TimeStamp"), "when", iso_utc(call.at))
    child(place, "styleUrl", style)
    _data(place, {"kind": kind, "name": call.name})
    _at(place, call.lat, call.lon)


def _data(parent: Element, fields: dict[str, str]) -> None:
    data = child(parent, "ExtendedData")
    for name, value in fields.items():
        child(child(data, "Data", name=name), "value", value)


def _at(place: Element, lat: float, lon: float) -> None:
    child(child(place, "Point"), "coordinates", f"{lon!r},{lat!r}")
