"""Hotspots: observations clustered into sites a vessel can be sent to.

Where an observation's category has no mass of its own, its count times the item mass
of the category stands in. The interval of a site's mass joins the exact Poisson
interval of each category's count with the bracket of its item mass: low times low and
high times high, added over categories. That is wider than either alone.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import gammaincinv

from core.errors import ObservationError
from core.geo import cell_area_km2, cell_of, cells_of
from core.observations import RECORD_DEBRIS_CODES, QualityFlag, category
from core.routing.clustering import cluster_positions, weighted_centre

__all__ = ["HOTSPOT_COLUMNS", "find_hotspots"]

FloatArray = npt.NDArray[np.float64]

#: Columns of the sites found, those of a sites file first.
HOTSPOT_COLUMNS = (
    "site",
    "lat",
    "lon",
    "mass_kg",
    "mass_kg_low",
    "mass_kg_high",
    "category",
    "n_items",
    "n_observations",
    "effort_km2",
    "basis",
    "simulated",
    "shares",
)
_UNIT = ["survey", "lat", "lon", "observed_at", "photo_sha256"]


def find_hotspots(
    observations: pd.DataFrame,
    *,
    radius_km: float = 5.0,
    max_extent_km: float = 20.0,
    min_mass_kg: float = 1.0,
    confidence: float = 0.9,
    cell_resolution: int = 7,
    scale_by_effort: bool = True,
    max_sites: int = 300,
) -> pd.DataFrame:
    """Cluster debris seen into sites, the heaviest first.

    Debris within ``radius_km`` of other debris joins its cluster (DBSCAN on the
    sphere, every observation a core point); a cluster wider than ``max_extent_km`` is
    cut, and its position is the mean weighted by mass. A single observation is a site
    when its mass suffices.

    Parameters
    ----------
    observations : DataFrame
        Observation frame; rows flagged as failed are left out.
    radius_km : float, default 5
        Reach of a neighbourhood.
    max_extent_km : float, default 20
        Largest distance within one site.
    min_mass_kg : float, default 1
        Lightest site worth listing.
    confidence : float, default 0.9
        Coverage of the count's interval; 0.9 spans the 5th to the 95th percentile.
    cell_resolution : int, default 7
        H3 cells (about 5 km2) that effort is spread over.
    scale_by_effort : bool, default True
        Where every observation of a site has an effort, the density seen in the
        searched part of its cells is taken for the whole cells (``basis`` says
        "density x area"). Otherwise, and where the search covered the cells more
        than once, see ``basis``: "items seen" is a lower bound of what is there.
    max_sites : int, default 300
        Most sites returned.

    Returns
    -------
    DataFrame
        Columns ``HOTSPOT_COLUMNS``; empty when nothing heavy enough was seen.
        ``shares`` holds a mapping of category to its share of the mass.

    Raises
    ------
    ObservationError
        If an option is out of range.
    """
    for name, value in (
        ("radius_km", radius_km),
        ("max_extent_km", max_extent_km),
        ("min_mass_kg", min_mass_kg),
    ):
        if not 0.0 < value < np.inf:
            raise ObservationError(f"{name} is {value}, expected above 0")
    if not 0.0 < confidence < 1.0:
        raise ObservationError(f"confidence is {confidence}, expected within (0, 1)")
    usable = observations[observations["quality_flag"] != int(QualityFlag.FAIL)]
    debris = usable["category"].isin(RECORD_DEBRIS_CODES) & (usable["count"] > 0)
    seen = usable[debris].reset_index(drop=True)
    if seen.empty:
        return pd.DataFrame(columns=list(HOTSPOT_COLUMNS))
    seen = seen.assign(
        cell=cells_of(lat=seen["lat"], lon=seen["lon"], resolution=cell_resolution),
        item_kg=_item_kg(seen),
    )
    effort_of = _effort_by_cell(usable, cell_resolution)
    labels = cluster_positions(
        seen[["lat", "lon"]].to_numpy(np.float64),
        radius_km=radius_km,
        max_extent_km=max_extent_km,
    )
    rows = [
        _site(members, effort_of, confidence, cell_resolution, scale_by_effort)
        for _, members in seen.groupby(labels)
    ]
    sites = pd.DataFrame(rows)
    sites = sites[sites["mass_kg"] >= min_mass_kg]
    sites = sites.sort_values(["mass_kg", "lat", "lon"], ascending=[False, True, True])
    sites = sites.head(max_sites).reset_index(drop=True)
    sites["site"] = [f"H{i:03d}" for i in range(1, len(sites) + 1)]
    return sites[list(HOTSPOT_COLUMNS)]


def _item_kg(seen: pd.DataFrame) -> FloatArray:
    """Mass of each row: its own where weighed, else count times item mass."""
    item_kg = {code: category(code).item_mass_kg for code in RECORD_DEBRIS_CODES}
    item = seen["category"].map(item_kg)
    stand_in = seen["count"].to_numpy(np.float64) * item.to_numpy(np.float64)
    own = seen["mass_kg"].to_numpy(np.float64)
    return np.asarray(np.where(np.isnan(own), stand_in, own))


def _effort_by_cell(usable: pd.DataFrame, resolution: int) -> dict[int, float]:
    """Area searched in each cell; several rows of one photo or stop count once."""
    units = usable.dropna(subset=["effort_km2"]).drop_duplicates(_UNIT)
    cells = cells_of(lat=units["lat"], lon=units["lon"], resolution=resolution)
    effort = pd.Series(units["effort_km2"].to_numpy(), index=cells)
    summed = effort.groupby(level=0).sum()
    return dict(zip(summed.index.tolist(), summed.tolist(), strict=True))


def _site(
    members: pd.DataFrame,
    effort_of: dict[int, float],
    confidence: float,
    resolution: int,
    scale_by_effort: bool,
) -> dict[str, object]:
    cells = members["cell"].unique()
    effort = sum(effort_of.get(int(cell), 0.0) for cell in cells)
    factor, basis = 1.0, "items seen"
    if scale_by_effort and effort > 0.0 and members["effort_km2"].notna().all():
        middle = members.iloc[0]
        name = cell_of(lat=middle["lat"], lon=middle["lon"], resolution=resolution)
        factor, basis = len(cells) * cell_area_km2(name) / effort, "density x area"
    mass = low = high = 0.0
    by_category: dict[str, float] = {}
    for code, rows in members.groupby("category"):
        kind = category(str(code))
        n = int(rows["count"].sum())
        kilograms = float(rows["item_kg"].sum())
        n_low, n_high = _poisson_interval(n, confidence)
        # A weighed item has no doubt about its mass, a counted one has the bracket.
        weighed = rows["mass_kg"].notna()
        known = float(rows.loc[weighed, "item_kg"].sum())
        counted = int(rows.loc[~weighed, "count"].sum())
        low += n_low / n * (known + counted * kind.item_mass_low_kg)
        high += n_high / n * (known + counted * kind.item_mass_high_kg)
        mass += kilograms
        by_category[str(code)] = kilograms
    weight = np.maximum(members["item_kg"].to_numpy(np.float64), 1e-9)
    lat, lon = weighted_centre(members[["lat", "lon"]].to_numpy(np.float64), weight)
    return {
        "lat": lat,
        "lon": lon,
        "mass_kg": mass * factor,
        "mass_kg_low": min(low, mass) * factor,
        "mass_kg_high": max(high, mass) * factor,
        "category": max(sorted(by_category), key=lambda code: by_category[code]),
        "n_items": int(members["count"].sum()),
        "n_observations": len(members),
        "effort_km2": effort if effort > 0.0 else float("nan"),
        "basis": basis,
        "simulated": bool(members["simulated"].any()),
        "shares": {c: kg / mass for c, kg in by_category.items()} if mass else {},
    }


def _poisson_interval(n: int, confidence: float) -> tuple[float, float]:
    """Exact interval of a Poisson mean (Garwood 1936), by the gamma quantile."""
    tail = (1.0 - confidence) / 2.0
    low = float(gammaincinv(n, tail)) if n else 0.0
    return low, float(gammaincinv(n + 1, 1.0 - tail))
