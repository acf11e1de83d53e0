"""What a fleet brings in for its time, fuel and money, and against its plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

import pandas as pd

from core.efficiency.hauls import require_hauls
from core.efficiency.periods import Period, whole_period
from core.efficiency.ratios import Change, Ratio, change_between, ratio_of_totals
from core.errors import InputError

__all__ = [
    "INDICATORS",
    "Indicator",
    "IndicatorKind",
    "Indicators",
    "by_vessel",
    "by_week",
    "indicators",
    "plan_against_actual",
]


@dataclass(frozen=True, kw_only=True)
class IndicatorKind:
    """What is divided by what.

    Attributes
    ----------
    name : str
        Key, also a column name.
    label, unit : str
        For people.
    numerator, denominator : str
        Columns of the haul frame.
    more_is_better : bool
        False for cost per kg.
    """

    name: str
    label: str
    unit: str
    numerator: str
    denominator: str
    more_is_better: bool = True


#: Every indicator by its name.
INDICATORS: Mapping[str, IndicatorKind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            IndicatorKind(
                name="kg_per_hour",
                label="Hauled per hour",
                unit="kg/h",
                numerator="hauled_kg",
                denominator="hours",
            ),
            IndicatorKind(
                name="kg_per_litre",
                label="Hauled per litre of fuel",
                unit="kg/l",
                numerator="hauled_kg",
                denominator="fuel_l",
            ),
            IndicatorKind(
                name="kg_per_cost",
                label="Hauled per cost unit",
                unit="kg/cost unit",
                numerator="hauled_kg",
                denominator="cost",
            ),
            IndicatorKind(
                name="cost_per_kg",
                label="Cost per kg",
                unit="cost units/kg",
                numerator="cost",
                denominator="hauled_kg",
                more_is_better=False,
            ),
            IndicatorKind(
                name="actual_per_planned",
                label="Hauled against plan",
                unit="kg/kg",
                numerator="hauled_kg",
                denominator="planned_kg",
            ),
        )
    }
)


@dataclass(frozen=True)
class Indicator:
    """One indicator now, in the period before, and the change."""

    kind: IndicatorKind
    now: Ratio
    before: Ratio
    change: Change | None


@dataclass(frozen=True)
class Indicators:
    """All indicators of a period.

    Attributes
    ----------
    period : Period
        What was asked for.
    n_hauls : int
        Trips that came ashore within it.
    totals : mapping of str to float
        ``hauled_kg, planned_kg, hours, fuel_l, cost, distance_km``.
    by_name : mapping of str to Indicator
        Keys of `INDICATORS`.
    is_simulated : bool
        Whether any haul is simulated.
    """

    period: Period
    n_hauls: int
    totals: Mapping[str, float]
    by_name: Mapping[str, Indicator]
    is_simulated: bool

    def __getitem__(self, name: str) -> Indicator:
        return self.by_name[name]


#: A missing end of an interval is NaN in a table.
_FLOATS = {"value": "float64", "low": "float64", "high": "float64"}
_TOTALS = ("hauled_kg", "planned_kg", "hours", "fuel_l", "cost", "distance_km")


def indicators(
    hauls: pd.DataFrame, period: Period | None = None, *, confidence: float = 0.95
) -> Indicators:
    """Compute every indicator of a period and compare it with the period before.

    Parameters
    ----------
    hauls : DataFrame
        Columns of ``HAUL_COLUMNS``.
    period : Period, optional
        The whole weeks that hold every haul unless given.
    confidence : float, default 0.95
        Coverage of the intervals.

    Raises
    ------
    InputError
        If a haul is bad (it is named), or no period is given and there are no hauls.
    """
    checked = require_hauls(hauls)
    asked = period or whole_period(checked)
    now, before = asked.hauls(checked), asked.before.hauls(checked)
    computed = {}
    for name, kind in INDICATORS.items():
        ratio_now = _ratio(now, kind, confidence)
        ratio_before = _ratio(before, kind, confidence)
        computed[name] = Indicator(
            kind,
            ratio_now,
            ratio_before,
            change_between(ratio_now, ratio_before, confidence=confidence),
        )
    return Indicators(
        period=asked,
        n_hauls=len(now),
        totals=MappingProxyType({name: float(now[name].sum()) for name in _TOTALS}),
        by_name=MappingProxyType(computed),
        is_simulated=bool(now["simulated"].any()),
    )


def by_vessel(
    hauls: pd.DataFrame,
    *,
    indicator: str,
    period: Period | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Compute an indicator for each vessel, best first.

    Returns
    -------
    DataFrame
        ``vessel, value, low, high, n, hauled_kg``; NaN where there is no interval.
    """
    kind = _kind(indicator)
    checked = require_hauls(hauls)
    within = period.hauls(checked) if period else checked
    rows = [
        {"vessel": str(name), **_row(trips, kind, confidence)}
        for name, trips in within.groupby("vessel", sort=True)
    ]
    columns = ["vessel", "value", "low", "high", "n", "hauled_kg"]
    frame = pd.DataFrame(rows, columns=columns).astype(_FLOATS)
    return frame.sort_values(
        "value", ascending=not kind.more_is_better, kind="stable"
    ).reset_index(drop=True)


def by_week(
    hauls: pd.DataFrame,
    *,
    indicator: str,
    period: Period | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Compute an indicator for each week, Monday to Sunday UTC, in order.

    A week without trips stands in the table with no value, so a line breaks there.

    Returns
    -------
    DataFrame
        ``week`` (its Monday), ``value, low, high, n, hauled_kg``.
    """
    kind = _kind(indicator)
    checked = require_hauls(hauls)
    columns = ["week", "value", "low", "high", "n", "hauled_kg"]
    if checked.empty:
        return pd.DataFrame(columns=columns)
    span = period or whole_period(checked)
    monday = span.start
    rows = []
    while monday < span.end:
        week = Period(monday, min(monday + timedelta(weeks=1), span.end))
        rows.append({"week": monday, **_row(week.hauls(checked), kind, confidence)})
        monday += timedelta(weeks=1)
    return pd.DataFrame(rows, columns=columns).astype(_FLOATS)


def plan_against_actual(
    hauls: pd.DataFrame, *, period: Period | None = None, by: str = "week"
) -> pd.DataFrame:
    """Set planned against hauled mass, for each week or vessel.

    Trips without a plan are left out and counted.

    Parameters
    ----------
    hauls : DataFrame
        Columns of ``HAUL_COLUMNS``.
    period : Period, optional
        Every haul unless given.
    by : {"week", "vessel"}
        What a row stands for.

    Returns
    -------
    DataFrame
        ``week`` or ``vessel``, ``planned_kg, hauled_kg, difference_kg, share, n,
        n_without_plan``.
    """
    if by not in {"week", "vessel"}:
        raise InputError(f"by must be week or vessel, got {by!r}")
    checked = require_hauls(hauls)
    within = period.hauls(checked) if period else checked
    if by == "week":
        day = within["ended_at"].dt.normalize()
        key = day - pd.to_timedelta(day.dt.day_of_week, unit="D")
    else:
        key = within["vessel"]
    rows = []
    for name, trips in within.groupby(key, sort=True):
        planned = trips.loc[trips["planned_kg"].notna()]
        promised = float(planned["planned_kg"].sum())
        hauled = float(planned["hauled_kg"].sum())
        rows.append(
            {
                by: name,
                "planned_kg": promised,
                "hauled_kg": hauled,
                "difference_kg": hauled - promised,
                "share": hauled / promised if promised else float("nan"),
                "n": len(planned),
                "n_without_plan": len(trips) - len(planned),
            }
        )
    columns = [by, "planned_kg", "hauled_kg", "difference_kg", "share", "n",
               "n_without_plan"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _kind(name: str) -> IndicatorKind:
    if name not in INDICATORS:
        known = ", ".join(INDICATORS)
        raise InputError(f"unknown indicator {name!r}; known: {known}")
    return INDICATORS[name]


def _ratio(trips: pd.DataFrame, kind: IndicatorKind, confidence: float) -> Ratio:
    usable = trips[trips[kind.denominator].notna()]
    return ratio_of_totals(
        usable[kind.numerator],
        usable[kind.denominator],
        strata=usable["vessel"],
        confidence=confidence,
    )


def _row(
    trips: pd.DataFrame, kind: IndicatorKind, confidence: float
) -> dict[str, object]:
    ratio = _ratio(trips, kind, confidence)
    return {
        "value": ratio.value,
        "low": ratio.low,
        "high": ratio.high,
        "n": ratio.n,
        "hauled_kg": float(trips["hauled_kg"].sum()),
    }
