"""Which ocean forcing a plan uses, and what is made of it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from core.errors import InputError
from core.planning.conditions import conditions_from_store
from core.planning.drift import MEMBERS, drift_from_store

if TYPE_CHECKING:
    import pandas as pd

    from core.routing import Conditions, DriftForecast, PlanRequest
    from core.storage import Store

__all__ = ["PlanForcing"]


@dataclass(frozen=True, kw_only=True)
class PlanForcing:
    """Forcing of the store that a plan uses.

    Parameters
    ----------
    current_id, wind_id, stokes_id, waves_id : str, optional
        Forcing of each kind; none is used where none is named.
    drift : bool, default True
        Whether debris drifts with it; needs a current.
    sailing : bool, default True
        Whether it changes how vessels sail and when they can work.
    members : int, default 50
        Members of the drift ensemble.

    Raises
    ------
    InputError
        If debris shall drift and there is no current.
    """

    current_id: str | None = None
    wind_id: str | None = None
    stokes_id: str | None = None
    waves_id: str | None = None
    drift: bool = True
    sailing: bool = True
    members: int = MEMBERS

    def __post_init__(self) -> None:
        if self.drift and self.current_id is None:
            raise InputError("drifting debris needs a current; choose one")
        if self.members < 1:
            raise InputError(f"members is {self.members}, expected 1 or more")

    @property
    def sailing_ids(self) -> tuple[str, ...]:
        """Forcing that vessels feel."""
        found = (self.waves_id, self.wind_id, self.current_id)
        return tuple(one for one in found if one) if self.sailing else ()

    def drift_of(
        self,
        store: "Store",
        request: "PlanRequest",
        *,
        places: "pd.DataFrame | None" = None,
        name: str,
        actor: str,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> "DriftForecast | None":
        """Drift of the sites of a request, kept in the store; None if they lie still.

        Parameters
        ----------
        places : DataFrame, optional
            The sites where they are at the start of the plan, with ``radius_m``,
            where that is not where the request has them.

        Raises
        ------
        InputError
            If the forcing does not cover the start of the plan.
        """
        if not self.drift or self.current_id is None:
            return None
        return drift_from_store(
            store,
            (request.sites if places is None else places).assign(
                simulated=request.simulated
            ),
            start_at=request.start_at,
            hours=request.hours,
            current_id=self.current_id,
            wind_id=self.wind_id,
            stokes_id=self.stokes_id,
            members=self.members,
            seed=request.seed,
            name=f"Sites of plan {name}",
            actor=actor,
            progress=progress,
            cancelled=cancelled,
        )

    def conditions_of(
        self, store: "Store", request: "PlanRequest"
    ) -> "Conditions | None":
        """Sea that the vessels of a request meet; None where it is taken as calm.

        Raises
        ------
        InputError
            If a forcing does not reach into the plan.
        """
        if not self.sailing_ids:
            return None
        return conditions_from_store(
            store, self.sailing_ids, start_at=request.start_at, hours=request.hours
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the choice as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, one: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_dict` returned.

        Raises
        ------
        InputError
            If a field is unknown or cannot be used.
        """
        try:
            return cls(**one)
        except TypeError as error:
            raise InputError(f"forcing of a plan cannot be read: {error}") from error
