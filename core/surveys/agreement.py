"""Do two people see the same on the same photos? Cohen's kappa with its interval.

Only decisions made without seeing the other's are compared: a first decision, or a
blind second one. A label changed after looking at another's says nothing about
agreement.

References
----------
.. [1] J. Cohen, "A coefficient of agreement for nominal scales", Educational and
   Psychological Measurement 20 (1960) 37-46.
.. [2] J. L. Fleiss, J. Cohen, B. S. Everitt, "Large sample standard errors of kappa and
   weighted kappa", Psychological Bulletin 72 (1969) 323-327, equation 13.
.. [3] C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial limits
   illustrated in the case of the binomial", Biometrika 26 (1934) 404-413.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from core.storage import Store

__all__ = ["Agreement", "independent_labels", "label_agreement", "open_disagreements"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Agreement:
    """How far two people agree on photos that both labelled.

    Attributes
    ----------
    n : int
        Photos that both labelled.
    n_agreed : int
        Photos with the same label.
    raw, raw_low, raw_high : float
        Share of the same label, with its exact (Clopper-Pearson) interval; NaN if
        there are no photos in common.
    kappa, kappa_low, kappa_high : float
        Cohen's kappa with its interval; NaN where it is not defined.
    reason : str
        Why kappa is not defined; empty if it is.
    categories : tuple of str
        Categories that either of them used, in their order.
    table : ndarray of int, shape (n_categories, n_categories)
        Photos by the first's label (rows) and the second's (columns).
    """

    n: int
    n_agreed: int
    raw: float
    raw_low: float
    raw_high: float
    kappa: float
    kappa_low: float
    kappa_high: float
    reason: str
    categories: tuple[str, ...]
    table: npt.NDArray[np.int64]

    def frame(self) -> "pd.DataFrame":
        """Return the table with categories as index (first) and columns (second)."""
        import pandas as pd

        return pd.DataFrame(
            self.table, index=list(self.categories), columns=list(self.categories)
        )


def label_agreement(
    first: Sequence[str], second: Sequence[str], *, confidence: float = 0.95
) -> Agreement:
    r"""Compare two people's labels of the same photos.

    With shares :math:`p_{ij}` of photos labelled i by one and j by the other,
    :math:`\kappa = (p_o - p_e) / (1 - p_e)`, where :math:`p_o = \sum_i p_{ii}` and
    :math:`p_e = \sum_i p_{i.} p_{.i}` [1]_. Its standard error is the large-sample one
    of [2]_; the interval is cut at -1 and 1. Where all photos agree, that error is zero
    and says too much, so the lower limit is kappa at the exact lower limit of
    :math:`p_o` [3]_ with the margins as they are.

    Parameters
    ----------
    first, second : sequence of str, shape (n,)
        Labels of the same photos in the same order.
    confidence : float, default 0.95
        Coverage of the intervals, in (0, 1).

    Returns
    -------
    Agreement
        With a reason in words where kappa is not defined: no photos in common, or
        only one category used by both.

    Raises
    ------
    InputError
        If the lengths differ.

    Examples
    --------
    >>> both = label_agreement(["wood", "wood", "glass"], ["wood", "glass", "glass"])
    >>> both.n_agreed, round(both.kappa, 2)
    (2, 0.4)
    """
    from scipy.stats import norm
    from sklearn.metrics import cohen_kappa_score

    if len(first) != len(second):
        raise InputError(f"{len(first)} labels against {len(second)}, expected as many")
    categories = tuple(sorted({*first, *second}))
    n = len(first)
    if n == 0:
        table = np.zeros((0, 0), dtype=np.int64)
        return _undefined(table, categories, "they have no photo in common", confidence)
    table = np.zeros((len(categories), len(categories)), dtype=np.int64)
    index = {code: k for k, code in enumerate(categories)}
    rows, columns = ([index[code] for code in labels] for labels in (first, second))
    np.add.at(table, (rows, columns), 1)
    if len(set(first)) == 1 or len(set(second)) == 1:
        who = "both" if len(set(first)) == len(set(second)) else "one of them"
        reason = f"{who} used one category only: chance alone would agree as often"
        return _undefined(table, categories, reason, confidence)
    kappa = float(cohen_kappa_score(first, second, labels=list(categories)))
    half = float(norm.ppf(0.5 + confidence / 2)) * _standard_error(table, kappa)
    low, high = max(kappa - half, -1.0), min(kappa + half, 1.0)
    raw, raw_low, raw_high = _raw(table, confidence)
    if raw == 1.0:
        chance = _chance(table / n)
        low = (raw_low - chance) / (1 - chance)
    return Agreement(
        n=n,
        n_agreed=int(np.trace(table)),
        raw=raw,
        raw_low=raw_low,
        raw_high=raw_high,
        kappa=kappa,
        kappa_low=low,
        kappa_high=high,
        reason="",
        categories=categories,
        table=table,
    )


def _undefined(
    table: npt.NDArray[np.int64],
    categories: tuple[str, ...],
    reason: str,
    confidence: float,
) -> Agreement:
    raw, raw_low, raw_high = _raw(table, confidence)
    return Agreement(
        n=int(table.sum()),
        n_agreed=int(np.trace(table)),
        raw=raw,
        raw_low=raw_low,
        raw_high=raw_high,
        kappa=nan,
        kappa_low=nan,
        kappa_high=nan,
        reason=reason,
        categories=categories,
        table=table,
    )


def _raw(table: npt.NDArray[np.int64], confidence: float) -> tuple[float, float, float]:
    """Share of the same label with its exact interval."""
    from scipy.stats import beta

    n, same = int(table.sum()), int(np.trace(table))
    if n == 0:
        return nan, nan, nan
    tail = (1 - confidence) / 2
    low = 0.0 if same == 0 else float(beta.ppf(tail, same, n - same + 1))
    high = 1.0 if same == n else float(beta.ppf(1 - tail, same + 1, n - same))
    return same / n, low, high


def _chance(shares: npt.NDArray[np.float64]) -> float:
    return float(shares.sum(axis=1) @ shares.sum(axis=0))


def _standard_error(table: npt.NDArray[np.int64], kappa: float) -> float:
    """Large-sample standard error of kappa [2]_."""
    n = int(table.sum())
    shares = table / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    chance = _chance(shares)
    same = np.diag(shares)
    on = float((same * (1 - (rows + columns) * (1 - kappa)) ** 2).sum())
    crossed = (columns[:, None] + rows[None, :]) ** 2
    off = float((shares * crossed).sum() - (same * np.diag(crossed)).sum())
    variance = on + (1 - kappa) ** 2 * off - (kappa - chance * (1 - kappa)) ** 2
    return sqrt(max(variance, 0.0) / n) / (1 - chance)


def independent_labels(
    store: "Store", *, survey: str | None = None
) -> dict[str, dict[str, str]]:
    """Return what each person decided without seeing another's decision.

    Parameters
    ----------
    store : Store
        Where reviews are kept.
    survey : str, optional
        Only photos of this survey.

    Returns
    -------
    dict of str to dict of str to str
        By person: SHA-256 of the photo to category. Of several such decisions of a
        person on a photo the last counts; undone ones do not.
    """
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    for sha256, reviews in _by_photo(store, survey).items():
        for number, review in enumerate(reviews):
            if review["undone_at"] is None and _is_independent(reviews, number):
                labels[str(review["actor"])][sha256] = str(review["category"])
    return dict(labels)


def open_disagreements(store: "Store", survey: str) -> set[str]:
    """Return the photos whose last decisions differ and that nobody has settled.

    A disagreement is settled by a decision made with the others in view.
    """
    found = set()
    for sha256, reviews in _by_photo(store, survey).items():
        valid = [n for n, row in enumerate(reviews) if row["undone_at"] is None]
        last = {str(reviews[n]["actor"]): reviews[n]["category"] for n in valid}
        differ = len(set(last.values())) > 1
        if differ and _is_independent(reviews, valid[-1]):
            found.add(sha256)
    return found


def _by_photo(store: "Store", survey: str | None) -> Mapping[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for review in store.reviews.listing(survey=survey):
        found[str(review["photo_sha256"])].append(review)
    return found


def _is_independent(reviews: Sequence[Mapping[str, Any]], number: int) -> bool:
    """Whether a review was blind, or no other person's stood when it was made."""
    review = reviews[number]
    return bool(review["blind"]) or not any(
        other["actor"] != review["actor"]
        and (other["undone_at"] is None or other["undone_at"] > review["at"])
        for other in reviews[:number]
    )
