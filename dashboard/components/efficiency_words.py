"""What the efficiency page says in words and in headline figures."""

from datetime import timedelta
from typing import TYPE_CHECKING

from dashboard.components.formats import interval, mass, number, share
from dashboard.components.page import Figure

if TYPE_CHECKING:
    from core.efficiency import Indicator, Indicators, Period

__all__ = [
    "comparison_words",
    "efficiency_answer",
    "efficiency_figures",
    "period_words",
    "signed_percent",
]


def efficiency_answer(result: "Indicators", *, who: str, span: str) -> str:
    """Say what was brought in for the time, and whether that changed.

    Parameters
    ----------
    result : Indicators
        Of the period shown.
    who : str
        ``The fleet`` or a vessel.
    span : str
        The period in words, such as ``the last 4 weeks``.
    """
    if result.n_hauls == 0:
        return f"{who} brought nothing ashore in {span}: no trip ended in it."
    rate = result["kg_per_hour"]
    trips = "trip" if result.n_hauls == 1 else "trips"
    hauled = mass(result.totals["hauled_kg"])
    return (
        f"{who} hauled **{hauled}** on {result.n_hauls} {trips} in {span}, "
        f"**{_with_interval(rate)}**{_compared(rate)}."
    )


def efficiency_figures(result: "Indicators") -> list[Figure]:
    """Return the four headline figures: per hour, per litre, cost per kg, plan."""
    return [
        _figure(
            result["kg_per_hour"],
            "Hauled per hour (kg)",
            "Mass brought ashore by hours at sea, casting off to mooring.",
        ),
        _figure(
            result["kg_per_litre"],
            "Hauled per litre of fuel (kg)",
            "Mass brought ashore by fuel burnt.",
        ),
        _figure(
            result["cost_per_kg"],
            "Cost per kg",
            "Cost of the trips by mass brought ashore, in the currency of the fleet.",
        ),
        _figure(
            result["actual_per_planned"],
            "Hauled of planned",
            "Mass brought ashore by mass planned, over trips that had a plan.",
            as_share=True,
        ),
    ]


def _figure(
    indicator: "Indicator", label: str, help_text: str, *, as_share: bool = False
) -> Figure:
    show = share if as_share else number
    now, change = indicator.now, indicator.change
    if now.value is None:
        return Figure(label, show(None), "no trip to count", help=help_text)
    if now.low is None or now.high is None:
        limits = "one trip, no interval" if now.n == 1 else "no interval"
    else:
        limits = f"{show(now.low)} to {show(now.high)} (95 %)"
    return Figure(
        label,
        show(now.value),
        limits,
        change="" if change is None else signed_percent(change.factor),
        help=f"{help_text} Interval from the spread between trips; the change "
        "compares with the period of the same length before.",
    )


def comparison_words(result: "Indicators") -> str:
    """Say what the changes under the figures are compared with."""
    before = period_words(result.period.before)
    n = result["kg_per_hour"].before.n
    if n == 0:
        return f"No trip ended in {before}, so there is nothing to compare with."
    trips = "trip" if n == 1 else "trips"
    return f"Changes compare with {before} ({n} {trips})."


def period_words(period: "Period") -> str:
    """Say a period in words, its last day included.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from core.efficiency import Period
    >>> june = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 15, tzinfo=UTC)
    >>> period_words(Period(*june))
    'the 2 weeks from 1 Jun to 14 Jun 2026'
    """
    weeks = round((period.end - period.start).days / 7)
    last = period.end - timedelta(days=1)
    count = "week" if weeks == 1 else f"{weeks} weeks"
    start = f"{period.start.day} {period.start:%b}"
    return f"the {count} from {start} to {last.day} {last:%b %Y}"


def signed_percent(factor: float) -> str:
    """Change by a factor as a signed percentage.

    Examples
    --------
    >>> signed_percent(1.085), signed_percent(0.92)
    ('+8 %', '-8 %')
    """
    return f"{100.0 * (factor - 1.0):+.0f} %"


def _with_interval(rate: "Indicator") -> str:
    now = rate.now
    value = now.value or 0.0
    if now.low is None or now.high is None:
        return number(value, "kg per hour", digits=2)
    return interval(value, now.low, now.high, "kg per hour")


def _compared(rate: "Indicator") -> str:
    """Say how the rate compares with the period before, and how sure that is."""
    change = rate.change
    if change is None:
        return ""
    before = number(rate.before.value, digits=2)
    much = f"{abs(100.0 * (change.factor - 1.0)):.0f} %"
    if change.low is None or change.high is None:
        return f", after {before} in the period before"
    if change.is_clear:
        word = "more" if change.factor > 1.0 else "less"
        return f", {much} {word} than in the period before ({before})"
    limits = f"{signed_percent(change.low)} to {signed_percent(change.high)}"
    return (
        f". That is {signed_percent(change.factor)} ({limits}) on the period before "
        f"({before}), no more than trips vary by chance"
    )
