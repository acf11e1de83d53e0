"""The ports of a fleet file, and the places that name them."""

from collections.abc import Mapping
from typing import Any

from core.errors import NotFoundError
from core.routing._record import Record, text_of
from core.routing.fleet import Place, Port
from core.routing.ports import WorldPort, port_by_locode
from core.routing.rejected import Rejected

__all__ = ["Harbours"]

_PORT_FIELDS = {"locode", "name", "lat", "lon", "unload_h", "open"}


class Harbours:
    """The good ports by name, and the names of the refused."""

    def __init__(
        self, records: list[tuple[int, Mapping[Any, Any]]], rejected: list[Rejected]
    ) -> None:
        self.ports: dict[str, Port] = {}
        self.refused: set[str] = set()
        self.notes: list[str] = []
        for i, item in records:
            name = text_of(item.get("locode", item.get("name")))
            record = Record(f"port {name or i}", rejected)
            listed = _listed(name, item)
            port = _port(record, name, item, listed)
            if name in self.ports:
                record.refuse("name", name, "which is given twice; the first is used")
            elif port is not None and record.is_good:
                self.ports[name] = port
                self.refused.discard(name)
                if listed is not None:
                    self.notes.append(
                        f"port {name}: no position given; that of {listed.name}, "
                        f"{listed.country}, lat {port.lat:.3f}, lon {port.lon:.3f}, is "
                        "from a list of ports and not checked"
                    )
            else:
                self.refused.add(name)

    def place(self, record: Record, field: str, value: object) -> Place | None:
        """Port or position a vessel names, or None where the fault is noted."""
        if not isinstance(value, Mapping):
            record.refuse(field, value, "expected {port: NAME} or {lat, lon}")
            return None
        if "port" not in value:
            record.refuse_unknown(value, {"lat", "lon"}, f"{field}.")
            position = record.position(value.get("lat"), value.get("lon"))
            return None if position is None else Place(*position)
        record.refuse_unknown(value, {"port"}, f"{field}.")
        name = text_of(value["port"])
        if name in self.ports:
            return Place(self.ports[name].lat, self.ports[name].lon, name)
        known = ", ".join(sorted(self.ports)[:20]) or "none"
        reason = (
            "a port that was refused"
            if name in self.refused
            else f"which is not under 'ports'; known: {known}"
        )
        record.refuse(f"{field}.port", value["port"], reason)
        return None


def _listed(name: str, item: Mapping[Any, Any]) -> WorldPort | None:
    """Look up a port that is given by its code alone, where the list is installed."""
    has_position = item.get("lat") is not None or item.get("lon") is not None
    if not name or has_position or "locode" not in item:
        return None
    try:
        return port_by_locode(name)
    except NotFoundError:
        return None


def _port(
    record: Record, name: str, item: Mapping[Any, Any], listed: WorldPort | None
) -> Port | None:
    if not name:
        given = item.get("locode", item.get("name"))
        record.refuse("name", given, "expected a 'locode' or 'name' of 1 to 80 letters")
    record.refuse_unknown(item, _PORT_FIELDS)
    title = text_of(item.get("name")) if "locode" in item else ""
    if "locode" in item and item.get("name") is not None and not title:
        record.refuse("name", item["name"], "expected a name of 1 to 80 letters")
    if listed is None:
        position = record.position(item.get("lat"), item.get("lon"))
    else:
        position = record.position(listed.lat, listed.lon)
    unload_h = record.number("unload_h", item.get("unload_h", 0.0), most=1000.0)
    hours = _open(record, item.get("open"))
    if position is None:
        return None
    return Port(name, *position, unload_h, title, hours)


def _open(record: Record, value: object) -> tuple[tuple[str, str], ...]:
    """Daily hours of a port."""
    if value is None:
        return ()
    if not isinstance(value, list) or not 0 < len(value) <= 24:
        record.refuse("open", value, "expected a list of ['HH:MM', 'HH:MM'], UTC")
        return ()
    spans = []
    for span in value:
        if not isinstance(span, list | tuple) or len(span) != 2:
            record.refuse("open", span, "expected ['HH:MM', 'HH:MM'], from and until")
            continue
        begin = record.time_of_day("open", span[0])
        end = record.time_of_day("open", span[1])
        if begin is not None and begin == end:
            record.refuse(
                "open", begin, "both from and until; all day is 00:00 to 24:00"
            )
        if begin is not None and end is not None:
            spans.append((begin, end))
    return tuple(spans)
