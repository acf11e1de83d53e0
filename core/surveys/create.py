"""Surveys by name, and which of them holds a photo."""

from datetime import datetime
from typing import TYPE_CHECKING

from core.errors import InputError, NotFoundError
from core.governance import record

if TYPE_CHECKING:
    from core.storage import Store

__all__ = ["counted_in", "create_survey"]

_MAX_NAME = 100


def create_survey(
    store: "Store",
    name: str,
    *,
    actor: str,
    platform: str = "",
    started_at: datetime | None = None,
    note: str = "",
    simulated: bool = False,
) -> bool:
    """Make a survey, or check that photos may be added to the one of that name.

    Parameters
    ----------
    store : Store
        Where it is kept.
    name : str
        How people call it; at most 100 visible characters on one line.
    actor : str
        Who makes it.
    platform : str
        Vessel, drone, aircraft, shore.
    started_at : datetime, optional
        When it began, UTC.
    note : str
        Free text.
    simulated : bool, default False
        Its photos are painted by the simulated sea.

    Returns
    -------
    bool
        Whether it is new.

    Raises
    ------
    InputError
        If the name cannot be used, or simulated and real photos would mix.
    """
    name = name.strip()
    if not name or len(name) > _MAX_NAME or not name.isprintable():
        raise InputError(
            f"a survey name has 1 to {_MAX_NAME} visible characters on one line, "
            f"got {name[:40]!r}"
        )
    with store.transaction():
        is_new = store.surveys.add(
            name,
            platform=platform,
            started_at=started_at,
            note=note,
            simulated=simulated,
            created_by=actor,
        )
        if not is_new and store.surveys.get(name)["simulated"] != simulated:
            raise InputError(
                f"survey {name!r} holds {'real' if simulated else 'simulated'} photos; "
                "real and simulated ones need surveys of their own: give another name"
            )
        if is_new:
            record(
                store,
                "survey.add",
                actor,
                f"survey:{name}",
                {"simulated": simulated},
            )
    return is_new


def counted_in(store: "Store", sha256: str) -> str | None:
    """Survey that holds a photo of this content, or None."""
    try:
        return str(store.photos.get(sha256)["survey"])
    except NotFoundError:
        return None
