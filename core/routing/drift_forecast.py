"""Drift forecasts as moving targets of a plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import RouteInputError
from core.geo import EARTH_RADIUS_KM, check_position
from core.routing._drift_frame import Track, lat_lon, on_sphere, tracks_of_sites
from core.routing.targets import DriftingTargets

__all__ = ["DriftForecast", "SiteDrift", "drift_of_sites", "targets_from_drift"]

FloatArray = npt.NDArray[np.float64]

#: Nodes nearer to each other than this at mid-horizon tell nothing of the way between
#: them later, when they have drifted apart.
_APART_KM = 1.0
_SHOWN = 5


@dataclass(frozen=True, eq=False)
class DriftForecast:
    """A drift ensemble and which of its seeds is which site.

    Parameters
    ----------
    frame : DataFrame
        ``seed, member, time, lat, lon, status``, as ``core.drift.run_ensemble``
        returns it; ``status`` is ``afloat``, ``stranded`` or ``out_of_domain``.
    seed_of_site : mapping of str to int
        Seed that follows a site, by the site's name.
    forecast_id : str
        Name of the forecast, if it is kept anywhere.
    """

    frame: pd.DataFrame
    seed_of_site: Mapping[str, int]
    forecast_id: str = ""


@dataclass(frozen=True, eq=False)
class SiteDrift:
    """Where each site is in the hours of a plan, by member.

    Attributes
    ----------
    sites : tuple of str
        Names, in the order of the arrays.
    time_h : ndarray of float, shape (n_times,)
        Hours after the plan's start.
    position_km : ndarray of float, shape (members, n_times, n_sites, 3)
        Points of a sphere of radius 6,371 km.
    share : ndarray of float, shape (members, n_times, n_sites)
        1 while afloat, 0 once stranded or out of the forecast's area.
    notes : tuple of str
        What the forecast does not cover, in sentences.
    """

    sites: tuple[str, ...]
    time_h: FloatArray
    position_km: FloatArray
    share: FloatArray
    notes: tuple[str, ...]

    def mean_at(self, hour: float) -> tuple[FloatArray, FloatArray]:
        """Mean position over the members, latitudes and longitudes (n_sites,)."""
        at = min(max(hour / self.time_h[1], 0.0), len(self.time_h) - 1.0)
        k = min(int(at), len(self.time_h) - 2)
        part = at - k
        two = self.position_km[:, k : k + 2].mean(axis=0)
        return lat_lon((1.0 - part) * two[0] + part * two[1])


def drift_of_sites(
    drift: DriftForecast,
    *,
    site: Sequence[str],
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
    start_at: datetime,
    hours: float,
) -> SiteDrift:
    """Read from a forecast where each site is, hour by hour.

    Between two times of the forecast positions go on a straight line. A site without a
    seed stands still; before its seed's first time and after the last a site stays
    where the forecast has it then. Each of these is said in ``notes``.

    Parameters
    ----------
    drift : DriftForecast
        The forecast.
    site : sequence of str
        Names of the sites.
    lat, lon : array_like of float, shape (n_sites,)
        Where the sites are planned from, WGS 84 degrees.
    start_at : datetime
        Start of the plan, with a time zone.
    hours : float
        Horizon of the plan.

    Raises
    ------
    RouteInputError
        If the frame is empty, lacks a column, holds a position that is none, an
        unknown status, or does not reach into the plan, or if a site's seed is not in
        it; the record is named.
    """
    place = on_sphere(np.asarray(lat, dtype=float), np.asarray(lon, dtype=float))
    grid = np.arange(0.0, np.ceil(hours) + 1.5)
    seeds = {
        name: drift.seed_of_site[name] for name in site if name in drift.seed_of_site
    }
    tracks = tracks_of_sites(drift.frame, seeds, start_at)
    members = {len(one.member) for one in tracks.values()} or {1}
    if len(members) > 1:
        few = min(tracks.values(), key=lambda one: len(one.member))
        raise RouteInputError(
            f"drift forecast: seed {few.seed} has {min(members)} members, others have "
            f"{max(members)}"
        )
    shape = (members.pop(), len(grid), len(site))
    position, share = np.empty((*shape, 3)), np.ones(shape)
    for i, name in enumerate(site):
        if name not in seeds:
            position[:, :, i] = place[i]
            continue
        position[:, :, i], share[:, :, i] = tracks[seeds[name]].at(grid)
    notes = _notes(site, seeds, tracks, hours)
    return SiteDrift(tuple(site), grid, position, share, notes)


def targets_from_drift(
    drift: SiteDrift,
    *,
    site_of_node: npt.ArrayLike,
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
    travel_h: npt.ArrayLike,
) -> DriftingTargets:
    """Targets of a routing problem from the drift of its sites.

    The pace of a leg, hours a km of the great circle between two nodes, is that of the
    leg measured at the positions given (mid-horizon): way round land and current are
    in it. Where two nodes are less than 1 km apart there, as the loads of one site
    are, it is the vessel's median pace over all legs.

    Parameters
    ----------
    drift : SiteDrift
        Where the sites are.
    site_of_node : array_like of int, shape (n,)
        Which site of ``drift`` a node is, -1 for one that stands still. Loads of one
        site name the same.
    lat, lon : array_like of float, shape (n,)
        Positions of all nodes that ``travel_h`` was measured between.
    travel_h : array_like of float, shape (n, n) or (n_vessels, n, n)
        Hours of the legs between those positions; infinity where there is none.

    Raises
    ------
    RouteInputError
        If shapes disagree, a position is none, or a node names no site.
    """
    row = np.asarray(site_of_node, dtype=np.intp)
    hours = np.asarray(travel_h, dtype=np.float64)
    lat, lon = np.asarray(lat, dtype=float), np.asarray(lon, dtype=float)
    n = len(row)
    if lat.shape != (n,) or lon.shape != (n,) or hours.shape[-2:] != (n, n):
        raise RouteInputError(
            f"site_of_node {row.shape}, lat {lat.shape}, lon {lon.shape} and travel_h "
            f"{hours.shape} do not fit together"
        )
    if ((row < -1) | (row >= len(drift.sites))).any():
        raise RouteInputError(
            f"site_of_node names site {row.max()}, there are {len(drift.sites)}"
        )
    for i in range(n):
        check_position(lat=lat[i], lon=lon[i], record=f"node {i}")
    place = on_sphere(lat, lon)
    position, share = drift.position_km[:, :, row], drift.share[:, :, row]
    position[:, :, row < 0], share[:, :, row < 0] = place[row < 0], 1.0
    return DriftingTargets(
        drift.time_h, position, share, _pace(hours, place), EARTH_RADIUS_KM
    )


def _pace(hours: FloatArray, place: FloatArray) -> FloatArray:
    """Hours a km of the great circle, by vessel where the hours are."""
    chord = np.linalg.norm(place[:, None] - place[None], axis=2)
    half = np.minimum(chord / (2.0 * EARTH_RADIUS_KM), 1.0)
    apart_km = 2.0 * EARTH_RADIUS_KM * np.arcsin(half)
    far = apart_km > _APART_KM
    pace = np.full_like(hours, np.inf)
    np.divide(hours, apart_km, out=pace, where=np.broadcast_to(far, hours.shape))
    for one, own in zip(np.atleast_3d(pace.T).T, np.atleast_3d(hours.T).T, strict=True):
        known = one[far & np.isfinite(one)]
        one[~far & np.isfinite(own)] = np.median(known) if known.size else np.inf
    return pace


def _notes(
    site: Sequence[str],
    seeds: Mapping[str, int],
    tracks: Mapping[int, Track],
    hours: float,
) -> tuple[str, ...]:
    still = [name for name in site if name not in seeds]
    short = {
        n: tracks[s].hour[-1] for n, s in seeds.items() if tracks[s].hour[-1] < hours
    }
    late = {n: tracks[s].hour[0] for n, s in seeds.items() if tracks[s].hour[0] > 0.0}
    if late and min(late.values()) >= hours:
        name = min(late, key=lambda one: late[one])
        raise RouteInputError(
            f"drift forecast of site {name} begins {late[name]:.1f} h after the plan's "
            f"start, after its horizon of {hours:g} h"
        )
    notes = []
    if still:
        notes.append(
            f"The forecast does not follow {_names(still)}: taken as standing still."
        )
    if short:
        notes.append(
            f"The forecast ends {min(short.values()):.1f} h after the plan's start, "
            f"before its horizon of {hours:g} h, for {_names(list(short))}: the "
            "position then is kept."
        )
    if late:
        notes.append(
            f"The forecast begins {max(late.values()):.1f} h after the plan's start at "
            f"the latest, for {_names(list(late))}: the first position holds before."
        )
    return tuple(notes)


def _names(names: list[str]) -> str:
    """List some names, and how many more there are."""
    some = ", ".join(names[:_SHOWN])
    more = len(names) - _SHOWN
    return f"{some} and {more} more" if more > 0 else some
