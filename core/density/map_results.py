"""What a map index answers with."""

from typing import NamedTuple

import pandas as pd

from core.density.mass import MassEstimate

__all__ = ["MapTotals", "PointSample"]


class MapTotals(NamedTuple):
    """What a filter lets through, taken together."""

    n_items: int
    n_sightings: int
    effort_km2: float
    #: Items per km2 with the exact interval; NaN when nothing was searched.
    rate: float
    low: float
    high: float
    mass: MassEstimate
    simulated: bool
    from_photos: bool


class PointSample(NamedTuple):
    """Records with items, or as many of them as fit."""

    #: ``lat, lon, observed_at, category, count, survey`` and ``with_effort``.
    points: pd.DataFrame
    #: Records that fit the filter, drawn or not.
    n_records: int
