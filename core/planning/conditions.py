"""The sea a plan is made for, from ocean forcing: current, wind and waves."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.forecasts import load_forcing
from core.routing import Conditions, GridConditions, LayeredConditions

if TYPE_CHECKING:
    from core.environment import Forcing
    from core.storage import Store

__all__ = ["conditions_from_forcings", "conditions_from_store"]

#: A field of one time holds for the whole plan, whatever its length.
_ALWAYS_H = 1e5


def conditions_from_forcings(
    forcings: "Iterable[Forcing]", *, start_at: datetime
) -> Conditions:
    """Conditions of a plan from forcing at hand, the best of a kind first.

    Parameters
    ----------
    forcings : iterable of Forcing
        Currents, wind and waves; a Stokes drift moves debris, not vessels, and is
        passed over. A field of one time is taken as steady.
    start_at : datetime
        Start of the plan, aware.

    Raises
    ------
    InputError
        If none of them tells of current, wind or waves, or a value cannot be in the
        unit it should be in.
    """
    layers = [_layer(one, start_at) for one in forcings if one.kind != "stokes"]
    if not layers:
        raise InputError("no forcing tells of current, wind or waves")
    return LayeredConditions(layers)


def conditions_from_store(
    store: "Store", forcing_ids: Iterable[str], *, start_at: datetime, hours: float
) -> Conditions:
    """Conditions of a plan from forcing in the store.

    Only the hours of the plan are read; a forcing that holds none of them is refused.

    Raises
    ------
    InputError
        If a forcing does not reach into the plan, or none can be used.
    NotFoundError
        If one is not in the store.
    """
    end_at = start_at + timedelta(hours=hours)
    found = []
    for forcing_id in forcing_ids:
        row = store.forcings.get(forcing_id)
        begins, ends = row["starts_at"], row["ends_at"]
        moving = row["n_times"] > 1
        if moving and (begins >= end_at or ends <= start_at):
            raise InputError(
                f"{row['name']} covers {begins:%Y-%m-%d %H:%M} to "
                f"{ends:%Y-%m-%d %H:%M} UTC, which is outside the plan"
            )
        found.append(
            load_forcing(
                store,
                forcing_id,
                start=max(start_at, begins) if moving else None,
                end=min(end_at, ends) if moving else None,
            )
        )
    return conditions_from_forcings(found, start_at=start_at)


def _layer(forcing: "Forcing", start_at: datetime) -> GridConditions:
    closed = forcing.closed()
    time_h = (closed.time_s - start_at.timestamp()) / 3600.0
    repeat = 1
    if len(time_h) == 1:
        time_h, repeat = np.array([-_ALWAYS_H, _ALWAYS_H]), 2

    def over_time(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return np.repeat(values, repeat, axis=0) if repeat > 1 else values

    if closed.height_m is not None:
        return GridConditions(
            time_h, closed.lat, closed.lon, wave_height_m=over_time(closed.height_m)
        )
    east, north = over_time(closed.u), over_time(closed.v)
    if closed.kind == "wind":
        return GridConditions(
            time_h, closed.lat, closed.lon, wind_east_m_s=east, wind_north_m_s=north
        )
    return GridConditions(time_h, closed.lat, closed.lon, east, north)
