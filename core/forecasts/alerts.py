"""Forcing that is out of date: what the overview warns of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from core.storage import Store

__all__ = ["REFRESH_EVERY_H", "ForcingAlert", "stale_forcings"]

#: Hours after which a source should have newer data: current models run once a day,
#: wind and wave models two to four times (assumption; half as long again is allowed).
REFRESH_EVERY_H: dict[str, float] = {
    "current": 36.0,
    "wind": 18.0,
    "stokes": 18.0,
    "waves": 18.0,
}
Reason = Literal["source_silent", "ends_soon", "old"]


@dataclass(frozen=True)
class ForcingAlert:
    """One thing that is wrong with a forcing in use.

    Attributes
    ----------
    forcing_id, name, kind : str
        Which forcing.
    reason : str
        ``source_silent`` (the last fetch failed), ``ends_soon`` (its data end before
        the time ahead that was asked for) or ``old`` (not asked for in long).
    since : datetime
        Since when; for ``ends_soon`` the end of the data.
    message : str
        In words.
    """

    forcing_id: str
    name: str
    kind: str
    reason: Reason
    since: datetime
    message: str


def stale_forcings(
    store: "Store", now: datetime, *, hours: float = 24.0
) -> list[ForcingAlert]:
    """Find forcing in use whose source is silent, that ends soon, or that is old.

    Simulated forcing is left out: its clock stands still.

    Parameters
    ----------
    store : Store
        Where the forcing is.
    now : datetime
        Aware.
    hours : float, default 24
        How far ahead the data should reach.

    Returns
    -------
    list of ForcingAlert
        Those whose source is silent first, then by name.
    """
    found = [
        alert
        for row in store.forcings.listing()
        if not row["simulated"]
        for alert in _alerts(row, now, hours)
    ]
    order = {"source_silent": 0, "ends_soon": 1, "old": 2}
    return sorted(found, key=lambda a: (order[a.reason], a.name, a.forcing_id))


def _alerts(row: dict[str, Any], now: datetime, hours: float) -> Iterator[ForcingAlert]:
    def alert(reason: Reason, since: datetime, message: str) -> ForcingAlert:
        return ForcingAlert(
            row["forcing_id"], row["name"], row["kind"], reason, since, message
        )

    label = f"{row['name']} ({row['kind']})"
    if row["stale_since"] is not None:
        why = f": {row['last_error']}" if row["last_error"] else ""
        yield alert(
            "source_silent",
            row["stale_since"],
            f"{label} could not be renewed since {_shown(row['stale_since'])}{why}",
        )
    ends_at: datetime = row["ends_at"]
    if row["n_times"] > 1 and ends_at < now + timedelta(hours=hours):
        word = "ended" if ends_at < now else "ends"
        yield alert("ends_soon", ends_at, f"{label} {word} at {_shown(ends_at)}")
    asked_at: datetime = row["checked_at"] or row["fetched_at"]
    limit = timedelta(hours=REFRESH_EVERY_H[row["kind"]])
    if row["source_url"] and row["stale_since"] is None and now - asked_at > limit:
        yield alert("old", asked_at, f"{label} was last renewed {_shown(asked_at)}")


def _shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
