"""Map cells with the forest's prior, outweighed by what was searched."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from core.distribution import DebrisForest

__all__ = ["prior_cells", "write_cells"]

#: Size classes by name that hold nothing over 200 mm.
_SMALL = ("micro", "meso", "microplastics", "mesoplastics")


def prior_cells(
    forest: "DebrisForest",
    *,
    bbox: str,
    time: datetime,
    resolution: int | None,
    observations: Path | None,
) -> "pd.DataFrame":
    """Every cell of a box: what was measured, and what is expected beside it.

    The columns of the command ``density`` keep their meaning; ``expected_per_km2``,
    ``expected_low``, ``expected_high``, ``prior_weight`` and ``basis`` are added, empty
    where the cell's centre is on land. Rows of a size class below 20 cm (micro, meso)
    bring their effort and no items, since the prior is for larger things.

    Raises
    ------
    InputError
        If the box or the observations cannot be used.
    """
    from core.coastline import is_on_land
    from core.density import Bbox, cell_density, suggest_resolution
    from core.distribution.prior import gamma_prior, label_of, shrunk
    from core.observations import empty_observations, read_observations

    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError:
        raise InputError(f"{bbox[:60]!r} is not four numbers W,S,E,N") from None
    box = Bbox(west, south, east, north)
    rows = (
        empty_observations()
        if observations is None
        else read_observations(observations).accepted
    )
    is_small = rows["size_class"].str.casefold().isin(_SMALL)
    rows = rows.assign(count=rows["count"].mask(is_small, 0))
    cells = cell_density(
        rows,
        resolution=suggest_resolution(box) if resolution is None else resolution,
        bbox=box,
    )
    foretold = forest.predict(
        lat=cells["lat"], lon=cells["lon"], time=time, target="pieces_large"
    )
    prior = gamma_prior(foretold["mean"], foretold["variance"])
    surveyed = cells["status"].str.startswith("surveyed").to_numpy()
    n = np.where(surveyed, cells["n"], 0)
    effort = np.where(surveyed, cells["effort_km2"], 0.0)
    found = shrunk(prior, n, effort)
    ashore = is_on_land(lat=cells["lat"], lon=cells["lon"])
    low = np.where(surveyed, found.low, np.minimum(foretold["low"], found.expected))
    high = np.where(surveyed, found.high, np.maximum(foretold["high"], found.expected))
    labels = [label_of(forest.model_id, w) for w in found.prior_weight.tolist()]
    return cells.assign(
        expected_per_km2=np.where(ashore, np.nan, found.expected),
        expected_low=np.where(ashore, np.nan, low),
        expected_high=np.where(ashore, np.nan, high),
        prior_weight=np.where(ashore, np.nan, found.prior_weight),
        basis=np.where(ashore, "on land", labels),
    )


def write_cells(cells: "pd.DataFrame", out: Path) -> None:
    """Write cells as GeoJSON, CSV or Parquet, by the name of the file."""
    from core.density import cells_geojson

    try:
        match out.suffix.lower():
            case ".parquet":
                cells.to_parquet(out, index=False)
            case ".csv":
                cells.to_csv(out, index=False)
            case _:
                text = json.dumps(cells_geojson(cells), allow_nan=False)
                out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}") from error
