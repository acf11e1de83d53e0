"""The row of filters of the efficiency page, and the hauls it had to leave out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.state import StateKey, reset_button

if TYPE_CHECKING:
    import pandas as pd

    from core.efficiency import CheckedHauls, Period

__all__ = ["HaulFilters", "haul_filters", "refused_hauls"]

_WEEKS = {"Last 4 weeks": 4, "Last 6 weeks": 6, "All weeks": 0}
#: What the charts can show: indicator, and the words of its titles.
_MEASURES = {
    "kg per hour": ("kg_per_hour", "Hauled per hour"),
    "kg per litre": ("kg_per_litre", "Hauled per litre of fuel"),
    "Cost per kg": ("cost_per_kg", "Cost per kg"),
}
#: Height of a widget's label less the gap between elements, so that the button
#: stands in line with the widgets.
_LABEL_PX = 12
_SPAN = StateKey[str]("efficiency", "period", "Last 4 weeks")
_VESSEL = StateKey[str | None]("efficiency", "vessel", None)
_MEASURE = StateKey[str]("efficiency", "measure", "kg per hour")
_MAX_NAMED = 5


@dataclass(frozen=True)
class HaulFilters:
    """What the person chose: period, whose trips, and what the charts show."""

    period: "Period"
    who: str
    indicator: str
    title: str
    unit: str


def haul_filters(hauls: "pd.DataFrame") -> "tuple[pd.DataFrame, HaulFilters]":
    """Draw the filters; return the hauls of the vessels chosen, and the choice."""
    from core.efficiency import last_weeks, whole_period

    row = st.columns([4, 3, 4, 2], vertical_alignment="top")
    span = row[0].segmented_control(
        "Period",
        list(_WEEKS),
        default=_SPAN.default,
        required=True,
        key=_SPAN.key,
        bind="query-params",
    )
    vessel = row[1].selectbox(
        "Vessel",
        sorted(hauls["vessel"].unique()),
        index=None,
        placeholder="All vessels",
        key=_VESSEL.key,
        bind="query-params",
    )
    measure = row[2].segmented_control(
        "Charts show",
        list(_MEASURES),
        default=_MEASURE.default,
        required=True,
        key=_MEASURE.key,
        bind="query-params",
    )
    with row[3]:
        st.space(_LABEL_PX)
        reset_button([_SPAN, _VESSEL, _MEASURE])
    weeks = _WEEKS[span or _SPAN.default]
    unit = measure or _MEASURE.default
    indicator, title = _MEASURES[unit]
    chosen = HaulFilters(
        period=last_weeks(hauls, weeks) if weeks else whole_period(hauls),
        who=vessel or "The fleet",
        indicator=indicator,
        title=title,
        unit=unit,
    )
    return hauls if vessel is None else hauls[hauls["vessel"] == vessel], chosen


def refused_hauls(checked: "CheckedHauls") -> None:
    """Name the hauls that no figure counts, and what to do about them."""
    if not checked.refused:
        return
    named = [f"- {_plain(str(refused))}" for refused in checked.refused[:_MAX_NAMED]]
    n = len(checked.refused)
    if n > _MAX_NAMED:
        named.append(f"- and {n - _MAX_NAMED} more")
    lines = "\n".join(named)
    st.warning(
        f"{n} {'haul is' if n == 1 else 'hauls are'} left out of every figure:"
        f"\n\n{lines}\n\n**Next:** mend the record where it came from.",
        icon=":material/warning:",
    )


def _plain(text: str) -> str:
    """Keep Markdown in a name from being read as Markdown."""
    for mark in "\\`*_[]<>#$~|:":
        text = text.replace(mark, "\\" + mark)
    return text
