"""From observation rows to counts and effort a cell.

The rows of one photo or transect share its effort, which is counted once; how they are
found stands in :mod:`core.density.searches`. Rows without an effort are sightings: they
say that something was there and nothing about how much, so they never enter a density.
"""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.density.intervals import refuse_bad_counts, refuse_bad_effort
from core.density.searches import find_searches
from core.errors import ObservationError
from core.geo import cells_of, normalise_lon
from core.observations import RECORD_CATEGORIES, QualityFlag

__all__ = ["count_searches", "pooled_counts"]

_REQUIRED = ("lat", "lon", "category", "count")
NOT_DEBRIS = tuple(item.code for item in RECORD_CATEGORIES if not item.is_debris)
REFUSED_FLAGS = (int(QualityFlag.FAIL), int(QualityFlag.MISSING))


def pooled_counts(
    observations: pd.DataFrame,
    *,
    resolution: int,
    categories: Collection[str] | None = None,
) -> tuple[pd.DataFrame, pd.Series]:
    """Pool counts by cell and category, and effort by cell.

    Parameters
    ----------
    observations : DataFrame
        Rows with ``lat, lon, category, count`` and, where known, ``effort_km2,
        survey, observed_at, size_class, photo_sha256, mass_kg, quality_flag``.
        Rows flagged fail or missing are left out.
    resolution : int
        H3 resolution, 0 to 15.
    categories : collection of str, optional
        Categories to count; all debris unless given. Effort is that of every row,
        because a search that found no item of a category still searched for it.

    Returns
    -------
    counts : DataFrame
        ``cell`` (uint64), ``category``, ``n`` (counted with effort), ``n_sightings``
        (counted without), ``weighed_kg`` and ``n_weighed`` (items with effort whose
        mass was measured, and that mass).
    effort_km2 : Series
        Area searched, indexed by cell.

    Raises
    ------
    ObservationError
        If a column is missing, a count is negative or not whole, an effort is zero,
        negative or infinite, or a photo comes with two efforts; the row is named.
    """
    frame = _checked(observations)
    if not 0 <= resolution <= 15:
        raise ObservationError(f"H3 resolution {resolution} outside 0 to 15")
    frame["cell"] = cells_of(lat=frame["lat"], lon=frame["lon"], resolution=resolution)
    effort = _searches(frame).groupby("cell")["effort_km2"].sum()

    counted = frame.loc[_is_counted(frame["category"], categories)]
    with_effort = counted["effort_km2"].notna()
    weighed = with_effort & counted["mass_kg"].notna() & (counted["count"] > 0)
    parts = counted.assign(
        n=counted["count"].where(with_effort, 0),
        n_sightings=counted["count"].where(~with_effort, 0),
        weighed_kg=counted["mass_kg"].where(weighed, 0.0),
        n_weighed=counted["count"].where(weighed, 0),
    )
    columns = ["n", "n_sightings", "weighed_kg", "n_weighed"]
    counts = parts.groupby(["cell", "category"], as_index=False)[columns].sum()
    return counts, effort


def count_searches(observations: pd.DataFrame) -> int:
    """Count the searches with an effort among the rows, by the rule of ``searches``.

    Raises
    ------
    ObservationError
        As :func:`pooled_counts`.
    """
    return len(_searches(_checked(observations)))


def _checked(observations: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in _REQUIRED if name not in observations.columns]
    if missing:
        raise ObservationError(f"observations lack the column {', '.join(missing)}")
    given = observations.reset_index(drop=True)
    frame = pd.DataFrame(
        {
            "row": np.arange(len(given)),
            "lat": _floats(given, "lat"),
            "lon": _floats(given, "lon"),
            "category": _texts(given, "category"),
            "count": _floats(given, "count"),
            "effort_km2": _floats(given, "effort_km2"),
            "mass_kg": _floats(given, "mass_kg"),
            "survey": _texts(given, "survey"),
            "size_class": _texts(given, "size_class"),
            "photo": _texts(given, "photo_sha256"),
            "observed_at": given.get("observed_at", ""),
        }
    )
    if "quality_flag" in given:
        frame = frame.loc[~given["quality_flag"].isin(REFUSED_FLAGS)]
    _refuse_bad_rows(frame)
    frame["lon"] = normalise_lon(frame["lon"])
    frame["count"] = frame["count"].astype(np.int64)
    return frame


def _refuse_bad_rows(frame: pd.DataFrame) -> None:
    for name, low, high in (("lat", -90.0, 90.0), ("lon", -180.0, 360.0)):
        bad = frame.loc[~frame[name].between(low, high)]
        if not bad.empty:
            raise ObservationError(
                f"{name} {bad[name].iloc[0]:g} outside [{low:g}, {high:g}] "
                f"(row {bad['row'].iloc[0]})"
            )
    refuse_bad_counts(frame["count"].to_numpy(), frame["row"])
    known = frame.loc[frame["effort_km2"].notna()]
    refuse_bad_effort(known["effort_km2"].to_numpy(), known["row"])


def _searches(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a search that has an effort, see :mod:`core.density.searches`."""
    kind = _codes(frame["category"] + "\x1f" + frame["size_class"])
    found = find_searches(
        survey=_codes(frame["survey"]),
        photo=frame["photo"].to_numpy(dtype=object),
        time=_codes(frame["observed_at"]),
        lat=frame["lat"].to_numpy(),
        lon=frame["lon"].to_numpy(),
        effort_km2=frame["effort_km2"].to_numpy(),
        kind=kind,
        rows=frame["row"].to_numpy(),
    )
    return frame.loc[found.carries]


def _codes(column: pd.Series) -> npt.NDArray[np.int64]:
    codes, _ = pd.factorize(column, use_na_sentinel=False)
    return np.asarray(codes, dtype=np.int64)


def _is_counted(
    category: pd.Series, categories: Collection[str] | None
) -> npt.NDArray[np.bool_]:
    if categories is None:
        return np.asarray(~category.isin(NOT_DEBRIS))
    return np.asarray(category.isin(list(categories)))


def _floats(observations: pd.DataFrame, name: str) -> npt.NDArray[np.float64]:
    if name not in observations:
        return np.full(len(observations), np.nan)
    return observations[name].to_numpy(dtype=np.float64, na_value=np.nan)


def _texts(observations: pd.DataFrame, name: str) -> pd.Series:
    if name not in observations:
        return pd.Series("", index=observations.index, dtype="str")
    return observations[name].astype("str").fillna("")
