"""Loads: a site, or the parts of a site that fill more than one hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.routing.emissions import CollectionModel
from core.routing.fleet import FleetVessel

__all__ = ["Load", "service_hours", "split_sites"]

#: Loads one site is split into at most; what is beyond stays behind.
_MAX_LOADS = 24


@dataclass(frozen=True)
class Load:
    """A site, or the part of it that fills one hold.

    Attributes
    ----------
    row : int
        Row of the site among the sites of the plan.
    mass_kg, mass_kg_low, mass_kg_high : float
        Expected mass of the part and its interval.
    """

    row: int
    mass_kg: float
    mass_kg_low: float
    mass_kg_high: float


def split_sites(
    sites: pd.DataFrame,
    rows: Sequence[int],
    vessels: Sequence[FleetVessel],
    vessel_of: Mapping[str, str],
) -> list[Load]:
    """Split every site that fills more than one hold into equal loads.

    The smallest hold sets the load, so that every vessel can take part, unless that
    makes too many; then the next larger hold does. A site that one vessel alone may
    visit is split by the hold of that vessel.
    """
    names = sites["site"].tolist()
    figures = sites[["mass_kg", "mass_kg_low", "mass_kg_high"]].to_numpy(float)
    loads = []
    for row in rows:
        only = vessel_of.get(names[row])
        holds = sorted({v.hold_kg for v in vessels if only in (None, v.name)})
        mass, low, high = figures[row].tolist()
        n_loads = next(
            (ceil(mass / hold) for hold in holds if mass <= hold * _MAX_LOADS),
            _MAX_LOADS,
        )
        load_kg = min(mass / n_loads, holds[-1])
        share = load_kg / mass
        loads += [Load(row, load_kg, low * share, high * share)] * n_loads
    return loads


def service_hours(
    sites: pd.DataFrame,
    loads: Sequence[Load],
    vessels: Sequence[FleetVessel],
    model: CollectionModel,
) -> npt.NDArray[np.float64]:
    """Hours each vessel works at each load, (n_vessels, n_loads).

    Hours given for a site are shared among its loads by mass.
    """
    rows = [load.row for load in loads]
    mass = np.array([load.mass_kg for load in loads])
    given = sites["service_h"].to_numpy(float)[rows]
    whole = sites["mass_kg"].to_numpy(float)[rows]
    return np.stack(
        [
            np.where(np.isnan(given), model.service_h(v, mass), given * mass / whole)
            for v in vessels
        ]
    )
