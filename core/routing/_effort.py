"""When a search ends, whom it tells, and what it spent."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from core.errors import PlanningError

__all__ = ["Effort", "Share"]


@dataclass
class Effort:
    """Limits of a search; the first that is reached ends it.

    Parameters
    ----------
    seconds : float
        Wall-clock limit.
    patience : int
        Steps without a better plan after which the search ends. Runs that end this
        way, or by ``iterations``, repeat exactly for a seed.
    iterations : int, optional
        Limit of steps.
    progress : callable, optional
        Told ``(done, total)`` in per cent.
    cancelled : callable, optional
        Asked now and then; the search ends with an error once it answers true.
    """

    seconds: float
    patience: int
    iterations: int | None = None
    progress: Callable[[int, int], None] | None = None
    cancelled: Callable[[], bool] | None = None
    n_steps: int = 0
    _began: float = field(default_factory=time.monotonic, repr=False)
    _since_best: int = field(default=0, repr=False)
    _told: int = field(default=-1, repr=False)

    def left_s(self) -> float:
        """Seconds left."""
        return self.seconds - (time.monotonic() - self._began)

    def spent(self, n_steps: int, *, improved: bool) -> bool:
        """Count steps made; true once the search must end."""
        self.n_steps += n_steps
        self._since_best = 0 if improved else self._since_best + n_steps
        return self.is_over()

    def is_over(self) -> bool:
        """Whether a limit is reached; tells how far the search is."""
        share = max(
            1.0 - self.left_s() / self.seconds,
            self._since_best / self.patience,
            0.0 if self.iterations is None else self.n_steps / self.iterations,
        )
        self.report(min(share, 1.0))
        return share >= 1.0

    def report(self, share: float) -> None:
        """Tell how far the search is, and end it if someone cancelled."""
        if self.cancelled is not None and self.cancelled():
            raise PlanningError("planning was cancelled; no plan was made")
        per_cent = max(self._told, int(100.0 * share))
        if self.progress is not None and per_cent > self._told:
            self._told = per_cent
            self.progress(per_cent, 100)


@dataclass
class Share:
    """Part of an effort for the second engine, which asks before every step.

    Parameters
    ----------
    effort : Effort
        The whole.
    seconds : float
        Wall-clock limit of this part.
    steps : int
        Limit of its steps.
    """

    effort: Effort
    seconds: float
    steps: int
    _began: float = field(default_factory=time.monotonic, repr=False)
    _made: int = field(default=0, repr=False)

    def __call__(self, best_cost: int) -> bool:
        """Decide whether to stop."""
        if self._made % 64 == 0 and self.effort.is_over():
            return True
        self._made += 1
        late = time.monotonic() - self._began > self.seconds
        return late or self._made > self.steps
