"""Clustering and planning in the manner of scikit-learn, for tuning and pipelines."""

from datetime import UTC, datetime
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

from core.coastline import is_on_land
from core.errors import InfeasibleError
from core.routing._site_rows import (
    NO_SITE,
    SiteIndex,
    masses_of,
    positions_of,
    site_columns,
)
from core.routing.clustering import cluster_positions, weighted_centre
from core.routing.fleet import Fleet, FleetVessel, Place
from core.routing.planner import plan_cleanup
from core.routing.schedule import CleanupPlan

__all__ = ["EXPECTED_FAILED_CHECKS", "CleanupPlanner", "HotspotClusterer"]

#: Checks of scikit-learn that an estimator with default parameters fails, and why; as
#: ``check_estimator(..., expected_failed_checks=...)`` takes them.
EXPECTED_FAILED_CHECKS: dict[str, dict[str, str]] = {
    "HotspotClusterer": {
        "check_clustering": "its blobs are 100 km wide when read as degrees, and the "
        "default radius is 5 km; with radius_km=40 and max_extent_km=500 it passes"
    },
    "CleanupPlanner": {},
}
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_ABOVE_ZERO = Interval(Real, 0, None, closed="neither")
#: A plan needs a start; without one any day will do, for a still sea has no seasons.
_START = datetime(2026, 1, 1, tzinfo=UTC)


class HotspotClusterer(ClusterMixin, BaseEstimator):  # type: ignore[misc]  # no types
    """Cluster positions of debris to hotspots, as :func:`find_hotspots` does.

    Debris within ``radius_km`` of other debris joins its cluster; a cluster wider
    than ``max_extent_km`` is cut.

    Parameters
    ----------
    radius_km : float, default 5
        Reach of a neighbourhood.
    max_extent_km : float, default 20
        Largest distance within one hotspot.
    min_mass_kg : float, default 0
        Clusters lighter than this are no hotspots.
    max_sites : int, default 300
        Most hotspots; the lightest beyond are left.

    Attributes
    ----------
    labels_ : ndarray of int, shape (n_samples,)
        Hotspot of each position, 0 the heaviest; -1 for none.
    centres_ : ndarray of float, shape (n_hotspots, 2)
        Latitude and longitude, weighted by mass.
    masses_kg_ : ndarray of float, shape (n_hotspots,)
        Mass of each hotspot.
    n_features_in_ : int
        Columns of ``X``.

    Examples
    --------
    >>> X = [[38.0, 25.0], [38.01, 25.0], [39.0, 25.0]]
    >>> HotspotClusterer(radius_km=2.0).fit(X, sample_weight=[1, 3, 2]).labels_
    array([0, 0, 1])
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "radius_km": [_ABOVE_ZERO],
        "max_extent_km": [_ABOVE_ZERO],
        "min_mass_kg": [Interval(Real, 0, None, closed="left")],
        "max_sites": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        *,
        radius_km: float = 5.0,
        max_extent_km: float = 20.0,
        min_mass_kg: float = 0.0,
        max_sites: int = 300,
    ) -> None:
        self.radius_km = radius_km
        self.max_extent_km = max_extent_km
        self.min_mass_kg = min_mass_kg
        self.max_sites = max_sites

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:  # noqa: N803
        """Find the hotspots.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)
            Latitude and longitude, degrees, in the first two columns; further columns
            are left alone.
        y : ignored
        sample_weight : array_like of float, shape (n_samples,), optional
            Mass at each position, kg; 1 kg each when not given. A position without
            mass joins nothing together; it is labelled as a new one would be.

        Returns
        -------
        HotspotClusterer
            Itself.

        Raises
        ------
        ValueError
            If a number is missing or a mass is negative.

        Warns
        -----
        CleanupWarning
            If rows are not on Earth; they are left out, with label -1.
        """
        self._validate_params()
        table = validate_data(self, X, dtype=np.float64, ensure_min_features=2)
        mass = np.asarray(
            _check_sample_weight(
                sample_weight, table, dtype=np.float64, ensure_non_negative=True
            )
        )
        positions, on_earth = positions_of(table)
        # Where there is no mass there is no debris: it joins nothing together.
        there = on_earth & (mass > 0.0)
        self._labels = self._number(positions[there], mass[there])
        self._index = SiteIndex(positions[there])
        self.labels_ = self._nearest(positions, on_earth)
        return self

    def _number(self, positions: FloatArray, mass: FloatArray) -> IntArray:
        """Cluster, number the hotspots from the heaviest, return each position's."""
        labels = np.zeros(0, dtype=np.int64)
        if len(positions):
            labels = cluster_positions(
                positions, radius_km=self.radius_km, max_extent_km=self.max_extent_km
            )
        _, labels = np.unique(labels, return_inverse=True)
        masses = np.bincount(labels, weights=mass)
        centres = np.array(
            [
                weighted_centre(positions[labels == k], mass[labels == k])
                for k in range(len(masses))
            ]
        ).reshape(-1, 2)
        order = np.lexsort((centres[:, 1], centres[:, 0], -masses))
        kept = order[masses[order] >= self.min_mass_kg][: self.max_sites]
        number = np.full(len(masses), NO_SITE)
        number[kept] = np.arange(len(kept))
        self.centres_ = centres[kept]
        self.masses_kg_ = masses[kept]
        return np.asarray(number[labels])

    def predict(self, X: Any) -> IntArray:  # noqa: N803
        """Say which hotspot new positions belong to.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)
            As in :meth:`fit`.

        Returns
        -------
        ndarray of int, shape (n_samples,)
            That of the nearest position of the fit, where it is within ``radius_km``;
            -1 for none.
        """
        check_is_fitted(self)
        table = validate_data(self, X, dtype=np.float64, reset=False)
        return self._nearest(*positions_of(table))

    def _nearest(
        self, positions: FloatArray, on_earth: npt.NDArray[np.bool_]
    ) -> IntArray:
        row = self._index.nearest(positions, within_km=self.radius_km)
        found = on_earth & (row != NO_SITE)
        labels = np.full(len(row), NO_SITE)
        labels[found] = self._labels[row[found]]
        return labels


class CleanupPlanner(BaseEstimator):  # type: ignore[misc]  # no types
    """Plan a cleanup; the plan is what is learned.

    Parameters
    ----------
    fleet : Fleet, optional
        Vessels and ports. When not given, one made-up vessel (10 kn, 2 kn and 50 m
        wide collecting, 5 t hold; all assumptions) starts and ends at the heaviest
        site.
    hours : float, default 72
        Horizon of the plan.
    start_at : datetime, optional
        Start, with a time zone; 2026-01-01 UTC when not given.
    iterations : int, default 500
        Steps of the search; together with ``seed`` they make a plan repeat exactly.
    seconds : float, default 60
        Longest time to search.
    seed : int, default 1
        Seed of the search.
    match_km : float, default 1
        How near a row must be to a planned site to be that site.

    Attributes
    ----------
    plan_ : CleanupPlan or None
        The plan; none where no vessel can serve any site.
    labels_ : ndarray of int, shape (n_samples,)
        Vessel that visits each site of the fit first, by its place in the fleet; -1
        for none.
    collected_kg_ : ndarray of float, shape (n_samples,)
        Mass expected to be taken from each site.
    n_features_in_ : int
        Columns of ``X``.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "fleet": [Fleet, None],
        "hours": [_ABOVE_ZERO],
        "start_at": [datetime, None],
        "iterations": [Interval(Integral, 1, None, closed="left")],
        "seconds": [_ABOVE_ZERO],
        "seed": [Interval(Integral, 0, None, closed="left")],
        "match_km": [_ABOVE_ZERO],
    }

    def __init__(
        self,
        fleet: Fleet | None = None,
        *,
        hours: float = 72.0,
        start_at: datetime | None = None,
        iterations: int = 500,
        seconds: float = 60.0,
        seed: int = 1,
        match_km: float = 1.0,
    ) -> None:
        self.fleet = fleet
        self.hours = hours
        self.start_at = start_at
        self.iterations = iterations
        self.seconds = seconds
        self.seed = seed
        self.match_km = match_km

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803
        """Plan the cleanup of sites.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features), or DataFrame
            Latitude, longitude (degrees) and mass (kg) in the first three columns, or
            columns ``lat``, ``lon`` and ``mass_kg``. With two columns every site
            counts 1 kg. Rows without mass are not planned.
        y : ignored

        Returns
        -------
        CleanupPlanner
            Itself.

        Raises
        ------
        ValueError
            If a number is missing, or the fleet cannot be used.

        Warns
        -----
        CleanupWarning
            If rows are not on Earth; they are left out, with label -1.
        """
        self._validate_params()
        table = validate_data(
            self, site_columns(X), dtype=np.float64, ensure_min_features=2
        )
        (positions, on_earth), mass = positions_of(table), masses_of(table)
        planned = np.flatnonzero(on_earth & (mass > 0.0))
        self.plan_ = self._plan(positions[planned], mass[planned])
        self.labels_ = np.full(len(table), NO_SITE)
        self.collected_kg_ = np.zeros(len(table))
        vessels = () if self.plan_ is None else self.plan_.vessels
        for v, vessel in reversed(list(enumerate(vessels))):
            for stop in (stop for trip in vessel.trips for stop in trip.stops):
                row = planned[int(stop.site)]
                self.labels_[row] = v
                self.collected_kg_[row] += stop.mass_kg
        self._index = SiteIndex(positions)
        return self

    def _plan(self, positions: FloatArray, mass: FloatArray) -> CleanupPlan | None:
        fleet = self.fleet or _made_up_fleet(positions, mass)
        if fleet is None or not len(mass):
            return None
        sites = pd.DataFrame(positions, columns=["lat", "lon"])
        sites.insert(0, "site", [str(i) for i in range(len(sites))])
        try:
            return plan_cleanup(
                sites.assign(mass_kg=mass),
                fleet,
                hours=float(self.hours),
                start_at=self.start_at or _START,
                seconds=self.seconds,
                seed=self.seed,
                iterations=self.iterations,
            )
        except InfeasibleError:
            return None  # a plan that visits nothing, which ``plan_`` says

    def predict(self, X: Any) -> IntArray:  # noqa: N803
        """Say which vessel visits each row.

        Parameters
        ----------
        X : array_like or DataFrame, as in :meth:`fit`

        Returns
        -------
        ndarray of int, shape (n_samples,)
            Place in the fleet of the vessel that visits the nearest site of the fit,
            where it is within ``match_km``; -1 for none.
        """
        site = self._sites_of(self._checked(X))
        return np.asarray(np.where(site == NO_SITE, NO_SITE, self.labels_[site]))

    def score(self, X: Any, y: Any = None) -> float:  # noqa: N803
        """Mass the plan is expected to collect of what lies at the rows, kg.

        From each planned site at most what the plan takes there, and at most what the
        rows near it hold.

        Parameters
        ----------
        X : array_like or DataFrame, as in :meth:`fit`
        y : ignored
        """
        table = self._checked(X)
        site = self._sites_of(table)
        found = site != NO_SITE
        there = np.bincount(
            site[found],
            weights=np.maximum(masses_of(table)[found], 0.0),
            minlength=len(self.collected_kg_),
        )
        return float(np.minimum(there, self.collected_kg_).sum())

    def _checked(self, X: Any) -> FloatArray:  # noqa: N803
        check_is_fitted(self)
        return np.asarray(
            validate_data(self, site_columns(X), dtype=np.float64, reset=False)
        )

    def _sites_of(self, table: FloatArray) -> IntArray:
        positions, on_earth = positions_of(table)
        row = self._index.nearest(positions, within_km=self.match_km)
        return np.asarray(np.where(on_earth, row, NO_SITE))


def _made_up_fleet(positions: FloatArray, mass: FloatArray) -> Fleet | None:
    """One vessel of assumed figures at the heaviest site; none if all are on land."""
    at_sea = ~is_on_land(lat=positions[:, 0], lon=positions[:, 1])
    if not at_sea.any():
        return None
    lat, lon = positions[int(np.argmax(np.where(at_sea, mass, -np.inf)))].tolist()
    place = Place(lat=lat, lon=lon)
    vessel = FleetVessel(
        name="assumed vessel",
        speed_kn=10.0,
        collect_speed_kn=2.0,
        sweep_width_m=50.0,
        hold_kg=5_000.0,
        endurance_h=240.0,
        fuel_l_per_h=100.0,
        cost_per_h=0.0,
        start=place,
        end=place,
    )
    return Fleet(vessels=(vessel,), ports=())
