"""What a search of a given effort would count, from a fitted density."""

from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_is_fitted

from core.density.estimators._counting import CountMixture
from core.density.estimators._inputs import checked_counts, refuse_no_effort
from core.density.estimators._survey import checked_effort, refuse_negative

__all__ = ["CountForecast", "CountPredictions", "FittedDensity"]

FloatArray = npt.NDArray[np.float64]


class CountForecast(NamedTuple):
    """What a search of a given effort is expected to count."""

    expected: FloatArray
    low: FloatArray
    high: FloatArray


class FittedDensity(Protocol):
    """What each method gives once it is fitted."""

    def predict(
        self, places: FloatArray, covariates: FloatArray, confidence: float
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Items per km2 at places, with the lower and the upper limit."""
        ...

    def counting(
        self, places: FloatArray, covariates: FloatArray, log_effort: FloatArray
    ) -> CountMixture:
        """Distribution of new counts at places."""
        ...

    def draw(
        self, places: FloatArray, covariates: FloatArray, n: int, seed: int
    ) -> FloatArray:
        """Joint draws of items per km2, shape (n, n_places)."""
        ...


class _Model(Protocol):
    confidence: float
    _fitted: FittedDensity

    def _located(self, X: Any) -> tuple[FloatArray, FloatArray]: ...  # noqa: N803

    def _split(self, table: FloatArray) -> tuple[FloatArray, FloatArray]: ...


class CountPredictions:
    """Forecasts and scores of counts, for an estimator that holds a fitted density."""

    def predict_count(
        self: _Model,
        X: Any,  # noqa: N803
        effort_km2: Any = None,
    ) -> CountForecast:
        """Expect the count of a new search, with the interval of what it may find.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)
        effort_km2 : array_like of float, shape (n_samples,), optional
            Area to be searched, greater than 0; 1 each when not given.

        Returns
        -------
        CountForecast
            ``expected``, ``low`` and ``high`` (whole counts), one a row.
        """
        places, covariates = self._located(X)
        effort = refuse_no_effort(checked_effort(effort_km2, len(places)))
        mixture = self._fitted.counting(places, covariates, np.log(effort))
        density = self._fitted.predict(places, covariates, float(self.confidence))[0]
        tail = (1.0 - self.confidence) / 2.0
        return CountForecast(
            density * effort, mixture.quantile(tail), mixture.quantile(1.0 - tail)
        )

    def log_score(
        self: _Model,
        X: Any,  # noqa: N803
        y: Any,
        effort_km2: Any = None,
    ) -> FloatArray:
        """Log of the probability that the fit gave to counts; greater is better.

        Parameters
        ----------
        X, y, effort_km2
            As in :meth:`fit`, with efforts greater than 0: counts held out from it.

        Returns
        -------
        ndarray of float, shape (n_samples,)
        """
        mixture, target = _of_counts(self, X, y, effort_km2)
        return mixture.log_probability(target)

    def count_pit(
        self: _Model,
        X: Any,  # noqa: N803
        y: Any,
        effort_km2: Any = None,
    ) -> tuple[FloatArray, FloatArray]:
        """Where counts fall in their predicted distribution.

        Parameters
        ----------
        X, y, effort_km2
            As in :meth:`log_score`.

        Returns
        -------
        below, at_most : ndarray of float, shape (n_samples,)
            Probability of fewer items, and of at most as many. A number drawn between
            the two is uniform where the fit is calibrated.
        """
        mixture, target = _of_counts(self, X, y, effort_km2)
        return mixture.cumulative(target - 1.0), mixture.cumulative(target)


def _of_counts(
    model: _Model,
    X: Any,  # noqa: N803
    y: Any,
    effort_km2: Any,
) -> tuple[CountMixture, FloatArray]:
    check_is_fitted(model)
    table, target = checked_counts(model, X, y, reset=False)
    refuse_negative(target, "count")
    effort = refuse_no_effort(checked_effort(effort_km2, len(target)))
    places, covariates = model._split(table)
    return model._fitted.counting(places, covariates, np.log(effort)), target
