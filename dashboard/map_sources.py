"""What lies behind the Debris map: surveys of an export, photos of a cell."""

from typing import TYPE_CHECKING

import pandas as pd

from dashboard import map_data, services

if TYPE_CHECKING:
    from core.density import MapFilter

__all__ = [
    "cell_photos",
    "debris_codes",
    "measured_labels",
    "measured_surveys",
    "survey_table",
]

_SURVEY_COLUMNS = ("survey", "observed_at", "source", "simulated", "photo_sha256")


def debris_codes() -> tuple[str, ...]:
    """Codes of everything that counts as debris, in their fixed order."""
    from core.observations import RECORD_CATEGORIES

    return tuple(c.code for c in RECORD_CATEGORIES if c.is_debris)


def measured_labels() -> dict[str, str]:
    """Names of every category a measurement may have, by code."""
    from core.observations.quantities import ANY_DEBRIS

    return {**map_data.record_labels(), ANY_DEBRIS: "Undivided total"}


def measured_surveys(layer: map_data.MapLayer, chosen: "MapFilter") -> pd.DataFrame:
    """Surveys and sources of a measurement layer that fit a filter.

    Returns
    -------
    DataFrame
        ``survey, source, records, first, last`` (UTC), ``simulated``.
    """
    found = services.store().measurements.columns(
        ("survey", "source", "observed_at", "simulated"),
        quantity=layer.quantity,
        medium=layer.medium,
        survey=list(chosen.surveys) or None,
        since=chosen.start,
        until=chosen.end,
    )
    rows = pd.DataFrame(found)
    rows["observed_at"] = pd.to_datetime(rows["observed_at"], utc=True)
    return rows.groupby(["survey", "source"], as_index=False).agg(
        records=("survey", "size"),
        first=("observed_at", "min"),
        last=("observed_at", "max"),
        simulated=("simulated", "any"),
    )


def survey_table(chosen: "MapFilter") -> pd.DataFrame:
    """Surveys that fit a filter.

    Returns
    -------
    DataFrame
        ``survey, records, photos, first, last`` (UTC), ``sources, simulated``.
    """
    found = services.store().observations.columns(
        _SURVEY_COLUMNS,
        survey=list(chosen.surveys) or None,
        since=chosen.start,
        until=chosen.end,
    )
    rows = pd.DataFrame(found)
    rows["photo_sha256"] = rows["photo_sha256"].where(rows["photo_sha256"] != "")
    rows["observed_at"] = pd.to_datetime(rows["observed_at"], utc=True)
    return rows.groupby("survey", as_index=False).agg(
        records=("survey", "size"),
        photos=("photo_sha256", "nunique"),
        first=("observed_at", "min"),
        last=("observed_at", "max"),
        sources=("source", lambda kinds: ", ".join(sorted(set(kinds)))),
        simulated=("simulated", "any"),
    )


def cell_photos(chosen: "MapFilter", cell: str, *, most: int = 4) -> pd.DataFrame:
    """Photos in a cell, those with most items first.

    Returns
    -------
    DataFrame
        ``photo_sha256, survey, items, observed_at``; at most ``most`` rows.

    Raises
    ------
    InputError
        If ``cell`` is not an H3 cell.
    """
    from core.density import cell_polygon, make_area, rows_in_cell

    box = make_area(cell, cell_polygon(cell)).bbox
    rows = services.store().observations.frame(
        survey=list(chosen.surveys) or None,
        since=chosen.start,
        until=chosen.end,
        bbox=box,
    )
    rows = rows_in_cell(rows.loc[rows["photo_sha256"] != ""], cell)
    grouped = rows.groupby(["photo_sha256", "survey"], as_index=False).agg(
        items=("count", "sum"), observed_at=("observed_at", "min")
    )
    ranked = grouped.sort_values(
        ["items", "photo_sha256"], ascending=[False, True], ignore_index=True
    )
    return ranked.head(most)
