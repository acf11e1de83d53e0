"""Counts in words, and what a survey's figures say in one sentence."""

from typing import TYPE_CHECKING

from dashboard.components.formats import share

if TYPE_CHECKING:
    from core.surveys import SurveySummary

__all__ = ["counted", "survey_answer", "time_left"]


def counted(n: int, one: str, many: str = "") -> str:
    """Say a count with its words in the singular or plural.

    Parameters
    ----------
    n : int
        The count.
    one, many : str
        Words after a count of one and of any other; ``many`` is ``one`` with an "s"
        if not given.

    Examples
    --------
    >>> counted(1, "photo"), counted(1200, "file was", "files were")
    ('1 photo', '1,200 files were')
    """
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"


def time_left(seconds: float) -> str:
    """Say a time that is left, no more exactly than it is known.

    Examples
    --------
    >>> time_left(20), time_left(130), time_left(4000)
    ('less than a minute left', 'about 2 min left', 'about 1 h 7 min left')
    """
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute left"
    hours, rest = divmod(minutes, 60)
    return f"about {f'{hours} h ' if hours else ''}{rest} min left"


def survey_answer(summary: "SurveySummary") -> str:
    """Say what a survey found and what of it waits for a person."""
    refused = counted(summary.n_refused, "file was refused", "files were refused")
    if summary.n_photos == 0:
        return f"{refused}; none could be used."
    photos = counted(summary.n_photos, "photo")
    seen = share(summary.n_debris / summary.n_photos)
    parts = [f"Debris on **{summary.n_debris:,} of {photos}** ({seen})"]
    if summary.n_doubtful:
        doubtful = counted(summary.n_doubtful, "is", "are")
        waits = "waits" if summary.n_doubtful == 1 else "wait"
        parts.append(f"{doubtful} in doubt and {waits} for a look")
    if summary.n_waiting:
        waiting = counted(summary.n_waiting, "does", "do")
        parts.append(f"{waiting} not count for want of a position or time")
    if summary.n_foreign:
        foreign = counted(summary.n_foreign, "looks", "look")
        parts.append(
            f"{foreign} unlike the photos the model knows and "
            f"{'counts' if summary.n_foreign == 1 else 'count'} once a person looked"
        )
    if summary.n_refused:
        parts.append(refused)
    return "; ".join(parts) + "."
