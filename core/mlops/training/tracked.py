"""A training that is logged and watched while it runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.mlops.tracking import RunLog, flat
from core.mlops.training.follow import progress_words

__all__ = ["Tracking", "final_metrics", "watcher"]


@dataclass(frozen=True, kw_only=True)
class Tracking:
    """Where a training is logged, and who is told how far it is.

    Parameters
    ----------
    uri : str
        MLflow tracking address; empty logs nothing.
    commit : str
        Of the code.
    tell : callable, optional
        Told progress and troubles of the tracker in words.
    """

    uri: str = ""
    commit: str = "unknown"
    tell: Callable[[str], None] = lambda _words: None

    def open(
        self,
        folder: Path,
        *,
        name: str,
        parameters: Mapping[str, Any],
        tags: Mapping[str, str],
    ) -> RunLog | None:
        """Start or resume the run of a training folder; None without an address."""
        if not self.uri:
            return None
        return RunLog(
            self.uri,
            folder,
            name=name,
            parameters=flat(parameters),
            tags={"git_commit": self.commit, **tags},
            tell=self.tell,
        )


def watcher(
    log: RunLog | None,
    tracking: Tracking,
    *,
    label: str,
    prefix: str,
    n_epochs: int,
    n_later: int,
) -> Callable[[Sequence[dict[str, Any]], int], None]:
    """Make what a `HistoryFollower` calls: log new epochs, tell the time left.

    Parameters
    ----------
    log : RunLog or None
        Receives the epochs, under ``prefix``.
    tracking : Tracking
        Its ``tell`` gets the words.
    label : str
        Of the run.
    n_epochs, n_later : int
        Epochs of this run and of those that follow.
    """

    def grown(rows: Sequence[dict[str, Any]], _seen: int) -> None:
        tracking.tell(progress_words(label, rows, n_epochs, n_later=n_later))
        if log is not None:
            log.epochs(rows, prefix=prefix)

    return grown


def final_metrics(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Flatten the figures of a manifest for the run log, with their intervals."""
    out: dict[str, float] = {}
    for split, scores in metrics.items():
        for key, value in scores.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                out[f"{split}/{key}"] = float(value)
        for key, interval in scores.get("intervals", {}).items():
            for end, value in zip(("low", "high"), interval, strict=True):
                if value is not None:
                    out[f"{split}/{key}_{end}"] = float(value)
        for source, entry in scores.get("per_source", {}).items():
            if entry.get("accuracy") is not None:
                out[f"{split}/accuracy_{source}"] = float(entry["accuracy"])
    return out
