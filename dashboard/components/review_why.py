"""Why the model says so: where it looked, and the photos most alike."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import CleanupError, NotFoundError
from dashboard import services, survey_data
from dashboard.components.formats import share
from dashboard.components.photo_gallery import plain
from dashboard.components.review_pictures import shelf

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    from core.surveys import PhotoForReview

__all__ = ["Neighbour", "alike", "neighbours_of", "overlay"]

_N_NEIGHBOURS = 4
Neighbour = tuple[dict[str, Any], float]


def overlay(shown: "PhotoForReview") -> tuple[bytes | None, str]:
    """Colour a photo where its model saw what it says; kept once worked out.

    Parameters
    ----------
    shown : PhotoForReview
        The photo under review.

    Returns
    -------
    picture : bytes or None
        JPEG; None if there is nothing to show.
    problem : str
        Why not; empty if there is a picture.
    """
    if shown.prediction is None:
        return None, "No model has judged this photo, so there is nothing to explain."
    model = str(shown.prediction["model"])
    try:
        services.classifier(model)
    except NotFoundError:
        gone = f"{model} judged this photo and is not deployed any more"
        return None, f"{gone}, so where it looked cannot be shown."
    except CleanupError as error:
        return None, str(error)
    try:
        picture = _overlay(
            services.settings().resolved_database_url,
            shown.photo["sha256"],
            shown.photo["name"],
            model,
            str(shown.prediction["category"]),
        )
    except CleanupError as error:
        return None, str(error)
    return picture, "" if picture else f"{model} cannot show where it looked."


@st.cache_data(show_spinner="Asking the model", max_entries=64)
def _overlay(
    url: str, sha256: str, name: str, model: str, category: str
) -> bytes | None:
    from core.classification.explain import explain_photo
    from core.imagery import decode_for_prediction, thumbnail

    classifier = services.classifier(model)
    if category not in classifier.categories:
        return None
    # The model is asked at the scale at which it judged the photo.
    data = services.store().files.get(sha256)
    side = classifier.manifest.input_px
    pixels = decode_for_prediction(data, name=name, min_side_px=side).pixels
    activation = classifier.examine(pixels).activation
    decoded = shelf().get(sha256, name)
    if activation is None or decoded is None:
        return None
    index = classifier.categories.index(category)
    return thumbnail(
        explain_photo(decoded.pixels, activation, index).pixels, side_px=1280
    )


def alike(shown: "PhotoForReview", labels: "Mapping[str, str]", *, blind: bool) -> None:
    """Say what the colours mean, and draw the photos most alike.

    Parameters
    ----------
    shown : PhotoForReview
        The photo under review.
    labels : mapping of str to str
        Category codes to names for people.
    blind : bool
        Whether the decisions of others stay hidden on neighbours too.
    """
    if shown.prediction is None:
        return
    model, code = str(shown.prediction["model"]), str(shown.prediction["category"])
    if overlay(shown)[0] is not None:
        st.caption(
            f"Yellow speaks most for {labels.get(code, code)}, blue a little, "
            "uncoloured not at all. It says where the model looked, not whether it "
            "is right."
        )
    found = neighbours_of(shown.photo["sha256"], model)
    if not found:
        st.caption("No other photo with features of this model is stored.")
        return
    st.markdown("**Photos most alike**")
    store = services.store()
    for cell, (photo, similarity) in zip(
        st.columns(_N_NEIGHBOURS), found, strict=False
    ):
        review = None if blind else store.reviews.standing(photo["sha256"])
        said = store.predictions.for_photo(photo["sha256"])
        known = review or (said[0] if said else {})
        label = labels.get(str(known.get("category", "")), "No label")
        by = plain(review["actor"]) if review else "by the model"
        with cell:
            small = survey_data.thumbnail(photo["thumbnail_sha256"])
            if small is not None:
                st.image(small, alt=f"{photo['name']}, {label}", width="stretch")
            st.caption(f"**{label}**, {by}  \n{share(similarity)} alike")


def neighbours_of(
    sha256: str, model: str, *, k: int = _N_NEIGHBOURS
) -> list[Neighbour]:
    """Return the photos most alike by a model's features, with their cosine.

    Parameters
    ----------
    sha256 : str
        The photo.
    model : str
        ``NAME@VERSION``.
    k : int
        How many.
    """
    from core.classification.neighbours import nearest

    store = services.store()
    own = store.features.of(sha256, model)
    if own is None or not own.any():
        return []
    n_kept = store.features.count(model)
    photos, vectors = _features(
        services.settings().resolved_database_url, model, n_kept
    )
    index, similarity = nearest(own, vectors, k + 1)
    near = [
        (photos[row], float(cosine))
        for row, cosine in zip(index.tolist(), similarity.tolist(), strict=True)
        if photos[row] != sha256
    ]
    return [(store.photos.get(photo), cosine) for photo, cosine in near[:k]]


@st.cache_resource(show_spinner=False, max_entries=2)
def _features(
    url: str, model: str, n_kept: int
) -> "tuple[list[str], npt.NDArray[np.float32]]":
    """Features of all photos; read again when their number changed."""
    return services.store().features.many(model)
