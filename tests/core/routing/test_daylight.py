"""Sunrise, sunset and twilight, against tables of the USNO and of timeanddate.com."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from core.routing.daylight import HORIZON_DEG, sun_declination, sun_hours

TOLERANCE = timedelta(minutes=2)
LONDON = (51.5085, -0.1257)
TROMSO = (69.5, 19.0)
SYDNEY = (-33.87, 151.21)


def events(place, day, altitude_deg):
    """Rise and fall of the sun on a day's noon at a place."""
    start = day.replace(hour=0, minute=0)
    rise, fall, noon = sun_hours(
        lat=[place[0]],
        lon=[place[1]],
        start_at=start,
        hours=24.0,
        altitude_deg=altitude_deg,
    )
    # The solar day whose noon is nearest noon of the zone.
    k = int(np.abs(noon[0] - (12.0 - place[1] / 15.0)).argmin())
    return start + timedelta(hours=rise[0, k]), start + timedelta(hours=fall[0, k])


@pytest.mark.parametrize(
    ("place", "altitude", "rise", "fall"),
    [
        # timeanddate.com, London.
        (LONDON, HORIZON_DEG, "2015-01-01T08:06", "2015-01-01T16:01"),
        (LONDON, HORIZON_DEG, "2015-12-12T07:56", "2015-12-12T15:51"),
        (LONDON, -6.0, "2015-12-01T07:04", "2015-12-01T16:34"),
        (LONDON, -6.0, "2015-12-25T07:25", "2015-12-25T16:36"),
        (LONDON, -6.0, "2019-08-29T04:32", "2019-08-29T19:30"),
        (LONDON, -12.0, "2015-12-25T06:41", "2015-12-25T17:19"),
        (LONDON, HORIZON_DEG, "2024-06-21T03:43", "2024-06-21T20:21"),
        # timeanddate.com, Sydney (UTC+11).
        (SYDNEY, HORIZON_DEG, "2024-12-20T18:41", "2024-12-21T09:05"),
        # USNO, Tromso (UTC+1).
        (TROMSO, -6.0, "2014-04-01T02:46", "2014-04-01T18:53"),
        (TROMSO, HORIZON_DEG, "2014-04-01T03:50", "2014-04-01T17:49"),
        (TROMSO, HORIZON_DEG, "2014-04-30T01:29", "2014-04-30T19:58"),
    ],
)
def test_times_are_those_of_the_tables(place, altitude, rise, fall):
    expected = [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (rise, fall)]
    got = events(place, expected[1], altitude)
    for one, other in zip(got, expected, strict=True):
        assert abs(one - other) <= TOLERANCE


def test_the_midnight_sun_begins_and_ends_on_the_days_of_the_usno():
    # Tromso 2014: rises on 18 May, sets on 25 July and not between.
    days = [datetime(2014, 5, 20, tzinfo=UTC), datetime(2014, 7, 22, tzinfo=UTC)]
    for day in days:
        rise, fall = events(TROMSO, day, HORIZON_DEG)
        assert (fall - rise) == pytest.approx(timedelta(hours=24), abs=TOLERANCE)
    for day in (datetime(2014, 5, 15, tzinfo=UTC), datetime(2014, 7, 28, tzinfo=UTC)):
        rise, fall = events(TROMSO, day, HORIZON_DEG)
        assert fall - rise < timedelta(hours=23, minutes=45)


def test_in_the_polar_night_the_sun_never_rises_but_there_is_twilight():
    start = datetime(2014, 12, 21, tzinfo=UTC)
    for altitude, is_up in ((HORIZON_DEG, False), (-6.0, True)):
        rise, _, _ = sun_hours(
            lat=[69.5], lon=[19.0], start_at=start, hours=48.0, altitude_deg=altitude
        )
        assert np.isfinite(rise).all() == is_up
        assert np.isfinite(rise).any() == is_up


def test_declination_and_equation_of_time_are_those_of_meeus():
    # Example 25.a: 1992-10-13.0 TD, apparent declination -7 deg 47' 06".
    days = (datetime(1992, 10, 13, tzinfo=UTC).timestamp() - 946_728_000) / 86_400
    declination, equation_h = sun_declination(days)
    assert float(declination) == pytest.approx(-7.785, abs=0.001)
    # Example 28.b (low accuracy): +13 min 42.6 s.
    assert float(equation_h) * 60.0 == pytest.approx(13.711, abs=0.02)


def test_days_cover_the_plan_at_every_longitude():
    start = datetime(2026, 3, 1, 5, 30, tzinfo=UTC)
    lon = np.arange(-180.0, 180.0, 15.0)
    rise, fall, noon = sun_hours(
        lat=np.zeros(24), lon=lon, start_at=start, hours=100.0, altitude_deg=-6.0
    )
    assert (noon[:, 0] <= 0.0).all()
    assert (noon[:, -1] >= 100.0).all()
    # At the equator day with twilight lasts 12 h 49 min to 12 h 51 min.
    assert (fall - rise) == pytest.approx(np.full(rise.shape, 12.8), abs=0.1)
