"""Surveys by name, and which of them holds a photo."""

from datetime import datetime
from typing import TYPE_CHECKING

from core.errors import InputError, NotFoundError
from core.governance import record
from core.surveys.standing import COUNT_OBJECTS, THRESHOLDS, counts_objects

if TYPE_CHECKING:
    from core.storage import Store

__all__ = ["counted_in", "create_survey", "note_threshold"]

_MAX_NAME = 100
_WAYS = ("objects", "photos")


def create_survey(
    store: "Store",
    name: str,
    *,
    actor: str,
    platform: str = "",
    started_at: datetime | None = None,
    note: str = "",
    simulated: bool = False,
    count_objects: bool | None = None,
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
    count_objects : bool, optional
        Whether each object that the detector finds counts, or each photo once. A new
        survey counts photos if not given, a known one goes on as it began.

    Returns
    -------
    bool
        Whether it is new.

    Raises
    ------
    InputError
        If the name cannot be used, simulated and real photos would mix, or the
        survey counts in the other way.
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
            params={COUNT_OBJECTS: True} if count_objects else {},
            simulated=simulated,
            created_by=actor,
        )
        held = store.surveys.get(name)
        if count_objects is not None and counts_objects(held) != count_objects:
            is_way, other = _WAYS if counts_objects(held) else reversed(_WAYS)
            raise InputError(
                f"survey {name!r} counts {is_way}, so its photos cannot be added as "
                f"{other}: give another name, or count {is_way}"
            )
        if held["simulated"] != simulated:
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
                {"simulated": simulated}
                | ({COUNT_OBJECTS: True} if count_objects else {}),
            )
    return is_new


def counted_in(store: "Store", sha256: str) -> str | None:
    """Survey that holds a photo of this content, or None."""
    try:
        return str(store.photos.get(sha256)["survey"])
    except NotFoundError:
        return None


def note_threshold(store: "Store", survey: str, model: str, threshold: float) -> None:
    """Keep the score from which a detector's boxes count in a survey.

    The first one noted stays, so a survey does not change with its detector.

    Parameters
    ----------
    store : Store
        Where the survey is kept.
    survey : str
        Its name.
    model : str
        Detector, ``NAME@VERSION``.
    threshold : float
        Lowest score that counts, in [0, 1].

    Raises
    ------
    NotFoundError
        If there is no such survey.
    """
    with store.transaction():
        params = dict(store.surveys.get(survey)["params"])
        known = dict(params.get(THRESHOLDS, {}))
        if model not in known:
            params[THRESHOLDS] = {**known, model: float(threshold)}
            store.surveys.set_params(survey, params)
