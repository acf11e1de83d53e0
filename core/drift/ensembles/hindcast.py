"""Where did this debris come from: ensembles run back in time, and what they tell.

A hindcast follows the members of each find backward through the same currents, wind and
uncertainty. That is a Bayesian answer with an even prior: every place the debris could
have come from counts the same, rivers, ports and open sea alike.
"""

from typing import Any

import numpy as np
import pandas as pd

from core.drift.ensembles.regions import drawn_members
from core.drift.ensembles.run import run_ensemble
from core.drift.ensembles.stranding import binomial_interval, stranding
from core.errors import InputError
from core.geo import cell_centre, cells_of

__all__ = ["SOURCE_COLUMNS", "hindcast", "source_cells", "source_coast"]

#: Columns of the frame of source chances, in order.
SOURCE_COLUMNS = (
    "seed",
    "time",
    "hour",
    "h3",
    "lat",
    "lon",
    "n",
    "n_members",
    "probability",
    "low",
    "high",
)
_FINEST, _COARSEST = 9, 0


def hindcast(finds: pd.DataFrame, **options: Any) -> pd.DataFrame:
    """Follow debris back in time from where and when it was found.

    Parameters
    ----------
    finds : DataFrame
        As the seeds of ``run_ensemble``; ``time`` is when it was found.
    **options
        Those of ``run_ensemble`` but ``backward``.

    Returns
    -------
    DataFrame
        The layout of an ensemble; ``hour`` runs from 0 to ``-hours``. ``stranded``
        means that the way back met a coast there: the debris may have come from it.

    Raises
    ------
    InputError, SourceError, CleanupError
        As ``run_ensemble``.
    """
    return run_ensemble(finds, backward=True, **options)


def source_cells(
    frame: pd.DataFrame,
    *,
    resolution: int = 5,
    every_h: int = 1,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Chance that debris lay in an H3 cell, for each find and hour before.

    Parameters
    ----------
    frame : DataFrame
        A hindcast (or a forecast: then where it will be).
    resolution : int, default 5
        H3 resolution, 0 to 9; 5 is about 250 km2 a cell.
    every_h : int, default 1
        Hours between the maps.
    confidence : float, default 0.95
        Coverage of the exact binomial intervals of the finite ensemble.

    Returns
    -------
    DataFrame
        Columns ``SOURCE_COLUMNS``; cells without a member are left out, so the rows of
        a find and hour add up to one less the share that left the area before.

    Raises
    ------
    InputError
        If the resolution is out of range.
    """
    if not _COARSEST <= resolution <= _FINEST:
        raise InputError(f"H3 resolution {resolution}, expected 0 to 9")
    drawn = drawn_members(frame)
    drawn = drawn[drawn["hour"] % every_h == 0]
    n_members = drawn.groupby("seed")["member"].nunique()
    known = drawn[(drawn["status"] != "out_of_domain").to_numpy()]
    cells = cells_of(lat=known["lat"], lon=known["lon"], resolution=resolution)
    counts = (
        known.assign(cell=cells)
        .groupby(["seed", "hour", "cell"], sort=True)
        .agg(n=("member", "size"), time=("time", "first"))
        .reset_index()
    )
    counts["n_members"] = counts["seed"].map(n_members)
    names = {cell: f"{int(cell):x}" for cell in counts["cell"].unique()}
    counts["h3"] = counts["cell"].map(names)
    centres = {name: cell_centre(name) for name in names.values()}
    for k, axis in enumerate(("lat", "lon")):
        counts[axis] = [centres[name][k] for name in counts["h3"]]
    share = binomial_interval(
        counts["n"].to_numpy(), counts["n_members"].to_numpy(), confidence
    )
    counts["probability"], counts["low"], counts["high"] = share
    counts["steps"] = np.abs(counts["hour"])
    ordered = counts.sort_values(
        ["seed", "steps", "n", "h3"], ascending=[True, True, False, True]
    )
    return ordered[list(SOURCE_COLUMNS)].reset_index(drop=True)


def source_coast(frame: pd.DataFrame, **options: Any) -> pd.DataFrame:
    """Chance that debris came from a coast segment within the hours of a hindcast.

    Options and columns are those of ``stranding``; an arrival is when the way back met
    the coast, so the latest departure comes first.
    """
    return stranding(frame, **options)
