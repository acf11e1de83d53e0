"""Two periods or two surveys side by side, on one scale, with their difference."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import inf, isfinite
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import streamlit as st

from dashboard import map_data
from dashboard.components._frame import Scale
from dashboard.components.formats import interval, number
from dashboard.components.map_canvas import canvas
from dashboard.components.map_filters import FilterOptions, day_span, days_in_words
from dashboard.components.photo_gallery import plain
from dashboard.components.small_map import filled
from dashboard.components.survey_words import counted
from dashboard.map_views import drawing
from dashboard.state import StateKey

if TYPE_CHECKING:
    from core.density import MapFilter
    from dashboard.components.maps import MapFrame

__all__ = [
    "COMPARE",
    "COMPARE_KEYS",
    "MODES",
    "Counted",
    "Side",
    "compare_choice",
    "compare_maps",
    "difference",
]

COMPARE = StateKey[str]("map", "compare", "One map")
_SURVEYS = (
    StateKey[str | None]("map", "survey_a", None),
    StateKey[str | None]("map", "survey_b", None),
)
_PERIODS = (
    StateKey[tuple[date, ...]]("map", "period_a", ()),
    StateKey[tuple[date, ...]]("map", "period_b", ()),
)
#: What "Reset" sets back beside the filters.
COMPARE_KEYS = (COMPARE, *_SURVEYS, *_PERIODS)
_WIDTH_PX, _HEIGHT_PX = 420, 560
MODES = ("One map", "Compare two periods", "Compare two surveys")


@dataclass(frozen=True)
class Side:
    """One of the two that are compared."""

    name: str
    chosen: "MapFilter"


class Counted(NamedTuple):
    """Items and the area searched for them."""

    n_items: int
    effort_km2: float


def compare_choice(
    chosen: "MapFilter", surveys: Sequence[str], span: tuple[datetime, datetime]
) -> tuple[Side, Side] | None:
    """Draw the choice of what to compare; return both sides once they are chosen.

    Parameters
    ----------
    chosen : MapFilter
        Filters of the page, which hold for both.
    surveys : sequence of str
        Surveys to choose from.
    span : tuple of datetime
        First and last time of a record.
    """
    mode = COMPARE.get()
    if mode == MODES[2] and len(surveys) > 1:
        return _two_surveys(chosen, surveys)
    if mode == MODES[1]:
        return _two_periods(chosen, span)
    return None


def _two_surveys(
    chosen: "MapFilter", surveys: Sequence[str]
) -> tuple[Side, Side] | None:
    names: list[str | None] = []
    for column, key, letter, other in zip(
        st.columns(2), _SURVEYS, "AB", (0, 1), strict=True
    ):
        if key.key not in st.session_state:
            key.set(surveys[other])
        names.append(
            column.selectbox(
                f"Survey {letter}", surveys, key=key.key, bind="query-params"
            )
        )
    first, second = names
    if first is None or second is None or first == second:
        st.info("Choose two different surveys.", icon=":material/compare:")
        return None
    return (
        Side(first, replace(chosen, surveys=(first,))),
        Side(second, replace(chosen, surveys=(second,))),
    )


def _two_periods(
    chosen: "MapFilter", span: tuple[datetime, datetime]
) -> tuple[Side, Side] | None:
    first, last = span[0].date(), span[1].date()
    middle = first + (last - first) // 2
    halves = ((first, middle), (min(middle + timedelta(days=1), last), last))
    periods: list[tuple[date, ...]] = []
    for column, key, letter, half in zip(
        st.columns(2), _PERIODS, "AB", halves, strict=True
    ):
        if not key.get():
            key.set(half)
        given = column.date_input(
            f"Period {letter} (UTC)",
            min_value=first,
            max_value=last,
            key=key.key,
            format="YYYY-MM-DD",
            bind="query-params",
        )
        periods.append(given if isinstance(given, tuple) else ())
    if any(len(period) < 2 for period in periods):
        st.info("Choose the last day of each period.", icon=":material/compare:")
        return None
    sides = [
        Side(days_in_words(*period[:2]), replace(chosen, start=start, end=end))
        for period in periods
        for start, end in [day_span(period[0], period[1])]
    ]
    if periods[0] == periods[1]:
        st.info("Choose two different periods.", icon=":material/compare:")
        return None
    if periods[0][0] <= periods[1][1] and periods[1][0] <= periods[0][1]:
        st.caption(
            ":material/info: The periods overlap: the days in both count in both."
        )
    return sides[0], sides[1]


def compare_maps(
    layer: map_data.MapLayer,
    chosen: "MapFilter",
    name: str,
    frame: "MapFrame",
    options: FilterOptions,
) -> None:
    """Draw the choice of two, both maps on one scale, and their difference.

    Parameters
    ----------
    layer, chosen : MapLayer, MapFilter
        What the page shows.
    name : str
        View, one of ``VIEWS``.
    frame : MapFrame
        Extent of both maps.
    options : FilterOptions
        Surveys and span to choose from.
    """
    if options.span is None:
        return
    sides = compare_choice(chosen, options.surveys, options.span)
    if sides is None:
        return
    results = [map_data.density_map(side.chosen, layer=layer) for side in sides]
    views = [drawing(layer, side.chosen, name).view for side in sides]
    both = pd.concat([view.value for view in views], ignore_index=True)
    scale = replace(
        Scale.over(
            both.tolist(), views[0].scale.unit, logarithmic=views[0].scale.logarithmic
        ),
        ramp=views[0].scale.ramp,
    )
    first, second = (
        Counted(result.n_items, result.mass.effort_km2) for result in results
    )
    st.markdown(difference((sides[0].name, sides[1].name), first, second))
    narrow = filled(frame, width_px=_WIDTH_PX, height_px=_HEIGHT_PX)
    for column, side, letter in zip(st.columns(2), sides, "ab", strict=True):
        with column:
            st.markdown(f"**{plain(side.name)}**")
            canvas(
                layer,
                side.chosen,
                name,
                narrow,
                key=f"map_deck_{letter}",
                scale=scale,
                height=_HEIGHT_PX,
                width_px=_WIDTH_PX,
            )
    st.caption("Both maps have the same scale.")


def difference(names: tuple[str, str], first: Counted, second: Counted) -> str:
    """Say how two densities differ, with the exact interval of their ratio.

    Parameters
    ----------
    names : tuple of str
        What the two are called.
    first, second : Counted
        Items counted with effort, and the area searched, km2.
    """
    from core.density import poisson_interval, rate_ratio

    a, b = (plain(name) for name in names)
    for name, side in ((a, first), (b, second)):
        if not side.effort_km2 > 0:
            return (
                f"Nothing was searched with a known area in {name}, so the two cannot "
                "be compared."
            )
    said = []
    for name, side in ((a, first), (b, second)):
        rate, low, high = map(float, poisson_interval(side.n_items, side.effort_km2))
        said.append(
            f"**{name}**: {interval(rate, low, high, 'items per km²')}, "
            f"{counted(side.n_items, 'item')} in "
            f"{number(side.effort_km2, 'km²', digits=2)}"
        )
    ratio = rate_ratio(
        first.n_items, first.effort_km2, second.n_items, second.effort_km2
    )
    if first.n_items == second.n_items == 0:
        verdict = "Nothing was seen in either, so their ratio is open."
    else:
        most = "any" if ratio.high == inf else number(ratio.high, digits=2)
        limits_text = f"95 % interval {number(ratio.low, digits=2)} to {most}"
        times = (
            f"{number(ratio.ratio, digits=2)} times the density of the second"
            if isfinite(ratio.ratio)
            else "more than the second, where nothing was seen"
        )
        finding = (
            "more than chance in counting explains"
            if ratio.differs
            else "which chance in counting alone could explain"
        )
        verdict = f"The first has {times} ({limits_text}), {finding}."
    return (
        f"{'. '.join(said)}. {verdict} The interval covers counting alone; clustered "
        "debris varies more."
    )
