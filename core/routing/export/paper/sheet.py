"""The pages of a vessel's cue sheet, drawn and written as PDF."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.backends.backend_pdf import PdfPages

from core.routing.export.identifiers import trip_id
from core.routing.export.paper.chart import draw_chart
from core.routing.export.paper.glyphs import BOLD, PLAIN, Words
from core.routing.export.paper.page import (
    HEIGHT_MM,
    MARGIN_MM,
    WIDTH_MM,
    Page,
    points_to_mm,
)
from core.routing.export.paper.rows import CueRow, cue_rows, mass_span, to_minute
from core.routing.schedule import CleanupPlan, PlannedTrip, PlannedVessel
from core.units import km_to_nautical_miles

__all__ = ["draw_sheet", "sheet_pages"]

_PLANNING = "For planning, not for navigation."
_SAFETY = f"{_PLANNING} Check every leg on official charts."
_COAST = (
    "Coast: Natural Earth 1:50 million, drawn to about 1 km. No depths, no marks. "
    "Mercator."
)
_BODY = 7.0
_LINE_MM = 3.1
_ROW_MM = 7.4
_CHART_TOP_MM, _CHART_MM = 47.0, 100.0
_TABLE_TOP_MM, _NEXT_TABLE_TOP_MM = 151.0, 34.0
_BOTTOM_MM = HEIGHT_MM - 20.0
_INNER_MM = WIDTH_MM - 2.0 * MARGIN_MM


@dataclass(frozen=True)
class _Column:
    field: str
    heading: str
    width_mm: float
    align: str = "left"


_COLUMNS = (
    _Column("number", "No", 7.0, "center"),
    _Column("name", "Site", 27.0),
    _Column("position", "Position", 20.0),
    _Column("course", "Course\ntrue", 12.0, "right"),
    _Column("distance_nm", "Dist\nnm", 11.0, "right"),
    _Column("speed_kn", "Speed\nkn", 12.0, "right"),
    _Column("eta", "ETA\nUTC", 12.0, "right"),
    _Column("start", "Start\nUTC", 12.0, "right"),
    _Column("leave", "Leave\nUTC", 12.0, "right"),
    _Column("mass_kg", "Mass kg\nlow to high", 25.0, "right"),
    _Column("hold_kg", "Hold\nkg", 12.0, "right"),
    _Column("note", "Notes", 20.0),
)


def draw_sheet(plan: CleanupPlan, vessel: PlannedVessel, *, title: str) -> bytes:
    """Draw a vessel's trips, each on pages of its own, and return the PDF."""
    out = io.BytesIO()
    # Without a date the same plan gives the same bytes.
    metadata = {"Title": f"Cue sheet {vessel.name}", "Creator": "Gyre"}
    with PdfPages(out, metadata={**metadata, "CreationDate": None}) as pdf:
        for page in sheet_pages(plan, vessel, title=title):
            pdf.savefig(page.figure)
    return out.getvalue()


def sheet_pages(plan: CleanupPlan, vessel: PlannedVessel, *, title: str) -> list[Page]:
    """Draw the pages: for each trip chart and table, then what the plan rests on."""
    sections = [_pages_of(cue_rows(trip)) for trip in vessel.trips]
    room_mm = _room(sections[-1][-1], first=len(sections[-1]) == 1)
    notes, *more_notes = _note_pages(_note_lines(plan), room_mm)
    pages: list[tuple[int, Page]] = []
    bottom_mm = 0.0
    for number, (trip, rows_of) in enumerate(
        zip(vessel.trips, sections, strict=True), start=1
    ):
        for i, rows in enumerate(rows_of):
            page = Page(Words())
            _head(page, plan, vessel, number, title)
            if i == 0:
                _summary(page, trip)
                _chart(page, plan, trip)
            bottom_mm = _table(page, rows, first=i == 0)
            pages.append((number, page))
    _notes(pages[-1][1], notes, bottom_mm + 4.0)
    for lines in more_notes:
        page = Page(Words())
        _head(page, plan, vessel, len(sections), title)
        _notes(page, lines, _NEXT_TABLE_TOP_MM)
        pages.append((len(sections), page))
    for count, (number, page) in enumerate(pages, start=1):
        _foot(page, plan, vessel, number, f"{count} of {len(pages)}")
    return [page for _, page in pages]


def _pages_of(rows: Sequence[CueRow]) -> list[list[CueRow]]:
    """Deal rows to pages; the first holds fewer, for the chart."""
    pages, rest, first = [], list(rows), True
    while rest:
        n = _capacity(first=first)
        pages.append(rest[:n])
        rest, first = rest[n:], False
    return pages


def _capacity(*, first: bool) -> int:
    top = _TABLE_TOP_MM if first else _NEXT_TABLE_TOP_MM
    return int((_BOTTOM_MM - top - _ROW_MM) // _ROW_MM)


def _room(rows: Sequence[CueRow], *, first: bool) -> float:
    """Millimetres left below a table."""
    top = _TABLE_TOP_MM if first else _NEXT_TABLE_TOP_MM
    return _BOTTOM_MM - top - (len(rows) + 1) * _ROW_MM - 4.0


def _note_lines(plan: CleanupPlan) -> list[str]:
    words = Words()
    width_pt = _INNER_MM / points_to_mm(1.0)
    lines: list[str] = []
    for note in plan.notes:
        broken = words.lines(words.shown(f"\N{BULLET} {note}"), _BODY, width_pt)
        lines += broken
    return lines


def _note_pages(lines: Sequence[str], room_mm: float) -> list[list[str]]:
    """Deal note lines to what is left of the last page, then to pages of their own."""
    n = max(int(room_mm // _LINE_MM) - 2, 0)
    pages, rest = [list(lines[:n])], list(lines[n:])
    per_page = int((_BOTTOM_MM - _NEXT_TABLE_TOP_MM) // _LINE_MM) - 2
    while rest:
        pages.append(rest[:per_page])
        rest = rest[per_page:]
    return pages


def _head(
    page: Page, plan: CleanupPlan, vessel: PlannedVessel, number: int, title: str
) -> None:
    badge_mm = 38.0 if plan.simulated else 0.0
    width = _INNER_MM - badge_mm - 4.0
    page.text(MARGIN_MM, 19.0, vessel.name, size=16.0, bold=True, width_mm=width)
    of = f"trip {number} of {len(vessel.trips)}"
    line = f"Cue sheet, {of}. {title}, horizon {plan.horizon_h:g} h."
    page.text(MARGIN_MM, 25.0, line, size=9.0, width_mm=_INNER_MM)
    if plan.simulated:
        x = WIDTH_MM - MARGIN_MM - badge_mm
        page.box(x, 12.5, badge_mm, 8.0, edge="black", width_pt=1.4)
        page.text(
            x + badge_mm / 2, 17.8, "SIMULATED", size=11.0, bold=True, align="center"
        )
    page.text(MARGIN_MM, 30.0, _SAFETY, size=8.0, bold=True)
    page.rule(32.0, width_pt=0.9)


def _summary(page: Page, trip: PlannedTrip) -> None:
    depart, end = to_minute(trip.depart), to_minute(trip.end)
    ways = (
        f"From {trip.start_name}, {depart:%Y-%m-%d %H:%M} UTC",
        f"To {trip.end_name}, {end:%Y-%m-%d %H:%M} UTC",
    )
    miles = km_to_nautical_miles(trip.distance_km)
    figures = (
        f"{miles:,.0f} nm, {trip.hours:,.1f} h at sea, {len(trip.stops)} stops",
        f"{trip.load_kg:,.0f} kg expected"
        + (
            f", {span} kg"
            if (span := mass_span(trip.load_kg_low, trip.load_kg_high))
            else ""
        ),
    )
    half = _INNER_MM / 2.0
    for i in range(2):
        y = 37.5 + 4.5 * i
        page.text(MARGIN_MM, y, ways[i], size=8.5, width_mm=half - 3.0)
        page.text(MARGIN_MM + half, y, figures[i], size=8.5, width_mm=half)


def _chart(page: Page, plan: CleanupPlan, trip: PlannedTrip) -> None:
    axes = page.axes(MARGIN_MM, _CHART_TOP_MM, _INNER_MM, _CHART_MM - 4.0)
    draw_chart(
        axes,
        trip,
        width_mm=_INNER_MM,
        height_mm=_CHART_MM - 4.0,
        closed_areas=plan.closed_areas,
        words=page.words,
    )
    caption = f"{_COAST} Hatched: closed area." if plan.closed_areas else _COAST
    page.text(MARGIN_MM, _CHART_TOP_MM + _CHART_MM - 1.0, caption, size=6.0, grey=0.25)


def _table(page: Page, rows: Sequence[CueRow], *, first: bool) -> float:
    """Draw the table and return where it ends."""
    top = _TABLE_TOP_MM if first else _NEXT_TABLE_TOP_MM
    page.box(MARGIN_MM, top, _INNER_MM, _ROW_MM, fill="0.88")
    x = MARGIN_MM
    for column in _COLUMNS:
        _cell(page, column, column.heading, x, top, bold=True)
        x += column.width_mm
    for i, row in enumerate(rows, start=1):
        y, x = top + i * _ROW_MM, MARGIN_MM
        for column in _COLUMNS:
            text = str(getattr(row, column.field))
            if column.field in ("name", "note"):
                text = "\n".join(_two_lines(page, column, text))
            bold = column.field in ("number", "name") and row.kind != "via"
            _cell(page, column, text, x, y, bold=bold)
            x += column.width_mm
        page.rule(y + _ROW_MM, grey=0.6)
    return top + (len(rows) + 1) * _ROW_MM


def _two_lines(page: Page, column: _Column, text: str) -> list[str]:
    # Bold is a little wider than what is measured here; _cell cuts what is over.
    width_pt = (column.width_mm - 3.5) / points_to_mm(1.0)
    return page.words.lines(page.words.shown(text), _BODY, width_pt, most=2)


def _cell(
    page: Page, column: _Column, text: str, x: float, y: float, *, bold: bool = False
) -> None:
    """Write a cell of one or two lines within its column."""
    anchor = {
        "left": x + 1.0,
        "center": x + column.width_mm / 2.0,
        "right": x + column.width_mm - 1.0,
    }[column.align]
    lines = text.split("\n")
    first = y + (3.1 if len(lines) > 1 else 4.6)
    room_mm = column.width_mm - 1.5
    for i, line in enumerate(lines):
        size = _BODY
        if column.align == "right":  # a figure is made smaller, never cut
            name = BOLD if bold else PLAIN
            wide_mm = points_to_mm(page.words.width_pt(line, _BODY, name))
            size *= min(1.0, room_mm / max(wide_mm, 1e-6))
        page.text(
            anchor,
            first + _LINE_MM * i,
            line,
            size=size,
            bold=bold,
            align=column.align,
            width_mm=room_mm + 0.1,
        )


def _notes(page: Page, lines: Sequence[str], top_mm: float) -> None:
    if not lines:
        return
    page.text(
        MARGIN_MM, top_mm + _LINE_MM, "What the plan rests on", size=8.0, bold=True
    )
    for i, line in enumerate(lines, start=2):
        page.text(MARGIN_MM, top_mm + _LINE_MM * (i + 0.3), line, size=_BODY)


def _foot(
    page: Page, plan: CleanupPlan, vessel: PlannedVessel, number: int, count: str
) -> None:
    y = HEIGHT_MM - 11.0
    page.rule(y - 4.5)
    key = trip_id(vessel=vessel.name, start_at=plan.start_at, number=number)
    text = f"Gyre. Route {key[:8]}. Courses are those of rhumb lines. {_PLANNING}"
    if page.words.replaced:
        text = f"\N{WHITE SQUARE}: a character this font lacks. {text}"
    page.text(MARGIN_MM, y, text, size=6.5, width_mm=_INNER_MM - 24.0)
    page.text(WIDTH_MM - MARGIN_MM, y, f"Page {count}", size=7.0, align="right")
