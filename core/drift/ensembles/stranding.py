"""The chance that debris strands, by coast segment, with exact intervals.

References
----------
.. [1] C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial limits
   illustrated in the case of the binomial", Biometrika 26 (1934) 404-413.
"""

import json
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.special import betaincinv

from core.drift.ensembles.coast_segments import (
    DEFAULT_SEGMENT_KM,
    Coast,
    coast_segments,
)
from core.drift.ensembles.plane import split_at_180
from core.drift.ensembles.regions import drawn_members
from core.errors import InputError

__all__ = [
    "ANY_COAST",
    "NO_COAST",
    "STRANDING_COLUMNS",
    "BinomialInterval",
    "binomial_interval",
    "stranding",
    "stranding_geojson",
]

#: Columns of the frame of stranding chances, in order.
STRANDING_COLUMNS = (
    "seed",
    "segment",
    "lat",
    "lon",
    "length_km",
    "n_stranded",
    "n_members",
    "n_out",
    "probability",
    "low",
    "high",
    "first_arrival",
    "median_arrival",
    "expected_kg",
    "distance_km",
)
#: Name of the row that sums up every coast, and of the row for members that stranded on
#: land of the forcing with no bundled coast within 60 km.
ANY_COAST, NO_COAST = "any", "none"

FloatArray = npt.NDArray[np.float64]


class BinomialInterval(NamedTuple):
    """A share with its interval."""

    share: FloatArray
    low: FloatArray
    high: FloatArray


def binomial_interval(
    k: npt.ArrayLike, n: npt.ArrayLike, confidence: float = 0.95
) -> BinomialInterval:
    """Share ``k / n`` with its exact interval.

    Parameters
    ----------
    k, n : array_like of int
        Hits and draws; ``0 <= k <= n``, ``n`` at least 1.
    confidence : float, default 0.95
        Least coverage of the two-sided interval, in (0, 1).

    Raises
    ------
    InputError
        If a count is out of range or the confidence outside (0, 1).

    Examples
    --------
    >>> low, high = (float(x) for x in binomial_interval(4, 20)[1:])
    >>> round(low, 4), round(high, 4)
    (0.0573, 0.4366)
    """
    hits, draws = np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if not 0.0 < confidence < 1.0:
        raise InputError(f"confidence {confidence} outside (0, 1)")
    if not np.all((hits >= 0) & (hits <= draws) & (draws >= 1)):
        raise InputError(f"expected 0 <= k <= n and n >= 1, got k {hits}, n {draws}")
    tail = (1.0 - confidence) / 2.0
    none, every = hits == 0, hits == draws
    low = betaincinv(np.where(none, 1, hits), draws - hits + 1, tail)
    high = betaincinv(hits + 1, np.where(every, 1, draws - hits), 1.0 - tail)
    return BinomialInterval(
        hits / draws, np.where(none, 0.0, low), np.where(every, 1.0, high)
    )


def stranding(
    frame: pd.DataFrame,
    *,
    seeds: pd.DataFrame | None = None,
    segment_km: float = DEFAULT_SEGMENT_KM,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Chance of stranding by coast segment, for each seed.

    The chance is the share of all drawn members (member 0 left out) that strand within
    the run. What becomes of a member that left the area is not known; it counts as not
    stranded and in ``n_out``, so with many of them the chance is a lower bound.

    Parameters
    ----------
    frame : DataFrame
        An ensemble, as ``run_ensemble`` gives it. Of a run backward in time this is
        the chance that the debris came from that coast.
    seeds : DataFrame, optional
        Accepted seeds, for their ``mass_kg``.
    segment_km : float, default 10
        Length of the coast segments.
    confidence : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        Columns ``STRANDING_COLUMNS``: for each seed a row ``any`` for every coast
        together, then each segment reached, most probable first. Arrivals are the
        output hour at which members first lie stranded: the earliest, and the median
        over those that strand. ``expected_kg`` is the seed's mass times the chance;
        ``distance_km`` the mean distance from where members stranded (the coast of the
        forcing) to the segment (the bundled coast).
    """
    drawn = drawn_members(frame)
    ends = _stranded(drawn)
    index, distance = np.zeros(0, dtype=np.int64), np.zeros(0)
    coast: Coast | None = None
    if len(ends):
        coast = coast_segments(segment_km)
        index, distance = coast.nearest(
            lat=ends["lat"].to_numpy(), lon=ends["lon"].to_numpy()
        )
    ends = ends.assign(index=index, distance_km=distance)
    mass = (
        {} if seeds is None else dict(zip(seeds["seed"], seeds["mass_kg"], strict=True))
    )
    members = drawn.groupby("seed", sort=True)["member"].nunique()
    gone = drawn[(drawn["status"] == "out_of_domain").to_numpy()]
    n_out = gone.groupby("seed")["member"].nunique()
    ashore: dict[Any, pd.DataFrame] = dict(iter(ends.groupby("seed")))
    records: list[dict[str, Any]] = []
    for seed, n_members in members.items():
        base = {"seed": seed, "n_members": n_members, "n_out": int(n_out.get(seed, 0))}
        mine = ashore.get(seed, ends.iloc[:0])
        records.append(base | _arrival(mine) | {"segment": ANY_COAST})
        parts = [
            base | _arrival(part) | _place(int(str(at)), part, coast)
            for at, part in mine.groupby("index")
        ]
        records += sorted(parts, key=lambda row: (-row["n_stranded"], row["segment"]))
    found = pd.DataFrame(records)
    for name in STRANDING_COLUMNS:
        if name not in found:
            found[name] = np.nan
    share = binomial_interval(
        found["n_stranded"].to_numpy(), found["n_members"].to_numpy(), confidence
    )
    found["probability"], found["low"], found["high"] = share
    found["expected_kg"] = found["seed"].map(mass).astype(float) * found["probability"]
    return found[list(STRANDING_COLUMNS)]


def _stranded(drawn: pd.DataFrame) -> pd.DataFrame:
    """First row of each member that strands: where and when."""
    on_shore = drawn[(drawn["status"] == "stranded").to_numpy()]
    order = on_shore["hour"].abs().sort_values(kind="stable").index
    return on_shore.loc[order].drop_duplicates(["seed", "member"])


def _arrival(part: pd.DataFrame) -> dict[str, Any]:
    if part.empty:
        return {"n_stranded": 0, "first_arrival": pd.NaT, "median_arrival": pd.NaT}
    ordered = part.sort_values("hour", key=abs)["time"]
    return {
        "n_stranded": len(part),
        "first_arrival": ordered.iloc[0],
        "median_arrival": ordered.median(),
    }


def _place(index: int, part: pd.DataFrame, coast: Coast | None) -> dict[str, Any]:
    if index < 0 or coast is None:
        return {
            "segment": NO_COAST,
            "lat": float(part["lat"].mean()),
            "lon": float(part["lon"].iloc[0]),
        }
    row = coast.frame.iloc[index]
    return {
        "segment": row["segment"],
        "lat": float(row["lat"]),
        "lon": float(row["lon"]),
        "length_km": float(row["length_km"]),
        "distance_km": float(part["distance_km"].mean()),
    }


def stranding_geojson(
    found: pd.DataFrame, *, segment_km: float = DEFAULT_SEGMENT_KM
) -> dict[str, Any]:
    """Coast segments with their chance as a GeoJSON FeatureCollection of lines."""
    features = []
    coast = coast_segments(segment_km)
    rows = dict(zip(coast.frame["segment"], range(len(coast.frame)), strict=True))
    for row in found.to_dict("records"):
        index = rows.get(row["segment"])
        if index is None:
            continue
        line = shapely.LineString(np.round(coast.line(index)[:, ::-1], 5))
        properties: dict[str, Any] = {"kind": "stranding"}
        for key, value in row.items():
            if isinstance(value, pd.Timestamp):
                value = value.strftime("%Y-%m-%dT%H:%M:%SZ")
            properties[str(key)] = None if pd.isna(value) else value
        features.append(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": json.loads(shapely.to_geojson(split_at_180(line))),
            }
        )
    return {"type": "FeatureCollection", "features": features}
