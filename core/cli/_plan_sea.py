"""The sea of a plan from files: where debris drifts, and what vessels meet."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli._output import progress_line, report_note
from core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from core.cli._drift_forcing import DriftForcing
    from core.routing import ClosedArea, Conditions, DriftForecast

__all__ = ["PlanSea", "read_closed_areas"]


class PlanSea:
    """Forcing of a plan, read once and used twice.

    Parameters
    ----------
    currents, wind, stokes, waves : sequence of Path
        Files of each kind; a file of currents may hold wind and Stokes drift too.

    Raises
    ------
    InputError
        Names every file that cannot be used.
    """

    def __init__(
        self,
        *,
        currents: Sequence[Path],
        wind: Sequence[Path],
        stokes: Sequence[Path],
        waves: Sequence[Path],
    ) -> None:
        from core.cli._drift_forcing import read_drift_forcing
        from core.environment import open_forcing

        self._drift: DriftForcing | None = None
        if currents or wind or stokes:
            self._drift = read_drift_forcing(
                currents=currents, wind=wind, stokes=stokes
            )
        self._waves = [
            one for path in waves for one in open_forcing(path) if one.kind == "waves"
        ]
        if waves and not self._waves:
            raise InputError(f"{waves[0].name} holds no wave heights")

    @property
    def is_simulated(self) -> bool:
        """Whether any of it is made up for a demonstration."""
        drift = self._drift is not None and self._drift.is_simulated
        return drift or any(one.simulated for one in self._waves)

    def conditions(self, start_at: datetime) -> "Conditions | None":
        """Sea that vessels meet; None where nothing is known of it."""
        from core.planning import conditions_from_forcings

        moving = [] if self._drift is None else list(self._drift.by_kind.values())
        found = [*self._waves, *(one for one in moving if one.kind != "stokes")]
        if not found:
            return None
        return conditions_from_forcings(found, start_at=start_at)

    def drift(
        self,
        sites: "pd.DataFrame",
        *,
        start_at: datetime,
        hours: float,
        members: int,
        seed: int,
    ) -> "DriftForecast | None":
        """Drift of the sites; None where no current was given."""
        from core.planning import drift_from_fields

        if self._drift is None or "current" not in self._drift.by_kind:
            return None
        forcing = self._drift
        return drift_from_fields(
            sites,
            forcing.fields(),
            spans=[(one.starts_at, one.ends_at) for one in forcing.by_kind.values()],
            start_at=start_at,
            hours=hours,
            members=members,
            seed=seed,
            progress=progress_line("drifting, particles"),
        )


def read_closed_areas(paths: Sequence[Path]) -> "tuple[ClosedArea, ...]":
    """Read files of closed areas; what is refused in them is said.

    Raises
    ------
    InputError
        If a file cannot be read at all.
    """
    from core.routing import parse_closed_areas

    areas: list[ClosedArea] = []
    for path in paths:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InputError(f"cannot read {path}: {error.strerror}") from error
        read = parse_closed_areas(data)
        for one in read.rejected:
            report_note(f"{path.name}: {one}")
        areas += read.areas
    return tuple(areas)
