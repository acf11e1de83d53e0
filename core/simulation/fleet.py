"""The demo fleet and its ports; every figure of a vessel is an assumption."""

from dataclasses import asdict, dataclass

import yaml

__all__ = [
    "DEMO_PORTS",
    "DEMO_VESSELS",
    "SimulatedPort",
    "SimulatedVessel",
    "fleet_yaml",
]


@dataclass(frozen=True, kw_only=True)
class SimulatedPort:
    """A port by its approach: the position lies at sea on the bundled coastline."""

    locode: str
    name: str
    lat: float
    lon: float
    unload_h: float


@dataclass(frozen=True, kw_only=True)
class SimulatedVessel:
    """A cleanup vessel; units in the names, every figure an assumption.

    ``sweep_width_m`` is the opening between the ends of the towed barrier.
    """

    name: str
    port: str
    speed_kn: float
    collect_speed_kn: float
    sweep_width_m: float
    hold_kg: float
    endurance_h: float
    fuel_l_per_h: float
    cost_per_h: float


#: Positions of the harbour approaches (Natural Earth puts the quays on land). The
#: codes are those of UN/LOCODE; hours to unload are an assumption.
DEMO_PORTS: tuple[SimulatedPort, ...] = (
    SimulatedPort(
        locode="USHNL", name="Honolulu", lat=21.27, lon=-157.87, unload_h=6.0
    ),
    SimulatedPort(locode="USOGG", name="Kahului", lat=20.93, lon=-156.47, unload_h=4.0),
)

#: Assumptions, of the size of a supply vessel with a long barrier, a fishing vessel
#: with a boom, and a fast catamaran with a skimmer.
DEMO_VESSELS: tuple[SimulatedVessel, ...] = (
    SimulatedVessel(
        name="Kohola",
        port="USHNL",
        speed_kn=10.0,
        collect_speed_kn=1.5,
        sweep_width_m=220.0,
        hold_kg=5_000.0,
        endurance_h=110.0,
        fuel_l_per_h=115.0,
        cost_per_h=780.0,
    ),
    SimulatedVessel(
        name="Malolo",
        port="USHNL",
        speed_kn=11.0,
        collect_speed_kn=2.0,
        sweep_width_m=100.0,
        hold_kg=2_500.0,
        endurance_h=84.0,
        fuel_l_per_h=62.0,
        cost_per_h=430.0,
    ),
    SimulatedVessel(
        name="Opae",
        port="USOGG",
        speed_kn=15.0,
        collect_speed_kn=2.5,
        sweep_width_m=60.0,
        hold_kg=900.0,
        endurance_h=48.0,
        fuel_l_per_h=70.0,
        cost_per_h=310.0,
    ),
)


def fleet_yaml() -> str:
    """Return the demo fleet as a fleet file.

    Keys are those of ``python -m core schema fleet``; a first comment says that the
    fleet is simulated.
    """
    vessels = []
    for vessel in DEMO_VESSELS:
        entry = asdict(vessel)
        port = entry.pop("port")
        entry["start"] = {"port": port}
        entry["end"] = {"port": port}
        vessels.append(entry)
    body = yaml.safe_dump(
        {"vessels": vessels, "ports": [asdict(port) for port in DEMO_PORTS]},
        sort_keys=False,
    )
    return f"# Simulated fleet of the demo: every figure is an assumption.\n{body}"
