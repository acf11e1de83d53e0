"""Density from counts and effort, in the manner of scikit-learn."""

from numbers import Integral, Real
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from core.density.estimators._cells import fit_cells
from core.density.estimators._counting import CountMixture
from core.density.estimators._cox import CoxField, fit_cox
from core.density.estimators._kernel import KernelRatio, fit_kernel
from core.density.estimators._limits import cox_limits, why_not_cox
from core.density.estimators._survey import (
    Survey,
    checked_effort,
    make_survey,
    refuse_negative,
)
from core.density.estimators.places import (
    Geometry,
    choose_geometry,
    place_columns,
    to_places,
)
from core.errors import ObservationError

__all__ = ["METHODS", "CountForecast", "EffortDensity", "Method"]

FloatArray = npt.NDArray[np.float64]
Method = Literal["cox", "kernel", "cells"]
METHODS: tuple[Method, ...] = ("cox", "kernel", "cells")

#: Joint draws need the covariance of every pair of places: 4,000 take 130 MB.
_MAX_DRAWN_PLACES = 4_000
#: Smoothness of the field: a rough and a smooth one, weighed by their evidence.
_SMOOTHNESS = (0.5, 1.5)


class CountForecast(NamedTuple):
    """What a search of a given effort is expected to count."""

    expected: FloatArray
    low: FloatArray
    high: FloatArray


class _Fitted(Protocol):
    def predict(
        self, places: FloatArray, covariates: FloatArray, confidence: float
    ) -> tuple[FloatArray, FloatArray, FloatArray]: ...

    def counting(
        self, places: FloatArray, covariates: FloatArray, log_effort: FloatArray
    ) -> CountMixture: ...

    def draw(
        self, places: FloatArray, covariates: FloatArray, n: int, seed: int
    ) -> FloatArray: ...


class EffortDensity(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # no types
    """Estimate items per km2 from counts and searched area, with an interval.

    Three methods, from the plainest to the one that knows most:

    - ``cells``: counts over effort at each place, with Garwood's exact interval. A
      place without effort is taken as one drawn from those searched.
    - ``kernel``: smoothed counts over smoothed effort, with a gamma interval.
    - ``cox``: a log-Gaussian Cox field. The log density is a Gaussian field with
      Matern covariance, counts are negative binomial with mean effort times density,
      and covariates act on the log density. The posterior is Laplace's approximation
      with a corrected mean; range, spread and overdispersion come from the marginal
      likelihood, penalised by wide priors, and the interval covers their uncertainty.

    Parameters
    ----------
    method : {"cox", "kernel", "cells"}, default "cox"
        How the density is estimated.
    confidence : float, default 0.9
        Coverage of the intervals, in (0, 1).
    geometry : {"auto", "degrees", "flat"}, default "auto"
        How the first two columns are read: latitude and longitude in degrees, or flat
        km (then one column will do). ``auto`` takes them as flat where there is one
        column, where a number cannot be degrees, or where they fill a square that
        starts or is centred at (0, 0); else as degrees. Say it where you know it.
    max_cells : int, default 1000
        Most places with effort; more are merged and ``limits_`` says so.

    Attributes
    ----------
    geometry_ : str
        ``degrees`` or ``flat``.
    method_ : str
        What was fitted: ``method``, or ``cells`` where that could not be.
    limits_ : tuple of str
        What the fit could not decide, as sentences.
    n_cells_ : int
        Different places with effort.
    range_km_ : float
        Practical range of the field (correlation about 0.13), the bandwidth of the
        kernel, 0 for cells.
    spread_, overdispersion_ : float
        Standard deviation of the log density, and overdispersion of the counts; NaN
        where the method has none.
    coefficients_ : ndarray of float, shape (n_covariates,)
        Change of the log density by one standard deviation of each covariate; zeros
        unless the method is ``cox``.
    n_features_in_ : int
        Columns of ``X``.

    Notes
    -----
    The interval is for the density at a place, not for what a search would count;
    :meth:`predict_count` gives that. ``score`` is the coefficient of determination of
    density against ``y``, which fits counts only where every effort is 1; use
    :meth:`log_score`.

    Examples
    --------
    >>> model = EffortDensity(method="cells", confidence=0.95, geometry="degrees")
    >>> model = model.fit([[35.0, -140.0]], [12], effort_km2=[2.4])
    >>> [float(x[0].round(3)) for x in model.predict([[35.0, -140.0]], True)]
    [5.0, 2.584, 8.734]
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "method": [StrOptions(set(METHODS))],
        "confidence": [Interval(Real, 0, 1, closed="neither")],
        "geometry": [StrOptions({"auto", "degrees", "flat"})],
        "max_cells": [Interval(Integral, 2, None, closed="left")],
    }

    def __init__(
        self,
        *,
        method: Method = "cox",
        confidence: float = 0.9,
        geometry: Literal["auto", "degrees", "flat"] = "auto",
        max_cells: int = 1_000,
    ) -> None:
        self.method = method
        self.confidence = confidence
        self.geometry = geometry
        self.max_cells = max_cells

    def fit(
        self,
        X: Any,  # noqa: N803
        y: Any = None,
        effort_km2: Any = None,
        *,
        counts: Any = None,
    ) -> Self:
        """Fit to counts.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)
            Latitude and longitude in degrees, or flat km, then covariates.
        y : array_like of float, shape (n_samples,)
            Items counted, zero or more; rows at one place are searches of it.
        effort_km2 : array_like of float, shape (n_samples,), optional
            Area searched, km2; 1 each when not given. Rows with 0 are left out.
        counts : array_like of float, optional
            The same as ``y``, by its own name.

        Returns
        -------
        EffortDensity
            Itself.

        Raises
        ------
        ObservationError
            If a number is missing, negative or not finite, shapes differ, there is no
            effort at all, or a row has items without effort.
        """
        self._validate_params()
        if y is not None and counts is not None:
            raise ObservationError("counts are given twice, as y and as counts")
        table, target = self._checked(X, counts if y is None else y)
        refuse_negative(target, "count")
        effort = checked_effort(effort_km2, len(target))
        positions = table[:, : place_columns(table.shape[1])]
        self.geometry_: Geometry = (
            choose_geometry(positions) if self.geometry == "auto" else self.geometry
        )
        covariates = table[:, positions.shape[1] :]
        self._centre, self._scale = _standardiser(covariates)
        survey = make_survey(
            to_places(positions, self.geometry_),
            self._standardised(covariates),
            target,
            effort,
            max_sites=None if self.method == "cells" else self.max_cells,
        )
        self._fit(survey)
        return self

    def _fit(self, survey: Survey) -> None:
        limits = []
        self.method_: Method = self.method
        self.n_cells_ = survey.n_merged or survey.n_places
        self.range_km_, self.spread_, self.overdispersion_ = 0.0, np.nan, np.nan
        self.coefficients_ = np.zeros(survey.covariates.shape[1])
        if self.method == "cox" and (reason := why_not_cox(survey)):
            limits.append(reason)
            self.method_ = "cells"
        self._fitted: _Fitted
        if self.method_ == "cells":
            self._fitted = fit_cells(survey)
        elif self.method_ == "kernel":
            self._fitted = kernel = fit_kernel(survey)
            self._keep_kernel(kernel)
        else:
            self._fitted = field = fit_cox(survey, smoothness=_SMOOTHNESS)
            self._keep_cox(field)
            limits += cox_limits(field)
        if survey.n_merged:
            limits.append(
                f"{survey.n_merged:,} places with effort were merged to "
                f"{survey.counts.n_sites:,}; detail below that is counted as "
                "overdispersion"
            )
        self.limits_ = tuple(limits)

    def _keep_kernel(self, kernel: KernelRatio) -> None:
        self.range_km_ = kernel.bandwidth_km

    def _keep_cox(self, field: CoxField) -> None:
        self.range_km_, self.spread_, self.overdispersion_ = field.settings()
        self.coefficients_ = field.coefficients()

    def predict(
        self,
        X: Any,  # noqa: N803
        return_interval: bool = False,
    ) -> FloatArray | tuple[FloatArray, FloatArray, FloatArray]:
        """Density at places, and its interval when asked for.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)
        return_interval : bool, default False
            Whether to return the limits too.

        Returns
        -------
        density : ndarray of float, shape (n_samples,)
            Expected items per km2.
        low, high : ndarray of float, shape (n_samples,)
            Limits at ``confidence``; only with ``return_interval``.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If it was not fitted.
        ObservationError
            If a number is missing or a row is not on Earth.
        """
        places, covariates = self._located(X)
        density, low, high = self._fitted.predict(
            places, covariates, float(self.confidence)
        )
        return (density, low, high) if return_interval else density

    def predict_count(self, X: Any, effort_km2: Any = None) -> CountForecast:  # noqa: N803
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
        effort = _positive(checked_effort(effort_km2, len(places)))
        mixture = self._fitted.counting(places, covariates, np.log(effort))
        density = self._fitted.predict(places, covariates, float(self.confidence))[0]
        tail = (1.0 - self.confidence) / 2.0
        return CountForecast(
            density * effort, mixture.quantile(tail), mixture.quantile(1.0 - tail)
        )

    def log_score(
        self,
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
        mixture, target = self._of_counts(X, y, effort_km2)
        return mixture.log_probability(target)

    def count_pit(
        self,
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
        mixture, target = self._of_counts(X, y, effort_km2)
        return mixture.cumulative(target - 1.0), mixture.cumulative(target)

    def sample(self, X: Any, n: int = 1_000, seed: int = 0) -> FloatArray:  # noqa: N803
        """Draw densities at places jointly, for totals and differences.

        Parameters
        ----------
        X : array_like of float, shape (n_samples, n_features)
            At most 4,000 places.
        n : int, default 1000
            How many draws.
        seed : int, default 0

        Returns
        -------
        ndarray of float, shape (n, n_samples)
            Items per km2.
        """
        places, covariates = self._located(X)
        if len(places) > _MAX_DRAWN_PLACES:
            raise ObservationError(
                f"{len(places):,} places are more than the {_MAX_DRAWN_PLACES:,} that "
                "can be drawn together; use coarser ones"
            )
        return self._fitted.draw(places, covariates, n, seed)

    def _of_counts(
        self,
        X: Any,  # noqa: N803
        y: Any,
        effort_km2: Any,
    ) -> tuple[CountMixture, FloatArray]:
        check_is_fitted(self)
        table, target = self._checked(X, y, reset=False)
        refuse_negative(target, "count")
        effort = _positive(checked_effort(effort_km2, len(target)))
        places, covariates = self._split(table)
        return self._fitted.counting(places, covariates, np.log(effort)), target

    def _located(self, X: Any) -> tuple[FloatArray, FloatArray]:  # noqa: N803
        check_is_fitted(self)
        return self._split(self._table(X))

    def _split(self, table: FloatArray) -> tuple[FloatArray, FloatArray]:
        n_columns = place_columns(table.shape[1])
        places = to_places(table[:, :n_columns], self.geometry_)
        return places, self._standardised(table[:, n_columns:])

    def _standardised(self, covariates: FloatArray) -> FloatArray:
        return np.asarray((covariates - self._centre) / self._scale)

    def _checked(
        self,
        X: Any,  # noqa: N803
        y: Any,
        *,
        reset: bool = True,
    ) -> tuple[FloatArray, FloatArray]:
        if y is None:
            raise ObservationError(
                "EffortDensity requires y to be passed, but the target y is None"
            )
        try:
            table, target = validate_data(
                self, X, y, dtype=np.float64, y_numeric=True, reset=reset
            )
        except ValueError as error:
            raise ObservationError(str(error)) from error
        return np.asarray(table), np.asarray(target, dtype=np.float64)

    def _table(self, X: Any) -> FloatArray:  # noqa: N803
        try:
            return np.asarray(validate_data(self, X, dtype=np.float64, reset=False))
        except ValueError as error:
            raise ObservationError(str(error)) from error

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = True
        # The kernel looks at the position only, not at covariates.
        tags.regressor_tags.poor_score = self.method == "kernel"
        return tags


def _standardiser(covariates: FloatArray) -> tuple[FloatArray, FloatArray]:
    scale = covariates.std(axis=0)
    return covariates.mean(axis=0), np.where(scale > 0.0, scale, 1.0)


def _positive(effort_km2: FloatArray) -> FloatArray:
    if (effort_km2 <= 0.0).any():
        row = int(np.flatnonzero(effort_km2 <= 0.0)[0])
        raise ObservationError(
            f"effort_km2 {effort_km2[row]:g} is not positive (row {row})"
        )
    return effort_km2
