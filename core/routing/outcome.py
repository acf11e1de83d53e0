"""What a plan says beside its schedule: what stays, what limits it, what drifts."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

__all__ = ["LeftOut", "Partial", "PlanDrift", "PlanLimit"]


@dataclass(frozen=True)
class LeftOut:
    """A site that no vessel visits, why, and what would bring it in."""

    site: str
    reason: str
    detail: str
    remedy: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return the entry of ``unassigned`` in a plan document."""
        return asdict(self)


@dataclass(frozen=True)
class Partial:
    """A site that is visited and not emptied."""

    site: str
    collected_kg: float
    left_kg: float
    reason: str
    detail: str
    remedy: str = ""

    def __post_init__(self) -> None:
        """Keep the figures as the document does, to the gram."""
        _round(self, ("collected_kg", "left_kg"))

    def to_dict(self) -> dict[str, Any]:
        """Return the entry of ``partial`` in a plan document."""
        return asdict(self)


@dataclass(frozen=True)
class PlanDrift:
    """How a plan fares when it is executed in every member of a drift forecast.

    Parameters
    ----------
    members : int
        Members of the forecast the plan was executed in.
    mode : str
        ``tracked``: vessels head for where the patch then is; ``untracked``: for
        where it was expected.
    mass_kg, p10, p90 : float
        Mean of the mass collected, and its 10 and 90 % quantiles, in kg; the doubt
        about the mass of each site is in them.
    untracked_mass_kg : float
        Mean of the mass if no vessel tracked its patches.
    forecast_id : str
        Which forecast; empty if it has no name.
    """

    members: int
    mode: str
    mass_kg: float
    p10: float
    p90: float
    untracked_mass_kg: float
    forecast_id: str = ""

    def __post_init__(self) -> None:
        """Keep the figures as the document does, to the gram."""
        _round(self, ("mass_kg", "p10", "p90", "untracked_mass_kg"))

    def to_dict(self) -> dict[str, Any]:
        """Return ``drift`` of a plan document."""
        return asdict(self)

    @classmethod
    def from_dict(cls, one: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_dict` returned."""
        return cls(**one)


@dataclass(frozen=True)
class PlanLimit:
    """What a little more of one thing would bring.

    Parameters
    ----------
    what : str
        What is changed, in words: ``hold of Alma``.
    change : float
        By how much it is changed.
    unit : str
        Unit of the change.
    mass_kg : float
        Mass the changed plan collects beyond this one.
    noise_kg : float
        Differences up to this are within what the search itself varies.
    """

    what: str
    change: float
    unit: str
    mass_kg: float
    noise_kg: float

    def __post_init__(self) -> None:
        """Keep the figures as the document does."""
        _round(self, ("change", "mass_kg", "noise_kg"))

    def to_dict(self) -> dict[str, Any]:
        """Return the entry of ``limits`` in a plan document."""
        return asdict(self)

    @classmethod
    def from_dict(cls, one: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_dict` returned."""
        return cls(**one)


def _round(one: object, names: tuple[str, ...], digits: int = 3) -> None:
    for name in names:
        object.__setattr__(one, name, round(float(getattr(one, name)), digits))
