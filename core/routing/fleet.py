"""The fleet: vessels, the ports where they unload, and the file they come in."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import yaml

from core.errors import InputError, RouteInputError
from core.geo import check_position, normalise_lon

__all__ = ["Fleet", "FleetVessel", "Place", "Port", "parse_fleet", "read_fleet"]

_MAX_BYTES = 1_000_000
_MAX_NAME = 80
_VESSEL_NUMBERS = {
    "speed_kn": 60.0,
    "collect_speed_kn": 20.0,
    "sweep_width_m": 10_000.0,
    "hold_kg": 1e8,
    "endurance_h": 10_000.0,
    "fuel_l_per_h": 1e5,
}
_VESSEL_FIELDS = {*_VESSEL_NUMBERS, "name", "cost_per_h", "start", "end"}
_OPTIONAL_FIELDS = {"collect_fuel_l_per_h"}


@dataclass(frozen=True)
class Port:
    """Where holds are emptied and stores taken in.

    Parameters
    ----------
    name : str
        UN/LOCODE or name, as vessels refer to it.
    lat, lon : float
        WGS 84 degrees.
    unload_h : float
        Hours from mooring until the vessel can leave again.
    """

    name: str
    lat: float
    lon: float
    unload_h: float = 0.0


@dataclass(frozen=True)
class Place:
    """Where a vessel starts or ends: a port, or a position at sea."""

    lat: float
    lon: float
    port: str | None = None


@dataclass(frozen=True)
class FleetVessel:
    """A cleanup vessel.

    Parameters
    ----------
    name : str
        Unique in its fleet.
    speed_kn, collect_speed_kn : float
        Speed in transit and with the gear out.
    sweep_width_m : float
        Width the gear sweeps.
    hold_kg : float
        Debris the hold takes.
    endurance_h : float
        Hours at sea between two port calls.
    fuel_l_per_h : float
        Fuel burnt in transit.
    cost_per_h : float
        Cost of an hour at sea or in port, in the fleet's currency.
    start, end : Place
        Where the plan begins and ends for this vessel.
    collect_fuel_l_per_h : float, optional
        Fuel burnt with the gear out; as in transit when not given (an assumption).
    """

    name: str
    speed_kn: float
    collect_speed_kn: float
    sweep_width_m: float
    hold_kg: float
    endurance_h: float
    fuel_l_per_h: float
    cost_per_h: float
    start: Place
    end: Place
    collect_fuel_l_per_h: float | None = None


@dataclass(frozen=True)
class Fleet:
    """Vessels and the ports they may use."""

    vessels: tuple[FleetVessel, ...]
    ports: tuple[Port, ...]

    def port(self, name: str) -> Port:
        """Port of a name that the fleet is known to hold."""
        return next(port for port in self.ports if port.name == name)


def read_fleet(path: str | Path) -> Fleet:
    """Read a fleet file.

    Parameters
    ----------
    path : str or Path
        YAML with ``vessels`` and ``ports``; ``config/fleet.example.yaml`` shows it.

    Raises
    ------
    RouteInputError
        If the file cannot be read, or lists every record that is wrong.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise RouteInputError(f"fleet file is larger than 1 MB: {path.name}")
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RouteInputError(
            f"fleet file cannot be read: {path.name}: {error.strerror}"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise RouteInputError(
            f"fleet file is not YAML: {path.name}: {' '.join(str(error).split())}"
        ) from error
    return parse_fleet(document)


def parse_fleet(document: object) -> Fleet:
    """Check a fleet given as plain lists and mappings.

    Parameters
    ----------
    document : mapping
        ``{"vessels": [...], "ports": [...]}`` with the fields of the fleet file.

    Raises
    ------
    RouteInputError
        Lists every record that is wrong, with its field and value.
    """
    if not isinstance(document, Mapping):
        raise RouteInputError(
            "fleet is not a mapping with 'vessels' and 'ports', got "
            f"{type(document).__name__}"
        )
    problems: list[str] = []
    extra = sorted(str(key) for key in set(document) - {"vessels", "ports"})
    problems += [f"fleet: unknown field '{key[:_MAX_NAME]}'" for key in extra]
    ports = _ports(document.get("ports"), problems)
    vessels = _vessels(document.get("vessels"), ports, problems)
    if problems:
        raise RouteInputError("; ".join(problems))
    return Fleet(tuple(vessels), tuple(ports.values()))


def _records(value: object, what: str, problems: list[str]) -> list[Mapping[Any, Any]]:
    if value is None:
        value = []
    if not isinstance(value, list):
        problems.append(f"'{what}' is not a list, got {type(value).__name__}")
        return []
    records = []
    for i, item in enumerate(value, start=1):
        if isinstance(item, Mapping):
            records.append(item)
        else:
            problems.append(f"{what} {i} is not a mapping, got {item!r:.60}")
    return records


def _ports(value: object, problems: list[str]) -> dict[str, Port]:
    ports: dict[str, Port] = {}
    for i, record in enumerate(_records(value, "ports", problems), start=1):
        name = _text(record.get("locode", record.get("name")))
        label = f"port {name or i}"
        n_before = len(problems)
        if not name:
            problems.append(f"port {i}: no 'locode' or 'name'")
        elif name in ports:
            problems.append(f"{label}: name given twice")
        known = {"locode", "name", "lat", "lon", "unload_h"}
        _refuse_unknown(record, known, label, problems)
        place = _position(record, label, problems)
        unload = record.get("unload_h", 0.0)
        unload_h = _number(unload, label, "unload_h", 1000.0, problems, zero=True)
        if place and len(problems) == n_before:
            ports[name] = Port(name, place.lat, place.lon, unload_h)
    return ports


def _vessels(
    value: object, ports: dict[str, Port], problems: list[str]
) -> list[FleetVessel]:
    records = _records(value, "vessels", problems)
    if not records and not problems:
        problems.append("fleet has no vessels")
    vessels: list[FleetVessel] = []
    names: set[str] = set()
    for i, record in enumerate(records, start=1):
        name = _text(record.get("name"))
        label = f"vessel {name or i}"
        if not name:
            problems.append(f"vessel {i}: no 'name'")
        elif name in names:
            problems.append(f"{label}: name given twice")
        names.add(name)
        _refuse_unknown(record, _VESSEL_FIELDS | _OPTIONAL_FIELDS, label, problems)
        numbers = {
            field: _number(record.get(field), label, field, most, problems)
            for field, most in _VESSEL_NUMBERS.items()
        }
        cost = record.get("cost_per_h", 0.0)
        numbers["cost_per_h"] = _number(
            cost, label, "cost_per_h", 1e7, problems, zero=True
        )
        collect_fuel = record.get("collect_fuel_l_per_h")
        if collect_fuel is not None:
            collect_fuel = _number(
                collect_fuel, label, "collect_fuel_l_per_h", 1e5, problems
            )
        start = _place(record.get("start"), f"{label} start", ports, problems)
        last = record.get("end", record.get("start"))
        same = last == record.get("start")
        end = start if same else _place(last, f"{label} end", ports, problems)
        if start and end:
            vessels.append(
                FleetVessel(
                    name=name,
                    start=start,
                    end=end,
                    collect_fuel_l_per_h=collect_fuel,
                    **numbers,
                )
            )
    return vessels


def _refuse_unknown(
    record: Mapping[Any, Any], known: set[str], label: str, problems: list[str]
) -> None:
    for key in sorted(str(key) for key in set(record) - known):
        problems.append(f"{label}: unknown field '{key[:_MAX_NAME]}'")


def _text(value: object) -> str:
    """Return a name: printable, on one line, not too long; empty if it is none."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    text = str(value).strip()
    return text if text.isprintable() and len(text) <= _MAX_NAME else ""


def _number(
    value: object,
    label: str,
    field: str,
    most: float,
    problems: list[str],
    *,
    zero: bool = False,
) -> float:
    """Return a finite positive number, or note the problem and return NaN."""
    expected = f"a number {'from 0' if zero else 'above 0'} to {most:g}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        shown = "nothing" if value is None else f"{value!r:.60}"
        problems.append(f"{label}: {field} is {shown}, expected {expected}")
        return float("nan")
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if (
        not isfinite(number)
        or number > most
        or number < 0.0
        or (number == 0.0 and not zero)
    ):
        problems.append(f"{label}: {field} is {number:g}, expected {expected}")
        return float("nan")
    return number


def _position(
    record: Mapping[Any, Any], label: str, problems: list[str]
) -> Place | None:
    lat, lon = record.get("lat"), record.get("lon")
    for field, value in (("lat", lat), ("lon", lon)):
        if isinstance(value, bool) or not isinstance(value, int | float):
            shown = "nothing" if value is None else f"{value!r:.60}"
            problems.append(f"{label}: {field} is {shown}, expected degrees")
            return None
    try:
        check_position(lat=float(lat), lon=float(lon), record=label)  # type: ignore[arg-type]
    except InputError as error:
        problems.append(str(error))
        return None
    return Place(float(lat), float(normalise_lon(float(lon))))  # type: ignore[arg-type]


def _place(
    value: object, label: str, ports: dict[str, Port], problems: list[str]
) -> Place | None:
    if not isinstance(value, Mapping):
        problems.append(
            f"{label}: expected {{port: NAME}} or {{lat, lon}}, got {value!r:.60}"
        )
        return None
    if "port" not in value:
        _refuse_unknown(value, {"lat", "lon"}, label, problems)
        return _position(value, label, problems)
    _refuse_unknown(value, {"port"}, label, problems)
    name = _text(value["port"])
    if name not in ports:
        known = ", ".join(sorted(ports)) or "none"
        problems.append(
            f"{label}: port {value['port']!r:.60} is not under 'ports'; known: {known}"
        )
        return None
    port = ports[name]
    return Place(port.lat, port.lon, name)
