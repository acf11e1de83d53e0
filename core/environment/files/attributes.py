"""What a file says of itself, and whom to credit."""

import json
from typing import NamedTuple

import numpy as np
import xarray as xr

from core.environment.text import clean_text

__all__ = ["SOURCE_VARIABLES", "SOURCE_WARNINGS", "Description", "describe"]

#: Attributes that Gyre writes, so that what was known of the first file is kept.
SOURCE_VARIABLES = "gyre_source_variables"
SOURCE_WARNINGS = "gyre_warnings"

_CREDIT = ("attribution", "credit", "acknowledgement", "acknowledgment", "institution",
           "producer", "creator_name")  # fmt: skip
#: Texts kept of a list that a file carries, and the longest list read. Assumption.
_MAX_TEXTS = 100
_MAX_JSON = 100_000


class Description(NamedTuple):
    """Title, source, credit and marks of a dataset, empty where it has none."""

    title: str
    source: str
    attribution: str
    simulated: bool
    variables: tuple[str, ...]
    warnings: tuple[str, ...]


def describe(dataset: xr.Dataset) -> Description:
    """Read the attributes that say what a file is."""
    attrs = dataset.attrs
    credit = next((key for key in _CREDIT if clean_text(attrs.get(key, ""))), "")
    return Description(
        title=clean_text(attrs.get("title", "")),
        source=clean_text(attrs.get("source", "")),
        attribution=clean_text(attrs.get(credit, "")),
        simulated=_is_true(attrs.get("simulated", "")),
        variables=_texts(attrs.get(SOURCE_VARIABLES, "")),
        warnings=_texts(attrs.get(SOURCE_WARNINGS, "")),
    )


def _is_true(value: object) -> bool:
    if isinstance(value, np.ndarray):
        value = value.ravel()[0] if value.size else ""
    return clean_text(value, longest=10).lower() in {"true", "1", "1.0", "yes"}


def _texts(value: object) -> tuple[str, ...]:
    """Return a JSON list of texts, empty where the attribute is anything else."""
    if not isinstance(value, str) or len(value) > _MAX_JSON:
        return ()
    try:
        found = json.loads(value) if value else []
    except (ValueError, RecursionError):
        return ()
    if not isinstance(found, list):
        return ()
    return tuple(
        clean_text(text) for text in found[:_MAX_TEXTS] if isinstance(text, str)
    )
