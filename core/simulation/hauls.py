"""Past cleanup trips, each sailed in the simulated sea.

Every week has its own field about the same fronts: patches form and dissolve within
days (assumption). Before each trip a drone samples the patches, which gives a mass with
a sampling error; the vessel takes patches in the order of promised kg per hour until
its endurance or hold is used up; then the trip is sailed: weather slows it, the patch
has drifted, and a swept path meets items by the random search formula [1]_.

References
----------
.. [1] B. O. Koopman, "The theory of search II: target detection", Operations Research
   4 (1956) 503-531: a random path that sweeps the area ``s`` in an area ``A`` meets a
   share ``1 - exp(-s / A)``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.geo import great_circle_distance_km
from core.simulation.current import DoubleGyre
from core.simulation.field import Area, DebrisField, scatter_debris
from core.simulation.fleet import DEMO_PORTS, DEMO_VESSELS, SimulatedVessel
from core.simulation.parameters import ITEM_KINDS
from core.units import knots_to_km_per_hour

__all__ = ["HAUL_COLUMNS", "sail_hauls"]

#: The haul frame of ``core.efficiency``.
HAUL_COLUMNS: tuple[str, ...] = (
    "haul_id",
    "vessel",
    "started_at",
    "ended_at",
    "site",
    "planned_kg",
    "hauled_kg",
    "hours",
    "fuel_l",
    "cost",
    "distance_km",
    "simulated",
)

#: Assumptions: share of met items that the barrier keeps; passes a plan allows for a
#: patch, as swept area over patch area; area sampled a patch before the trip.
RETENTION = 0.8
PLANNED_PASSES = 1.0
SAMPLED_KM2 = 0.03
#: Age of the drone's picture when the vessel reaches the patch, and the share of the
#: patch's drift that must be searched for again.
PICTURE_AGE_H = 30.0
#: Towing burns less than sailing (assumption).
TOWING_FUEL_SHARE = 0.6
_TURNAROUND_H = 18.0
#: Share of a Gaussian patch within two standard deviations, which is its area.
_CORE_SHARE = 1.0 - float(np.exp(-2.0))
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Week:
    """The field of one week, what was promised of it, and the weather."""

    field: DebrisField
    promised_kg: FloatArray
    drift_km: FloatArray
    wave_m: float


def sail_hauls(
    area: Area,
    *,
    current: DoubleGyre,
    first_monday: datetime,
    weeks: int,
    seed: int,
) -> pd.DataFrame:
    """Sail the fleet's trips of some weeks.

    Parameters
    ----------
    area : Area
        Where the debris floats.
    current : DoubleGyre
        What moves the debris between the drone's picture and the vessel's arrival.
    first_monday : datetime
        Start of the first week, UTC.
    weeks : int
        Number of weeks.
    seed : int
        Same seed, same trips.

    Returns
    -------
    DataFrame
        One row a trip, columns `HAUL_COLUMNS`.
    """
    rows: list[dict[str, object]] = []
    free_at = {vessel.name: first_monday for vessel in DEMO_VESSELS}
    wave_m = 1.6
    for number in range(weeks):
        rng = np.random.default_rng([seed, 77, number])
        # Trade-wind sea: an autoregressive week-to-week mean about 1.7 m (assumption).
        wave_m = float(
            np.clip(1.7 + 0.6 * (wave_m - 1.7) + rng.normal(0, 0.4), 0.6, 3.6)
        )
        week = _new_week(area, current=current, wave_m=wave_m, rng=rng)
        monday = first_monday + timedelta(weeks=number)
        taken: set[int] = set()
        for vessel in DEMO_VESSELS:
            departure = max(
                free_at[vessel.name],
                monday + timedelta(hours=float(rng.integers(5, 30))),
            )
            sites = _choose(week, vessel, taken)
            if not sites:
                continue
            taken.update(sites)
            row, hours = _sail(week, vessel, sites, departure=departure, rng=rng)
            row["haul_id"] = f"sim-{departure:%Y%m%d}-{vessel.name.lower()}"
            rows.append(row)
            free_at[vessel.name] = departure + timedelta(hours=hours + _TURNAROUND_H)
    frame = pd.DataFrame(rows)[list(HAUL_COLUMNS)]
    for column in ("started_at", "ended_at"):
        frame[column] = pd.to_datetime(frame[column], utc=True).astype(
            "datetime64[us, UTC]"
        )
    return frame


def _new_week(
    area: Area, *, current: DoubleGyre, wave_m: float, rng: np.random.Generator
) -> _Week:
    field = scatter_debris(area, rng=rng)
    patches = field.patches
    core = _items_in_cores(field)
    density = core / patches.area_km2
    counted = rng.poisson(density * SAMPLED_KM2)
    shares = np.array([kind.share for kind in ITEM_KINDS if kind.category != "biota"])
    masses = np.array(
        [kind.mean_mass_kg for kind in ITEM_KINDS if kind.category != "biota"]
    )
    mean_mass = float((shares * masses).sum() / shares.sum())
    promised = counted / SAMPLED_KM2 * patches.area_km2 * mean_mass
    x, y = current.advect(
        x_km=patches.x_km, y_km=patches.y_km, start_h=0.0, end_h=PICTURE_AGE_H
    )
    drift = np.hypot(x - patches.x_km, y - patches.y_km)
    return _Week(field=field, promised_kg=promised, drift_km=drift, wave_m=wave_m)


def _items_in_cores(field: DebrisField) -> FloatArray:
    """Expect the debris items within two standard deviations of each centre."""
    of_patch = (field.patch >= 0) & field.is_debris
    inside = np.bincount(field.patch[of_patch], minlength=len(field.patches))
    return np.asarray(inside * _CORE_SHARE)


def _sweep_km2_per_h(vessel: SimulatedVessel) -> float:
    return knots_to_km_per_hour(vessel.collect_speed_kn) * vessel.sweep_width_m / 1000.0


def _towing_h(week: _Week, vessel: SimulatedVessel, site: int) -> float:
    area = float(week.field.patches.area_km2[site])
    return PLANNED_PASSES * area / _sweep_km2_per_h(vessel)


def _choose(week: _Week, vessel: SimulatedVessel, taken: set[int]) -> list[int]:
    """Take patches by promised kg per hour while endurance and hold allow it."""
    expected = week.promised_kg * RETENTION * (1.0 - np.exp(-PLANNED_PASSES))
    speed = knots_to_km_per_hour(vessel.speed_kn)
    distances = _distances(week.field, vessel)
    position, used_h, load = 0, 0.0, 0.0
    sites: list[int] = []
    while True:
        best, best_rate = None, 0.0
        for site in range(len(week.field.patches)):
            if site in taken or site in sites:
                continue
            out_h = distances[position, site + 1] / speed
            work_h = _towing_h(week, vessel, site)
            back_h = distances[site + 1, 0] / speed
            if used_h + out_h + work_h + back_h > 0.9 * vessel.endurance_h:
                continue
            if load + expected[site] > vessel.hold_kg:
                continue
            rate = expected[site] / (out_h + work_h)
            if rate > best_rate:
                best, best_rate = site, rate
        if best is None:
            return sites
        used_h += distances[position, best + 1] / speed
        used_h += _towing_h(week, vessel, best)
        load += expected[best]
        sites.append(best)
        position = best + 1


def _distances(field: DebrisField, vessel: SimulatedVessel) -> FloatArray:
    """Sea distances between the vessel's port (row 0) and the patches."""
    patches = field.patches
    lat, lon = field.area.lat_lon(x_km=patches.x_km, y_km=patches.y_km)
    gate_lat, gate_lon, gate_km = _gate(vessel.port, field.area)
    n = len(patches)
    table = np.zeros((n + 1, n + 1))
    table[1:, 1:] = great_circle_distance_km(
        lat1=lat[:, None], lon1=lon[:, None], lat2=lat[None, :], lon2=lon[None, :]
    )
    to_gate = great_circle_distance_km(lat1=lat, lon1=lon, lat2=gate_lat, lon2=gate_lon)
    table[0, 1:] = table[1:, 0] = gate_km + to_gate
    return table


@cache
def _gate(locode: str, area: Area) -> tuple[float, float, float]:
    """Last turning point of the way from a port to the area, and its distance."""
    from core.routing import SeaNetwork  # the planner's libraries take seconds

    port = next(port for port in DEMO_PORTS if port.locode == locode)
    lat, lon = area.lat_lon(x_km=area.width_km / 2, y_km=area.height_km / 2)
    network = SeaNetwork(lat=[port.lat, float(lat)], lon=[port.lon, float(lon)])
    turns = network.waypoints(0, 1)
    gate = turns[-2]
    last_km = float(
        great_circle_distance_km(
            lat1=gate[0], lon1=gate[1], lat2=float(lat), lon2=float(lon)
        )
    )
    return float(gate[0]), float(gate[1]), float(network.distance_km[0, 1]) - last_km


def _sail(
    week: _Week,
    vessel: SimulatedVessel,
    sites: list[int],
    *,
    departure: datetime,
    rng: np.random.Generator,
) -> tuple[dict[str, object], float]:
    """Sail one trip in the true field and weigh what came aboard."""
    distances = _distances(week.field, vessel)
    # Each metre of sea above 1 m costs a tenth of the speed (assumption).
    wave_m = float(np.clip(week.wave_m + rng.normal(0.0, 0.4), 0.4, 4.5))
    slowed = 1.0 - 0.1 * max(0.0, wave_m - 1.0)
    speed = knots_to_km_per_hour(vessel.speed_kn) * slowed
    debris = week.field.is_debris
    hauled = sailing_h = towing_h = km = waiting_h = 0.0
    position = 0
    for site in sites:
        search_km = week.drift_km[site] * rng.uniform(0.3, 1.0)
        leg = distances[position, site + 1] + search_km
        sailing_h += leg / speed
        km += leg
        # Above 2.5 m the barrier comes in until the sea goes down (assumption).
        if wave_m > 2.5:
            waiting_h += float(rng.uniform(2.0, 8.0))
        work_h = _towing_h(week, vessel, site)
        towing_h += work_h
        km += work_h * knots_to_km_per_hour(vessel.collect_speed_kn) * slowed
        swept = work_h * _sweep_km2_per_h(vessel) * slowed
        met = 1.0 - np.exp(-swept / float(week.field.patches.area_km2[site]))
        items = np.flatnonzero((week.field.patch == site) & debris)
        core = rng.random(len(items)) < _CORE_SHARE * met * RETENTION
        hauled += float(week.field.mass_kg[items[core]].sum())
        position = site + 1
        if hauled >= vessel.hold_kg:
            hauled = vessel.hold_kg
            break
    leg = distances[position, 0]
    km += leg
    sailing_h += leg / speed
    hours = sailing_h + towing_h + waiting_h
    expected = week.promised_kg[sites] * RETENTION * (1.0 - np.exp(-PLANNED_PASSES))
    fuel = vessel.fuel_l_per_h * (
        sailing_h + TOWING_FUEL_SHARE * towing_h + 0.15 * waiting_h
    )
    row: dict[str, object] = {
        "vessel": vessel.name,
        "started_at": departure,
        "ended_at": departure + timedelta(seconds=round(hours * 3600)),
        "site": " ".join(f"P{site + 1:02d}" for site in sites),
        "planned_kg": round(float(expected.sum()), 1),
        "hauled_kg": round(hauled, 1),
        "hours": round(hours, 2),
        "fuel_l": round(fuel, 1),
        "cost": round(vessel.cost_per_h * hours, 0),
        "distance_km": round(km, 1),
        "simulated": True,
    }
    return row, hours
