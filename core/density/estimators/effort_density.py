"""Density from counts and effort, in the manner of scikit-learn."""

from numbers import Integral, Real
from typing import Any, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from core.density.estimators._cells import fit_cells
from core.density.estimators._cox import CoxField, fit_cox
from core.density.estimators._inputs import (
    checked_counts,
    checked_table,
    standardiser,
)
from core.density.estimators._kernel import KernelRatio, fit_kernel
from core.density.estimators._limits import cox_limits, why_not_cox
from core.density.estimators._survey import (
    Survey,
    checked_effort,
    make_survey,
    refuse_negative,
)
from core.density.estimators.new_counts import (
    CountForecast,
    CountPredictions,
    FittedDensity,
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


class EffortDensity(
    CountPredictions,
    RegressorMixin,  # type: ignore[misc]  # no types
    BaseEstimator,  # type: ignore[misc]  # no types
):
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
        table, target = checked_counts(self, X, counts if y is None else y)
        refuse_negative(target, "count")
        effort = checked_effort(effort_km2, len(target))
        positions = table[:, : place_columns(table.shape[1])]
        self.geometry_: Geometry = (
            choose_geometry(positions) if self.geometry == "auto" else self.geometry
        )
        covariates = table[:, positions.shape[1] :]
        self._centre, self._scale = standardiser(covariates)
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
        self._fitted: FittedDensity
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

    def _located(self, X: Any) -> tuple[FloatArray, FloatArray]:  # noqa: N803
        check_is_fitted(self)
        return self._split(checked_table(self, X))

    def _split(self, table: FloatArray) -> tuple[FloatArray, FloatArray]:
        n_columns = place_columns(table.shape[1])
        places = to_places(table[:, :n_columns], self.geometry_)
        return places, self._standardised(table[:, n_columns:])

    def _standardised(self, covariates: FloatArray) -> FloatArray:
        return np.asarray((covariates - self._centre) / self._scale)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = True
        # The kernel looks at the position only, not at covariates.
        tags.regressor_tags.poor_score = self.method == "kernel"
        return tags
