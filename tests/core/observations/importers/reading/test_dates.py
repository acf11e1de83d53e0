"""Rules of reading dates; day and month order is never guessed."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ObservationError
from core.observations.importers.reading.dates import (
    joined_times,
    parse_clock,
    parse_dates,
)


def read(*cells, order=""):
    return parse_dates(cells, order=order, name="Date", latest=2026)


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        ("2015-07-25", "2015-07-25"),
        ("2015-07", "2015-07"),
        ("2015", "2015"),
        (2015.0, "2015"),
        ("20150725", "2015-07-25"),
        (20150725, "2015-07-25"),
        ("2015/7/5", "2015-07-05"),
        ("2015.07.05 9:05", "2015-07-05T09:05:00"),
        ("25/07/2015 10:30 PM", "2015-07-25T22:30:00"),
        ("25-07-2015", "2015-07-25"),
        ("25 07 2015", "2015-07-25"),
        ("25-Jul-2015", "2015-07-25"),
        ("25. Juli 2015", "2015-07-25"),
        ("4 März 2011", "2011-03-04"),
        ("7 août 2011 08:15", "2011-08-07T08:15:00"),
        ("July 4, 2012", "2012-07-04"),
        ("Saturday, 25 July 2015", "2015-07-25"),
        ("2015-07-25T21:30Z/2015-07-25T23:03Z", "2015-07-25T21:30Z"),
        (datetime(2015, 7, 25, 10, 30), "2015-07-25T10:30:00"),
        (date(2015, 7, 25), "2015-07-25"),
        ("", ""),
        (None, ""),
        ("31/02/2015", "31/02/2015"),  # no such day: the check refuses it as written
        ("25/07/2015 25:00", "25/07/2015 25:00"),
        ("soon", "soon"),
        ("40 Foo 2015", "40 Foo 2015"),
    ],
)
def test_a_date_becomes_iso_in_its_own_precision(cell, iso):
    assert read(cell).iso == [iso]


def test_a_day_over_twelve_decides_for_the_column():
    assert read("3/4/2015", "25/12/2015").iso == ["2015-04-03", "2015-12-25"]
    assert read("3/4/2015", "12/25/2015").iso == ["2015-03-04", "2015-12-25"]
    assert read("3/4/2015", "25/12/2015").notes == {"dates_read_as_dmy": 2}


def test_an_order_nothing_decides_is_asked_for():
    with pytest.raises(ObservationError, match="day or month first"):
        read("3/4/2015", "5/6/2015")
    assert read("3/4/2015", order="mdy").iso == ["2015-03-04"]
    assert read("3/4/2015", order="dmy").iso == ["2015-04-03"]


def test_the_same_number_twice_needs_no_order():
    assert read("5/5/2015").iso == ["2015-05-05"]


def test_dots_write_the_day_first():
    assert read("3.4.2015").iso == ["2015-04-03"]


def test_both_orders_in_one_column_are_refused():
    with pytest.raises(ObservationError, match="both first and second"):
        read("25/7/2015", "7/25/2015")


def test_a_year_of_two_digits_is_a_doubt():
    dates = read("25/07/12", "25/07/71")
    assert dates.iso == ["2012-07-25", "1971-07-25"]
    assert dates.doubtful[0] == "year of two digits read as 2012"


@given(st.dates(date(1950, 1, 1), date(2026, 12, 31)), st.sampled_from(["dmy", "mdy"]))
def test_a_date_comes_back_from_either_order(day, order):
    form = "%d/%m/%Y" if order == "dmy" else "%m/%d/%Y"
    assert read(day.strftime(form), order=order).iso == [day.isoformat()]


@given(st.text(max_size=24))
def test_any_text_is_read_or_left_as_it_came(text):
    try:
        (iso,) = read(text).iso
    except ObservationError:
        return
    assert iso == " ".join(text.split()) or iso[:4].isdigit()


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        ("21:30", (time(21, 30), "", 0)),
        ("21:30:15.5", (time(21, 30, 15, 500_000), "", 0)),
        ("9h05", (time(9, 5), "", 0)),
        ("12:05 AM", (time(0, 5), "", 0)),
        ("12:05 pm", (time(12, 5), "", 0)),
        ("21:30Z", (time(21, 30), "Z", 0)),
        ("21:30 UTC", (time(21, 30), "Z", 0)),
        ("21:30+02:00", (time(21, 30), "+02:00", 0)),
        ("24:00", (time(0), "", 1)),
        ("2130", (time(21, 30), "", 0)),
        ("22.5", (time(22, 30), "", 0)),
        (22.5, (time(22, 30), "", 0)),
        (time(3, 4), (time(3, 4), "", 0)),
        ("13:05 PM", None),
        ("21:75", None),
        ("25:00", None),
        ("noon", None),
        ("nan", None),
    ],
)
def test_clock_times_are_read(cell, clock):
    assert parse_clock(cell) == clock


def test_days_and_clocks_are_joined():
    days = read("2015-07-25", "2015-07-25", "2015-07-25", "2015")
    times = joined_times(days, ["24:00", "", "noon", "10:00"])
    assert times.iso == ["2015-07-26T00:00:00", "2015-07-25", "2015-07-25", "2015"]
    assert times.doubtful == {2: "clock time noon left aside"}


def test_plain_numbers_are_hours_and_minutes_where_said():
    days = read("2015-07-25", "2015-07-25")
    assert joined_times(days, ["930", "5"], hhmm=True).iso == [
        "2015-07-25T09:30:00",
        "2015-07-25T00:05:00",
    ]
