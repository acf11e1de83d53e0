"""A photo ready to be written, and what became of a batch in figures."""

from dataclasses import asdict, dataclass, field

from core.observations import Checked, empty_observations
from core.surveys.judging import JudgedPhoto
from core.surveys.standing import Standing

__all__ = ["ReadyPhoto", "TakenIn"]


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """What became of a batch.

    Attributes
    ----------
    n_new : int
        Photos taken in now.
    n_known : int
        Photos that this survey held already; nothing was written for them.
    n_refused : int
        Files refused, with their reasons in the store.
    n_waiting : int
        New photos that do not count until they get a position or time.
    n_foreign : int
        New photos unlike those the model knows, which count once a person looked.
    was_cancelled : bool
        The batch was stopped before its end.
    """

    n_new: int = 0
    n_known: int = 0
    n_refused: int = 0
    n_waiting: int = 0
    n_foreign: int = 0
    was_cancelled: bool = False

    def to_dict(self) -> dict[str, int | bool]:
        """Return JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class ReadyPhoto:
    """A judged photo with all that will be written of it."""

    judged: JudgedPhoto
    standing: Standing | None = None
    checked: Checked = field(
        default_factory=lambda: Checked(accepted=empty_observations())
    )
