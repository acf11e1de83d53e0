"""Fuel, CO2 and working time of a vessel, with the figures they rest on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import RouteInputError
from core.routing.fleet import FleetVessel
from core.units import KM_PER_NAUTICAL_MILE

__all__ = [
    "CO2_KG_PER_KG_FUEL",
    "FUEL_DENSITY_KG_PER_L",
    "CollectionModel",
    "co2_kg",
    "collect_fuel_l_per_h",
    "transit_fuel_l_per_h",
]

#: Carbon factor of diesel and gas oil. IMO, "2018 Guidelines on the method of
#: calculation of the attained EEDI", resolution MEPC.308(73), 2.2.1: 3.206 t CO2 a t.
CO2_KG_PER_KG_FUEL = 3.206
#: Assumption: marine gas oil lies between about 0.845 and 0.890 kg/l (the latter is
#: the most ISO 8217 allows for DMA at 15 degrees C); the middle is taken, within 3 %.
FUEL_DENSITY_KG_PER_L = 0.8675


def co2_kg(fuel_l: float) -> float:
    """CO2 from burning marine gas oil."""
    return fuel_l * FUEL_DENSITY_KG_PER_L * CO2_KG_PER_KG_FUEL


def collect_fuel_l_per_h(vessel: FleetVessel) -> float:
    """Fuel burnt with the gear out; as in transit when the fleet does not say."""
    own = vessel.collect_fuel_l_per_h
    return vessel.fuel_l_per_h if own is None else own


def transit_fuel_l_per_h(vessel: FleetVessel, speed_kn: float | None = None) -> float:
    """Fuel burnt in transit at a speed through calm water, by the propeller law.

    Power, and with it fuel an hour, goes with the cube of the speed. The fleet's
    figure holds at its planned speed; the same engine power in waves burns the same
    an hour and brings the vessel less far.

    Parameters
    ----------
    vessel : FleetVessel
        The vessel.
    speed_kn : float, optional
        Speed through the water, at most the planned one; the planned one when not
        given.

    Raises
    ------
    RouteInputError
        If the speed is not above zero or more than planned: what the engine can give
        beyond that is not known.

    References
    ----------
    .. [1] IMO, "Fourth IMO Greenhouse Gas Study 2020", section 2.2: demand for main
       engine power goes with the cube of the speed.
    """
    if speed_kn is None:
        return vessel.fuel_l_per_h
    if not 0.0 < speed_kn <= vessel.speed_kn:
        raise RouteInputError(
            f"vessel {vessel.name}: speed is {speed_kn:g} kn, expected above 0 and at "
            f"most the planned {vessel.speed_kn:g} kn"
        )
    return vessel.fuel_l_per_h * (speed_kn / vessel.speed_kn) ** 3


@dataclass(frozen=True)
class CollectionModel:
    """How long a vessel works to take a mass aboard.

    A vessel sweeps ``collect_speed x sweep_width`` of sea an hour; at a patch that
    holds ``patch_density_kg_km2`` it meets that much debris an hour and keeps the
    share ``gear_efficiency``. Setting and hauling the gear comes on top.

    Parameters
    ----------
    patch_density_kg_km2 : float
        Debris in a patch worth a stop. Assumption: windrows and patches hold far
        more than the mean of the sea around them; nobody measured yours.
    gear_efficiency : float
        Share of the debris met that ends in the hold. Assumption.
    set_and_haul_h : float
        Hours to set and haul the gear at each stop. Assumption.
    """

    patch_density_kg_km2: float = 1_000.0
    gear_efficiency: float = 0.8
    set_and_haul_h: float = 0.5

    def rate_kg_per_h(self, vessel: FleetVessel) -> float:
        """Mass a vessel takes aboard in an hour with the gear out."""
        speed_km_h = vessel.collect_speed_kn * KM_PER_NAUTICAL_MILE
        swept_km2_h = speed_km_h * vessel.sweep_width_m / 1000.0
        return swept_km2_h * self.patch_density_kg_km2 * self.gear_efficiency

    def service_h(
        self, vessel: FleetVessel, mass_kg: npt.ArrayLike
    ) -> npt.NDArray[np.float64]:
        """Hours at a stop for masses, setting and hauling included."""
        work = np.asarray(mass_kg, dtype=np.float64) / self.rate_kg_per_h(vessel)
        return self.set_and_haul_h + work

    def sentences(self) -> tuple[str, ...]:
        """Say what is assumed, for the plan's notes."""
        return (
            f"Assumed: a patch holds {self.patch_density_kg_km2:g} kg/km2, the gear "
            f"keeps {self.gear_efficiency:.0%} of it, setting and hauling take "
            f"{self.set_and_haul_h:g} h a stop.",
            f"Assumed: fuel weighs {FUEL_DENSITY_KG_PER_L:g} kg/l; 1 kg gives "
            f"{CO2_KG_PER_KG_FUEL:g} kg CO2 (IMO MEPC.308(73)). Collecting burns what "
            "transit burns unless the fleet says otherwise; none is counted in port.",
        )
