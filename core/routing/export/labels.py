"""Words and names that every export shares."""

import re
import unicodedata

from core.errors import RouteInputError
from core.routing.schedule import CleanupPlan

__all__ = ["chosen_vessel", "file_stems", "labelled"]

_MAX_STEM = 60


def labelled(plan: CleanupPlan, text: str) -> str:
    """Return a text that says so where the plan rests on simulated sites."""
    return f"{text} (simulated)" if plan.simulated else text


def chosen_vessel(plan: CleanupPlan, vessel: str | None) -> str:
    """Return the vessel a file is for, which may be left open where only one sails.

    Raises
    ------
    RouteInputError
        If the vessel does not sail, or is needed and not named.
    """
    sailing = [one.name for one in plan.vessels if one.trips]
    if vessel is None and len(sailing) == 1:
        return sailing[0]
    if vessel is None or vessel not in sailing:
        asked = "no vessel is named" if vessel is None else f"{vessel!r} has no trip"
        raise RouteInputError(
            f"{asked}; the file holds one vessel of {', '.join(sailing) or 'none'}"
        )
    return vessel


def file_stems(plan: CleanupPlan) -> dict[str, str]:
    """Name a file for each vessel that sails, by vessel and day, without ending.

    Names are safe on every file system, and no two are equal.
    """
    stems: dict[str, str] = {}
    for vessel in plan.vessels:
        if not vessel.trips:
            continue
        plain = unicodedata.normalize("NFC", vessel.name)
        plain = re.sub(r"[^\w-]+", "_", plain).strip("_")[:_MAX_STEM] or "vessel"
        stem = base = f"{plain}-{plan.start_at:%Y%m%d}"
        count = 1
        while stem.casefold() in {other.casefold() for other in stems.values()}:
            count += 1
            stem = f"{base}-{count}"
        stems[vessel.name] = stem
    return stems
