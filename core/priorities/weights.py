"""Harm weights: how much a kind of debris harms, beside the other kinds.

A weight is a number from 0 to 1 for a category and a kind of harm, with its bounds and
its source. Nobody has measured such numbers. The order of items is known for some, from
what experts judged and from what animals died of; the figures are set by hand.

The weights of a category are joined over the kinds of harm by their importance, and
divided by the mean of all debris categories. A category of average harm has 1, so a
priority reads as "kg of average harm".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, Self, get_args

import numpy as np
import pandas as pd

from core.errors import InputError
from core.observations import RECORD_DEBRIS_CODES

__all__ = ["HARM_KINDS", "Combine", "HarmWeight", "HarmWeights", "Importance"]

#: Ways in which debris harms, in the order they are shown.
HARM_KINDS = ("entanglement", "ingestion", "smothering", "toxic")
Combine = Literal["mean", "max"]
_ASSUMED = "assumption"


@dataclass(frozen=True)
class HarmWeight:
    """Harm of one kind by one category, from 0 (none) to 1 (the worst of its kind).

    Attributes
    ----------
    value, low, high : float
        The weight and its bounds, in [0, 1].
    source : str
        What it rests on; starts with ``assumption`` if nothing that was measured or
        judged by experts orders it.
    """

    value: float
    low: float
    high: float
    source: str

    def __post_init__(self) -> None:
        if not 0.0 <= self.low <= self.value <= self.high <= 1.0:
            raise InputError(
                "a harm weight must rise from low to high within 0 to 1, got "
                f"{self.low:g}, {self.value:g}, {self.high:g}"
            )
        if not self.source.strip():
            raise InputError("a harm weight needs a source, or the word assumption")

    @property
    def is_assumed(self) -> bool:
        """Whether nothing orders it but a guess."""
        return self.source.strip().lower().startswith(_ASSUMED)


@dataclass(frozen=True)
class Importance:
    """How much one kind of harm counts beside the others, and why."""

    value: float
    source: str = f"{_ASSUMED}: set by hand"

    def __post_init__(self) -> None:
        if not 0.0 <= self.value <= 1.0:
            raise InputError(
                f"the importance of a kind of harm is {self.value:g}, expected 0 to 1"
            )


@dataclass(frozen=True)
class HarmWeights:
    """Harm weights of every debris category.

    Parameters
    ----------
    weights : mapping of str to mapping of str to HarmWeight
        Category, then kind of harm. All debris categories of records, all of
        ``HARM_KINDS``.
    importance : mapping of str to Importance
        By kind of harm; one at least above 0.
    combine : {"mean", "max"}
        With importances ``a`` and weights ``w`` over kinds ``k``: the mean is
        ``sum(a w) / sum(a)``, the maximum ``max(a w) / max(a)``. The mean counts
        several ways of harming, the maximum the worst alone.
    version : str
        Which version of the store it is; empty if it is none.

    Raises
    ------
    InputError
        If a category or kind lacks or is unknown, or every weight that counts is 0.
    """

    weights: Mapping[str, Mapping[str, HarmWeight]]
    importance: Mapping[str, Importance]
    combine: Combine = "mean"
    version: str = ""

    def __post_init__(self) -> None:
        if self.combine not in get_args(Combine):
            raise InputError(
                f"combine is {str(self.combine)[:40]!r}, expected mean or max"
            )
        _check_names("harm weights", self.weights, RECORD_DEBRIS_CODES)
        for code, by_kind in self.weights.items():
            _check_names(f"harm weights of {code}", by_kind, HARM_KINDS)
        _check_names("importance", self.importance, HARM_KINDS)
        if not any(one.value > 0.0 for one in self.importance.values()):
            raise InputError("no kind of harm has an importance above 0")
        if not self._raw()["harm"].gt(0.0).any():
            raise InputError("every harm weight that counts is 0; nothing can be told")

    def named(self, version: str) -> Self:
        """Return the same weights under the name of a version."""
        return replace(self, version=version)

    def harm(self) -> pd.DataFrame:
        """Harm of each category relative to the mean category.

        The bounds of a mean join those of the kinds in quadrature, as independent;
        the bounds of a maximum are the maxima of the bounds. Both are divided by the
        mean of the central values, which is taken as exact.

        Returns
        -------
        DataFrame
            Indexed by category: ``harm, low, high`` (1 is the mean category) and
            ``main_kind``, the kind of harm that counts most.
        """
        table = self._raw()
        figures = ["harm", "low", "high"]
        table[figures] = table[figures] / float(table["harm"].mean())
        return table

    def _raw(self) -> pd.DataFrame:
        codes = list(RECORD_DEBRIS_CODES)
        a = np.array([self.importance[kind].value for kind in HARM_KINDS])
        w, low, high = (
            np.array(
                [
                    [getattr(self.weights[c][kind], part) for kind in HARM_KINDS]
                    for c in codes
                ]
            )
            for part in ("value", "low", "high")
        )
        if self.combine == "max":
            joined = [(a * part).max(axis=1) / a.max() for part in (w, low, high)]
        else:
            share = a / a.sum()
            mean = w @ share
            down = np.sqrt((((w - low) * share) ** 2).sum(axis=1))
            up = np.sqrt((((high - w) * share) ** 2).sum(axis=1))
            joined = [mean, mean - down, mean + up]
        main = np.asarray(HARM_KINDS)[(a * w).argmax(axis=1)]
        columns = dict(zip(("harm", "low", "high"), joined, strict=True))
        return pd.DataFrame({**columns, "main_kind": main}, index=pd.Index(codes))


def _check_names(
    what: str, given: Mapping[str, object], expected: tuple[str, ...]
) -> None:
    lacking = [name for name in expected if name not in given]
    unknown = [str(name)[:40] for name in given if name not in expected]
    if lacking:
        raise InputError(f"{what} lack {', '.join(lacking)}")
    if unknown:
        known = ", ".join(expected)
        raise InputError(f"{what}: unknown {', '.join(unknown)}; known: {known}")
