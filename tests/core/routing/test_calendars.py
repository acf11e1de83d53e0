"""Open hours of vessels, against hand-counted hours and the sun by the minute."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RouteInputError
from core.routing import RoutingProblem, Trip, Vessel, time_trips
from core.routing.calendars import WorkHours, calendars_for
from core.routing.conditions import Sea
from core.routing.daylight import sun_declination
from core.routing.fleet import FleetVessel, Place, Port

HOME = Place(54.0, 10.0)
VESSEL = FleetVessel("Ada", 10.0, 2.0, 20.0, 5000.0, 72.0, 60.0, 0.0, HOME, HOME)
ROUGH = replace(VESSEL, name="Bo", max_wave_m=1.5)
START = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)
NIGHT_TOO = WorkHours(daylight=False)


class Waves:
    """Waves as a function of the hour, the same everywhere; no wind unless given."""

    def __init__(self, height, wind=lambda hour: 0.0):
        self.height, self.wind = height, wind

    def at(self, lat, lon, hour):
        one = np.ones(np.size(lat))
        return Sea(
            0 * one, 0 * one, self.wind(hour) * one, one, self.height(hour) * one
        )


def hours_for(work=NIGHT_TOO, vessels=(VESSEL,), **options):
    given = {"lat": [54.0], "lon": [10.0], "start_at": START, "hours": 48.0, **options}
    return calendars_for(work, vessels, **given)


def open_at(made, vessel=0, site=0):
    which = made.calendar_of[vessel, site]
    return None if which < 0 else made.calendars[which].tolist()


def altitude_deg(lat, lon, when):
    days = (when.timestamp() - 946_728_000) / 86_400
    declination, equation_h = sun_declination(days)
    solar_h = when.timestamp() % 86_400 / 3600 + lon / 15 + equation_h
    phi, delta = np.radians(lat), np.radians(declination)
    turn = np.radians(15.0 * (solar_h - 12.0))
    return np.degrees(
        np.arcsin(
            np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.cos(turn)
        )
    )


@pytest.mark.parametrize(
    ("lat", "lon", "month"),
    [(54.0, 10.0, 6), (-35.0, 174.75, 3), (20.0, -155.0, 12), (66.0, 0.0, 5)],
)
def test_daylight_is_where_the_sun_stands_above_the_limit(lat, lon, month):
    start = datetime(2026, month, 1, 7, 20, tzinfo=UTC)
    made = hours_for(WorkHours(), lat=[lat], lon=[lon], start_at=start)
    spans = open_at(made) or [[0.0, 48.0]]
    # An opening shorter than 0.1 h at the start may be left out.
    for minute in range(9, 48 * 60, 3):
        hour = minute / 60.0
        altitude = altitude_deg(lat, lon, start + timedelta(hours=hour))
        # A quarter of a degree is two minutes at most at these latitudes.
        if abs(altitude + 6.0) > 0.25:
            assert any(b <= hour <= e for b, e in spans) == (altitude > -6.0), hour


def test_the_midnight_sun_closes_nothing_and_the_polar_night_everything():
    summer = hours_for(WorkHours(), lat=[78.0], lon=[15.0])
    assert open_at(summer) is None
    winter = hours_for(
        WorkHours(), lat=[78.0], lon=[15.0], start_at=datetime(2026, 12, 15, tzinfo=UTC)
    )
    assert open_at(winter) == []
    assert winter.never_open.all()
    assert "Ada has no open hour at any site." in winter.notes


def test_sites_in_a_cell_share_a_calendar():
    made = hours_for(
        WorkHours(),
        vessels=[VESSEL, replace(VESSEL, name="Bo")],
        lat=[54.0, 54.05, 56.0],
        lon=[10.0, 9.95, 10.0],
    )
    assert len(made.calendars) == 2
    assert made.calendar_of.tolist() == [[0, 0, 1], [0, 0, 1]]


def test_a_crew_works_its_hours_from_its_shift_on():
    vessel = replace(VESSEL, crew_hours_per_day=10.0, shift_start="08:00")
    start = datetime(2026, 6, 1, 12, 30, tzinfo=timezone(timedelta(hours=2)))
    made = hours_for(vessels=[vessel], start_at=start)
    # 10:30 UTC: until 18:00, then 08:00 to 18:00.
    assert open_at(made) == [[0.0, 7.5], [21.5, 31.5], [45.5, 48.0]]


def test_without_a_shift_the_day_begins_at_six_by_the_sun():
    work = WorkHours(daylight=False, crew_h_per_day=12.0)
    made = hours_for(work, lat=[0.0, 0.0], lon=[29.0, 31.0])
    # 30 degrees east: 06:00 solar time is 04:00 less the equation of time (+2 min).
    (first, *_) = open_at(made)
    assert first == pytest.approx([3.97, 15.97], abs=0.02)


def test_without_a_shift_the_day_begins_with_first_light_where_that_counts():
    made = hours_for(WorkHours(crew_h_per_day=6.0))
    light = hours_for(WorkHours())
    for (begin, end), (rise, _) in zip(open_at(made), open_at(light), strict=True):
        assert begin == pytest.approx(rise, abs=0.02)
        assert end - begin == pytest.approx(6.0, abs=0.02)


def test_days_longer_than_one_crew_may_work_are_said():
    long = replace(VESSEL, crew_hours_per_day=14.0)
    assert not any("STCW" in note for note in hours_for(vessels=[long]).notes)
    week = hours_for(vessels=[long], hours=200.0)
    assert any("13 h that STCW A-VIII/1" in note for note in week.notes)
    two = hours_for(WorkHours(daylight=False, crew_h_per_day=20.0))
    assert any("14 h that STCW" in note for note in two.notes)


def test_work_stops_where_the_waves_cross_the_limit():
    # 0 m rising by 0.4 m an hour to 4 m at hour 10, then falling by 0.2 m.
    waves = Waves(lambda hour: np.interp(hour, [0, 10, 30], [0.0, 4.0, 0.0]))
    made = hours_for(vessels=[VESSEL, ROUGH], conditions=waves, hours=30.0)
    assert open_at(made, 0) is None
    # 1.5 m at 3.75 h and again at 22.5 h.
    assert open_at(made, 1) == [[0.0, 3.75], [22.5, 30.0]]
    assert made.weather_lost == pytest.approx([0.0, 18.75 / 30.0])
    assert "Bo loses 62 % of its hours at the sites to weather." in made.notes


def test_wind_has_its_own_limit():
    windy = replace(ROUGH, max_wind_m_s=10.0)
    sea = Waves(lambda hour: 1.0, wind=lambda hour: 0.5 * hour)
    assert open_at(hours_for(vessels=[windy], conditions=sea)) == [[0.0, 20.0]]


def test_a_limit_that_is_never_kept_is_said():
    made = hours_for(vessels=[ROUGH], conditions=Waves(lambda hour: 2.0))
    assert open_at(made) == []
    assert made.weather_lost.tolist() == [1.0]
    assert "Bo has no open hour at any site." in made.notes


def test_unknown_weather_is_allowed_and_said():
    gone = Waves(lambda hour: np.nan if hour >= 24.0 else 1.0)
    made = hours_for(vessels=[ROUGH], conditions=gone)
    assert open_at(made) is None
    assert any("wave height is unknown for 51 %" in note for note in made.notes)
    unchecked = hours_for(vessels=[VESSEL, ROUGH])
    assert unchecked.notes == (
        "No conditions are given: weather limits of Bo are not checked.",
    )


def test_rules_can_be_left_out():
    rough = Waves(lambda hour: 2.0)
    crewed = replace(ROUGH, crew_hours_per_day=8.0, shift_start="08:00")
    port = Port("P", 54.0, 10.0, open=(("08:00", "10:00"),))
    work = WorkHours(daylight=False, weather=False, port_hours=False)
    made = hours_for(work, [crewed], conditions=rough, ports=[port])
    assert open_at(made) == [[8.0, 16.0], [32.0, 40.0]]
    assert made.port_calendar_of.tolist() == [-1]


def test_what_closes_an_hour_is_named():
    waves = Waves(lambda hour: np.interp(hour, [0, 11, 13, 48], [0.0, 0.0, 3.0, 3.0]))
    crewed = replace(ROUGH, crew_hours_per_day=8.0, shift_start="06:00")
    made = hours_for(WorkHours(), [crewed], conditions=waves)
    assert made.closed_by(0, 0, 0.0) == ("daylight", "crew")
    assert made.closed_by(0, 0, 7.0) == ()
    assert made.closed_by(0, 0, 13.0) == ("weather",)
    assert made.closed_by(0, 0, 16.0) == ("crew", "weather")
    assert open_at(made) == [[6.0, 12.0]]
    assert made.open_hours(0, 0, without=["weather"]).tolist() == [[6, 14], [30, 38]]


def test_the_reason_is_weather_only_where_weather_alone_is_in_the_way():
    waves = Waves(lambda hour: np.interp(hour, [0, 11, 13, 48], [0.0, 0.0, 3.0, 3.0]))
    crewed = replace(ROUGH, crew_hours_per_day=8.0, shift_start="06:00")
    made = hours_for(vessels=[crewed], conditions=waves)
    ask = {"from_h": 0.0, "until_h": 24.0}
    assert made.reason(0, 0, need_h=6.0, **ask) is None
    assert made.reason(0, 0, need_h=8.0, **ask) == "weather"
    assert made.reason(0, 0, need_h=9.0, **ask) == "time_window"
    assert made.reason(0, 0, need_h=3.0, from_h=10.0, until_h=20.0) == "weather"


def test_ports_keep_their_hours_across_midnight():
    ports = [
        Port("A", 54.0, 10.0, open=(("20:00", "04:00"),)),
        Port("B", 54.0, 10.0),
        Port("C", 54.0, 10.0, open=(("08:00", "09:00"),)),
    ]
    made = hours_for(ports=ports, hours=6.0)
    a, b, c = made.port_calendar_of.tolist()
    assert made.calendars[a].tolist() == [[0.0, 4.0]]
    assert b == -1
    assert made.calendars[c].tolist() == []
    assert made.port_closed(0, 5.0)
    assert not made.port_closed(1, 5.0)
    assert "Port C does not open within the plan." in made.notes


def test_the_calendars_fit_a_routing_problem():
    crewed = replace(VESSEL, crew_hours_per_day=6.0, shift_start="10:00")
    ports = [Port("A", 54.0, 10.0, unload_h=2.0, open=(("06:00", "20:00"),))]
    made = hours_for(vessels=[crewed], ports=ports, lat=[54.0, 54.0], lon=[10.0, 14.0])
    problem = RoutingProblem(
        travel_h=np.full((4, 4), 2.0),
        prize=np.array([0.0, 0.0, 1.0, 1.0]),
        service_h=np.array([0.0, 0.0, 5.0, 5.0]),
        demand_kg=np.array([0.0, 0.0, 1.0, 1.0]),
        vessels=(Vessel(100.0, 100.0),),
        horizon_h=48.0,
        unload_h=np.array([2.0, 0.0, 0.0, 0.0]),
        calendars=made.calendars,
        calendar_of=made.node_calendars([0, None], [0, 1]),
    )
    (trip,) = time_trips(problem, 0, [Trip(0, (2, 3), 0)])
    # 10:00 to 15:00; from 17:00 it waits for 10:00; back at 17:00, unloaded 19:00.
    assert [(v.start_h, v.leave_h) for v in trip.visits] == [(10, 15), (34, 39)]
    assert trip.free_h == 43.0


def test_sites_without_hours_are_named():
    vessel = replace(VESSEL, crew_hours_per_day=4.0, shift_start="12:00")
    made = hours_for(
        WorkHours(),
        [vessel],
        lat=[0.0] * 8,
        lon=[180.0] * 7 + [0.0],
        site_names=list("abcdefgh"),
    )
    assert made.never_open.tolist() == [[True] * 7 + [False]]
    assert "Ada has no open hour at a, b, c, d, e and 2 more." in made.notes


def test_no_sites_and_no_rules_give_no_calendars():
    assert hours_for(lat=[], lon=[]).calendar_of.shape == (1, 0)
    made = hours_for()
    assert made.calendars == ()
    assert made.closed_by(0, 0, 5.0) == ()
    assert made.notes == ()


@given(
    crew=st.floats(1.0, 23.0),
    shift=st.integers(0, 23),
    limit=st.floats(0.5, 3.0),
    begin=st.integers(0, 47),
)
def test_open_hours_obey_every_rule(crew, shift, limit, begin):
    vessel = replace(
        VESSEL,
        crew_hours_per_day=crew,
        shift_start=f"{shift:02d}:00",
        max_wave_m=limit,
    )
    waves = Waves(lambda hour: 1.5 + 1.5 * np.sin(hour / 5.0))
    made = hours_for(WorkHours(), [vessel], conditions=waves, hours=72.0)
    spans = open_at(made)
    for opens, closes in spans:
        middle = (opens + closes) / 2.0
        assert made.closed_by(0, 0, middle) == ()
        assert 1.5 + 1.5 * np.sin(middle / 5.0) <= limit + 0.05
    day = [(max(b, begin), min(e, begin + 24.0)) for b, e in spans]
    assert sum(max(e - b, 0.0) for b, e in day) <= crew + 0.05


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start_at": datetime(2026, 6, 1)}, "no time zone"),
        ({"hours": np.nan}, "hours is nan"),
        ({"lat": [np.nan]}, "no number"),
        ({"vessels": [replace(VESSEL, max_wave_m=-1.0)]}, "Ada: max_wave_m is -1"),
        ({"vessels": [replace(VESSEL, max_wind_m_s=np.nan)]}, "max_wind_m_s is nan"),
        ({"vessels": [replace(VESSEL, crew_hours_per_day=30.0)]}, "crew_hours_per_day"),
        (
            {"vessels": [replace(VESSEL, crew_hours_per_day=8.0, shift_start="noon")]},
            "HH:MM",
        ),
    ],
)
def test_wrong_input_is_refused(change, message):
    with pytest.raises(RouteInputError, match=message):
        hours_for(**change)


@pytest.mark.parametrize(
    "wrong",
    [
        {"crew_h_per_day": 0.0},
        {"crew_h_per_day": np.nan},
        {"sun_altitude_deg": -20.0},
        {"shift_start_utc": "25:00"},
    ],
)
def test_rules_that_make_no_sense_are_refused(wrong):
    with pytest.raises(RouteInputError, match=next(iter(wrong)).split("_")[0]):
        WorkHours(**wrong)
