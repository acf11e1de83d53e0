"""What the tables of the Great Pacific Garbage Patch survey 2015-2016 share.

References
----------
.. [1] L. Lebreton et al., "Evidence that the Great Pacific Garbage Patch is rapidly
   accumulating plastic", Scientific Reports 8 (2018) 4666; data on figshare 5873142.
"""

import re
from collections.abc import Sequence

import numpy as np

from core.observations.importers.profiles._reading import Reading

__all__ = [
    "EVENT_ID",
    "SOURCE",
    "SURVEY",
    "category_of",
    "event_names",
    "size_bounds_mm",
]

SURVEY = "Great Pacific Garbage Patch 2015-2016"
SOURCE = "The Ocean Cleanup; Lebreton et al. 2018"
EVENT_ID = "Sampling event ID"

_MM_PER_CM = 10.0
_BETWEEN_CM = re.compile(r"([\d.]+)\s*-\s*([\d.]+)(?:\s*cm)?")
_ABOVE_CM = re.compile(r">\s*([\d.]+)(?:\s*cm)?")
#: H hard plastic, sheet and film; N nets, ropes and lines; P pellets; F foam.
_TYPES = {"H": "plastic", "N": "fishing_gear", "P": "plastic", "F": "plastic"}
_MATERIALS = {"Glass": "glass", "Wood": "wood", "Rubber": "rubber", "Seed": "biota"}


def event_names(reading: Reading) -> list[str]:
    """Names of sampling events; a spreadsheet kept them as binary fractions.

    Event 1.2 stands as 1.2000000000000002 in one table and as 1.2 in another, so
    numbers are cut to six decimals, the same way everywhere.
    """
    written = reading.texts(EVENT_ID, "event")
    numbers = reading.numbers(EVENT_ID, required=True)
    names = ["" if np.isnan(n) else f"{round(n, 6):g}" for n in numbers.tolist()]
    rounded = [
        text.removesuffix(".0") != name
        for text, name in zip(written, names, strict=True)
    ]
    reading.notes["event_number_rounded"] += sum(rounded)
    return names


def size_bounds_mm(texts: Sequence[str]) -> tuple[list[float], list[float]]:
    """Lower and upper size of classes in cm, in mm; NaN where there is no end.

    Examples
    --------
    >>> size_bounds_mm(["0.15 - 0.5", "> 50"])
    ([1.5, 500.0], [5.0, nan])
    """
    found = {text: _bounds_mm(text) for text in dict.fromkeys(texts)}
    return [found[text][0] for text in texts], [found[text][1] for text in texts]


def _bounds_mm(text: str) -> tuple[float, float]:
    inside = re.sub(r".*\(|\).*", "", text).strip()
    if match := _BETWEEN_CM.fullmatch(inside):
        return float(match[1]) * _MM_PER_CM, float(match[2]) * _MM_PER_CM
    if match := _ABOVE_CM.fullmatch(inside):
        return float(match[1]) * _MM_PER_CM, np.nan
    return np.nan, np.nan


def category_of(material: str, kind: str) -> str:
    """Category of pieces by material and, for plastic, by type."""
    if material in ("Plastic", ""):
        return _TYPES.get(kind, "other")
    return _MATERIALS.get(material, "other")
