"""Identifiers that make no doubles: equal for the same voyage, apart otherwise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.routing.export import outline, to_gpx, to_kml, to_rtz
from core.routing.export.identifiers import point_id, stop_id, track_id, trip_id

START = datetime(2026, 6, 1, 6, tzinfo=UTC)
TEXT = st.text(max_size=5)


def test_the_same_plan_gives_the_same_files(plan):
    assert to_gpx(plan) == to_gpx(plan)
    assert to_kml(plan) == to_kml(plan)
    assert to_rtz(plan) == to_rtz(plan)


def test_a_plan_made_anew_on_the_day_keeps_its_route(plan):
    """Later start, another order of stops: the same voyage with other content."""
    trip = plan.vessels[0].trips[0]
    turned = replace(trip, stops=trip.stops[::-1])
    vessel = replace(plan.vessels[0], trips=(turned,))
    anew = replace(plan, start_at=plan.start_at + timedelta(hours=5), vessels=(vessel,))
    old, new = outline(plan).trips[0], outline(anew).trips[0]
    assert old.id == new.id
    assert {s.site: s.id for s in old.stops} == {s.site: s.id for s in new.stops}


def test_day_vessel_and_number_tell_trips_apart():
    made = {
        trip_id(vessel=vessel, start_at=START + timedelta(days=day), number=number)
        for vessel in ("Alma", "Berta")
        for day in (0, 1)
        for number in (1, 2)
    }
    assert len(made) == 8
    assert all(UUID(one).version == 5 for one in made)


def test_the_day_is_that_of_utc():
    east = datetime.fromisoformat("2026-06-02T08:00:00+12:00")
    late = datetime(2026, 6, 1, 20, tzinfo=UTC)
    assert trip_id(vessel="A", start_at=east, number=1) == trip_id(
        vessel="A", start_at=late, number=1
    )


@given(a=st.tuples(TEXT, TEXT), b=st.tuples(TEXT, TEXT))
def test_parts_do_not_run_into_each_other(a, b):
    one = stop_id(trip=a[0], site=a[1], visit=1)
    other = stop_id(trip=b[0], site=b[1], visit=1)
    assert (one == other) == (a == b)


def test_route_track_and_points_have_identifiers_of_their_own():
    key = trip_id(vessel="A", start_at=START, number=1)
    assert len({key, track_id(key), point_id(owner=key, lat=1.0, lon=2.0)}) == 3
    moved = point_id(owner=key, lat=1.001, lon=2.0)
    assert moved != point_id(owner=key, lat=1.0, lon=2.0)


def test_two_visits_to_a_site_have_two_identifiers(plan):
    trip = plan.vessels[0].trips[0]
    twice = replace(trip, stops=(trip.stops[0], trip.stops[0]))
    again = replace(plan, vessels=(replace(plan.vessels[0], trips=(twice,)),))
    first, second = outline(again).trips[0].stops
    assert first.id != second.id
