"""Expected mass of sites nobody weighed, from the forest and what was searched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from core.distribution.forest import DebrisForest
from core.distribution.prior import gamma_prior, label_of, shrunk
from core.errors import InputError

__all__ = ["DEFAULT_SITE_KM2", "SiteMass", "site_masses"]

FloatArray = npt.NDArray[np.float64]
PIECES, MASS = "pieces_large", "mass_large"
#: Area of a site that states none: that of an H3 cell of resolution 7, in which
#: hotspots are counted. An assumption.
DEFAULT_SITE_KM2 = 5.16
_GRAMS_PER_KG = 1000.0


@dataclass(frozen=True, kw_only=True)
class SiteMass:
    """Mass expected at a site, all of it of things over 200 mm.

    Attributes
    ----------
    mass_kg, low_kg, high_kg : float
        Expected mass on the site's area, with its 90 % interval.
    prior_weight : float
        Share of the prior in it: 1 where nobody searched.
    basis : str
        What it rests on, for a person.
    """

    mass_kg: float
    low_kg: float
    high_kg: float
    prior_weight: float
    basis: str


def site_masses(
    forest: DebrisForest,
    *,
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
    time: datetime,
    area_km2: npt.ArrayLike = DEFAULT_SITE_KM2,
    n_items: npt.ArrayLike = 0.0,
    effort_km2: npt.ArrayLike = 0.0,
    found_kg: Sequence[float] | FloatArray | None = None,
) -> list[SiteMass]:
    """Expect the mass of sites by the forest, shrunk by what was searched there.

    Where nobody searched, the interval is the forest's own, which was held against
    rows left out. Where somebody did, see :mod:`core.distribution.prior`.

    Parameters
    ----------
    forest : DebrisForest
        Has the targets ``pieces_large`` and ``mass_large``.
    lat, lon : array_like of float, shape (n,)
        WGS 84 degrees.
    time : datetime
        UTC, when the site is to be worked.
    area_km2 : array_like of float
        Area of each site, above 0.
    n_items, effort_km2 : array_like of float
        Things counted in the area searched.
    found_kg : sequence of float, optional
        Their mass; NaN, or not given, takes the mean mass of an item foretold there.

    Raises
    ------
    InputError
        If a number, a position or the time cannot be used.
    NotFoundError
        If the forest lacks a target.
    """
    pieces, mass = (
        forest.predict(lat=lat, lon=lon, time=time, target=code)
        for code in (PIECES, MASS)
    )
    n = len(pieces)
    area, items, effort = (
        np.broadcast_to(np.asarray(x, dtype=np.float64), (n,))
        for x in (area_km2, n_items, effort_km2)
    )
    if not (np.isfinite(area) & (area > 0.0)).all():
        raise InputError("the area of a site is not above 0 km2")
    grams = mass["mean"].to_numpy()
    count = np.maximum(pieces["mean"].to_numpy(), 1e-9)
    known_kg = np.full(n, np.nan) if found_kg is None else np.asarray(found_kg, float)
    found = np.where(
        np.isnan(known_kg), items * grams / count, known_kg * _GRAMS_PER_KG
    )
    prior = gamma_prior(pieces["mean"], pieces["variance"])
    joined = shrunk(prior, items, effort, mean=grams, found=found)
    searched = effort > 0.0
    low = np.where(searched, joined.low, np.minimum(mass["low"], grams))
    high = np.where(searched, joined.high, np.maximum(mass["high"], grams))
    per_site = area / _GRAMS_PER_KG
    return [
        SiteMass(
            mass_kg=float(kg),
            low_kg=float(lowest),
            high_kg=float(highest),
            prior_weight=float(weight),
            basis=label_of(forest.model_id, float(weight)),
        )
        for kg, lowest, highest, weight in zip(
            joined.expected * per_site,
            low * per_site,
            high * per_site,
            joined.prior_weight,
            strict=True,
        )
    ]
