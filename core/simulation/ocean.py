"""The demo's ocean: forcing, drifters, a forecast of its hotspots and their skill.

Everything goes in through the same doors as real data, is marked simulated, and is left
alone where it is there already.
"""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from core.errors import InputError
from core.simulation.drifters import (
    TRUE_DIFFUSIVITY_M2_S,
    drifter_fixes,
    drifter_table,
)
from core.simulation.forcing import simulated_current, simulated_wind
from core.simulation.sea import SimulatedSea

if TYPE_CHECKING:
    from core.environment import Forcing
    from core.storage import Store

__all__ = ["take_in_forcing", "take_in_forecast"]

#: Hours, members and random numbers of the demo's forecast.
FORECAST_HOURS = 72
FORECAST_MEMBERS = 50
FORECAST_SEED = 1
#: Hotspots followed, the heaviest.
MOST_SEEDS = 15
#: Bootstrap draws of the skill report: five drifters hold no finer interval.
SKILL_RESAMPLES = 200
_LICENCE = "made by Gyre; no licence needed"
FORECAST_NAME = "Simulated hotspots, 72 h"


def take_in_forcing(
    store: "Store", sea: SimulatedSea, folder: Path, *, actor: str
) -> dict[str, str]:
    """Take in the current, the wind, and the fixes of the drifters.

    Parameters
    ----------
    store : Store
        Where they go.
    sea : SimulatedSea
        What they are made from.
    folder : Path
        Folder for the NetCDF files; one that is there is used as it is.
    actor : str
        For the audit log.

    Returns
    -------
    dict
        Id of the forcing of each kind.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    from core.forecasts import add_forcing

    names = {"current": "Simulated current", "wind": "Simulated trade wind"}
    made = {"current": simulated_current, "wind": simulated_wind}
    ids = {}
    for kind, name in names.items():
        path = folder / f"simulated-{kind}.nc"
        if not path.exists():
            _write(made[kind](sea), path)
        (ids[kind],) = add_forcing(
            store, path, name=name, actor=actor, licence=_LICENCE, simulated=True
        )
    _take_in_fixes(store, drifter_table(sea))
    return ids


def _write(forcing: "Forcing", path: Path) -> None:
    """Write a file that takes its name only when it is whole."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
            forcing.to_netcdf(Path(folder) / path.name).replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error


def _take_in_fixes(store: "Store", table: pd.DataFrame) -> None:
    from core.environment.sensors import FixCheck, FixLimits

    # Simulated clocks stand still, so the age of a fix says nothing.
    checked = FixCheck(FixLimits(max_age=None)).check(drifter_fixes(table)).fixes
    with store.transaction():
        store.fixes.add([{**fix.to_dict(), "simulated": True} for fix in checked])
        for fix in checked:
            store.sensors.seen(
                fix.sensor_id,
                platform=fix.platform_id,
                name=f"{fix.sensor_id} (simulated)",
                status="simulated",
                seen_at=fix.received_at,
                message_at=fix.observed_at,
                detail={"simulated": True},
            )


def take_in_forecast(
    store: "Store", sea: SimulatedSea, ids: dict[str, str], *, actor: str
) -> None:
    """Forecast the drift of the store's simulated hotspots, and score the drifters.

    The simulated current has no error, so members differ in place, windage and mixing
    alone.
    """
    from core.forecasts import add_skill_report, make_forecast, seeds_from_sites
    from core.routing import find_hotspots

    surveys = [row["name"] for row in store.surveys.listing() if row["simulated"]]
    observations = store.observations.frame(survey=surveys)
    sites = find_hotspots(observations, max_sites=MOST_SEEDS)
    if not sites.empty:
        seen_until = observations["observed_at"].max().ceil("h").to_pydatetime()
        make_forecast(
            store,
            seeds_from_sites(sites, at=seen_until),
            current_id=ids["current"],
            wind_id=ids["wind"],
            hours=FORECAST_HOURS,
            members=FORECAST_MEMBERS,
            seed=FORECAST_SEED,
            name=FORECAST_NAME,
            actor=actor,
            current_error=None,
            diffusivity_m2_s=TRUE_DIFFUSIVITY_M2_S,
        )
    data = drifter_table(sea).assign(simulated=True).to_csv(index=False)
    add_skill_report(
        store,
        data.encode(),
        file_name="simulated-drifters.csv",
        actor=actor,
        n_resamples=SKILL_RESAMPLES,
    )
