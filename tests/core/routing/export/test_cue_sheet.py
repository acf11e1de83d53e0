"""The printable cue sheet: rows by hand, pages that hold every name."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from core.errors import RouteInputError
from core.routing.export import cue_sheets, to_cue_sheet
from core.routing.export.paper.glyphs import Words
from core.routing.export.paper.projection import frame_around
from core.routing.export.paper.rows import cue_rows, position_ddm, rhumb_course_deg
from core.routing.export.paper.sheet import sheet_pages
from core.routing.schedule import Leg, PlannedTrip, Stop
from tests.plan_strategies import cleanup_plans

START = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def one_trip() -> PlannedTrip:
    """60 nm due north at 10 kn, wait 1 h, work 2 h over midnight, and back."""
    way = np.array([[10.0, 20.0], [11.0, 20.0]])
    stop = Stop(
        site="H001",
        lat=11.0,
        lon=20.0,
        arrive=START + hours(6),
        start=START + hours(7),
        leave=START + hours(9),
        mass_kg=1234.4,
        mass_kg_low=900.0,
        mass_kg_high=1500.0,
        service_h=2.0,
        fuel_l=1.0,
        miss_chance=0.125,
        drift_km=3.14,
    )
    km = 60 * 1.852
    return PlannedTrip(
        start_name="Port A",
        end_name="Port A",
        depart=START,
        end=START + hours(15),
        stops=(stop,),
        legs=(
            Leg(way, START, km, 6.0, 1.0),
            Leg(way[::-1], START + hours(9), km, 6.0, 1.0),
        ),
        load_kg=1234.4,
        load_kg_low=900.0,
        load_kg_high=1500.0,
        hours=15.0,
        unload_h=4.5,
        carried_kg=100.0,
    )


def test_rows_of_a_trip_worked_out_by_hand():
    start, stop, end = cue_rows(one_trip())
    assert (start.name, start.leave, start.hold_kg) == (
        "Port A",
        "22:30\n31 Dec",
        "100",
    )
    assert (stop.number, stop.course, stop.distance_nm) == ("1", "000°", "60.0")
    assert (stop.speed_kn, stop.eta) == ("10.0", "04:30\n1 Jan")
    assert (stop.start, stop.leave) == ("05:30\n1 Jan", "07:30\n1 Jan")
    assert stop.mass_kg == "1,234\n900 to 1,500"
    assert stop.hold_kg == "1,334"
    assert stop.note == "wait 1 h, 12% chance to miss it, drifted 3.1 km"
    assert stop.position == "11°00.00'N\n020°00.00'E"
    assert (end.course, end.eta, end.leave) == ("180°", "13:30\n1 Jan", "18:00\n1 Jan")
    assert end.note == "unload 4 h 30 min, then free"


@pytest.mark.parametrize(
    ("lat", "lon", "written"),
    [
        (0.0, 0.0, "00°00.00'N 000°00.00'E"),
        (-0.00001, -0.00001, "00°00.00'N 000°00.00'E"),
        (37.999999, 179.999999, "38°00.00'N 180°00.00'E"),
        (-89.5, -180.0, "89°30.00'S 180°00.00'W"),
        (5.0166667, -9.9833333, "05°01.00'N 009°59.00'W"),
    ],
)
def test_positions_are_degrees_and_decimal_minutes(lat, lon, written):
    assert position_ddm(lat, lon).replace("\n", " ") == written


@given(lat=st.floats(-80, 80), lon=st.floats(-180, 179), course=st.floats(0, 359.9))
def test_the_course_is_that_of_the_rhumb_line(lat, lon, course):
    """Over a kilometre rhumb line and great circle have one course."""
    sphere = Geod(a=6_371_000.0, b=6_371_000.0)
    lon2, lat2, _ = sphere.fwd(lon, lat, course, 1000.0)
    off = (rhumb_course_deg(lat, lon, lat2, lon2) - course + 180) % 360 - 180
    assert abs(off) < 0.05


def test_an_eastward_rhumb_line_keeps_its_latitude():
    assert rhumb_course_deg(60.0, 170.0, 60.0, -170.0) == pytest.approx(90.0)


def texts(page) -> list[str]:
    drawn = list(page.figure.texts)
    for axes in page.figure.axes:
        drawn += axes.texts
    return [one.get_text() for one in drawn]


def test_pages_say_what_they_must(plan):
    pages = sheet_pages(plan, plan.vessels[0], title="Plan")
    (shown,) = [texts(page) for page in pages]
    for words in (
        "=Alma",
        "SIMULATED",
        "For planning, not for navigation. Check every leg on official charts.",
        "=cmd|' /C calc'!A0",
        "40°30.00'N",
        "179°00.00'W",
        "Page 1 of 1",
        "N",
        "1",
        "2",
    ):
        assert words in shown
    assert any(re.fullmatch(r"20 nm at 4[01]°N", one) for one in shown)
    real = replace(plan, simulated=False)
    assert "SIMULATED" not in texts(sheet_pages(real, plan.vessels[0], title="")[0])


def test_long_trips_run_over_several_pages(plan):
    trip = one_trip()
    many = replace(
        trip,
        stops=tuple(replace(trip.stops[0], site=f"S{i}") for i in range(80)),
        legs=(trip.legs[0],) * 80 + (trip.legs[1],),
    )
    vessel = replace(plan.vessels[0], trips=(many, trip))
    notes = tuple(f"note {i} " + "long " * 60 for i in range(60))
    pages = sheet_pages(replace(plan, notes=notes), vessel, title="Plan")
    shown = [texts(page) for page in pages]
    total = len(pages)
    assert total > 4
    for count, one in enumerate(shown, start=1):
        assert f"Page {count} of {total}" in one
    sites = [text for one in shown for text in one if text[:1] == "S" and text != "S"]
    assert [s for s in sites if s[1:].isdigit()] == [f"S{i}" for i in range(80)]
    joined = " ".join(text for one in shown for text in one)
    assert all(f"note {i} " in joined for i in range(60))


def test_figures_are_never_cut(plan):
    trip = one_trip()
    heavy = replace(
        trip.stops[0], mass_kg=987654321.0, mass_kg_low=0.0, mass_kg_high=998877665.0
    )
    vessel = replace(plan.vessels[0], trips=(replace(trip, stops=(heavy,)),))
    shown = texts(sheet_pages(plan, vessel, title="")[0])
    assert "0 to 998,877,665" in shown
    assert "987,654,421" in shown


def test_characters_without_a_glyph_are_replaced_and_told(plan):
    vessel = replace(plan.vessels[0], name="Κοχύλι 海洋 🐋 $x$")
    (page,) = sheet_pages(plan, vessel, title="")
    shown = texts(page)
    assert "Κοχύλι □□ □ $x$" in shown
    assert any("□: a character this font lacks" in one for one in shown)
    (plain,) = sheet_pages(plan, plan.vessels[0], title="")
    assert not any("this font lacks" in one for one in texts(plain))


def test_the_same_plan_gives_the_same_bytes(plan):
    data = to_cue_sheet(plan)
    assert data.startswith(b"%PDF-")
    assert data == to_cue_sheet(plan)
    assert cue_sheets(plan) == {"Alma-20260601.pdf": data}
    with pytest.raises(RouteInputError, match="'Berta' has no trip"):
        to_cue_sheet(plan, "Berta")


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plan=cleanup_plans())
def test_every_plan_can_be_printed(plan):
    for vessel in plan.vessels:
        if vessel.trips:
            assert to_cue_sheet(plan, vessel.name).startswith(b"%PDF-")


def test_closed_areas_are_hatched_and_named(plan):
    ring = [[178.9, 40.1], [179.2, 40.1], [179.2, 40.4], [178.9, 40.4], [178.9, 40.1]]
    area = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}}
    closed = replace(plan, closed_areas=(area,))
    (page,) = sheet_pages(closed, plan.vessels[0], title="")
    (axes,) = page.figure.axes
    assert sum(bool(patch.get_hatch()) for patch in axes.patches) == 1
    assert any("Hatched: closed area" in one for one in texts(page))


@given(
    lat=st.lists(st.floats(-85, 85), min_size=2, max_size=5),
    lon=st.floats(-180, 179.9),
    steps=st.lists(st.floats(-20, 20), min_size=5, max_size=5),
)
def test_the_chart_holds_every_place(lat, lon, steps):
    lons = (lon + np.cumsum(steps[: len(lat)]) + 180) % 360 - 180
    frame = frame_around(np.array(lat), lons, width=18.0, height=10.0)
    x, y = frame.place(lat, lons).T
    assert (x >= frame.west).all()
    assert (x <= frame.east).all()
    assert (y >= frame.low).all()
    assert (y <= frame.high).all()
    shape = (frame.east - frame.west) / (frame.high - frame.low)
    assert shape == pytest.approx(1.8)


def test_lines_are_broken_and_cut_to_a_width():
    words = Words()
    lines = words.lines("one two three four " * 5, 7.0, 60.0, most=3)
    assert len(lines) == 3
    assert all(words.width_pt(line, 7.0) <= 60.0 for line in lines)
    assert lines[-1].endswith("…")
    assert words.lines("x" * 99, 7.0, 60.0)[0].endswith("…")
    assert words.lines("", 7.0, 60.0) == [""]
