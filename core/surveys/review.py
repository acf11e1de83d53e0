"""Corrections by people: labels and positions, with undo and nothing lost."""

from datetime import datetime
from typing import TYPE_CHECKING

from core.errors import NotFoundError
from core.geo import check_position, normalise_lon
from core.governance import record
from core.observations import CATEGORY_CODES
from core.observations import category as find_category
from core.surveys.standing import FROM_PERSON, standing_of, write_observations

if TYPE_CHECKING:
    from core.storage import Store

__all__ = ["correct_label", "set_position", "undo_label"]


def correct_label(
    store: "Store",
    sha256: str,
    category: str,
    *,
    actor: str,
    blind: bool = False,
    at: datetime | None = None,
) -> int:
    """Record what a person sees on a photo; from now on that is what counts.

    Accepting the model's label is a review too: the observation then stands on the
    person's word. The observation it replaces is kept as superseded.

    Parameters
    ----------
    store : Store
        Where the photo is kept.
    sha256 : str
        The photo.
    category : str
        Category code, one that the classifier tells apart.
    actor : str
        Who decides.
    blind : bool, default False
        A second opinion given without seeing the first; it is kept beside it and
        counts only where no other decision stands.
    at : datetime, optional
        When; now if not given.

    Returns
    -------
    int
        Number of the review.

    Raises
    ------
    NotFoundError
        If there is no such photo or category.
    """
    code = find_category(category).code
    if code not in CATEGORY_CODES:
        raise NotFoundError(
            f"a photo cannot be labelled {code!r}; known: {', '.join(CATEGORY_CODES)}"
        )
    with store.transaction():
        before = standing_of(store, sha256)
        newest = max(
            (r["review_id"] for r in store.reviews.listing(photo_sha256=sha256)),
            default=0,
        )
        review_id = store.reviews.add(
            photo_sha256=sha256,
            category=code,
            previous=before.category,
            actor=actor,
            at=at,
            blind=blind,
        )
        if review_id > newest:
            write_observations(store, standing_of(store, sha256))
            detail = {"review": review_id, "from": before.category, "to": code}
            if blind:
                detail["blind"] = True
            record(store, "review.add", actor, f"photo:{sha256}", detail)
    return review_id


def undo_label(store: "Store", sha256: str, *, actor: str) -> str:
    """Take the standing review of a photo back; what stood before stands again.

    Returns
    -------
    str
        The category that counts now.

    Raises
    ------
    NotFoundError
        If the photo has no review to undo.
    """
    with store.transaction():
        before = standing_of(store, sha256)
        if before.review is None:
            raise NotFoundError(f"photo {sha256[:12]} has no review to undo")
        store.reviews.undo(int(before.review["review_id"]), actor=actor)
        now = standing_of(store, sha256)
        write_observations(store, now)
        record(
            store,
            "review.undo",
            actor,
            f"photo:{sha256}",
            {
                "review": before.review["review_id"],
                "from": before.category,
                "to": now.category,
            },
        )
    return now.category


def set_position(
    store: "Store", sha256: str, *, lat: float, lon: float, actor: str
) -> bool:
    """Give a photo the position that its camera did not know.

    Parameters
    ----------
    store : Store
        Where the photo is kept.
    sha256 : str
        The photo.
    lat, lon : float
        WGS 84 degrees.
    actor : str
        Who knows it.

    Returns
    -------
    bool
        Whether the photo counts now; False if it still lacks a time.

    Raises
    ------
    InputError
        If the position is not on Earth.
    NotFoundError
        If there is no such photo.
    """
    check_position(lat=lat, lon=lon, record=f"photo {sha256[:12]}")
    lon = float(normalise_lon(lon))
    with store.transaction():
        old = store.photos.get(sha256)
        store.photos.set_position(sha256, lat=lat, lon=lon, position_source=FROM_PERSON)
        checked = write_observations(store, standing_of(store, sha256))
        record(
            store,
            "photo.position",
            actor,
            f"photo:{sha256}",
            {"from": [old["lat"], old["lon"]], "to": [lat, lon]},
        )
    return not checked.accepted.empty
