"""Where an ensemble says the debris is: regions that hold it at a stated chance.

For each seed and hour the members are a sample of where the debris may be. A smoothed
density is laid over them and cut at the level that a *further* draw of the same law
would exceed with the stated chance. That level is a quantile of each member's density
as the other members give it, so smoothing neither widens nor narrows the region's
meaning: over many ensembles, the 90 % region holds 90 % of fresh draws, whatever the
shape of the cloud. The chance is that of the ensemble's own law; whether that law fits
the sea is what the skill against drifters tells.

References
----------
.. [1] R. J. Hyndman, "Computing and graphing highest density regions", American
   Statistician 50 (1996) 120-126.
.. [2] J. Lei, J. Robins, L. Wasserman, "Distribution-free prediction sets", J. American
   Statistical Association 108 (2013) 278-287: the quantile that makes it exact.
.. [3] D. W. Scott, "Multivariate density estimation" (1992): bandwidth n^(-1/6).
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import shapely.affinity
from shapely.geometry.base import BaseGeometry

from core.drift.ensembles.contour import area_above
from core.drift.ensembles.plane import Plane, mean_position
from core.errors import InputError

__all__ = [
    "MIN_MEMBERS",
    "REGION_COLUMNS",
    "drawn_members",
    "regions",
    "regions_geojson",
]

#: Columns of the frame of regions, in order.
REGION_COLUMNS = (
    "seed",
    "time",
    "hour",
    "level",
    "status",
    "area_km2",
    "lat",
    "lon",
    "n_members",
    "n_afloat",
    "n_stranded",
    "n_out",
    "geometry",
)
#: Fewest members in the area for a region. Below 1/(1-0.9) - 1 = 9 the 90 % level is
#: beyond the least dense member and would be a guess.
MIN_MEMBERS = 10
#: Members that shape the density; more add time, not information.
_MAX_KERNELS = 2000
#: Positions are not known better than this (assumption: a satellite fix and a photo's
#: footprint); a cloud all on one point is drawn as a disc of this radius.
_FLOOR_KM = 0.05
_REACH = 3.5
_NODES_PER_BANDWIDTH = 3.0
_MAX_NODES = 200

FloatArray = npt.NDArray[np.float64]


class _Cloud(NamedTuple):
    """Smoothed members on a grid, in coordinates where the cloud is round."""

    x: FloatArray
    y: FloatArray
    density: FloatArray
    left_out: FloatArray
    to_km: FloatArray


def drawn_members(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out member 0, which is the run without perturbation and no draw.

    A frame of member 0 alone is returned as it is.
    """
    drawn = frame["member"] > 0
    return frame[drawn] if drawn.any() else frame


def regions(
    frame: pd.DataFrame,
    *,
    levels: Sequence[float] = (0.5, 0.9),
    every_h: int = 1,
) -> pd.DataFrame:
    """Regions that hold the debris at each level, for each seed and hour.

    Parameters
    ----------
    frame : DataFrame
        An ensemble, as ``run_ensemble`` gives it. Stranded members count where they
        lie; members that left the area do not shape the region and are counted in
        ``n_out``, so with many of them it says only where the rest is.
    levels : sequence of float, default (0.5, 0.9)
        Chances in (0, 1).
    every_h : int, default 1
        Hours between regions.

    Returns
    -------
    DataFrame
        Columns ``REGION_COLUMNS``, rows by seed, time and level. ``lat, lon`` is the
        mean position; ``status`` is ``ok``; ``one_point`` (all members within 50 m: a
        disc of that radius); ``too_few`` (fewer than ``MIN_MEMBERS`` in the area: no
        region); or ``over_pole`` (area without polygon). ``geometry`` is a shapely
        polygon in degrees, cut at 180, or None.

    Raises
    ------
    InputError
        If a level is outside (0, 1).
    """
    wrong = [level for level in levels if not 0.0 < level < 1.0]
    if wrong or not levels:
        raise InputError(f"levels must lie between 0 and 1, got {list(levels)}")
    shown = drawn_members(frame)
    shown = shown[shown["hour"] % every_h == 0]
    # Columns are taken out once: slicing a frame for each of many seeds costs more
    # than the regions themselves.
    lat, lon = shown["lat"].to_numpy(), shown["lon"].to_numpy()
    time = shown["time"].reset_index(drop=True)
    is_out = (shown["status"] == "out_of_domain").to_numpy()
    is_stranded = (shown["status"] == "stranded").to_numpy()
    groups: dict[Any, Any] = dict(
        shown.groupby(["seed", "hour"], sort=True).indices.items()
    )
    records: list[dict[str, Any]] = []
    for (seed, hour), rows in groups.items():
        base = {
            "seed": seed,
            "time": time[rows[0]],
            "hour": hour,
            "n_members": len(rows),
            "n_afloat": int((~is_out[rows] & ~is_stranded[rows]).sum()),
            "n_stranded": int(is_stranded[rows].sum()),
            "n_out": int(is_out[rows].sum()),
        }
        inside = rows[~is_out[rows]]
        records += [
            base | found for found in _regions_of(lat[inside], lon[inside], levels)
        ]
    made = pd.DataFrame(records, columns=list(REGION_COLUMNS))
    return made.sort_values(["seed", "time", "level"], ignore_index=True)


def _regions_of(
    lats: FloatArray, lons: FloatArray, levels: Sequence[float]
) -> list[dict[str, Any]]:
    if len(lats) == 0:
        return [_found(level, "too_few", None, (np.nan, np.nan)) for level in levels]
    centre = mean_position(lat=lats, lon=lons)
    if len(lats) < MIN_MEMBERS:
        return [_found(level, "too_few", None, centre) for level in levels]
    plane = Plane(*centre)
    x, y = plane.to_km(lat=lats, lon=lons)
    if np.hypot(x, y).max() <= _FLOOR_KM:
        disc = shapely.Point(0.0, 0.0).buffer(_FLOOR_KM, quad_segs=16)
        return [_found(level, "one_point", disc, centre, plane) for level in levels]
    cloud = _cloud(np.column_stack([x, y])[:_MAX_KERNELS])
    return [
        _found(level, "ok", _region(cloud, level), centre, plane) for level in levels
    ]


def _found(
    level: float,
    status: str,
    area: BaseGeometry | None,
    centre: tuple[float, float],
    plane: Plane | None = None,
) -> dict[str, Any]:
    geometry = None
    if area is not None and plane is not None:
        if plane.holds_a_pole(area):
            status = "over_pole"
        else:
            geometry = plane.geometry_to_degrees(area)
    return {
        "level": level,
        "status": status,
        "area_km2": np.nan if area is None else float(area.area),
        "lat": centre[0],
        "lon": centre[1],
        "geometry": geometry,
    }


def _cloud(points: FloatArray) -> _Cloud:
    """Smooth points with a Gaussian kernel of the cloud's own shape."""
    n = len(points)
    centre = points.mean(axis=0)
    shape = np.linalg.cholesky(np.cov(points.T) + _FLOOR_KM**2 * np.eye(2))
    round_points = np.linalg.solve(shape, (points - centre).T).T
    bandwidth = n ** (-1.0 / 6.0)
    axes = []
    for values in round_points.T:
        low = values.min() - _REACH * bandwidth
        high = values.max() + _REACH * bandwidth
        nodes = int((high - low) / bandwidth * _NODES_PER_BANDWIDTH) + 2
        axes.append(np.linspace(low, high, min(nodes, _MAX_NODES)))
    # The kernel is a product of two, so the sum over members is a matrix product.
    across, up = (
        np.exp(-0.5 * ((axis[:, None] - values) / bandwidth) ** 2)
        for axis, values in zip(axes, round_points.T, strict=True)
    )
    gaps = round_points[:, None, :] - round_points[None, :, :]
    kernels = np.exp(-0.5 * (gaps**2).sum(axis=2) / bandwidth**2)
    others = (kernels.sum(axis=1) - 1.0) / (n - 1)
    to_km = np.array([*shape.ravel(), *centre])
    return _Cloud(axes[0], axes[1], up @ across.T / n, others, to_km)


def _region(cloud: _Cloud, level: float) -> BaseGeometry:
    # Quantile position (n+1)(1-level): the place of a fresh draw among n+1.
    threshold = float(np.quantile(cloud.left_out, 1.0 - level, method="weibull"))
    peak = float(cloud.density.max())
    # Upper limit: where most members share one point, so that the region is not lost
    # between grid nodes. Lower limit: the rim of the grid.
    rim = max(
        float(edge.max())
        for edge in (
            cloud.density[0],
            cloud.density[-1],
            cloud.density[:, 0],
            cloud.density[:, -1],
        )
    )
    threshold = max(min(threshold, 0.95 * peak), rim)
    area = area_above(cloud.x, cloud.y, cloud.density, threshold)
    return shapely.affinity.affine_transform(area, cloud.to_km.tolist())


def regions_geojson(found: pd.DataFrame) -> dict[str, Any]:
    """Regions as a GeoJSON FeatureCollection; rows without a polygon are left out."""
    features = []
    for row in found.to_dict("records"):
        geometry = row.pop("geometry")
        if geometry is None:
            continue
        row["time"] = row["time"].strftime("%Y-%m-%dT%H:%M:%SZ")
        rounded = shapely.set_precision(geometry, 1e-5)
        features.append(
            {
                "type": "Feature",
                "properties": {"kind": "region"} | row,
                "geometry": json.loads(
                    shapely.to_geojson(geometry if rounded.is_empty else rounded)
                ),
            }
        )
    return {"type": "FeatureCollection", "features": features}
