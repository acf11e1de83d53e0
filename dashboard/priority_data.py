"""What the Priorities page asks the library for: ranked places, weights, areas."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import map_data, plan_data, services
from dashboard.components._frame import MapFrame
from dashboard.state import actor

if TYPE_CHECKING:
    import pandas as pd

    from core.priorities import HarmWeights, SensitiveArea

__all__ = [
    "CELLS",
    "HOTSPOTS",
    "Ranking",
    "add_area",
    "area_rows",
    "areas",
    "bring_back",
    "extent",
    "go_back",
    "history",
    "labels",
    "ranking",
    "retire",
    "save_weights",
    "surveys",
    "weights",
]

CELLS, HOTSPOTS = "Map cells", "Hotspots"
_LEAST_KG = 1.0
_MOST_HOTSPOTS = 300
#: Months of areas count every year; any year stands for them.
_SOME_YEAR = 2001


@dataclass(frozen=True)
class Ranking:
    """Places by priority, and what that rests on.

    Attributes
    ----------
    frame : DataFrame
        Ranked places, see :func:`core.priorities.cell_priority`; ``place`` names each.
    kind : str
        ``CELLS`` or ``HOTSPOTS``.
    version : str
        Version of the harm weights.
    n_areas : int
        Areas that count.
    refused : tuple of str
        Areas of the store that cannot be used, and why.
    """

    frame: "pd.DataFrame"
    kind: str
    version: str
    n_areas: int
    refused: tuple[str, ...]
    simulated: bool
    from_photos: bool


def labels() -> dict[str, str]:
    """Names of the debris categories of records, by code."""
    from core.observations import RECORD_CATEGORIES

    return {c.code: c.label for c in RECORD_CATEGORIES if c.is_debris}


def surveys() -> tuple[str, ...]:
    """Names of the surveys with observations."""
    return map_data.index_of().surveys


def extent() -> MapFrame | None:
    """Extent of all observations; None without any."""
    return map_data.map_frame()


def ranking(kind: str, *, survey: str | None, month: int | None) -> Ranking:
    """Rank places of the store's observations.

    Parameters
    ----------
    kind : str
        ``CELLS`` or ``HOTSPOTS``.
    survey : str, optional
        One survey alone.
    month : int, optional
        Month for which areas with a season are taken; all count without it.
    """
    marks = tuple(_revision(n) for n in ("observations", "harm_weights", "areas"))
    return _ranking(*_key(), marks, kind, survey, month)


@st.cache_data(show_spinner="Ranking places", max_entries=16, ttl=3600)
def _ranking(
    url: str,
    data_dir: str,
    marks: tuple[int, ...],
    kind: str,
    survey: str | None,
    month: int | None,
) -> Ranking:
    from core.priorities import current_weights, sensitive_areas

    store = services.store()
    used, read = current_weights(store), sensitive_areas(store)
    when = None if month is None else datetime(_SOME_YEAR, month, 1, tzinfo=UTC)
    make = _ranked_cells if kind == CELLS else _ranked_hotspots
    frame, simulated, from_photos = make(survey, used, read.areas, when)
    return Ranking(
        frame=frame,
        kind=kind,
        version=used.version,
        n_areas=sum(area.counts_at(when) for area in read.areas),
        refused=read.refused,
        simulated=simulated,
        from_photos=from_photos,
    )


def _ranked_cells(
    survey: str | None,
    used: "HarmWeights",
    over: "tuple[SensitiveArea, ...]",
    when: datetime | None,
) -> "tuple[pd.DataFrame, bool, bool]":
    from core.density import MapFilter
    from core.priorities import cell_priority, cell_shares

    index, resolution = map_data.index_of(), map_data.default_resolution()
    chosen = MapFilter(surveys=(survey,) if survey else ())
    cells, totals = index.overview(chosen, resolution=resolution)
    cells = cells.loc[cells["effort_km2"] > 0.0].reset_index(drop=True)
    counts, _ = index.pooled(chosen, resolution=resolution)
    shares = cell_shares(counts, cells["h3"].tolist())
    ranked = cell_priority(cells, used, over, when, shares=shares)
    return ranked.assign(place=ranked["h3"]), totals.simulated, totals.from_photos


def _ranked_hotspots(
    survey: str | None,
    used: "HarmWeights",
    over: "tuple[SensitiveArea, ...]",
    when: datetime | None,
) -> "tuple[pd.DataFrame, bool, bool]":
    from core.priorities import priority

    rows = services.observations()
    if survey is not None:
        rows = rows.loc[rows["survey"] == survey]
    found = plan_data.hotspots(rows, min_mass_kg=_LEAST_KG, max_sites=_MOST_HOTSPOTS)
    found = found.rename(
        columns={"mass_kg_low": "mass_low_kg", "mass_kg_high": "mass_high_kg"}
    )
    made = found.join(priority(found, used, over, when)).drop(columns="shares")
    made = made.sort_values(["priority", "site"], ascending=[False, True])
    made = made.assign(place=made["site"], rank=range(1, len(made) + 1))
    from_photos = bool((rows["source"] == "photo").any())
    return made.reset_index(drop=True), bool(rows["simulated"].any()), from_photos


def weights() -> "HarmWeights":
    """Harm weights in force."""
    from core.priorities import current_weights

    return current_weights(services.store())


def history() -> list[dict[str, Any]]:
    """Versions of the harm weights, newest first."""
    from core.priorities import weights_history

    return weights_history(services.store())


def save_weights(changed: "HarmWeights", note: str) -> str:
    """Keep harm weights as a new version; return its name.

    Raises
    ------
    InputError
        If there is no note.
    """
    from core.priorities import save_weights as save

    return save(services.store(), changed, actor=actor(), note=note).version


def go_back(version: int) -> str:
    """Put an earlier version in force as a new version; return its name."""
    from core.priorities import go_back_to_weights

    return go_back_to_weights(services.store(), version, actor=actor()).version


def areas() -> "tuple[SensitiveArea, ...]":
    """Areas in use."""
    from core.priorities import sensitive_areas

    return sensitive_areas(services.store()).areas


def area_rows() -> list[dict[str, Any]]:
    """Rows of all areas, retired ones too."""
    from core.priorities import area_listing

    return area_listing(services.store())


def add_area(area: "SensitiveArea") -> str:
    """Keep an area; return its id."""
    from core.priorities import save_area

    return save_area(services.store(), area, actor=actor())


def retire(area_id: str) -> None:
    """Take an area out of use."""
    from core.priorities import retire_area

    retire_area(services.store(), area_id, actor=actor())


def bring_back(area_id: str) -> None:
    """Put a retired area to use again."""
    from core.priorities import bring_back_area

    bring_back_area(services.store(), area_id, actor=actor())


def _key() -> tuple[str, str]:
    chosen = services.settings()
    return chosen.resolved_database_url, str(chosen.data_dir)


def _revision(name: str) -> int:
    return services.store().revisions.of(name)
