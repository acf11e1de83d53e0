"""The fleet: vessels, and the ports where they unload."""

from dataclasses import dataclass
from typing import Any

__all__ = ["Fleet", "FleetVessel", "Place", "Port", "fleet_to_dict", "hour_of_day"]


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
    title : str
        Name for people, where ``name`` is a code.
    open : tuple of (str, str)
        From when until when it unloads, each day, ``HH:MM`` UTC; an end at or before
        its begin is on the next day. Always, when empty.
    """

    name: str
    lat: float
    lon: float
    unload_h: float = 0.0
    title: str = ""
    open: tuple[tuple[str, str], ...] = ()

    def open_hours(self) -> tuple[tuple[float, float], ...]:
        """Hours of the day it is open, UTC: begin in [0, 24), end after it."""
        spans = []
        for begin, end in self.open:
            from_h, until_h = hour_of_day(begin) % 24.0, hour_of_day(end)
            spans.append((from_h, until_h if until_h > from_h else until_h + 24.0))
        return tuple(sorted(spans))


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
    max_wave_m : float, optional
        Significant wave height above which it does not collect; no limit when not
        given.
    max_wind_m_s : float, optional
        Wind speed at 10 m above which it does not collect; no limit when not given.
    crew_hours_per_day : float, optional
        Hours of work on deck in 24 h; no limit when not given.
    shift_start : str, optional
        When the crew's day begins, ``HH:MM`` UTC.
    length_m : float, optional
        Length at the waterline.
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
    max_wave_m: float | None = None
    max_wind_m_s: float | None = None
    crew_hours_per_day: float | None = None
    shift_start: str | None = None
    length_m: float | None = None


@dataclass(frozen=True)
class Fleet:
    """Vessels and the ports they may use."""

    vessels: tuple[FleetVessel, ...]
    ports: tuple[Port, ...]

    def port(self, name: str) -> Port:
        """Port of a name that the fleet is known to hold."""
        return next(port for port in self.ports if port.name == name)


def hour_of_day(text: str) -> float:
    """Hours after midnight of a time ``HH:MM``, 0 to 24."""
    hours, minutes = text.split(":")
    return int(hours) + int(minutes) / 60.0


def fleet_to_dict(fleet: Fleet) -> dict[str, Any]:
    """Return a fleet as the plain document that a fleet file holds.

    Reading it back gives the same fleet.
    """
    return {
        "vessels": [_vessel_to_dict(vessel) for vessel in fleet.vessels],
        "ports": [_port_to_dict(port) for port in fleet.ports],
    }


def _vessel_to_dict(vessel: FleetVessel) -> dict[str, Any]:
    document = {
        name: value for name, value in vars(vessel).items() if value is not None
    }
    ends = {"start": _place_to_dict(vessel.start), "end": _place_to_dict(vessel.end)}
    return document | ends


def _place_to_dict(place: Place) -> dict[str, Any]:
    if place.port is not None:
        return {"port": place.port}
    return {"lat": place.lat, "lon": place.lon}


def _port_to_dict(port: Port) -> dict[str, Any]:
    names = {"locode": port.name, "name": port.title} if port.title else None
    document: dict[str, Any] = names or {"name": port.name}
    document |= {"lat": port.lat, "lon": port.lon, "unload_h": port.unload_h}
    if port.open:
        document["open"] = [list(span) for span in port.open]
    return document
