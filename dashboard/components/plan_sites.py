"""The sites of a plan: hotspots or a file, and what is wished of each."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from core.errors import InputError
from dashboard import plan_data, plan_priority, services
from dashboard.components.filters import observation_filters
from dashboard.components.page import error_panel
from dashboard.components.plan_fleet import table_mark
from dashboard.components.plan_horizon import Horizon
from dashboard.components.plan_near import rows_near
from dashboard.components.plan_words import refused_records
from dashboard.state import StateKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.routing import Rejected, SiteRules

__all__ = ["Sites", "sites_step"]

_SOURCE = StateKey[str]("planner", "source", "Hotspots")
_WORTH, _MUST, _NEVER = "As worth", "Must", "Never"
_ANY = "Any"
_MASSES = ["mass_kg", "mass_kg_low", "mass_kg_high"]
_SHOWN = ["site", "lat", "lon", *_MASSES, "category"]
_MOST_SITES = 60


@dataclass(frozen=True)
class Sites:
    """Places to visit, what is wished of them, and where they come from."""

    frame: pd.DataFrame
    rules: "SiteRules"
    simulated: bool = False
    surveys: tuple[str, ...] = ()
    rejected: "tuple[Rejected, ...]" = field(default=())
    weighting: "dict[str, Any] | None" = None


def sites_step(vessels: "Sequence[str]", horizon: Horizon) -> Sites | None:
    """Draw where sites come from and the wishes; return the sites.

    Parameters
    ----------
    vessels : sequence of str
        Names of the vessels that take part.
    horizon : Horizon
        When the plan is for, and whether sites count by their priority.
    """
    source = st.segmented_control(
        "Sites from",
        ["Hotspots", "File"],
        default=_SOURCE.default,
        required=True,
        key=_SOURCE.key,
    )
    if source == "File":
        return _from_file(vessels, horizon)
    rows = services.observations()
    if rows.empty:
        st.info(
            "No observations yet, so there are no hotspots. Add survey photos first, "
            "or choose File to upload sites.",
            icon=":material/photo_camera:",
        )
        return None
    filters = observation_filters(rows, services.category_labels(), page="planner")
    used = rows_near(plan_data.filtered(rows, filters))
    # A light place may count more than a heavy one: rank among more, keep as many.
    most = plan_priority.MOST_HOTSPOTS if horizon.by_priority else _MOST_SITES
    found = plan_data.hotspots(used, min_mass_kg=1.0, max_sites=most)
    if found.empty:
        st.info("Nothing heavier than 1 kg fits these filters.")
        return None
    found, weighting = _weighed(found, horizon)
    if weighting is not None:
        found = plan_priority.worthiest(found, _MOST_SITES)
    frame, rules = _wishes(found, vessels)
    surveys = tuple(sorted(used["survey"].unique().tolist()))
    simulated = bool(found["simulated"].any())
    return Sites(frame, rules, simulated, surveys, weighting=weighting)


def _weighed(
    sites: pd.DataFrame, horizon: Horizon
) -> "tuple[pd.DataFrame, dict[str, Any] | None]":
    """Give sites their priority where the plan is by priority."""
    if not horizon.by_priority:
        return sites, None
    return plan_priority.weigh(sites, horizon.start_at, horizon.hours)


def _from_file(vessels: "Sequence[str]", horizon: Horizon) -> Sites | None:
    file = st.file_uploader(
        "Sites as CSV: site, lat, lon, mass_kg", type=["csv"], key="planner_file"
    )
    if file is None:
        return None
    try:
        read = plan_data.uploaded_sites(file.getvalue())
    except InputError as error:
        error_panel(error, kept="No site was taken from the file.")
        return None
    refused_records(
        read.rejected,
        f"cannot be planned; the other {len(read.frame)} can.",
        key="planner_refused_sites",
    )
    for note in read.notes:
        st.caption(note)
    weighed, weighting = _weighed(read.frame, horizon)
    frame, rules = _wishes(weighed, vessels)
    return Sites(frame, rules, rejected=read.rejected, weighting=weighting)


def _wishes(
    sites: pd.DataFrame, vessels: "Sequence[str]"
) -> "tuple[pd.DataFrame, SiteRules]":
    """Draw the sites with a wish and a vessel each; return those that are ticked."""
    from core.routing import SiteRules

    more: tuple[str, ...] = ("n_items", "basis")
    if "reason" in sites:  # weighed by harm and sensitivity
        more = ("priority", "reason", *more)
    shown = [*_SHOWN, *(name for name in more if name in sites)]
    labels = services.category_labels()
    table = sites[shown].assign(
        category=sites["category"].map(lambda code: labels.get(code, code))
    )
    table.insert(0, "use", True)
    table.insert(2, "wish", _WORTH)
    table.insert(3, "vessel", _ANY)
    edited = st.data_editor(
        table.round(dict.fromkeys(_MASSES, 0)),
        column_config=_columns(vessels),
        disabled=shown,
        hide_index=True,
        height=280,
        key=f"planner_sites_{table_mark(table)}_{'_'.join(vessels)}",
    )
    st.caption(
        "Must: before all others, whatever it weighs. Never: no vessel goes there, and "
        "the plan says so. Vessel: only that one may visit it."
    )
    used = edited.loc[edited["use"]]
    only = used.loc[used["vessel"] != _ANY]
    rules = SiteRules(
        pinned=tuple(used.loc[used["wish"] == _MUST, "site"]),
        forbidden=tuple(used.loc[used["wish"] == _NEVER, "site"]),
        vessel_of=dict(zip(only["site"], only["vessel"], strict=True)),
    )
    return sites[edited["use"].to_numpy(dtype=bool)], rules


def _columns(vessels: "Sequence[str]") -> dict[str, Any]:
    config = st.column_config
    mass = {
        "mass_kg": "Mass (kg)",
        "mass_kg_low": "Low (kg)",
        "mass_kg_high": "High (kg)",
    }
    return {
        "use": config.CheckboxColumn("Use", width=50),
        "site": "Site",
        "wish": config.SelectboxColumn(
            "Visit", options=[_WORTH, _MUST, _NEVER], required=True, width=90
        ),
        "vessel": config.SelectboxColumn(
            "Vessel", options=[_ANY, *vessels], required=True, width=100
        ),
        "lat": config.NumberColumn("Lat (°)", format="%.3f"),
        "lon": config.NumberColumn("Lon (°)", format="%.3f"),
        **{
            name: config.NumberColumn(label, format="localized")
            for name, label in mass.items()
        },
        "category": "Mostly",
        "priority": config.NumberColumn(
            "Priority per kg",
            format="%.2f",
            help="Harm times sensitivity; 1 is average harm outside every area.",
        ),
        "reason": "Because",
        "n_items": config.NumberColumn("Items seen"),
        "basis": "Mass from",
    }
