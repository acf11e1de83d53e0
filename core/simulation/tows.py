"""Field tables of the simulated sea: net tows for microplastic, walks along beaches.

Microplastic lies where the larger debris lies, only smoother: its density is that of
the debris around the tow times a fixed number of pieces an item. What strands on a
beach is made of the same kinds as what floats. Both are counts of a negative binomial,
for field counts scatter more than chance alone would have them.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.simulation.parameters import ITEM_KINDS
from core.units import square_metres_to_square_km

if TYPE_CHECKING:
    from core.simulation.field import DebrisField
    from core.simulation.sea import SimulatedSea

__all__ = ["BEACH_CODES", "BEACH_SURVEY", "NET_SURVEY", "beach_walks", "net_tows"]

NET_SURVEY, BEACH_SURVEY = "Simulated net tows", "Simulated beach surveys"

#: Assumptions throughout. A thousand pieces an item is the ratio of the mean densities
#: of micro- and macroplastic in the garbage patch (Lebreton et al. 2018), rounded.
_PIECES_PER_ITEM = 1_000.0
_SPREAD_KM = 3.0
_NET_WIDTH_M, _TOW_KM = 0.6, 2.0
_MESH_MM, _LARGEST_MM = 0.5, 5.0
_LINES_KM = (12.0, 34.0, 56.0, 78.0)
_STATIONS_KM = (5.0, 13.0, 21.0, 29.0, 37.0, 45.0)
_FIRST_TOW_H, _LINE_H, _STATION_H = 40.0, 12.0, 1.5
#: Shape of the gamma law that the density of a place is multiplied by.
_SHAPE = 2.0

#: Beaches of the windward coast of Oahu, by their place alone.
_BEACHES: tuple[tuple[float, float], ...] = (
    (21.697, -157.953),
    (21.646, -157.916),
    (21.553, -157.847),
    (21.402, -157.737),
    (21.328, -157.682),
)
_WALKS_H = (-2_208.0, 72.0)  # June and September, by day
_WALK_M = 100.0
_ITEMS_PER_WALK = 60.0
#: Item of the TSG-ML list that each kind of litter is written down as.
BEACH_CODES = {"bottle": "G7", "bag": "G3", "net": "G53", "can": "G175"}


def net_tows(sea: "SimulatedSea") -> pd.DataFrame:
    """Tow a net at stations on four lines and count the microplastic in it.

    Returns
    -------
    DataFrame
        Raw rows for ``core.observations.measurement_checks.make_measurements``; a tow
        that caught nothing is a row with count 0.
    """
    rng = np.random.default_rng([sea.seed, 3])
    effort_km2 = square_metres_to_square_km(_NET_WIDTH_M * _TOW_KM * 1_000.0)
    rows: list[dict[str, object]] = []
    y = np.array(_STATIONS_KM)
    now = sea.truth
    for line, x_km in enumerate(_LINES_KM):
        start_h = _FIRST_TOW_H + line * _LINE_H
        now = now.at(start_h, sea.current)  # onward from the last line, not from 0
        x = np.full(len(y), x_km)
        per_km2 = _PIECES_PER_ITEM * _items_per_km2(now, x, y)
        counts = _scattered(per_km2 * effort_km2, rng)
        lat, lon = now.area.lat_lon(x_km=x, y_km=y)
        for station, count in enumerate(counts):
            moment = sea.reference_at + timedelta(hours=start_h + station * _STATION_H)
            rows.append(
                {
                    "survey": NET_SURVEY,
                    "event": f"tow {len(rows) + 1:02d}",
                    "lat": round(float(lat[station]), 5),
                    "lon": round(float(lon[station]), 5),
                    "observed_at": moment.isoformat(),
                    "quantity": "items_per_km2",
                    "medium": "sea_surface",
                    "category": "plastic",
                    "size_class": f"{_MESH_MM:g} to {_LARGEST_MM:g} mm",
                    "size_min_mm": _MESH_MM,
                    "size_max_mm": _LARGEST_MM,
                    "count": int(count),
                    "effort": effort_km2,
                    "method": f"manta net, {_NET_WIDTH_M:g} m wide, towed "
                    f"{_TOW_KM:g} km",
                    "source": "Simulated sea of Gyre",
                    "simulated": True,
                }
            )
    return pd.DataFrame(rows)


def _items_per_km2(
    field: "DebrisField",
    x_km: npt.NDArray[np.float64],
    y_km: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Density of debris smoothed by a Gaussian kernel of ``_SPREAD_KM``."""
    x, y = field.x_km[field.is_debris], field.y_km[field.is_debris]
    squared = (x_km[:, None] - x) ** 2 + (y_km[:, None] - y) ** 2
    weights = np.exp(-squared / (2.0 * _SPREAD_KM**2))
    return np.asarray(weights.sum(axis=1) / (2.0 * np.pi * _SPREAD_KM**2))


def beach_walks(sea: "SimulatedSea") -> pd.DataFrame:
    """Walk 100 m of five beaches twice and count the litter by its item code.

    Shares of the kinds are those of the debris afloat; wood and weed are no litter.

    Returns
    -------
    DataFrame
        Raw rows for ``make_measurements``, one a walk and code, also for count 0.
    """
    rng = np.random.default_rng([sea.seed, 4])
    afloat = np.bincount(sea.truth.kind, minlength=len(ITEM_KINDS))
    kinds = [k for k, kind in enumerate(ITEM_KINDS) if kind.name in BEACH_CODES]
    shares = afloat[kinds] / afloat[kinds].sum()
    rows: list[dict[str, object]] = []
    for beach, (lat, lon) in enumerate(_BEACHES):
        for walk, hours in enumerate(_WALKS_H):
            moment = sea.reference_at + timedelta(hours=hours + 2.0 * beach)
            factor = rng.gamma(_SHAPE, 1.0 / _SHAPE)
            counts = rng.poisson(shares * _ITEMS_PER_WALK * factor)
            rows.extend(
                {
                    "survey": BEACH_SURVEY,
                    "event": f"beach {beach + 1}, walk {walk + 1}",
                    "lat": lat,
                    "lon": lon,
                    "observed_at": moment.isoformat(),
                    "quantity": "items_per_100m",
                    "medium": "shore",
                    "category": ITEM_KINDS[kind].category,
                    "item_list": "TSG-ML",
                    "item_code": BEACH_CODES[ITEM_KINDS[kind].name],
                    "count": int(count),
                    "effort": _WALK_M,
                    "method": f"walk of {_WALK_M:g} m",
                    "source": "Simulated sea of Gyre",
                    "simulated": True,
                }
                for kind, count in zip(kinds, counts, strict=True)
            )
    return pd.DataFrame(rows)


def _scattered(
    mean: npt.NDArray[np.float64], rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    factor = rng.gamma(_SHAPE, 1.0 / _SHAPE, len(mean))
    return np.asarray(rng.poisson(mean * factor))
