"""The fleet file: what is good in it is taken, what is not is named."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import RouteInputError
from core.routing._harbours import Harbours
from core.routing._record import Record, text_of
from core.routing._yaml import load_yaml
from core.routing.fleet import Fleet, FleetVessel
from core.routing.rejected import Rejected, listed, shown

__all__ = ["FleetRead", "accept_fleet", "load_fleet", "parse_fleet", "read_fleet"]

_MAX_BYTES = 300_000
_MAX_VESSELS = 100
_MAX_PORTS = 500
#: Least and most of each number; the least keeps what is computed from it finite.
_NEEDED = {
    "speed_kn": (0.1, 60.0),
    "collect_speed_kn": (0.01, 20.0),
    "sweep_width_m": (0.1, 10_000.0),
    "hold_kg": (0.001, 1e8),
    "endurance_h": (0.01, 10_000.0),
    "fuel_l_per_h": (0.001, 1e5),
}
_OPTIONAL = {
    "collect_fuel_l_per_h": (0.001, 1e5),
    "max_wave_m": (0.01, 30.0),
    "max_wind_m_s": (0.01, 100.0),
    "crew_hours_per_day": (0.01, 24.0),
    "length_m": (0.1, 500.0),
}
_VESSEL_FIELDS = {
    *_NEEDED,
    *_OPTIONAL,
    *("name", "cost_per_h", "start", "end", "shift_start"),
}


@dataclass(frozen=True)
class FleetRead:
    """A fleet as it was read.

    Attributes
    ----------
    fleet : Fleet
        The vessels and ports without a fault; one vessel at least.
    rejected : tuple of Rejected
        What was wrong with the others, a fault an entry.
    notes : tuple of str
        What was taken from elsewhere.
    """

    fleet: Fleet
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()

    def strict(self) -> Fleet:
        """Return the fleet if every record was good.

        Raises
        ------
        RouteInputError
            Names every record that was not.
        """
        if self.rejected:
            raise RouteInputError(listed(self.rejected))
        return self.fleet


def read_fleet(path: str | Path) -> FleetRead:
    """Read a fleet file.

    Parameters
    ----------
    path : str or Path
        YAML with ``vessels`` and ``ports``; ``config/fleet.example.yaml`` shows it.

    Returns
    -------
    FleetRead
        The good vessels and ports, and what was wrong with the others.

    Raises
    ------
    RouteInputError
        If the file cannot be read, or no vessel in it can be used.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise RouteInputError(
            f"fleet file cannot be read: {path.name}: {error.strerror}"
        ) from error
    return load_fleet(data)


def load_fleet(data: bytes) -> FleetRead:
    """Read the content of a fleet file, as :func:`read_fleet` does.

    Raises
    ------
    RouteInputError
        If it is larger than 300 kB, no YAML in UTF-8, nested too deeply, or no vessel
        in it can be used.
    """
    return accept_fleet(load_yaml(data, what="fleet file", max_bytes=_MAX_BYTES))


def parse_fleet(document: object) -> Fleet:
    """Read a fleet given as plain lists and mappings, all of it or nothing.

    Raises
    ------
    RouteInputError
        Names every record that is wrong, with its field and value.
    """
    return accept_fleet(document).strict()


def accept_fleet(document: object) -> FleetRead:
    """Read a fleet given as plain lists and mappings.

    A port with a fault is left out, and with it every vessel that starts or ends
    there. A field that is not known refuses its record, since a limit with a slip in
    its name would be lost without a word.

    Parameters
    ----------
    document : mapping
        ``{"vessels": [...], "ports": [...]}`` with the fields of the fleet file.

    Returns
    -------
    FleetRead
        The good vessels and ports, and what was wrong with the others.

    Raises
    ------
    RouteInputError
        If the document is no mapping or no vessel in it can be used; every fault is
        named.
    """
    if not isinstance(document, Mapping):
        raise RouteInputError(
            f"fleet is {shown(document)}, expected a mapping with 'vessels' and 'ports'"
        )
    rejected: list[Rejected] = []
    Record("fleet", rejected).refuse_unknown(document, {"vessels", "ports"})
    harbours = Harbours(
        _records(document.get("ports"), "port", _MAX_PORTS, rejected), rejected
    )
    vessels: dict[str, FleetVessel] = {}
    for i, item in _records(document.get("vessels"), "vessel", _MAX_VESSELS, rejected):
        vessel = _vessel(i, item, vessels, harbours, rejected)
        if vessel is not None:
            vessels[vessel.name] = vessel
    if not vessels:
        raise RouteInputError(listed(rejected) or "fleet has no vessels")
    fleet = Fleet(tuple(vessels.values()), tuple(harbours.ports.values()))
    return FleetRead(fleet, tuple(rejected), tuple(harbours.notes))


def _records(
    value: object, what: str, most: int, rejected: list[Rejected]
) -> list[tuple[int, Mapping[Any, Any]]]:
    """Return the mappings of a list, numbered; what is none is noted."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise RouteInputError(f"'{what}s' is {shown(value)}, expected a list")
    if len(value) > most:
        raise RouteInputError(
            f"fleet has {len(value)} {what}s, expected {most} or less"
        )
    records = []
    for i, item in enumerate(value, start=1):
        if isinstance(item, Mapping):
            records.append((i, item))
        else:
            reason = f"expected a mapping, got {shown(item)}"
            rejected.append(Rejected(f"{what} {i}", "", shown(item), reason))
    return records


def _vessel(
    i: int,
    item: Mapping[Any, Any],
    before: Mapping[str, FleetVessel],
    harbours: Harbours,
    rejected: list[Rejected],
) -> FleetVessel | None:
    name = text_of(item.get("name"))
    record = Record(f"vessel {name or i}", rejected)
    if not name:
        record.refuse("name", item.get("name"), "expected a name of 1 to 80 letters")
    elif name in before:
        record.refuse("name", name, "which is given twice; the first is used")
    record.refuse_unknown(item, _VESSEL_FIELDS)
    needed = {
        field: record.number(field, item.get(field), least=least, most=most)
        for field, (least, most) in _NEEDED.items()
    }
    needed["cost_per_h"] = record.number(
        "cost_per_h", item.get("cost_per_h", 0.0), most=1e7
    )
    optional = {
        field: record.number(field, item[field], least=least, most=most)
        for field, (least, most) in _OPTIONAL.items()
        if item.get(field) is not None
    }
    shift_start = None
    if item.get("shift_start") is not None:
        shift_start = record.time_of_day("shift_start", item["shift_start"])
    start = harbours.place(record, "start", item.get("start"))
    end = start
    if item.get("end") is not None:
        end = harbours.place(record, "end", item["end"])
    if start is None or end is None or not record.is_good:
        return None
    return FleetVessel(
        name=name,
        start=start,
        end=end,
        shift_start=shift_start,
        **needed,
        **optional,
    )
