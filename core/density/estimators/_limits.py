"""What a fit of the Cox field could not decide, in words."""

import numpy as np

from core.density.estimators._cox import CoxField
from core.density.estimators._survey import Survey
from core.density.estimators.places import extent_km, typical_spacing_km

__all__ = ["cox_limits", "why_not_cox"]

#: Below this many places or items the settings rest mainly on their priors.
_FEW_PLACES, _FEW_ITEMS = 10, 10
#: A posterior deviation above this share of the prior's has learnt little.
_LITTLE_LEARNT = 0.75


def why_not_cox(survey: Survey) -> str:
    """Why a field cannot be fitted; empty where it can."""
    if survey.n_places < 2:
        return "all effort is at one place: its exact interval is given instead"
    if survey.items.sum() == 0.0:
        return (
            "no item was counted: the exact upper limit of each place is given instead"
        )
    return ""


def cox_limits(field: CoxField) -> list[str]:
    """Say what the counts did not tell, as sentences without a full stop."""
    survey = field.sites
    return [
        *_too_little(survey),
        *_undecided(field),
        *_range_at_its_bound(field, survey),
        *_never_repeated(survey),
    ]


def _too_little(survey: Survey) -> list[str]:
    out = []
    if survey.n_places < _FEW_PLACES:
        out.append(
            f"only {survey.n_places} places with effort: range, spread and "
            "overdispersion rest on assumed priors"
        )
    if (items := survey.items.sum()) < _FEW_ITEMS:
        out.append(
            f"only {items:g} items counted: spread and overdispersion rest on assumed "
            "priors"
        )
    return out


def _undecided(field: CoxField) -> list[str]:
    logs = np.log([one.settings for one in field.components])
    mean = field.weight @ logs
    deviation = np.sqrt(field.weight @ (logs - mean) ** 2)
    learnt_little = deviation > _LITTLE_LEARNT * field.prior.deviation
    names = ("range", "spread", "overdispersion")
    return [
        f"the counts hardly decide the {name}: {np.exp(m):.3g}, within a factor of "
        f"{np.exp(1.645 * d):.1f}"
        for name, m, d, little in zip(
            names, mean, deviation, learnt_little, strict=True
        )
        if little
    ]


def _range_at_its_bound(field: CoxField, survey: Survey) -> list[str]:
    range_km = field.settings().range_km
    extent, spacing = extent_km(survey.places), typical_spacing_km(survey.places)
    if range_km >= extent:
        return [
            f"the range ({range_km:.3g} km) is as long as the survey ({extent:.3g} "
            "km): a trend and a field cannot be told apart"
        ]
    if range_km <= spacing:
        return [
            f"the range ({range_km:.3g} km) is no longer than the spacing of the "
            f"places ({spacing:.3g} km): they say little about each other"
        ]
    return []


def _never_repeated(survey: Survey) -> list[str]:
    if survey.has_repeats:
        return []
    return [
        "no place was searched twice: differences within a place cannot be told from "
        "uneven counts"
    ]
