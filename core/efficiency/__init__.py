"""Efficiency of cleanup trips: indicators with intervals, plan against actual."""

from core.efficiency.hauls import (
    HAUL_COLUMNS,
    CheckedHauls,
    RefusedHaul,
    check_hauls,
    require_hauls,
)
from core.efficiency.indicators import (
    INDICATORS,
    Indicator,
    IndicatorKind,
    Indicators,
    by_vessel,
    by_week,
    indicators,
    plan_against_actual,
)
from core.efficiency.periods import Period, last_weeks, whole_period
from core.efficiency.ratios import Change, Ratio, change_between, ratio_of_totals
from core.efficiency.trends import sliding_weeks

__all__ = [
    "HAUL_COLUMNS",
    "INDICATORS",
    "Change",
    "CheckedHauls",
    "Indicator",
    "IndicatorKind",
    "Indicators",
    "Period",
    "Ratio",
    "RefusedHaul",
    "by_vessel",
    "by_week",
    "change_between",
    "check_hauls",
    "indicators",
    "last_weeks",
    "plan_against_actual",
    "ratio_of_totals",
    "require_hauls",
    "sliding_weeks",
    "whole_period",
]
