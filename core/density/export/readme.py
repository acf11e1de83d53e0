"""The readme of an export: what the files hold, from whom, and how sure it is."""

import textwrap
from collections.abc import Iterable, Mapping
from math import isfinite

from core import __version__
from core.density.area_totals import AreaTotals
from core.density.export.view import MapExport

__all__ = ["readme_text"]

_WIDTH = 88
_COAST = (
    "Coastline: Natural Earth 1:50 million (npm package world-atlas 2.0.2), public "
    "domain. Cells: H3 grid."
)
_FILES = {
    "cells.csv": "the cells as a table",
    "cells.geojson": "the same cells with their outlines (RFC 7946)",
    "map.gpkg": "the same as a GeoPackage, layer cells; layer area if one was chosen",
    "map.png": "the picture",
    "surveys.csv": "surveys and sources behind the map",
    "area.geojson": "the chosen area",
}


def readme_text(export: MapExport, *, files: Iterable[str] = ()) -> str:
    """Explain an export to somebody who finds its files without the program.

    Parameters
    ----------
    export : MapExport
        What was exported.
    files : iterable of str
        Names of the files beside the readme.
    """
    made = export.made_at.strftime("%Y-%m-%d %H:%M %Z").strip()
    title = _plain(export.title)
    blocks = [
        f"{title}\n{'=' * min(len(title), _WIDTH)}",
        *(["SIMULATED DATA: made by a simulation, not observed."] * export.simulated),
        _wrapped(f"Data: {export.layer}"),
        _wrapped(f"Shown: {export.label}, {export.unit}"),
        _wrapped(f"Made {made} with Gyre {__version__}."),
        *([f"Same view: {_plain(export.link)}"] if export.link else []),
        _section("Filters", _pairs(export.filters)),
        _section("Files", [f"{name}: {_FILES.get(name, '')}" for name in files]),
        _section("Columns and units", _columns(export)),
        _section("How values and intervals were made", export.methods),
        _section("Area", [] if export.totals is None else _area(export.totals)),
        _section("Surveys and sources", [*_surveys(export), *export.sources]),
        _section("Licences", [*export.licences, _COAST]),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _section(title: str, lines: Iterable[str]) -> str:
    body = [_wrapped(f"- {line}", indent="  ") for line in lines if line]
    return "\n".join([title, "-" * len(title), *body]) if body else ""


def _pairs(filters: Mapping[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in filters.items()] or ["none"]


def _columns(export: MapExport) -> list[str]:
    return [
        f"{name}: {export.note(str(name))}" if export.note(str(name)) else str(name)
        for name in export.cells.columns
    ]


def _surveys(export: MapExport) -> list[str]:
    if export.surveys.empty:
        return []
    first = export.surveys.columns[0]
    names = [str(name) for name in export.surveys[first]]
    return [f"{len(names)} in surveys.csv: {', '.join(names)}"]


def _area(totals: AreaTotals) -> list[str]:
    lines = [
        f"{totals.area.name}: {totals.area.area_km2:,.1f} km2, of it "
        f"{totals.sea_km2:,.1f} km2 sea",
        f"searched inside: {totals.effort_km2:,.3g} km2 in {totals.n_searches} "
        f"searches; {totals.n_items:,} items counted",
    ]
    for total in totals.totals:
        items = (
            f"{total.items:,.0f} items ({total.items_low:,.0f} to "
            f"{total.items_high:,.0f})"
        )
        mass = (
            f"{total.mass_kg:,.0f} kg ({total.mass_low_kg:,.0f} to "
            f"{total.mass_high_kg:,.0f})"
        )
        known = isfinite(total.mass_kg)
        lines.append(f"{total.basis}: {items}, {mass if known else 'mass not known'}")
    return [*lines, *totals.area.notes, *totals.cautions]


def _wrapped(text: str, *, indent: str = "") -> str:
    return textwrap.fill(
        _plain(text), _WIDTH, subsequent_indent=indent, break_long_words=False
    )


def _plain(text: str) -> str:
    """Text on one line: a name may not forge a section of the readme."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
