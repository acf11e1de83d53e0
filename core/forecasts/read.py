"""A kept forecast, opened again."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.parquet as pq

from core.drift import persistence, stays_put
from core.drift.ensembles.regions import regions
from core.drift.ensembles.stranding import stranding

if TYPE_CHECKING:
    from core.storage import Store

__all__ = ["Forecast", "read_forecast"]


@dataclass(frozen=True)
class Forecast:
    """A forecast or hindcast as it was made.

    Attributes
    ----------
    forecast_id, name, kind : str
        ``kind`` is ``forecast`` or ``hindcast``.
    frame : DataFrame
        ``seed, member, time, lat, lon, status, hour`` for every hour.
    seeds : DataFrame
        The seeds followed, as ``core.drift.read_seeds`` accepts them.
    summary : dict
        By seed and day; see ``core.forecasts.summary``.
    params : dict
        What it was made from.
    forcing_ids : tuple of str
        Forcing of the store.
    simulated : bool
        Whether anything in it was made up.
    created_at : datetime
        When it was made.
    created_by : str
        Who asked for it.
    """

    forecast_id: str
    name: str
    kind: str
    frame: pd.DataFrame
    seeds: pd.DataFrame
    summary: dict[str, Any]
    params: dict[str, Any]
    forcing_ids: tuple[str, ...]
    simulated: bool
    created_at: datetime
    created_by: str

    def regions(
        self, *, hour: int | None = None, levels: tuple[float, ...] = (0.5, 0.9)
    ) -> pd.DataFrame:
        """Return the regions of one hour or of every hour, with polygons."""
        frame = self.frame if hour is None else self.frame[self.frame["hour"] == hour]
        return regions(frame, levels=levels)

    def baselines(self) -> dict[str, pd.DataFrame]:
        """Return debris that stays put, and motion that goes on, hour by hour."""
        hours = int(self.frame["hour"].abs().max())
        followed = self.seeds[self.seeds["seed"].isin(self.frame["seed"].unique())]
        return {
            "stays_put": stays_put(
                followed, hours=hours, backward=self.kind == "hindcast"
            ),
            "persistence": persistence(self.frame),
        }

    def stranding(self) -> pd.DataFrame:
        """Return the chance of stranding by seed and coast segment."""
        return stranding(self.frame, seeds=self.seeds)


def read_forecast(store: "Store", forecast_id: str) -> Forecast:
    """Open a forecast, its tracks checked against their hash.

    Raises
    ------
    NotFoundError
        If there is no such forecast or file.
    StorageError
        If its file was changed.
    """
    row = store.forecasts.get(forecast_id)
    table = pq.read_table(store.files.checked_path(row["result_sha256"]))
    params = dict(row["params"])
    seeds = pd.DataFrame(params.pop("seeds"))
    seeds["time"] = pd.to_datetime(seeds["time"], utc=True).astype(
        "datetime64[us, UTC]"
    )
    seeds[["mass_kg", "radius_m"]] = seeds[["mass_kg", "radius_m"]].astype("float64")
    return Forecast(
        forecast_id=row["forecast_id"],
        name=row["name"],
        kind=row["kind"],
        frame=table.to_pandas(),
        seeds=seeds,
        summary=row["summary"],
        params=params,
        forcing_ids=tuple(row["forcing_ids"]),
        simulated=bool(row["simulated"]),
        created_at=row["created_at"],
        created_by=row["created_by"],
    )
